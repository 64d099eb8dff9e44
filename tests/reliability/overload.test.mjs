// Load beyond what the server can carry: every request is answered, good answers go on, and health checks are answered.

import assert from "node:assert/strict";

import { MEDIUM, load } from "./overload/load.mjs";
import { answers, withServer } from "./overload/measure.mjs";
import { ENGINES } from "./support/database.mjs";
import { LONG, counting } from "./support/story.mjs";
import { sleep } from "./support/wait.mjs";

const test = counting("overload");
const SECONDS = LONG ? 10 : 3;
/** Many times the clients that saturate two cores. */
const CLIENTS = 40;

for (const engine of ENGINES) {
  test(`${engine}: under many times its load, the server answers each request and its health check`, () =>
    withServer(engine, async (server) => {
      const running = load({ url: server.url, tokens: [server.token()], query: MEDIUM, clients: CLIENTS, seconds: SECONDS });
      const health = [];
      for (let check = 0; check < 5; check += 1) {
        await sleep((SECONDS * 1000) / 5);
        health.push(await answers(server, "/livez"));
      }
      const { good, refused, failed, reasons } = await running;

      assert.deepEqual(health, [true, true, true, true, true]);
      assert.equal(failed, 0, JSON.stringify(reasons));
      assert.ok(good > 0, "good answers go on");
      console.log(`figure: overload ${engine}: ${CLIENTS} clients, ${good} good answers, ${refused} refused, 0 failed`);
    }));
}
