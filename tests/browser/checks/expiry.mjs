// A token that expires while one works with it: the server takes it for a minute longer than it says.

import { execFileSync } from "node:child_process";

import { refused } from "./token.mjs";

const LEEWAY = 60_000;

/** The check, with a token of the server's own program, made now. */
export function expiry(program, data) {
  const token = execFileSync(program, ["token", "--data", data, "--expires-in", "1s"], { encoding: "utf8" }).trim();
  const end = Date.now() + 1_000 + LEEWAY;
  return [["an expired token says so to a query", saysExpired]];

  async function saysExpired(playground) {
    await playground.choose("WhoAmI");
    await playground.paste(token);
    await playground.page.waitForTimeout(Math.max(0, end + 1_000 - Date.now()));
    await refused(playground, () => playground.run());
    await playground.answers('"UNAUTHENTICATED"', "expired");
    await playground.says("The token has expired.");
  }
}
