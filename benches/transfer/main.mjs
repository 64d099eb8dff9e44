// Measures generate, export and import beside bare bulk loads: see README.md.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";

import { stopAll, stopOnSignals } from "../peers/lib/processes.mjs";
import { options as readOptions } from "./lib/options.mjs";
import { Postgres } from "./lib/postgres.mjs";
import { report, writePage } from "./lib/report.mjs";
import { Sqlite } from "./lib/sqlite.mjs";
import { Round } from "./lib/steps.mjs";

const tell = (text) => process.stderr.write(`${text}\n`);

/** Checks that there is what the run needs. */
function checkNeeds({ program, engines }) {
  if (!existsSync(program)) throw new Error(`no ${program}; build it (cargo build --release), or name another by --program`);
  if (engines.includes("sqlite") && spawnSync("sqlite3", ["--version"]).status !== 0) throw new Error("install sqlite3");
}

/** Measures all rounds on a database, and returns its figures by size. */
async function measure(engine, options) {
  const sizes = [Math.max(100, Math.ceil(options.contacts / 10)), options.contacts];
  const rounds = sizes.map(() => []);
  for (let round = 1; round <= options.rounds; round += 1) {
    for (const [place, contacts] of sizes.entries()) {
      const heading = `${engine.name}, ${contacts.toLocaleString("en")} contacts, round ${round}`;
      const isCompared = contacts === options.contacts;
      const its = new Round(engine, options, { contacts, isCompared, tell: (text) => tell(`${heading}: ${text}`) });
      rounds[place].push(await its.run());
    }
  }
  const [small, full] = rounds;
  return { name: engine.name, bareLoad: engine.bareLoad, small, full };
}

async function run(options) {
  const results = [];
  for (const name of options.engines) {
    const engine = await { postgres: Postgres, sqlite: Sqlite }[name].start(options);
    results.push(await measure(engine, options));
    await engine.stop();
  }
  process.stdout.write(report(results, options));
  if (options.write) writePage(results, options);
}

async function main() {
  const options = readOptions();
  checkNeeds(options);
  mkdirSync(join(options.work, "logs"), { recursive: true });
  stopOnSignals("the same command begins anew");
  try {
    await run(options);
  } finally {
    await stopAll();
  }
}

await main().catch((error) => {
  tell(error.stack);
  process.exitCode = 1;
});
