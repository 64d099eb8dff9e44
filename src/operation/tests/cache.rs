//! Operations from the cache: they are answered as they were the first time.

use serde_json::json;

use super::support::Graph;
use crate::model::Permission;
use crate::operation::Introspection;

#[tokio::test]
async fn a_cached_operation_uses_the_variables_of_each_request() {
    let graph = Graph::new();
    let query = "query ($slow: Boolean!, $fast: Boolean = true, $n: String) { slow @include(if: $slow) fast @skip(if: $fast) greet(name: $n) }";
    for _ in 0..2 {
        for (variables, data) in [
            (json!({ "slow": true }), r#"{"slow":1,"greet":"you None"}"#),
            (
                json!({ "slow": false, "fast": false }),
                r#"{"fast":2,"greet":"you None"}"#,
            ),
            (
                json!({ "slow": true, "fast": false, "n": "Ada" }),
                r#"{"slow":1,"fast":2,"greet":"Ada None"}"#,
            ),
            (json!({ "slow": false, "n": "Bob" }), r#"{"greet":"Bob None"}"#),
        ] {
            assert_eq!(graph.run_with(query, variables).await.data(), data);
        }
        let refusals = graph.run_with(query, json!({})).await.refusals();
        assert!(refusals[0].starts_with("BAD_USER_INPUT"), "{refusals:?}");
    }
}

#[tokio::test]
async fn an_operation_with_more_plans_than_are_kept_is_answered() {
    let graph = Graph::new();
    let query = "query ($a: Boolean!, $b: Boolean!, $c: Boolean!, $d: Boolean!) {
        a: fast @skip(if: $a) b: fast @skip(if: $b) c: fast @skip(if: $c) d: fast @skip(if: $d) }";
    for way in 0..32_u32 {
        let bit = |n: u32| way >> n & 1 == 1;
        let reply = graph
            .run_with(
                query,
                json!({ "a": bit(0), "b": bit(1), "c": bit(2), "d": bit(3) }),
            )
            .await;
        let keys = ["a", "b", "c", "d"]
            .into_iter()
            .zip(0..)
            .filter(|(_, n)| !bit(*n));
        let expected: Vec<_> = keys.map(|(key, _)| format!("\"{key}\":2")).collect();
        assert_eq!(reply.data(), format!("{{{}}}", expected.join(",")));
    }
}

#[tokio::test]
async fn operations_of_one_text_are_cached_by_their_names() {
    let graph = Graph::new();
    let query = "query A { fast } query B { slow }";
    for _ in 0..2 {
        assert_eq!(graph.run_named(query, "A").await.data(), r#"{"fast":2}"#);
        assert_eq!(graph.run_named(query, "B").await.data(), r#"{"slow":1}"#);
        assert!(graph.run(query).await.0.is_request_error());
    }
}

#[tokio::test]
async fn a_cached_operation_uses_the_permissions_of_each_caller() {
    let mut graph = Graph::new();
    let query = "{ child { notes { text } } }";
    let all = graph.permissions;
    assert_eq!(
        graph.run(query).await.data(),
        r#"{"child":{"notes":[{"text":"n"}]}}"#
    );
    graph.permissions = all.without(Permission::NoteView);
    assert_eq!(graph.run(query).await.data(), r#"{"child":{"notes":null}}"#);
    graph.introspection = Introspection::Refused;
    let schema = "{ __schema { queryType { name } } }";
    assert!(graph.run(schema).await.0.is_request_error());
    graph.introspection = Introspection::Allowed;
    assert!(!graph.run(schema).await.0.is_request_error());
    graph.introspection = Introspection::Refused;
    assert!(graph.run(schema).await.0.is_request_error());
}

#[tokio::test]
async fn operations_are_answered_without_memory_for_a_cache() {
    let graph = Graph::keeping(0);
    for _ in 0..2 {
        assert_eq!(graph.run("{ fast }").await.data(), r#"{"fast":2}"#);
    }
}
