// PostGraphile, whose schema follows from the tables.

import { operation } from "../lib/operation.mjs";

const AUTHOR = "author: userByTenantIdAndAuthorId { name }";
const NEWEST = "orderBy: [PINNED_DESC, CREATED_AT_DESC, ROW_ID_DESC]";
const ORGANIZATION = "organization: organizationByTenantIdAndOrganizationId";

export const postgraphile = {
  name: "postgraphile",
  label: "PostGraphile 5",
  command: ({ host, port, node, here }) => [node, `${here}/node/postgraphile.mjs`, host, String(port)],
  environment: { NODE_ENV: "production", GRAPHILE_ENV: "production" },
  path: () => "/",
  callers: () => [{}],
  requests: {
    W1: operation(
      `query W1($tenant: Int!, $id: UUID!) {
        contact: contactByTenantIdAndRowId(tenantId: $tenant, rowId: $id) {
          id: rowId firstName middleName lastName title phones emails city country createdAt
        }
      }`,
      ({ tenant, id }) => ({ tenant, id }),
    ),
    W2: operation(
      `query W2($tenant: Int!, $after: BigInt!) {
        contacts: allContacts(
          first: 50, condition: { tenantId: $tenant }, filter: { position: { greaterThan: $after } }, orderBy: [POSITION_ASC]
        ) {
          nodes {
            id: rowId firstName lastName ${ORGANIZATION} { id: rowId name }
            notes: notesByTenantIdAndContactId(first: 3, ${NEWEST}) { nodes { id: rowId body ${AUTHOR} } }
          }
        }
      }`,
      ({ tenant, position }) => ({ tenant, after: String(position) }),
    ),
    W3: operation(
      `query W3($tenant: Int!, $id: UUID!) {
        organization: organizationByTenantIdAndRowId(tenantId: $tenant, rowId: $id) {
          id: rowId name industry city country
          contacts: contactsByTenantIdAndOrganizationId(first: 20, orderBy: [SORT_NAME_ASC, ROW_ID_ASC]) {
            nodes {
              id: rowId firstName lastName title
              notes: notesByTenantIdAndContactId(first: 3, ${NEWEST}) { nodes { id: rowId body createdAt } }
            }
          }
          relationships: relationshipsByTenantIdAndOrganizationId(first: 20, orderBy: [TYPE_ASC, ROW_ID_ASC]) {
            nodes { id: rowId type user: userByTenantIdAndUserId { id: rowId name } }
          }
          notes: notesByTenantIdAndOrganizationId(first: 10, ${NEWEST}) { nodes { id: rowId body ${AUTHOR} } }
        }
      }`,
      ({ tenant, id }) => ({ tenant, id }),
    ),
    W4: operation(
      `query W4($tenant: Int!, $one: String!, $other: String!) {
        contacts: allContacts(
          first: 25, condition: { tenantId: $tenant }, orderBy: [SORT_NAME_ASC, ROW_ID_ASC]
          filter: { and: [{ searchText: { includes: $one } }, { searchText: { includes: $other } }] }
        ) { nodes { id: rowId firstName lastName ${ORGANIZATION} { name } } }
      }`,
      ({ tenant, words: [one, other] }) => ({ tenant, one, other }),
    ),
    W5: operation(
      `query W5($tenant: Int!, $word: String!) {
        contacts: allContacts(
          first: 25, condition: { tenantId: $tenant }, orderBy: [SORT_NAME_ASC, ROW_ID_ASC]
          filter: { searchText: { includes: $word } }
        ) { nodes { id: rowId firstName lastName } }
        count: countContacts(tenant: $tenant, word: $word, most: 1001)
      }`,
      ({ tenant, word }) => ({ tenant, word }),
    ),
    W6: operation(
      `mutation W6($contact: ContactInput!) {
        created: createContact(input: { contact: $contact }) { contact { id: rowId firstName lastName phones emails } }
      }`,
      ({ tenant, contact }) => ({
        contact: { tenantId: tenant, ...contact, sortName: `${contact.lastName} ${contact.firstName}`.toLowerCase() },
      }),
    ),
    W7: operation(
      `query W7($tenant: Int!, $value: String!) {
        contacts: allContactIdentifiers(
          first: 10, condition: { tenantId: $tenant, value: $value }, orderBy: [CONTACT_ID_ASC]
        ) {
          nodes {
            contact: contactByTenantIdAndContactId {
              id: rowId firstName lastName phones emails ${ORGANIZATION} { name }
            }
          }
        }
      }`,
      ({ tenant, value }) => ({ tenant, value }),
    ),
    W8: operation(
      `query W8($tenant: Int!, $ids: [UUID!]!) {
        contacts: allContacts(condition: { tenantId: $tenant }, filter: { rowId: { in: $ids } }) {
          nodes { id: rowId firstName lastName ${ORGANIZATION} { id: rowId name } }
        }
      }`,
      ({ tenant, ids }) => ({ tenant, ids }),
    ),
  },
  facts: (workload, answer) => {
    if (workload === "W6") return answer.created;
    if (workload === "W7") return { contacts: answer.contacts.map(({ contact }) => contact) };
    return answer;
  },
  createsIn: "peers",
};
