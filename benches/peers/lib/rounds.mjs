// The rounds: in each, all servers are measured in turn, one workload after the other.

import { clean, idsFromNow } from "./clean.mjs";
import { load, measure, requestFiles } from "./load.mjs";
import { takingPart } from "./workloads.mjs";

/** The seconds of load before the first measurement of a server and a workload, and before the others. */
const WARMING = { first: 2, later: 1 };

/** Measures all rounds that are missing, and keeps the results of each workload of a round. */
export async function rounds(world, fleet, samples, sizes, results) {
  const { options } = world;
  const missing = [];
  for (let round = 1; round <= options.rounds; round += 1) {
    for (const workload of options.workloads) {
      const asked = takingPart(workload, fleet);
      const names = asked.map(({ name }) => name);
      if (!results.has(round, workload, names, options.clients)) missing.push({ round, workload, asked });
    }
  }
  const servers = missing.reduce((sum, { asked }) => sum + asked.length, 0);
  const progress = new Progress(servers * options.clients.length);
  const warmed = new Set();
  for (const { round, workload, asked } of missing) {
    const first = idsFromNow();
    const measured = [];
    for (const running of inTurn(asked, round)) {
      const files = requestFiles(options.work, running, workload, samples[workload]);
      const isFirst = !warmed.has(`${workload} ${running.name}`);
      warmed.add(`${workload} ${running.name}`);
      const size = sizes.get(workload).get(running.name);
      const seconds = isFirst ? WARMING.first : WARMING.later;
      await load(running, workload, files, { clients: Math.max(...options.clients), seconds, seed: 1 });
      for (const clients of options.clients) {
        const seed = 100 * round + clients;
        const result = await measure(world, running, workload, files, { clients, seconds: options.seconds, seed, size });
        measured.push({ round, workload, server: running.name, clients, ...result });
        progress.tell(measured.at(-1));
      }
    }
    if (workload === "W6") await clean(world, first);
    results.add(measured);
  }
}

/** Returns the servers in an order that differs from round to round, so that none always follows the same one. */
function inTurn(fleet, round) {
  const first = (round - 1) % fleet.length;
  return [...fleet.slice(first), ...fleet.slice(0, first)];
}

/** The progress of a run, a line for each measurement. */
class Progress {
  constructor(total) {
    this.total = total;
    this.done = 0;
    this.began = Date.now();
  }

  tell({ round, workload, server, clients, perSecond, p50, serverMs, databaseMs, failed, bytes, expectedBytes }) {
    this.done += 1;
    const left = Math.ceil(((Date.now() - this.began) / this.done) * (this.total - this.done) / 60_000);
    const cpu = `CPU ${serverMs.toFixed(3)} + ${databaseMs.toFixed(3)} ms`;
    const figures = `${perSecond.toFixed(0)}/s, p50 ${p50.toFixed(2)} ms, ${cpu}`;
    const trouble = [failed && `${failed} failed`, bytes && `${bytes} bytes, ${expectedBytes} expected`].filter(Boolean);
    const notes = trouble.length > 0 ? ` (! ${trouble.join("; ")})` : "";
    const place = `round ${round} ${workload} ${server}, ${clients} ${clients === 1 ? "connection" : "connections"}`;
    process.stderr.write(`[${this.done}/${this.total}, ${left} min left] ${place}: ${figures}${notes}\n`);
  }
}
