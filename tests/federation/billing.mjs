// A second subgraph: what organizations owe, and what users earn by it. It refers to organizations, users and contacts
// by their ids, and adds fields of its own to organizations and users.
import { createServer } from 'node:http';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { graphql, parse } from 'graphql';

export const billing = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key"])

  type Query {
    "The latest invoice to each of these organizations."
    invoices(organizationIds: [ID!]!, approverId: ID, recipientId: ID): [Invoice!]!
    "These users, as those who sold something."
    sellers(userIds: [ID!]!): [User]
  }

  type Mutation {
    "Notes that the latest invoice was paid."
    payInvoice(organizationId: ID!): Invoice
  }

  type Invoice {
    number: String!
    paid: Boolean!
    organization: Organization
    recipient: Contact
    approver: User
  }

  type Organization @key(fields: "id") {
    id: ID!
    balance: Int!
    latestInvoice: Invoice
  }

  type User @key(fields: "id") {
    id: ID!
    commission: Int!
  }

  type Contact @key(fields: "id", resolvable: false) {
    id: ID!
  }
`;

// Figures that anyone can work out from the id, so that a test sees that the right one came back.
export const balance = (id) => Number.parseInt(id.slice(-4), 16);
export const commission = (id) => Number.parseInt(id.slice(-3), 16);
export const number = (id) => `INV-${id.slice(-6)}`;

const invoice = (organization, { approverId, recipientId } = {}, paid = false) => ({
  number: number(organization),
  paid,
  organization: { id: organization },
  recipient: recipientId && { id: recipientId },
  approver: approverId && { id: approverId },
});

const resolvers = {
  Query: {
    invoices: (_, { organizationIds, ...others }) => organizationIds.map((id) => invoice(id, others)),
    sellers: (_, { userIds }) => userIds.map((id) => ({ id })),
  },
  Mutation: {
    payInvoice: (_, { organizationId }) => invoice(organizationId, {}, true),
  },
  Organization: {
    __resolveReference: ({ id }) => ({ id }),
    balance: ({ id }) => balance(id),
    latestInvoice: ({ id }) => invoice(id),
  },
  User: {
    __resolveReference: ({ id }) => ({ id }),
    commission: ({ id }) => commission(id),
  },
};

/** Serves it. */
export function serveBilling() {
  const schema = buildSubgraphSchema({ typeDefs: parse(billing), resolvers });
  return createServer(async (request, response) => {
    const chunks = await request.toArray();
    const { query, variables, operationName } = JSON.parse(Buffer.concat(chunks));
    const answer = await graphql({ schema, source: query, variableValues: variables, operationName });
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(answer));
  });
}
