//! Tests that too large operations are refused before they run, with the limit and the operation's value.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::support::Graph;
use crate::limits::Limits;

const SMALL: Limits = Limits {
    document_bytes: 400,
    tokens: 100,
    nesting: 8,
    operations: 2,
    fragments: 3,
    depth: 5,
    aliases: 2,
    root_fields: 3,
    selections: 20,
    representations: 2,
    items: 3,
    argument_bytes: 1_000,
    cost: 60,
    introspected_values: 150,
    reported_errors: 2,
};

/// The code, the limit and the actual number of the only error; null if the operation ran.
async fn refusal(graph: &Graph, query: &str) -> Value {
    let reply = graph.run(query).await;
    if !reply.0.is_request_error() {
        return Value::Null;
    }
    let mut errors = serde_json::to_value(reply.0.errors()).unwrap();
    assert_eq!(errors.as_array().unwrap().len(), 1, "{errors}");
    errors[0]["extensions"].take()
}

fn exceeded(limit: u32, actual: u32) -> Value {
    json!({ "code": "OPERATION_LIMIT_EXCEEDED", "limit": limit, "actual": actual })
}

#[tokio::test]
async fn every_limit_may_be_reached_but_not_exceeded() {
    let graph = Graph::within(SMALL);
    let nested = |levels: usize| {
        let open: String = "child { ".repeat(levels - 1);
        format!("{{ {open} index {} }}", "}".repeat(levels - 1))
    };
    let fragments = |count: usize| {
        "{ fast".to_owned()
            + &(0..count).fold(String::new(), |mut text, index| {
                let _ = write!(text, " ...F{index}");
                text
            })
            + " }"
            + &(0..count).fold(String::new(), |mut text, index| {
                let _ = write!(text, " fragment F{index} on Query {{ fast }}");
                text
            })
    };
    let selections = |count: usize| format!("{{ child {{ {} }} }}", "index ".repeat(count - 1));
    for (fits, too_much, expected) in [
        (
            "{ fast slow }".to_owned(),
            "{ fast }".to_owned() + &" ".repeat(400),
            exceeded(400, 408),
        ),
        (
            selections(20),
            "{ fast ".to_owned() + &"@skip(if: true)".repeat(20) + "}",
            exceeded(100, 143),
        ),
        (
            nested(5),
            format!("{{ greet(name: {}{}) }}", "[".repeat(9), "]".repeat(9)),
            exceeded(8, 11),
        ),
        (nested(5), nested(6), exceeded(5, 6)),
        (fragments(3), fragments(4), exceeded(3, 4)),
        (
            "{ a: fast b: fast }".to_owned(),
            "{ a: fast b: fast child { c: index } }".to_owned(),
            exceeded(2, 3),
        ),
        (
            "{ fast slow child { index } fast }".to_owned(),
            "{ fast slow child { index } __typename }".to_owned(),
            exceeded(3, 4),
        ),
        (selections(20), selections(21), exceeded(20, 21)),
    ] {
        assert_eq!(refusal(&graph, &fits).await, Value::Null, "{fits}");
        assert_eq!(refusal(&graph, &too_much).await, expected, "{too_much}");
    }
    let operations = "query A { fast } query B { fast } query C { fast }";
    assert_eq!(refusal(&graph, operations).await, exceeded(2, 3));
}

#[tokio::test]
async fn fragments_count_every_time_they_are_spread() {
    let graph = Graph::within(SMALL);
    let spread = "{ child { ...F child { ...F child { ...F child { ...F } } } } } fragment F on Child { index slow odd none { index } }";
    assert_eq!(refusal(&graph, spread).await, exceeded(5, 6));
    let twice = "{ a: child { ...F } b: child { ...F } child { ...F } } fragment F on Child { index slow odd index slow odd }";
    assert_eq!(refusal(&graph, twice).await, exceeded(20, 21));
    let aliases = "{ child { ...F } sure { ...F } } fragment F on Child { a: index b: slow }";
    assert_eq!(refusal(&graph, aliases).await, Value::Null);
}

#[tokio::test]
async fn fragments_that_double_are_measured_in_little_time() {
    let fragments = (0..20).fold(String::new(), |mut text, index| {
        let next = index + 1;
        let _ = write!(
            text,
            " fragment F{index} on Child {{ a: child {{ ...F{next} }} b: child {{ ...F{next} }} }}"
        );
        text
    });
    let bomb = format!("{{ child {{ ...F0 }} }}{fragments} fragment F20 on Child {{ index }}");
    assert_eq!(refusal(&Graph::new(), &bomb).await, exceeded(15, 22));
    let circle =
        "{ child { ...A } } fragment A on Child { child { ...B } } fragment B on Child { child { ...A } }";
    assert_eq!(
        refusal(&Graph::new(), circle).await["code"],
        "GRAPHQL_VALIDATION_FAILED"
    );
}

#[tokio::test]
async fn tools_may_read_the_schema_deeply() {
    let of_type = "ofType { ".repeat(9) + "name" + &" }".repeat(9);
    let query = format!("{{ __schema {{ types {{ fields {{ args {{ type {{ {of_type} }} }} }} }} }} }}");
    assert_eq!(refusal(&Graph::new(), &query).await, Value::Null);
}

