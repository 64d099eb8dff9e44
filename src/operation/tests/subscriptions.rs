//! Subscriptions: an answer for every event, as exact as the answer to a query.

use super::support::{Graph, Reply};
use crate::model::Permission;

#[tokio::test]
async fn every_event_is_answered_in_the_order_of_the_selection() {
    let answers = Graph::new()
        .subscribe("subscription { now: ticks { slow odd index } }")
        .await;
    let data: Vec<_> = answers.iter().map(Reply::data).collect();
    assert_eq!(
        data,
        [
            r#"{"now":{"slow":0,"odd":0,"index":0}}"#,
            r#"{"now":null}"#,
            r#"{"now":{"slow":2,"odd":2,"index":2}}"#
        ]
    );
    assert_eq!(answers[1].errors(), ["[now,odd] TEAPOT"]);
}

#[tokio::test]
async fn a_subscription_that_cannot_begin_is_a_request_error() {
    let answers = Graph::new().subscribe("subscription { broken }").await;
    assert_eq!(answers.len(), 1);
    assert_eq!(answers[0].refusals(), ["[broken] TEAPOT: is a teapot"]);
}

#[tokio::test]
async fn a_subscription_that_fails_has_the_error_in_its_last_answer() {
    let answers = Graph::new().subscribe("subscription { endsBadly }").await;
    assert_eq!(answers.len(), 2);
    assert_eq!(answers[0].data(), r#"{"endsBadly":1}"#);
    assert_eq!(answers[1].data(), "null");
    assert_eq!(answers[1].errors(), ["[endsBadly] TEAPOT"]);
}

#[tokio::test]
async fn a_subscription_without_its_permission_does_not_begin() {
    let graph = Graph::new().without(Permission::NoteView);
    let answers = graph.subscribe("subscription { guarded }").await;
    assert_eq!(answers.len(), 1);
    assert!(
        answers[0].refusals()[0].contains("FORBIDDEN"),
        "{:?}",
        answers[0].refusals()
    );
    assert_eq!(graph.ran(), Vec::<&str>::new());
}

#[tokio::test]
async fn a_subscription_may_repeat_its_root_field() {
    let query = "subscription { ...F ticks { index } } fragment F on Ticks { ticks { slow index } }";
    let answers = Graph::new().subscribe(query).await;
    assert_eq!(answers[0].data(), r#"{"ticks":{"slow":0,"index":0}}"#);
}

#[tokio::test]
async fn a_subscription_has_one_root_field() {
    for query in [
        "subscription { ticks { index } broken }",
        "subscription { ticks { index } other: ticks { index } }",
        "subscription { ...F ticks { index } } fragment F on Ticks { other: ticks { index } }",
        "subscription { __typename }",
        "subscription { ticks { index } ...F } fragment F on Ticks { broken }",
    ] {
        let answers = Graph::new().subscribe(query).await;
        assert!(
            answers[0].refusals()[0].starts_with("GRAPHQL_VALIDATION_FAILED"),
            "{query}"
        );
    }
}
