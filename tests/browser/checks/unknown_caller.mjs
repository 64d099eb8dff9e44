// The story of an unknown caller: from the first ring to a contact with the whole past.

import assert from "node:assert/strict";

import { picture } from "../support/picture.mjs";

const CREATE = `mutation Named { createContact(input: { firstName: "Nora", lastName: "Quist", phoneNumbers: [{ input: "+1 317 555 0177" }] }) { contact { id } userErrors { message } } }`;
const CONTACTS = `{ contacts { totalCount { value } } }`;

let contact;
let call;

export const unknownCaller = [
  ["an unknown caller has calls and no contact", isUnknown],
  ["the caller gets a contact", isNamed],
  ["the past is linked", isLinked],
  ["the next call shows the contact", isKnown],
];

async function isUnknown(playground) {
  const before = await playground.elsewhere(CONTACTS);
  await playground.choose("Caller");
  await playground.run();
  await playground.answers('"contacts": []', '"value": 3', "Quote for 40 seats");
  await picture(playground, "caller-1-unknown");
  call = /"id": "(interaction_[^"]+)"/.exec(await playground.answer())[1];
  assert.deepEqual(await playground.elsewhere(CONTACTS), before);
}

async function isNamed(playground) {
  const { createContact } = await playground.elsewhere(CREATE);
  assert.deepEqual(createContact.userErrors, []);
  contact = createContact.contact.id;
}

async function isLinked(playground) {
  await playground.choose("NewContact");
  await playground.give({ call, contact });
  await playground.run("LinkCaller");
  await playground.fits();
  await playground.answers('"linkedEarlier": 2', '"displayName": "Nora Quist"', "Question about prices");
  await picture(playground, "caller-2-linked");
}

async function isKnown(playground) {
  await playground.choose("Caller");
  await playground.run();
  await playground.answers('"displayName": "Nora Quist"', '"value": 0');
  await picture(playground, "caller-3-known");
}
