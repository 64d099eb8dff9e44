// The page's message about a refused token, and its storage of an accepted one.

import assert from "node:assert/strict";

export const token = [
  ["a refused token says so, and how to get another", saysRefused],
  ["a notice stays with its tab", staysWithItsTab],
  ["the notice reloads the page, which has a fresh token", reloads],
  ["the browser keeps no token", keepsNone],
];

async function saysRefused(playground) {
  await playground.choose("WhoAmI");
  // As it was given, but for the last of its signature's bytes.
  const wrong = (await playground.token()).replace(/.{4}$/, (end) => (end === "AAAA" ? "BBBB" : "AAAA"));
  await playground.paste(wrong);
  await refused(playground, () => playground.run());
  await playground.answers('"UNAUTHENTICATED"');
  await playground.says(/The server does not accept the token: /);
  await playground.says("external-contacts token");
}

async function staysWithItsTab(playground) {
  await playground.choose("Caller");
  await playground.saysNothing();
  await playground.run();
  await playground.answers('"identify"');
  await playground.saysNothing();
  await playground.choose("WhoAmI");
  await refused(playground, () => playground.run());
}

async function reloads(playground) {
  const before = await playground.token();
  await playground.page.getByRole("button", { name: "Reload the page" }).click();
  await playground.until("another token", async () => (await playground.token()) !== before);
  await playground.headersHave(await playground.token());
  await playground.run();
  await playground.answers('"managedEntities"');
  await playground.saysNothing();
}

async function keepsNone({ page }) {
  const kept = await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }));
  assert.ok(!kept.includes("Bearer"), `kept in the browser: ${kept}`);
}

/** Does what ends in the notice of a refused token. Of faults, that makes the two that a browser writes for a 401. */
export async function refused({ page, address, faults }, act) {
  const before = faults.length;
  await act();
  await page.locator(".notice-refused").waitFor();
  const made = faults.splice(before);
  assert.deepEqual(made.sort(), [
    `401: ${address.href}graphql`,
    "console: Failed to load resource: the server responded with a status of 401 (Unauthorized)",
  ]);
}
