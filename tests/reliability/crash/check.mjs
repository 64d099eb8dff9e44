// The whole database against the record of a workload: what was acknowledged is there, what was refused is not, what is
// unknown is wholly there or wholly absent, and everything that is derived agrees with the rows.

import { isDeepStrictEqual } from "node:util";

import { change } from "./follower.mjs";
import { applied, digits, KINDS } from "./kinds.mjs";
import { MUTATIONS, marker, markersIn } from "./mutations.mjs";

/**
 * Returns the broken invariants, each as a sentence with the records and operations concerned.
 *
 * `feed` is the list of changes as the API gives it from the front.
 */
export function check(operations, snapshot, feed, readers = []) {
  const context = { operations, snapshot, feed, problems: [], byMarker: new Map() };
  for (const operation of operations) context.byMarker.set(marker(operation.number), operation);
  context.acknowledged = acknowledgedVersions(context);
  for (const part of [rows, versions, deletions, trash, absences, transfers, words, externalIds, edges, room, order]) part(context);
  for (const reader of readers) follow(context, reader);
  return context.problems;
}

function report({ problems }, sentence, ...concerned) {
  problems.push([sentence, ...concerned.map((it) => JSON.stringify(it))].join("\n    "));
}

/** Maps `id version` to the acknowledged operation that made the version; two that claim one are a lost update. */
function acknowledgedVersions(context) {
  const known = new Map();
  for (const operation of context.operations) {
    if (operation.outcome !== "acknowledged" || !operation.version || operation.isRepeated) continue;
    const place = `${operation.id} ${operation.version}`;
    const other = known.get(place);
    if (other && writesMarker(other) && writesMarker(operation)) {
      report(context, `two acknowledged operations made version ${operation.version} of one record`, other, operation);
    }
    // An operation that changes nothing answers with the version of another.
    if (!other || writesMarker(operation)) known.set(place, operation);
  }
  return known;
}

const writesMarker = ({ input, number }) => JSON.stringify(input).includes(marker(number));

/** Each acknowledged state, restored ones among them, is the row's, unless a later version or a deletion followed. */
function rows(context) {
  for (const operation of context.operations) {
    if (operation.outcome !== "acknowledged" || !operation.state) continue;
    const { kind } = MUTATIONS[operation.name];
    const row = context.snapshot.byId[kind].get(operation.id);
    if (!row) {
      if (!isDeleted(context, operation.id)) report(context, `an acknowledged ${kind} is not there`, operation);
    } else if (row.version < operation.version) {
      report(context, `a ${kind} has version ${row.version}, older than an acknowledged one`, operation, row);
    } else if (row.version === operation.version && !operation.isRepeated) {
      compare(context, kind, operation.state, row, "the row is not what was acknowledged", operation);
    }
    if (operation.input.expectedVersion > operation.version) {
      report(context, "a version decreased", operation);
    }
  }
}

const isDeleted = ({ snapshot }, id) => snapshot.changes.get(id)?.at(-1).action === "DELETED";

/** Compares a state with a row; references may have changed when their record was deleted, restored or purged, or left. */
function compare(context, kind, state, row, sentence, ...concerned) {
  const { ofRow, references } = KINDS[kind];
  const found = ofRow(row);
  for (const [field, value] of Object.entries(state)) {
    if (value === undefined || isDeepStrictEqual(found[field], value)) continue;
    if (field in references && followed(context, kind, references[field], row, value, found[field])) continue;
    report(context, `${sentence}: ${field} is ${JSON.stringify(found[field])}, not ${JSON.stringify(value)}`, ...concerned, row);
  }
}

/**
 * Whether a reference followed its record without a new version of the row. What was deleted may have come back. Contacts lose
 * an organization that is deleted and have it again, unless they worked for another one since; interactions lose a record only
 * when it is purged. Primary contacts, which have no table here, may have changed employer.
 */
function followed({ snapshot }, kind, table, row, before, now) {
  if (now !== null) return snapshot.wasDeleted(now);
  if (table === "") return true;
  if (!snapshot.tables[table].some(({ id }) => id === before)) return kind !== "interaction" || !snapshot.trash.has(before);
  const hasMoved = snapshot.changes.get(row.id)?.some(({ fields }) => fields.some(({ field }) => field === "organizationId"));
  return kind === "contact" && snapshot.wasDeleted(before) && hasMoved;
}

