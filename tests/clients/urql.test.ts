// urql with its normalised cache: the same pages, changes and refusals as with Apollo Client.

import assert from "node:assert/strict";
import { test } from "node:test";

import type { AnyVariables, Client, DocumentInput, OperationResult } from "@urql/core";

import { ContactCard, ContactsPage, DeleteContact, UpdateContact } from "./operations/contacts";
import { LinkCaller, NameCaller, WhoCalls } from "./operations/calls";
import { OneNode, Refine, SearchBox, SearchPage } from "./operations/search";
import { allContacts, everything, token, withContact } from "./support/server";
import { urql } from "./support/urql";

const client = () => urql(everything);

test("relayPagination shows every contact once, in the order of the list", async () => {
  const urql = client();
  let page = await urql.query(ContactsPage, { first: 100 });
  let pages = 1;
  while (page.data?.contacts?.pageInfo.hasNextPage) {
    page = await urql.query(ContactsPage, { first: 100, after: page.data.contacts.pageInfo.endCursor });
    pages += 1;
  }

  const ids = page.data?.contacts?.edges.map(({ node }) => node.id) ?? [];
  assert.equal(new Set(ids).size, ids.length);
  assert.deepEqual(ids, await allContacts());
  assert.equal(pages, Math.ceil(ids.length / 100));
});

test("a change shows in what another query shows", () =>
  withContact(async ({ id, lastName }) => {
    const urql = client();
    const list = await watch(urql, ContactsPage, { first: 5, filter: { lastName: { eq: lastName } } });

    const { data } = await urql.mutation(UpdateContact, { input: { id, title: "Head of Engineering" } });
    assert.deepEqual(data?.updateContact?.userErrors, []);
    assert.equal(list.shown().data?.contacts?.edges[0]?.node.title, "Head of Engineering");
    assert.equal(list.shown().data?.contacts?.edges[0]?.node.displayName, `Ada ${lastName}`);

    await urql.mutation(UpdateContact, { input: { id, title: null } });
    assert.equal(list.shown().data?.contacts?.edges[0]?.node.title, null);
    list.close();
  }));

test("a deleted contact is gone from what another query shows", () =>
  withContact(async ({ id, lastName }) => {
    const urql = client();
    const card = await watch(urql, ContactCard, { id });
    assert.equal(card.shown().data?.contact?.displayName, `Ada ${lastName}`);

    const { data } = await urql.mutation(DeleteContact, { id });
    assert.equal(data?.deleteContact?.deletedContactId, id);
    await card.next();

    assert.equal(card.shown().data?.contact, null);
    card.close();
  }));

test("user errors are data, with the path of what was refused", () =>
  withContact(async ({ id }) => {
    const { data, error } = await client().mutation(UpdateContact, { input: { id, firstName: "", lastName: null } });

    assert.equal(error, undefined);
    assert.deepEqual(data?.updateContact?.userErrors.map(({ code }) => code), ["INVALID"]);
  }));

test("a forbidden field is null, the rest is there, and the error says which permission", () =>
  withContact(async ({ id, lastName }) => {
    const viewer = urql(token("externalContacts:contact:view"));
    const { data, error } = await viewer.query(ContactCard, { id });

    assert.equal(data?.contact?.displayName, `Ada ${lastName}`);
    assert.equal(data?.contact?.notes, null);
    const permissions = error?.graphQLErrors.map(({ extensions }) => extensions.permission);
    assert.deepEqual(permissions, ["externalContacts:organization:view", "externalContacts:note:view"]);
  }));

test("interfaces and unions are told apart with the schema", async () => {
  const urql = client();
  const { data } = await urql.query(SearchPage, { query: "bellweather", first: 20 });
  const found = data?.search?.edges.map(({ node }) => node) ?? [];
  assert.ok(new Set(found.map((node) => node.__typename)).size > 1, "more than one kind");

  const organization = found.find((node) => node.__typename === "Organization");
  assert.ok(organization);
  const node = await urql.query(OneNode, { id: organization.id });
  assert.deepEqual(node.data?.node, organization);
});

test("a search box shows notes by an excerpt", async () => {
  const urql = client();
  const box = await urql.query(SearchBox, { query: "renegotiation" });
  assert.equal(box.error, undefined);
  const notes = box.data?.search?.nodes.filter((node) => node.__typename === "Note") ?? [];
  assert.ok(notes.length > 0, "a note");
  for (const note of notes) assert.ok(note.excerpt.length <= 122, note.excerpt);
});

test("a caller is identified by the number, and an unknown one becomes a contact with the whole past", async () => {
  const urql = client();
  const known = (await urql.query(WhoCalls, { number: "+1 212 555 0100" })).data?.identify;
  assert.equal(known?.contacts?.[0]?.displayName, "John Smith");

  const number = "+1 317 555 0177";
  const unknown = (await urql.query(WhoCalls, { number })).data?.identify;
  assert.deepEqual(unknown?.contacts, []);
  const [call] = unknown.unlinkedInteractions?.nodes ?? [];
  assert.ok(call);
  const named = await urql.mutation(NameCaller, { input: { lastName: "Quist", phoneNumbers: [{ input: number }] } });
  const contact = named.data?.createContact?.contact;
  assert.ok(contact);
  const linked = await urql.mutation(LinkCaller, { call: call.id, contact: contact.id });
  assert.equal(linked.data?.linkInteraction?.linkedEarlier, 2);
  assert.equal(linked.data.linkInteraction.interaction?.contact?.displayName, "Quist");
});

test("a facet that a capped search offers narrows it", async () => {
  const urql = client();
  const wide = (await urql.query(Refine, { query: "newsletter" })).data?.searchContacts;
  assert.equal(wide?.capped, true);
  const facet = wide.refinement?.facets.find(({ field }) => field === "city");
  const choice = facet?.values[0];
  assert.ok(choice);

  const narrow = await urql.query(Refine, { query: "newsletter", filter: { city: choice.value } });
  assert.equal(narrow.data?.searchContacts?.capped, false);
  assert.equal(narrow.data?.searchContacts?.totalCount?.precision, "EXACT");
});

/** Watches a query as a component on the screen does, from its first answer on. */
async function watch<Data, Variables extends AnyVariables>(
  urql: Client,
  query: DocumentInput<Data, Variables>,
  variables: Variables,
) {
  let latest: OperationResult<Data, Variables> | undefined;
  let wake = () => {};
  const { unsubscribe: close } = urql.query(query, variables).subscribe((result) => {
    if (result.stale) return;
    latest = result;
    wake();
  });
  const next = () => new Promise<void>((resolve) => (wake = resolve));
  if (!latest) await next();
  const shown = () => {
    assert.ok(latest);
    assert.equal(latest.error, undefined);
    return latest;
  };
  return { shown, next, close };
}
