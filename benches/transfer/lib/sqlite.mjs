// The databases of SQLite, and the bare load by INSERT.

import { copyFileSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";

import { complete } from "../../peers/lib/processes.mjs";
import { RECORD_TABLES, inOrder, selected } from "./tables.mjs";

/** The tables of the product with their columns, keys and references, as JSON. */
const TABLES = `
  SELECT json_group_array(json_object(
           'name', name,
           'hasRowid', NOT wr,
           'columns', json((SELECT json_group_array(name) FROM pragma_table_info(tables.name))),
           'key', json((SELECT json_group_array(name) FROM pragma_table_info(tables.name) WHERE pk > 0)),
           'references', json((SELECT json_group_array(json_array("from", "table"))
                                 FROM pragma_foreign_key_list(tables.name)
                                WHERE "from" <> 'tenant_id' OR "table" = 'tenants'))))
    FROM pragma_table_list AS tables
   WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%'`;

/** The columns with the record that a row of a table without rowids belongs to. */
const OWNERS = { search_words: "id", external_ids: "owner_id", interaction_agents: "interaction_id", wrap_ups: "interaction_id" };
/** The number of records whose rows the product writes together, at least. */
const CHUNK = 1000;

/** The settings of the product's connection that writes, on which the bare load depends. */
const SETTINGS = "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA temp_store = memory; PRAGMA cache_size = -32768;";

export class Sqlite {
  name = "SQLite";
  bareLoad = "`INSERT … SELECT` from an attached file without indexes, in one transaction of the `sqlite3` program";

  static start(options) {
    const sqlite = new Sqlite();
    sqlite.options = options;
    sqlite.folder = join(options.work, "sqlite");
    sqlite.dumped = join(sqlite.folder, "dump.sqlite");
    return sqlite;
  }

  stop() {}

  settle() {}

  /** Returns the processor time of a server, which there is not. */
  processorTime() {
    return 0;
  }

  /** Creates an empty folder, in the place of one of an earlier run. */
  async create(database) {
    const folder = join(this.folder, database);
    await this.drop(database);
    mkdirSync(folder, { recursive: true });
    const [file, before] = ["external-contacts", "before"].map((name) => join(folder, `${name}.sqlite`));
    return { database, file, before, flags: ["--data", folder] };
  }

  async drop(database) {
    rmSync(join(this.folder, database), { recursive: true, force: true });
  }

  dropDumps() {
    rmSync(this.dumped, { force: true });
  }

  run(file, text) {
    return complete(["sqlite3", "-bail", "-batch", file, text]);
  }

  /** Remembers all rows. */
  async remember({ file, before }) {
    copyFileSync(file, before);
  }

  /** Copies the rows that are not remembered to a file without indexes, in about the order in which they were written. */
  async dump({ file, before }) {
    const dump = this.dumped;
    const tables = inOrder(JSON.parse(await this.run(file, TABLES)));
    this.dropDumps();
    const records = RECORD_TABLES.map((name) => `SELECT id, rowid / ${CHUNK} FROM main.${name}`);
    const copies = tables.map((table) => {
      const same = table.key.map((column) => `old.${column} = new.${column}`).join(" AND ");
      return `
        CREATE TABLE dump.${table.name} AS
        SELECT ${selected(table)}
          FROM main.${table.name} AS new
         WHERE NOT EXISTS (SELECT 1 FROM before.${table.name} AS old WHERE ${same})
         ORDER BY ${written(table)};`;
    });
    await this.run(
      file,
      `ATTACH '${before}' AS before; ATTACH '${dump}' AS dump; PRAGMA dump.synchronous = OFF;
       CREATE TEMPORARY TABLE chunks (id BLOB PRIMARY KEY, chunk INTEGER) WITHOUT ROWID;
       INSERT INTO chunks ${records.join(" UNION ALL ")};
       ${copies.join("")}`,
    );
    const counts = tables.map(({ name }) => `SELECT '${name}' FROM ${name} LIMIT 1`).map((text) => `SELECT * FROM (${text})`);
    const filled = (await this.run(dump, counts.join(" UNION ALL "))).split("\n");
    return tables.filter(({ name }) => filled.includes(name));
  }

  /** Returns the command of the bare load. */
  bareCommand({ file }, tables) {
    const inserts = tables.map(({ name, columns }) => {
      const names = columns.join(", ");
      return `INSERT INTO main.${name} (${names}) SELECT ${names} FROM dump.${name} ORDER BY rowid;`;
    });
    const text = `${SETTINGS} ATTACH '${this.dumped}' AS dump; BEGIN; ${inserts.join(" ")} COMMIT;`;
    return ["sqlite3", "-bail", "-batch", file, text];
  }
}

/** Returns the order in which the rows of a table were written: by rowid, or by the chunks of the records that they belong to. */
function written({ name, hasRowid, key }) {
  if (hasRowid) return "new.rowid";
  const owner = OWNERS[name];
  const chunk = owner ? [`(SELECT chunk FROM chunks WHERE chunks.id = new.${owner})`] : [];
  return [...chunk, ...key.map((column) => `new.${column}`)].join(", ");
}
