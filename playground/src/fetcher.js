// The fetcher of GraphiQL: queries and mutations by HTTP, subscriptions by a socket. News of the token and of a connection
// go into the notice.

import { Kind, getOperationAST, parse } from "graphql";

import { ask } from "./http.js";
import { accept, clear, say, stopped } from "./notice.js";
import { listen } from "./socket.js";
import { authorization, hasExpired } from "./token.js";

/** The text in the place of a token until there is one. */
export const NO_TOKEN = "<your token>";

/** The name of GraphiQL's own query for the schema, which it sends beside the reader's. */
const SCHEMA = "IntrospectionQuery";

/** Close codes of graphql-transport-ws: the socket's token is missing, refused or expired. */
const REFUSED = [4401, 4403];

/** Sends operations to `endpoint`, with `startingHeaders` as long as the headers editor is not there. */
export function fetcherFor(endpoint, startingHeaders) {
  return (given, { headers = startingHeaders } = {}) => {
    const document = parsed(given.query);
    const operation = named(given, document);
    if (operation.operationName !== SCHEMA) clear();
    if (authorization(headers)?.includes(NO_TOKEN)) return withoutToken();
    if (!isSubscription(operation, document)) return ask(endpoint, operation, headers).then((answer) => noted(answer, headers));
    return listen(endpoint, operation, { Authorization: authorization(headers) }, watcherFor(headers));
  };
}

/** Returns an answer that says that the token is missing, without a request. */
async function withoutToken() {
  say({ kind: "missing" });
  return { errors: [{ message: "There is no token yet." }] };
}

function watcherFor(headers) {
  return {
    listening(count) {
      accept();
      say({ kind: "listening", count });
    },
    failed: (errors) => void noted({ errors }, headers),
    closed(code, reason) {
      if (REFUSED.includes(code)) refuse(reason, headers);
      else say({ kind: "lost", code, reason });
    },
    ended: clear,
    stopped,
  };
}

/** The answer as it is, after a look at what it says about the token. */
function noted(answer, headers) {
  const refusal = answer.errors?.find((error) => error.extensions?.code === "UNAUTHENTICATED");
  if (refusal) refuse(refusal.message, headers);
  else accept();
  return answer;
}

/** Says why the token is refused. A socket may be closed without a word: then the token itself is asked. */
function refuse(reason, headers) {
  const words = reason.replace(/^(Forbidden|Unauthorized)(: )?/, "");
  say({ kind: "refused", reason: words, expired: words ? /expired/.test(words) : hasExpired(headers) });
}

/** Nothing when it cannot be: the server says what is wrong with it. */
function parsed(query) {
  try {
    return parse(query);
  } catch {
    return undefined;
  }
}

/**
 * Returns the operation with the name of the document's only operation, if it has one: after another document was put
 * into the editor, GraphiQL gives the name of the previous one for a moment.
 */
function named(operation, document) {
  const operations = document?.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION) ?? [];
  return operations.length === 1 ? { ...operation, operationName: operations[0].name?.value } : operation;
}

function isSubscription({ operationName }, document) {
  return document !== undefined && getOperationAST(document, operationName)?.operation === "subscription";
}
