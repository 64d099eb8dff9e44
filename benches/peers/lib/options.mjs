// The flags of a run.

import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { SERVERS } from "../servers/index.mjs";
import { WORKLOADS } from "./workloads.mjs";

/** The folder of this benchmark, and the root of the repository. */
export const HERE = resolve(dirname(fileURLToPath(import.meta.url)), "..");
export const ROOT = resolve(HERE, "../..");

/** The folder of builds. */
export const TARGET = resolve(ROOT, process.env.CARGO_TARGET_DIR ?? "target");

/** Each flag with its default and its meaning. */
const FLAGS = {
  contacts: ["100000", "the number of contacts of the measured tenant"],
  rounds: ["5", "the rounds; figures are medians of them"],
  seconds: ["3", "the seconds of each measurement"],
  clients: ["1,16", "the numbers of connections from clients"],
  pool: ["8", "the connections of each server to PostgreSQL"],
  workloads: [Object.keys(WORKLOADS).join(","), "the workloads"],
  servers: [SERVERS.map(({ name }) => name).join(","), "the servers"],
  program: [join(TARGET, "release/external-contacts"), "the built product"],
  peers: [undefined, "the built peers in Rust; they are built if this is not given"],
  work: [join(TARGET, "peers"), "the folder of the databases, the builds and the results"],
  check: [false, "only check that all servers answer the same facts"],
  prepare: [false, "only prepare the databases"],
  fresh: [false, "forget the results of earlier rounds"],
  report: [false, "only print the table of the results that there are"],
  write: [false, "write the table and the chart into docs/performance.md"],
  help: [false, "print this"],
};

function help() {
  const lines = Object.entries(FLAGS).map(([name, [value, meaning]]) => {
    const known = value ? ` [${value}]` : "";
    return `  --${name.padEnd(10)} ${meaning}${known}`;
  });
  return `Measures this server beside others, over the same facts in one PostgreSQL.\n\n${lines.join("\n")}\n`;
}

/** Returns the flags of the command line. Ends the program if they cannot be used. */
export function options() {
  try {
    const types = Object.entries(FLAGS).map(([name, [value]]) => [name, { type: value === false ? "boolean" : "string" }]);
    const { values } = parseArgs({ options: Object.fromEntries(types) });
    if (!values.help) return checked(values);
    process.stdout.write(help());
    process.exit(0);
  } catch (error) {
    process.stderr.write(`${error.message}\n\n${help()}`);
    process.exit(2);
  }
}

function checked(values) {
  const text = (name) => values[name] ?? FLAGS[name][0];
  const among = (name, known) => {
    const chosen = text(name).split(",");
    const unknown = chosen.filter((each) => !known.includes(each));
    if (unknown.length > 0) throw new Error(`--${name}: no ${unknown.join(", ")}; there are: ${known.join(", ")}`);
    return known.filter((each) => chosen.includes(each));
  };
  const number = (name) => positive(name, text(name));
  const servers = among("servers", SERVERS.map(({ name }) => name));
  return {
    contacts: number("contacts"),
    rounds: number("rounds"),
    seconds: number("seconds"),
    clients: text("clients").split(",").map((each) => positive("clients", each)),
    pool: number("pool"),
    workloads: among("workloads", Object.keys(WORKLOADS)),
    servers: SERVERS.filter(({ name }) => servers.includes(name)),
    program: resolve(text("program")),
    peers: values.peers && resolve(values.peers),
    work: resolve(text("work")),
    ...Object.fromEntries(["check", "prepare", "fresh", "report", "write"].map((name) => [name, values[name] ?? false])),
  };
}

function positive(name, text) {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new Error(`--${name}: ${text} is not a positive whole number`);
  return number;
}
