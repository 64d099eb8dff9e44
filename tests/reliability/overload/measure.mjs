// The overload curve of a server: the load that saturates it, then multiples of that load.

import { open } from "../support/database.mjs";
import { Server } from "../support/program.mjs";
import { sleep, until } from "../support/wait.mjs";
import { HEAVY, LIGHT, load, memory, withMemory } from "./load.mjs";

/** The most clients that are tried for the load that saturates the server. */
const MOST_TO_SATURATE = 64;

/** Runs a story with a server that has demo data. */
export async function withServer(engine, story) {
  const database = await open(engine);
  const server = new Server(database, ["--demo", "--log", "error"]);
  try {
    await server.up();
    return await story(server);
  } finally {
    await server.drop();
    await database.drop();
  }
}

/** Finds the smallest number of clients, in powers of two, beyond which twice as many get less than 5 % more. */
export async function saturation(server, token, seconds) {
  const run = (clients) => load({ url: server.url, token, query: HEAVY, clients, seconds });
  await run(1);
  let [clients, rate] = [1, (await run(1)).perSecond];
  while (clients < MOST_TO_SATURATE) {
    const { perSecond } = await run(clients * 2);
    if (perSecond < rate * 1.05) break;
    [clients, rate] = [clients * 2, perSecond];
  }
  return clients;
}

/** Measures good answers, latencies, refusals and memory under multiples of the load that saturates the server. */
export async function curve(engine, { times, seconds, rest }) {
  return withServer(engine, async (server) => {
    const token = server.token();
    const clients = await saturation(server, token, seconds);
    const before = memory(server.child);
    const points = [];
    for (const each of times) {
      const query = { url: server.url, token, query: HEAVY, clients: clients * each, seconds };
      points.push({ times: each, seconds, ...(await withMemory(server.child, () => load(query))) });
    }
    await sleep(rest * 1000);
    return { clients, points, before, after: memory(server.child), isAlive: await answers(server, "/livez") };
  });
}

/** Measures a polite caller's median latency alone, and beside another caller's flood. */
export async function flood(engine, { clients, seconds }) {
  return withServer(engine, async (server) => {
    const [polite, flooding] = [server.token("default", "--subject", "polite"), server.token("default", "--subject", "flood")];
    const small = { url: server.url, token: polite, query: LIGHT, clients: 1, seconds };
    await load(small);
    const alone = await load(small);
    const heavy = load({ ...small, token: flooding, query: HEAVY, clients, seconds: seconds + 1 });
    await sleep(500);
    const beside = await load(small);
    return { alone, beside, flood: await heavy };
  });
}

/** Whether a path is answered with 200 within five seconds. */
export async function answers(server, path) {
  const response = await fetch(`${server.base}${path}`, { signal: AbortSignal.timeout(5000) }).catch(() => null);
  return response?.status === 200;
}

/** Waits until the server answers its health check. */
export const alive = (server) => until("the server answers its health check", () => answers(server, "/livez"));