#[tokio::test]
async fn a_large_value_counts_every_time_it_is_used() {
    let graph = Graph::within(SMALL);
    let query = "query ($r: [_Any!]!) { a: _entities(representations: $r) { __typename } b: _entities(representations: $r) { __typename } }";
    for (length, expected) in [(300, None), (400, Some((1_000, 2 * (4 * 32 + 19 + 400))))] {
        let variables = json!({ "r": [{ "__typename": "Key", "padded": "x".repeat(length) }] });
        let reply = graph.run_with(query, variables).await;
        let told = reply
            .0
            .errors()
            .first()
            .map(|error| serde_json::to_value(error).unwrap());
        let extensions = told
            .filter(|_| reply.0.is_request_error())
            .map(|mut error| error["extensions"].take());
        assert_eq!(
            extensions,
            expected.map(|(limit, actual)| exceeded(limit, actual)),
            "{length}"
        );
    }
}

#[tokio::test]
async fn a_bulk_mutation_has_no_more_items_than_the_limit() {
    let graph = Graph::within(SMALL);
    for (query, refused) in [
        (
            "mutation { hitMany(input: { items: [1, 2, 3] }) { __typename } }",
            false,
        ),
        (
            "mutation { hitMany(input: { items: [1, 2, 3, 4] }) { __typename } }",
            true,
        ),
        (
            "mutation { a: hitMany(input: { items: 1 }) { __typename } hitMany(input: { items: [1, 2, 3, 4] }) { __typename } }",
            true,
        ),
        (
            "mutation ($n: [Int!]! = [1, 2, 3, 4]) { hitMany(input: { items: $n }) { __typename } }",
            true,
        ),
        (
            "mutation ($n: HitManyInput! = { items: [1, 2, 3, 4] }) { hitMany(input: $n) { __typename } }",
            true,
        ),
    ] {
        let expected = if refused { exceeded(3, 4) } else { Value::Null };
        assert_eq!(refusal(&graph, query).await, expected, "{query}");
    }
}

#[tokio::test]
async fn the_errors_of_an_invalid_document_are_limited() {
    let reply = Graph::within(SMALL).run("{ a b c }").await;
    assert_eq!(reply.refusals().len(), 2);
}

#[tokio::test]
async fn the_cost_is_reported_on_request() {
    for (query, cost) in [
        ("{ fast slow __typename }", 0),
        ("{ child { index } }", 1),
        ("{ child { child { index } sure { index } } }", 3),
        ("{ children { index } }", 5),
        ("{ children { child { index } } }", 10),
        ("{ people { nodes { id } } }", 2 + 25),
        (
            "{ people(first: 3) { edges { node { id } } pageInfo { hasNextPage } } }",
            2 + 3 * 2 + 1,
        ),
        (
            "{ people(first: 3) { nodes { friends { nodes { id } } } } }",
            2 + 3 * (1 + 2 + 10),
        ),
        (
            "{ people(last: 3) { nodes { friends(first: 2) { nodes { id } } } } }",
            2 + 3 * (1 + 2 + 2),
        ),
        ("{ people(first: 1000) { nodes { id } } }", 2 + 100),
        (
            "query ($n: Int = 4) { people(first: $n) { nodes { id } } }",
            2 + 4,
        ),
        ("{ nodes(ids: [\"contact_1\", \"organization_1\"]) { id } }", 2),
        (
            "{ search { ... on Contact { organization { name } } ... on Note { text } } }",
            5 * 2,
        ),
        ("{ __schema { types { fields { name } } } }", 0),
        (
            "{ _entities(representations: [{__typename: \"Contact\", id: \"a\"}]) { __typename } }",
            1,
        ),
        ("mutation { hit { a } again: hit { a } }", 2),
        (
            "mutation { hitMany(input: { items: [1, 2, 3] }) { __typename } }",
            3,
        ),
        (
            "mutation { hitMany(input: { items: [1, 2, 3] }) { results { a } } }",
            3 + 3,
        ),
        (
            "mutation { hitMany(input: { items: 1 }) { results { a } } }",
            1 + 1,
        ),
        (
            "mutation ($n: [Int!]! = [1, 2]) { hitMany(input: { items: $n }) { results { a } } }",
            2 + 2,
        ),
        (
            "mutation ($n: HitManyInput! = { items: [1, 2] }) { hitMany(input: $n) { results { a } } }",
            2 + 2,
        ),
    ] {
        let reply = Graph::new().run_with_cost(query).await;
        assert_eq!(reply.errors(), Vec::<String>::new(), "{query}");
        let answer = serde_json::to_value(&reply.0).unwrap();
        assert_eq!(
            answer["extensions"],
            json!({ "cost": { "requested": cost, "limit": 10_000 } }),
            "{query}"
        );
    }
    let silent = serde_json::to_value(Graph::new().run("{ fast }").await.0).unwrap();
    assert_eq!(silent.get("extensions"), None);
}

#[tokio::test]
async fn an_operation_that_costs_too_much_is_refused_with_its_most_expensive_path() {
    let graph = Graph::within(Limits {
        cost: 60,
        ..Limits::default()
    });
    let query = "{ hit { a } people(first: 10) { pageInfo { hasNextPage } many: edges { node { friends(first: 5) { nodes { id } } } } } }";
    assert_eq!(
        refusal(&graph, query).await,
        json!({
            "code": "COST_LIMIT_EXCEEDED",
            "limit": 60,
            "actual": 1 + 2 + 1 + 10 * (1 + 1 + 2 + 5),
            "mostExpensive": ["people", "many", "node", "friends", "nodes"],
        })
    );
    assert_eq!(graph.ran(), Vec::<&str>::new());
}
