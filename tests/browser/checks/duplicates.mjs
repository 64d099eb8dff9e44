// The story of a person who was entered twice: a user looks at what a merge would do, merges, and takes it back.

import assert from "node:assert/strict";

import { picture } from "../support/picture.mjs";

const CONTACT = "query ($id: ID!) { contact(id: $id) { id displayName notes { nodes { id } } interactions { nodes { id } } } }";

let first;
let second;
let merge;

export const duplicates = [
  ["a person was entered twice", areFound],
  ["a preview shows what comes from where, and changes nothing", isPreviewed],
  ["the contacts are merged, and both ids show one", areMerged],
  ["the merge is undone, and both are as they were", areParted],
];

async function areFound(playground) {
  await playground.choose("Duplicates");
  await playground.run("Duplicates");
  await playground.answers('"displayName": "Jonas Lindqvist"', '"displayName": "J. Lindqvist"', '"score": 90', "SAME_EMAIL");
  await playground.fits();
  await picture(playground, "duplicates-1-found");
  const answer = await playground.answer();
  const ids = new Map([...answer.matchAll(/"id": "(contact_[^"]+)",\s+"displayName": "([^"]+)"/g)].map(([, id, name]) => [name, id]));
  first = ids.get("Jonas Lindqvist");
  second = ids.get("J. Lindqvist");
  assert.ok(first && second, answer);
}

async function isPreviewed(playground) {
  await playground.give({ members: [{ id: first }, { id: second }] });
  await playground.run("Preview");
  await playground.answers('"isConflict": true', '"value": "Manager"', '"notes": 1', '"interactions": 2');
  await picture(playground, "duplicates-2-preview");
  assert.equal((await shown(playground, second)).displayName, "J. Lindqvist");
}

async function areMerged(playground) {
  await playground.run("Merge");
  await playground.answers('"displayName": "Jonas Lindqvist"', "Delivery is late", "Return of goods", "merge_");
  await playground.fits();
  await picture(playground, "duplicates-3-merged");
  merge = /"id": "(merge_[^"]+)"/.exec(await playground.answer())[1];
  const one = await shown(playground, first);
  assert.deepEqual(await shown(playground, second), one);
  assert.deepEqual([one.id, one.notes.nodes.length, one.interactions.nodes.length], [first, 2, 3]);
}

async function areParted(playground) {
  await playground.give({ merge });
  await playground.run("Undo");
  await playground.answers('"displayName": "J. Lindqvist"', '"notes": 1', '"lost": []');
  await picture(playground, "duplicates-4-parted");
  const [one, other] = [await shown(playground, first), await shown(playground, second)];
  assert.deepEqual([one.notes.nodes.length, one.interactions.nodes.length], [1, 1]);
  assert.deepEqual([other.id, other.notes.nodes.length, other.interactions.nodes.length], [second, 1, 2]);
}

async function shown(playground, id) {
  return (await playground.elsewhere(CONTACT, { id })).contact;
}
