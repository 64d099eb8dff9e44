// Every kind of mutation, with inputs that carry a marker: a word of one operation, found wherever the operation wrote.

import { KINDS } from "./kinds.mjs";

/** Returns the marker of an operation: a word of letters and digits that no other operation has. */
export const marker = (number) => `zq${number.toString(36).padStart(5, "0")}`;
/** The markers in a text. */
export const markersIn = (text) => new Set(text.match(/zq[0-9a-z]{5}/g) ?? []);

/** The keys of other systems that many clients use at once. */
const SHARED_KEYS = 12;
const SUBJECTS = 8;

/** Returns the input of an update: its target and, half of the time, the version it must have. */
function target(choices, pool, kind) {
  const record = pool.any(kind, choices);
  if (!record) return null;
  return choices.happens(0.5) ? { id: record.id, expectedVersion: record.version } : { id: record.id };
}

/** Returns the input of a restoration. */
const deleted = (kind) => (_, choices, pool) => {
  const id = pool.anyDeleted(choices, kind);
  return id ? { id } : null;
};

/** Returns some of the entries of an object. */
function some(choices, entries) {
  return Object.fromEntries(Object.entries(entries).filter(() => choices.happens(0.5)));
}

const contact = (mark) => ({
  firstName: "Eve",
  lastName: mark,
  title: mark,
  tags: [mark],
  emailAddresses: [{ address: `${mark}@example.com` }],
});
const organization = (mark) => ({ name: `${mark} Works`, industry: mark, tags: [mark], websites: [`https://${mark}.example.com/`] });
const keys = (mark) => ({ externalIds: [{ source: "crm", value: mark }] });
const shared = (choices) => ({ source: "erp", value: `key-${choices.below(SHARED_KEYS)}` });
const optional = (field, record) => (record ? { [field]: record.id } : {});
const withTarget = (to, rest) => (to ? { ...to, ...rest } : null);

/**
 * The mutations: how often each is chosen, the kind that it answers with, and its input; null if there is no record for
 * it yet. `creates` says that it makes a new record, `deletes` that it removes one, `restores` that it brings one back, and
 * `purges` that it removes deleted ones for good.
 */
