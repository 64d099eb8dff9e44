// The PostgreSQL server of a run, with connections to it.

import pg from "pg";

import { PostgresServer } from "./postgres.mjs";

const INT8 = 20;
pg.types.setTypeParser(INT8, Number);

export class Cluster extends PostgresServer {
  /** Returns a server that is already running, of the same trusting kind. */
  static running(port) {
    return Object.assign(new this(), { port });
  }

  /** Runs the block with a connection. */
  async connected(database, block) {
    const client = new pg.Client({ connectionString: this.url(database) });
    client.on("error", () => {});
    await client.connect();
    try {
      return await block(client);
    } finally {
      await client.end();
    }
  }

  /** Runs a statement, or several without values, and returns the rows. */
  query(database, text, values) {
    return this.connected(database, async (client) => (await client.query(text, values)).rows);
  }
}
