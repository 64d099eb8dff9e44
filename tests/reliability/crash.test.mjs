// The crash checker: clients change records of every kind while the server and PostgreSQL are killed at random moments.
// After each kill the whole database is compared with the record of every request and answer.

import assert from "node:assert/strict";
import { join } from "node:path";

import { check } from "./crash/check.mjs";
import { PageReader, Subscriber, readFeed } from "./crash/follower.mjs";
import { MUTATIONS } from "./crash/mutations.mjs";
import { snapshot } from "./crash/snapshot.mjs";
import { Workload } from "./crash/workload.mjs";
import { ENGINES, open } from "./support/database.mjs";
import { Server, folder } from "./support/program.mjs";
import { Choices, SEED } from "./support/random.mjs";
import { LONG, counting } from "./support/story.mjs";
import { sleep, until } from "./support/wait.mjs";

const test = counting("crashes");
const KILLS = Number(process.env.KILLS ?? (LONG ? 60 : 5));

/** The crashes that an engine has, with what makes the service whole again. */
const CRASHES = {
  sqlite: ["server"],
  postgres: ["server", "database"],
};

for (const engine of ENGINES) {
  test(`${engine}: ${KILLS} kills lose no acknowledged write and leave nothing half done (seed ${SEED})`, async () => {
    const run = await Run.start(engine);
    try {
      for (let round = 0; round < KILLS; round += 1) await run.round(round);
      console.log(`figure: crashes ${engine}: ${run.figures()}`);
    } finally {
      await run.end();
    }
  });
}

class Run {
  static async start(engine) {
    const run = new Run();
    run.place = folder();
    run.choices = new Choices(SEED, `crashes of ${engine}`);
    run.database = await open(engine);
    run.server = await new Server(run.database).up();
    run.token = run.server.token();
    run.workload = new Workload(SEED, join(run.place.path, "operations.jsonl"));
    // Something to work with, and a cursor to subscribe after.
    run.workload.start(run.server, run.token);
    await until("there are changes", async () => (await readFeed(run.server, run.token)).changes.length > 20);
    await run.workload.stop();
    const { changes, cursor } = await readFeed(run.server, run.token);
    run.readers = [new PageReader(), Object.assign(new Subscriber(cursor), { seen: [changes.at(-1)] })];
    for (const reader of run.readers) reader.start(run.server, run.token);
    return run;
  }

  /** Lets the clients work, kills at a random moment, and compares the database with the record. */
  async round(number) {
    this.workload.isUp = true;
    this.workload.start(this.server, this.token);
    await sleep(this.choices.between(200, 2000));
    const crash = this.choices.of(CRASHES[this.database.engine]);
    this.workload.isUp = false;
    await (crash === "server" ? this.killServer() : this.killDatabase());
    await this.compare(`kill ${number + 1}, of the ${crash}`);
  }

  async killServer() {
    await this.server.kill();
    await this.workload.stop();
    await this.database.quiet();
    await this.server.up();
  }

  async killDatabase() {
    await this.database.server.down("immediate");
    await this.workload.stop();
    await this.database.server.up();
    await until("the server is ready", async () => (await fetch(`${this.server.base}/readyz`)).ok);
  }

  async compare(moment) {
    const { changes } = await readFeed(this.server, this.token);
    await Promise.all(
      this.readers.map((reader) => until(`${reader.name} is done`, () => reader.seen.length >= expected(changes, reader), 30).catch(() => {})),
    );
    const problems = check(this.workload.operations, await snapshot(this.database), changes, this.readers);
    if (problems.length > 0) {
      this.isBroken = true;
      const shown = problems.slice(0, 10).join("\n");
      assert.fail(`seed ${SEED}, ${moment}: ${problems.length} broken\n${shown}\nall operations: ${this.workload.file}`);
    }
  }

  figures() {
    const counts = ["acknowledged", "refused", "unknown"].map((outcome) => `${this.workload.count(outcome)} ${outcome}`);
    const repeated = this.workload.operations.filter(({ isRepeated, outcome }) => isRepeated && outcome === "acknowledged");
    const restored = this.workload.operations.filter(({ name, outcome }) => outcome === "acknowledged" && MUTATIONS[name].restores);
    const resumed = this.readers.map(({ resumed }) => resumed).join(" and ");
    const codes = JSON.stringify(this.workload.codes);
    return `${KILLS} kills, ${counts.join(", ")}, ${repeated.length} repeated with their key, ${restored.length} restored, 0 lost; readers resumed ${resumed} times; error codes ${codes}; seed ${SEED}`;
  }

  async end() {
    this.workload.isRunning = false;
    await Promise.all(this.readers.map((reader) => reader.stop()));
    await this.server.drop();
    await this.database.drop();
    // The record of a failed run is kept, to be read.
    if (!this.isBroken) this.place.drop();
  }
}

const expected = (changes, reader) => changes.length - Math.max(0, changes.indexOf(reader.seen[0]));
