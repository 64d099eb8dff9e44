// The PostgreSQL server of a run, in its own folder.

import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { totalmem } from "node:os";
import { join } from "node:path";

import pg from "pg";

import { freePort, postgresPrograms, unprivileged } from "../../../tests/reliability/support/machine.mjs";
import { until } from "../../../tests/reliability/support/wait.mjs";
import { start } from "./processes.mjs";

const INT8 = 20;
pg.types.setTypeParser(INT8, Number);

/** Returns the settings: durable, with everything in memory, and with nothing that runs at times of its own. */
function settings(folder) {
  const mebibytes = Math.floor(totalmem() / 2 ** 20);
  return {
    listen_addresses: "127.0.0.1",
    unix_socket_directories: folder,
    max_connections: 150,
    shared_buffers: `${Math.min(8192, Math.floor(mebibytes / 4))}MB`,
    effective_cache_size: `${Math.floor(mebibytes / 2)}MB`,
    work_mem: "32MB",
    maintenance_work_mem: "512MB",
    max_wal_size: "8GB",
    checkpoint_timeout: "15min",
    wal_compression: "on",
    random_page_cost: 1.1,
    max_parallel_workers_per_gather: 0,
    jit: "off",
    autovacuum: "off",
  };
}

export class Cluster {
  /** Returns a server that is already running, of the same trusting kind. */
  static running(port) {
    return Object.assign(new Cluster(), { port });
  }

  /** Starts the server, and creates it first if it does not exist. */
  static async start(work) {
    const cluster = new Cluster();
    cluster.folder = join(work, "postgres");
    cluster.user = unprivileged();
    const data = join(cluster.folder, "data");
    const marker = join(cluster.folder, "created");
    if (!existsSync(marker)) {
      rmSync(cluster.folder, { recursive: true, force: true });
      mkdirSync(cluster.folder, { recursive: true });
      if (cluster.user) chownSync(cluster.folder, cluster.user.uid, cluster.user.gid);
      cluster.initialize(data);
      writeFileSync(marker, "");
    }
    cluster.port = await freePort();
    const flags = Object.entries(settings(cluster.folder)).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
    // SIGINT stops the server without waiting for its clients.
    cluster.program = start([join(postgresPrograms(), "postgres"), "-D", data, "-p", String(cluster.port), ...flags], {
      ...{ log: join(work, "logs/postgres.log"), user: cluster.user, cwd: cluster.folder, stop: "SIGINT" },
      environment: { LC_ALL: "C" },
    });
    const answers = () => {
      if (cluster.program.hasEnded) throw new Error(`PostgreSQL did not start: ${readFileSync(cluster.program.log, "utf8")}`);
      return cluster.query("postgres", "SELECT 1").then(() => true, () => false);
    };
    await until("PostgreSQL accepts connections", answers, 120);
    return cluster;
  }

  initialize(data) {
    const arguments_ = ["-D", data, "-U", "postgres", "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8"];
    // The folders above need not be open to the user that runs the server, but this one is its own.
    chmodSync(this.folder, 0o755);
    execFileSync(join(postgresPrograms(), "initdb"), arguments_, { ...this.user, cwd: this.folder, stdio: "ignore" });
  }

  get pid() {
    return this.program.child.pid;
  }

  /** Returns the URL of a database, for a user. */
  url(database, user = "postgres") {
    return `postgres://${user}@127.0.0.1:${this.port}/${database}?sslmode=disable`;
  }

  /** Runs the block with a connection. */
  async connected(database, block) {
    const client = new pg.Client({ connectionString: this.url(database) });
    client.on("error", () => {});
    await client.connect();
    try {
      return await block(client);
    } finally {
      await client.end();
    }
  }

  /** Runs a statement, or several without values, and returns the rows. */
  query(database, text, values) {
    return this.connected(database, async (client) => (await client.query(text, values)).rows);
  }
}
