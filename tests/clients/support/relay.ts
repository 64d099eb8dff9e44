// Relay without React: what its hooks do, with relay-runtime alone.

import {
  type ConcreteRequest,
  Environment,
  type MutationParameters,
  Network,
  type OperationType,
  type ReaderFragment,
  RecordSource,
  Store,
  commitMutation,
  createOperationDescriptor,
  fetchQuery,
  getSingularSelector,
} from "relay-runtime";

import { endpoint } from "./server";

export function relay(token: string): Environment {
  return new Environment({
    network: Network.create(async ({ text, name }, variables) => {
      const response = await fetch(endpoint, {
        method: "POST",
        headers: { "Content-Type": "application/json", Authorization: `Bearer ${token}` },
        body: JSON.stringify({ query: text, operationName: name, variables }),
      });
      return response.json();
    }),
    store: new Store(new RecordSource()),
  });
}

/** `useLazyLoadQuery`: asks, and keeps what came. */
export async function load<Query extends OperationType>(
  relay: Environment,
  request: ConcreteRequest,
  variables: Query["variables"],
): Promise<Query["response"]> {
  relay.retain(createOperationDescriptor(request, variables));
  const data = await fetchQuery<Query>(relay, request, variables).toPromise();
  if (!data) throw new Error(`${request.params.name} was not answered`);
  return data;
}

/** `useFragment`: what a component reads, now. */
export function read<Key extends { readonly " $data"?: unknown; readonly " $fragmentSpreads": unknown }>(
  relay: Environment,
  fragment: ReaderFragment,
  key: Key,
): NonNullable<Key[" $data"]> {
  const selector = getSingularSelector(fragment, key);
  if (!selector) throw new Error(`${fragment.name} was not asked for here`);
  const { data, isMissingData } = relay.lookup(selector);
  if (isMissingData || !data) throw new Error(`${fragment.name} lacks data`);
  return data as NonNullable<Key[" $data"]>;
}

/** `useMutation`. */
export function commit<Mutation extends MutationParameters>(
  relay: Environment,
  mutation: ConcreteRequest,
  variables: Mutation["variables"],
): Promise<Mutation["response"]> {
  return new Promise((resolve, reject) => {
    commitMutation<Mutation>(relay, { mutation, variables, onCompleted: resolve, onError: reject });
  });
}
