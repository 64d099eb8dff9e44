// GraphQL over WebSocket: the client of npm `graphql-ws`, and sockets by hand for what no good client does.

import assert from "node:assert/strict";
import { once } from "node:events";

import { getIntrospectionQuery } from "graphql";
import { createClient } from "graphql-ws";
import WebSocket from "ws";

import { counting, dyingToken, post, serve, sleep, socketEndpoint, token } from "./server.mjs";

const test = counting("ws");
const everything = token();
/** Takes a while. */
const SLOW = getIntrospectionQuery();
const ME = "{ viewer { user { name } } }";

/** A socket by hand: what it was sent, and how it was closed. */
async function open({ url = socketEndpoint, protocol = "graphql-transport-ws", ...options } = {}) {
  const socket = new WebSocket(url, protocol, options);
  const inbox = [];
  const waiting = [];
  socket.on("message", (data) => {
    const message = JSON.parse(data);
    const taker = waiting.shift();
    if (taker) taker(message);
    else inbox.push(message);
  });
  const closed = once(socket, "close").then(([code, reason]) => ({ code, reason: reason.toString() }));
  await once(socket, "open");
  return {
    socket,
    inbox,
    closed,
    say: (message) => socket.send(typeof message === "string" ? message : JSON.stringify(message)),
    hear: () =>
      inbox.length > 0
        ? Promise.resolve(inbox.shift())
        : Promise.race([
            new Promise((resolve) => waiting.push(resolve)),
            closed.then(({ code, reason }) => assert.fail(`closed with ${code}: ${reason}`)),
          ]),
  };
}

/** One that was acknowledged. */
async function greeted(options = {}) {
  const { bearer = everything, ...rest } = options;
  const talk = await open(rest);
  talk.say({ type: "connection_init", payload: { Authorization: `Bearer ${bearer}` } });
  assert.deepEqual(await talk.hear(), { type: "connection_ack" });
  return talk;
}

/** Returns the response to a refused upgrade. */
async function refused(url, protocol, options) {
  const socket = new WebSocket(url, protocol, options);
  const [, response] = await once(socket, "unexpected-response");
  const connection = response.socket;
  let body = "";
  for await (const chunk of response) body += chunk;
  // The library leaves the connection of a refused upgrade open, and the process would wait for it.
  connection.destroy();
  return { status: response.statusCode, body: JSON.parse(body) };
}

function collect(client, request) {
  return new Promise((resolve, reject) => {
    const results = [];
    client.subscribe(request, {
      next: (result) => results.push(result),
      error: reject,
      complete: () => resolve(results),
    });
  });
}

const client = (options = {}) =>
  createClient({
    url: socketEndpoint,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    connectionParams: { Authorization: `Bearer ${everything}` },
    ...options,
  });

test("the client of graphql-ws asks and changes", async () => {
  const own = client();
  assert.deepEqual(await collect(own, { query: ME }), [{ data: { viewer: { user: { name: "Developer" } } } }]);
  const query = "mutation Add($name: String!) { createContact(input: { lastName: $name }) { contact { lastName } } }";
  const answers = await collect(own, { query, variables: { name: "Socket" }, operationName: "Add" });
  assert.deepEqual(answers, [{ data: { createContact: { contact: { lastName: "Socket" } } } }]);
  await own.dispose();
});

test("twenty operations at once each get their own answer", async () => {
  const own = client({ lazy: false });
  const names = Array.from({ length: 20 }, (_, index) => `a${index}`);
  const answers = await Promise.all(names.map((name) => collect(own, { query: `{ ${name}: __typename }` })));
  assert.deepEqual(answers, names.map((name) => [{ data: { [name]: "Query" } }]));
  await own.dispose();
});

for (const [kind, query, code] of [
  ["cannot be parsed", "{", "GRAPHQL_PARSE_FAILED"],
  ["is not valid", "{ nonsense }", "GRAPHQL_VALIDATION_FAILED"],
  ["lacks a variable", "query($id: ID!) { node(id: $id) { id } }", undefined],
]) {
  test(`an operation that ${kind} is an error, and the socket goes on`, async () => {
    const own = client({ lazy: false });
    await assert.rejects(collect(own, { query }), (errors) => {
      assert.ok(Array.isArray(errors) && errors.length > 0);
      assert.equal(typeof errors[0].extensions.code, "string");
      if (code) assert.equal(errors[0].extensions.code, code);
      return true;
    });
    assert.equal((await collect(own, { query: ME })).length, 1);
    await own.dispose();
  });
}

