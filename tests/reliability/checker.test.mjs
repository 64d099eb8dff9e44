// The crash checker finds faults: each is put into a copy of a database that the checker finds nothing wrong with.

import assert from "node:assert/strict";
import { join } from "node:path";

import { check } from "./crash/check.mjs";
import { Follower, readFeed } from "./crash/follower.mjs";
import { snapshot } from "./crash/snapshot.mjs";
import { faults } from "./crash/tampering.mjs";
import { Workload } from "./crash/workload.mjs";
import { ENGINES, open } from "./support/database.mjs";
import { Server, folder } from "./support/program.mjs";
import { SEED } from "./support/random.mjs";
import { counting } from "./support/story.mjs";
import { until } from "./support/wait.mjs";

const test = counting("checker");

for (const engine of ENGINES) {
  test(`${engine}: the checker finds each fault in a copy of the database (seed ${SEED})`, async () => {
    const place = folder();
    const database = await open(engine);
    const server = await new Server(database).up();
    try {
      const token = server.token();
      const workload = new Workload(SEED, join(place.path, "operations.jsonl"));
      workload.start(server, token);
      await until("every kind has records", () => workload.count("acknowledged") > 350 && haveAll(workload));
      await workload.stop();
      const { changes } = await readFeed(server, token);
      await server.stop();
      await database.quiet();
      const whole = await snapshot(database);
      assert.deepEqual(check(workload.operations, whole, changes), []);

      const all = Object.entries(faults(whole, (id) => database.id(id)));
      for (const [name, sql] of all) {
        const copy = await database.copy();
        await copy.run(sql);
        const problems = check(workload.operations, await snapshot(copy), changes);
        await copy.drop();
        assert.notEqual(problems.length, 0, `${name} is not found: ${sql}`);
      }
      feedFaults(workload, whole, changes);
      answerFaults(workload, whole, changes);
      console.log(`figure: checker ${engine}: ${all.length + 7} of ${all.length + 7} faults found`);
    } finally {
      await server.drop();
      await database.drop();
      place.drop();
    }
  });
}

/** Whether there are records of all kinds that are tampered with. */
function haveAll({ operations, pool }) {
  if (pool.deleted.size < 5) return false;
  const done = operations.filter(({ outcome }) => outcome === "acknowledged");
  const names = ["createNote", "createRelationship", "upsertUser", "createWrapUpCode", "createOrganization", "updateContact", "restoreContact"];
  return names.every((name) => done.some((each) => each.name === name)) && done.some(({ state }) => state?.agentIds?.length);
}

/** Faults of what readers saw: a change twice, a change missing, two in another order. */
function feedFaults({ operations }, whole, changes) {
  const reader = (seen) => Object.assign(new Follower(), { name: "a reader", seen });
  const found = (feed, seen) => check(operations, whole, feed, [reader(seen)]).length;
  assert.equal(found(changes, changes), 0);
  assert.ok(found(changes, changes.toSpliced(5, 1)), "a reader that misses a change");
  assert.ok(found(changes, changes.toSpliced(5, 0, changes[5])), "a reader that sees a change twice");
  assert.ok(found(changes, changes.toSpliced(5, 2, changes[6], changes[5])), "a reader with another order");
  const second = changes.findIndex((each) => each.includes(" 2 UPDATED"));
  const first = changes.findIndex((each) => each.startsWith(changes[second].split(" ")[0]));
  const swapped = changes.with(first, changes[second]).with(second, changes[first]);
  assert.ok(found(swapped, swapped), "a feed with version 2 before version 1");
}

/** Faults of answers: an acknowledged state that is not in the database, a refused one that is, two for one version. */
function answerFaults({ operations }, whole, changes) {
  const updates = operations.filter(({ outcome, name }) => outcome === "acknowledged" && name.startsWith("create"));
  const last = updates.at(-1);
  const found = (changed) => check(operations.map((each) => (each === last ? changed : each)), whole, changes).length;
  assert.ok(found({ ...last, outcome: "refused" }), "a refused operation that wrote");
  assert.ok(found({ ...last, id: "0".repeat(32) }), "an acknowledged record that is not there");
  const twice = { ...updates[0], id: last.id, version: last.version };
  assert.ok(check([...operations, twice], whole, changes).length, "two operations for one version");
}
