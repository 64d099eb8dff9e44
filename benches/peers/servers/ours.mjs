// The product, on PostgreSQL and on SQLite.

import { createHmac } from "node:crypto";

import { operation } from "../lib/operation.mjs";

const SECRET = "0123456789abcdef0123456789abcdef";
const ISSUER = "peers";
/** The number of callers: the server bounds the cost of each one's operations per second. */
const CALLERS = 64;
const CONTACT = "id firstName lastName phones: phoneNumbers { input } emails: emailAddresses { address }";

/** Returns a token that is valid for a day and has all permissions. */
function token(tenant, caller) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const claims = {
    iss: ISSUER,
    aud: ISSUER,
    sub: `peers-${caller}`,
    tenant,
    permissions: ["externalContacts:*:*"],
    exp: Math.floor(Date.now() / 1000) + 86_400,
  };
  const signed = `${part({ alg: "HS256", typ: "JWT" })}.${part(claims)}`;
  return `${signed}.${createHmac("sha256", SECRET).update(signed).digest("base64url")}`;
}

/** Returns the id of a record as the API shows it, and back. */
const shown = (kind, id) => `${kind}_${id}`;
const hidden = (id) => id.slice(id.indexOf("_") + 1);

/** Returns an answer with plain ids and texts, and a contact's address in the contact. */
function flat(value) {
  if (Array.isArray(value)) return value.map(flat);
  if (value === null || typeof value !== "object") return value;
  const { phones, emails, addresses, address, ...rest } = value;
  const record = Object.fromEntries(Object.entries(rest).map(([name, each]) => [name, flat(each)]));
  if (typeof record.id === "string") record.id = hidden(record.id);
  if (phones) record.phones = phones.map(({ input }) => input);
  if (emails) record.emails = emails.map((each) => each.address);
  if (addresses) Object.assign(record, addresses[0] ?? { city: null, country: null });
  if (address !== undefined) Object.assign(record, address ?? { city: null, country: null });
  return record;
}

function facts(workload, { created, ...answer }) {
  if (workload === "W6") {
    if (created.userErrors.length > 0) throw new Error(JSON.stringify(created.userErrors));
    return flat({ contact: created.contact });
  }
  if (workload !== "W5" && workload !== "W5f") return flat(answer);
  const { contacts } = answer;
  return { ...flat({ contacts }), count: contacts.totalCount.value };
}

const startsWith = (word) => ({ firstName, lastName }) =>
  [firstName, lastName].some((name) => name.toLowerCase().startsWith(word));

/** Searches match the beginnings of words here, and sort by how they match. */
const resembles = {
  W4: ({ words }, own, theirs) => {
    const found = new Set(own.contacts.map(({ id }) => id));
    const expected = theirs.contacts.filter((contact) => words.every((word) => startsWith(word)(contact)));
    return found.size === 25 || expected.every(({ id }) => found.has(id));
  },
  W5: (_, own, theirs) => own.contacts.length === Math.min(25, own.count) && own.count >= Math.min(1000, theirs.count / 2),
};

