//! Tests that fields without permission do not run, and have an error wherever they would have been.

use serde_json::json;

use super::support::Graph;
use crate::model::Permission;
use crate::operation::Introspection;

fn without_notes() -> Graph {
    Graph::new().without(Permission::NoteView)
}

#[tokio::test]
async fn a_refused_field_does_not_run_and_is_null_in_every_item_of_a_list() {
    let graph = without_notes();
    let reply = graph.run("{ children { index notes { text } slow } }").await;
    assert_eq!(
        reply.data(),
        r#"{"children":[{"index":0,"notes":null,"slow":0},{"index":1,"notes":null,"slow":1}]}"#
    );
    assert_eq!(
        reply.errors(),
        ["[children,0,notes] FORBIDDEN", "[children,1,notes] FORBIDDEN"]
    );
    assert_eq!(graph.ran(), Vec::<&str>::new());
}

#[tokio::test]
async fn the_error_of_a_refused_field_names_the_permission_and_the_path() {
    let reply = without_notes().run("{ child { mine: notes { text } } }").await;
    assert_eq!(
        serde_json::to_value(reply.0.errors()).unwrap(),
        json!([{
            "message": "needs the permission externalContacts:note:view",
            "locations": [{ "line": 1, "column": 11 }],
            "path": ["child", "mine"],
            "extensions": { "code": "FORBIDDEN", "permission": "externalContacts:note:view" },
        }])
    );
    assert_eq!(reply.data(), r#"{"child":{"mine":null}}"#);
}

#[tokio::test]
async fn a_caller_with_the_permission_has_the_field() {
    let graph = Graph::new();
    let reply = graph.run("{ child { notes { text } noteCount } }").await;
    assert_eq!(
        reply.data(),
        r#"{"child":{"notes":[{"text":"n"}],"noteCount":1}}"#
    );
    assert_eq!(graph.ran(), ["notes", "noteCount"]);
}

#[tokio::test]
async fn a_refused_non_null_field_makes_the_nearest_nullable_place_null() {
    let graph = without_notes();
    let reply = graph
        .run("{ fast child { sure { noteCount } } some { noteCount } }")
        .await;
    assert_eq!(reply.data(), r#"{"fast":2,"child":null,"some":[null,null,null]}"#);
    assert_eq!(
        reply.errors(),
        [
            "[child,sure,noteCount] FORBIDDEN",
            "[some,0,noteCount] FORBIDDEN",
            "[some,2,noteCount] FORBIDDEN"
        ]
    );
    assert_eq!(graph.ran(), Vec::<&str>::new());
}

#[tokio::test]
async fn a_refused_field_of_a_null_object_has_no_error() {
    let reply = without_notes()
        .run("{ child { none { notes { text } } } children(first: 0) { noteCount } }")
        .await;
    assert_eq!(reply.data(), r#"{"child":{"none":null},"children":[]}"#);
    assert_eq!(reply.errors(), Vec::<String>::new());
}

#[tokio::test]
async fn a_field_of_an_interface_is_refused_on_the_types_that_guard_it() {
    let graph = without_notes();
    let reply = graph
        .run(r#"{ a: node(id: "contact_1") { notes { text } } b: node(id: "organization_1") { notes { text } } }"#)
        .await;
    assert_eq!(
        reply.data(),
        r#"{"a":{"notes":null},"b":{"notes":[{"text":"of an organization"}]}}"#
    );
    assert_eq!(reply.errors(), ["[a,notes] FORBIDDEN"]);
    assert_eq!(graph.ran(), Vec::<&str>::new());
}

#[tokio::test]
async fn fragments_unions_and_aliases_do_not_get_around_it() {
    let graph = without_notes();
    let reply = graph
        .run("{ search { ...A ... on Contact { y: notes { text } } } } fragment A on Contact { ... on Node { x: notes { text } } noteCount @skip(if: true) }")
        .await;
    assert_eq!(reply.data(), r#"{"search":[{"x":null,"y":null},{},{}]}"#);
    assert_eq!(
        reply.errors(),
        ["[search,0,x] FORBIDDEN", "[search,0,y] FORBIDDEN"]
    );
    assert_eq!(graph.ran(), Vec::<&str>::new());
}

#[tokio::test]
async fn the_fields_of_entities_are_guarded() {
    let graph = without_notes();
    let query = r#"{ _entities(representations: [{__typename: "Organization", id: "o"}, {__typename: "Contact", id: "c"}, {__typename: "Contact", id: "d"}]) {
        ... on Contact { id notes { text } } ... on Organization { notes { text } } } }"#;
    let reply = graph.run(query).await;
    assert_eq!(
        reply.data(),
        r#"{"_entities":[{"notes":[{"text":"of an organization"}]},{"id":"c","notes":null},{"id":"d","notes":null}]}"#
    );
    assert_eq!(
        reply.errors(),
        ["[_entities,1,notes] FORBIDDEN", "[_entities,2,notes] FORBIDDEN"]
    );
    assert_eq!(graph.ran(), Vec::<&str>::new());

    let reply = graph
        .run(r#"{ _entities(representations: [{__typename: "Contact", id: "c"}]) { ... on Contact { noteCount } } }"#)
        .await;
    assert_eq!(reply.data(), r#"{"_entities":[null]}"#);
    assert_eq!(reply.errors(), ["[_entities,0,noteCount] FORBIDDEN"]);
}

#[tokio::test]
async fn a_refused_root_field_leaves_the_others_alone() {
    let graph = Graph::new()
        .without(Permission::ContactView)
        .without(Permission::ContactEdit);
    let reply = graph.run("{ contacts { id } }").await;
    assert_eq!(reply.data(), r#"{"contacts":null}"#);
    let reply = graph.run("mutation { edit { a } last }").await;
    assert_eq!(reply.data(), r#"{"edit":null,"last":3}"#);
    assert_eq!(reply.errors(), ["[edit] FORBIDDEN"]);
    assert_eq!(graph.ran(), ["last"]);
}

#[tokio::test]
async fn an_operation_that_reads_the_schema_is_refused_without_introspection() {
    let mut graph = Graph::new();
    graph.introspection = Introspection::Refused;
    for query in [
        "{ hit { a } __schema { queryType { name } } }",
        r#"{ ...F } fragment F on Query { x: __type(name: "Query") { name } }"#,
        "{ _service { sdl } }",
    ] {
        let refusals = graph.run(query).await.refusals();
        assert!(
            refusals[0].starts_with("GRAPHQL_VALIDATION_FAILED: introspection"),
            "{refusals:?}"
        );
    }
    assert_eq!(graph.ran(), Vec::<&str>::new());
    assert_eq!(
        graph.run("{ __typename }").await.data(),
        r#"{"__typename":"Query"}"#
    );
}
