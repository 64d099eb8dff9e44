//! Request errors: no `data`, a code and the position in the document.

use std::fmt::Write;

use async_graphql::parser::types::OperationType;
use serde_json::json;

use super::support::Graph;
use crate::operation::Params;

async fn code(query: &str) -> String {
    let refusals = Graph::new().run(query).await.refusals();
    refusals[0].split(':').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_text_that_cannot_be_parsed_is_refused_with_the_position() {
    let reply = Graph::new().run("{ fast\n  }}").await;
    let answer = serde_json::to_value(&reply.0).unwrap();
    assert_eq!(answer.get("data"), None);
    assert_eq!(
        answer["errors"][0]["extensions"],
        json!({ "code": "GRAPHQL_PARSE_FAILED" })
    );
    assert_eq!(
        answer["errors"][0]["locations"],
        json!([{ "line": 2, "column": 4 }])
    );
    for query in [
        "",
        "{",
        "query {}",
        "qwerty cop { abc }",
        "{ greet(name: \"x) }",
        "{ greet(loud) }",
        "{ tell(change: {title}) }",
    ] {
        assert_eq!(code(query).await, "GRAPHQL_PARSE_FAILED", "{query}");
    }
}

#[tokio::test]
async fn a_document_that_is_not_valid_is_refused() {
    for query in [
        "{ nope }",
        "{ fast { a } }",
        "{ child }",
        "{ child { v: index } child { v: slow } }",
        "{ greet(name: 1) }",
        "{ tell(change: {title: \"a\", title: \"b\"}) }",
        "{ fast ...F }",
        "{ fast } fragment F on Query { fast }",
        "{ ...F } fragment F on Query { ...G } fragment G on Query { ...F }",
        "query ($x: Int) { fast }",
        "query ($x: Int) { greet(name: $x) }",
        "{ fast @nope }",
        "query ($x: Int = \"a\") { children(first: $x) { index } }",
        "{ by(key: {name: \"x\", id: 1}) }",
        "{ by(key: {name: null}) }",
        "{ by(key: {}) }",
        "query ($n: String) { by(key: {name: $n}) }",
        "{ _entities(representations: [{__typename: \"Contact\", id: $i}]) { __typename } }",
        "query ($s: Int = 1) { tell(change: {steps: [$s]}) }",
        "query ($s: Int) { tell(change: {steps: [[$s]]}) }",
        "query ($t: Int) { tell(change: {inner: {title: $t}}) }",
        "query A { fast } query A { slow }",
        "query A { fast } { slow }",
        "{ child @skip(if: true) @skip(if: true) { index } }",
        "{ child { ... on Hit { a } } }",
        "{ children(second: 1) { index } }",
        "{ tell }",
        "type T { a: Int }",
    ] {
        assert_eq!(code(query).await, "GRAPHQL_VALIDATION_FAILED", "{query}");
    }
}

#[tokio::test]
async fn an_error_that_occurs_twice_is_reported_once_with_both_positions() {
    let reply = Graph::new().run("{ a: nope b: nope }").await;
    assert_eq!(reply.0.errors().len(), 1, "{:?}", reply.0.errors());
    let columns: Vec<_> = reply.0.errors()[0]
        .locations
        .iter()
        .map(|place| place.column)
        .collect();
    assert_eq!(columns, [6, 14]);
}

#[tokio::test]
async fn at_most_five_errors_are_reported() {
    let many: Vec<_> = (0..300).map(|index| format!("nope{index}")).collect();
    let reply = Graph::new()
        .run(&format!("{{ child {{ {} }} }}", many.join(" ")))
        .await;
    assert_eq!(reply.refusals().len(), 5);
    let reply = Graph::new().run(&format!("{{ {} }}", "nope ".repeat(300))).await;
    assert_eq!(reply.refusals().len(), 1);
    assert_eq!(reply.0.errors()[0].locations.len(), 5);
}

#[tokio::test]
async fn the_operation_to_run_must_exist_and_be_unambiguous() {
    let graph = Graph::new();
    let two = "query A { fast } query B { slow }";
    let send = |name: Option<&str>| {
        graph.send(Params {
            query: two.to_owned(),
            operation_name: name.map(str::to_owned),
            ..Params::default()
        })
    };
    assert_eq!(send(Some("B")).await.data(), r#"{"slow":1}"#);
    for name in [None, Some("C")] {
        let refusals = send(name).await.refusals();
        assert!(
            refusals[0].starts_with("OPERATION_RESOLUTION_FAILURE: "),
            "{refusals:?}"
        );
    }
}

#[tokio::test]
async fn too_many_representations_in_a_field_are_refused() {
    let query = "query ($r: [_Any!]!) { a: _entities(representations: $r) { __typename } b: _entities(representations: $r) { __typename } }";
    let some = |count: usize| json!({ "r": vec![json!({ "__typename": "Contact", "id": "a" }); count] });
    let graph = Graph::new();
    assert_eq!(
        graph.run_with(query, some(100)).await.errors(),
        Vec::<String>::new()
    );
    let refusals = graph.run_with(query, some(101)).await.refusals();
    assert!(
        refusals[0].starts_with("OPERATION_LIMIT_EXCEEDED: "),
        "{refusals:?}"
    );
}

#[tokio::test]
async fn the_kind_of_an_operation_is_known_before_it_runs() {
    let graph = Graph::new();
    let kind = |query: &str| {
        let params = Params {
            query: query.to_owned(),
            ..Params::default()
        };
        graph.prepare(params).unwrap().kind()
    };
    assert_eq!(kind("mutation { hit { a } }"), OperationType::Mutation);
    assert_eq!(kind("query mutation { hit { a } }"), OperationType::Query);
    assert_eq!(
        kind("subscription { ticks { index } }"),
        OperationType::Subscription
    );
    assert_eq!(graph.ran(), Vec::<&str>::new());
}

#[tokio::test]
async fn an_operation_may_have_a_description() {
    let reply = Graph::new()
        .run("\"What it is for.\" query Q(\"Who.\" $n: String = \"x\") { greet(name: $n) }")
        .await;
    assert_eq!(reply.data(), r#"{"greet":"x None"}"#);
    let reply = Graph::new()
        .run("query Q(\"Whether to shout.\" $l: Boolean = true) { greet(loud: $l) }")
        .await;
    assert_eq!(reply.data(), r#"{"greet":"you Some(true)"}"#);
}

#[tokio::test]
async fn deep_and_long_texts_are_refused() {
    let brackets = "[".repeat(1_500) + &"]".repeat(1_500);
    for query in [
        format!("{{ greet(name: {brackets}) }}"),
        format!("{{ {} }}", "fast ".repeat(3_000)),
        format!("{{ fast }} #{}", "x".repeat(20_000)),
    ] {
        assert_eq!(code(&query).await, "OPERATION_LIMIT_EXCEEDED");
    }
}

/// Fragments `F0` to `Fn`, each with `body`, in which `$` stands for the next one's name.
fn fragments(count: usize, body: &str) -> String {
    (0..count).fold(String::new(), |mut text, index| {
        let body = body.replace('$', &format!("F{}", index + 1));
        let _ = write!(text, " fragment F{index} on Child {{ {body} }}");
        text
    }) + &format!(" fragment F{count} on Child {{ index }}")
}

#[tokio::test]
async fn fragments_that_double_at_every_step_do_not_explode() {
    let flat = format!("{{ child {{ ...F0 }} }}{}", fragments(40, "...$ ...$"));
    assert_eq!(code(&flat).await, "OPERATION_LIMIT_EXCEEDED");

    let deep = format!(
        "{{ child {{ ...F0 }} }}{}",
        fragments(30, "a: child { ...$ } b: child { ...$ }")
    );
    assert_eq!(code(&deep).await, "OPERATION_LIMIT_EXCEEDED");
}

#[tokio::test]
async fn fragments_do_not_get_around_the_depth() {
    let query = format!("{{ child {{ ...F0 }} }}{}", fragments(40, "child { ...$ }"));
    let refusals = Graph::new().run(&query).await.refusals();
    assert!(refusals[0].contains("42 levels of fields"), "{refusals:?}");
}

#[tokio::test]
async fn commas_are_ignored_everywhere() {
    let reply = Graph::new()
        .run("{,..., { a, : fast },..., F } fragment, F on, Query {,...,on, Query { slow, } }")
        .await;
    assert_eq!(reply.data(), r#"{"a":2,"slow":1}"#);
}

#[tokio::test]
async fn an_error_that_follows_from_another_is_not_reported() {
    for (query, told) in [
        ("{ child { nope } }", "nope"),
        ("{ child { ... on Nope { index } } }", "Nope"),
        ("{ child }", "must have a selection set"),
    ] {
        let refusals = Graph::new().run(query).await.refusals();
        assert!(
            refusals.len() == 1 && refusals[0].contains(told),
            "{query}: {refusals:?}"
        );
    }
}
