//! Search queries and look-ups of any text.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::json;

use super::{World, fuzz, text};

/// The fields that take a text to look for. `$text` is that text.
const FIELDS: &[&str] = &[
    "search(query: $text, first: 3) { totalCount { value } nodes { __typename } capped }",
    "searchContacts(query: $text, first: 3) { nodes { displayName } }",
    "searchOrganizations(query: $text, first: 3) { nodes { name } }",
    "contactsByPhone(number: $text) { nodes { displayName } }",
    "contactsByEmail(address: $text) { nodes { displayName } }",
    "organizationsByPhone(number: $text) { nodes { name } }",
    "organizationsByEmailDomain(domain: $text) { nodes { name } }",
];

#[test]
fn a_search_for_any_text_is_answered_in_order() {
    let world = World::open();
    let words = prop::collection::vec(
        prop_oneof![
            text(),
            select(&["john", "mueller", "acme", "a"][..]).prop_map(str::to_owned)
        ],
        1..12,
    );

    fuzz("searches", &(select(FIELDS), words), |(field, words)| {
        let query = format!("query ($text: String!) {{ {field} }}");
        world.ask(&query, &json!({ "text": words.join(" ") }))
    });
}
