//! The messages about usual mistakes in operations, compared with those of graphql-js over the server's schema.
//!
//! `mistakes.json` has the mistakes and the finished messages. Whatever graphql-js quotes in its messages (names, types,
//! suggestions), the messages of this server must name as well.

use std::collections::BTreeSet;
use std::fs;

use external_contacts::graphql;
use external_contacts::limits::{CallerLimits, Limits};
use external_contacts::model::Permissions;
use external_contacts::operation::{Introspection, Operations, Params};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::case::run_node;

/// A mistake in a request.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Mistake {
    query: String,
    #[serde(default)]
    variables: Map<String, Value>,
    operation_name: Option<String>,
    /// The finished messages.
    messages: Vec<String>,
    /// The words that graphql-js quotes and this server has a reason to leave out.
    #[serde(default)]
    except: Vec<String>,
}

/// A message with its positions.
#[derive(Deserialize)]
struct Message {
    message: String,
    #[serde(default)]
    locations: Vec<Value>,
}

fn mistakes() -> Vec<Mistake> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/differential/mistakes.json");
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// The messages of this server.
fn refusal(operations: &Operations, mistake: &Mistake, introspection: Introspection) -> Vec<Message> {
    let params = Params {
        query: mistake.query.clone(),
        operation_name: mistake.operation_name.clone(),
        variables: mistake.variables.clone(),
        reports_cost: false,
    };
    let Err(refused) = operations.prepare(params, Permissions::all(), introspection) else {
        panic!("{} is accepted", mistake.query);
    };
    serde_json::from_value(serde_json::to_value(refused.errors()).unwrap()).unwrap()
}

/// The hints that the messages of this server lack.
fn missing(mistake: &Mistake, theirs: &[Message], ours: &[Message]) -> Vec<String> {
    let texts: Vec<&str> = ours.iter().map(|own| own.message.as_str()).collect();
    let mut missing = Vec::new();
    if texts != mistake.messages {
        missing.push(format!("the finished messages; they are {texts:#?}"));
    }
    let words = theirs.iter().flat_map(|their| quoted(&their.message));
    let words: BTreeSet<&str> = words
        .filter(|word| !mistake.except.iter().any(|it| it == word))
        .collect();
    for word in words {
        if !texts.iter().any(|text| text.contains(word)) {
            missing.push(format!("`{word}`"));
        }
    }
    let has_position = |message: &Message| !message.locations.is_empty();
    if theirs.iter().all(has_position) && !ours.iter().all(has_position) {
        missing.push("a position".to_owned());
    }
    missing
}

/// The quoted words in a message of graphql-js.
fn quoted(message: &str) -> impl Iterator<Item = &str> {
    message.split('"').skip(1).step_by(2)
}

#[test]
fn messages_about_mistakes_say_all_that_those_of_graphql_js_say() {
    let sdl = graphql::schema(Limits::default(), CallerLimits::default()).sdl();
    let operations = Operations::new(&sdl, Limits::default(), 0).unwrap();
    let told: Vec<Vec<Message>> = serde_json::from_str(&run_node("mistakes.mjs", &sdl, &[])).unwrap();
    let mistakes = mistakes();
    assert_eq!(told.len(), mistakes.len());
    let mut failures = Vec::new();
    for (mistake, theirs) in mistakes.iter().zip(&told) {
        assert!(!theirs.is_empty(), "graphql-js accepts {}", mistake.query);
        let ours = refusal(&operations, mistake, Introspection::Allowed);
        let missing = missing(mistake, theirs, &ours);
        if !missing.is_empty() {
            let theirs: Vec<&str> = theirs.iter().map(|their| their.message.as_str()).collect();
            failures.push(format!(
                "{}\n  {theirs:#?}\n  missing {}",
                mistake.query,
                missing.join("\n  missing ")
            ));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

#[test]
fn a_caller_who_may_not_read_the_schema_gets_no_names_of_it_suggested() {
    let sdl = graphql::schema(Limits::default(), CallerLimits::default()).sdl();
    let operations = Operations::new(&sdl, Limits::default(), 0).unwrap();
    for mistake in mistakes() {
        for Message { message, .. } in refusal(&operations, &mistake, Introspection::Refused) {
            assert!(!message.contains("use an inline fragment"), "{message}");
            let suggested = message.split_once("did you mean").map_or("", |(_, names)| names);
            for name in suggested.split('`').skip(1).step_by(2) {
                assert!(mistake.query.contains(name), "{}: {message}", mistake.query);
            }
        }
    }
}
