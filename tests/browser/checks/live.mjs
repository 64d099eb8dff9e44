// Subscriptions: what changes elsewhere is shown as it changes.

import assert from "node:assert/strict";

const CREATE = `mutation ($input: CreateContactInput!) {
  createContact(input: $input) { contact { id } userErrors { message } }
}`;

export const live = [
  ["a subscription shows what changes elsewhere, as it changes", showsChanges],
  ["a subscription whose tab was left says that it ended", saysLeft],
  ["the stop button ends it", stops],
  ["a refused token says so to a subscription", saysRefused],
];

let socket;

async function showsChanges(playground) {
  await playground.choose("Changes");
  [socket] = await Promise.all([playground.page.waitForEvent("websocket"), playground.run()]);
  assert.equal(socket.url(), new URL("/graphql", playground.address).href.replace(/^http/, "ws"));
  await playground.says("Listening: what happens from now on");
  await create(playground, "Ada");
  await playground.answers('"action": "CREATED"', '"displayName": "Ada Browser"');
  await create(playground, "Grace");
  // The one before is still there to be read.
  await playground.answers('"displayName": "Ada Browser"', '"displayName": "Grace Browser"');
  await playground.says("Listening: 2 events so far");
}

async function saysLeft(playground) {
  await playground.choose("WhoAmI");
  await playground.until("the end of the connection", async () => socket.isClosed());
  await playground.saysNothing();
  await playground.choose("Changes");
  await playground.says("The stream ended when this tab was left, after 2 events.");
  await playground.answers('"displayName": "Ada Browser"', '"displayName": "Grace Browser"');
  [socket] = await Promise.all([playground.page.waitForEvent("websocket"), playground.run()]);
  await playground.says("Listening: what happens from now on");
}

async function stops(playground) {
  await playground.stopRunning();
  await playground.page.getByRole("button", { name: /^Execute query/ }).waitFor();
  await playground.saysNothing();
  await playground.until("the end of the connection", async () => socket.isClosed());
  await create(playground, "Mary");
  await playground.page.waitForTimeout(1_000);
  assert.ok(!(await playground.answer()).includes("Mary"), "an event after the end");
}

async function saysRefused(playground) {
  await playground.paste("not.a.token");
  await playground.run();
  await playground.says(/The server does not accept the token/);
  await playground.page.getByRole("button", { name: /^Execute query/ }).waitFor();
}

async function create(playground, firstName) {
  const { createContact } = await playground.elsewhere(CREATE, { input: { firstName, lastName: "Browser" } });
  assert.deepEqual(createContact.userErrors, []);
}
