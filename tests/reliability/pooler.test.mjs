// Servers behind PgBouncer: in transaction mode, with and without prepared statements, and in session mode.

import assert from "node:assert/strict";

import pg from "pg";

import { Subscriber } from "./crash/follower.mjs";
import { open } from "./support/database.mjs";
import { Pooler } from "./support/pooler.mjs";
import { Server, commandAtOnce, post } from "./support/program.mjs";
import { counting } from "./support/story.mjs";
import { until } from "./support/wait.mjs";

const test = counting("poolers");
const CREATES = 400;
const CLIENTS = 16;
const MIGRATIONS = 8;
const GIVE_UPS = 120;
/** The processes of PostgreSQL that a pooler in transaction mode shares among its clients: fewer than clients. */
const PROCESSES = 6;
const CREATE = "mutation($name: String!) { createContact(input: { lastName: $name }) { contact { id } } }";
const COUNT = "{ contacts { totalCount { value } } }";
/** A query that waits while the table of wrap-up codes is locked. */
const WAITS = "{ wrapUpCodes { nodes { id } } }";

/** The ways behind a pooler that are supported. */
const WAYS = [
  { name: "transaction mode", mode: "transaction", settings: { default_pool_size: PROCESSES }, isDirect: true },
  {
    name: "transaction mode without prepared statements",
    mode: "transaction",
    settings: { default_pool_size: PROCESSES, max_prepared_statements: 0 },
    isDirect: true,
  },
  { name: "session mode", mode: "session", settings: {}, isDirect: false },
];

/** Tells the story of a database, a pooler in front of it, and the flags that lead through the pooler. */
async function behind({ mode, settings, isDirect }, story) {
  const database = await open("postgres");
  const pooler = await Pooler.start(database.server, mode, settings);
  const direct = isDirect ? ["--direct-url", database.server.url(database.name)] : [];
  const flags = ["--data", database.place.path, "--database-url", pooler.url(database.name), ...direct];
  try {
    await story({ database, pooler, flags });
  } finally {
    await pooler.drop();
    await database.drop();
  }
}

/** Tells the story of a server behind a pooler. */
const serving = (way, story) =>
  behind(way, async (parts) => {
    const server = new Server(parts);
    try {
      await server.up();
      await story({ ...parts, server, token: server.token() });
    } finally {
      await server.drop();
    }
  });

/** Creates contacts by several clients, and returns the answers that were not good. */
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

/** Locks the table of wrap-up codes against readers. Returns how to unlock it. */
async function lockCodes(database) {
  const locker = new pg.Client({ connectionString: database.server.url(database.name) });
  // A test that fails drops the database while the lock is held.
  locker.on("error", () => {});
  await locker.connect();
  await locker.query("BEGIN; LOCK TABLE wrap_up_codes IN ACCESS EXCLUSIVE MODE");
  return () => locker.end();
}

/** Asserts that other clients of a pooler find nothing of the program on its connections. */
async function assertClean(pooler, database, processes = PROCESSES) {
  const locks = await database.server.query("SELECT count(*) AS count FROM pg_locks WHERE locktype = 'advisory'");
  assert.deepEqual(locks, [{ count: 0 }]);
  const clients = Array.from({ length: processes }, () => new pg.Client({ connectionString: pooler.url(database.name) }));
  // In transactions, so that each has a connection of its own.
  for (const client of clients) {
    await client.connect();
    await client.query("BEGIN");
  }
  const found = [];
  for (const client of clients) {
    const { rows } = await client.query(`
      SELECT pg_backend_pid() AS process,
             (SELECT json_agg(name) FROM pg_settings WHERE source = 'session' AND name LIKE '%timeout%') AS settings,
             (SELECT json_agg(channel) FROM pg_listening_channels() AS channel) AS channels,
             (SELECT json_agg(name) FROM pg_prepared_statements WHERE name LIKE 'sqlx%') AS statements,
             (SELECT json_agg(relname) FROM pg_class WHERE relpersistence = 't') AS tables`);
    found.push(rows[0]);
    await client.query("COMMIT");
    await client.end();
  }
  assert.equal(new Set(found.map(({ process }) => process)).size, processes);
  for (const { process, ...left } of found) {
    assert.deepEqual(left, { settings: null, channels: null, statements: null, tables: null }, `process ${process}`);
  }
}

