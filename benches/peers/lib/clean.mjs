// Deletes the contacts that the workload of creation has made, so that each round meets the same data.

import { sqlite } from "./data.mjs";

/** The time before which all generated records were made. */
const END_OF_GENERATED = Date.UTC(2026, 0, 1);

/** Returns the least id of records that are created from a moment on. */
function idsFrom(moment) {
  const digits = moment.toString(16).padStart(12, "0");
  return `${digits.slice(0, 8)}-${digits.slice(8)}-7000-8000-000000000000`;
}

/** Returns the least id of records that are created from now on. */
export const idsFromNow = () => idsFrom(Date.now());

/** Deletes all contacts that an interrupted run has left. */
export async function sweep(world) {
  const { cluster, database, sqliteFolder, tenant } = world;
  const first = idsFrom(END_OF_GENERATED);
  const [{ left }] = await cluster.query(
    database,
    `SELECT EXISTS (SELECT FROM public.contacts WHERE tenant_id = $1 AND id >= $2)
         OR EXISTS (SELECT FROM peers.contacts WHERE tenant_id = $1 AND id >= $2) AS left`,
    [tenant, first],
  );
  const leftInFile = sqliteFolder && sqlite(sqliteFolder, `SELECT 1 FROM contacts WHERE ${later(first)} LIMIT 1;`) !== "";
  if (left || leftInFile) await clean(world, first);
}

/** Deletes the contacts with ids from `first` on. Without `words`, those of the samples, all words are read. */
export async function clean({ cluster, database, sqliteFolder, tenant, words }, first) {
  await cluster.connected(database, async (client) => {
    const remove = (table, more = "", values = []) =>
      client.query(`DELETE FROM ${table} AS t ${more || "WHERE"} t.tenant_id = $1 AND t.id >= $2`, [tenant, first, ...values]);
    await remove("peers.contacts");
    await remove("public.changes");
    const lists = words && [words.map(({ word }) => word), words.map(({ sortKey }) => sortKey)];
    const ofSamples = `USING unnest($3::text[], $4::text[]) AS s (word, sort_key)
      WHERE t.word = s.word AND t.sort_key = s.sort_key AND`;
    await (lists ? remove("public.search_words", ofSamples, lists) : remove("public.search_words"));
    await client.query(
      `WITH gone AS (DELETE FROM public.contacts WHERE tenant_id = $1 AND id >= $2 RETURNING id)
       UPDATE public.entity_room SET room = room + (SELECT count(*) FROM gone) WHERE tenant_id = $1 AND slot = 0`,
      [tenant, first],
    );
  });
  if (sqliteFolder) cleanSqlite(sqliteFolder, words, first);
}

/** Returns the condition of SQLite that a row of the measured tenant has an id from `first` on. */
function later(first) {
  return `tenant_id = (SELECT id FROM tenants WHERE name = 'peers') AND id >= x'${first.replaceAll("-", "")}'`;
}

function cleanSqlite(folder, words, first) {
  const text = (value) => `'${value.replaceAll("'", "''")}'`;
  const pairs = words?.map(({ word, sortKey }) => `(${text(word)}, ${text(sortKey)})`);
  const ofSamples = pairs ? `AND (word, sort_key) IN (VALUES ${pairs.join(", ")})` : "";
  sqlite(
    folder,
    `BEGIN IMMEDIATE;
     DELETE FROM search_words WHERE ${later(first)} ${ofSamples};
     DELETE FROM changes WHERE ${later(first)};
     UPDATE entity_room SET room = room + (SELECT count(*) FROM contacts WHERE ${later(first)})
      WHERE tenant_id = (SELECT id FROM tenants WHERE name = 'peers') AND slot = 0;
     DELETE FROM contacts WHERE ${later(first)};
     COMMIT;`,
  );
}
