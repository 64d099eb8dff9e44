// A disk that fills up while clients write to SQLite, and gets space again.

import assert from "node:assert/strict";
import { once } from "node:events";
import { spawn } from "node:child_process";
import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";

import { check } from "./crash/check.mjs";
import { readFeed } from "./crash/follower.mjs";
import { snapshot } from "./crash/snapshot.mjs";
import { Workload } from "./crash/workload.mjs";
import { Sqlite } from "./support/database.mjs";
import { Server, folder } from "./support/program.mjs";
import { SEED } from "./support/random.mjs";
import { counting } from "./support/story.mjs";
import { until } from "./support/wait.mjs";

const test = counting("disks");
const MEBIBYTES = 24;

test(`a full disk loses no acknowledged write, and writes work again once there is space (seed ${SEED})`, async () => {
  const place = folder();
  const disk = await Disk.mount();
  const database = disk.database();
  const server = await new Server(database).up();
  try {
    const token = server.token();
    const workload = new Workload(SEED, join(place.path, "operations.jsonl"));
    workload.isUp = true;
    workload.start(server, token);
    await until("there are records", () => workload.count("acknowledged") > 100);
    const full = Date.now();
    disk.fill();
    const failed = () => workload.count("unknown") + (workload.codes.UNAVAILABLE ?? 0);
    await until("writes fail", () => failed() > 20);
    disk.free();
    const before = workload.count("acknowledged");
    await until("writes work again", () => workload.count("acknowledged") > before + 50);
    await workload.stop();
    const told = server.lines.filter((line) => line.includes("the database cannot be used until an operator acts"));
    const seconds = (Date.now() - full) / 1000;
    assert.ok(told.length <= 1 + seconds / 10, `${told.length} lines in ${seconds} s for ${failed()} failures`);
    assert.ok(told.length > 0 || !workload.codes.UNAVAILABLE, "the operator is told");

    const { changes } = await readFeed(server, token);
    assert.deepEqual(check(workload.operations, await snapshot(database), changes), []);
    const counts = ["acknowledged", "refused", "unknown"].map((outcome) => `${workload.count(outcome)} ${outcome}`);
    console.log(`figure: disks: ${counts.join(", ")}, 0 lost; error codes ${JSON.stringify(workload.codes)}`);
  } finally {
    await server.drop();
    await disk.drop();
    place.drop();
  }
});

/** A small file system in memory, in a mount namespace of its own, which needs no rights. */
class Disk {
  static async mount() {
    const disk = new Disk();
    disk.place = folder();
    const script = `mount -t tmpfs -o size=${MEBIBYTES}m none "$0" && echo mounted && exec sleep 1000000`;
    disk.child = spawn("unshare", ["--map-root-user", "--mount", "sh", "-c", script, disk.place.path], { stdio: ["ignore", "pipe", "inherit"] });
    await once(disk.child.stdout, "data");
    // This process sees the file system through that one; programs enter its namespaces.
    disk.seen = `/proc/${disk.child.pid}/root${disk.place.path}`;
    return disk;
  }

  database() {
    const launcher = ["nsenter", "--preserve-credentials", "--user", "--mount", "--target", String(this.child.pid)];
    return Object.assign(new Sqlite(), { place: this.place, launcher });
  }

  fill() {
    const file = openSync(join(this.seen, "fill"), "w");
    try {
      for (const block of [1 << 20, 1 << 12, 1]) {
        for (;;) {
          try {
            writeSync(file, Buffer.alloc(block));
          } catch (error) {
            if (error.code !== "ENOSPC") throw error;
            break;
          }
        }
      }
    } finally {
      closeSync(file);
    }
  }

  free() {
    rmSync(join(this.seen, "fill"));
  }

  async drop() {
    const ended = once(this.child, "exit");
    this.child.kill("SIGKILL");
    await ended;
    this.place.drop();
  }
}
