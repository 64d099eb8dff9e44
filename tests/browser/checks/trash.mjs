// The story of records deleted by mistake: a user finds them in the trash and brings one back.

import assert from "node:assert/strict";

import { picture } from "../support/picture.mjs";

const FJORDLINE = `{ organizations(first: 1, filter: { name: { startsWith: "Fjordline" } }) { nodes {
  primaryContact { displayName } interactions(first: 20) { nodes { contact { displayName } } } } } }`;
const RESTORE = `mutation ($id: ID!) {
  restoreOrganization(input: { id: $id }) { reattachedContacts lost { message } userErrors { message } }
}`;

let contact;
let organization;

export const trash = [
  ["the trash shows what was deleted, and by whom", showsDeleted],
  ["the deleted contact is missing at its organization and its calls", isMissing],
  ["the contact is restored with its notes and calls", isRestored],
  ["the organization is restored with its people", hasPeople],
  ["the trash is empty", isEmpty],
  ["a search finds the contact again", isFound],
];

async function showsDeleted(playground) {
  await playground.choose("Trash");
  await playground.run("Trash");
  await playground.answers('"label": "Freja Hansen"', '"label": "Wexcombe Instruments"', '"name": "Tom Whitlock"');
  await picture(playground, "trash-1-list");
  const answer = await playground.answer();
  contact = /"id": "(contact_[^"]+)"/.exec(answer)[1];
  organization = /"id": "(organization_[^"]+)"/.exec(answer)[1];
}

async function isMissing(playground) {
  const { primaryContact, interactions } = (await playground.elsewhere(FJORDLINE)).organizations.nodes[0];
  assert.equal(primaryContact, null);
  assert.equal(interactions.nodes.filter(({ contact }) => !contact).length, 3);
}

async function isRestored(playground) {
  await playground.give({ id: contact });
  await playground.run("Restore");
  await playground.answers('"restoredNotes": 3', '"displayName": "Freja Hansen"', "Fjordline Shipping", "Delivery is late");
  // The tab is named by the operation that ran last.
  await playground.fits();
  await picture(playground, "trash-2-restored");
  const { primaryContact, interactions } = (await playground.elsewhere(FJORDLINE)).organizations.nodes[0];
  assert.equal(primaryContact.displayName, "Freja Hansen");
  assert.ok(interactions.nodes.every(({ contact }) => contact));
}

async function hasPeople(playground) {
  const { restoreOrganization } = await playground.elsewhere(RESTORE, { id: organization });
  assert.deepEqual(restoreOrganization, { reattachedContacts: 8, lost: [], userErrors: [] });
}

async function isEmpty(playground) {
  await playground.run("Trash");
  await playground.answers('"nodes": []');
}

async function isFound(playground) {
  await playground.choose("Search");
  await playground.type('query Search { searchContacts(query: "freja hansen") { nodes { displayName title notes { nodes { text } } } } }');
  // Back to the beginning of the line, for the picture.
  await playground.page.keyboard.press("Control+Home");
  await playground.run();
  await playground.answers('"title": "Chief Operating Officer"', "Wants to sign for three years");
  await picture(playground, "trash-3-found");
}
