// Drives the playground in a real browser:
//
//     node playground.mjs URL [--screenshot FILE]
//
// Exits with 0 when a developer could work with it, and says what went wrong otherwise. The server at URL must hand
// the page a token. The browser is the one of the environment variable CHROMIUM, or the system's.

import assert from "node:assert/strict";
import { parseArgs } from "node:util";

import { chromium } from "playwright-core";

const TABS = ["OrganizationScreen", "Search", "FindByPhone", "CreateContact", "WhoAmI"];
const TYPED = "query Typed { viewer { permissions } __typename }";
const QUIET = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { screenshot: { type: "string" } },
});
if (positionals.length !== 1) {
  console.error("usage: node playground.mjs URL [--screenshot FILE]");
  process.exit(2);
}
const address = new URL(positionals[0]);

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: QUIET,
});
const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
page.setDefaultTimeout(20_000);
const faults = await faultsOf(page);
try {
  await step("the page opens", opens);
  await step("every example has a tab", hasTabs);
  await step("the headers start with the token", hasToken);
  await step("the docs open with a type", showsDocs);
  await step("a typed query is answered", answersTypedQuery);
  await shoot();
  await step("workers mark a field that does not exist", marksUnknownField);
  await step("a reload shows the same tabs", reloads);
  await step("the history brings a query back, with the token", bringsBack);
  await step("the browser keeps no token", keepsNoToken);
  await step("nothing went wrong on the way, and no other host was asked", () => assert.deepEqual(faults, []));
} catch (error) {
  console.error(`${error.message}\n${faults.map((fault) => `  fault: ${fault}`).join("\n")}`);
  process.exitCode = 1;
  await shoot();
} finally {
  await browser.close();
}

async function step(name, check) {
  try {
    await check();
    console.log(`ok: ${name}`);
  } catch (error) {
    throw new Error(`not ok: ${name}\n${error.message}`);
  }
}

/** Takes the picture that was asked for: of the first answer, or of what went wrong. */
async function shoot() {
  if (options.screenshot) await page.screenshot({ path: options.screenshot });
}

/** What must not happen, as it happens: errors, refusals of the policy, and requests to anyone else. */
async function faultsOf(page) {
  const faults = [];
  const local = (url) => url.startsWith("data:") || url.startsWith("blob:") || new URL(url).origin === address.origin;
  page.on("console", (message) => message.type() === "error" && faults.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => faults.push(`page: ${error.message}`));
  page.on("requestfailed", (request) => {
    const { errorText } = request.failure();
    // A reload may cut short what is still under way.
    if (errorText !== "net::ERR_ABORTED") faults.push(`failed: ${request.url()} ${errorText}`);
  });
  page.on("response", (response) => response.status() >= 400 && faults.push(`${response.status()}: ${response.url()}`));
  page.context().on("request", (request) => local(request.url()) || faults.push(`elsewhere: ${request.url()}`));
  await page.exposeFunction("refused", (what) => faults.push(`policy: ${what}`));
  await page.addInitScript(() =>
    document.addEventListener("securitypolicyviolation", (event) =>
      window.refused(`${event.effectiveDirective} ${event.blockedURI}`),
    ),
  );
  return faults;
}

async function opens() {
  const response = await page.goto(address.href);
  assert.equal(response.status(), 200);
  assert.match(response.headers()["content-security-policy"], /default-src 'none'/);
  assert.equal(await page.title(), "external-contacts");
  await page.locator(".graphiql-query-editor .view-lines").waitFor();
}

async function hasTabs() {
  await page.getByRole("tab", { name: TABS[0] }).first().waitFor();
  assert.deepEqual(await tabs(), TABS);
}

async function hasToken() {
  const given = await token();
  assert.ok(given, "the server gave the page no token");
  await headersAre(given);
  await page.getByRole("tab", { name: TABS[1] }).first().click();
  await headersAre(given);
}

async function showsDocs() {
  await page.getByRole("button", { name: /Documentation Explorer/ }).click();
  const docs = page.locator(".graphiql-doc-explorer");
  await docs.getByRole("link", { name: "Query", exact: true }).first().click();
  await docs.getByText("viewer").first().waitFor();
}

async function answersTypedQuery() {
  await type(TYPED);
  await page.keyboard.press("Control+Enter");
  await until("data in the result", async () => {
    const answer = await editorText(".result-window");
    return answer.includes('"__typename": "Query"') && answer.includes('"permissions"');
  });
  await page.locator(".result-window").getByText('"permissions"').waitFor();
}

async function marksUnknownField() {
  await type("query Mistaken { thereIsNoSuchField }");
  await page.locator(".graphiql-query-editor .squiggly-error").first().waitFor();
}

async function reloads() {
  const before = await tabs();
  await page.waitForFunction(() => localStorage.getItem("graphiql:tabState")?.includes("thereIsNoSuchField"));
  await page.reload();
  await page.locator(".graphiql-query-editor .squiggly-error").first().waitFor();
  assert.deepEqual(await tabs(), before);
  await headersAre(await token());
}

async function bringsBack() {
  await page.getByRole("button", { name: /History/ }).click();
  await page.locator(".graphiql-history-item-label").filter({ hasText: "Typed" }).first().click();
  await until("the query of before", async () => (await editorText(".graphiql-query-editor")) === TYPED);
  await headersAre(await token());
}

async function keepsNoToken() {
  const kept = await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }));
  assert.ok(!kept.includes("Bearer"), `kept in the browser: ${kept}`);
}

/** What the server handed the page. */
async function token() {
  return JSON.parse(await page.locator("#settings").textContent()).token;
}

/** The names of the tabs, in their order. */
async function tabs() {
  return page.locator(".graphiql-tab-button").allInnerTexts();
}

/** Replaces what the query editor holds, by keys. */
async function type(query) {
  await page.locator(".graphiql-query-editor .view-lines").click();
  await page.keyboard.press("Control+A");
  await page.keyboard.press("Delete");
  // Brackets close themselves while one types: what they add is taken out again.
  await page.keyboard.type(query);
  await page.keyboard.press("Control+Shift+End");
  await page.keyboard.press("Delete");
  await until(`the query ${query}`, async () => (await editorText(".graphiql-query-editor")) === query);
  // GraphiQL sees a moment later what the operation is called, and until then asks for the one before.
  await page.getByRole("tab", { name: /query (\w+)/.exec(query)[1], selected: true }).waitFor();
}

async function headersAre(token) {
  const line = `"Authorization": "Bearer ${token}"`;
  await until("the token in the headers", async () => (await editorText(".graphiql-editor-tool")).includes(line));
}

/** What the visible editor inside `place` holds, however its lines are wrapped. */
async function editorText(place) {
  return page.evaluate((place) => {
    const node = (editor) => editor.getContainerDomNode();
    const editors = globalThis.__MONACO.editor.getEditors();
    const shown = editors.find((editor) => node(editor).closest(place) && node(editor).checkVisibility());
    return shown?.getValue() ?? "";
  }, place);
}

async function until(what, holds) {
  const end = Date.now() + 20_000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
    await page.waitForTimeout(50);
  }
}
