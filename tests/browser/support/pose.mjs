// The picture of the playground in the README.

/** Runs the first example in a browser without stored state, beside the documentation of a type, and takes the picture. */
export async function pose(playground, path) {
  const other = await playground.another({ width: 1600, height: 900 });
  const { page } = other;
  await other.choose("Organization");
  await page.getByRole("button", { name: "Hide editor tools" }).click();
  await page.getByRole("button", { name: "Show Documentation Explorer" }).click();
  const docs = page.locator(".graphiql-doc-explorer");
  await docs.getByRole("link", { name: "Organization", exact: true }).first().click();
  await other.run();
  await other.answers('"organizations"');
  // Away from elements that change under the pointer.
  await page.mouse.move(800, 895);
  await page.waitForTimeout(1_000);
  await page.screenshot({ path });
}