test("a field that is refused is an answer, not an error", async () => {
  const talk = await greeted({ bearer: token(undefined, "--permissions", "externalContacts:contact:view") });
  talk.say({ id: "1", type: "subscribe", payload: { query: "{ users { nodes { id } } }" } });
  const { type, payload } = await talk.hear();
  assert.deepEqual([type, payload.data, payload.errors[0].extensions.code], ["next", { users: null }, "FORBIDDEN"]);
  assert.deepEqual(await talk.hear(), { type: "complete", id: "1" });
  talk.socket.close();
});

for (const [way, payload, headers] of [
  ["Authorization", { Authorization: `Bearer ${everything}` }, {}],
  ["authorization", { authorization: `bearer ${everything}` }, {}],
  ["token", { token: everything }, {}],
  ["the header of the upgrade", undefined, { authorization: `Bearer ${everything}` }],
  ["the payload before the header", { token: everything }, { authorization: "Bearer nonsense" }],
]) {
  test(`the token comes by ${way}`, async () => {
    const talk = await open({ headers });
    talk.say({ type: "connection_init", payload });
    assert.deepEqual(await talk.hear(), { type: "connection_ack" });
    talk.socket.close();
    assert.equal((await talk.closed).code, 1005);
  });
}

for (const [what, message] of [
  ["no JSON", "nonsense"],
  ["no object", "[]"],
  ["of no type", {}],
  ["of a type of another protocol", { type: "start", id: "1", payload: { query: ME } }],
  ["of a type that servers send", { type: "next", id: "1", payload: {} }],
  ["a subscription without id", { type: "subscribe", payload: { query: ME } }],
  ["a subscription without query", { id: "1", type: "subscribe", payload: {} }],
  ["a subscription with wrong variables", { id: "1", type: "subscribe", payload: { query: ME, variables: [] } }],
  ["larger than 256 KiB", { type: "ping", payload: { x: "x".repeat(256 * 1024) } }],
]) {
  test(`4400: a message that is ${what}`, async () => {
    const talk = await greeted();
    talk.say(message);
    const { code, reason } = await talk.closed;
    assert.equal(code, 4400);
    assert.match(reason, /^Invalid message/);
  });
}

test("4400: a message that is binary", async () => {
  const talk = await open();
  talk.socket.send(Buffer.from(JSON.stringify({ type: "ping" })), { binary: true });
  assert.equal((await talk.closed).code, 4400);
});

test("4401: an operation before the acknowledgement", async () => {
  const talk = await open();
  talk.say({ id: "1", type: "subscribe", payload: { query: ME } });
  assert.deepEqual(await talk.closed, { code: 4401, reason: "Unauthorized" });
});

for (const [what, payload] of [
  ["is missing", {}],
  ["is nonsense", { token: "nonsense" }],
  ["is no text", { token: 1 }],
  ["has expired", { token: dyingToken(-5) }],
  ["is of a tenant that does not exist", { token: dyingToken(600, { tenant: "elsewhere" }) }],
]) {
  test(`4403: a token that ${what}`, async () => {
    const talk = await open();
    talk.say({ type: "connection_init", payload });
    assert.deepEqual(await talk.closed, { code: 4403, reason: "Forbidden" });
  });
}

test("4408: no connection_init in 3 seconds, pings or not", async () => {
  const [talk, start] = [await open(), Date.now()];
  const pings = setInterval(() => talk.say({ type: "ping" }), 500);
  const closed = await talk.closed;
  clearInterval(pings);
  assert.deepEqual(closed, { code: 4408, reason: "Connection initialisation timeout" });
  assert.ok(Date.now() - start > 2500 && Date.now() - start < 6000);
});

test("4409: an id that is in use", async () => {
  const talk = await greeted();
  const slow = { id: "one", type: "subscribe", payload: { query: SLOW } };
  talk.say(slow);
  talk.say(slow);
  assert.deepEqual(await talk.closed, { code: 4409, reason: "Subscriber for one already exists" });
});

test("4429: connection_init twice", async () => {
  const talk = await greeted();
  talk.say({ type: "connection_init" });
  assert.deepEqual(await talk.closed, { code: 4429, reason: "Too many initialisation requests" });
});

