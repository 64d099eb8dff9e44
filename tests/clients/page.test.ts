// The page for front-end teams shows nothing that is not run: its samples are lines of this suite, or of the schema.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

const root = new URL("../../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), "utf8");
const words = (text: string) => text.replace(/\s+/g, " ").trim();

test("every sample of the page is one of this suite", () => {
  const samples = [...read("docs/front-end.md").matchAll(/^```(?:ts|graphql)\n(.*?)^```$/gms)].map(([, text]) => text!);
  assert.ok(samples.length > 10, `${samples.length} samples`);

  const folders = ["", "operations/", "support/", "relay/"].map((folder) => `tests/clients/${folder}`);
  const files = folders.flatMap((folder) => readdirSync(new URL(folder, root)).map((name) => folder + name));
  const sources = files.filter((name) => name.endsWith(".ts")).map(read);
  const suite = [...sources, read("schema.graphql")].map(words);
  const strangers = samples.filter((sample) => !suite.some((source) => source.includes(words(sample))));
  assert.deepEqual(strangers, []);
});
