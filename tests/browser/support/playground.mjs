// The page and the actions of a user on it.

import assert from "node:assert/strict";

import { chromium } from "playwright-core";

import { watch } from "./faults.mjs";

const SIZE = { viewport: { width: 1440, height: 900 } };
const QUIET = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export class Playground {
  /** Opens a browser; the page is opened by the first check. */
  static async start(address) {
    const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
    const browser = await chromium.launch({ executablePath, args: QUIET });
    return Playground.in(await browser.newContext(SIZE), address, []);
  }

  static async in(context, address, faults) {
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    await watch(page, address, faults);
    return Object.assign(new Playground(), { address, page, faults });
  }

  /** Opens the page in a browser without stored state. Its faults are counted too. */
  async another(viewport = SIZE.viewport) {
    const context = await this.page.context().browser().newContext({ viewport });
    const other = await Playground.in(context, this.address, this.faults);
    await other.open();
    return other;
  }

  async stop() {
    await this.page.context().browser().close();
  }

  /** Opens the page and waits until the editor accepts input. */
  async open() {
    const response = await this.page.goto(this.address.href);
    await this.page.locator(".graphiql-query-editor .view-lines").waitFor();
    // With a token, the pane is closed at first.
    await this.page.getByRole("button", { name: "Headers", exact: true }).click();
    return response;
  }

  /** Sends a query to the server with the page's token, outside of the page. */
  async elsewhere(query, variables) {
    const response = await fetch(new URL("/graphql", this.address), {
      method: "POST",
      headers: { authorization: `Bearer ${await this.token()}`, "content-type": "application/json" },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = await response.json();
    if (errors) throw new Error(JSON.stringify(errors));
    return data;
  }

  /** The token that the server gave the page. */
  async token() {
    return JSON.parse(await this.page.locator("#settings").textContent()).token;
  }

  /** The names of the tabs, in their order. */
  async tabs() {
    return this.page.locator(".graphiql-tab-button").allInnerTexts();
  }

  /** Checks that the row of tabs does not scroll: GraphiQL then swallows clicks. */
  async fits() {
    const row = this.page.locator(".graphiql-tabs");
    const [needed, given] = await row.evaluate(({ scrollWidth, clientWidth }) => [scrollWidth, clientWidth]);
    assert.ok(needed <= given, `the tabs take ${needed} pixels of ${given}`);
  }

  async choose(tab) {
    await this.page.getByRole("tab", { name: tab }).first().click();
    await this.page.getByRole("tab", { name: tab, selected: true }).first().waitFor();
    await this.until(`the query ${tab}`, async () => (await this.query()).includes(` ${tab}`));
  }

  async showPanel(name) {
    await this.page.getByRole("button", { name: `Show ${name}` }).click();
  }

  async stopRunning() {
    await this.page.getByRole("button", { name: /^Stop query/ }).click();
  }

  /**
   * Runs the tab; of several operations, the named one. GraphiQL reads the operations of a document a moment after it is shown;
   * until then, its button stands for those of the document before.
   */
  async run(operation) {
    const button = this.page.getByRole("button", { name: /^Execute query/ });
    const menu = this.page.locator('[aria-haspopup="menu"]');
    if (!operation) return button.and(this.page.locator(':not([aria-haspopup="menu"])')).click();
    const item = this.page.getByRole("menuitem", { name: operation, exact: true });
    await this.until(`the operation ${operation}`, async () => {
      await button.and(menu).click();
      await this.page.getByRole("menuitem").first().waitFor();
      if (await item.isVisible()) return true;
      await this.page.keyboard.press("Escape");
      return false;
    });
    await item.click();
  }

  /** The contents of the editors: the query, the headers, the answer. */
  query = () => this.#text(".graphiql-query-editor");
  headers = () => this.#text(".graphiql-editor-tool");
  answer = () => this.#text(".result-window");

  /** Replaces the query, by keys. */
  async type(query) {
    await this.#replace(this.page.locator(".graphiql-query-editor .graphiql-editor"), () => this.page.keyboard.type(query));
    await this.until(`the query ${query}`, async () => (await this.query()) === query);
    // GraphiQL sees a moment later what the operation is called; its history has the name that it knows.
    await this.page.getByRole("tab", { name: /query (\w+)/.exec(query)[1], selected: true }).waitFor();
  }

  /** Replaces the token in the headers, as by pasting. */
  async paste(token) {
    const headers = `{ "Authorization": "Bearer ${token}" }`;
    const editor = this.page.locator(".graphiql-editor-tool .graphiql-editor:not(.hidden)");
    await this.#replace(editor, () => this.page.keyboard.insertText(headers));
    await this.until("the headers", async () => (await this.headers()) === headers);
  }

  /** Gives the variables of the tab, by keys. */
  async give(variables) {
    await this.page.getByRole("button", { name: "Variables", exact: true }).click();
    const text = JSON.stringify(variables);
    const editor = this.page.locator(".graphiql-editor-tool .graphiql-editor:not(.hidden)");
    await this.#replace(editor, () => this.page.keyboard.insertText(text));
    await this.until("the variables", async () => (await this.headers()) === text);
    await this.page.getByRole("button", { name: "Headers", exact: true }).click();
  }

  async answers(...texts) {
    await this.until(`an answer with ${texts.join(", ")}`, async () => {
      const answer = await this.answer();
      return texts.every((text) => answer.includes(text));
    });
  }

  async headersHave(token) {
    const line = `"Authorization": "Bearer ${token}"`;
    await this.until("the token in the headers", async () => (await this.headers()).includes(line));
  }

  /** Waits until the notice over the answer says it. */
  async says(text) {
    await this.page.locator(".notice").getByText(text).waitFor();
  }

  async saysNothing() {
    await this.until("no notice", async () => (await this.page.locator(".notice").textContent()) === "");
  }

  async until(what, holds, milliseconds = 20_000) {
    const end = Date.now() + milliseconds;
    while (!(await holds())) {
      if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
      await this.page.waitForTimeout(50);
    }
  }

  async #replace(editor, write) {
    // Not by a click: a line with a token is so long that its middle is out of sight.
    await editor.locator("textarea").focus();
    await this.page.keyboard.press("Control+A");
    await this.page.keyboard.press("Delete");
    // Brackets close themselves while one writes: what they add is taken out again.
    await write();
    await this.page.keyboard.press("Control+Shift+End");
    await this.page.keyboard.press("Delete");
  }

  /** Returns the text of the visible editor inside `place`, however its lines are wrapped. */
  async #text(place) {
    return this.page.evaluate((place) => {
      const node = (editor) => editor.getContainerDomNode();
      const editors = globalThis.__MONACO?.editor.getEditors() ?? [];
      const shown = editors.find((editor) => node(editor).closest(place) && node(editor).checkVisibility());
      return shown?.getValue() ?? "";
    }, place);
  }
}
