// GraphQL over server-sent events: the client of npm `graphql-sse` in distinct connections mode, and streams by hand.

import assert from "node:assert/strict";

import { createClient } from "graphql-sse";

import { counting, dyingToken, endpoint, post, serve, sleep, token } from "./server.mjs";

const test = counting("sse");
const everything = token();
const ME = "{ viewer { user { name } } }";
const NAMED = { data: { viewer: { user: { name: "Developer" } } } };

const client = (bearer = everything, url = endpoint) =>
  createClient({ url, retryAttempts: 0, headers: { authorization: `Bearer ${bearer}` } });

function collect(own, request) {
  return new Promise((resolve, reject) => {
    const results = [];
    own.subscribe(request, {
      next: (result) => results.push(result),
      error: reject,
      complete: () => resolve(results),
    });
  });
}

/** A stream by hand. */
function stream(body, { bearer = everything, url = endpoint, signal, ...rest } = {}) {
  return fetch(url, {
    method: "POST",
    headers: {
      accept: "text/event-stream",
      "content-type": "application/json",
      authorization: `Bearer ${bearer}`,
    },
    body: JSON.stringify(body),
    signal,
    ...rest,
  });
}

test("the client of graphql-sse asks and changes", async () => {
  const own = client();
  assert.deepEqual(await collect(own, { query: ME }), [NAMED]);
  const query = "mutation Add($name: String!) { createContact(input: { lastName: $name }) { contact { lastName } } }";
  const answers = await collect(own, { query, variables: { name: "Event" }, operationName: "Add" });
  assert.deepEqual(answers, [{ data: { createContact: { contact: { lastName: "Event" } } } }]);
  own.dispose();
});

for (const [kind, query, code] of [
  ["cannot be parsed", "{", "GRAPHQL_PARSE_FAILED"],
  ["is not valid", "{ nonsense }", "GRAPHQL_VALIDATION_FAILED"],
]) {
  test(`an operation that ${kind} is an event with errors`, async () => {
    const own = client();
    const [answer, ...others] = await collect(own, { query });
    assert.deepEqual([others, answer.data, answer.errors[0].extensions.code], [[], undefined, code]);
    own.dispose();
  });
}

test("the events are next and complete, each with data, and nobody keeps them", async () => {
  const response = await stream({ query: ME });
  assert.equal(response.status, 200);
  assert.match(response.headers.get("content-type"), /^text\/event-stream/);
  assert.equal(response.headers.get("cache-control"), "no-store");
  const next = `event: next\ndata: ${JSON.stringify(NAMED)}\n\n`;
  assert.equal(await response.text(), `${next}event: complete\ndata:\n\n`);
});

test("GET is for queries here as well", async () => {
  const get = (query) =>
    fetch(`${endpoint}?query=${encodeURIComponent(query)}`, {
      headers: { accept: "text/event-stream", authorization: `Bearer ${everything}` },
    });
  assert.match(await (await get(ME)).text(), /"Developer"/);
  const refused = await get("mutation { __typename }");
  assert.equal(refused.status, 405);
  assert.equal((await refused.json()).errors[0].extensions.code, "BAD_USER_INPUT");
});

test("without a good token there is no stream", async () => {
  for (const [bearer, status] of [
    ["nonsense", 401],
    [dyingToken(-5), 401],
    [dyingToken(600, { tenant: "elsewhere" }), 403],
  ]) {
    const response = await stream({ query: ME }, { bearer });
    assert.equal(response.status, status);
    assert.equal(typeof (await response.json()).errors[0].extensions.code, "string");
  }
});

test("who takes JSON as well gets JSON for a query", async () => {
  const { headers, body } = await post(ME, { headers: { accept: "text/event-stream, application/json" } });
  assert.match(headers.get("content-type"), /^application\/json/);
  assert.deepEqual(body, NAMED);
});
