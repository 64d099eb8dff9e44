// The measurement of a kind of searches: a round that finds the counts and is not timed, and then each number of clients.

import { Clients, isGood, load } from "./load.mjs";
import { bodyOf } from "./operations.mjs";
import { source } from "./random.mjs";

/** The clients of the round that is not timed, and its seconds. */
const WARMING = { clients: 4, seconds: 5 };

/** Measures a kind. Returns its searches, the counts of their results, and the latencies by number of clients. */
export async function measure(running, kind, { seconds, clients, seed }) {
  const body = bodyOf(kind.field, kind.withFacets);
  const bodies = kind.searches.map((search) => JSON.stringify(body(search)));
  const counts = await warmUp(running, bodies);
  const byClients = {};
  for (const count of clients) {
    const senders = new Clients(running.url(), running.callers, count);
    byClients[count] = await load(senders, bodies, { seconds, random: source(seed + count) });
    senders.close();
  }
  return { searches: kind.searches, counts, byClients };
}

/** Sends each body once, and returns the count of each answer, where there is one. */
async function warmUp(running, bodies) {
  const clients = new Clients(running.url(), running.callers, WARMING.clients);
  const counts = bodies.map(() => undefined);
  const end = performance.now() + WARMING.seconds * 1000;
  await clients.round([...counts.keys()].reverse(), bodies, end, (place, answer) => {
    if (isGood(answer)) counts[place] = JSON.parse(answer.text).data.found.totalCount;
  });
  clients.close();
  return counts;
}
