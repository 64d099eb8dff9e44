// The servers of a run: started, asked and stopped.

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { freePort } from "../../../tests/reliability/support/machine.mjs";
import { until } from "../../../tests/reliability/support/wait.mjs";
import { HERE } from "./paths.mjs";
import { start } from "./processes.mjs";

const HOST = "127.0.0.1";
/** The seconds that a server has for starting: a new version of the product migrates the database first. */
const PATIENCE = 900;

/** A running server. */
export class RunningServer {
  /** Starts a server and waits until it answers a request. */
  static async start(server, world) {
    const running = new RunningServer();
    running.server = server;
    running.world = world;
    running.port = await freePort();
    const { cluster, database, options } = world;
    // The peers have a user of their own, whose search path leads to their tables.
    const url = cluster?.url(database, server.isOurs ? "postgres" : "peers");
    const place = {
      ...{ host: HOST, port: running.port, metricsPort: await freePort(), url, pool: options.pool, node: process.execPath },
      ...{ here: HERE, work: options.work, program: options.program, peers: options.peers, sqlite: world.sqliteFolder },
    };
    running.callers = server.callers({ tenant: world.tenant, tenantName: world.tenantName });
    running.program = start(server.command(place), {
      log: join(options.work, "logs", `${server.name}.log`),
      environment: { DATABASE_URL: url, POOL: String(options.pool), ...server.environment },
    });
    await until(`${server.name} listens`, () => running.isUp(), PATIENCE);
    return running;
  }

  get name() {
    return this.server.name;
  }

  get pid() {
    return this.program.child.pid;
  }

  async isUp() {
    if (this.program.hasEnded) throw new Error(`${this.name} ended:\n${readFileSync(this.program.log, "utf8").slice(-2000)}`);
    return fetch(`http://${HOST}:${this.port}/`).then(() => true, () => false);
  }

  url(workload) {
    return `http://${HOST}:${this.port}${this.server.path(workload)}`;
  }

  /** Sends a body and returns the answer. */
  async post(workload, body) {
    const response = await fetch(this.url(workload), {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", ...this.callers[0] },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    const problem = () => new Error(`${workload}, ${this.name}: ${response.status} ${text.slice(0, 600)}`);
    if (response.status !== 200) throw problem();
    const { data, errors } = JSON.parse(text);
    if (errors) throw problem();
    return { data, bytes: text.length };
  }

  /** Sends the request of a workload for a sample. */
  ask(workload, sample) {
    return this.post(workload, this.server.requests[workload](sample));
  }
}
