// urql with its normalised cache, set up as an application would.

import { readFileSync } from "node:fs";

import { Client, fetchExchange } from "@urql/core";
import { cacheExchange } from "@urql/exchange-graphcache";
import { relayPagination } from "@urql/exchange-graphcache/extras";
import { buildSchema, introspectionFromSchema, isObjectType } from "graphql";

import { endpoint } from "./server";

const schema = buildSchema(readFileSync(new URL("../../../schema.graphql", import.meta.url), "utf8"));

// Plain values have no id, and live inside the object that holds them, which the cache has to know.
const values = Object.values(schema.getTypeMap()).filter((type) => isObjectType(type) && !type.getFields().id);

export function urql(token: string): Client {
  return new Client({
    url: endpoint,
    preferGetMethod: false,
    fetchOptions: { headers: { Authorization: `Bearer ${token}` } },
    exchanges: [
      cacheExchange({
        schema: introspectionFromSchema(schema, { descriptions: false }),
        keys: Object.fromEntries(values.map(({ name }) => [name, () => null])),
        resolvers: { Query: { contacts: relayPagination(), search: relayPagination() } },
        updates: {
          Mutation: {
            deleteContact(result, _, cache) {
              const { deletedContactId } = result.deleteContact as { deletedContactId: string | null };
              if (deletedContactId) cache.invalidate({ __typename: "Contact", id: deletedContactId });
            },
          },
        },
      }),
      fetchExchange,
    ],
  });
}
