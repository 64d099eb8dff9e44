//! Edited variables of the recorded operations.

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::edit::{edit_value, value_edits};
use super::{World, fuzz};

#[test]
fn edited_variables_are_answered_in_order() {
    let world = World::open();
    let seeds: Vec<(String, Value)> = seeds(&world)
        .into_iter()
        .filter(|(_, variables)| variables.as_object().is_some_and(|all| !all.is_empty()))
        .collect();
    let cases = (any::<prop::sample::Index>(), value_edits());

    fuzz("variables", &cases, |(at, edits)| {
        let (query, variables) = at.get(&seeds);
        let edited = edit_value(variables.clone(), &edits);
        // Requests without an object are another target.
        prop_assume!(edited.is_object());
        world.ask(query, &edited)
    });
}

/// The recorded queries and mutations with their variables. Ids, which are recorded as `contact#1`, are ids of the world.
pub fn seeds(world: &World) -> Vec<(String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/answers/recorded");
    let ids = world.ids();
    let mut seeds = Vec::new();
    for file in fs::read_dir(folder).unwrap() {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        let entries: Vec<Value> = serde_json::from_str(&text).unwrap();
        for entry in entries {
            let Some(query) = entry["query"].as_str() else {
                continue;
            };
            if query.trim_start().starts_with("subscription") {
                continue;
            }
            let variables = entry.get("variables").cloned().unwrap_or_else(|| json!({}));
            let text = with_ids(&variables.to_string(), &ids);
            seeds.push((with_ids(query, &ids), serde_json::from_str(&text).unwrap()));
        }
    }
    assert!(seeds.len() > 500, "{}", seeds.len());
    seeds
}

/// Puts ids in the places of recorded ones.
fn with_ids(text: &str, ids: &[String]) -> String {
    ids.iter().fold(text.to_owned(), |text, id| {
        let (kind, _) = id.split_once('_').unwrap();
        (1..10).fold(text, |text, number| {
            text.replace(&format!("{kind}#{number}\""), &format!("{id}\""))
        })
    })
}
