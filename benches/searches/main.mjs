// Measures searches of each kind: see README.md.

import { mkdirSync } from "node:fs";
import { join } from "node:path";

import { TENANT } from "../peers/lib/data.mjs";
import { RunningServer } from "../peers/lib/fleet.mjs";
import { checkProgram } from "../peers/lib/needs.mjs";
import { runToEnd, stop, stopOnSignals } from "../peers/lib/processes.mjs";
import { kinds as makeKinds } from "./lib/kinds.mjs";
import { measure } from "./lib/measure.mjs";
import { options as readOptions } from "./lib/options.mjs";
import { source } from "./lib/random.mjs";
import { hits, report, textOf, writePage } from "./lib/report.mjs";
import { Results } from "./lib/results.mjs";
import { readValues } from "./lib/values.mjs";

const tell = (text) => process.stderr.write(`${text}\n`);

/** Returns the kinds whose name has the wanted text, each a second time with facets where they are measured. */
function chosen(kinds, wanted) {
  const withFacets = ({ name, ...kind }) => ({ ...kind, name: `${name}, with facets`, withFacets: true });
  const all = kinds.flatMap((kind) => (kind.hasFacets ? [kind, withFacets(kind)] : [kind]));
  return all.filter(({ name, searches }) => name.includes(wanted) && searches.length > 0);
}

/** Returns the kinds to measure on an engine. */
async function kindsOf({ rows }, { idText }, options) {
  const [{ id }] = await rows(`SELECT id FROM tenants WHERE name = '${TENANT}'`);
  const values = await readValues({ rows, idText }, id);
  return chosen(makeKinds(values, source(options.seed)), options.kinds);
}

/** Measures all kinds on an engine. */
async function measureEngine(engine, options, results) {
  tell(`${engine.label}: preparing ${options.contacts} contacts`);
  const world = { ...(await engine.prepare(options)), options, tenantName: TENANT };
  const running = await RunningServer.start(engine.server, world);
  tell(`${engine.label}: choosing searches`);
  const kinds = await kindsOf(world, engine, options);
  // Kinds may have other names in another version.
  if (options.kinds === "") results.forget(options.contacts, engine.name);
  for (const [place, kind] of kinds.entries()) {
    const measured = await measure(running, kind, options);
    results.add(options.contacts, engine.name, kind.name, measured);
    tell(`[${place + 1}/${kinds.length}] ${engine.label}, ${kind.name}: ${progress(measured)}`);
  }
  await stop(running.program);
}

/** Returns a line with the latencies of a kind, its slowest search, and the oddities of its answers. */
function progress({ searches, counts, byClients }) {
  const [{ slowest }] = Object.values(byClients);
  const last = slowest && `; slowest: ${textOf(searches[slowest.place])}, ${slowest.p50.toFixed(1)} ms`;
  const figures = Object.entries(byClients).map(([clients, { requests, p50, p99 }]) =>
    requests > 0 ? `${clients}: ${p50.toFixed(1)} / ${p99.toFixed(1)} ms, ${requests} requests` : `${clients}: no answers`,
  );
  const empty = counts.filter((count) => count?.value === 0).length;
  const missing = counts.filter((count) => !count).length;
  const failures = Object.values(byClients).flatMap(({ failures }) => failures);
  const trouble = [
    empty > 0 && `${empty} of ${counts.length} searches find nothing`,
    missing > 0 && `${missing} of ${counts.length} searches were not answered in the first round`,
    failures.length > 0 && `${failures.length} failed, such as ${failures[0]}`,
  ].filter(Boolean);
  return `${hits(counts)} hits; ${figures.join("; ")}${last ?? ""}${trouble.length > 0 ? ` (! ${trouble.join("; ")})` : ""}`;
}

async function main() {
  const options = readOptions();
  mkdirSync(join(options.work, "logs"), { recursive: true });
  const results = new Results(options);
  if (!options.report) {
    checkProgram(options.program);
    stopOnSignals("the results of finished kinds are kept");
    for (const engine of options.engines) await measureEngine(engine, options, results);
  }
  process.stdout.write(report(results));
  if (options.write) writePage(results, options);
}

await runToEnd(main);
