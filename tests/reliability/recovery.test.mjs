// Backups and restores as docs/operations.md has them, while clients write.

import assert from "node:assert/strict";
import { execFile, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, chownSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

import { Subscriber, readFeed } from "./crash/follower.mjs";
import { CLIENTS } from "./crash/workload.mjs";
import { Sqlite, open } from "./support/database.mjs";
import { Postgres } from "./support/postgres.mjs";
import { Server, command, commandAtOnce, folder, post } from "./support/program.mjs";
import { Choices, SEED } from "./support/random.mjs";
import { LONG, counting } from "./support/story.mjs";
import { sleep, until } from "./support/wait.mjs";

const test = counting("recoveries");
const KILLS = LONG ? 200 : 10;
const CREATE = "mutation($name: String!) { createContact(input: { lastName: $name }) { contact { id } } }";
const CHANGES = "query($after: String) { changes(after: $after) { nodes { cursor } } }";

test("sqlite: a backup beside 8 writers has every write that was answered before, and is put back", async () => {
  const database = Sqlite.create();
  const place = folder();
  const backup = join(place.path, "backup.sqlite");
  const server = await new Server(database).up();
  try {
    const token = server.token();
    const writers = new Writers(server, token);
    await writers.have(200);
    const before = [...writers.answered];
    await commandAtOnce("backup", backup, ...database.flags);
    await writers.have(before.length + 20);
    await writers.stop();
    const { cursor } = await readFeed(server, token);

    assert.deepEqual(missing(before, namesIn(backup)), []);
    await refused(["restore", backup, ...database.flags], /is in use; stop the server/);
    assert.deepEqual(missing(writers.answered, namesIn(database.file)), []);
    await server.stop();
    const damaged = join(place.path, "damaged.sqlite");
    writeFileSync(damaged, readFileSync(backup).subarray(0, 100_000));
    await refused(["restore", damaged, ...database.flags], /is damaged/);
    assert.deepEqual(missing(writers.answered, namesIn(database.file)), []);
    command("restore", backup, ...database.flags);

    await server.up();
    assert.deepEqual(missing(before, namesIn(database.file)), []);
    await expectRestored(server, token, cursor);
    console.log(`figure: recoveries sqlite: ${before.length} writes before the backup, ${writers.answered.length} in all, 0 lost`);
  } finally {
    await server.drop();
    await database.drop();
    place.drop();
  }
});

test(`sqlite: ${KILLS} kills of a backup and of a restore lose nothing (seed ${SEED})`, async () => {
  const database = Sqlite.create();
  const place = folder();
  const choices = new Choices(SEED, "kills of backups");
  const [backup, target] = ["backup", "target"].map((name) => join(place.path, name));
  try {
    const server = await new Server(database, ["--demo"]).up();
    const token = server.token();
    command("backup", backup, ...database.flags);
    await create(server, token, "After the backup");
    await server.stop();
    const [restored, present] = [namesIn(backup), namesIn(database.file)];
    // Kills are spread over the time that the commands take here.
    const began = Date.now();
    command("backup", target, ...database.flags);
    const longest = Math.max(10, Math.ceil((Date.now() - began) * 1.2));
    const ends = { backups: 0, restores: 0 };
    for (let round = 0; round < KILLS; round += 1) {
      rmSync(target, { force: true });
      await killed(["backup", target, ...database.flags], choices.between(0, longest));
      if (existsSync(target)) {
        ends.backups += 1;
        assert.deepEqual(namesIn(target), namesIn(database.file));
      }
      await killed(["restore", "--force", backup, ...database.flags], choices.between(0, longest));
      const names = namesIn(database.file);
      if (names.length === restored.length) ends.restores += 1;
      assert.deepEqual(names, names.length === restored.length ? restored : present);
    }
    // The files that were left behind are replaced.
    command("backup", target, "--force", ...database.flags);
    command("restore", target, ...database.flags);
    await server.up();
    assert.equal((await post(server.url, server.token(), { query: CHANGES })).body.errors, undefined);
    await server.drop();
    console.log(`figure: recoveries: of ${KILLS} kills, ${ends.backups} came after a backup was whole, ${ends.restores} after a restore`);
  } finally {
    await database.drop();
    place.drop();
  }
});

test("postgres: a dump beside 8 writers has every write that was answered before, and is restored elsewhere", async () => {
  const database = await open("postgres");
  const server = await new Server(database).up();
  let restored;
  try {
    const token = server.token();
    const writers = new Writers(server, token);
    await writers.have(200);
    const before = [...writers.answered];
    const postgres = database.server;
    await postgres.program("pg_dump", ["--format=custom", "--file=contacts.dump", postgres.url(database.name)]);
    await writers.stop();
    const { cursor } = await readFeed(server, token);
    await postgres.program("createdb", [`--maintenance-db=${postgres.url()}`, "restored"]);
    await postgres.program("pg_restore", ["--exit-on-error", "--no-owner", `--dbname=${postgres.url("restored")}`, "contacts.dump"]);

    restored = await new Server({ flags: ["--data", database.place.path, "--database-url", postgres.url("restored")] }).up();
    const rows = await postgres.query("SELECT last_name FROM contacts", [], "restored");
    assert.deepEqual(missing(before, rows.map((row) => row.last_name)), []);
    await expectRestored(restored, token, cursor);
    console.log(`figure: recoveries postgres: ${before.length} writes before the dump, 0 lost`);
  } finally {
    await restored?.drop();
    await server.drop();
    await database.drop();
  }
});

test("postgres: a recovery to a moment between two writes has the first and not the second", async () => {
  const postgres = await Postgres.start({
    archive_mode: "on",
    archive_command: "mkdir -p ../wal && test ! -f ../wal/%f && cp %p ../wal/%f",
  });
  const place = folder();
  await postgres.query("CREATE DATABASE contacts");
  const database = { flags: ["--data", place.path, "--database-url", postgres.url("contacts")] };
  const server = await new Server(database).up();
  try {
    const token = server.token();
    await postgres.program("pg_basebackup", ["--pgdata=base", "--checkpoint=fast", `--dbname=${postgres.url()}`]);
    await create(server, token, "First");
    const { cursor } = await readFeed(server, token);
    const [{ moment }] = await postgres.query("SELECT clock_timestamp() AS moment");
    await create(server, token, "Second");
    const [{ segment }] = await postgres.query("SELECT pg_walfile_name(pg_switch_wal()) AS segment");
    await until("the log is archived", () => existsSync(join(postgres.folder, "wal", segment)));
    await server.stop();
    await postgres.down("fast");
    recoverTo(postgres, moment);
    await postgres.up();
    await until("PostgreSQL has recovered", async () => {
      const [{ recovering }] = await postgres.query("SELECT pg_is_in_recovery() AS recovering");
      return !recovering;
    });

    await server.up();
    const rows = await postgres.query("SELECT last_name FROM contacts", [], "contacts");
    assert.deepEqual(rows.map((row) => row.last_name), ["First"]);
    await expectRestored(server, token, cursor);
  } finally {
    await server.drop();
    await postgres.drop();
    place.drop();
  }
});

/** Puts the base backup in the place of the data, to be recovered to a moment. */
function recoverTo(postgres, moment) {
  rmSync(postgres.data, { recursive: true });
  renameSync(join(postgres.folder, "base"), postgres.data);
  const settings = { restore_command: "cp ../wal/%f %p", recovery_target_time: moment, recovery_target_action: "promote" };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = '${value}'\n`);
  appendFileSync(join(postgres.data, "postgresql.conf"), lines.join(""));
  const signal = join(postgres.data, "recovery.signal");
  writeFileSync(signal, "");
  if (postgres.user) chownSync(signal, postgres.user.uid, postgres.user.gid);
}

/** A cursor from before is refused, and a new follower sees what is written now. */
async function expectRestored(server, token, cursor) {
  const { body } = await post(server.url, token, { query: CHANGES, variables: { after: cursor } });
  assert.equal(body.errors?.[0]?.extensions?.code, "CURSOR_EXPIRED", JSON.stringify(body));
  const { changes, cursor: last } = await readFeed(server, token);
  assert.notEqual(changes.length, 0);
  const follower = new Subscriber(last).start(server, token);
  const { id } = await create(server, token, "After the restore");
  await until("the change is followed", () => follower.seen.length > 0);
  await follower.stop();
  assert.deepEqual(follower.seen, [`${id.split("_")[1].replaceAll("-", "")} 1 CREATED`]);
}

async function create(server, token, name) {
  const { body } = await post(server.url, token, { query: CREATE, variables: { name } });
  assert.equal(body.errors, undefined, JSON.stringify(body));
  return body.data.createContact.contact;
}

/** Clients that create contacts until they are stopped. */
class Writers {
  constructor(server, token) {
    this.answered = [];
    this.isRunning = true;
    this.running = Promise.all(Array.from({ length: CLIENTS }, (_, client) => this.write(server, token, client)));
    // A failure is reported by `stop`, unless the test has failed before.
    this.running.catch(() => {});
  }

  async write(server, token, client) {
    for (let number = 0; this.isRunning; number += 1) {
      const name = `Client ${client} number ${number}`;
      await create(server, token, name);
      this.answered.push(name);
    }
  }

  have(count) {
    return until(`there are ${count} writes`, () => this.answered.length >= count);
  }

  async stop() {
    this.isRunning = false;
    await this.running;
  }
}

/** The last names of the contacts in a file, which must be whole. */
function namesIn(file) {
  const text = "PRAGMA integrity_check; SELECT coalesce(last_name, '') FROM contacts ORDER BY id;";
  const printed = execFileSync("sqlite3", ["-bail", file, text], { encoding: "utf8", maxBuffer: 1 << 28 });
  const [check, ...names] = printed.trimEnd().split("\n");
  assert.equal(check, "ok");
  return names;
}

const missing = (expected, found) => {
  const known = new Set(found);
  return expected.filter((name) => !known.has(name));
};

/** Runs a command that must fail. */
async function refused(args, reason) {
  await assert.rejects(promisify(execFile)(process.env.PROGRAM, args), (error) => {
    assert.match(error.stderr, reason);
    return true;
  });
}

/** Runs a command and kills it after some milliseconds, or lets it end before. */
async function killed(args, milliseconds) {
  const child = spawn(process.env.PROGRAM, args, { stdio: "ignore" });
  const ended = once(child, "exit");
  await Promise.race([ended, sleep(milliseconds)]);
  child.kill("SIGKILL");
  await ended;
}
