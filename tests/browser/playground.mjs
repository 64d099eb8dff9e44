// Drives the playground in a real browser, as a developer would:
//
//     PROGRAM=… DATA=… node playground.mjs ADDRESS [--screenshot FILE]
//
// The server at ADDRESS runs with `--dev --demo`; PROGRAM is its program and DATA its data folder, for a token that
// expires. The browser is the one of the environment variable CHROMIUM, or the system's. Stops at the first check that
// fails, with its message and exit code 1. The picture shows the page at the end, or the failure.

import assert from "node:assert/strict";
import { parseArgs } from "node:util";

import { asking } from "./checks/asking.mjs";
import { duplicates } from "./checks/duplicates.mjs";
import { expiry } from "./checks/expiry.mjs";
import { live } from "./checks/live.mjs";
import { opening } from "./checks/opening.mjs";
import { panels } from "./checks/panels.mjs";
import { token } from "./checks/token.mjs";
import { trash } from "./checks/trash.mjs";
import { unknownCaller } from "./checks/unknown_caller.mjs";
import { Playground } from "./support/playground.mjs";
import { pose } from "./support/pose.mjs";

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { screenshot: { type: "string" } },
});
const { PROGRAM, DATA } = process.env;
if (positionals.length !== 1 || !PROGRAM || !DATA) {
  console.error("usage: PROGRAM=… DATA=… node playground.mjs ADDRESS [--screenshot FILE]");
  process.exit(2);
}

const expiring = expiry(PROGRAM, DATA);
const stories = [...unknownCaller, ...trash, ...duplicates];
const checks = [...opening, ...expiring.before, ...panels, ...stories, ...asking, ...token, ...live, ...expiring.after];
checks.push(["nothing went wrong on the way, and no other host was asked", hasNoFaults]);
const playground = await Playground.start(new URL(positionals[0]));

let passed = 0;
try {
  for (const [name, check] of checks) {
    await one(name, check);
    passed += 1;
  }
  if (options.screenshot) await pose(playground, options.screenshot);
} catch (error) {
  console.error([error.message, ...playground.faults.map((fault) => `  fault: ${fault}`)].join("\n"));
  process.exitCode = 1;
  if (options.screenshot) await playground.page.screenshot({ path: options.screenshot });
} finally {
  await playground.stop();
}
console.log(`figure: browser ${passed}/${checks.length}`);

async function one(name, check) {
  try {
    await check(playground);
    console.log(`ok: ${name}`);
  } catch (error) {
    throw new Error(`not ok: ${name}\n${error.message}`);
  }
}

function hasNoFaults({ faults }) {
  assert.deepEqual(faults, []);
}
