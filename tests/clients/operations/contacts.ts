// The operations of a screen of contacts: a list in pages, one contact, and the changes to it.

import { graphql } from "../generated/graphql";

export const ContactsPage = graphql(`
  query ContactsPage($first: Int!, $after: String, $filter: ContactFilter) {
    contacts(first: $first, after: $after, filter: $filter) {
      edges {
        cursor
        node {
          id
          displayName
          title
        }
      }
      pageInfo {
        endCursor
        hasNextPage
      }
      totalCount {
        value
        precision
      }
    }
  }
`);

export const ContactCard = graphql(`
  query ContactCard($id: ID!) {
    contact(id: $id) {
      id
      version
      displayName
      lastName
      title
      createdAt
      externalSystemUrl
      organization {
        id
        name
        annualRevenue {
          amount
          currency
        }
      }
      notes(first: 10) {
        nodes {
          id
          text
        }
      }
    }
  }
`);

export const ContactByKey = graphql(`
  query ContactByKey($key: ContactKey!) {
    contactBy(key: $key) {
      id
    }
  }
`);

export const UpdateContact = graphql(`
  mutation UpdateContact($input: UpdateContactInput!) {
    updateContact(input: $input) {
      contact {
        id
        version
        displayName
        lastName
        title
      }
      userErrors {
        message
        field
        code
      }
    }
  }
`);

export const DeleteContact = graphql(`
  mutation DeleteContact($id: ID!) {
    deleteContact(input: { id: $id }) {
      deletedContactId
      userErrors {
        message
      }
    }
  }
`);

export const PreviewContactDeletion = graphql(`
  mutation PreviewContactDeletion($id: ID!) {
    deleteContact(input: { id: $id, dryRun: true }) {
      deletedContactId
      deletedNotes
      detachedInteractions
      userErrors {
        message
      }
    }
  }
`);

export const UpsertContact = graphql(`
  mutation UpsertContact($input: UpsertContactInput!) {
    upsertContact(input: $input) {
      created
      contact {
        id
        lastName
        phoneNumbers {
          input
        }
        organization {
          name
        }
      }
      candidates {
        id
        displayName
      }
      userErrors {
        message
        field
        code
      }
    }
  }
`);

export const CreateOrganization = graphql(`
  mutation CreateOrganization($input: CreateOrganizationInput!) {
    createOrganization(input: $input) {
      organization {
        id
      }
      userErrors {
        message
      }
    }
  }
`);