/** Each version of each record has one change, from the first to the last, by an operation that may have made it. */
function versions(context) {
  for (const [kind, { isFollowed }] of Object.entries(KINDS)) {
    if (!isFollowed) continue;
    for (const [id, row] of context.snapshot.byId[kind]) {
      const changes = context.snapshot.changes.get(id) ?? [];
      const numbers = changes.filter(({ action }) => action !== "DELETED").map(({ version }) => version);
      const expected = Array.from({ length: row.version }, (_, index) => index + 1);
      if (!isDeepStrictEqual(numbers, expected)) {
        report(context, `a ${kind} of version ${row.version} has changes of the versions ${numbers}`, row, changes);
      }
    }
  }
  for (const [id, changes] of context.snapshot.changes) history(context, id, changes);
}

/** Follows one record through its changes, and compares the state that results with its row. */
function history(context, id, changes) {
  const { kind } = changes[0];
  const row = context.snapshot.byId[kind].get(id);
  if (changes[0].action !== "CREATED") report(context, `a ${kind} begins with ${changes[0].action}`, changes);
  if (!row && !isDeleted(context, id)) report(context, `a ${kind} has changes and no row`, changes);
  if (row && isDeleted(context, id)) report(context, `a deleted ${kind} has a row`, row, changes);
  let state = null;
  for (const [place, each] of changes.entries()) {
    const wasDeleted = changes[place - 1]?.action === "DELETED";
    if (wasDeleted !== (each.action === "RESTORED")) report(context, `a ${kind} was ${each.action} in the wrong place`, changes);
    if (each.action === "DELETED") continue;
    const acknowledged = context.acknowledged.get(`${id} ${each.version}`);
    const author = acknowledged ?? written(context, each);
    if (each.action === "UPDATED") state = updated(context, kind, state, each, author);
    else if (each.action === "RESTORED") state = acknowledged?.state ?? restored(kind, state);
    else state = acknowledged?.state ?? (author ? created(kind, author.input) : firstState(context, kind, changes, row));
    for (const mark of markersIn(JSON.stringify(each.fields.map(({ after }) => after)))) {
      const author = context.byMarker.get(mark);
      if (acknowledged && author !== acknowledged && writesMarker(acknowledged)) {
        report(context, "an acknowledged version has the words of another operation", acknowledged, author, each);
      }
    }
  }
  if (row && state) compare(context, kind, state, row, "the row is not what its changes say", changes);
}

/** The operation whose marker a change wrote. */
function written({ byMarker }, { fields }) {
  const [mark] = markersIn(JSON.stringify(fields.map(({ after }) => after)));
  return mark && byMarker.get(mark);
}

/** The state of a record that an unknown operation created: its marker is in the row or in the first change's old value. */
function firstState({ byMarker }, kind, changes, row) {
  const before = changes.find(({ fields }) => fields.some((field) => field.before?.includes("zq")));
  const [mark] = markersIn(JSON.stringify(before ? before.fields.map((field) => field.before) : (row ?? "")));
  const author = byMarker.get(mark);
  return author && author.outcome !== "acknowledged" && MUTATIONS[author.name].kind === kind ? created(kind, author.input) : null;
}

/** The state of a new record, as far as its input says. */
function created(kind, input) {
  const fields = Object.keys(KINDS[kind].ofRow(BLANK));
  const state = applied(Object.fromEntries(fields.map((field) => [field, undefined])), input);
  const external = [...(input.externalIds ?? []), ...(input.key?.externalId ? [input.key.externalId] : [])];
  if (external.length > 0) state.externalIds = external.map(({ source, value }) => `${source}:${value}`).sort();
  return state;
}

/** The state after a restoration whose answer is unknown: others may have got external ids, and references may be lost. */
function restored(kind, state) {
  const unsure = [...Object.keys(KINDS[kind].references), "externalIds"].filter((field) => state && field in state);
  return state && { ...state, ...Object.fromEntries(unsure.map((field) => [field, undefined])) };
}

const BLANK = { tags: [], email_addresses: [], external_ids: [], websites: [], agent_ids: [], wrap_ups: [] };

/** The state after an update, from the fields of its change; the operation's input must be there as a whole. */
function updated(context, kind, state, { fields, version, entity_id: id }, author) {
  if (!state) return null;
  const after = { ...state };
  for (const { field, after: value } of fields) {
    if (field in after) after[field] = ofChange(field, value);
  }
  if (author && author.outcome !== "acknowledged") {
    const whole = applied(state, author.input);
    for (const [field, value] of Object.entries(whole)) {
      if (value === undefined || author.input[field] === undefined || isDeepStrictEqual(after[field], value)) continue;
      report(context, `version ${version} has half of an unanswered operation: ${field} of ${kind} ${id}`, author, fields);
    }
  }
  if (author?.outcome === "acknowledged" && author.state && author.version === version) return author.state;
  return after;
}

