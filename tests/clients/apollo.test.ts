// Apollo Client: pages through connections, keeps one copy of each object, shows changes through its cache, and hands
// on what was refused.

import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { CombinedGraphQLErrors, type ObservableQuery, type OperationVariables, gql } from "@apollo/client";
import { type Subscription, filter, firstValueFrom, map, timeout } from "rxjs";

import {
  ContactCard,
  ContactsPage,
  CreateOrganization,
  DeleteContact,
  PreviewContactDeletion,
  UpdateContact,
  UpsertContact,
} from "./operations/contacts";
import { OneNode, SearchPage } from "./operations/search";
import { Trash, UndoContactDeletion } from "./operations/trash";
import { apollo } from "./support/apollo";
import { allContacts, ask, everything, token, withContact } from "./support/server";

const client = () => apollo(everything);
const watched: Subscription[] = [];

afterEach(() => watched.splice(0).forEach((subscription) => subscription.unsubscribe()));

test("fetchMore shows every contact once, in the order of the list", async () => {
  const list = client().watchQuery({ query: ContactsPage, variables: { first: 100 } });
  let { contacts } = await shown(list);
  let pages = 1;
  while (contacts?.pageInfo.hasNextPage) {
    const { endCursor } = contacts.pageInfo;
    await list.fetchMore({ variables: { after: endCursor } });
    ({ contacts } = await shown(list, (data) => data.contacts?.pageInfo.endCursor !== endCursor));
    pages += 1;
  }

  const ids = contacts?.edges.map(({ node }) => node.id) ?? [];
  assert.equal(new Set(ids).size, ids.length);
  assert.deepEqual(ids, await allContacts());
  assert.deepEqual(contacts?.totalCount, { __typename: "Count", value: ids.length, precision: "EXACT" });
  assert.equal(pages, Math.ceil(ids.length / 100));
});

test("each filter is a list of its own in the cache", async () => {
  const apollo = client();
  const all = await apollo.query({ query: ContactsPage, variables: { first: 3 } });
  const variables = { first: 3, filter: { lastName: { startsWith: "ga" } } };
  const some = await apollo.query({ query: ContactsPage, variables });

  assert.ok(some.data?.contacts?.edges.every(({ node }) => /ga/i.test(node.displayName)));
  const cached = await apollo.query({ query: ContactsPage, variables: { first: 3 }, fetchPolicy: "cache-only" });
  assert.deepEqual(cached.data, all.data);
});

test("a contact is one object, however it was reached", async () => {
  const apollo = client();
  const { data } = await apollo.query({ query: ContactsPage, variables: { first: 1 } });
  const first = data?.contacts?.edges[0]?.node;
  assert.ok(first);
  await apollo.query({ query: ContactCard, variables: { id: first.id } });

  const kept = Object.keys(apollo.cache.extract() as object).filter((key) => key.startsWith("Contact:"));
  assert.deepEqual(kept, [`Contact:${first.id}`]);
});

test("a partial update shows wherever the contact is shown, and leaves the rest alone", () =>
  withContact(async ({ id, lastName }) => {
    const apollo = client();
    const list = apollo.watchQuery({
      query: ContactsPage,
      variables: { first: 5, filter: { lastName: { eq: lastName } } },
    });
    await shown(list);

    const { data } = await apollo.mutate({
      mutation: UpdateContact,
      variables: { input: { id, title: "Head of Engineering" } },
    });

    assert.deepEqual(data?.updateContact?.userErrors, []);
    await shown(list, ({ contacts }) => contacts?.edges[0]?.node.title === "Head of Engineering");
    assert.equal(data?.updateContact?.contact?.lastName, lastName);
    assert.equal(data?.updateContact?.contact?.version, 2);

    const cleared = await apollo.mutate({ mutation: UpdateContact, variables: { input: { id, title: null } } });
    assert.equal(cleared.data?.updateContact?.contact?.title, null);
    await shown(list, ({ contacts }) => contacts?.edges[0]?.node.title === null);
  }));

test("items are added to the lists of a contact, and the others stay", () =>
  withContact(async ({ id }) => {
    const apollo = client();
    for (const input of ["(317) 555-0101", "(317) 555-0102"]) {
      await apollo.mutate({ mutation: UpdateContact, variables: { input: { id, lists: { addPhoneNumbers: [{ input }] } } } });
    }
    const { data } = await apollo.mutate({
      mutation: UpdateContact,
      variables: {
        input: {
          id,
          lists: {
            addPhoneNumbers: [{ input: "(317) 555-0102", label: "MOBILE", primary: true }],
            removeTags: ["prospect"],
          },
        },
      },
    });
    assert.deepEqual(data?.updateContact?.userErrors, []);
    assert.equal(data?.updateContact?.contact?.version, 4);
  }));

