// The licences of everything that ends up in the bundle.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const FOLDER = /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/;
const TEXTS = /^(licen[cs]e|notice|thirdpartynotices)/i;
const FIRST_COMMENT = /^\s*(\/\*[^]*?\*\/)/;
const LEGAL = /copyright|licen[cs]e|©|\(c\)/i;

/** What no file beside its package says. */
const ELSEWHERE = {
  "monaco-editor":
    "The font of icons, Codicons, is by Microsoft, under the Creative Commons Attribution 4.0 International Public\n" +
    "License (https://creativecommons.org/licenses/by/4.0/legalcode): https://github.com/microsoft/vscode-codicons",
};

/**
 * Two plugins: `collect` notes which packages a build reads, workers' builds too; `write` puts their licences in `file`.
 * A package that is read and then shaken out is listed as well: too many licences harm nobody.
 */
export function licences(file) {
  const packages = new Map();
  return {
    collect: {
      name: "collect-licences",
      moduleParsed({ id }) {
        const folder = FOLDER.exec(id)?.[0];
        if (!folder || id.startsWith("\0")) return;
        if (!packages.has(folder)) packages.set(folder, new Set());
        const [, comment] = FIRST_COMMENT.exec(readFileSync(id.split("?")[0], "utf8")) ?? [];
        if (comment && LEGAL.test(comment)) packages.get(folder).add(unified(comment));
      },
    },
    write: {
      name: "write-licences",
      generateBundle() {
        const texts = [...packages].map(([folder, comments]) => licence(folder, comments, [...packages.keys()]));
        const source = [...new Set(texts)].sort().join(`\n${"-".repeat(80)}\n\n`);
        this.emitFile({ type: "asset", fileName: file, source });
      },
    },
  };
}

/** A package's name, version and licence, where it comes from, and the texts and comments that come with it. */
function licence(folder, comments, folders) {
  const { name, version, license } = manifest(folder);
  if (!license) throw new Error(`${name} names no licence`);
  const head = `${name} ${version} (${license})\n${repository(folder)}`.trim();
  const texts = textsOf(folder, folders);
  return `${[head, ...texts, ...[...comments].sort(), ELSEWHERE[name]].filter(Boolean).join("\n\n")}\n`;
}

/** A package's texts; of one that brings none, those of another of its repository, which are for all that is in it. */
function textsOf(folder, folders) {
  const own = texts(folder);
  if (own.length > 0 || !repository(folder)) return own;
  const siblings = folders.filter((other) => repository(other) === repository(folder)).sort();
  return siblings.map(texts).find((found) => found.length > 0) ?? [];
}

function texts(folder) {
  return readdirSync(folder)
    .filter((entry) => TEXTS.test(entry))
    .sort()
    .map((entry) => unified(readFileSync(join(folder, entry), "utf8")));
}

function repository(folder) {
  const { repository } = manifest(folder);
  return repository?.url ?? repository ?? "";
}

function manifest(folder) {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
}

/** The same text whatever the ends of its lines. */
function unified(text) {
  return text.replaceAll("\r\n", "\n").trim();
}
