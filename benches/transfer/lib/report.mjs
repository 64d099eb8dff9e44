// The tables of a run, in Markdown.

import { machine, postgresVersion, replaceParagraphs, versionOf } from "../../peers/lib/marked.mjs";
import { NOTHING, median, short, table } from "../../peers/lib/table.mjs";
import { sizesOf } from "./options.mjs";

/** The fewest entities that tell a rate: with fewer, the time is that for starting programs. */
const FEWEST = 1000;

/** Writes the tables into the page on performance. */
export function writePage(results, options) {
  replaceParagraphs("transfer", [origin(options), report(results, options).trim()]);
}

/** Returns all tables of the results. */
export function report(results, options) {
  return `${[...results.map(rates), memory(results, options)].join("\n\n")}\n`;
}

/** Returns a sentence with the data, the machine, the versions and the command. */
function origin({ contacts, rounds, engines, format, program }) {
  const flags = `--contacts ${contacts} --rounds ${rounds} --engines ${engines.join(",")} --format ${format}`;
  const versions = [versionOf(program), ...(engines.includes("postgres") ? [postgresVersion()] : [])].join(", ");
  return `${contacts.toLocaleString("en")} contacts; ${machine()}; ${versions}; \`benches/transfer/run ${flags} --write\`.`;
}

/** Returns the steps of rounds, each with its figures in all rounds. */
function byStep(rounds) {
  return rounds[0].map(({ step }, place) => ({ step, all: rounds.map((round) => round[place]) }));
}

/** Returns all imports of a round as one step. */
function allImports(round) {
  const imports = round.filter(({ step }) => step.startsWith("import "));
  const sum = (of) => imports.reduce((total, one) => total + of(one), 0);
  const times = ["seconds", "processor", "elsewhere"];
  const figures = (of) => Object.fromEntries(times.map((name) => [name, sum((one) => of(one)[name])]));
  const peak = Math.max(...imports.map((one) => one.peak));
  const entities = sum((one) => one.entities);
  return { step: "import, all kinds", entities, ...figures((one) => one), peak, bare: figures((one) => one.bare) };
}

/** Returns a table of the rates, processor times and peaks of a database's steps. */
function rates({ name, full }) {
  const rounds = full.map((round) => [...round, allImports(round)]);
  const rows = byStep(rounds).map(({ step, all }) => {
    const [{ entities, bare }] = all;
    const of = (figure) => median(all.map(figure));
    const rate = (figure) => (entities < FEWEST ? NOTHING : Math.round(of(figure)).toLocaleString("en"));
    const ratio = bare && entities >= FEWEST ? of((one) => one.bare.seconds / one.seconds).toFixed(2) : NOTHING;
    return [
      step,
      entities.toLocaleString("en"),
      short(of((one) => one.seconds)),
      rate((one) => entities / one.seconds),
      bare ? rate((one) => entities / one.bare.seconds) : NOTHING,
      ratio,
      processor(of),
      bare ? short(of((one) => one.bare.processor + one.bare.elsewhere)) : NOTHING,
      of((one) => one.peak).toFixed(0),
    ];
  });
  const head = [
    ...[name, "entities", "s", "entities/s", "bare load, entities/s", "ratio to it"],
    ...["processor time, s", "that of the bare load, s", "peak, MiB"],
  ];
  return table(head, rows);
}

/** Returns the processor time of the product's program, and that of the database where that is a program of its own. */
function processor(of) {
  const [own, elsewhere] = [of((one) => one.processor), of((one) => one.elsewhere)];
  return elsewhere > 0 ? `${short(own)} + ${short(elsewhere)}` : short(own);
}

/** Returns a table of the peaks of memory at both sizes. */
function memory(results, options) {
  const peaks = (rounds) => byStep(rounds).map(({ all }) => median(all.map((one) => one.peak)).toFixed(0));
  const columns = results.flatMap(({ small, full }) => [peaks(small), peaks(full)]);
  const [{ full }] = results;
  const sizes = sizesOf(options).map((size) => size.toLocaleString("en"));
  const head = results.flatMap(({ name }) => sizes.map((size) => `${name}, ${size} contacts`));
  const rows = byStep(full).map(({ step }, place) => [step, ...columns.map((column) => column[place])]);
  return table(["peak of memory, MiB", ...head], rows);
}
