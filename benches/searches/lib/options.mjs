// The flags of a run.

import { join, resolve } from "node:path";

import { readFlags } from "../../peers/lib/flags.mjs";
import { TARGET } from "../../peers/lib/paths.mjs";
import { ENGINES } from "./engines.mjs";

const NAMES = ENGINES.map(({ name }) => name);

/** Each flag with its default and its meaning. */
const FLAGS = {
  contacts: ["100000", "the number of contacts of the measured tenant"],
  engines: [NAMES.join(","), "the databases"],
  kinds: ["", "the kinds of searches: those whose name has this text"],
  seconds: ["3", "the seconds of each measurement"],
  clients: ["1,16", "the numbers of clients at the same time"],
  pool: ["8", "the server's connections to PostgreSQL"],
  seed: ["1", "the start of the random choices and orders"],
  program: [join(TARGET, "release/external-contacts"), "the built product"],
  work: [join(TARGET, "peers"), "the folder of the databases and the results; benches/peers has the same data"],
  port: [undefined, "the port of a running PostgreSQL with these databases, which is used as it is"],
  report: [false, "only print the tables of the results that there are"],
  write: [false, "write the tables into docs/performance.md"],
  help: [false, "print this"],
};

const ABOUT = "Measures searches of each kind, on PostgreSQL and on SQLite.";

/** Returns the flags of the command line. Ends the program if they cannot be used. */
export const options = () => readFlags(FLAGS, ABOUT, checked);

function checked({ values, text, among, number, numbers }) {
  const names = among("engines", NAMES);
  return {
    contacts: number("contacts"),
    engines: ENGINES.filter(({ name }) => names.includes(name)),
    kinds: text("kinds"),
    seconds: number("seconds"),
    clients: numbers("clients"),
    pool: number("pool"),
    seed: number("seed"),
    program: resolve(text("program")),
    work: resolve(text("work")),
    port: values.port && number("port"),
    ...Object.fromEntries(["report", "write"].map((name) => [name, values[name] ?? false])),
  };
}
