//! Tests of responses, and of failures in them.

use super::support::Graph;
use crate::limits::Limits;

#[tokio::test]
async fn keys_come_in_the_order_of_the_selection() {
    let reply = Graph::new()
        .run("{ slow fast __typename child { slow index } }")
        .await;
    assert_eq!(
        reply.data(),
        r#"{"slow":1,"fast":2,"__typename":"Query","child":{"slow":0,"index":0}}"#
    );
    assert_eq!(
        serde_json::to_string(&reply.0).unwrap(),
        r#"{"data":{"slow":1,"fast":2,"__typename":"Query","child":{"slow":0,"index":0}}}"#
    );
}

#[tokio::test]
async fn a_nullable_field_that_fails_is_null() {
    let reply = Graph::new().run("{ child { broken index option } }").await;
    assert_eq!(
        reply.data(),
        r#"{"child":{"broken":null,"index":0,"option":null}}"#
    );
    assert_eq!(reply.errors(), ["[child,broken] TEAPOT", "[child,option] TEAPOT"]);
}

#[tokio::test]
async fn an_object_whose_fields_all_failed_is_still_an_object() {
    let reply = Graph::new()
        .run("{ child { broken } sure { option } none: child { none { broken } } }")
        .await;
    assert_eq!(
        reply.data(),
        r#"{"child":{"broken":null},"sure":{"option":null},"none":{"none":null}}"#
    );
}

