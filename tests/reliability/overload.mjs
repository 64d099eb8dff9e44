// The overload curve for docs/reliability.md: `PROGRAM=… node overload.mjs [--chart] [SECONDS]` prints the table for both
// engines and, with `--chart`, writes it and the picture to docs. Measure a release build on a machine at rest.

import { readFileSync, writeFileSync } from "node:fs";

import { picture, table } from "./overload/chart.mjs";
import { curve, flood } from "./overload/measure.mjs";
import { ENGINES } from "./support/database.mjs";

const TIMES = [1, 2, 5, 10, 20];
const ROUNDS = 3;
const [BEGIN, END] = ["<!-- overload: begin -->", "<!-- overload: end -->"];

const seconds = Number(process.argv.find((argument) => /^\d+$/.test(argument)) ?? 10);
const curves = {};
const lines = [];
for (const engine of ENGINES) {
  curves[engine] = await curve(engine, { times: TIMES, rounds: ROUNDS, seconds, rest: 30 });
  const { clients, before, after } = curves[engine];
  const limited = await flood(engine, { clients: clients * 10, seconds });
  const unlimited = await flood(engine, { clients: clients * 10, seconds, isLimited: false });
  const p50 = ({ alone, beside }) => `${alone.p50.toFixed(1)} ms alone and ${beside.p50.toFixed(1)} ms beside`;
  lines.push(
    `- ${engine}: ${clients} clients saturate the server; memory ${before.toFixed(0)} MiB before, ${after.toFixed(0)} MiB 30 s after.`,
    `  A polite caller's p50 is ${p50(limited)} the flood of another with ${clients * 10} clients; ${p50(unlimited)} one whose`,
    "  `--cost-per-second` is not limited.",
  );
}
const result = `${table(curves)}\n\n${lines.join("\n")}`;
console.log(result);

if (process.argv.includes("--chart")) {
  const docs = new URL("../../docs/", import.meta.url);
  writeFileSync(new URL("overload.svg", docs), picture(curves));
  const page = readFileSync(new URL("reliability.md", docs), "utf8");
  const section = `${BEGIN}\n${result}\n\n![Good answers under overload](overload.svg)\n${END}`;
  const known = page.includes(BEGIN);
  const rest = known ? page : `${page.trimEnd()}\n\n## Overload\n\n${BEGIN}${END}\n`;
  writeFileSync(new URL("reliability.md", docs), rest.replace(new RegExp(`${BEGIN}[^]*${END}`), () => section));
}
