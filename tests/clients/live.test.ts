// Live changes, through Apollo Client's GraphQLWsLink and urql's subscriptionExchange: changes by
// others arrive without another request, and a client that was away resumes from a cursor and misses nothing.

import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";

import { ApolloClient, ApolloLink, CombinedGraphQLErrors, HttpLink, InMemoryCache } from "@apollo/client";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { relayStylePagination } from "@apollo/client/utilities";
import { Client, fetchExchange, subscriptionExchange } from "@urql/core";
import { OperationTypeNode } from "graphql";

import { ContactCard, ContactsPage } from "./operations/contacts";
import { ContactChanges } from "./operations/live";
import { type Change, follow, socket } from "./support/live";
import { ask, endpoint, everything, token, withContact } from "./support/server";

test("Apollo: what others change shows in what a query shows", (context) =>
  withContact(async ({ id }) => {
    const client = apollo(context, everything);
    const changes = watch(context, client);
    await client.query({ query: ContactCard, variables: { id } });

    await changes.begun();
    await retitle(id, "Head of Engineering");
    const [change] = await changes.of(id, 1);

    assert.deepEqual([change?.action, change?.changedFields], ["UPDATED", ["title"]]);
    const card = await client.query({ query: ContactCard, variables: { id }, fetchPolicy: "cache-only" });
    assert.equal(card.data?.contact?.title, "Head of Engineering");
  }));

test("Apollo: what others delete leaves the list, and is in it again once it is restored", (context) =>
  withContact(async ({ id, lastName }) => {
    const client = apollo(context, everything);
    const changes = watch(context, client);
    const list = { query: ContactsPage, variables: { first: 5, filter: { lastName: { eq: lastName } } } };
    const shown = async () => {
      const { data } = await client.query({ ...list, fetchPolicy: "cache-only" });
      return data?.contacts?.edges.map(({ node }) => node.displayName);
    };
    await changes.begun();
    await client.query(list);
    assert.deepEqual(await shown(), [`Ada ${lastName}`]);

    await remove(id);
    const [deletion] = await changes.of(id, 1);
    assert.deepEqual([deletion?.action, deletion?.entity], ["DELETED", null]);
    assert.deepEqual(await shown(), []);

    await restore(id);
    const [, restoration] = await changes.of(id, 2);
    assert.equal(restoration?.action, "RESTORED");
    assert.deepEqual(await shown(), [`Ada ${lastName}`]);
  }));

test("Apollo: resumed from a cursor, each change comes once and in order", (context) =>
  withContact(async ({ id }) => {
    const before = watch(context, apollo(context, everything));
    await before.begun();
    await retitle(id, "1");
    const [last] = await before.of(id, 1);
    before.stop();

    await retitle(id, "2");
    await retitle(id, "3");
    const after = watch(context, apollo(context, everything), last?.cursor);
    await after.of(id, 2);
    await retitle(id, "4");
    const missed = await after.of(id, 3);

    assert.equal(new Set(missed.map(({ cursor }) => cursor)).size, 3);
    const entity = missed.at(-1)?.entity;
    assert.equal(entity?.__typename === "Contact" && entity.title, "4");
  }));

test("Apollo: a subscription that is forbidden says which permission it lacks", async (context) => {
  const client = apollo(context, token("externalContacts:note:view"));
  const result = await new Promise<{ error?: unknown }>((resolve) => {
    client.subscribe({ query: ContactChanges, errorPolicy: "all" }).subscribe((result) => resolve(result));
  });

  assert.ok(CombinedGraphQLErrors.is(result.error), String(result.error));
  assert.equal(result.error.errors[0]?.extensions?.code, "FORBIDDEN");
  assert.equal(result.error.errors[0]?.extensions?.permission, "externalContacts:contact:view");
});

test("graphql-ws: after a break, what was missed comes, once", (context) =>
  withContact(async ({ id }) => {
    const ws = socket(everything);
    context.after(() => ws.dispose());
    const seen = collector();
    const stop = follow(ws, (change) => seen.take(change), () => assert.fail("nothing is too old"));
    await seen.begun();
    await retitle(id, "1");
    await seen.of(id, 1);

    ws.terminate();
    await retitle(id, "2");
    await seen.of(id, 2);
    await retitle(id, "3");
    const changes = await seen.of(id, 3);
    stop();

    assert.equal(new Set(changes.map(({ cursor }) => cursor)).size, 3);
    assert.equal(changes.length, 3);
  }));

test("graphql-ws: with a cursor that is too old, one starts over", async (context) => {
  const ws = socket(everything);
  context.after(() => ws.dispose());
  const seen = collector();
  const old = await expired();
  const reloaded = new Promise<void>((resolve) => {
    context.after(follow(ws, (change) => seen.take(change), resolve, old));
  });

  await reloaded;
  await seen.begun();
});

