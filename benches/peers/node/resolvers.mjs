// The resolvers of the servers in JavaScript. The context of a request has its `tenant` and its `loaders`.

import { v7 as uuidv7 } from "uuid";

import { CONTACT, rows } from "./database.mjs";

const createdAt = (record) => record.createdAt.toISOString();

/** Returns the conditions that every word is in the text, and their values, from `$3` on. */
function containing(words) {
  const conditions = words.map((_, place) => `AND c.search_text LIKE $${place + 3}`);
  return [conditions.join(" "), words.map((word) => `%${word}%`)];
}

const Query = {
  contact: async (_, { id }, { tenant }) =>
    (await rows("contact", `SELECT ${CONTACT} FROM contacts AS c WHERE c.tenant_id = $1 AND c.id = $2`, [tenant, id]))[0],

  organization: (_, { id }, { loaders }) => loaders.organization.load(id),

  contacts: (_, { first, after }, { tenant }) =>
    rows(
      "page",
      `SELECT ${CONTACT} FROM contacts AS c WHERE c.tenant_id = $1 AND c.position > $2 ORDER BY c.position LIMIT $3`,
      [tenant, after, first],
    ),

  // Not prepared: the plan depends on the words.
  searchContacts: (_, { words, first }, { tenant }) => {
    const [conditions, values] = containing(words);
    const text = `SELECT ${CONTACT} FROM contacts AS c WHERE c.tenant_id = $1 ${conditions} ORDER BY c.sort_name, c.id LIMIT $2`;
    return rows(undefined, text, [tenant, first, ...values]);
  },

  countContacts: async (_, { words, most }, { tenant }) => {
    const [conditions, values] = containing(words);
    const text = `SELECT count(*) FROM (SELECT FROM contacts AS c WHERE c.tenant_id = $1 ${conditions} LIMIT $2) AS counted`;
    return (await rows(undefined, text, [tenant, most, ...values]))[0].count;
  },

  contactsByIdentifier: (_, { value }, { tenant }) =>
    rows(
      "lookup",
      `SELECT ${CONTACT} FROM contact_identifiers AS i JOIN contacts AS c ON c.tenant_id = i.tenant_id AND c.id = i.contact_id
       WHERE i.tenant_id = $1 AND i.value = $2 ORDER BY i.contact_id LIMIT 10`,
      [tenant, value],
    ),

  // The reference resolvers of a subgraph do the same.
  contactsByIds: (_, { ids }, { loaders }) => loaders.contact.loadMany(ids),
};

const Mutation = {
  createContact: async (_, { input }, { tenant }) => {
    const text = `INSERT INTO contacts AS c (tenant_id, id, first_name, last_name, title, organization_id, phones, emails, city,
      country, sort_name) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, lower($4 || ' ' || $3)) RETURNING ${CONTACT}`;
    const { firstName, lastName, title, organizationId, phones, emails, city, country } = input;
    const values = [tenant, uuidv7(), firstName, lastName, title, organizationId, phones, emails, city, country];
    return (await rows("create", text, values))[0];
  },
};

export const resolvers = {
  Query,
  Mutation,
  Contact: {
    createdAt,
    organization: ({ organizationId }, _, { loaders }) => organizationId && loaders.organization.load(organizationId),
    notes: ({ id }, { first }, { loaders }) => loaders.notesOfContact(first).load(id),
  },
  Organization: {
    contacts: ({ id }, { first }, { loaders }) => loaders.contactsOf(first).load(id),
    relationships: ({ id }, { first }, { loaders }) => loaders.relationshipsOf(first).load(id),
    notes: ({ id }, { first }, { loaders }) => loaders.notesOfOrganization(first).load(id),
  },
  Relationship: { user: ({ userId }, _, { loaders }) => loaders.user.load(userId) },
  Note: { createdAt, author: ({ authorId }, _, { loaders }) => loaders.user.load(authorId) },
};
