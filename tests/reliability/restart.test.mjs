// A server that is killed starts again over the same database and has each write that it acknowledged.

import assert from "node:assert/strict";
import { after, before } from "node:test";

import { ENGINES, open } from "./support/database.mjs";
import { Server, post } from "./support/program.mjs";
import { counting } from "./support/story.mjs";

const test = counting("restarts");
const CREATE = "mutation($name: String!) { createContact(input: { lastName: $name }) { contact { id } } }";
const READ = "query($ids: [ID!]!) { nodes(ids: $ids) { ... on Contact { lastName } } }";

for (const engine of ENGINES) {
  let database, server;
  before(async () => {
    database = await open(engine);
    server = await new Server(database).up();
  });
  after(async () => {
    await server?.drop();
    await database?.drop();
  });

  test(`${engine}: five kills of the server lose no acknowledged contact`, async () => {
    const token = server.token();
    const ids = [];
    for (let round = 0; round < 5; round += 1) {
      const { body } = await post(server.url, token, { query: CREATE, variables: { name: `Round ${round}` } });
      ids.push(body.data.createContact.contact.id);
      await server.kill();
      await server.up();
    }

    const { body } = await post(server.url, token, { query: READ, variables: { ids } });

    assert.deepEqual(
      body.data.nodes.map(({ lastName }) => lastName),
      ids.map((_, round) => `Round ${round}`),
    );
  });
}
