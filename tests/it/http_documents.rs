//! Trusted documents: read at the start, asked for by their ids.

use std::fs;
use std::path::{Path, PathBuf};

use axum::body::Body;
use axum::http::StatusCode;
use external_contacts::app::{App, development_claims};
use external_contacts::clock::Clock;
use external_contacts::config::{OperationConfig, ServeConfig};
use serde_json::{Value, json};

use crate::http::{GRAPHQL_JSON, JSON, Site, config, request};

const TEXT: &str = "query Trusted { trusted: __typename }";
/// The SHA-256 of it, by `sha256sum`.
const HASH: &str = "8e8d1f32754168af1a0854d51f3368492b76a6bff661fc95169954c017871498";

fn documents(path: PathBuf, only: bool) -> OperationConfig {
    OperationConfig {
        documents: Some(path),
        only_documents: only,
        ..OperationConfig::default()
    }
}

/// A file of its own with this text.
fn file(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, text).unwrap();
    path
}

async fn post(site: &Site, body: &Value) -> (StatusCode, Value) {
    let token = site.token(&development_claims());
    let request = request("POST", "/graphql")
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", JSON)
        .header("accept", GRAPHQL_JSON)
        .body(Body::from(body.to_string()))
        .unwrap();
    let (status, _, body) = site.send(request).await;
    (status, serde_json::from_str(&body).unwrap())
}

/// The code and the message of a request error.
async fn refusal(site: &Site, body: &Value) -> (String, String) {
    let (status, answer) = post(site, body).await;
    assert_eq!(
        (status, answer.get("data")),
        (StatusCode::BAD_REQUEST, None),
        "{answer}"
    );
    let error = &answer["errors"][0];
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&error["extensions"]["code"]), text(&error["message"]))
}

fn apollo(hash: &str, query: Option<&str>) -> Value {
    json!({ "query": query, "extensions": { "persistedQuery": { "version": 1, "sha256Hash": hash } } })
}

/// Returns the reason why the program does not start with these documents.
async fn start(path: PathBuf) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    let config = ServeConfig {
        operations: documents(path, false),
        ..config(folder.path())
    };
    let opened = App::open(&config, Clock::system()).await;
    opened.err().map(|error| format!("{error:#}"))
}

#[tokio::test]
async fn a_document_is_found_by_its_id_however_it_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let texts = folder.path().join("texts");
    fs::create_dir(&texts).unwrap();
    file(&texts, "trusted.graphql", TEXT);
    file(&texts, "README.md", "not a document");
    let plain = json!({ HASH: TEXT }).to_string();
    let operation = json!({ "id": HASH, "name": "Trusted", "type": "query", "body": TEXT });
    let manifest =
        json!({ "format": "apollo-persisted-query-manifest", "version": 1, "operations": [operation] });
    for path in [
        texts,
        file(folder.path(), "plain.json", &plain),
        file(folder.path(), "apollo.json", &manifest.to_string()),
    ] {
        let site = Site::with(documents(path, false)).await;
        let answer = json!({ "data": { "trusted": "Query" } });
        for body in [
            json!({ "documentId": format!("sha256:{HASH}") }),
            json!({ "documentId": HASH, "query": "" }),
            apollo(HASH, None),
            apollo(HASH, Some(TEXT)),
        ] {
            assert_eq!(
                post(&site, &body).await,
                (StatusCode::OK, answer.clone()),
                "{body}"
            );
        }
        let query = format!("/graphql?documentId=sha256:{HASH}&operationName=Trusted");
        let token = site.token(&development_claims());
        let get = request("GET", &query).header("authorization", format!("Bearer {token}"));
        let (status, _, body) = site.send(get.body(Body::empty()).unwrap()).await;
        assert_eq!((status, body), (StatusCode::OK, answer.to_string()));
    }
}

