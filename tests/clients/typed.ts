// Code that must compile, and code that must not: checked by `tsc`, never run. A line under `@ts-expect-error` that
// compiles is an error itself.

import type { Client } from "@urql/core";
import type { ApolloClient } from "@apollo/client";

import { ContactByKey, ContactCard, ContactsPage, UpdateContact } from "./operations/contacts";
import { OneNode } from "./operations/search";

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function same<A, B>(_: Same<A, B>): void {}

export async function withApollo(client: ApolloClient): Promise<void> {
  const { data } = await client.query({ query: ContactCard, variables: { id: "contact_1" } });
  const contact = data?.contact;
  if (!contact) return; // a root field may be null: the compiler insists on this line

  same<typeof contact.createdAt, string>(true);
  same<typeof contact.version, number>(true);
  same<typeof contact.title, string | null>(true);
  const revenue = contact.organization?.annualRevenue;
  if (revenue) same<typeof revenue.amount, string>(true);

  // @ts-expect-error there is no such field
  contact.surname;
  // @ts-expect-error in the schema, but not in this selection
  contact.salutation;
  // @ts-expect-error the caller may lack the permission: null must be looked at
  contact.organization.name;
  // @ts-expect-error the variable `id` is required
  await client.query({ query: ContactCard });
  // @ts-expect-error the variable `first` is required
  await client.query({ query: ContactsPage, variables: { after: "x" } });
  // @ts-expect-error a variable of the wrong type
  await client.query({ query: ContactCard, variables: { id: 1 } });
  // @ts-expect-error a filter that the list does not offer
  await client.query({ query: ContactsPage, variables: { first: 1, filter: { age: { eq: 1 } } } });
}

export async function withUrql(client: Client): Promise<void> {
  const { data } = await client.query(OneNode, { id: "contact_1" });
  const node = data?.node;
  // @ts-expect-error only a contact has this: ask for its type first
  node?.displayName;
  if (node?.__typename === "Contact") same<typeof node.displayName, string>(true);

  // @ts-expect-error the variable `id` is required
  await client.query(OneNode, {});
  // @ts-expect-error the input needs an id
  await client.mutation(UpdateContact, { input: { title: "CEO" } });
  await client.mutation(UpdateContact, { input: { id: "contact_1", title: null } });

  await client.query(ContactByKey, { key: { externalId: { source: "crm", value: "1" } } });
  // @ts-expect-error exactly one key must be named
  await client.query(ContactByKey, { key: {} });
}
