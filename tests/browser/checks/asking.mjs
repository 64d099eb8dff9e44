// Queries, and what the browser keeps of them.

import assert from "node:assert/strict";

const TYPED = "query Typed { viewer { permissions } __typename }";

export const asking = [
  ["a typed query is answered", answersTyped],
  ["workers mark a field that does not exist", marksUnknownField],
  ["a reload shows the same tabs", reloads],
  ["the history lists the query and brings it back, with the token", bringsBack],
];

async function answersTyped(playground) {
  await playground.choose("Search");
  await playground.type(TYPED);
  await playground.page.keyboard.press("Control+Enter");
  await playground.answers('"__typename": "Query"', '"permissions"');
  await playground.page.locator(".result-window").getByText('"permissions"').waitFor();
}

async function marksUnknownField(playground) {
  await playground.type("query Mistaken { thereIsNoSuchField }");
  await playground.page.locator(".graphiql-query-editor .squiggly-error").first().waitFor();
}

async function reloads(playground) {
  const { page } = playground;
  const before = await playground.tabs();
  await page.waitForFunction(() => localStorage.getItem("graphiql:tabState")?.includes("thereIsNoSuchField"));
  await page.reload();
  await page.locator(".graphiql-query-editor .squiggly-error").first().waitFor();
  assert.deepEqual(await playground.tabs(), before);
  await playground.headersHave(await playground.token());
}

async function bringsBack(playground) {
  await playground.showPanel("History");
  const items = playground.page.locator(".graphiql-history-item-label");
  await items.filter({ hasText: "WhoAmI" }).first().waitFor();
  await items.filter({ hasText: "Typed" }).first().click();
  await playground.until("the query of before", async () => (await playground.query()) === TYPED);
  await playground.headersHave(await playground.token());
}
