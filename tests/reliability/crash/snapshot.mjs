// The whole database as rows, with what the checks look up.

import { KINDS } from "./kinds.mjs";
import { markersIn } from "./mutations.mjs";

const TABLES = [
  ...Object.values(KINDS).map(({ table }) => table),
  "tenants",
  "entity_room",
  "external_ids",
  "interaction_agents",
  "wrap_ups",
  "search_words",
  "changes",
  "trashed_records",
  "undo_records",
  "undo_links",
  "transfers",
  "aliases",
  "merges",
  "unsettled_records",
];

/** Reads every table. Nothing may write meanwhile. */
export async function snapshot(database) {
  const tables = {};
  for (const table of TABLES) tables[table] = await database.rows(table);
  return new Snapshot(tables);
}

class Snapshot {
  constructor(tables) {
    this.tables = tables;
    this.byId = Object.fromEntries(
      Object.entries(KINDS).map(([kind, { table }]) => [kind, new Map(tables[table].map((row) => [row.id, row]))]),
    );
    this.words = grouped(tables.search_words, "id");
    this.changes = grouped(tables.changes, "entity_id");
    this.trash = new Set(tables.undo_records.map(({ id }) => id));
    for (const list of this.changes.values()) list.sort((a, b) => a.version - b.version || rank(a) - rank(b));
  }

  /** Whether a record was deleted at some time, and possibly restored. */
  wasDeleted(id) {
    return this.changes.get(id)?.some(({ action }) => action === "DELETED") ?? false;
  }

  /** Returns the table and row of each place where a marker stands. */
  placesOfMarkers() {
    const places = new Map();
    for (const [table, rows] of Object.entries(this.tables)) {
      for (const row of rows) {
        // The old value of a field is history; the value that a change wrote is what counts.
        const text = table === "changes" ? row.fields.map(({ after }) => after).join(" ") : JSON.stringify(row);
        for (const mark of markersIn(text)) {
          if (!places.has(mark)) places.set(mark, []);
          places.get(mark).push({ table, id: row.entity_id ?? row.owner_id ?? row.id, row });
        }
      }
    }
    return places;
  }
}

/** A deletion has the number of the last version, and comes after it. */
const rank = ({ action }) => (action === "DELETED" ? 1 : 0);

function grouped(rows, column) {
  const groups = new Map();
  for (const row of rows) {
    if (!groups.has(row[column])) groups.set(row[column], []);
    groups.get(row[column]).push(row);
  }
  return groups;
}
