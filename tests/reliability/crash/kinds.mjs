// The kinds of records: their tables, and the state that answers and rows are compared by.

/** Returns the hexadecimal digits of an id such as `contact_0192f7c4-…`; null stays null. */
export const digits = (id) => (id ? id.split("_").at(-1).replaceAll("-", "") : null);

const sorted = (list) => [...list].sort();
const externalIds = (list) => sorted(list.map(({ source, value }) => `${source}:${value}`));
const reference = (record) => digits(record?.id);
const flag = (value) => value === true || value === 1;

/**
 * Each kind has its table, whether the feed has its changes, the selection of its answers, the state of an answer, and
 * the state of a row. `references` are the fields that deletions of other records make null without a new version.
 */
export const KINDS = {
  contact: {
    table: "contacts",
    isFollowed: true,
    references: { organizationId: "organizations" },
    selection: "id version firstName lastName title tags emailAddresses { address } externalIds { source value } organization { id }",
    ofAnswer: (it) => ({
      firstName: it.firstName,
      lastName: it.lastName,
      title: it.title,
      tags: it.tags,
      emailAddresses: it.emailAddresses.map(({ address }) => address),
      externalIds: externalIds(it.externalIds),
      organizationId: reference(it.organization),
    }),
    ofRow: (row) => ({
      firstName: row.first_name,
      lastName: row.last_name,
      title: row.title,
      tags: row.tags,
      emailAddresses: row.email_addresses.map(({ address }) => address),
      externalIds: externalIds(row.external_ids),
      organizationId: row.organization_id,
    }),
  },
  organization: {
    table: "organizations",
    isFollowed: true,
    references: { primaryContactId: "" },
    selection: "id version name industry tags websites externalIds { source value } primaryContact { id }",
    ofAnswer: (it) => ({
      name: it.name,
      industry: it.industry,
      tags: it.tags,
      websites: it.websites,
      externalIds: externalIds(it.externalIds),
      primaryContactId: reference(it.primaryContact),
    }),
    ofRow: (row) => ({
      name: row.name,
      industry: row.industry,
      tags: row.tags,
      websites: row.websites,
      externalIds: externalIds(row.external_ids),
      primaryContactId: row.primary_contact_id,
    }),
  },
  relationship: {
    table: "relationships",
    isFollowed: true,
    references: {},
    selection: "id version type endedOn user { id } organization { id }",
    ofAnswer: (it) => ({ type: it.type, endedOn: it.endedOn, userId: reference(it.user) }),
    ofRow: (row) => ({ type: row.type, endedOn: row.ended_on, userId: row.user_id }),
  },
  note: {
    table: "notes",
    isFollowed: true,
    references: {},
    selection: "id version text pinned",
    ofAnswer: ({ text, pinned }) => ({ text, pinned }),
    ofRow: ({ text, pinned }) => ({ text, pinned: flag(pinned) }),
  },
  interaction: {
    table: "interactions",
    isFollowed: true,
    references: { contactId: "contacts", organizationId: "organizations" },
    selection:
      "id version externalId mediaType subjectLine contact { id } organization { id } agents { id } wrapUps { note agent { id } code { id } }",
    ofAnswer: (it) => ({
      externalId: it.externalId,
      mediaType: it.mediaType,
      subjectLine: it.subjectLine,
      contactId: reference(it.contact),
      organizationId: reference(it.organization),
      agentIds: it.agents.map(reference),
      wrapUps: it.wrapUps.map((wrapUp) => [wrapUp.note, reference(wrapUp.agent), reference(wrapUp.code)].join(" ")),
    }),
    ofRow: (row) => ({
      externalId: row.external_id,
      mediaType: row.media_type,
      subjectLine: row.subject_line,
      contactId: row.contact_id,
      organizationId: row.organization_id,
      agentIds: row.agent_ids.map(digits),
      wrapUps: row.wrap_ups.map((it) => [it.note, digits(it.agentId), digits(it.codeId)].join(" ")),
    }),
  },
  user: {
    table: "users",
    isFollowed: false,
    references: {},
    selection: "id version name title active",
    ofAnswer: ({ name, title, active }) => ({ name, title, active }),
    ofRow: ({ name, title, active }) => ({ name, title, active: flag(active) }),
  },
  wrapUpCode: {
    table: "wrap_up_codes",
    isFollowed: false,
    references: {},
    selection: "id version name description active",
    ofAnswer: ({ name, description, active }) => ({ name, description, active }),
    ofRow: ({ name, description, active }) => ({ name, description, active: flag(active) }),
  },
};

/** Returns the state that a record has after an input was applied to it, as far as the input says. */
export function applied(state, input) {
  const after = { ...state };
  for (const [field, value] of Object.entries(input)) {
    if (!(field in state) || field === "externalIds") continue;
    // Agents are added to those that an interaction has, which are not known of a new state.
    if (field === "agentIds") after.agentIds = state.agentIds && [...new Set([...state.agentIds, ...value.map(digits)])];
    else if (field === "emailAddresses") after[field] = value.map(({ address }) => address);
    else after[field] = field.endsWith("Id") && field !== "externalId" ? digits(value) : value;
  }
  return after;
}
