// The tables of the product, of either database.

/** The kinds of records in the order in which they are imported. */
export const KINDS = ["users", "wrap-up-codes", "organizations", "contacts", "relationships", "notes", "interactions"];

/** The tables that have the records of the kinds. */
export const RECORD_TABLES = KINDS.map((kind) => kind.replaceAll("-", "_"));

/** Columns that refer to rows of a table that comes later. The product sets them after these rows; a bare load leaves them null. */
const SET_LATER = new Map([["organizations", "primary_contact_id"]]);

/** Returns the columns to read of a table, as the bare load is to write them. */
export function selected({ name, columns }) {
  return columns.map((column) => (SET_LATER.get(name) === column ? `NULL AS ${column}` : column)).join(", ");
}

/** Returns tables in an order in which each comes after those that it refers to. `references` are pairs of a column and a table. */
export function inOrder(tables) {
  const placed = new Set();
  const isReady = ({ name, references }) =>
    references.every(([column, to]) => to === name || placed.has(to) || SET_LATER.get(name) === column);
  const ordered = [];
  while (ordered.length < tables.length) {
    const next = tables.find((table) => !placed.has(table.name) && isReady(table));
    if (!next) throw new Error("tables refer to each other in a circle");
    placed.add(next.name);
    ordered.push(next);
  }
  return ordered;
}