for (const way of WAYS) {
  test(`${way.name}: creates do not fail while a client follows, and the client sees each`, () =>
    serving(way, async ({ server, token, pooler, database }) => {
      await post(server.url, token, { query: CREATE, variables: { name: "First" } });
      const { body } = await post(server.url, token, { query: "{ changes(last: 1) { pageInfo { endCursor } } }" });
      const follower = new Subscriber(body.data.changes.pageInfo.endCursor).start(server, token);

      const failed = await createMany(server, token);

      assert.equal(failed.length, 0, failed[0]);
      await until("the follower has all", () => follower.seen.length >= CREATES);
      await follower.stop();
      assert.equal(new Set(follower.seen).size, CREATES);
      assert.equal(follower.seen.length, CREATES);
      if (way.isDirect) await assertClean(pooler, database);
      console.log(`figure: poolers: ${way.name}, ${CREATES} creates, 0 errors, ${follower.seen.length} seen`);
    }));

  test(`${way.name}: clients that give up stop their own statements and no others`, () =>
    serving(way, async ({ server, token, pooler, database }) => {
      const unlock = await lockCodes(database);
      const waiting = () =>
        database.server.query("SELECT query FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%wrap_up_codes%'");
      const working = { isDone: false };
      const work = async () => {
        const failed = [];
        while (!working.isDone) {
          for (const query of [COUNT, CREATE]) {
            const { body } = await post(server.url, token, { query, variables: query === CREATE ? { name: "Worker" } : {} });
            if (body.errors || body.data.createContact?.contact === null) failed.push(JSON.stringify(body));
          }
        }
        return failed;
      };
      const workers = Array.from({ length: 4 }, work);

      const stopped = [];
      const giveUp = async (count) => {
        for (let given = 0; given < count; given += 1) {
          const signal = AbortSignal.timeout(20 + 10 * (given % 8));
          await post(server.url, token, { query: WAITS }, { signal }).then(
            ({ body }) => stopped.push(JSON.stringify(body)),
            ({ name }) => assert.equal(name, "TimeoutError"),
          );
        }
      };
      await Promise.all(Array.from({ length: 3 }, () => giveUp(GIVE_UPS / 3)));
      working.isDone = true;
      const failed = (await Promise.all(workers)).flat();

      assert.equal(failed.length, 0, `${failed.length} of others: ${failed[0]}`);
      // The lock is held, so only a cancellation of another's can have answered them.
      assert.equal(stopped.length, 0, `${stopped.length} that waited: ${stopped[0]}`);
      // Only a cancellation can have ended them.
      await until("no abandoned statement waits", async () => (await waiting()).length === 0, 10);
      await unlock();
      const { body } = await post(server.url, token, { query: WAITS });
      assert.deepEqual(body, { data: { wrapUpCodes: { nodes: [] } } });
      if (way.isDirect) await assertClean(pooler, database);
    }));

  test(`${way.name}: migrations at once on an empty database leave no lock behind`, () =>
    behind(way, async ({ database, pooler, flags }) => {
      await Promise.all(Array.from({ length: MIGRATIONS }, () => commandAtOnce("migrate", ...flags)));

      const locks = await database.server.query("SELECT count(*) AS count FROM pg_locks WHERE locktype = 'advisory'");
      assert.deepEqual(locks, [{ count: 0 }]);
      if (way.isDirect) await assertClean(pooler, database);
    }));
}

/** The finding of `doctor` about the pooler: its level and its text. */
async function diagnosis(flags) {
  const { stdout } = await commandAtOnce("doctor", "--dev", "--json", ...flags).catch((failed) => failed);
  const found = JSON.parse(stdout).findings.find(({ check }) => check === "pooler");
  return found && `${found.level}: ${found.finding}`;
}

test("doctor finds the pooler, leaves nothing behind, and says what is amiss", () =>
  behind(WAYS[0], async ({ database, pooler, flags }) => {
    const without = flags.slice(0, 4);
    assert.match(await diagnosis(flags), /^ok: the pooler carries prepared statements/);
    assert.match(await diagnosis(without), /^problem: --database-url leads to a pooler in transaction mode/);
    const elsewhere = ["--direct-url", database.server.url("postgres")];
    assert.match(await diagnosis([...without, ...elsewhere]), /^problem: --direct-url leads to another database/);
    await assertClean(pooler, database);
  }));

test("doctor warns of a pooler that carries no prepared statements, and has nothing to say of session mode", async () => {
  await behind(WAYS[1], async ({ flags }) => assert.match(await diagnosis(flags), /^warning: the pooler does not carry/));
  await behind(WAYS[2], async ({ flags }) => assert.equal(await diagnosis(flags), undefined));
});

test("transaction mode without a direct URL is refused, and leaves nothing behind", () =>
  behind({ ...WAYS[0], isDirect: false }, async ({ database, pooler, flags }) => {
    await assert.rejects(commandAtOnce("serve", "--dev", "--listen", "127.0.0.1:0", ...flags), ({ stderr }) => {
      assert.match(stderr, /--database-url leads to a pooler in transaction mode; name PostgreSQL itself with --direct-url/);
      return true;
    });
    await assertClean(pooler, database);
  }));

test("a direct URL of another database is refused", () =>
  behind({ ...WAYS[0], isDirect: false }, async ({ database, flags }) => {
    const other = ["--direct-url", database.server.url("postgres")];
    await assert.rejects(commandAtOnce("migrate", ...flags, ...other), ({ stderr }) => {
      assert.match(stderr, /--direct-url must lead to the same database as --database-url/);
      return true;
    });
  }));
