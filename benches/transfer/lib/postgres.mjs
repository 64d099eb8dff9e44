// The databases of PostgreSQL, and the bare load by COPY.

import { chownSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";

import { postgresPrograms } from "../../../tests/reliability/support/machine.mjs";
import { PostgresServer } from "../../peers/lib/postgres.mjs";
import { complete, processorTime, stop } from "../../peers/lib/processes.mjs";
import { inOrder, selected } from "./tables.mjs";

/** The tables of the product with their columns, keys and references, as JSON. A reference is told by its last column. */
const TABLES = `
  SELECT json_agg(json_build_object(
           'name', relname,
           'columns', (SELECT json_agg(attname ORDER BY attnum)
                         FROM pg_attribute
                        WHERE attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = ''),
           'key', (SELECT json_agg(attname)
                     FROM pg_index
                     JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY (indkey)
                    WHERE indrelid = pg_class.oid AND indisprimary),
           'references', (SELECT COALESCE(json_agg(json_build_array(attname, confrelid::regclass)), '[]')
                            FROM pg_constraint
                            JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[cardinality(conkey)]
                           WHERE conrelid = pg_class.oid AND contype = 'f')))
    FROM pg_class
   WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace`;

export class Postgres {
  name = "PostgreSQL";
  bareLoad = "COPY of files in the binary format, in one transaction";

  static async start(options) {
    const postgres = new Postgres();
    postgres.server = await PostgresServer.start(options.work);
    postgres.options = options;
    postgres.dumps = join(postgres.server.folder, "dumps");
    postgres.dropDumps();
    return postgres;
  }

  stop() {
    return stop(this.server.program);
  }

  /** Returns the processor time of the server, in seconds. */
  processorTime() {
    return processorTime(this.server.pid);
  }

  psql(database, ...statements) {
    return [
      ...[join(postgresPrograms(), "psql"), "--no-psqlrc", "--tuples-only", "--no-align", "--set", "ON_ERROR_STOP=1"],
      ...["--dbname", this.server.url(database), ...statements.flatMap((statement) => ["--command", statement])],
    ];
  }

  run(database, ...statements) {
    return complete(this.psql(database, ...statements));
  }

  /** Creates an empty database, in the place of one of an earlier run. */
  async create(database) {
    await this.drop(database);
    await this.run("postgres", `CREATE DATABASE ${database}`);
    return { database, flags: ["--database-url", this.server.url(database), "--data", join(this.options.work, "data")] };
  }

  drop(database) {
    return this.run("postgres", "SET client_min_messages = warning", `DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
  }

  /** Writes the memory of the server to its disk, so that no step does this for the one before. */
  async settle() {
    await this.run("postgres", "CHECKPOINT");
  }

  async tables({ database }) {
    return inOrder(JSON.parse(await this.run(database, TABLES)));
  }

  /** Remembers the keys of all rows. */
  async remember(store) {
    const tables = await this.tables(store);
    const copies = tables.map(({ name, key }) => `CREATE UNLOGGED TABLE before.${name} AS SELECT ${key.join(", ")} FROM public.${name}`);
    const schema = "SET client_min_messages = warning; DROP SCHEMA IF EXISTS before CASCADE; CREATE SCHEMA before";
    await this.run(store.database, schema, ...copies);
  }

  /** Writes the rows whose keys are not remembered to files, in the order in which they were written. */
  async dump(store) {
    const dumped = [];
    mkdirSync(this.dumps, { recursive: true });
    const { user } = this.server;
    if (user) chownSync(this.dumps, user.uid, user.gid);
    for (const table of await this.tables(store)) {
      const file = join(this.dumps, table.name);
      const same = table.key.map((column) => `old.${column} = new.${column}`).join(" AND ");
      const rows = `
        SELECT ${selected(table)}
          FROM public.${table.name} AS new
         WHERE NOT EXISTS (SELECT FROM before.${table.name} AS old WHERE ${same})
         ORDER BY new.ctid`;
      const told = await this.run(store.database, "SET work_mem = '512MB'", `COPY (${rows}) TO '${file}' WITH (FORMAT binary)`);
      if (!told.includes("COPY 0")) dumped.push({ ...table, file });
    }
    return dumped;
  }

  dropDumps() {
    rmSync(this.dumps, { recursive: true, force: true });
  }

  /** Returns the command of the bare load. Several statements that psql sends as one are one transaction. */
  bareCommand({ database }, dumped) {
    const copies = dumped.map(
      ({ name, columns, file }) => `COPY ${name} (${columns.join(", ")}) FROM '${file}' WITH (FORMAT binary)`,
    );
    return this.psql(database, copies.join("; "));
  }
}
