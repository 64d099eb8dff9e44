// The subscriptions of a screen with a list of contacts.

import { graphql } from "../generated/graphql";

export const ContactChanges = graphql(`
  subscription ContactChanges($after: String) {
    changes(entities: [CONTACT], after: $after) {
      cursor
      action
      kind
      entityId
      changedFields
      entity {
        __typename
        ... on Contact {
          id
          displayName
          title
        }
      }
    }
  }
`);