#[tokio::test]
async fn a_non_null_field_that_fails_makes_the_nearest_nullable_place_null() {
    let graph = Graph::new();
    let reply = graph.run("{ fast child { index sure { strict index } } }").await;
    assert_eq!(reply.data(), r#"{"fast":2,"child":null}"#);
    assert_eq!(reply.errors(), ["[child,sure,strict] TEAPOT"]);

    let reply = graph.run("{ some { odd } }").await;
    assert_eq!(reply.data(), r#"{"some":[{"odd":0},null,null]}"#);
    assert_eq!(reply.errors(), ["[some,2,odd] TEAPOT"]);
}

#[tokio::test]
async fn a_failure_that_reaches_the_root_makes_data_null() {
    let reply = Graph::new().run("{ fast children { odd } }").await;
    assert_eq!(reply.data(), "null");
    assert_eq!(reply.errors(), ["[children,1,odd] TEAPOT"]);
    assert!(!reply.0.is_request_error());
}

#[tokio::test]
async fn errors_of_siblings_have_paths_with_indexes_and_positions() {
    let reply = Graph::new()
        .run("{\n  children {\n    broken\n    x: option\n  }\n}")
        .await;
    assert_eq!(
        reply.errors(),
        [
            "[children,0,broken] TEAPOT",
            "[children,0,x] TEAPOT",
            "[children,1,broken] TEAPOT",
            "[children,1,x] TEAPOT"
        ]
    );
    let places = reply.0.errors().iter().map(|error| &error.locations);
    assert!(
        places
            .clone()
            .all(|places| places.len() == 1 && places[0].column == 5)
    );
}

#[tokio::test]
async fn a_skipped_field_has_no_key_and_its_object_may_be_empty() {
    let query = "query ($no: Boolean!) { child { index @skip(if: true) slow @include(if: $no) } fast @include(if: true) }";
    let reply = Graph::new()
        .run_with(query, serde_json::json!({ "no": false }))
        .await;
    assert_eq!(reply.data(), r#"{"child":{},"fast":2}"#);
}

#[tokio::test]
async fn a_directive_reads_the_default_of_a_variable() {
    let query =
        "query ($w: Boolean = true, $s: Boolean = false) { fast @include(if: $w) slow @skip(if: $s) }";
    let reply = Graph::new().run(query).await;
    assert_eq!(reply.data(), r#"{"fast":2,"slow":1}"#);
}

#[tokio::test]
async fn a_repeated_field_runs_once_with_merged_selections() {
    let graph = Graph::new();
    let query = "{ hit { a } ...F ... on Query { hit { b a } } } fragment F on Query { hit { __typename } }";
    let reply = graph.run(query).await;
    assert_eq!(reply.data(), r#"{"hit":{"a":1,"__typename":"Hit","b":2}}"#);
    assert_eq!(graph.ran(), ["hit"]);
}

#[tokio::test]
async fn the_fields_of_a_mutation_run_one_after_the_other_and_each_once() {
    let graph = Graph::new();
    let reply = graph
        .run("mutation { hit { a } last hit { b } second: hit { a } }")
        .await;
    assert_eq!(reply.data(), r#"{"hit":{"a":1,"b":2},"last":3,"second":{"a":1}}"#);
    assert_eq!(graph.ran(), ["hit", "last", "hit"]);
}

#[tokio::test]
async fn fragments_apply_to_objects_of_their_types() {
    let graph = Graph::new();
    let reply = graph
        .run("{ search { __typename ... on Node { id } ... on Organization { name } ...N } } fragment N on Note { text }")
        .await;
    assert_eq!(
        reply.data(),
        r#"{"search":[{"__typename":"Contact","id":"contact_1"},{"__typename":"Organization","id":"organization_1","name":"ACME"},{"__typename":"Note","text":"found"}]}"#
    );
    let reply = graph.run("{ search { ... on Note { text } } }").await;
    assert_eq!(reply.data(), r#"{"search":[{},{},{"text":"found"}]}"#);
}

#[tokio::test]
async fn internal_errors_are_masked_and_errors_with_a_code_are_not() {
    let reply = Graph::new().run("{ child { fault broken } }").await;
    assert_eq!(reply.data(), r#"{"child":{"fault":null,"broken":null}}"#);
    assert_eq!(
        reply.errors(),
        ["[child,broken] TEAPOT", "[child,fault] INTERNAL_SERVER_ERROR"]
    );
    let whole = serde_json::to_string(&reply.0).unwrap();
    assert!(!whole.contains("secret"), "{whole}");
    assert!(
        whole.contains(&crate::error::Error::internal(anyhow::anyhow!("x")).to_string()),
        "{whole}"
    );
}

#[tokio::test]
async fn an_unexplained_null_is_an_internal_error() {
    let graph = Graph::new();
    let params = crate::operation::Params {
        query: "{ sure { index } }".to_owned(),
        ..Default::default()
    };
    let nothing = async |_| async_graphql::Response::new(async_graphql::Value::Null);
    let answer = graph
        .operations
        .answer(params, graph.permissions, graph.introspection, nothing)
        .await;
    let reply = super::support::Reply(answer);
    assert_eq!(reply.data(), "null");
    assert_eq!(reply.errors(), ["[sure] INTERNAL_SERVER_ERROR"]);
}

#[tokio::test]
async fn sixty_four_levels_run_on_a_small_stack() {
    let nested = |levels: usize| format!("{{ {} index {} }}", "child { ".repeat(levels), "}".repeat(levels));
    let deep = Limits {
        depth: 64,
        ..Limits::default()
    };
    let reply = Graph::within(deep).run(&nested(63)).await;
    assert!(reply.data().contains(r#""index":62"#), "{}", reply.data());
}

#[tokio::test]
async fn every_representation_has_its_own_result_and_errors() {
    let query = r"query ($r: [_Any!]!) { all: _entities(representations: $r) { __typename ... on Contact { id broken } ... on Organization { name } } }";
    let one = |name: &str, id: &str| serde_json::json!({ "__typename": name, "id": id });
    let representations = [
        one("Contact", "a"),
        one("Organization", "b"),
        one("Contact", "none"),
        one("Contact", "broken"),
        one("Nobody", "c"),
        one("Note", "d"),
        one("Contact", "e"),
    ];
    let graph = Graph::new();
    let reply = graph
        .run_with(query, serde_json::json!({ "r": representations }))
        .await;
    assert_eq!(
        reply.data(),
        r#"{"all":[{"__typename":"Contact","id":"a","broken":null},{"__typename":"Organization","name":"ACME"},null,null,null,null,{"__typename":"Contact","id":"e","broken":null}]}"#
    );
    assert_eq!(
        reply.errors(),
        [
            "[all,0,broken] TEAPOT",
            "[all,3] TEAPOT",
            "[all,4] BAD_USER_INPUT",
            "[all,5] BAD_USER_INPUT",
            "[all,6,broken] TEAPOT",
        ]
    );

    let reply = graph
        .run("{ _entities(representations: []) { __typename } }")
        .await;
    assert_eq!(reply.data(), r#"{"_entities":[]}"#);
}

#[tokio::test]
async fn an_invalid_representation_has_an_error_at_its_index() {
    let query = "query ($r: [_Any!]!) { all: _entities(representations: $r) { ... on Contact { id } } }";
    let representations = serde_json::json!([
        { "__typename": "Contact", "id": "a" },
        {},
        { "id": "a" },
        { "__typename": 5, "id": "a" },
        "Contact",
        ["a"],
        { "__typename": "Contact" },
        { "__typename": "Contact", "id": "b" },
    ]);
    let reply = Graph::new()
        .run_with(query, serde_json::json!({ "r": representations }))
        .await;
    assert_eq!(
        reply.data(),
        r#"{"all":[{"id":"a"},null,null,null,null,null,null,{"id":"b"}]}"#
    );
    let refused = (1..=5).map(|index| format!("[all,{index}] BAD_USER_INPUT"));
    assert_eq!(reply.errors(), refused.collect::<Vec<_>>());

    let reply = Graph::new()
        .run("{ _entities(representations: [{}]) { __typename } }")
        .await;
    assert_eq!(reply.data(), r#"{"_entities":[null]}"#);
    assert_eq!(reply.errors(), ["[_entities,0] BAD_USER_INPUT"]);
}

#[tokio::test]
async fn the_schema_can_be_read() {
    let graph = Graph::new();
    let reply = graph
        .run(r#"{ __schema { queryType { name __typename } } __type(name: "Key") { kind isOneOf a: inputFields { name } } no: __type(name: "No") { name } }"#)
        .await;
    assert_eq!(
        reply.data(),
        r#"{"__schema":{"queryType":{"name":"Query","__typename":"__Type"}},"__type":{"kind":"INPUT_OBJECT","isOneOf":true,"a":[{"name":"id"},{"name":"name"}]},"no":null}"#
    );
    let reply = graph.run("{ _service { sdl } }").await;
    assert!(
        reply.data().contains("@requiresPermission(permission:"),
        "{}",
        reply.data()
    );
}

#[tokio::test]
async fn null_representations_are_an_error_of_the_field() {
    let query = "query ($r: [_Any!]! = []) { all: _entities(representations: $r) { __typename } }";
    let optional = "query ($r: [_Any!] = []) { all: _entities(representations: $r) { __typename } fast }";
    assert!(
        Graph::new()
            .run_with(query, serde_json::json!({ "r": null }))
            .await
            .0
            .is_request_error()
    );
    let reply = Graph::new()
        .run_with(optional, serde_json::json!({ "r": null }))
        .await;
    assert_eq!(reply.data(), "null");
    assert_eq!(reply.errors(), ["[all] BAD_USER_INPUT"]);
}

#[tokio::test]
async fn an_error_about_a_type_of_the_schema_has_a_path() {
    let query = r#"query ($name: String = "Query") { fast a: __type(name: $name) { name } b: __type(name: "Key") { name } }"#;
    let reply = Graph::new()
        .run_with(query, serde_json::json!({ "name": null }))
        .await;
    assert_eq!(reply.data(), r#"{"fast":2,"a":null,"b":{"name":"Key"}}"#);
    assert_eq!(reply.errors(), ["[a] BAD_USER_INPUT"]);
}

#[tokio::test]
async fn a_null_condition_is_an_error_where_it_is_reached() {
    let graph = Graph::new();
    let query = "query ($if: Boolean = true) { fast child { none { index @include(if: $if) } } }";
    let null = serde_json::json!({ "if": null });
    let reply = graph.run_with(query, null.clone()).await;
    assert_eq!(reply.data(), r#"{"fast":2,"child":{"none":null}}"#);
    assert_eq!(reply.errors(), Vec::<String>::new());

    let query =
        "query ($if: Boolean = true) { fast child { index sure { notes { text } index @skip(if: $if) } } }";
    let reply = graph.run_with(query, null.clone()).await;
    assert_eq!(reply.data(), r#"{"fast":2,"child":null}"#);
    assert_eq!(reply.errors(), ["[child,sure] BAD_USER_INPUT"]);
    assert_eq!(graph.ran(), Vec::<&str>::new());

    let query = "query ($if: Boolean = true) { search { ... on Note { text @skip(if: $if) } ... on Contact { id } } }";
    let reply = graph.run_with(query, null).await;
    assert_eq!(reply.data(), "null");
    assert_eq!(reply.errors(), ["[search,2] BAD_USER_INPUT"]);
}

#[tokio::test]
async fn an_interface_that_implements_none_has_no_interfaces() {
    let query = r#"{ a: __type(name: "Node") { interfaces { name } } b: __type(name: "Contact") { kind interfaces { name } }
        c: __type(name: "Found") { of: interfaces { name } } }"#;
    let reply = Graph::new().run(query).await;
    assert_eq!(
        reply.data(),
        r#"{"a":{"interfaces":[]},"b":{"kind":"OBJECT","interfaces":[{"name":"Node"}]},"c":{"of":null}}"#
    );
}

#[tokio::test]
async fn introspection_does_not_show_what_only_gateways_use() {
    let graph = Graph::new();
    let query = r#"{ any: __type(name: "_Any") { kind } entity: __type(name: "_Entity") { possibleTypes { kind } }
        service: __type(name: "_Service") { fields { args { type { kind } } } } note: __type(name: "Note") { fields { type { kind } } } }"#;
    assert_eq!(
        graph.run(query).await.data(),
        r#"{"any":null,"entity":null,"service":null,"note":{"fields":[{"type":{"kind":"NON_NULL"}}]}}"#
    );
    let all = "{ __schema { types { called: name fields { name } } queryType { of: fields { isDeprecated is: name } } } }";
    let data = graph.run(all).await.data();
    for name in ["_Any", "_Entity", "_Service", "_entities", "_service"] {
        assert!(!data.contains(&format!("\"{name}\"")), "{name}: {data}");
    }
    assert!(data.contains(r#""called":"__Type""#), "{data}");
    let sdl = graph.run("{ _service { sdl } }").await.data();
    assert!(sdl.contains("type Note"), "{sdl}");
}

#[tokio::test]
async fn a_schema_without_a_description_has_none_in_introspection() {
    let reply = Graph::new().run("{ __schema { description __typename } }").await;
    assert_eq!(
        reply.data(),
        r#"{"__schema":{"description":null,"__typename":"__Schema"}}"#
    );
}