/** A value of a field as changes have it: text, or JSON. */
function ofChange(field, value) {
  if (value === null) return null;
  if (field === "emailAddresses") return JSON.parse(value).map(({ address }) => address);
  if (field === "externalIds") return JSON.parse(value).map((it) => `${it.source}:${it.value}`).sort();
  if (field === "wrapUps") return JSON.parse(value).map((it) => [it.note, digits(it.agentId), digits(it.codeId)].join(" "));
  if (field === "agentIds") return JSON.parse(value).map(digits);
  if (field === "tags" || field === "websites") return JSON.parse(value);
  if (field === "pinned") return value === "true";
  return field.endsWith("Id") && field !== "externalId" ? digits(value) : value;
}

/** Acknowledged deletions and restorations are recorded, and none that no operation could have done. */
function deletions(context) {
  for (const [action, does] of [["DELETED", "deletes"], ["RESTORED", "restores"]]) {
    const requested = new Set();
    const acknowledged = new Map();
    for (const { outcome, name, input } of context.operations) {
      if (!MUTATIONS[name][does] || outcome === "refused") continue;
      const id = digits(input.id);
      requested.add(id);
      if (outcome === "acknowledged") acknowledged.set(id, (acknowledged.get(id) ?? 0) + 1);
    }
    const recorded = context.snapshot.tables.changes.filter((change) => change.action === action);
    for (const [id, count] of acknowledged) {
      const found = recorded.filter(({ entity_id: each }) => each === id);
      if (found.length < count) report(context, `${count} times ${action} was acknowledged, and not recorded so often`, id, found);
    }
    for (const each of recorded) {
      if (!carriers(each).some((id) => requested.has(id))) report(context, `a record was ${action} and no operation did it`, each);
    }
  }
}

/** The records with which a record is deleted and restored: itself and, if it is a part, what it is about. */
function carriers({ kind, entity_id: id, contact_id: contact, organization_id: organization }) {
  return kind === "note" || kind === "relationship" ? [id, contact, organization] : [id];
}

/** A deleted record is in the trash and nowhere else, with what was deleted with it, unless it was purged. */
function trash(context) {
  const { byId, tables, changes, trash } = context.snapshot;
  const roots = new Map(tables.trashed_records.map((row) => [row.id, { ...row, found: { note: 0, relationship: 0 } }]));
  if (trash.size !== tables.undo_records.length) report(context, "a record is in the trash twice", tables.undo_records);
  if (tables.merges.length > 0) report(context, "records were merged, which no operation does", tables.merges);
  for (const part of tables.undo_records) {
    const root = roots.get(part.operation_id);
    if (!root) report(context, "the trash has a part of a record that is not in it", part);
    else if (root.id !== part.id) root.found[part.kind] += 1;
    if (byId[part.kind].has(part.id)) report(context, `a ${part.kind} is in its table and in the trash`, part);
    if (changes.get(part.id)?.at(-1).action !== "DELETED") report(context, `a ${part.kind} is in the trash and not deleted`, part);
  }
  for (const { found, ...root } of roots.values()) {
    const isWhole = trash.has(root.id) && isDeepStrictEqual(found, { note: root.notes, relationship: root.relationships });
    if (!isWhole) report(context, "a record is in the trash in part", root, found);
  }
  const purges = context.operations.filter(({ name, outcome }) => MUTATIONS[name].purges && outcome !== "refused");
  const purged = new Set(purges.flatMap(({ input }) => input.ids.map(digits)));
  for (const [id, list] of changes) {
    const last = list.at(-1);
    const isLost = last.action === "DELETED" && !trash.has(id) && !carriers(last).some((each) => purged.has(each));
    if (isLost) report(context, `a deleted ${last.kind} is not in the trash`, list);
  }
  for (const { outcome, input } of purges) {
    const kept = input.ids.map(digits).filter((id) => outcome === "acknowledged" && (trash.has(id) || !isDeleted(context, id)));
    if (kept.length > 0) report(context, "a purged record is still there", kept);
  }
  const unsettled = new Set(tables.unsettled_records.map(({ id }) => id));
  const transferred = new Set(tables.transfers.map(({ id }) => id));
  for (const link of tables.undo_links) {
    const id = link.operation_id;
    if (!roots.has(id) && !unsettled.has(id) && !transferred.has(id)) report(context, "a reference is remembered for a record that is not in the trash", link);
  }
}

