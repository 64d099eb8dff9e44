// A token that expires while one works with it: the server takes it for a minute longer than it says.

import { execFileSync } from "node:child_process";

import { refused } from "./token.mjs";

const LEEWAY = 60_000;

/** The checks, with a token of the server's own program, made now; `before` comes before the wait for its end. */
export function expiry(program, data) {
  const token = execFileSync(program, ["token", "--data", data, "--expires-in", "1s"], { encoding: "utf8" }).trim();
  const end = Date.now() + 1_000 + LEEWAY;
  const sockets = [];
  let listener;
  return {
    before: [["a subscription starts with a token that is about to expire", listens]],
    after: [
      ["an expired token ends the subscription, and says so", endsSubscription],
      ["an expired token starts no other, and says so", startsNone],
      ["an expired token says so to a query", saysExpired],
    ],
  };

  async function listens(playground) {
    listener = await playground.another();
    listener.page.on("websocket", (socket) => sockets.push(socket));
    await listener.choose("Changes");
    await listener.paste(token);
    await listener.run();
    await listener.says("Listening: what happens from now on");
  }

  async function endsSubscription() {
    await listener.page.locator(".notice-refused").waitFor({ timeout: end - Date.now() + 20_000 });
    await listener.says("The token has expired.");
    await listener.page.getByRole("button", { name: /^Execute query/ }).waitFor();
  }

  async function startsNone() {
    await listener.run();
    await listener.until("the end of the connection", async () => sockets.length === 2 && sockets[1].isClosed());
    await listener.says("The token has expired.");
  }

  async function saysExpired(playground) {
    await playground.choose("WhoAmI");
    await playground.paste(token);
    await playground.page.waitForTimeout(Math.max(0, end + 1_000 - Date.now()));
    await refused(playground, () => playground.run());
    await playground.answers('"UNAUTHENTICATED"', "expired");
    await playground.says("The token has expired.");
  }
}
