// A PostgreSQL server in its own folder, for which its own programs are enough.

import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { totalmem } from "node:os";
import { join } from "node:path";

import { freePort, postgresPrograms, unprivileged } from "../../../tests/reliability/support/machine.mjs";
import { until } from "../../../tests/reliability/support/wait.mjs";
import { start } from "./processes.mjs";

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

export class PostgresServer {
  /** Starts the server, and creates it first if it does not exist. */
  static async start(work) {
    const server = new this();
    server.folder = join(work, "postgres");
    server.user = unprivileged();
    const data = join(server.folder, "data");
    const marker = join(server.folder, "created");
    if (!existsSync(marker)) {
      rmSync(server.folder, { recursive: true, force: true });
      mkdirSync(server.folder, { recursive: true });
      if (server.user) chownSync(server.folder, server.user.uid, server.user.gid);
      server.initialize(data);
      writeFileSync(marker, "");
    }
    server.port = await freePort();
    const flags = Object.entries(settings(server.folder)).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
    // SIGINT stops the server without waiting for its clients.
    server.program = start([join(postgresPrograms(), "postgres"), "-D", data, "-p", String(server.port), ...flags], {
      ...{ log: join(work, "logs/postgres.log"), user: server.user, cwd: server.folder, stop: "SIGINT" },
      environment: { LC_ALL: "C" },
    });
    const answers = () => {
      if (server.program.hasEnded) throw new Error(`PostgreSQL did not start: ${readFileSync(server.program.log, "utf8")}`);
      return server.acceptsConnections();
    };
    await until("PostgreSQL accepts connections", answers, 120);
    return server;
  }

  initialize(data) {
    const arguments_ = ["-D", data, "-U", "postgres", "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8"];
    // The folders above need not be open to the user that runs the server, but this one is its own.
    chmodSync(this.folder, 0o755);
    execFileSync(join(postgresPrograms(), "initdb"), arguments_, { ...this.user, cwd: this.folder, stdio: "ignore" });
  }

  acceptsConnections() {
    const where = ["-h", "127.0.0.1", "-p", String(this.port)];
    return spawnSync(join(postgresPrograms(), "pg_isready"), where, { stdio: "ignore" }).status === 0;
  }

  get pid() {
    return this.program.child.pid;
  }

  /** Returns the URL of a database, for a user. */
  url(database, user = "postgres") {
    return `postgres://${user}@127.0.0.1:${this.port}/${database}?sslmode=disable`;
  }
}
