// Live changes over both transports, and a client that loses its connection in the middle and loses nothing else.

import assert from "node:assert/strict";
import { after } from "node:test";

import { createClient as createEvents } from "graphql-sse";
import { createClient as createSocket } from "graphql-ws";
import WebSocket from "ws";

import { counting, dyingToken, post, serve, sleep, token } from "./server.mjs";

const test = counting("subscriptions");
const own = await serve();
after(() => own.drop());
const bearer = token(own.folder);
const CHANGES = "subscription($after: String) { changes(after: $after) { cursor kind entityId action } }";

async function add(lastName) {
  const query = "mutation($name: String!) { createContact(input: { lastName: $name }) { contact { id } } }";
  const { body } = await post({ query, variables: { name: lastName } }, { url: own.url, bearer });
  return body.data.createContact.contact.id;
}

const events = () => createEvents({ url: own.url, retryAttempts: 0, headers: { authorization: `Bearer ${bearer}` } });
const sockets = () =>
  createSocket({ url: own.socket, webSocketImpl: WebSocket, retryAttempts: 0, connectionParams: { token: bearer } });

/** Follows changes: what came so far, and an end. */
function follow(client, after) {
  const came = [];
  const ended = new Promise((resolve) => {
    client.subscribe(
      { query: CHANGES, variables: { after } },
      { next: (result) => came.push(result), error: resolve, complete: () => resolve(null) },
    );
  });
  return { came, ended };
}

async function until(what) {
  while (!what()) await sleep(20);
}

for (const [name, make] of [
  ["a socket", sockets],
  ["events", events],
]) {
  test(`a change comes over ${name} as soon as it is made`, async () => {
    const client = make();
    const { came } = follow(client);
    // Until the stream stands, nothing is owed: changes are made until one comes.
    while (came.length === 0) {
      await add("First");
      await sleep(100);
    }
    const id = await add("Second");
    await until(() => came.some(({ data }) => data.changes.entityId === id));
    const change = came.find(({ data }) => data.changes.entityId === id).data.changes;
    assert.deepEqual([change.kind, change.action], ["CONTACT", "CREATED"]);
    client.dispose();
  });

  test(`a client that loses ${name} in the middle misses nothing and gets nothing twice`, async () => {
    const start = (await post("{ changes(last: 1) { pageInfo { endCursor } } }", { url: own.url, bearer })).body;
    let cursor = start.data.changes.pageInfo.endCursor;
    const made = [];
    let writing = true;
    const writer = (async () => {
      for (let count = 0; count < 60; count += 1) made.push(await add(`Life ${count}`));
      writing = false;
    })();
    const got = [];
    while (writing || got.length < made.length) {
      const client = make();
      const { came } = follow(client, cursor);
      const enough = 1 + Math.floor(Math.random() * 10);
      await until(() => came.length >= enough || (!writing && got.length + came.length >= made.length));
      client.dispose();
      for (const { data, errors } of came.splice(0)) {
        assert.equal(errors, undefined);
        got.push(data.changes.entityId);
        cursor = data.changes.cursor;
      }
    }
    await writer;
    assert.deepEqual(got, made);
  });
}

test("a subscription over JSON is not acceptable, and says what is", async () => {
  const { status, body } = await post(CHANGES, { url: own.url, bearer, headers: { accept: "application/json" } });
  assert.deepEqual([status, body.errors[0].extensions.code], [406, "BAD_USER_INPUT"]);
  assert.match(body.errors[0].message, /text\/event-stream/);
});

test("the 21st operation of a socket is refused, and the others go on", async () => {
  const client = sockets();
  const running = Array.from({ length: 20 }, () => follow(client));
  await sleep(500);
  const refused = await follow(client).ended;
  assert.equal(refused[0].extensions.code, "OPERATION_LIMIT_EXCEEDED");
  const id = await add("Twenty");
  await until(() => running.every(({ came }) => came.some(({ data }) => data.changes.entityId === id)));
  client.dispose();
});

test("a stream of events ends with an error when its token does", async () => {
  const dying = dyingToken(3, {}, own.folder);
  const client = createEvents({ url: own.url, retryAttempts: 0, headers: { authorization: `Bearer ${dying}` } });
  const { came, ended } = follow(client);
  assert.equal(await ended, null);
  assert.equal(came.at(-1).errors[0].extensions.code, "UNAUTHENTICATED");
  client.dispose();
});

test("a server that stops ends its streams, and ends", async () => {
  const other = await serve();
  try {
    const headers = { authorization: `Bearer ${token(other.folder)}` };
    const client = createEvents({ url: other.url, retryAttempts: 0, headers });
    const { ended } = follow(client);
    await sleep(500);
    const start = Date.now();
    await other.stop();
    assert.ok(Date.now() - start < 3000, `${Date.now() - start} ms`);
    assert.notEqual(await ended, null);
  } finally {
    await other.drop();
  }
});
