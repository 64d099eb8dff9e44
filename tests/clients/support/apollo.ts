// Apollo Client, set up as an application would.

import { ApolloClient, HttpLink, InMemoryCache } from "@apollo/client";
import { relayStylePagination } from "@apollo/client/utilities";

import possible from "../generated/possible-types";
import { endpoint } from "./server";

export function apollo(token: string): ApolloClient {
  return new ApolloClient({
    link: new HttpLink({ uri: endpoint, headers: { Authorization: `Bearer ${token}` } }),
    cache: new InMemoryCache({
      possibleTypes: possible.possibleTypes,
      typePolicies: {
        Query: {
          fields: {
            contacts: relayStylePagination(["filter", "orderBy"]),
            search: relayStylePagination(["query", "kinds"]),
          },
        },
      },
    }),
  });
}
