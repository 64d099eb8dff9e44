// One contact, the change of it, and what a caller may not see of it.

import { graphql } from "relay-runtime";

export const query = graphql`
  query contactCardQuery($id: ID!) {
    contact(id: $id) {
      displayName
      organization @catch(to: RESULT) {
        name
      }
    }
  }
`;

export const update = graphql`
  mutation contactCardUpdateMutation($input: UpdateContactInput!) {
    updateContact(input: $input) {
      contact {
        version
        ...contactList_row
      }
      userErrors {
        message
        field
        code
      }
    }
  }
`;

export const anything = graphql`
  query contactCardNodeQuery($id: ID!) {
    node(id: $id) {
      __typename
      id
    }
  }
`;
