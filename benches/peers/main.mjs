// Measures this server beside others: see README.md.

import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";

import { clean, idsFromNow, sweep } from "./lib/clean.mjs";
import { Cluster } from "./lib/cluster.mjs";
import { TENANT, preparePostgres, prepareSqlite, warm } from "./lib/data.mjs";
import { checkFacts } from "./lib/facts.mjs";
import { RunningServer } from "./lib/fleet.mjs";
import { options as readOptions } from "./lib/options.mjs";
import { checkProgram, checkSqlite } from "./lib/needs.mjs";
import { writePage } from "./lib/page.mjs";
import { HERE, TARGET } from "./lib/paths.mjs";
import { complete, runToEnd, stopOnSignals } from "./lib/processes.mjs";
import { report } from "./lib/report.mjs";
import { Results } from "./lib/results.mjs";
import { rounds } from "./lib/rounds.mjs";
import { createdWords, samples as makeSamples } from "./lib/samples.mjs";
import { ours } from "./servers/ours.mjs";

const tell = (text) => process.stderr.write(`${text}\n`);

/** Builds the peers in Rust: for a check, without optimization. */
async function buildPeers(options) {
  const profile = options.check ? "debug" : "release";
  const target = join(TARGET, "peers/rust");
  const optimized = options.check ? [] : ["--release"];
  const flags = ["build", "--locked", "--manifest-path", join(HERE, "rust/Cargo.toml"), ...optimized];
  tell("building the peers in Rust");
  await complete(["cargo", ...flags], { CARGO_TARGET_DIR: target });
  return join(target, profile, "peers");
}

/** Checks that there is what the run needs. */
function checkNeeds({ program, check }) {
  checkProgram(program);
  checkSqlite();
  if (!check && spawnSync("wrk", ["-v"]).error) throw new Error("install wrk");
  const [major] = process.versions.node.split(".");
  if (Number(major) < 22) throw new Error(`Node.js 22 or newer is needed, this is ${process.version}`);
}

/** Prepares the data and returns all that servers are started with. */
async function prepare(options) {
  const cluster = await Cluster.start(options.work);
  const database = await preparePostgres(cluster, options);
  const usesSqlite = options.servers.some(({ createsIn }) => createsIn === "sqlite");
  const sqliteFolder = usesSqlite ? await prepareSqlite(options) : undefined;
  const [{ id }] = await cluster.query(database, "SELECT id FROM public.tenants WHERE name = $1", [TENANT]);
  return { options, cluster, database, sqliteFolder, tenant: id, tenantName: TENANT };
}

async function run(options) {
  const world = await prepare(options);
  if (options.prepare) return;
  await sweep(world);
  // The product makes the samples, even where it is not measured.
  const servers = options.servers.includes(ours) ? options.servers : [...options.servers, ours];
  const fleet = [];
  for (const server of servers) fleet.push(await RunningServer.start(server, world));
  tell("choosing samples");
  const samples = await makeSamples(world, fleet.find(({ server }) => server === ours));
  if (samples.W6) world.words = createdWords(samples.W6);
  const measured = fleet.filter(({ server }) => options.servers.includes(server));
  const first = idsFromNow();
  const sizes = await checkFacts(world, measured, samples);
  if (samples.W6) await clean(world, first);
  if (options.check) return;
  await warm(world.cluster, world.database);
  const results = Results.of(options);
  await rounds(world, measured, samples, sizes, results);
  process.stdout.write(report(results, options));
  if (options.write) writePage(results, options);
}

async function main() {
  const options = readOptions();
  for (const folder of ["logs", "requests"]) mkdirSync(join(options.work, folder), { recursive: true });
  if (options.report) {
    const results = Results.of(options);
    process.stdout.write(report(results, options));
    if (options.write) writePage(results, options);
    return;
  }
  checkNeeds(options);
  stopOnSignals();
  if (options.servers.some(({ isInRust }) => isInRust)) options.peers ??= await buildPeers(options);
  await run(options);
}

await runToEnd(main);