test("an upsert finds a contact by the address and fills in what is empty", async () => {
  const apollo = client();
  const engines = { name: "Engines", websites: ["https://engines.example/"] };
  await apollo.mutate({ mutation: CreateOrganization, variables: { input: engines } });
  const upsert = () =>
    apollo.mutate({
      mutation: UpsertContact,
      variables: {
        input: {
          key: { emailAddress: "jane@engines.example" },
          organizationKey: { domain: "engines.example" },
          mode: "FILL",
          lastName: "Doe",
          phoneNumbers: [{ input: "(317) 555-0102" }],
        },
      },
    });
  const made = (await upsert()).data?.upsertContact;
  const found = (await upsert()).data?.upsertContact;

  assert.deepEqual([made?.created, found?.created], [true, false]);
  assert.equal(found?.contact?.id, made?.contact?.id);
  assert.equal(found?.contact?.organization?.name, "Engines");
});

test("a version conflict brings the contact as it is now into the cache", () =>
  withContact(async ({ id }) => {
    const apollo = client();
    const card = await apollo.query({ query: ContactCard, variables: { id } });
    await ask(`mutation ($id: ID!) { updateContact(input: { id: $id, title: "CEO" }) { contact { id } } }`, { id });

    const { data } = await apollo.mutate({
      mutation: UpdateContact,
      variables: { input: { id, title: "CFO", expectedVersion: card.data?.contact?.version ?? 0 } },
    });

    assert.deepEqual(data?.updateContact?.userErrors.map(({ code, field }) => ({ code, field })), [
      { code: "VERSION_CONFLICT", field: ["expectedVersion"] },
    ]);
    const now = await apollo.query({ query: ContactCard, variables: { id }, fetchPolicy: "cache-only" });
    assert.equal(now.data?.contact?.title, "CEO");
  }));

test("user errors are data, with the path of what was refused", () =>
  withContact(async ({ id }) => {
    const { data, error } = await client().mutate({
      mutation: UpdateContact,
      variables: { input: { id, externalSystemUrl: "nowhere", emailAddresses: [{ address: "nobody" }] } },
    });

    assert.equal(error, undefined);
    assert.equal(data?.updateContact?.contact, null);
    assert.deepEqual(data?.updateContact?.userErrors.map(({ field, code }) => [code, field?.join(".")]).sort(), [
      ["INVALID", "emailAddresses.0.address"],
      ["INVALID", "externalSystemUrl"],
    ]);
  }));

test("with errorPolicy all, a forbidden field is null and the rest is there", () =>
  withContact(async ({ id, lastName }) => {
    const viewer = apollo(token("externalContacts:contact:view"));
    const { data, error } = await viewer.query({ query: ContactCard, variables: { id }, errorPolicy: "all" });

    assert.equal(data?.contact?.displayName, `Ada ${lastName}`);
    assert.equal(data?.contact?.organization, null);
    assert.ok(CombinedGraphQLErrors.is(error));
    assert.deepEqual(
      error.errors.map(({ path, extensions }) => [path?.join("."), extensions?.code, extensions?.permission]),
      [
        ["contact.organization", "FORBIDDEN", "externalContacts:organization:view"],
        ["contact.notes", "FORBIDDEN", "externalContacts:note:view"],
      ],
    );

    const strict = viewer.query({ query: ContactCard, variables: { id }, fetchPolicy: "network-only" });
    await assert.rejects(strict, CombinedGraphQLErrors);
  }));

test("a token that is not one is UNAUTHENTICATED, as an error of GraphQL", async () => {
  const failure = apollo("nonsense").query({ query: ContactsPage, variables: { first: 1 } });
  await assert.rejects(failure, (error) => {
    assert.ok(CombinedGraphQLErrors.is(error), String(error));
    assert.equal(error.errors[0]?.extensions?.code, "UNAUTHENTICATED");
    return true;
  });
});

test("possible types from the schema let fragments on Node and on unions match", async () => {
  const apollo = client();
  const { data } = await apollo.query({ query: SearchPage, variables: { query: "bellweather", first: 20 } });
  const found = data?.search?.edges.map(({ node }) => node) ?? [];

  assert.ok(new Set(found.map((node) => node.__typename)).size > 1, "more than one kind");
  assert.ok(found.every((node) => node.id));
  const organization = found.find((node) => node.__typename === "Organization");
  assert.ok(organization);
  const fragment = gql`fragment Named on SearchResult { ... on Node { id } ... on Organization { name } }`;
  assert.deepEqual(apollo.cache.readFragment({ id: `Organization:${organization.id}`, fragment }), organization);

  const node = await apollo.query({ query: OneNode, variables: { id: organization.id } });
  assert.deepEqual(node.data?.node, organization);
});

