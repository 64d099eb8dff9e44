// The panels at the left: documentation and explorer. That of the history is among `asking`, which makes some.

export const panels = [
  ["the documentation opens with a type", showsType],
  ["the tabs fit beside it", tabsFit],
  ["the documentation finds a field by its name", findsField],
  ["the explorer adds a field to the query, which is answered", addsField],
];

async function showsType({ page }) {
  await page.getByRole("button", { name: "Show Documentation Explorer" }).click();
  const docs = page.locator(".graphiql-doc-explorer");
  await docs.getByRole("link", { name: "Query", exact: true }).first().click();
  await docs.getByText("viewer").first().waitFor();
  await docs.getByRole("link", { name: "Contact", exact: true }).first().click();
  await docs.locator(".graphiql-doc-explorer-title").getByText("Contact", { exact: true }).waitFor();
  await docs.getByRole("link", { name: "displayName", exact: true }).waitFor();
}

async function tabsFit(playground) {
  await playground.fits();
}

async function findsField({ page }) {
  const docs = page.locator(".graphiql-doc-explorer");
  await docs.getByRole("combobox").click();
  await page.keyboard.type("contactsByPhone");
  await docs.getByRole("option", { name: /contactsByPhone/ }).first().click();
  await docs.locator(".graphiql-doc-explorer-title").getByText("contactsByPhone").waitFor();
}

async function addsField(playground) {
  await playground.choose("WhoAmI");
  await playground.showPanel("Explorer");
  const tenant = playground.page.locator(".graphiql-explorer-root .graphiql-explorer-tenant");
  await tenant.locator('[data-field-name="defaultRegion"]').click();
  await playground.until("the field in the query", async () => /tenant {[^}]*\bdefaultRegion\b/.test(await playground.query()));
  await playground.run();
  await playground.answers('"defaultRegion": "US"', '"managedEntities"');
}
