// The operations of a screen that shows who may be the same person, and of a form that does not create anybody twice.

import { graphql } from "../generated/graphql";

export const PossibleDuplicates = graphql(`
  query PossibleDuplicates($id: ID!) {
    contact(id: $id) {
      id
      displayName
      possibleDuplicates {
        score
        reasons {
          kind
          value
        }
        record {
          ... on Contact {
            id
            displayName
            title
          }
        }
      }
    }
  }
`);

export const CreateContactOnce = graphql(`
  mutation CreateContactOnce($input: CreateContactInput!) {
    createContact(input: $input) {
      contact {
        id
        displayName
      }
      possibleDuplicates {
        score
        reasons {
          kind
          value
        }
        record {
          ... on Contact {
            id
            displayName
          }
        }
      }
      userErrors {
        code
        field
        message
      }
    }
  }
`);
