// The schema of the servers in JavaScript, as a team would write it by hand. The stock library in Rust has the same one.

export const typeDefs = `#graphql
  type Contact {
    id: ID!
    firstName: String!
    middleName: String
    lastName: String!
    title: String
    phones: [String!]!
    emails: [String!]!
    city: String
    country: String
    createdAt: String!
    organization: Organization
    notes(first: Int!): [Note!]!
  }

  type Organization {
    id: ID!
    name: String!
    industry: String
    city: String
    country: String
    contacts(first: Int!): [Contact!]!
    relationships(first: Int!): [Relationship!]!
    notes(first: Int!): [Note!]!
  }

  type Relationship {
    id: ID!
    type: String!
    user: User!
  }

  type Note {
    id: ID!
    body: String!
    createdAt: String!
    author: User!
  }

  type User {
    id: ID!
    name: String!
    email: String
  }

  type Query {
    contact(id: ID!): Contact
    organization(id: ID!): Organization
    contacts(first: Int!, after: Int!): [Contact!]!
    searchContacts(words: [String!]!, first: Int!): [Contact!]!
    countContacts(words: [String!]!, most: Int!): Int!
    contactsByIdentifier(value: String!): [Contact!]!
    contactsByIds(ids: [ID!]!): [Contact]!
  }

  input NewContact {
    firstName: String!
    lastName: String!
    title: String
    organizationId: ID
    phones: [String!]!
    emails: [String!]!
    city: String
    country: String
  }

  type Mutation {
    createContact(input: NewContact!): Contact!
  }
`;
