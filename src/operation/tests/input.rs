//! Variables, arguments and their defaults.

use serde_json::json;

use super::support::Graph;

async fn data_of(query: &str, variables: serde_json::Value) -> String {
    let reply = Graph::new().run_with(query, variables).await;
    assert_eq!(reply.errors(), Vec::<String>::new());
    reply.data()
}

#[tokio::test]
async fn a_variable_that_was_not_sent_is_absent_and_not_null() {
    let query = "query ($t: String, $s: Int) { tell(change: {title: $t, size: $s, inner: {title: $t}}) }";
    assert_eq!(
        data_of(query, json!({ "s": 1 })).await,
        r#"{"tell":"absent 1 (absent 7)"}"#
    );
    assert_eq!(
        data_of(query, json!({ "s": 1, "t": null })).await,
        r#"{"tell":"null 1 (null 7)"}"#
    );
    assert_eq!(
        data_of(query, json!({ "t": "x" })).await,
        r#"{"tell":"x 7 (x 7)"}"#
    );
}

#[tokio::test]
async fn absent_fields_of_an_input_in_a_variable_stay_absent() {
    let query = "query ($c: Change!) { tell(change: $c) }";
    assert_eq!(data_of(query, json!({ "c": {} })).await, r#"{"tell":"absent 7"}"#);
    assert_eq!(
        data_of(query, json!({ "c": { "title": null, "size": 2 } })).await,
        r#"{"tell":"null 2"}"#
    );
}

#[tokio::test]
async fn an_argument_whose_variable_was_not_sent_has_its_default() {
    let query = "query ($n: String, $l: Boolean, $f: Int) { greet(name: $n, loud: $l) children(first: $f) { index } }";
    assert_eq!(
        data_of(query, json!({ "f": 1 })).await,
        r#"{"greet":"you None","children":[{"index":0}]}"#
    );
    assert_eq!(
        data_of(query, json!({ "n": "Ada", "l": true })).await,
        r#"{"greet":"Ada Some(true)","children":[{"index":0},{"index":1}]}"#
    );
}

#[tokio::test]
async fn a_variable_that_was_not_sent_has_its_default() {
    let query =
        r#"query ($n: String = "Bob", $c: Change = {title: "t"}) { greet(name: $n) tell(change: $c) }"#;
    let query = query.replace("Change =", "Change! =");
    assert_eq!(
        data_of(&query, json!({})).await,
        r#"{"greet":"Bob None","tell":"t 7"}"#
    );
}

#[tokio::test]
async fn variables_of_the_wrong_type_are_refused_before_anything_runs() {
    let graph = Graph::new();
    for (query, variables) in [
        ("query ($c: Change!) { hit { a } tell(change: $c) }", json!({})),
        (
            "query ($c: Change!) { hit { a } tell(change: $c) }",
            json!({ "c": null }),
        ),
        (
            "query ($c: Change!) { hit { a } tell(change: $c) }",
            json!({ "c": { "no": 1 } }),
        ),
        (
            "query ($f: Int!) { hit { a } children(first: $f) { index } }",
            json!({ "f": 5_000_000_000_i64 }),
        ),
        (
            "query ($f: Int!) { hit { a } children(first: $f) { index } }",
            json!({ "f": "1" }),
        ),
        (
            "query ($w: Boolean = true) { hit { a } fast @include(if: $w) }",
            json!({ "w": null }),
        ),
    ] {
        let refusals = graph.run_with(query, variables).await.refusals();
        assert!(refusals[0].starts_with("BAD_USER_INPUT: "), "{refusals:?}");
    }
    assert_eq!(graph.ran(), Vec::<&str>::new());
}

#[tokio::test]
async fn input_that_a_resolver_refuses_is_bad_input_at_its_field() {
    let graph = Graph::new();
    let reply = graph.run("{ limited(first: 4) fast }").await;
    assert_eq!(reply.data(), r#"{"limited":null,"fast":2}"#);
    assert_eq!(reply.errors(), ["[limited] BAD_USER_INPUT"]);

    let query = "query ($f: Int = 1) { limited(first: 1) children(first: $f) { index } }";
    let reply = graph.run_with(query, json!({ "f": null })).await;
    assert_eq!(reply.errors(), ["[children] BAD_USER_INPUT"]);
}

#[tokio::test]
async fn a_one_of_input_accepts_exactly_one_field() {
    assert_eq!(
        data_of("{ by(key: {name: \"x\"}) }", json!({})).await,
        r#"{"by":"name x"}"#
    );
    let query = "query ($i: ID!) { by(key: {id: $i}) }";
    assert_eq!(data_of(query, json!({ "i": "7" })).await, r#"{"by":"id 7"}"#);
    let query = "query ($k: Key!) { hit { a } by(key: $k) }";
    assert_eq!(
        data_of(query, json!({ "k": { "id": "1" } })).await,
        r#"{"hit":{"a":1},"by":"id 1"}"#
    );
    for key in [
        json!({ "id": "1", "name": "x" }),
        json!({ "id": null }),
        json!({}),
    ] {
        let refusals = Graph::new().run_with(query, json!({ "k": key })).await.refusals();
        assert!(
            refusals[0].starts_with("BAD_USER_INPUT: `$k` is not right: exactly one field of `Key`"),
            "{refusals:?}"
        );
    }
}

#[tokio::test]
async fn the_error_of_a_variable_names_the_path_inside_it() {
    let graph = Graph::new();
    let query = "query ($c: Change!, $n: [ID!]!, $f: Int) { tell(change: $c) nodes(ids: $n) { id } children(first: $f) { index } }";
    let variables = json!({ "c": { "inner": { "inner": { "size": "x" } } }, "n": ["a", null], "f": 1.5 });
    let reply = graph.run_with(query, variables).await;
    assert_eq!(
        reply.refusals(),
        [
            "BAD_USER_INPUT: `$c.inner.inner.size` must be a value of `Int`, found `\"x\"`",
            "BAD_USER_INPUT: `$n[1]` must not be null: it is of type `ID!`",
            "BAD_USER_INPUT: `$f` must be a value of `Int`, found `1.5`",
        ]
    );
    let answer = serde_json::to_value(&reply.0).unwrap();
    assert_eq!(
        answer["errors"][0]["extensions"]["variable"],
        json!(["c", "inner", "inner", "size"])
    );
    assert_eq!(answer["errors"][1]["extensions"]["variable"], json!(["n", 1]));
    for (wrong, place) in [
        (json!({ "n": "a" }), "`$c` must be given"),
        (
            json!({ "c": { "colour": 1 }, "n": [] }),
            "`$c.colour` is not a field of `Change`",
        ),
        (json!({ "c": 1, "n": [] }), "`$c` must be an object of `Change`"),
    ] {
        let refusals = graph.run_with(query, wrong).await.refusals();
        assert!(refusals[0].contains(place), "{refusals:?}");
    }
}

#[tokio::test]
async fn values_are_coerced_as_the_specification_defines_it() {
    let query = "query ($n: [ID!]!, $f: Int) { nodes(ids: $n) { id } children(first: $f) { index } }";
    assert_eq!(
        data_of(query, json!({ "n": 7, "f": 1.0 })).await,
        r#"{"nodes":[{"id":"7"}],"children":[{"index":0}]}"#
    );
    let query = "query ($c: Change = {inner: {}}) { tell(change: $c) }".replace("Change =", "Change! =");
    assert_eq!(
        data_of(&query, json!({})).await,
        r#"{"tell":"absent 7 (absent 7)"}"#
    );
}

#[tokio::test]
async fn a_variable_with_a_default_may_be_the_field_of_a_one_of_input() {
    let query = r#"query ($i: ID = "d") { by(key: {id: $i}) }"#;
    assert_eq!(data_of(query, json!({})).await, r#"{"by":"id d"}"#);
    assert_eq!(data_of(query, json!({ "i": "1" })).await, r#"{"by":"id 1"}"#);
    let reply = Graph::new().run_with(query, json!({ "i": null })).await;
    assert_eq!(reply.errors(), ["[by] BAD_USER_INPUT"]);
}

#[tokio::test]
async fn a_fragment_uses_the_variables_of_the_operation_that_runs() {
    let query = "query A($i: ID!) { ...F } query B($i: String) { tell(change: {title: $i}) }
        fragment F on Query { by(key: {id: $i}) }";
    let reply = Graph::new()
        .send(crate::operation::Params {
            query: query.to_owned(),
            operation_name: Some("A".to_owned()),
            variables: serde_json::from_value(json!({ "i": "1" })).unwrap(),
            ..Default::default()
        })
        .await;
    assert_eq!(reply.data(), r#"{"by":"id 1"}"#);
}

#[tokio::test]
async fn zero_with_a_sign_is_zero() {
    let query = "query ($f: Int = -0) { children(first: -0) { index } a: children(first: $f) { index } }";
    assert_eq!(data_of(query, json!({})).await, r#"{"children":[],"a":[]}"#);
}

#[tokio::test]
async fn variables_are_used_inside_lists() {
    let query = "query ($r: [Int!], $s: Int!, $z: Int) { tell(change: {size: $z, steps: [$r, [$s, 2]]}) }";
    assert_eq!(
        data_of(query, json!({ "r": [1], "s": 3 })).await,
        r#"{"tell":"absent 7 [[1], [3, 2]]"}"#
    );
}

#[tokio::test]
async fn a_default_of_null_does_not_fit_a_directive() {
    for place in [
        "fast @skip(if: $a)",
        "... @include(if: $a) { fast }",
        "...F @include(if: $a)",
    ] {
        let fragment = if place.starts_with("...F") {
            "fragment F on Query { fast }"
        } else {
            ""
        };
        let query = |default: &str| format!("query ($a: Boolean {default}) {{ {place} slow }} {fragment}");
        let asked = async |default: &str| {
            let variables = serde_json::json!({ "a": true });
            Graph::new().run_with(&query(default), variables).await
        };
        let refusals = asked("= null").await.refusals();
        assert!(
            refusals[0].starts_with("GRAPHQL_VALIDATION_FAILED"),
            "{place}: {refusals:?}"
        );
        assert!(!asked("= true").await.0.is_request_error(), "{place}");
    }
}

#[tokio::test]
async fn an_integer_is_an_id_however_long_it_is() {
    let long = "123456789012345678901234567890";
    let query = format!(
        "query ($i: ID! = {long}, $n: [ID!]! = [{long}]) {{ a: by(key: {{id: {long}}}) b: by(key: {{id: $i}})
            c: nodes(ids: [7, {long}]) {{ id }} d: nodes(ids: {long}) {{ id }} e: nodes(ids: $n) {{ id }} }}"
    );
    let expected = format!(
        r#"{{"a":"id {long}","b":"id {long}","c":[{{"id":"7"}},{{"id":"{long}"}}],"d":[{{"id":"{long}"}}],"e":[{{"id":"{long}"}}]}}"#
    );
    assert_eq!(data_of(&query, json!({})).await, expected);
}

#[tokio::test]
async fn the_nul_character_is_refused_in_literals_and_variables_of_every_field() {
    let message = |name: &str| format!("`{name}` must not contain the NUL character (U+0000); remove it");
    for (query, variables, named) in [
        (r#"{ greet(name: "a\u0000") }"#, json!({}), "name"),
        (r#"{ fast greet(name: "a\u{0}") }"#, json!({}), "name"),
        (
            r#"{ tell(change: {inner: {title: "\u0000"}}) }"#,
            json!({}),
            "change.inner.title",
        ),
        (
            "query ($n: String) { greet(name: $n) }",
            json!({ "n": "\0" }),
            "name",
        ),
        (
            "query ($c: Change!) { tell(change: $c) }",
            json!({ "c": { "title": "\0" } }),
            "change.title",
        ),
        (
            r#"query ($n: String = "\u0000") { greet(name: $n) }"#,
            json!({}),
            "name",
        ),
    ] {
        let reply = Graph::new().run_with(query, variables).await;
        assert!(reply.0.is_request_error(), "{query}");
        let errors = serde_json::to_value(reply.0.errors()).unwrap();
        assert_eq!(errors[0]["extensions"]["code"], "BAD_USER_INPUT", "{query}");
        let found = errors[0]["message"]
            .as_str()
            .unwrap()
            .replace(" of the field `greet`", "")
            .replace(" of the field `tell`", "");
        assert_eq!(found, message(named), "{query}");
    }
}
