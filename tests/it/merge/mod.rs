//! Contacts and organizations that become one, and part again.

mod contacts;
mod organizations;
mod parting;
mod refusals;
mod undo;

use serde_json::{Value, json};

use crate::support::TestCaller;

pub const MERGE_CONTACTS: &str = "mutation ($input: MergeContactsInput!) {
    mergeContacts(input: $input) { contact { id displayName version title tags surveyOptOut organization { name }
        externalIds { source value } phoneNumbers { e164 primary label } emailAddresses { address primary } mergedIds }
      merge { id kind memberIds memberLabels mergedAt undoableUntil undoneAt
        fields { field value recordIds discarded { value recordId } isConflict }
        moved { recordId notes interactions relationships contacts } }
      userErrors { code field message } } }";
pub const MERGE_ORGANIZATIONS: &str = "mutation ($input: MergeOrganizationsInput!) {
    mergeOrganizations(input: $input) { organization { id name version industry tags primaryContact { displayName }
        externalIds { source value } mergedIds }
      merge { id kind memberIds memberLabels fields { field value recordIds discarded { value recordId } isConflict }
        moved { recordId notes interactions relationships contacts } }
      userErrors { code field message } } }";
pub const UNDO_CONTACT_MERGE: &str = "mutation ($input: UndoContactMergeInput!) {
    undoContactMerge(input: $input) { merge { id undoneAt undoneBy { name } undoableUntil }
      restored { id displayName version externalIds { source value } organization { name } }
      movedBack { recordId notes interactions relationships contacts } kept lost { field message value }
      userErrors { code field message } } }";
pub const UNDO_ORGANIZATION_MERGE: &str = "mutation ($input: UndoOrganizationMergeInput!) {
    undoOrganizationMerge(input: $input) { merge { id undoneAt }
      restored { id name version primaryContact { displayName } }
      movedBack { recordId notes interactions relationships contacts } kept lost { field message value }
      userErrors { code field message } } }";

impl TestCaller<'_> {
    /// Merges records of one kind into the first of them, and returns the payload.
    pub async fn merge(&self, ids: &[&Value]) -> Value {
        self.done(merge_of(ids), json!({ "members": members(ids) })).await
    }

    /// Makes contacts of an organization.
    async fn contacts_of(&self, organization: &Value, count: usize) {
        const CREATE: &str = "mutation ($input: CreateContactsInput!) {
            createContacts(input: $input) { results { userErrors { message } } userErrors { message } } }";
        for first in (0..count).step_by(100) {
            let items: Vec<Value> = (first..count.min(first + 100))
                .map(
                    |number| json!({ "lastName": format!("Person{number}"), "organizationId": organization }),
                )
                .collect();
            self.done(CREATE, json!({ "items": items })).await;
        }
    }

    /// The refusal of a merge.
    async fn no_merge(&self, ids: &[&Value]) -> String {
        self.refusal(merge_of(ids), json!({ "members": members(ids) }))
            .await
    }

    /// Undoes a merge of records of the kind of this one, and returns the payload.
    pub async fn part(&self, of_kind: &Value, merge: &Value) -> Value {
        self.done(undo_of(of_kind), json!({ "mergeId": merge })).await
    }

    /// The refusal of undoing a merge.
    async fn no_parting(&self, of_kind: &Value, merge: &Value) -> String {
        self.refusal(undo_of(of_kind), json!({ "mergeId": merge })).await
    }
}

/// The members of a merge.
pub fn members(ids: &[&Value]) -> Value {
    ids.iter().map(|id| json!({ "id": id })).collect()
}

fn merge_of(ids: &[&Value]) -> &'static str {
    if is_contact(ids[0]) {
        MERGE_CONTACTS
    } else {
        MERGE_ORGANIZATIONS
    }
}

fn undo_of(of_kind: &Value) -> &'static str {
    if is_contact(of_kind) {
        UNDO_CONTACT_MERGE
    } else {
        UNDO_ORGANIZATION_MERGE
    }
}

fn is_contact(id: &Value) -> bool {
    id.as_str().unwrap().starts_with("contact_")
}
