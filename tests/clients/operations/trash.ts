// The operations of a screen of deleted records, and of a message that offers to undo a deletion.

import { graphql } from "../generated/graphql";

export const Trash = graphql(`
  query Trash($after: String) {
    trash(first: 25, after: $after) {
      nodes {
        id
        kind
        label
        deletedAt
        deletedBy {
          name
        }
        expiresAt
        notes
        relationships
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

export const UndoContactDeletion = graphql(`
  mutation UndoContactDeletion($id: ID!) {
    restoreContact(input: { id: $id }) {
      contact {
        id
        displayName
        version
      }
      restoredNotes
      lost {
        field
        message
        value
      }
      userErrors {
        code
        message
      }
    }
  }
`);