/** A refused operation wrote nothing; one with an outcome that is unknown wrote to one record or to none. */
function absences(context) {
  const places = context.snapshot.placesOfMarkers();
  for (const operation of context.operations) {
    const found = places.get(marker(operation.number)) ?? [];
    if (operation.outcome === "refused" && found.length > 0) report(context, "a refused operation wrote", operation, found);
    if (found.length === 0) continue;
    const owners = new Set(found.map(({ id }) => id).filter(Boolean));
    const [first] = owners;
    if (owners.size > 1) report(context, "an operation wrote to several records", operation, [...owners]);
    if (KINDS[MUTATIONS[operation.name].kind].isFollowed && !context.snapshot.changes.has(first)) {
      report(context, "an operation wrote rows and no change", operation, found);
    }
    if (operation.id && first && operation.id !== first) report(context, "an operation wrote to another record", operation, found);
  }
}

/** Transfers moved as many relationships as they said: each transfer's changes have one time and one user. */
function transfers(context) {
  const groups = new Map();
  for (const row of context.snapshot.tables.changes) {
    if (row.kind !== "relationship" || row.action !== "UPDATED" || written(context, row)) continue;
    const group = `${row.xid && row.id ? row.changed_at : ""}`;
    groups.set(group, (groups.get(group) ?? 0) + 1);
  }
  const sizes = [...groups.values()];
  let unknown = 0;
  for (const { name, outcome, answer } of context.operations) {
    if (name !== "transferRelationships") continue;
    if (outcome === "unknown") unknown += 1;
    if (outcome !== "acknowledged" || answer.moved + answer.ended === 0) continue;
    const place = sizes.indexOf(answer.moved + answer.ended);
    if (place < 0) report(context, `a transfer of ${answer.moved} and ${answer.ended} relationships is not in the feed`);
    else sizes.splice(place, 1);
  }
  if (sizes.length > unknown) report(context, `relationships were transferred ${sizes.length - unknown} times too often`);
}

/** The letters of the words that lists are filtered by, whose rows have the times of their records. */
const LISTED = new Set("gjcyGCYIT");

/** The search index has the words of the rows, each once, and no others. */
function words(context) {
  const { byId, tables } = context.snapshot;
  const known = new Map(context.snapshot.words);
  for (const kind of ["contact", "organization", "note"]) {
    for (const [id, row] of byId[kind]) {
      const found = (known.get(id) ?? []).map(({ word }) => word).sort();
      known.delete(id);
      const text = kind === "note" ? row.text.toLowerCase().split(" ").map((word) => `w${word}`).join(" ") : row.search_text;
      const expected = [...new Set(text.trim().split(" "))].sort();
      if (!isDeepStrictEqual(found, expected)) report(context, `the words of a ${kind} are ${found}, not ${expected}`, row);
      const marks = markersIn(text);
      for (const mark of markersIn(JSON.stringify({ ...row, search_text: "" }))) {
        if (!marks.has(mark)) report(context, `a ${kind} is not found by ${mark}`, row);
      }
    }
  }
  for (const id of known.keys()) report(context, "there are words of a record that is not there", id, known.get(id));
  for (const { id, sort_key: key, word, created_at: created, updated_at: updated } of tables.search_words) {
    const row = byId.contact.get(id) ?? byId.organization.get(id);
    if (row && row.sort_name !== key) report(context, `the word ${word} has another place than its record`, row);
    const expected = row && LISTED.has(word[0]) ? [row.created_at, row.updated_at] : [null, null];
    if (!isDeepStrictEqual([created, updated], expected)) report(context, `the word ${word} has other times than its record`, row);
  }
}

/** The table of external ids is what the records say. */
function externalIds(context) {
  const { byId, tables } = context.snapshot;
  const expected = ["contact", "organization"].flatMap((kind) =>
    [...byId[kind].values()].flatMap(({ id, external_ids: list }) =>
      list.map(({ source, value }) => `${kind} ${source}:${value} ${id}`),
    ),
  );
  const found = tables.external_ids.map(({ kind, source, value, owner_id: id }) => `${kind} ${source}:${value} ${id}`);
  differ(context, "external ids", found, expected);
}

