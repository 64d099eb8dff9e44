// The notes about an organization: a connection inside a node, which is refetched through `node`.

import { graphql } from "relay-runtime";

export const query = graphql`
  query organizationNotesQuery($id: ID!) {
    organization(id: $id) {
      ...organizationNotes_organization @arguments(first: 1)
    }
  }
`;

export const notes = graphql`
  fragment organizationNotes_organization on Organization
  @argumentDefinitions(first: { type: "Int", defaultValue: 10 }, after: { type: "String" })
  @refetchable(queryName: "organizationNotesRefetchQuery") {
    id
    name
    notes(first: $first, after: $after) @connection(key: "organizationNotes_notes") {
      __id
      edges {
        node {
          id
          text
        }
      }
      pageInfo {
        endCursor
        hasNextPage
      }
    }
  }
`;

export const add = graphql`
  mutation organizationNotesAddMutation($input: CreateNoteInput!, $connections: [ID!]!) {
    createNote(input: $input) {
      note @prependNode(connections: $connections, edgeTypeName: "NoteEdge") {
        id
        text
      }
      userErrors {
        message
      }
    }
  }
`;

export const remove = graphql`
  mutation organizationNotesRemoveMutation($id: ID!, $connections: [ID!]!) {
    deleteNote(input: { id: $id }) {
      deletedNoteId @deleteEdge(connections: $connections)
      userErrors {
        message
      }
    }
  }
`;
