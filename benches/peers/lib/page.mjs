// The tables and the chart in the documentation.

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";

import { postgresPrograms } from "../../../tests/reliability/support/machine.mjs";
import { chart } from "./chart.mjs";
import { ROOT } from "./options.mjs";
import { report } from "./report.mjs";

/** Puts paragraphs in the place of those between the marks of a name, in the page on performance. */
export function replaceParagraphs(name, paragraphs) {
  const page = join(ROOT, "docs/performance.md");
  const [begin, end] = [`<!-- ${name}: begin -->`, `<!-- ${name}: end -->`];
  const [before, rest] = readFileSync(page, "utf8").split(begin);
  const [, after] = rest.split(end);
  writeFileSync(page, `${before}${[begin, ...paragraphs, end].join("\n\n")}${after}`);
}

/** Writes the results into the page on performance. */
export function writePage(results, options) {
  const figure = "![Requests per second in ratio to the limit](peers.svg)";
  const servers = options.servers.map(({ name, label }) => `- \`${name}\`: ${label}`).join("\n");
  replaceParagraphs("peers", [origin(options), figure, servers, report(results, options).trim()]);
  writeFileSync(join(ROOT, "docs/peers.svg"), chart(results, options));
}

/** Returns the processors and the memory of the machine. */
export function machine() {
  const [{ model }] = cpus();
  return `${cpus().length} × ${model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB`;
}

/** Returns the versions of the product, of PostgreSQL and of Node.js. */
export function versions(program) {
  const version = (command) => execFileSync(command, ["--version"], { encoding: "utf8" }).trim();
  const postgres = version(join(postgresPrograms(), "postgres")).replace(/^postgres \(PostgreSQL\) (\S+).*/, "PostgreSQL $1");
  return [version(program), postgres, `Node.js ${process.version}`].join(", ");
}

/** Returns a sentence with the data, the machine, the versions and the command. */
function origin({ contacts, rounds, seconds, clients, servers, program }) {
  const names = servers.map(({ name }) => name).join(",");
  const flags = `--contacts ${contacts} --rounds ${rounds} --seconds ${seconds} --clients ${clients.join(",")} --servers ${names}`;
  const command = `benches/peers/run ${flags} --write`;
  return `${contacts.toLocaleString("en")} contacts in the measured tenant; ${machine()}; ${versions(program)}; \`${command}\`.`;
}
