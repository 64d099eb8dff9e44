// A database on either engine, read and tampered with behind the program's back.

import { execFileSync } from "node:child_process";
import { join } from "node:path";

import { folder } from "./program.mjs";
import { Postgres } from "./postgres.mjs";
import { until } from "./wait.mjs";

/** The engines that each test runs on. */
export const ENGINES = ["sqlite", "postgres"];

/** Returns an empty database. */
export function open(engine) {
  return engine === "sqlite" ? Sqlite.create() : PostgresDatabase.create();
}

/** Ids in both engines' rows become 32 hexadecimal digits. */
const plainId = (id) => id.replaceAll("-", "");

/** A file of SQLite. */
export class Sqlite {
  engine = "sqlite";
  /** The command line that runs programs where the file is. */
  launcher = [];

  static create() {
    const sqlite = new Sqlite();
    sqlite.place = folder();
    return sqlite;
  }

  get flags() {
    return ["--data", this.place.path];
  }

  get file() {
    return join(this.place.path, "external-contacts.sqlite");
  }

  /** Runs statements, without the checks of foreign keys that the program turns on. */
  async run(text) {
    const [first, ...rest] = [...this.launcher, "sqlite3", "-bail", "-json", "-cmd", ".timeout 10000", this.file, text];
    const printed = execFileSync(first, rest, {
      encoding: "utf8",
      maxBuffer: 1 << 30,
    });
    return printed.trim() === "" ? [] : JSON.parse(printed);
  }

  /** Returns a literal of an id. */
  id(id) {
    return `x'${plainId(id)}'`;
  }

  /** Returns all rows of a table, with ids as hexadecimal digits and JSON as values. */
  async rows(table) {
    const columns = await this.run(`SELECT name, type FROM pragma_table_info('${table}')`);
    const list = columns.map(({ name, type }) => (type === "BLOB" ? `lower(hex(${name})) AS ${name}_hex, ${name} IS NULL AS ${name}_null` : name));
    const blobs = columns.filter(({ type }) => type === "BLOB").map(({ name }) => name);
    const rows = await this.run(`SELECT ${list.join(", ")} FROM ${table}`);
    return rows.map((row) => {
      const plain = Object.fromEntries(columns.map(({ name }) => [name, parsed(name, row[name])]));
      for (const name of blobs) plain[name] = row[`${name}_null`] ? null : row[`${name}_hex`];
      return plain;
    });
  }

  /** Returns a copy that can be changed. No server may run, since PostgreSQL copies no database that is in use. */
  async copy() {
    const copy = Sqlite.create();
    await this.run(`VACUUM INTO '${copy.file}'`);
    return copy;
  }

  /** Waits until no statement of a server that was killed still runs: SQLite's ended with it. */
  async quiet() {}

  async drop() {
    this.place.drop();
  }
}

/** The columns with JSON, which are text on SQLite. */
const JSON_COLUMNS = new Set([
  "tags", "external_ids", "phone_numbers", "email_addresses", "addresses", "social_handles", "agent_ids", "wrap_ups",
  "fields", "detached", "record", "address", "phone_number", "fax_number", "annual_revenue", "websites", "tickers",
]);

function parsed(name, value) {
  return JSON_COLUMNS.has(name) && typeof value === "string" ? JSON.parse(value) : value;
}

class PostgresDatabase {
  engine = "postgres";

  static async create() {
    const database = new PostgresDatabase();
    database.server = await Postgres.start();
    database.place = folder();
    database.name = "contacts";
    await database.server.query(`CREATE DATABASE ${database.name}`);
    return database;
  }

  get flags() {
    return ["--data", this.place.path, "--database-url", this.server.url(this.name)];
  }

  /** Runs statements, without foreign keys and triggers. */
  run(text) {
    return this.server.query(`SET session_replication_role = replica; ${text}`, undefined, this.name);
  }

  id(id) {
    return `'${id}'`;
  }

  async rows(table) {
    const rows = await this.server.query(`SELECT * FROM ${table}`, [], this.name);
    return rows.map((row) =>
      Object.fromEntries(Object.entries(row).map(([name, value]) => [name, isUuid(value) ? plainId(value) : value])),
    );
  }

  async copy() {
    const copy = Object.assign(new PostgresDatabase(), { server: this.server, place: folder(), name: `copy_${Date.now()}` });
    await this.server.query(`CREATE DATABASE ${copy.name} TEMPLATE ${this.name}`);
    copy.isCopy = true;
    return copy;
  }

  /** Waits until no backend of a server that was killed still runs: it would finish its COMMIT. */
  async quiet() {
    const others = "SELECT count(*) AS count FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()";
    await until("PostgreSQL ends abandoned connections", async () => {
      const [{ count }] = await this.server.query(others, [this.name]);
      return count === 0;
    });
  }

  async drop() {
    this.place.drop();
    if (this.isCopy) await this.server.query(`DROP DATABASE ${this.name} WITH (FORCE)`);
    else await this.server.drop();
  }
}

const isUuid = (value) => typeof value === "string" && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value);
