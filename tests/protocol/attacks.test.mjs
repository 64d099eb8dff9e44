// Small documents that would cost a lot: each is refused, the server lives on, and how long that took is printed.

import assert from "node:assert/strict";

import { counting, post, token } from "./server.mjs";

const test = counting("attacks");
const bearer = token();

const doubling = Array.from(
  { length: 20 },
  (_, index) => `fragment F${index} on Query { ${index === 19 ? "__typename" : `...F${index + 1} ...F${index + 1}`} }`,
);
const circular = (depth) => (depth === 0 ? "name" : `name fields { name type { ${circular(depth - 1)} } }`);
const attacks = {
  "1,500 brackets": "{a(b:" + "[".repeat(1500),
  "20 fragments, each twice the next": `{ ...F0 } ${doubling.join(" ")}`,
  "1,000 aliases": `{ ${Array.from({ length: 1000 }, (_, index) => `a${index}: __typename`).join(" ")} }`,
  "circular introspection": `{ __schema { types { ${circular(6)} } } }`,
};

for (const [name, query] of Object.entries(attacks)) {
  test(`${name} are refused, and the server lives`, async () => {
    // The connection stands, and whatever is loaded lazily is loaded.
    await post("{ __typename }", { bearer });
    const [times, smallest] = [[], []];
    for (let round = 0; round < 5; round += 1) {
      const before = performance.now();
      await post("{ __typename }", { bearer });
      smallest.push(performance.now() - before);
      const start = performance.now();
      const { status, body } = await post(query, { bearer, headers: { accept: "application/graphql-response+json" } });
      times.push(performance.now() - start);
      assert.equal(status, 400, JSON.stringify(body).slice(0, 300));
      assert.equal(body.data, undefined);
      assert.equal(typeof body.errors[0].extensions.code, "string");
    }
    const [median, least] = [times, smallest].map((all) => all.sort((a, b) => a - b)[2].toFixed(1));
    console.log(`figure: ${name} (${query.length} bytes) refused in ${median} ms, { __typename } answered in ${least} ms`);
    assert.deepEqual((await post("{ __typename }", { bearer })).body, { data: { __typename: "Query" } });
  });
}
