// Readers of the feed of changes, which go on from their last cursor whenever their connection breaks.

import { createClient } from "graphql-sse";

import { post } from "../support/program.mjs";
import { sleep, until } from "../support/wait.mjs";
import { digits } from "./kinds.mjs";

const FIELDS = "cursor entityId version action";
const LIST = `query($after: String) { changes(first: 100, after: $after) { nodes { ${FIELDS} } pageInfo { hasNextPage } } }`;
const STREAM = `subscription($after: String) { changes(after: $after) { ${FIELDS} } }`;

/** One change as both readers and the table have it. */
export const change = (entityId, version, action) => `${digits(entityId)} ${version} ${action}`;

/** A reader that goes on from its cursor. */
export class Follower {
  /** The changes in the order in which they came. */
  seen = [];
  cursor = null;
  resumed = 0;

  take({ cursor, entityId, version, action }) {
    this.cursor = cursor;
    this.seen.push(change(entityId, version, action));
  }

  start(server, token) {
    this.isRunning = true;
    this.running = this.run(server, token);
    return this;
  }

  async stop() {
    this.isRunning = false;
    await this.running;
  }
}

/** Reads pages of the list. */
export class PageReader extends Follower {
  name = "the reader of pages";

  async run(server, token) {
    while (this.isRunning) {
      try {
        const { body } = await post(server.url, token, { query: LIST, variables: { after: this.cursor } });
        if (!body.data?.changes) throw new Error(body.errors?.[0]?.extensions?.code);
        for (const node of body.data.changes.nodes) this.take(node);
        if (!body.data.changes.pageInfo.hasNextPage) await sleep(20);
      } catch {
        this.resumed += 1;
        await sleep(50);
      }
    }
  }
}

/** Subscribes by server-sent events. */
export class Subscriber extends Follower {
  name = "the subscriber";

  constructor(cursor) {
    super();
    this.cursor = cursor;
  }

  async run(server, token) {
    while (this.isRunning) {
      const client = createClient({ url: server.url, retryAttempts: 0, headers: { authorization: `Bearer ${token}` } });
      this.client = client;
      await this.stream(client);
      client.dispose();
      this.resumed += 1;
      await sleep(50);
    }
  }

  stream(client) {
    return new Promise((resolve) => {
      const request = { query: STREAM, variables: { after: this.cursor } };
      client.subscribe(request, {
        next: ({ data }) => (data?.changes ? this.take(data.changes) : resolve()),
        error: () => resolve(),
        complete: () => resolve(),
      });
    });
  }

  async stop() {
    this.isRunning = false;
    this.client?.dispose();
    await this.running;
  }
}

/** Returns a page of the feed; undefined while the server still finds connections of its pool broken. */
async function page(server, token, after) {
  const { body } = await post(server.url, token, { query: LIST, variables: { after } });
  return body.data?.changes;
}

/** Reads the feed from the front to its end, in the order in which the API has it. */
export async function readFeed(server, token) {
  const changes = [];
  let cursor = null;
  for (;;) {
    const { nodes, pageInfo } = await until("the feed is answered", () => page(server, token, cursor), 10);
    for (const node of nodes) changes.push(change(node.entityId, node.version, node.action));
    cursor = nodes.at(-1)?.cursor ?? cursor;
    if (!pageInfo.hasNextPage) return { changes, cursor };
  }
}
