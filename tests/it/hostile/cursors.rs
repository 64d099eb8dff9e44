//! Edited and forged cursors, at every list of the root and inside records.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};

use super::edit::{ValueEdit, edit_value, value_edits};
use super::{World, fuzz, text};
use crate::support::TestApp;

/// The lists that are paged. `$at` is the cursor.
const LISTS: &[&str] = &[
    "contacts(first: 2, after: $at) { pageInfo { endCursor } }",
    "contacts(last: 2, before: $at, orderBy: { field: UPDATED_AT, direction: DESC }) { pageInfo { endCursor } }",
    "organizations(first: 2, after: $at) { pageInfo { endCursor } }",
    "relationships(first: 2, after: $at) { pageInfo { endCursor } }",
    "notes(first: 2, after: $at) { pageInfo { endCursor } }",
    "interactions(first: 2, after: $at) { pageInfo { endCursor } }",
    "users(first: 2, after: $at) { pageInfo { endCursor } }",
    "wrapUpCodes(first: 2, after: $at) { pageInfo { endCursor } }",
    "changes(first: 2, after: $at) { pageInfo { endCursor } }",
    "search(query: \"a\", first: 2, after: $at) { pageInfo { endCursor } }",
    "organizations(first: 2) { nodes { contacts(first: 1, after: $at) { pageInfo { endCursor } } } }",
];

/// The way in which a cursor is made.
#[derive(Clone, Debug)]
enum Forged {
    Text(String),
    Members(Vec<ValueEdit>),
    Whole(Value),
}

#[test]
fn a_forged_cursor_is_refused_or_followed() {
    let world = World::open();
    // Positions of changes are numbers of the engine's own.
    let real = [&world.sqlite, &world.postgres].map(|app| real_cursors(&world, app));
    let forged = prop_oneof![
        1 => text().prop_map(Forged::Text),
        4 => value_edits().prop_map(Forged::Members),
        1 => super::value().prop_map(Forged::Whole),
    ];
    let cases = (select(LISTS), any::<Index>(), forged);

    fuzz("cursors", &cases, |(list, at, forged)| {
        let variables = real.each_ref().map(|real| {
            let cursor = match &forged {
                Forged::Text(text) => text.clone(),
                Forged::Members(edits) => encode(&edit_value(at.get(real).clone(), edits)),
                Forged::Whole(value) => encode(value),
            };
            json!({ "at": cursor })
        });
        world.ask_each(&format!("query ($at: String) {{ {list} }}"), &variables)
    });
}

fn encode(cursor: &Value) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(cursor.to_string())
}

/// The cursors that the lists give, decoded.
fn real_cursors(world: &World, app: &TestApp) -> Vec<Value> {
    let mut found = Vec::new();
    for list in LISTS {
        let query = format!("query ($at: String) {{ {list} }}");
        let answer = world.runtime.block_on(async {
            let admin = app.admin().await;
            admin.run(&query, json!({ "at": null })).await
        });
        assert_eq!(answer.get("errors"), None, "{list}: {answer}");
        let list = answer["data"].as_object().unwrap().values().next().unwrap();
        if let Some(cursor) = list["pageInfo"]["endCursor"].as_str() {
            let json = BASE64_URL_SAFE_NO_PAD.decode(cursor).unwrap();
            found.push(serde_json::from_slice(&json).unwrap());
        }
    }
    assert!(found.len() > 8, "{}", found.len());
    found
}
