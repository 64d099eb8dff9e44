// The comparison of exported files.

import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";

/** Fails unless two files have the same lines in the same order, which is that of the ids. Returns their number of lines. */
export async function checkSame(one, other) {
  const [lines, others] = [one, other].map((file) => createInterface({ input: createReadStream(file) })[Symbol.asyncIterator]());
  for (let number = 1; ; number += 1) {
    const [left, right] = [await lines.next(), await others.next()];
    if (left.done && right.done) return number - 1;
    if (left.value !== right.value) {
      const texts = [left, right].map(({ value }) => value?.slice(0, 400) ?? "(the end)");
      throw new Error(`${one} and ${other} differ at line ${number}:\n${texts.join("\n")}`);
    }
  }
}
