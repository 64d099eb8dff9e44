// The tables and the chart in the documentation.

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";

import { postgresPrograms } from "../../../tests/reliability/support/machine.mjs";
import { chart } from "./chart.mjs";
import { ROOT } from "./options.mjs";
import { report } from "./report.mjs";

const [BEGIN, END] = ["<!-- peers: begin -->", "<!-- peers: end -->"];

/** Writes the results into the page on performance. */
export function writePage(results, options) {
  const page = join(ROOT, "docs/performance.md");
  const [before, rest] = readFileSync(page, "utf8").split(BEGIN);
  const [, after] = rest.split(END);
  const figure = "![Requests per second in ratio to the limit](peers.svg)";
  const servers = options.servers.map(({ name, label }) => `- \`${name}\`: ${label}`).join("\n");
  const parts = [BEGIN, origin(options), figure, servers, report(results, options).trim(), END];
  writeFileSync(page, `${before}${parts.join("\n\n")}${after}`);
  writeFileSync(join(ROOT, "docs/peers.svg"), chart(results, options));
}

/** Returns a sentence with the data, the machine, the versions and the command. */
function origin({ contacts, rounds, seconds, clients, servers, program }) {
  const version = (command) => execFileSync(command, ["--version"], { encoding: "utf8" }).trim();
  const [{ model }] = cpus();
  const machine = `${cpus().length} × ${model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB`;
  const postgres = version(join(postgresPrograms(), "postgres")).replace(/^postgres \(PostgreSQL\) (\S+).*/, "PostgreSQL $1");
  const names = servers.map(({ name }) => name).join(",");
  const flags = `--contacts ${contacts} --rounds ${rounds} --seconds ${seconds} --clients ${clients.join(",")} --servers ${names}`;
  const command = `benches/peers/run ${flags} --write`;
  const versions = [version(program), postgres, `Node.js ${process.version}`].join(", ");
  return `${contacts.toLocaleString("en")} contacts in the measured tenant; ${machine}; ${versions}; \`${command}\`.`;
}
