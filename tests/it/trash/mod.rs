//! Deleted records: their restoration, their list and their end.

mod list;
mod restoration;
mod retention;
mod transfers;
pub mod undo;

use serde_json::{Value, json};

use crate::support::TestCaller;
use crate::support::operations::{CREATE_NOTE, CREATE_RELATIONSHIP, DELETE_CONTACT};

const DELETE_ORGANIZATION: &str = "mutation ($input: DeleteOrganizationInput!) {
    deleteOrganization(input: $input) { deletedOrganizationId deletedRelationships deletedNotes detachedContacts
      detachedInteractions userErrors { code field message } } }";
const DELETE_RELATIONSHIP: &str = "mutation ($input: DeleteRelationshipInput!) {
    deleteRelationship(input: $input) { deletedRelationshipId userErrors { code field message } } }";
const DELETE_NOTE: &str = "mutation ($input: DeleteNoteInput!) {
    deleteNote(input: $input) { deletedNoteId userErrors { code field message } } }";
const RESTORE_CONTACT: &str = "mutation ($input: RestoreContactInput!) {
    restoreContact(input: $input) { contact { id displayName version organization { name } externalIds { value } }
      restoredNotes lost { field message value } userErrors { code field message } } }";
const RESTORE_ORGANIZATION: &str = "mutation ($input: RestoreOrganizationInput!) {
    restoreOrganization(input: $input) { organization { id name version primaryContact { displayName } }
      restoredRelationships restoredNotes reattachedContacts lost { field message value }
      userErrors { code field message } } }";
const RESTORE_RELATIONSHIP: &str = "mutation ($input: RestoreRelationshipInput!) {
    restoreRelationship(input: $input) { relationship { id type version } userErrors { code field message } } }";
const RESTORE_NOTE: &str = "mutation ($input: RestoreNoteInput!) {
    restoreNote(input: $input) { note { id text version } userErrors { code field message } } }";
const PURGE: &str = "mutation ($input: PurgeTrashInput!) {
    purgeTrash(input: $input) { purgedIds userErrors { code field message } } }";
const TRASH: &str = "query ($filter: TrashFilter, $first: Int, $after: String, $last: Int, $before: String) {
    trash(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
      nodes { id kind label deletedAt deletedBy { name } expiresAt notes relationships }
      edges { cursor } pageInfo { hasNextPage endCursor } totalCount { value precision } } }";

pub const UPDATE_ORGANIZATION: &str = "mutation ($input: UpdateOrganizationInput!) {
    updateOrganization(input: $input) { organization { id } userErrors { code field message } } }";

impl TestCaller<'_> {
    /// A note about a contact or an organization.
    pub async fn note(&self, subject: &Value, text: &str) -> Value {
        let input = json!({ "subjectId": subject, "text": text });
        self.done(CREATE_NOTE, input).await["note"]["id"].take()
    }

    /// A current relationship.
    pub async fn relationship(&self, user: &Value, organization: &Value, r#type: &str) -> Value {
        let input = json!({ "userId": user, "organizationId": organization, "type": r#type });
        self.done(CREATE_RELATIONSHIP, input).await["relationship"]["id"].take()
    }

    /// Deletes a record by its id.
    pub async fn delete(&self, id: &Value) -> Value {
        let deletion = match kind_of(id) {
            "contact" => DELETE_CONTACT,
            "organization" => DELETE_ORGANIZATION,
            "relationship" => DELETE_RELATIONSHIP,
            _ => DELETE_NOTE,
        };
        self.done(deletion, json!({ "id": id })).await
    }

    /// Restores a record by its id, and returns the payload.
    pub async fn restore(&self, id: &Value) -> Value {
        self.done(restoration(id), json!({ "id": id })).await
    }

    /// The refusal of the restoration of a record.
    async fn no_restoration(&self, id: &Value) -> String {
        self.refusal(restoration(id), json!({ "id": id })).await
    }

    /// The ids in the trash, newest first.
    async fn trash(&self) -> Vec<Value> {
        let mut data = self.data(TRASH, json!({})).await;
        let nodes = data["trash"]["nodes"].as_array_mut().unwrap();
        nodes.iter_mut().map(|node| node["id"].take()).collect()
    }
}

fn restoration(id: &Value) -> &'static str {
    match kind_of(id) {
        "contact" => RESTORE_CONTACT,
        "organization" => RESTORE_ORGANIZATION,
        "relationship" => RESTORE_RELATIONSHIP,
        _ => RESTORE_NOTE,
    }
}

fn kind_of(id: &Value) -> &str {
    id.as_str().unwrap().split('_').next().unwrap()
}