export const MUTATIONS = {
  createContact: {
    weight: 10,
    kind: "contact",
    creates: true,
    input: (mark, choices, pool) => ({
      ...contact(mark),
      ...keys(mark),
      ...(choices.happens(0.5) ? optional("organizationId", pool.any("organization", choices)) : {}),
    }),
  },
  updateContact: {
    weight: 12,
    kind: "contact",
    input: (mark, choices, pool) => {
      const moves = choices.happens(0.3) ? optional("organizationId", pool.any("organization", choices)) : {};
      const { title, ...others } = contact(mark);
      return withTarget(target(choices, pool, "contact"), { title, ...some(choices, others), ...moves });
    },
  },
  upsertContact: {
    weight: 8,
    kind: "contact",
    input: (mark, choices) => ({ key: { externalId: shared(choices) }, ...contact(mark) }),
  },
  deleteContact: { weight: 5, kind: "contact", deletes: true, input: (_, choices, pool) => target(choices, pool, "contact") },
  restoreContact: { weight: 4, kind: "contact", restores: true, input: deleted("contact") },
  createOrganization: {
    weight: 6,
    kind: "organization",
    creates: true,
    input: (mark) => ({ ...organization(mark), ...keys(mark) }),
  },
  updateOrganization: {
    weight: 8,
    kind: "organization",
    input: (mark, choices, pool) => {
      const { industry, ...others } = organization(mark);
      return withTarget(target(choices, pool, "organization"), { industry, ...some(choices, others) });
    },
  },
  choosePrimaryContact: {
    field: "updateOrganization",
    weight: 3,
    kind: "organization",
    input: (mark, choices, pool) => {
      const employee = pool.employee(choices);
      return employee && { id: employee.organizationId, industry: mark, primaryContactId: employee.id };
    },
  },
  upsertOrganization: {
    weight: 5,
    kind: "organization",
    input: (mark, choices) => ({ key: { externalId: shared(choices) }, ...organization(mark) }),
  },
  deleteOrganization: {
    weight: 3,
    kind: "organization",
    deletes: true,
    input: (_, choices, pool) => target(choices, pool, "organization"),
  },
  restoreOrganization: { weight: 3, kind: "organization", restores: true, input: deleted("organization") },
  createNote: {
    weight: 6,
    kind: "note",
    creates: true,
    input: (mark, choices, pool) => {
      const subject = pool.any(choices.happens(0.5) ? "contact" : "organization", choices);
      return subject && { subjectId: subject.id, text: `Called ${mark}`, pinned: choices.happens(0.2) };
    },
  },
  updateNote: {
    weight: 5,
    kind: "note",
    input: (mark, choices, pool) => withTarget(target(choices, pool, "note"), { text: `Wrote ${mark}` }),
  },
  deleteNote: { weight: 2, kind: "note", deletes: true, input: (_, choices, pool) => target(choices, pool, "note") },
  restoreNote: { weight: 2, kind: "note", restores: true, input: deleted("note") },
  createRelationship: {
    weight: 6,
    kind: "relationship",
    creates: true,
    input: (mark, choices, pool) => {
      const [user, employer] = [pool.any("user", choices), pool.any("organization", choices)];
      return user && employer && { userId: user.id, organizationId: employer.id, type: mark };
    },
  },
  updateRelationship: {
    weight: 4,
    kind: "relationship",
    input: (mark, choices, pool) => withTarget(target(choices, pool, "relationship"), { type: mark }),
  },
  deleteRelationship: {
    weight: 2,
    kind: "relationship",
    deletes: true,
    input: (_, choices, pool) => target(choices, pool, "relationship"),
  },
  restoreRelationship: { weight: 2, kind: "relationship", restores: true, input: deleted("relationship") },
  purgeTrash: {
    weight: 1,
    kind: "contact",
    purges: true,
    selection: "purgedIds",
    input: (_, choices, pool) => {
      const ids = [pool.anyDeleted(choices), pool.anyDeleted(choices)].filter(Boolean);
      return ids.length > 0 ? { ids: [...new Set(ids)] } : null;
    },
  },
  transferRelationships: {
    weight: 2,
    kind: "relationship",
    selection: "moved ended hasMore",
    input: (_, choices, pool) => {
      const [from, to] = [pool.any("user", choices), pool.any("user", choices)];
      return from && to && from.id !== to.id ? { fromUserId: from.id, toUserId: to.id } : null;
    },
  },
  recordInteraction: {
    weight: 7,
    kind: "interaction",
    creates: true,
    input: (mark, choices, pool) => ({
      externalId: choices.happens(0.3) ? `call-${choices.below(SHARED_KEYS)}` : mark,
      mediaType: choices.of(["CALL", "EMAIL", "CHAT"]),
      direction: "INBOUND",
      startedAt: "2026-01-01T12:00:00Z",
      subjectLine: mark,
      ...optional("contactId", pool.any("contact", choices)),
      ...(choices.happens(0.5) ? { agentIds: [pool.any("user", choices)?.id].filter(Boolean) } : {}),
    }),
  },
  linkInteraction: {
    weight: 4,
    kind: "interaction",
    input: (_, choices, pool) => {
      const to = pool.any("contact", choices);
      return to && withTarget(target(choices, pool, "interaction"), { contactId: to.id });
    },
  },
  wrapUpInteraction: {
    weight: 4,
    kind: "interaction",
    input: (mark, choices, pool) => {
      const code = pool.any("wrapUpCode", choices);
      return code && withTarget(target(choices, pool, "interaction"), { codeId: code.id, note: mark });
    },
  },
  upsertUser: {
    weight: 3,
    kind: "user",
    input: (mark, choices) => ({ subject: `agent-${choices.below(SUBJECTS)}`, name: `${mark} Agent`, title: mark }),
  },
  deactivateUser: { weight: 1, kind: "user", input: (_, choices, pool) => target(choices, pool, "user") },
  reactivateUser: { weight: 2, kind: "user", input: (_, choices, pool) => target(choices, pool, "user") },
  createWrapUpCode: { weight: 1, kind: "wrapUpCode", creates: true, input: (mark) => ({ name: mark, description: mark }) },
  updateWrapUpCode: {
    weight: 1,
    kind: "wrapUpCode",
    input: (mark, choices, pool) =>
      withTarget(target(choices, pool, "wrapUpCode"), { description: mark, ...some(choices, { name: mark }) }),
  },
};

const ALL = Object.entries(MUTATIONS).flatMap(([name, { weight }]) => Array.from({ length: weight }, () => name));

/** Chooses a mutation, its input and, if it makes a record, a key to repeat it with. */
export function choose(number, choices, pool) {
  for (;;) {
    const name = choices.of(ALL);
    const input = MUTATIONS[name].input(marker(number), choices, pool);
    if (input) return MUTATIONS[name].creates ? { name, input, idempotencyKey: marker(number) } : { name, input };
  }
}

/** Returns the request of a mutation. With a key, the server does it once however often it is sent. */
export function request({ name, input, idempotencyKey }) {
  const { kind, deletes, selection, field = name } = MUTATIONS[name];
  const type = `${field[0].toUpperCase()}${field.slice(1)}Input`;
  const deleted = `deleted${kind[0].toUpperCase()}${kind.slice(1)}Id`;
  const fields = selection ?? (deletes ? deleted : `${kind} { ${KINDS[kind].selection} }`);
  const query = `mutation($input: ${type}!) { answer: ${field}(input: $input) { ${fields} userErrors { code field message } } }`;
  return { query, variables: { input: idempotencyKey ? { ...input, idempotencyKey } : input } };
}