#[tokio::test]
async fn ids_of_other_kinds_are_taken_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(
        folder.path(),
        "relay.json",
        &json!({ "b1946ac9": TEXT, "mine:1": TEXT }).to_string(),
    );
    let site = Site::with(documents(path, true)).await;
    for id in ["b1946ac9", "mine:1"] {
        assert_eq!(post(&site, &json!({ "documentId": id })).await.0, StatusCode::OK);
    }
}

#[tokio::test]
async fn an_id_that_nobody_knows_is_refused_in_words_that_apollo_knows() {
    let site = Site::open().await;
    let (code, _) = refusal(&site, &json!({ "documentId": format!("sha256:{HASH}") })).await;
    assert_eq!(code, "PERSISTED_QUERY_NOT_FOUND");
    assert_eq!(
        refusal(&site, &apollo(HASH, None)).await,
        (
            "PERSISTED_QUERY_NOT_FOUND".to_owned(),
            "PersistedQueryNotFound".to_owned()
        )
    );
}

#[tokio::test]
async fn a_text_beside_its_hash_is_run_and_not_kept() {
    let site = Site::open().await;
    assert_eq!(post(&site, &apollo(HASH, Some(TEXT))).await.0, StatusCode::OK);
    assert_eq!(
        refusal(&site, &apollo(HASH, None)).await.0,
        "PERSISTED_QUERY_NOT_FOUND"
    );
    let (code, message) = refusal(&site, &apollo(HASH, Some("{ __typename }"))).await;
    assert_eq!(code, "BAD_USER_INPUT");
    assert!(message.contains("SHA-256"), "{message}");
}

#[tokio::test]
async fn only_documents_refuses_everything_else() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "plain.json", &json!({ HASH: TEXT }).to_string());
    let site = Site::with(documents(path, true)).await;
    let other = "{ __typename }";
    let other_hash = "7f56e67dd21ab3f30d1ff8b7bed08893f0a0db86449836189b361dd1e56ddb4b";

    for body in [
        json!({ "query": TEXT }),
        json!({ "query": "{ __schema { queryType { name } } }" }),
        apollo(other_hash, Some(other)),
    ] {
        let (code, message) = refusal(&site, &body).await;
        assert_eq!(code, "FORBIDDEN", "{body}");
        assert!(message.contains("documentId"), "{message}");
    }
    assert_eq!(post(&site, &apollo(HASH, Some(TEXT))).await.0, StatusCode::OK);
}

#[tokio::test]
async fn what_cannot_be_trusted_stops_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str, text: String| file(folder.path(), name, &text);
    let operation = json!({ "id": HASH, "name": "Wrong", "type": "query", "body": "{ __typename }" });
    let apollo =
        json!({ "format": "apollo-persisted-query-manifest", "version": 1, "operations": [operation] });
    let empty = folder.path().join("empty");
    fs::create_dir(&empty).unwrap();

    for (path, expected) in [
        (
            path("1.json", json!({ HASH: "{ __typename }" }).to_string()),
            HASH,
        ),
        (
            path("2.json", apollo.to_string()),
            "the operation `Wrong`: its id says SHA-256",
        ),
        (
            path("3.json", json!({ "a": "{ nonsense }" }).to_string()),
            "the document `a`",
        ),
        (
            path("4.json", json!({ "a": "{".repeat(100) }).to_string()),
            "the document `a`",
        ),
        (
            path("5.json", json!({ "a": 1 }).to_string()),
            "`a` must be the text",
        ),
        (path("6.json", "[]".to_owned()), "not a manifest"),
        (path("7.json", "{}".to_owned()), "there are none"),
        (folder.path().join("nowhere.json"), "nowhere.json"),
        (empty, "there are none"),
    ] {
        let refused = start(path).await.expect("it must not start");
        assert!(refused.contains(expected), "{refused}");
    }
    fs::create_dir(folder.path().join("named")).unwrap();
    file(
        &folder.path().join("named"),
        &format!("{HASH}.graphql"),
        "{ __typename }",
    );
    assert!(
        start(folder.path().join("named"))
            .await
            .unwrap()
            .contains("its id says")
    );
}
