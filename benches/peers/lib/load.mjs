// Load: wrk, with requests that are made before.

import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { HERE } from "./paths.mjs";
import { complete, processorTime, residentMemory } from "./processes.mjs";

/** The share of the size of answers in the check that answers under load may differ by. */
const TOLERANCE = 0.4;
/** The size of the head of an answer. */
const HEAD = 200;

/** Writes the requests of a server for a workload, and returns the files. */
export function requestFiles(work, running, workload, samples) {
  const path = (kind) => join(work, "requests", `${running.name}-${workload}.${kind}`);
  const bodies = samples.map((sample) => JSON.stringify(running.server.requests[workload](sample)));
  writeFileSync(path("bodies"), `${bodies.join("\n")}\n`);
  const callers = running.callers.map((headers) => Object.entries(headers).map(([name, value]) => `${name}: ${value}`)[0] ?? "");
  writeFileSync(path("callers"), `${callers.join("\n")}\n`);
  return [path("bodies"), path("callers")];
}

/** Loads a server by so many connections. */
export async function load(running, workload, [bodies, callers], { clients, seconds, seed }) {
  const url = running.url(workload);
  const flags = ["-t1", `-c${clients}`, `-d${seconds}s`, "--timeout", "20s", "-s", join(HERE, "lib/wrk.lua"), url];
  const output = await complete(["wrk", ...flags, "--", bodies, callers, String(seed)]);
  const line = output.split("\n").find((each) => each.startsWith("RESULT "));
  if (!line) throw new Error(`wrk, ${running.name}: ${output}`);
  return JSON.parse(line.slice("RESULT ".length));
}

/** Measures a server under load: rates, latencies, and processor time of the server and of the database. */
export async function measure(world, running, workload, files, { clients, seconds, seed, size }) {
  const before = [processorTime(running.pid), processorTime(world.cluster.pid)];
  const result = await load(running, workload, files, { clients, seconds, seed });
  const after = [processorTime(running.pid), processorTime(world.cluster.pid)];
  const { requests, microseconds, bytes, refused, broken } = result;
  const [server, database] = after.map((time, place) => ((time - before[place]) * 1000) / Math.max(1, requests));
  // A wrong answer under load is most likely shorter or longer.
  const isOdd = Math.abs(bytes / Math.max(1, requests) / (size + HEAD) - 1) > TOLERANCE;
  return {
    perSecond: requests / (microseconds / 1e6),
    p50: result.p50 / 1000,
    p99: result.p99 / 1000,
    serverMs: server,
    databaseMs: database,
    memory: residentMemory(running.pid),
    ...(refused + broken > 0 && { failed: refused + broken }),
    ...(isOdd && { bytes: Math.round(bytes / Math.max(1, requests)), expectedBytes: Math.round(size) }),
  };
}