/** The tables that find interactions by agent and code are what the interactions say. */
function edges(context) {
  const { byId, tables, trash } = context.snapshot;
  const interactions = [...byId.interaction.values()];
  differ(
    context,
    "agents of interactions",
    tables.interaction_agents.map((row) => `${row.interaction_id} ${row.started_at} ${row.user_id}`),
    interactions.flatMap(({ id, started_at: start, agent_ids: agents }) =>
      agents.map((agent) => `${id} ${start} ${digits(agent)}`),
    ),
  );
  differ(
    context,
    "wrap-ups",
    tables.wrap_ups.map((row) => `${row.interaction_id} ${row.started_at} ${row.user_id} ${row.wrap_up_code_id}`),
    interactions.flatMap(({ id, started_at: start, wrap_ups: all }) =>
      all.map((it) => `${id} ${start} ${digits(it.agentId)} ${digits(it.codeId)}`),
    ),
  );
  for (const { id, primary_contact_id: primary } of byId.organization.values()) {
    if (primary && byId.contact.get(primary)?.organization_id !== id) report(context, "a primary contact works elsewhere", id);
  }
  const unsettled = new Set(tables.unsettled_records.map(({ id }) => id));
  const transferred = new Set(tables.transfers.map(({ id }) => id));
  for (const it of byId.contact.values()) {
    const employer = it.organization_id;
    if (employer && !byId.organization.has(employer) && !unsettled.has(employer)) report(context, "a contact works nowhere", it);
  }
  for (const it of interactions) {
    for (const [kind, id] of [["contact", it.contact_id], ["organization", it.organization_id]]) {
      const exists = !id || byId[kind].has(id) || trash.has(id) || unsettled.has(id);
      if (!exists) report(context, `an interaction has a ${kind} that is neither there nor in the trash`, it);
    }
  }
  for (const note of byId.note.values()) {
    const exists = byId.contact.has(note.contact_id) || byId.organization.has(note.organization_id);
    if (!exists) report(context, "a note is about a record that is not there", note);
  }
  for (const it of byId.relationship.values()) {
    const isWhole = byId.user.has(it.user_id) && byId.organization.has(it.organization_id);
    if (!isWhole) report(context, "a relationship leads nowhere", it);
  }
}

/** Reports what one of two lists has and the other has not. */
function differ(context, name, found, expected) {
  const [extra, missing] = [subtract(found, expected), subtract(expected, found)];
  if (extra.length + missing.length > 0) report(context, `${name} differ from the records`, { extra, missing });
}

function subtract(from, what) {
  const counts = new Map();
  for (const it of what) counts.set(it, (counts.get(it) ?? 0) + 1);
  return from.filter((it) => {
    const count = counts.get(it) ?? 0;
    counts.set(it, count - 1);
    return count <= 0;
  });
}

/** The entity count, which is the limit without the room that is left, is the number of rows. */
function room(context) {
  const { tables } = context.snapshot;
  for (const { id, name, managed_entity_limit: limit } of tables.tenants) {
    const left = tables.entity_room.filter((row) => row.tenant_id === id).reduce((sum, { room: each }) => sum + each, 0);
    const counted = ["contacts", "organizations", "relationships", "notes"];
    const count = counted.flatMap((table) => tables[table]).filter((row) => row.tenant_id === id).length;
    if (limit - left !== count) report(context, `the tenant ${name} has ${count} entities, and ${limit - left} are counted`);
  }
}

/** The feed has each change once, and the versions of each record in ascending order. */
function order(context) {
  const inTable = context.snapshot.tables.changes.map((row) => change(row.entity_id, row.version, row.action));
  differ(context, "the feed and the table of changes", context.feed, inTable);
  const latest = new Map();
  for (const each of context.feed) {
    const [id, text, action] = each.split(" ");
    const version = Number(text) + (action === "DELETED" ? 0.5 : 0);
    if ((latest.get(id) ?? 0) >= version) report(context, `the feed has ${each} after version ${latest.get(id)}`);
    latest.set(id, version);
  }
}

/** A reader saw each change once, in the order of the feed. */
function follow(context, reader) {
  const from = context.feed.indexOf(reader.seen[0]);
  const expected = context.feed.slice(from);
  const place = expected.findIndex((each, index) => each !== reader.seen[index]);
  if (place >= 0 || reader.seen.length !== expected.length) {
    const around = (list) => list.slice(Math.max(0, place - 2), place + 3);
    const lengths = `${reader.seen.length} of ${expected.length}`;
    report(context, `${reader.name} saw ${lengths} changes, and another at ${place}`, around(reader.seen), around(expected));
  }
}
