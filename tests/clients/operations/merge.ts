// The operations of a screen that merges duplicates, and of one that undoes this.

import { graphql } from "../generated/graphql";

export const MergeContacts = graphql(`
  mutation MergeContacts($first: ID!, $second: ID!, $values: MergedContactValues, $preview: Boolean!) {
    mergeContacts(
      input: { members: [{ id: $first }, { id: $second }], values: $values, dryRun: $preview }
    ) {
      contact {
        id
        displayName
        title
        version
        mergedIds
      }
      merge {
        id
        fields {
          field
          value
          isConflict
          discarded {
            value
            recordId
          }
        }
        moved {
          recordId
          notes
          interactions
        }
        undoableUntil
      }
      userErrors {
        code
        field
        message
      }
    }
  }
`);

export const UndoContactMerge = graphql(`
  mutation UndoContactMerge($mergeId: ID!) {
    undoContactMerge(input: { mergeId: $mergeId }) {
      restored {
        id
        displayName
      }
      movedBack {
        recordId
        notes
        interactions
      }
      kept
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
