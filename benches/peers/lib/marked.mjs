// Results in the page on performance, between marks, and the conditions that they tell.

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";

import { postgresPrograms } from "../../../tests/reliability/support/machine.mjs";
import { ROOT } from "./paths.mjs";

/** Puts paragraphs in the place of those between the marks of a name, in the page on performance. */
export function replaceParagraphs(name, paragraphs) {
  const page = join(ROOT, "docs/performance.md");
  const [begin, end] = [`<!-- ${name}: begin -->`, `<!-- ${name}: end -->`];
  const [before, rest] = readFileSync(page, "utf8").split(begin);
  const [, after] = rest.split(end);
  writeFileSync(page, `${before}${[begin, ...paragraphs, end].join("\n\n")}${after}`);
}

/** Returns the processors and the memory of the machine. */
export function machine() {
  const [{ model }] = cpus();
  return `${cpus().length} × ${model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB`;
}

/** Returns the versions of the product, of PostgreSQL and of Node.js. */
export function versions(program) {
  return [versionOf(program), postgresVersion(), `Node.js ${process.version}`].join(", ");
}

/** Returns the name and the version that a program tells. */
export function versionOf(program) {
  return execFileSync(program, ["--version"], { encoding: "utf8" }).trim();
}

/** Returns the name and the version of PostgreSQL. */
export function postgresVersion() {
  return versionOf(join(postgresPrograms(), "postgres")).replace(/^postgres \(PostgreSQL\) (\S+).*/, "PostgreSQL $1");
}