const requests = {
  W1: operation(
    `query W1($id: ID!) {
      contact(id: $id) {
        id firstName middleName lastName title phones: phoneNumbers { input } emails: emailAddresses { address }
        addresses { city country: countryCode } createdAt
      }
    }`,
    ({ id }) => ({ id: shown("contact", id) }),
  ),
  W2: operation(
    `query W2($after: String!) {
      contacts(first: 50, after: $after, orderBy: { field: CREATED_AT, direction: ASC }) {
        nodes {
          id firstName lastName organization { id name }
          notes(first: 3) { nodes { id body: text author { name } } }
        }
      }
    }`,
    ({ cursor }) => ({ after: cursor }),
  ),
  W3: operation(
    `query W3($id: ID!) {
      organization(id: $id) {
        id name industry address { city country: countryCode }
        contacts(first: 20) {
          nodes { id firstName lastName title notes(first: 3) { nodes { id body: text createdAt } } }
        }
        relationships(first: 20) { nodes { id type user { id name } } }
        notes(first: 10) { nodes { id body: text author { name } } }
      }
    }`,
    ({ id }) => ({ id: shown("organization", id) }),
  ),
  W4: operation(
    `query W4($query: String!) {
      contacts: searchContacts(query: $query, first: 25) { nodes { id firstName lastName organization { name } } }
    }`,
    ({ words }) => ({ query: words.join(" ") }),
  ),
  W5: operation(
    `query W5($query: String!) {
      contacts: searchContacts(query: $query, first: 25) { nodes { id firstName lastName } totalCount { value } }
    }`,
    ({ word }) => ({ query: word }),
  ),
  W5f: operation(
    `query W5f($query: String!) {
      contacts: searchContacts(query: $query, first: 25) {
        nodes { id firstName lastName } totalCount { value } refinement { facets { field values { value count } } }
      }
    }`,
    ({ word }) => ({ query: word }),
  ),
  W6: operation(
    `mutation W6($input: CreateContactInput!) {
      created: createContact(input: $input) { contact { ${CONTACT} } userErrors { message } }
    }`,
    ({ contact: { organizationId, phones, emails, city, country, ...rest } }) => ({
      input: {
        ...rest,
        organizationId: shown("organization", organizationId),
        phoneNumbers: phones.map((input) => ({ input })),
        emailAddresses: emails.map((address) => ({ address })),
        addresses: [{ city, countryCode: country }],
      },
    }),
  ),
  W7: operation(
    ({ value }) => {
      const look = value.includes("@") ? "contactsByEmail(address: $value" : "contactsByPhone(number: $value";
      return `query W7($value: String!) {
        contacts: ${look}, first: 10) { nodes { ${CONTACT} organization { name } } }
      }`;
    },
    ({ value }) => ({ value }),
  ),
  W8: operation(
    `query W8($representations: [_Any!]!) {
      contacts: _entities(representations: $representations) {
        ... on Contact { id firstName lastName organization { id name } }
      }
    }`,
    ({ ids }) => ({ representations: ids.map((id) => ({ __typename: "Contact", id: shown("contact", id) })) }),
  ),
};

const serve = ({ host, port, program }) => [
  ...[program, "serve", "--listen", `${host}:${port}`],
  ...["--jwt-secret", SECRET, "--issuer", ISSUER, "--audience", ISSUER],
];
const onPostgres = (place) => ["--database-url", place.url, "--data", place.work, "--connections", String(place.pool)];
const withMetrics = (place) => ["--metrics-listen", `${place.host}:${place.metricsPort}`];
/** Settings by which nothing is bounded, logged or counted, as far as there are such settings. */
const QUIET = [
  ...["--log", "warn"],
  ...["--max-running", "1000", "--max-running-per-caller", "1000", "--max-waiting", "1000"],
  ...["--cost-per-second", "4000000000"],
];

const shipped = {
  isOurs: true,
  path: () => "/graphql",
  callers: ({ tenantName }) =>
    Array.from({ length: CALLERS }, (_, caller) => ({ Authorization: `Bearer ${token(tenantName, caller)}` })),
  requests,
  facts,
  resembles,
  createsIn: "public",
};

export const ours = {
  ...shipped,
  name: "ours",
  label: "this server, as shipped, with metrics",
  command: (place) => [...serve(place), ...onPostgres(place), ...withMetrics(place)],
};

export const oursQuiet = {
  ...shipped,
  name: "ours-quiet",
  label: "this server without request log, metrics and bounds of admission",
  command: (place) => [...serve(place), ...onPostgres(place), ...QUIET],
};

export const oursOnSqlite = {
  ...shipped,
  name: "ours-sqlite",
  label: "this server on SQLite, as shipped, with metrics",
  command: (place) => [...serve(place), "--data", place.sqlite, ...withMetrics(place)],
  createsIn: "sqlite",
};