test("urql: what others change, create, delete and restore comes over subscriptionExchange", async (context) => {
  const ws = socket(everything);
  context.after(() => ws.dispose());
  const urql = new Client({
    url: endpoint,
    preferGetMethod: false,
    exchanges: [
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: ({ query, variables }) => ({
          subscribe: (sink) => ({ unsubscribe: ws.subscribe({ query: query ?? "", variables }, sink) }),
        }),
      }),
    ],
  });
  const seen = collector();
  const { unsubscribe } = urql.subscription(ContactChanges, {}).subscribe(({ data, error }) => {
    seen.take(data?.changes, error);
  });

  await seen.begun();
  let changed = "";
  await withContact(async ({ id }) => {
    changed = id;
    await retitle(id, "CEO");
    await remove(id);
    await restore(id);
    await seen.of(id, 4);
  });
  const changes = await seen.of(changed, 5);
  unsubscribe();

  assert.deepEqual(changes.map(({ action }) => action), ["CREATED", "UPDATED", "DELETED", "RESTORED", "DELETED"]);
  assert.equal(changes.at(-1)?.entity, null);
});

function apollo(context: TestContext, token: string): ApolloClient {
  const ws = socket(token);
  context.after(() => ws.dispose());
  return new ApolloClient({
    cache: new InMemoryCache({
      typePolicies: { Query: { fields: { contacts: relayStylePagination(["filter", "orderBy"]) } } },
    }),
    link: ApolloLink.split(
      ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
      new GraphQLWsLink(ws),
      new HttpLink({ uri: endpoint, headers: { Authorization: `Bearer ${token}` } }),
    ),
  });
}

/** Watches the changes of contacts with Apollo Client. */
function watch(context: TestContext, client: ApolloClient, after?: string) {
  const seen = collector();
  const changes = client.subscribe({ query: ContactChanges, variables: after ? { after } : {} });
  const subscription = changes.subscribe(({ data, error }) => {
    // What is evicted leaves the lists; what is restored comes with its fields, and is in them again.
    if (data?.changes?.action === "DELETED") client.cache.evict({ id: `Contact:${data.changes.entityId}` });
    seen.take(data?.changes, error);
  });
  context.after(() => subscription.unsubscribe());
  return { ...seen, stop: () => subscription.unsubscribe() };
}

/** Keeps the changes that came, and waits for more. */
function collector() {
  const seen: Change[] = [];
  let failure: unknown;
  const until = async (done: () => boolean, what: string) => {
    for (let turn = 0; !done(); turn++) {
      assert.equal(failure, undefined);
      assert.ok(turn < 500, `waited in vain for ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const of = async (id: string, count: number) => {
    await until(() => seen.filter(({ entityId }) => entityId === id).length >= count, `${count} changes of ${id}`);
    return seen.filter(({ entityId }) => entityId === id);
  };
  return {
    take(change: Change | null | undefined, error?: unknown) {
      failure ??= error;
      if (change) seen.push(change);
    },
    of,
    // The protocol does not say when a subscription has begun: a contact is changed until that comes back.
    begun: () =>
      withContact(async ({ id }) => {
        for (let turn = 1; !seen.some(({ entityId }) => entityId === id); turn++) {
          assert.equal(failure, undefined);
          assert.ok(turn < 50, "the subscription did not begin");
          await retitle(id, `turn ${turn}`);
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
      }),
  };
}

/** The cursor of a change that is not kept: of one that never was. */
async function expired(): Promise<string> {
  const query = `{ changes(last: 1) { pageInfo { endCursor } } }`;
  const { changes } = await ask<{ changes: { pageInfo: { endCursor: string } } }>(query);
  const place = JSON.parse(Buffer.from(changes.pageInfo.endCursor, "base64url").toString());
  return Buffer.from(JSON.stringify({ ...place, i: place.i.replace(/.{12}$/, "000000000000") })).toString("base64url");
}

async function retitle(id: string, title: string): Promise<void> {
  const mutation = `mutation ($input: UpdateContactInput!) { updateContact(input: $input) { userErrors { code } } }`;
  await ask(mutation, { input: { id, title } });
}

async function remove(id: string): Promise<void> {
  await ask(`mutation ($id: ID!) { deleteContact(input: { id: $id }) { userErrors { code } } }`, { id });
}

async function restore(id: string): Promise<void> {
  await ask(`mutation ($id: ID!) { restoreContact(input: { id: $id }) { userErrors { code } } }`, { id });
}
