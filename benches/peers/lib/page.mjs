// The tables and the chart in the documentation.

import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { chart } from "./chart.mjs";
import { machine, replaceParagraphs, versions } from "./marked.mjs";
import { ROOT } from "./paths.mjs";
import { report } from "./report.mjs";

/** Writes the results into the page on performance. */
export function writePage(results, options) {
  const figure = "![Requests per second in ratio to the limit](peers.svg)";
  const servers = options.servers.map(({ name, label }) => `- \`${name}\`: ${label}`).join("\n");
  replaceParagraphs("peers", [origin(options), figure, servers, report(results, options).trim()]);
  writeFileSync(join(ROOT, "docs/peers.svg"), chart(results, options));
}

/** Returns a sentence with the data, the machine, the versions and the command. */
function origin({ contacts, rounds, seconds, clients, servers, program }) {
  const names = servers.map(({ name }) => name).join(",");
  const flags = `--contacts ${contacts} --rounds ${rounds} --seconds ${seconds} --clients ${clients.join(",")} --servers ${names}`;
  const command = `benches/peers/run ${flags} --write`;
  return `${contacts.toLocaleString("en")} contacts in the measured tenant; ${machine()}; ${versions(program)}; \`${command}\`.`;
}
