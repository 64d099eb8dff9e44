// The page as it opens.

import assert from "node:assert/strict";

const TABS = [
  "Organization",
  "Search",
  "Caller",
  "NewContact",
  "Trash",
  "Duplicates",
  "Changes",
  "WhoAmI",
];

export const opening = [
  ["the page opens, under its policy", opens],
  ["every example has a tab", hasTabs],
  ["the headers of each tab start with the token", hasToken],
];

async function opens(playground) {
  const response = await playground.open();
  assert.equal(response.status(), 200);
  const policy = response.headers()["content-security-policy"];
  assert.match(policy, /default-src 'none'/);
  assert.match(policy, /connect-src 'self';/);
  assert.match(policy, /script-src 'self';/);
  assert.equal(await playground.page.title(), "external-contacts");
}

async function hasTabs(playground) {
  await playground.page.getByRole("tab", { name: TABS[0] }).first().waitFor();
  assert.deepEqual(await playground.tabs(), TABS);
}

async function hasToken(playground) {
  const given = await playground.token();
  assert.ok(given, "the server gave the page no token");
  await playground.headersHave(given);
  await playground.choose("Search");
  await playground.headersHave(given);
}
