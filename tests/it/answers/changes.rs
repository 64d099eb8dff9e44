//! The changes of records: their history, their order, their pages.

use serde_json::{Value, json};

use super::fields::{CHANGE, PAGE_INFO};
use super::group::Group;

const CHANGES: &str = "query ($entities: [EntityKind!], $contactId: ID, $organizationId: ID) {
    changes(entities: $entities, contactId: $contactId, organizationId: $organizationId) {
      nodes { action kind version entityId } totalCount { value precision } } }";

/// One record of each kind with what was done to it; gives the contact and the organization.
pub async fn make(group: &mut Group<'_>) -> (Value, Value) {
    let acme = group
        .change("an organization", "createOrganization", json!({ "name": "Acme" }))
        .await;
    let acme = acme["organization"]["id"].clone();
    let person = json!({ "lastName": "Lovelace", "tags": ["vip"], "organizationId": acme });
    let ada = group.change("a contact", "createContact", person).await["contact"]["id"].take();
    let input = json!({ "id": ada, "lastName": "King", "tags": [], "organizationId": null, "surveyOptOut": true,
        "phoneNumbers": [{ "input": "+12125550100" }] });
    group.change("the contact changes", "updateContact", input).await;
    let ann = json!({ "subject": "ann", "name": "Ann" });
    let ann = group.change("a user", "upsertUser", ann).await["user"]["id"].take();
    let relationship = json!({ "userId": ann, "organizationId": acme, "type": "Owner" });
    group
        .change("a relationship", "createRelationship", relationship)
        .await;
    let note = group
        .change(
            "a note",
            "createNote",
            json!({ "subjectId": ada, "text": "Likes tea" }),
        )
        .await;
    let input = json!({ "id": note["note"]["id"], "text": "x".repeat(500), "pinned": true });
    group.change("the note changes", "updateNote", input).await;
    let call = json!({ "externalId": "c1", "mediaType": "CALL", "direction": "INBOUND", "startedAt": "2026-01-02T03:04:05Z", "contactId": ada });
    group.change("an interaction", "recordInteraction", call).await;
    (ada, acme)
}

pub async fn record(group: &mut Group<'_>) {
    let (ada, acme) = make(group).await;
    let every = format!(
        "{{ changes {{ edges {{ cursor node {{ {CHANGE} }} }} {PAGE_INFO} totalCount {{ value precision }} }} }}"
    );
    group.read("all, with every field", &every).await;
    for variables in [
        json!({ "entities": ["CONTACT"] }),
        json!({ "entities": ["NOTE", "ORGANIZATION", "NOTE"] }),
        json!({ "entities": ["RELATIONSHIP", "INTERACTION"] }),
        json!({ "entities": [] }),
        json!({ "entities": ["USER"] }),
        json!({ "contactId": ada }),
        json!({ "organizationId": acme }),
        json!({ "contactId": ada, "organizationId": acme }),
        json!({ "contactId": acme }),
        json!({ "organizationId": "nonsense" }),
        json!({ "contactId": "contact_0192f7c4-1c2d-7e3f-8a4b-5c6d7e8f9a0b" }),
    ] {
        group.ask("narrowed", CHANGES, variables).await;
    }
    paged(group).await;
    deleted(group, &ada, &acme).await;
}

async fn paged(group: &mut Group<'_>) {
    let query = format!(
        "query ($first: Int, $after: String, $last: Int, $before: String) {{
           changes(first: $first, after: $after, last: $last, before: $before) {{ nodes {{ action kind cursor }} {PAGE_INFO} }} }}"
    );
    let first = group.ask("the first page", &query, json!({ "first": 3 })).await;
    let cursor = |answer: &Value, cursor: &str| answer["data"]["changes"]["pageInfo"][cursor].clone();
    let next = json!({ "first": 2, "after": cursor(&first, "endCursor") });
    let next = group.ask("the page after it", &query, next).await;
    let back = json!({ "last": 2, "before": cursor(&next, "startCursor") });
    group.ask("the page before that", &query, back).await;
    group.ask("the last page", &query, json!({ "last": 2 })).await;
    for page in [
        json!({ "first": 0 }),
        json!({ "last": 101 }),
        json!({ "first": 1, "last": 1 }),
        json!({ "after": "nonsense" }),
        json!({ "after": "" }),
    ] {
        group.ask("a page that cannot be", &query, page).await;
    }
}

async fn deleted(group: &mut Group<'_>, ada: &Value, acme: &Value) {
    let own = format!(
        "query ($ada: ID!, $acme: ID!) {{ contact(id: $ada) {{ changes {{ nodes {{ {CHANGE} }} }} }}
           organization(id: $acme) {{ changes(first: 1) {{ nodes {{ {CHANGE} }} totalCount {{ value }} }} }} }}"
    );
    group
        .ask(
            "the records' own history",
            &own,
            json!({ "ada": ada, "acme": acme }),
        )
        .await;
    group
        .change("the contact is deleted", "deleteContact", json!({ "id": ada }))
        .await;
    group
        .change(
            "the organization is deleted",
            "deleteOrganization",
            json!({ "id": acme }),
        )
        .await;
    group
        .ask(
            "the changes of a contact that is gone",
            CHANGES,
            json!({ "contactId": ada }),
        )
        .await;
    let last = format!("{{ changes(last: 5) {{ nodes {{ {CHANGE} }} }} }}");
    group.read("the last changes", &last).await;
}
