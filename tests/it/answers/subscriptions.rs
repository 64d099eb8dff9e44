//! Following changes: what came after a cursor, event by event, and what cannot be followed.
//!
//! The number of statements that the server runs to follow depends on when it looks, so it is not recorded.

use external_contacts::model::Permissions;
use serde_json::{Value, json};

use super::changes;
use super::fields::CHANGE;
use super::group::Group;
use crate::support::params;

pub async fn record(group: &mut Group<'_>) {
    let (ada, acme) = changes::make(group).await;
    let first = group
        .read("the first change", "{ changes(first: 1) { nodes { cursor } } }")
        .await;
    let after = first["data"]["changes"]["nodes"][0]["cursor"].clone();
    let query = format!(
        "subscription ($entities: [EntityKind!], $contactId: ID, $organizationId: ID, $after: String) {{
           changes(entities: $entities, contactId: $contactId, organizationId: $organizationId, after: $after) {{ {CHANGE} }} }}"
    );
    for (title, variables, events) in [
        ("everything after a cursor", json!({ "after": after }), 6),
        (
            "some kinds",
            json!({ "after": after, "entities": ["NOTE", "INTERACTION"] }),
            3,
        ),
        (
            "of a contact",
            json!({ "after": after, "contactId": ada, "entities": ["CONTACT"] }),
            2,
        ),
        (
            "of an organization",
            json!({ "after": after, "organizationId": acme }),
            2,
        ),
        ("no kinds", json!({ "entities": [] }), 1),
        ("a cursor that is none", json!({ "after": "nonsense" }), 1),
        ("a contact that is none", json!({ "contactId": "nonsense" }), 1),
    ] {
        followed(group, title, &query, variables, events).await;
    }
}

/// The first events; those before a cursor come at once, and a refusal comes instead of them.
async fn followed(group: &mut Group<'_>, title: &str, query: &str, variables: Value, events: usize) {
    let admin = group
        .app
        .caller_of(&group.tenant, "admin", Permissions::all())
        .await;
    let mut answers = admin.follow(query, variables.clone());
    for _ in 0..events {
        let answer = answers.answer().await.expect("there is another event");
        group.add_event(title, &params(query, variables.clone()), &answer);
    }
}
