// A PostgreSQL server of a test's own, from the installed programs, in a folder that goes with it.

import { execFile, spawnSync } from "node:child_process";
import { chownSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import pg from "pg";

import { freePort, postgresPrograms, unprivileged } from "./machine.mjs";

const run = promisify(execFile);

// Dates and instants as PostgreSQL writes them; 64-bit numbers of these tests fit a double.
const [INT8, DATE, TIMESTAMPTZ] = [20, 1082, 1184];
pg.types.setTypeParser(INT8, Number);
for (const type of [DATE, TIMESTAMPTZ]) pg.types.setTypeParser(type, (text) => text);

/** A server that tests may stop, kill and start again. It writes to its disk as PostgreSQL does by default. */
export class Postgres {
  static async start(settings = {}) {
    const postgres = new Postgres();
    postgres.folder = mkdtempSync(join(tmpdir(), "external-contacts-reliability-pg-"));
    postgres.user = unprivileged();
    if (postgres.user) chownSync(postgres.folder, postgres.user.uid, postgres.user.gid);
    postgres.data = join(postgres.folder, "data");
    await postgres.program("initdb", ["-D", postgres.data, "-U", "postgres", "--auth=trust", "--no-sync", "-E", "UTF8"]);
    postgres.port = await freePort();
    const all = {
      port: postgres.port,
      listen_addresses: "127.0.0.1",
      unix_socket_directories: postgres.folder,
      max_connections: 200,
      ...settings,
    };
    const lines = Object.entries(all).map(([name, value]) => `${name} = '${value}'\n`);
    writeFileSync(join(postgres.data, "postgresql.conf"), lines.join(""), { flag: "a" });
    await postgres.up();
    return postgres;
  }

  /** Runs one of PostgreSQL's programs to its end. */
  async program(name, args) {
    const environment = { ...process.env, LC_ALL: "C" };
    return run(join(postgresPrograms(), name), args, { ...this.user, env: environment, cwd: this.folder });
  }

  /** Starts the server and waits until it accepts connections: after a crash, until it has recovered. */
  async up() {
    await this.program("pg_ctl", ["start", "-w", "-t", "60", "-D", this.data, "-l", join(this.folder, "log")]);
  }

  /** Stops the server: `immediate` is a crash, after which it recovers from its log. */
  async down(mode = "immediate") {
    await this.program("pg_ctl", ["stop", "-w", "-t", "60", "-D", this.data, "-m", mode]);
  }

  /** The process ids of the server and of its children. */
  processes() {
    const main = Number(readFileSync(join(this.data, "postmaster.pid"), "utf8").split("\n")[0]);
    const listed = spawnSync("ps", ["-o", "pid=", "--ppid", String(main)], { encoding: "utf8" });
    return [main, ...listed.stdout.split("\n").map(Number).filter(Boolean)];
  }

  url(database = "postgres") {
    return `postgres://postgres@127.0.0.1:${this.port}/${database}?sslmode=disable`;
  }

  /** Runs a statement on a connection of its own. */
  async query(text, values = [], database = "postgres") {
    const client = new pg.Client({ connectionString: this.url(database) });
    client.on("error", () => {});
    await client.connect();
    try {
      return (await client.query(text, values)).rows;
    } finally {
      await client.end();
    }
  }

  async drop() {
    await this.down().catch(() => {});
    rmSync(this.folder, { recursive: true, force: true });
  }
}
