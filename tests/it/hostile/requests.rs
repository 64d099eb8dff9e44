//! Requests with any body, media type, method and query string.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue};
use external_contacts::app::development_claims;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::edit::{edit_text, edit_value, text_edits, value_edits};
use super::{fuzz, in_order, text};
use crate::http::{Site, request};

const METHODS: &[&str] = &["POST", "POST", "POST", "GET", "PUT", "HEAD", "OPTIONS", "BREW"];
const MEDIA: &[&str] = &[
    "application/json",
    "application/json; charset=utf-16",
    "application/graphql",
    "text/plain",
    "multipart/form-data; boundary=x",
    "",
    "*/*",
    "application/graphql-response+json",
    "text/event-stream",
    "application/json;q=0",
    "a/b, application/json;q=2",
];

#[test]
fn any_request_is_answered_in_order() {
    let runtime = Runtime::new().unwrap();
    let site = runtime.block_on(Site::open());
    let token = site.token(&development_claims());
    let body = json!({ "query": "query A($first: Int) { contacts(first: $first) { nodes { displayName } } }",
        "operationName": "A", "variables": { "first": 1 }, "extensions": { "persistedQuery": null } });
    let bytes = prop_oneof![
        value_edits().prop_map({
            let body = body.clone();
            move |edits| edit_value(body.clone(), &edits).to_string().into_bytes()
        }),
        text_edits().prop_map(move |edits| edit_text(&body.to_string(), &edits).into_bytes()),
        prop::collection::vec(any::<u8>(), 0..400),
        (1..30_000_usize).prop_map(|depth| "[".repeat(depth).into_bytes()),
        (1..30_000_usize).prop_map(|depth| format!(
            r#"{{"query":"{{a}}","variables":{}"#,
            r#"{"a":"#.repeat(depth)
        )
        .into_bytes()),
    ];
    let cases = (
        select(METHODS),
        select(MEDIA),
        select(MEDIA),
        bytes,
        prop::option::of(text().prop_map(|text| text.chars().take(400).collect::<String>())),
    );

    fuzz("requests", &cases, |(method, sent, accepted, body, search)| {
        let path = match &search {
            Some(text) => format!(
                "/graphql?query={}",
                percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC)
            ),
            None => "/graphql".to_owned(),
        };
        let mut request = request(method, &path).header("authorization", format!("Bearer {token}"));
        for (name, media) in [("content-type", sent), ("accept", accepted)] {
            if !media.is_empty() {
                request = request.header(HeaderName::from_static(name), HeaderValue::from_static(media));
            }
        }
        let input = format!("{} {search:?}", String::from_utf8_lossy(&body));
        let (status, headers, text) = runtime.block_on(site.send(request.body(Body::from(body)).unwrap()));
        prop_assert_ne!(status.as_u16(), 500, "{}", text);
        let media = headers.get("content-type").map(|media| media.to_str().unwrap());
        if media.is_some_and(|media| media.contains("json")) && !text.is_empty() {
            let answer: Value =
                serde_json::from_str(&text).map_err(|error| TestCaseError::fail(error.to_string()))?;
            in_order(&answer, &input)?;
        }
        Ok(())
    });
}
