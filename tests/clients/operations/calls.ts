// Callers: who they are, and what becomes theirs once they are known.

import { graphql } from "../generated/graphql";

export const WhoCalls = graphql(`
  query WhoCalls($number: String!) {
    identify(contactPoint: { phoneNumber: $number }) {
      contacts {
        id
        displayName
        organization {
          name
        }
      }
      organizations {
        id
        name
      }
      unlinkedInteractions(first: 3) {
        totalCount {
          value
        }
        nodes {
          id
          startedAt
          subjectLine
        }
      }
    }
  }
`);

export const NameCaller = graphql(`
  mutation NameCaller($input: CreateContactInput!) {
    createContact(input: $input) {
      contact {
        id
      }
      userErrors {
        message
      }
    }
  }
`);

export const LinkCaller = graphql(`
  mutation LinkCaller($call: ID!, $contact: ID!) {
    linkInteraction(input: { id: $call, contactId: $contact, includeEarlier: true }) {
      linkedEarlier
      hasMore
      interaction {
        id
        contact {
          displayName
        }
      }
      userErrors {
        message
      }
    }
  }
`);