test("a search pages up to its cap and ends there", async () => {
  const search = client().watchQuery({ query: SearchPage, variables: { query: "newsletter", first: 100 } });
  let connection = (await shown(search)).search;
  while (connection?.pageInfo.hasNextPage) {
    const { endCursor } = connection.pageInfo;
    await search.fetchMore({ variables: { after: endCursor } });
    connection = (await shown(search, (data) => data.search?.pageInfo.endCursor !== endCursor)).search;
  }

  assert.ok(connection);
  assert.equal(connection.capped, true);
  assert.deepEqual(connection.totalCount, { __typename: "Count", value: 1000, precision: "AT_LEAST" });
  assert.equal(new Set(connection.edges.map(({ node }) => node.id)).size, 1000);
});

test("a deleted contact leaves the lists it was in", () =>
  withContact(async ({ id, lastName }) => {
    const apollo = client();
    const list = apollo.watchQuery({
      query: ContactsPage,
      variables: { first: 5, filter: { lastName: { eq: lastName } } },
    });
    assert.equal((await shown(list)).contacts?.edges.length, 1);

    await apollo.mutate({
      mutation: DeleteContact,
      variables: { id },
      update(cache, { data }) {
        const deleted = data?.deleteContact?.deletedContactId;
        if (deleted) cache.evict({ id: `Contact:${deleted}` });
      },
    });

    await shown(list, ({ contacts }) => contacts?.edges.length === 0);
  }));

test("a dry run of a deletion shows what it would delete, and the contact stays", () =>
  withContact(async ({ id }) => {
    const apollo = client();
    await ask(`mutation ($id: ID!) { createNote(input: { subjectId: $id, text: "Likes engines" }) { note { id } } }`, { id });
    const card = await apollo.query({ query: ContactCard, variables: { id } });

    const preview = await apollo.mutate({
      mutation: PreviewContactDeletion,
      variables: { id },
      fetchPolicy: "no-cache",
    });

    assert.deepEqual(preview.data?.deleteContact, {
      __typename: "DeleteContactPayload",
      deletedContactId: id,
      deletedNotes: 1,
      detachedInteractions: 0,
      userErrors: [],
    });
    const now = await apollo.query({ query: ContactCard, variables: { id }, fetchPolicy: "network-only" });
    assert.deepEqual(now.data, card.data);
  }));

test("a deleted contact is in the trash, and once the deletion is undone it is back with its notes", () =>
  withContact(async ({ id, lastName }) => {
    const apollo = client();
    await ask(`mutation ($id: ID!) { createNote(input: { subjectId: $id, text: "Likes engines" }) { note { id } } }`, { id });
    const card = await apollo.query({ query: ContactCard, variables: { id } });
    const list = apollo.watchQuery({
      query: ContactsPage,
      variables: { first: 5, filter: { lastName: { eq: lastName } } },
    });
    assert.equal((await shown(list)).contacts?.edges.length, 1);

    await apollo.mutate({
      mutation: DeleteContact,
      variables: { id },
      update(cache, { data }) {
        const deleted = data?.deleteContact?.deletedContactId;
        if (deleted) cache.evict({ id: `Contact:${deleted}` });
      },
    });
    await shown(list, ({ contacts }) => contacts?.edges.length === 0);
    const gone = await apollo.query({ query: ContactCard, variables: { id } });
    assert.equal(gone.data?.contact, null);
    const trash = await apollo.query({ query: Trash, fetchPolicy: "no-cache" });
    const [deleted] = trash.data?.trash?.nodes ?? [];
    assert.deepEqual([deleted?.id, deleted?.kind, deleted?.label], [id, "CONTACT", `Ada ${lastName}`]);
    assert.deepEqual([deleted?.notes, deleted?.relationships], [1, 0]);

    const undo = await apollo.mutate({
      mutation: UndoContactDeletion,
      variables: { id },
      refetchQueries: [ContactsPage],
    });

    const { contact, restoredNotes, lost, userErrors } = undo.data?.restoreContact ?? {};
    assert.deepEqual([restoredNotes, lost, userErrors], [1, [], []]);
    assert.deepEqual([contact?.id, contact?.version], [id, (card.data?.contact?.version ?? 0) + 1]);
    await shown(list, ({ contacts }) => contacts?.edges[0]?.node.id === id);
    const back = await apollo.query({ query: ContactCard, variables: { id }, fetchPolicy: "network-only" });
    assert.deepEqual(back.data?.contact?.notes, card.data?.contact?.notes);
    const emptied = await apollo.query({ query: Trash, fetchPolicy: "no-cache" });
    assert.ok(!emptied.data?.trash?.nodes.some((node) => node.id === id));
  }));

/** Waits until a watched query shows what is wanted, as a screen would be drawn anew, and gives what it shows. */
async function shown<Data, Variables extends OperationVariables>(
  query: ObservableQuery<Data, Variables>,
  wanted: (data: Data) => boolean = () => true,
): Promise<Data> {
  const results = query.pipe(
    map((result) => (result.dataState === "complete" ? (result.data as Data) : undefined)),
    filter((data) => data !== undefined),
  );
  watched.push(query.subscribe(() => {}));
  return firstValueFrom(results.pipe(filter(wanted), timeout(5_000)));
}
