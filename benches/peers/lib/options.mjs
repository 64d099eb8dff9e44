// The flags of a run.

import { join, resolve } from "node:path";

import { SERVERS } from "../servers/index.mjs";
import { readFlags } from "./flags.mjs";
import { TARGET } from "./paths.mjs";
import { WORKLOADS } from "./workloads.mjs";

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

const ABOUT = "Measures this server beside others, over the same facts in one PostgreSQL.";

/** Returns the flags of the command line. Ends the program if they cannot be used. */
export const options = () => readFlags(FLAGS, ABOUT, checked);

function checked({ values, text, among, number, numbers }) {
  const servers = among("servers", SERVERS.map(({ name }) => name));
  return {
    contacts: number("contacts"),
    rounds: number("rounds"),
    seconds: number("seconds"),
    clients: numbers("clients"),
    pool: number("pool"),
    workloads: among("workloads", Object.keys(WORKLOADS)),
    servers: SERVERS.filter(({ name }) => servers.includes(name)),
    program: resolve(text("program")),
    peers: values.peers && resolve(values.peers),
    work: resolve(text("work")),
    ...Object.fromEntries(["check", "prepare", "fresh", "report", "write"].map((name) => [name, values[name] ?? false])),
  };
}
