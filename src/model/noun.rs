//! The list of nouns: everything that has an id of its own.

/// Hands the nouns to a macro, so that a noun that is added here is added wherever nouns are listed: to `node` and the
/// entities of a gateway, to the queries by id, and, if its changes are recorded, to the changes and their kinds.
///
/// For each: its type, its id, its field of `Query`, the function that resolves it for a gateway, its name with an article
/// and in the plural, and the permission to view it. `internal` nouns are visible to every caller by reference, though the
/// query for one and their list take the permission.
macro_rules! nouns {
    ($each:path) => {
        $each! {
            recorded {
                Contact(ContactId) contact, contact_entity:
                    "a contact", "Contacts", ContactView = "externalContacts:contact:view";
                Organization(OrganizationId) organization, organization_entity:
                    "an organization", "Organizations", OrganizationView = "externalContacts:organization:view";
                Relationship(RelationshipId) relationship, relationship_entity:
                    "a relationship", "Relationships", RelationshipView = "externalContacts:relationship:view";
                Note(NoteId) note, note_entity:
                    "a note", "Notes", NoteView = "externalContacts:note:view";
                Interaction(InteractionId) interaction, interaction_entity:
                    "an interaction", "Interactions", InteractionView = "externalContacts:interaction:view";
            }
            unrecorded {
                WrapUpCode(WrapUpCodeId) wrap_up_code, wrap_up_code_entity:
                    "a wrap-up code", "Wrap-up codes", WrapUpCodeView = "externalContacts:wrapUpCode:view";
            }
            internal {
                User(UserId) user, user_entity:
                    "a user", "Users", UserView = "externalContacts:user:view";
            }
        }
    };
}
pub(crate) use nouns;
