// A server behind PgBouncer.

import assert from "node:assert/strict";

import { Subscriber } from "./crash/follower.mjs";
import { open } from "./support/database.mjs";
import { Pooler } from "./support/pooler.mjs";
import { Server, post } from "./support/program.mjs";
import { counting } from "./support/story.mjs";
import { until } from "./support/wait.mjs";

const test = counting("poolers");
const CREATES = 400;
const CLIENTS = 16;
const CREATE = "mutation($name: String!) { createContact(input: { lastName: $name }) { contact { id } } }";

/** A database with a pooler in front of it, and a server that uses both. */
async function behind(mode, story) {
  const database = await open("postgres");
  const pooler = await Pooler.start(database.server, mode);
  const pooled = { flags: ["--data", database.place.path, "--database-url", pooler.url(database.name)] };
  const server = new Server(pooled);
  try {
    await server.up();
    await story({ server });
  } finally {
    await server.drop();
    await pooler.drop();
    await database.drop();
  }
}

async function createMany(server, token) {
  const failed = [];
  let made = 0;
  const client = async () => {
    while (made < CREATES) {
      made += 1;
      const { body } = await post(server.url, token, { query: CREATE, variables: { name: `Pooled ${made}` } });
      if (!body.data?.createContact?.contact) failed.push(JSON.stringify(body));
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  return failed;
}

for (const mode of ["session"]) {
  test(`${mode} mode: creates do not fail while a client follows, and the client sees each`, () =>
    behind(mode, async ({ server }) => {
      const token = server.token();
      await post(server.url, token, { query: CREATE, variables: { name: "First" } });
      const { body } = await post(server.url, token, { query: "{ changes(last: 1) { pageInfo { endCursor } } }" });
      const follower = new Subscriber(body.data.changes.pageInfo.endCursor).start(server, token);

      const failed = await createMany(server, token);

      assert.equal(failed.length, 0, failed[0]);
      await until("the follower has all", () => follower.seen.length >= CREATES);
      await follower.stop();
      assert.equal(new Set(follower.seen).size, CREATES);
      assert.equal(follower.seen.length, CREATES);
      console.log(`figure: poolers: ${mode} mode, ${CREATES} creates, 0 errors, ${follower.seen.length} seen`);
    }));
}
