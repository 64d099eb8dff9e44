// Relay: what its compiler makes of the schema, run against the server. Fragments with arguments, connections that grow
// through their pagination query, nodes that are refetched by id, and mutations that edit a connection.

import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";

import nodeQuery, { type contactCardNodeQuery as NodeQuery } from "./generated/relay/contactCardNodeQuery.graphql";
import cardQuery, { type contactCardQuery as CardQuery } from "./generated/relay/contactCardQuery.graphql";
import updateMutation, {
  type contactCardUpdateMutation as Update,
} from "./generated/relay/contactCardUpdateMutation.graphql";
import pageQuery, {
  type contactListPaginationQuery as PageQuery,
} from "./generated/relay/contactListPaginationQuery.graphql";
import listQuery, { type contactListQuery as ListQuery } from "./generated/relay/contactListQuery.graphql";
import contacts, { type contactList_contacts$key as Contacts } from "./generated/relay/contactList_contacts.graphql";
import row, { type contactList_row$key as Row } from "./generated/relay/contactList_row.graphql";
import addMutation, {
  type organizationNotesAddMutation as Add,
} from "./generated/relay/organizationNotesAddMutation.graphql";
import notesQuery, {
  type organizationNotesQuery as NotesQuery,
} from "./generated/relay/organizationNotesQuery.graphql";
import refetchQuery, {
  type organizationNotesRefetchQuery as Refetch,
} from "./generated/relay/organizationNotesRefetchQuery.graphql";
import removeMutation, {
  type organizationNotesRemoveMutation as Remove,
} from "./generated/relay/organizationNotesRemoveMutation.graphql";
import notes, {
  type organizationNotes_organization$key as Notes,
} from "./generated/relay/organizationNotes_organization.graphql";
import { commit, load, read, relay } from "./support/relay";
import { allContacts, ask, everything, token, withContact } from "./support/server";

test("a connection grows through its pagination query to every contact once", async () => {
  const environment = relay(everything);
  const screen = await load<ListQuery>(environment, listQuery, { first: 100 });
  let list = read<Contacts>(environment, contacts, screen).contacts;
  while (list?.pageInfo.hasNextPage) {
    const next = { first: 100, after: list.pageInfo.endCursor };
    await load<PageQuery>(environment, pageQuery, next);
    list = read<Contacts>(environment, contacts, screen).contacts;
  }

  assert.ok(list);
  const ids = list.edges.map(({ node }) => node.id);
  assert.equal(new Set(ids).size, ids.length);
  assert.deepEqual(ids, await allContacts());
  assert.ok(list.edges.every(({ node }) => read<Row>(environment, row, node).displayName));
});

test("a mutation shows in the fragment of a row", () =>
  withContact(async ({ id, lastName }) => {
    const environment = relay(everything);
    const variables = { first: 10, filter: { lastName: { eq: lastName } } };
    const screen = await load<ListQuery>(environment, listQuery, variables);
    const node = read<Contacts>(environment, contacts, screen).contacts?.edges[0]?.node;
    assert.ok(node);

    const { updateContact } = await commit<Update>(environment, updateMutation, { input: { id, title: "CEO" } });

    assert.deepEqual(updateContact?.userErrors, []);
    assert.deepEqual(read<Row>(environment, row, node), { displayName: `Ada ${lastName}`, title: "CEO" });
  }));

test("an organization is refetched through node, with other arguments", async (test) => {
  const { environment, organization, shown } = await organizationWithNotes(test, 3);
  assert.equal(shown()?.edges.length, 1);

  const variables = { id: organization, first: 2 };
  const { node } = await load<Refetch>(environment, refetchQuery, variables);
  assert.ok(node);
  assert.equal(read<Notes>(environment, notes, node).notes?.edges.length, 2);

  await load<Refetch>(environment, refetchQuery, { id: organization, first: 2, after: shown()?.pageInfo.endCursor });
  assert.deepEqual(shown()?.edges.map(({ node }) => node.text), ["note 3", "note 2", "note 1"]);
  assert.equal(shown()?.pageInfo.hasNextPage, false);
});

test("mutations add to a connection and take from it", async (test) => {
  const { environment, organization, shown } = await organizationWithNotes(test, 1);
  const connections = [shown()?.__id ?? ""];

  const input = { subjectId: organization, text: "Prefers mornings" };
  const { createNote } = await commit<Add>(environment, addMutation, { input, connections });
  assert.deepEqual(createNote?.userErrors, []);
  assert.deepEqual(shown()?.edges.map(({ node }) => node.text), ["Prefers mornings", "note 1"]);

  const id = createNote?.note?.id ?? "";
  const { deleteNote } = await commit<Remove>(environment, removeMutation, { id, connections });
  assert.equal(deleteNote?.deletedNoteId, id);
  assert.deepEqual(shown()?.edges.map(({ node }) => node.text), ["note 1"]);
});

test("an object of every kind is found again by its id alone", async () => {
  const lists = ["contacts", "organizations", "relationships", "notes", "interactions", "users", "wrapUpCodes"];
  const query = `{ ${lists.map((list) => `${list}(first: 1) { nodes { __typename id } }`).join(" ")} }`;
  const firsts = await ask<Record<string, { nodes: { __typename: string; id: string }[] }>>(query);
  const objects = Object.values(firsts).flatMap(({ nodes }) => nodes);
  assert.equal(objects.length, lists.length);

  const environment = relay(everything);
  for (const object of objects) {
    const { node } = await load<NodeQuery>(environment, nodeQuery, { id: object.id });
    assert.deepEqual(node, object);
  }
});

test("a field that is forbidden is caught where it is read", () =>
  withContact(async ({ id, lastName }) => {
    const viewer = relay(token("externalContacts:contact:view"));
    const { contact } = await load<CardQuery>(viewer, cardQuery, { id });

    assert.equal(contact?.displayName, `Ada ${lastName}`);
    assert.equal(contact?.organization?.ok, false);
  }));

/** An organization for one test, with notes, the newest of which is on the screen. */
async function organizationWithNotes(test: TestContext, count: number) {
  const { createOrganization } = await ask<{ createOrganization: { organization: { id: string } } }>(
    `mutation { createOrganization(input: { name: "Analytical Engines" }) { organization { id } } }`,
  );
  const organization = createOrganization.organization.id;
  test.after(async () => {
    const remove = `mutation ($id: ID!) { deleteOrganization(input: { id: $id }) { deletedOrganizationId } }`;
    await ask(remove, { id: organization });
  });
  for (let number = 1; number <= count; number++) {
    await ask(`mutation ($input: CreateNoteInput!) { createNote(input: $input) { note { id } } }`, {
      input: { subjectId: organization, text: `note ${number}` },
    });
  }
  const environment = relay(everything);
  const screen = await load<NotesQuery>(environment, notesQuery, { id: organization });
  assert.ok(screen.organization);
  const key = screen.organization;
  return { environment, organization, shown: () => read<Notes>(environment, notes, key).notes };
}
