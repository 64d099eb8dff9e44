// Measures generate, export and import beside bare bulk loads: see README.md.

import { mkdirSync } from "node:fs";
import { join } from "node:path";

import { checkProgram, checkSqlite } from "../peers/lib/needs.mjs";
import { runToEnd, stopOnSignals } from "../peers/lib/processes.mjs";
import { options as readOptions, sizesOf } from "./lib/options.mjs";
import { Postgres } from "./lib/postgres.mjs";
import { report, writePage } from "./lib/report.mjs";
import { Sqlite } from "./lib/sqlite.mjs";
import { Round } from "./lib/steps.mjs";

const tell = (text) => process.stderr.write(`${text}\n`);

/** Checks that there is what the run needs. */
function checkNeeds({ program, engines }) {
  checkProgram(program);
  if (engines.includes("sqlite")) checkSqlite();
}

/** Measures all rounds on a database, and returns its figures by size. */
async function measure(engine, options) {
  const sizes = sizesOf(options);
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
  await run(options);
}

await runToEnd(main);
