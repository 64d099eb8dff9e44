// Shows that the clients of front-end teams work with this server without a workaround: generated types
// (typed.ts), Apollo Client, urql and Relay, each against a live server with the demo's data.
//
//     npm ci --ignore-scripts --no-audit --no-fund && npm test
//
// ADDRESS is where `external-contacts serve --dev --demo` listens, DATA its data folder, PROGRAM the program.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";

export const program = setting("PROGRAM");
export const endpoint = `${setting("ADDRESS")}/graphql`;

/** A token that grants these permissions, or everything. */
export function token(...permissions: string[]): string {
  const grants = permissions.length > 0 ? ["--permissions", permissions.join(",")] : [];
  return execFileSync(program, ["token", "--data", setting("DATA"), ...grants], {
    encoding: "utf8",
  }).trim();
}

/** A token with every permission. */
export const everything = token();

/** Asks without any client: what the clients show is compared with this. */
export async function ask<Data>(query: string, variables: Record<string, unknown> = {}): Promise<Data> {
  const response = await fetch(endpoint, {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${everything}` },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as { data: Data; errors?: unknown };
  assert.equal(errors, undefined, JSON.stringify(errors));
  return data;
}

interface Walk {
  contacts: { nodes: { id: string }[]; pageInfo: { startCursor: string; hasPreviousPage: boolean } };
}

/** The ids of all contacts in the list's order, walked from its end to its beginning. */
export async function allContacts(): Promise<string[]> {
  const ids: string[] = [];
  for (let before: string | null = null, more = true; more; ) {
    const { contacts }: Walk = await ask<Walk>(
      `query ($before: String) {
        contacts(last: 100, before: $before) { nodes { id } pageInfo { startCursor hasPreviousPage } }
      }`,
      { before },
    );
    ids.unshift(...contacts.nodes.map(({ id }) => id));
    before = contacts.pageInfo.startCursor;
    more = contacts.pageInfo.hasPreviousPage;
  }
  return ids;
}

/** Creates a contact with a unique name for one test, and deletes it afterwards. */
export async function withContact(use: (ada: { id: string; lastName: string }) => Promise<void>): Promise<void> {
  const lastName = `Lovelace ${randomUUID()}`;
  const { createContact } = await ask<{ createContact: { contact: { id: string } } }>(
    `mutation ($lastName: String!) {
      createContact(input: { firstName: "Ada", lastName: $lastName, title: "Engineer" }) { contact { id } }
    }`,
    { lastName },
  );
  const { id } = createContact.contact;
  try {
    await use({ id, lastName });
  } finally {
    await ask(`mutation ($id: ID!) { deleteContact(input: { id: $id }) { deletedContactId } }`, { id });
  }
}

function setting(name: string): string {
  const value = process.env[name];
  assert.ok(value, `${name} is not set; see support/server.ts`);
  return value;
}
