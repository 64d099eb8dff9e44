// One WebSocket for the subscriptions of a client.

import { type GraphQLError, print } from "graphql";
import { type Client, createClient } from "graphql-ws";
import WebSocket from "ws";

import type { ContactChangesSubscription, ContactChangesSubscriptionVariables } from "../generated/graphql/graphql";
import { ContactChanges } from "../operations/live";
import { endpoint } from "./server";

// Browsers have it; Node has not before version 22.
globalThis.WebSocket ??= WebSocket as unknown as typeof globalThis.WebSocket;

export function socket(token: string): Client {
  return createClient({
    url: endpoint.replace(/^http/, "ws"),
    // Asked at every connection, the ones after a break included: give the token of that moment.
    connectionParams: () => ({ Authorization: `Bearer ${token}` }),
  });
}

export type Change = NonNullable<ContactChangesSubscription["changes"]>;

/** Follows contacts until it is stopped, over breaks too. `reload` is called when too much was missed. */
export function follow(ws: Client, take: (change: Change) => void, reload: () => void, after?: string): () => void {
  const variables: ContactChangesSubscriptionVariables = { after };
  let stop = () => {};
  const begin = () => {
    // After a break, graphql-ws sends these same variables again: then with the cursor of the last change that came.
    stop = ws.subscribe<ContactChangesSubscription>(
      { query: print(ContactChanges), variables },
      {
        next({ data }) {
          if (!data?.changes) return;
          variables.after = data.changes.cursor;
          take(data.changes);
        },
        error(failure) {
          if (!isExpired(failure)) throw failure;
          delete variables.after;
          begin();
          reload();
        },
        complete() {},
      },
    );
  };
  begin();
  return () => stop();
}

function isExpired(failure: unknown): boolean {
  const errors = Array.isArray(failure) ? failure : [];
  return errors.some(({ extensions }: GraphQLError) => extensions.code === "CURSOR_EXPIRED");
}
