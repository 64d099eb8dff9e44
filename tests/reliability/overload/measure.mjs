// The overload curve of a server: the load that saturates it, then multiples of that load.

import { open } from "../support/database.mjs";
import { Server } from "../support/program.mjs";
import { sleep, until } from "../support/wait.mjs";
import { HEAVY, LIGHT, load, memory, withMemory } from "./load.mjs";

/** The most clients that are tried for the load that saturates the server. */
const MOST_TO_SATURATE = 64;
/** The users whose clients make the curve. */
const CALLERS = 32;

/** More than any caller spends: the curve is that of many callers, each within their cost. */
const UNLIMITED = ["--cost-per-second", "1000000000"];

/** Runs a story with a server that has demo data. */
export async function withServer(engine, story, flags = []) {
  const database = await open(engine);
  const server = new Server(database, ["--demo", "--log", "error", ...flags]);
  try {
    await server.up();
    return await story(server);
  } finally {
    await server.drop();
    await database.drop();
  }
}

/** Finds the smallest number of clients, in powers of two, beyond which twice as many get less than 5 % more. */
export async function saturation(server, tokens, seconds) {
  const run = (clients) => load({ url: server.url, tokens, query: HEAVY, clients, seconds });
  await run(1);
  let [clients, rate] = [1, (await run(1)).perSecond];
  while (clients < MOST_TO_SATURATE) {
    const { perSecond } = await run(clients * 2);
    if (perSecond < rate * 1.05) break;
    [clients, rate] = [clients * 2, perSecond];
  }
  return clients;
}

/**
 * Measures good answers, latencies, refusals and memory under multiples of the load that saturates the server: each load once a
 * round, since a machine may be faster in one round than in another, and of each the round with the median rate.
 */
export async function curve(engine, { times, rounds, seconds, rest }) {
  return withServer(
    engine,
    async (server) => {
      const tokens = callers(server, CALLERS);
      const clients = await saturation(server, tokens, seconds);
      const before = memory(server.child);
      const measured = times.map(() => []);
      for (let round = 0; round < rounds; round += 1) {
        for (const [place, each] of times.entries()) {
          const query = { url: server.url, tokens, query: HEAVY, clients: clients * each, seconds };
          measured[place].push({ times: each, seconds, ...(await withMemory(server.child, () => load(query))) });
        }
      }
      const points = measured.map(middle);
      await sleep(rest * 1000);
      return { clients, points, before, after: memory(server.child), isAlive: await answers(server, "/livez") };
    },
    UNLIMITED,
  );
}

/** Returns the round with the median rate, with the most memory and all failures of the rounds. */
function middle(all) {
  const sorted = [...all].sort((one, other) => one.perSecond - other.perSecond);
  const failed = all.reduce((sum, each) => sum + each.failed, 0);
  return { ...sorted[Math.floor(sorted.length / 2)], failed, most: Math.max(...all.map(({ most }) => most)) };
}

/** Returns the tokens of some users. */
export const callers = (server, count) =>
  Array.from({ length: count }, (_, number) => server.token("default", "--subject", `caller ${number}`));

/** Measures a polite caller's latencies alone, and beside another caller's flood. */
export async function flood(engine, { clients, seconds, isLimited = true }) {
  const story = async (server) => {
    const [polite, flooding] = ["polite", "flood"].map((name) => server.token("default", "--subject", name));
    const small = { url: server.url, tokens: [polite], query: LIGHT, clients: 1, seconds };
    await load(small);
    const alone = await load(small);
    const heavy = load({ ...small, tokens: [flooding], query: HEAVY, clients, seconds: seconds + 1 });
    await sleep(500);
    const beside = await load(small);
    return { alone, beside, flood: await heavy };
  };
  return withServer(engine, story, isLimited ? [] : UNLIMITED);
}

/** Whether a path is answered with 200 within five seconds. */
export async function answers(server, path) {
  const response = await fetch(`${server.base}${path}`, { signal: AbortSignal.timeout(5000) }).catch(() => null);
  return response?.status === 200;
}

/** Waits until the server answers its health check. */
export const alive = (server) => until("the server answers its health check", () => answers(server, "/livez"));
