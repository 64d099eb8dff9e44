// The databases: prepared as benches/peers does, and asked for the values that searches are made of.

import { execFileSync } from "node:child_process";
import { join } from "node:path";

import { Cluster } from "../../peers/lib/cluster.mjs";
import { generatePostgres, prepareSqlite, readIntoMemory, warm } from "../../peers/lib/data.mjs";
import { ours, oursOnSqlite } from "../../peers/servers/ours.mjs";

/** The most bytes of an answer of `sqlite3`. */
const MOST = 2 ** 29;

const postgres = {
  name: "postgres",
  label: "PostgreSQL",
  server: ours,
  /** Returns an expression for the text of an id. */
  idText: (column) => `${column}::text`,
  async prepare(options) {
    const cluster = options.port ? Cluster.running(options.port) : await Cluster.start(options.work);
    const { name: database } = await generatePostgres(cluster, options);
    // A server that others use keeps its statistics.
    await (options.port ? readIntoMemory(cluster, database) : warm(cluster, database));
    return { cluster, database, rows: (text) => cluster.query(database, text) };
  },
};

const sqlite = {
  name: "sqlite",
  label: "SQLite",
  server: oursOnSqlite,
  idText: (column) => {
    const part = (first, length) => `substr(lower(hex(${column})), ${first}, ${length})`;
    return [part(1, 8), part(9, 4), part(13, 4), part(17, 4), part(21, 12)].join(" || '-' || ");
  },
  async prepare(options) {
    const sqliteFolder = await prepareSqlite(options);
    const file = join(sqliteFolder, "external-contacts.sqlite");
    const rows = async (text) => {
      const command = ["-bail", "-readonly", "-json", file, text];
      const printed = execFileSync("sqlite3", command, { encoding: "utf8", maxBuffer: MOST });
      return printed === "" ? [] : JSON.parse(printed);
    };
    return { sqliteFolder, rows };
  },
};

export const ENGINES = [postgres, sqlite];
