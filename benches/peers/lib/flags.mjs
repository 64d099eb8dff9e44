// The command line of a benchmark.

import { parseArgs } from "node:util";

/**
 * Returns the flags of the command line as `checked` makes them of readers of single flags. `flags` has each flag with its default
 * and its meaning. Ends the program if they cannot be used.
 */
export function readFlags(flags, about, checked) {
  try {
    const types = Object.entries(flags).map(([name, [value]]) => [name, { type: value === false ? "boolean" : "string" }]);
    const { values } = parseArgs({ options: Object.fromEntries(types) });
    if (!values.help) return checked(readers(flags, values));
    process.stdout.write(help(flags, about));
    process.exit(0);
  } catch (error) {
    process.stderr.write(`${error.message}\n\n${help(flags, about)}`);
    process.exit(2);
  }
}

function help(flags, about) {
  const lines = Object.entries(flags).map(([name, [value, meaning]]) => {
    const known = value ? ` [${value}]` : "";
    return `  --${name.padEnd(10)} ${meaning}${known}`;
  });
  return `${about}\n\n${lines.join("\n")}\n`;
}

function readers(flags, values) {
  const text = (name) => values[name] ?? flags[name][0];
  const among = (name, known) => {
    const chosen = text(name).split(",");
    const unknown = chosen.filter((each) => !known.includes(each));
    if (unknown.length > 0) throw new Error(`--${name}: no ${unknown.join(", ")}; there are: ${known.join(", ")}`);
    return known.filter((each) => chosen.includes(each));
  };
  const number = (name) => positive(name, text(name));
  const numbers = (name) => text(name).split(",").map((each) => positive(name, each));
  return { values, text, among, number, numbers };
}

function positive(name, text) {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new Error(`--${name}: ${text} is not a positive whole number`);
  return number;
}
