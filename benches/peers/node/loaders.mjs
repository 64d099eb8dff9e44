// The loaders of a request: one statement for the keys that are asked for at once.

import DataLoader from "dataloader";

import { CONTACT, rows } from "./database.mjs";

const NOTE = `n.id, n.body, n.author_id AS "authorId", n.created_at AS "createdAt", n.contact_id AS "contactId",
  n.organization_id AS "organizationId"`;
const NEWEST = "x.pinned DESC, x.created_at DESC, x.id DESC";

/** Returns a loader of rows by id. */
function byId(name, text, tenant) {
  return new DataLoader(async (ids) => {
    const found = new Map((await rows(name, text, [tenant, ids])).map((row) => [row.id, row]));
    return ids.map((id) => found.get(id) ?? null);
  });
}

/** Returns a loader of the first rows that belong to each id, for each number of them. */
function firstOf(name, text, tenant, key) {
  const loaders = new Map();
  return (first) => {
    const make = () =>
      new DataLoader(async (ids) => {
        const groups = new Map(ids.map((id) => [id, []]));
        for (const row of await rows(name, text, [tenant, ids, first])) groups.get(row[key]).push(row);
        return ids.map((id) => groups.get(id));
      });
    if (!loaders.has(first)) loaders.set(first, make());
    return loaders.get(first);
  };
}

/** Returns a statement that reads the first rows of a table for each id. */
function lateral(columns, as, table, column, order) {
  return `SELECT ${columns} FROM unnest($2::uuid[]) AS p (id) CROSS JOIN LATERAL (SELECT * FROM ${table} AS x
    WHERE x.tenant_id = $1 AND x.${column} = p.id ORDER BY ${order} LIMIT $3) AS ${as}`;
}

/** Returns the loaders of a request. */
export function loaders(tenant) {
  const notes = (column) => lateral(NOTE, "n", "notes", column, NEWEST);
  const contacts = lateral(CONTACT, "c", "contacts", "organization_id", "x.sort_name, x.id");
  const relationship = `r.id, r.type, r.user_id AS "userId", r.organization_id AS "organizationId"`;
  const relationships = lateral(relationship, "r", "relationships", "organization_id", "x.type, x.id");
  const of = (columns, from) => `SELECT ${columns} FROM ${from} WHERE tenant_id = $1 AND id = ANY ($2::uuid[])`;
  return {
    contact: byId("contacts", of(CONTACT, "contacts AS c"), tenant),
    organization: byId("organizations", of("id, name, industry, city, country", "organizations"), tenant),
    user: byId("users", of("id, name, email", "users"), tenant),
    notesOfContact: firstOf("notes-of-contacts", notes("contact_id"), tenant, "contactId"),
    notesOfOrganization: firstOf("notes-of-organizations", notes("organization_id"), tenant, "organizationId"),
    contactsOf: firstOf("contacts-of", contacts, tenant, "organizationId"),
    relationshipsOf: firstOf("relationships-of", relationships, tenant, "organizationId"),
  };
}
