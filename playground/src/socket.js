// Subscriptions: a socket of its own each (the protocol is graphql-transport-ws), at the path of the API.

import { createClient } from "graphql-ws";

/** So many events are shown. */
const SHOWN = 100;

/**
 * A subscription in the form that GraphiQL takes. Its answer is the list of all events so far, the newest first, so that none
 * is overwritten by the next before one could read it.
 *
 * The methods of `watcher` are called as the subscription goes on: `listening(count)`, with so many events so far; `failed(errors)`, by the server;
 * `closed(code, reason)`, the connection; `ended()`, by the server; `stopped(count)`, by the reader.
 */
export function listen(endpoint, operation, headers, watcher) {
  return { subscribe: (sink) => ({ unsubscribe: start(endpoint, operation, headers, sink, watcher) }) };
}

/** Starts a subscription; what it gives back stops it. */
function start(endpoint, operation, headers, sink, watcher) {
  const events = eventsFor(sink, watcher);
  let over = false;
  const end = (tell) => {
    if (over) return;
    over = true;
    tell();
    sink.complete();
    // It waits for the connection, which may have been refused: that has been told.
    client.dispose().catch(() => {});
  };
  const client = createClient({
    url: socketAddress(endpoint),
    // Headers cannot be set on a socket: the server takes them from the first message.
    connectionParams: headers,
    // A connection that was lost may have missed events: the reader is told, not spared.
    retryAttempts: 0,
    on: {
      connected: () => events.show(),
      closed: ({ code, reason }) => end(() => watcher.closed(code, reason)),
    },
  });
  client.subscribe(operation, {
    next: (event) => over || events.add(event),
    // The server's errors; or else the connection's, which `closed` tells of.
    error: (errors) => Array.isArray(errors) && end(() => events.fail(errors)),
    complete: () => end(() => watcher.ended()),
  });
  return () => end(() => watcher.stopped(events.count()));
}

function eventsFor(sink, watcher) {
  const events = [];
  let count = 0;
  // GraphiQL takes an array for the parts of one answer, but shows this as one.
  const show = () => sink.next({ toJSON: () => events });
  const put = (event) => {
    events.unshift(event);
    events.length = Math.min(events.length, SHOWN);
    show();
  };
  return {
    count: () => count,
    show() {
      watcher.listening(count);
      show();
    },
    add(event) {
      put(event);
      watcher.listening(++count);
    },
    fail(errors) {
      put({ errors });
      watcher.failed(errors);
    },
  };
}

function socketAddress(endpoint) {
  const address = new URL(endpoint, location.href);
  address.protocol = address.protocol.replace("http", "ws");
  return address.href;
}
