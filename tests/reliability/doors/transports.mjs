// The ways in which an operation reaches the server, each with the text of its answer.

import { createHash } from "node:crypto";

import { createClient as createEvents } from "graphql-sse";
import { createClient as createSocket } from "graphql-ws";
import WebSocket from "ws";

/** Returns the id of a trusted document. */
export const documentId = (document) => `sha256:${createHash("sha256").update(document).digest("hex")}`;

/**
 * Returns functions from a document and its variables to the status and the text of the answer. Those by POST take the
 * id of the request in the server's log as well.
 */
export function transports(url, token) {
  const authorization = `Bearer ${token}`;
  const posted = async (body, id) => {
    const headers = { "content-type": "application/json", authorization, ...(id ? { "x-request-id": id } : {}) };
    const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
    return `${response.status} ${await response.text()}`;
  };
  const socket = createSocket({
    url: url.replace(/^http/, "ws"),
    webSocketImpl: WebSocket,
    lazy: false,
    connectionParams: { token },
    retryAttempts: 0,
  });
  const events = createEvents({ url, headers: { authorization }, retryAttempts: 0 });
  return {
    all: {
      post: (query, variables, id) => posted({ query, variables }, id),
      "trusted document": (query, variables, id) => posted({ documentId: documentId(query), variables }, id),
      socket: (query, variables) => collect(socket, { query, variables }),
      events: (query, variables) => collect(events, { query, variables }),
    },
    socket,
    events,
    dispose: () => {
      socket.dispose();
      events.dispose();
    },
  };
}

function collect(client, request) {
  return new Promise((resolve) => {
    const results = [];
    client.subscribe(request, {
      next: (result) => results.push(result),
      error: (error) => resolve(JSON.stringify(error)),
      complete: () => resolve(JSON.stringify(results)),
    });
  });
}
