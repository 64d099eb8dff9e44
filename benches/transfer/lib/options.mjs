// The flags of a run.

import { join, resolve } from "node:path";

import { readFlags } from "../../peers/lib/flags.mjs";
import { TARGET } from "../../peers/lib/paths.mjs";

/** The databases. */
const ENGINES = ["postgres", "sqlite"];
/** The formats that are exported and imported. */
const FORMATS = ["jsonl", "csv"];

/** Each flag with its default and its meaning. */
const FLAGS = {
  contacts: ["20000", "the number of contacts; memory is measured with a tenth of them as well"],
  rounds: ["1", "the rounds; figures are medians of them"],
  engines: [ENGINES.join(","), "the databases"],
  format: ["jsonl", "the format of the files: jsonl or csv"],
  minutes: ["30", "the minutes after which a step is given up"],
  program: [join(TARGET, "release/external-contacts"), "the built product"],
  work: [join(TARGET, "transfer"), "the folder of the databases and files, which are deleted at the end"],
  write: [false, "write the tables into docs/performance.md"],
  help: [false, "print this"],
};

const ABOUT = "Measures generate, export and import beside bare bulk loads of the same rows.";

/** Returns the flags of the command line. Ends the program if they cannot be used. */
export const options = () => readFlags(FLAGS, ABOUT, checked);

/** Returns the numbers of contacts that are measured: memory is compared at a tenth of the wanted one. */
export const sizesOf = ({ contacts }) => [Math.max(100, Math.ceil(contacts / 10)), contacts];

function checked({ values, text, among, number }) {
  if (!FORMATS.includes(text("format"))) throw new Error(`--format: no ${text("format")}; there are: ${FORMATS.join(", ")}`);
  return {
    contacts: number("contacts"),
    rounds: number("rounds"),
    minutes: number("minutes"),
    engines: among("engines", ENGINES),
    format: text("format"),
    program: resolve(text("program")),
    work: resolve(text("work")),
    write: values.write ?? false,
  };
}