test("a ping is answered before and after the acknowledgement, with its payload", async () => {
  const talk = await open();
  talk.say({ type: "ping" });
  assert.deepEqual(await talk.hear(), { type: "pong" });
  talk.say({ type: "connection_init", payload: { token: everything } });
  assert.deepEqual(await talk.hear(), { type: "connection_ack" });
  talk.say({ type: "ping", payload: { at: 1 } });
  assert.deepEqual(await talk.hear(), { type: "pong", payload: { at: 1 } });
  talk.say({ type: "pong", payload: { late: true } });
  talk.say({ type: "ping" });
  assert.deepEqual(await talk.hear(), { type: "pong" });
  talk.socket.close();
});

test("an operation that is completed says nothing more, and its id is free", async () => {
  const talk = await greeted();
  talk.say({ id: "1", type: "subscribe", payload: { query: SLOW } });
  talk.say({ id: "1", type: "complete" });
  talk.say({ id: "1", type: "subscribe", payload: { query: "{ second: __typename }" } });
  assert.deepEqual(await talk.hear(), { type: "next", id: "1", payload: { data: { second: "Query" } } });
  assert.deepEqual(await talk.hear(), { type: "complete", id: "1" });
  talk.say({ id: "never", type: "complete" });
  talk.say({ type: "ping" });
  assert.deepEqual(await talk.hear(), { type: "pong" });
  talk.socket.close();
});

test("another subprotocol, or none, is refused", async () => {
  for (const protocol of ["graphql-ws", undefined]) {
    const { status, body } = await refused(socketEndpoint, protocol);
    assert.deepEqual([status, body.errors[0].extensions.code], [400, "BAD_USER_INPUT"]);
  }
  const talk = await open({ protocol: ["graphql-ws", "graphql-transport-ws"] });
  assert.equal(talk.socket.protocol, "graphql-transport-ws");
  talk.socket.close();
});

test("a page elsewhere cannot open a socket to the development server", async () => {
  for (const [headers, expected] of [
    [{ origin: "https://attacker.example" }, 403],
    [{ origin: "null" }, 403],
    [{ host: "attacker.example" }, 421],
  ]) {
    const { status, body } = await refused(socketEndpoint, "graphql-transport-ws", { headers });
    assert.deepEqual([status, body.errors[0].extensions.code], [expected, "FORBIDDEN"]);
  }
  const talk = await open({ headers: { origin: "http://localhost:5173" } });
  talk.socket.close();
});

test("a socket ends when its token does, and the client comes again with another", async () => {
  const tokens = [dyingToken(4), everything];
  const closed = [];
  const own = client({
    lazy: false,
    retryAttempts: 3,
    retryWait: () => sleep(50),
    connectionParams: () => ({ token: tokens.shift() ?? everything }),
    on: { closed: (event) => closed.push(event) },
  });
  while (closed.length === 0) await sleep(100);
  assert.equal(closed[0].code, 4403);
  assert.match(closed[0].reason, /expired/);
  assert.equal((await collect(own, { query: ME })).length, 1);
  await own.dispose();
});

test("the socket of a user who is deactivated is closed within seconds", async () => {
  const bearer = token(undefined, "--subject", `leaving-${process.pid}-${Date.now()}`);
  const talk = await greeted({ bearer });
  const { body } = await post("{ viewer { user { id } } }", { bearer });
  const id = body.data.viewer.user.id;
  const change = `mutation { deactivateUser(input: { id: "${id}" }) { userErrors { message } } }`;
  assert.deepEqual((await post(change)).body.data.deactivateUser.userErrors, []);
  const start = Date.now();
  const { code, reason } = await talk.closed;
  assert.equal(code, 4403);
  assert.match(reason, /deactivated/);
  assert.ok(Date.now() - start < 8000);
});

test("a socket that does not answer pings is closed", async () => {
  const talk = await greeted({ autoPong: false });
  assert.equal((await talk.closed).code, 4499);
});

test("a socket that answers pings stays, though nothing is said", async () => {
  const talk = await greeted();
  let pings = 0;
  talk.socket.on("ping", () => (pings += 1));
  await sleep(40_000);
  assert.ok(pings >= 1);
  assert.equal(talk.socket.readyState, WebSocket.OPEN);
  talk.socket.close();
});

test("a server that stops closes its sockets with 1001, and ends", async () => {
  const own = await serve();
  try {
    const talk = await greeted({ url: own.socket, bearer: token(own.folder) });
    const start = Date.now();
    const stopped = own.stop();
    assert.deepEqual(await talk.closed, { code: 1001, reason: "Going away" });
    assert.equal(await own.ended, 0);
    await stopped;
    assert.ok(Date.now() - start < 3000, `${Date.now() - start} ms`);
  } finally {
    await own.drop();
  }
});
