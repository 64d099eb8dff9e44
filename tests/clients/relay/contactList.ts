// A list of contacts as Relay's compiler reads it. (An application's build replaces the tags by what the compiler
// generates; the tests import that themselves.)

import { graphql } from "relay-runtime";

export const query = graphql`
  query contactListQuery($first: Int!, $filter: ContactFilter) {
    ...contactList_contacts @arguments(first: $first, filter: $filter)
  }
`;

export const list = graphql`
  fragment contactList_contacts on Query
  @argumentDefinitions(first: { type: "Int!" }, after: { type: "String" }, filter: { type: "ContactFilter" })
  @refetchable(queryName: "contactListPaginationQuery") {
    contacts(first: $first, after: $after, filter: $filter) @connection(key: "contactList_contacts") {
      edges {
        node {
          id
          ...contactList_row
        }
      }
      pageInfo {
        endCursor
        hasNextPage
      }
      totalCount {
        value
      }
    }
  }
`;

export const row = graphql`
  fragment contactList_row on Contact {
    displayName
    title
  }
`;
