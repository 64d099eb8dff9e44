// Tests with a time limit that print a figure at the end.

import { after, test } from "node:test";

/** Whether this is the long form: `scripts/test --long`. */
export const LONG = process.env.LONG === "1";

/** Returns a `test` that counts, and prints `figure: <name> <passed>/<all>` at the end. */
export function counting(name) {
  let [passed, all] = [0, 0];
  after(() => console.log(`figure: ${name} ${passed}/${all}`));
  return (title, story, minutes = 5) => {
    all += 1;
    test(title, { timeout: minutes * 60_000 * (LONG ? 12 : 1) }, async (context) => {
      await story(context);
      passed += 1;
    });
  };
}
