// The servers that a team would write by hand with one schema: the stock library in Rust, and two in JavaScript.

import { operation } from "../lib/operation.mjs";

const byHand = {
  path: () => "/",
  callers: ({ tenant }) => [{ "x-tenant-id": String(tenant) }],
  requests: {
    W1: operation(
      `query W1($id: ID!) {
        contact(id: $id) { id firstName middleName lastName title phones emails city country createdAt }
      }`,
      ({ id }) => ({ id }),
    ),
    W2: operation(
      `query W2($after: Int!) {
        contacts(first: 50, after: $after) {
          id firstName lastName organization { id name } notes(first: 3) { id body author { name } }
        }
      }`,
      ({ position }) => ({ after: position }),
    ),
    W3: operation(
      `query W3($id: ID!) {
        organization(id: $id) {
          id name industry city country
          contacts(first: 20) { id firstName lastName title notes(first: 3) { id body createdAt } }
          relationships(first: 20) { id type user { id name } }
          notes(first: 10) { id body author { name } }
        }
      }`,
      ({ id }) => ({ id }),
    ),
    W4: operation(
      `query W4($words: [String!]!) {
        contacts: searchContacts(words: $words, first: 25) { id firstName lastName organization { name } }
      }`,
      ({ words }) => ({ words }),
    ),
    W5: operation(
      `query W5($words: [String!]!) {
        contacts: searchContacts(words: $words, first: 25) { id firstName lastName }
        count: countContacts(words: $words, most: 1001)
      }`,
      ({ word }) => ({ words: [word] }),
    ),
    W6: operation(
      `mutation W6($input: NewContact!) {
        contact: createContact(input: $input) { id firstName lastName phones emails }
      }`,
      ({ contact }) => ({ input: contact }),
    ),
    W7: operation(
      `query W7($value: String!) {
        contacts: contactsByIdentifier(value: $value) { id firstName lastName phones emails organization { name } }
      }`,
      ({ value }) => ({ value }),
    ),
    W8: operation(
      `query W8($ids: [ID!]!) {
        contacts: contactsByIds(ids: $ids) { id firstName lastName organization { id name } }
      }`,
      ({ ids }) => ({ ids }),
    ),
  },
  createsIn: "peers",
};

const inJavaScript = (file) => ({
  command: ({ host, port, node, here }) => [node, `${here}/node/${file}`, host, String(port)],
  environment: { NODE_ENV: "production" },
});

export const stock = {
  ...byHand,
  name: "stock",
  label: "async-graphql as its guide shows it, axum, sqlx",
  isInRust: true,
  command: ({ host, port, peers }) => [peers, "stock", `${host}:${port}`],
};

export const mercurius = {
  ...byHand,
  ...inJavaScript("mercurius.mjs"),
  name: "mercurius",
  label: "Fastify and Mercurius, compiled operations",
};

export const apollo = {
  ...byHand,
  ...inJavaScript("apollo.mjs"),
  name: "apollo",
  label: "Apollo Server 5 and dataloader",
};
