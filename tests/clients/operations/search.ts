// The queries of a search box and of a switchboard, and the query for a record by its id.

import { graphql } from "../generated/graphql";

export const SearchPage = graphql(`
  query SearchPage($query: String!, $kinds: [SearchKind!], $first: Int!, $after: String) {
    search(query: $query, kinds: $kinds, first: $first, after: $after) {
      edges {
        cursor
        node {
          __typename
          ... on Node {
            id
          }
          ... on Contact {
            displayName
          }
          ... on Organization {
            name
          }
          ... on Note {
            text
          }
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
      capped
    }
  }
`);

export const Refine = graphql(`
  query Refine($query: String!, $filter: ContactSearchFilter) {
    searchContacts(query: $query, filter: $filter, first: 5) {
      nodes {
        id
        displayName
      }
      totalCount {
        value
        precision
      }
      capped
      refinement {
        message
        facets {
          field
          values {
            value
            label
            count
          }
        }
      }
    }
  }
`);

export const OneNode = graphql(`
  query OneNode($id: ID!) {
    node(id: $id) {
      __typename
      id
      ... on Contact {
        displayName
      }
      ... on Organization {
        name
      }
    }
  }
`);

export const SearchBox = graphql(`
  query SearchBox($query: String!, $filter: SearchFilter) {
    search(query: $query, filter: $filter, first: 10) {
      nodes {
        __typename
        ... on Contact {
          id
          displayName
          organization {
            name
          }
        }
        ... on Organization {
          id
          name
        }
        ... on Note {
          id
          excerpt(around: $query, length: 120)
        }
      }
      capped
    }
  }
`);
