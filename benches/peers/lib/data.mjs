// The databases: the product generates its own tables, and the peers' are copied from them, so that both hold the same facts.

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { HERE } from "./paths.mjs";
import { complete } from "./processes.mjs";

/** The measured tenant, and a small one beside it. */
export const TENANT = "peers";
const OTHER_TENANT = "others";
/** The share of contacts among managed entities. */
const CONTACTS_SHARE = 0.6;

function tell(step) {
  process.stderr.write(`${step}\n`);
}

/** Fills both tenants; an interrupted run is continued. */
async function generate(program, contacts, flags) {
  const entities = Math.ceil(contacts / CONTACTS_SHARE);
  for (const [tenant, count, seed] of [[TENANT, entities, 1], [OTHER_TENANT, Math.max(100, Math.ceil(entities / 20)), 2]]) {
    await complete([program, "generate", "--tenant", tenant, "--entities", String(count), "--seed", String(seed), ...flags]);
  }
}

/** Prepares the database of PostgreSQL unless it is ready, and returns its name. */
export async function preparePostgres(cluster, options) {
  const { name, state } = await generatePostgres(cluster, options);
  if (state === "ready") return name;
  await copyForPeers(cluster, name);
  await cluster.query("postgres", `COMMENT ON DATABASE ${name} IS 'ready'`);
  return name;
}

/** Generates the data in PostgreSQL unless they are there, and returns the database's name and state. */
export async function generatePostgres(cluster, { program, contacts, work }) {
  const name = `contacts_${contacts}`;
  const [known] = await cluster.query(
    "postgres",
    "SELECT shobj_description(oid, 'pg_database') AS state FROM pg_database WHERE datname = $1",
    [name],
  );
  if (known?.state) return { name, state: known.state };
  if (!known) await cluster.query("postgres", `CREATE DATABASE ${name}`);
  tell(`generating ${contacts} contacts, PostgreSQL`);
  await generate(program, contacts, ["--database-url", cluster.url(name), "--data", work]);
  await cluster.query("postgres", `COMMENT ON DATABASE ${name} IS 'generated'`);
  return { name, state: "generated" };
}

async function copyForPeers(cluster, database) {
  await cluster.connected(database, async (client) => {
    for (const step of ["schema", "copy", "indexes"]) {
      tell(`tables of the peers: ${step}`);
      await client.query(readFileSync(join(HERE, "sql", `${step}.sql`), "utf8"));
    }
    tell("vacuum and analyze");
    await client.query("VACUUM (FREEZE, ANALYZE)");
    const [role] = (await client.query("SELECT 1 FROM pg_roles WHERE rolname = 'peers'")).rows;
    if (!role) await client.query("CREATE ROLE peers LOGIN SUPERUSER");
    await client.query("ALTER ROLE peers SET search_path = peers, public");
  });
}

/** Vacuums and analyzes what a migration or an earlier run has left, and reads the tables and indexes into memory. */
export async function warm(cluster, database) {
  tell("vacuum and analyze");
  await cluster.query(database, "VACUUM (ANALYZE)");
  await readIntoMemory(cluster, database);
}

/** Reads the tables and indexes into memory. */
export async function readIntoMemory(cluster, database) {
  await cluster.query(database, "CREATE EXTENSION IF NOT EXISTS pg_prewarm SCHEMA public");
  await cluster.query(
    database,
    `SELECT sum(pg_prewarm(oid, 'read'))
       FROM pg_class
      WHERE relnamespace IN (to_regnamespace('peers'), 'public'::regnamespace)
        AND relkind IN ('r', 'i')
        AND relname NOT LIKE 'interaction%'`,
  );
}

/** Prepares the file of SQLite unless it is ready, and returns its folder. */
export async function prepareSqlite({ program, contacts, work }) {
  const folder = join(work, `sqlite-${contacts}`);
  const marker = join(folder, "ready");
  if (existsSync(marker)) return folder;
  mkdirSync(folder, { recursive: true });
  tell(`generating ${contacts} contacts, SQLite`);
  await generate(program, contacts, ["--data", folder]);
  sqlite(folder, "ANALYZE");
  writeFileSync(marker, "");
  return folder;
}

/** Runs statements in the file of SQLite. */
export function sqlite(folder, text) {
  const file = join(folder, "external-contacts.sqlite");
  return execFileSync("sqlite3", ["-bail", "-cmd", ".timeout 30000", file], { input: text, encoding: "utf8" });
}
