// PgBouncer in front of a test's PostgreSQL.

import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { freePort, unprivileged } from "./machine.mjs";
import { until } from "./wait.mjs";

/** A running PgBouncer: `mode` is `transaction` or `session`. */
export class Pooler {
  static async start(postgres, mode, settings = {}) {
    const pooler = new Pooler();
    pooler.folder = mkdtempSync(join(tmpdir(), "external-contacts-reliability-pooler-"));
    pooler.port = await freePort();
    const all = {
      listen_addr: "127.0.0.1",
      listen_port: pooler.port,
      unix_socket_dir: "",
      auth_type: "trust",
      auth_file: join(pooler.folder, "users"),
      pool_mode: mode,
      max_prepared_statements: 200,
      default_pool_size: 20,
      max_client_conn: 500,
      ...settings,
    };
    const lines = Object.entries(all).map(([name, value]) => `${name} = ${value}\n`);
    writeFileSync(join(pooler.folder, "users"), '"postgres" ""\n');
    writeFileSync(
      join(pooler.folder, "pgbouncer.ini"),
      `[databases]\n* = host=127.0.0.1 port=${postgres.port}\n[pgbouncer]\n${lines.join("")}`,
    );
    await pooler.up();
    return pooler;
  }

  async up() {
    const user = unprivileged();
    // The cache of root is not readable for the user that PgBouncer must run as.
    const program = join(this.folder, "pgbouncer");
    copyFileSync(execFileSync(new URL("pgbouncer", import.meta.url).pathname, { encoding: "utf8" }).trim(), program);
    chmodSync(program, 0o755);
    if (user) chownSync(this.folder, user.uid, user.gid);
    this.child = spawn(program, ["-q", join(this.folder, "pgbouncer.ini")], { ...user, stdio: ["ignore", "ignore", "pipe"] });
    this.log = "";
    this.child.stderr.on("data", (chunk) => (this.log += chunk));
    await until("PgBouncer listens", () => {
      if (this.child.exitCode !== null) throw new Error(`PgBouncer ended with ${this.child.exitCode}\n${this.log}`);
      return reachable(this.port);
    });
  }

  url(database) {
    return `postgres://postgres@127.0.0.1:${this.port}/${database}?sslmode=disable`;
  }

  async drop() {
    if (this.child.exitCode === null) {
      const ended = once(this.child, "exit");
      this.child.kill("SIGKILL");
      await ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function reachable(port) {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => resolve(true));
    socket.on("connect", () => socket.destroy());
    socket.on("error", () => resolve(false));
  });
}
