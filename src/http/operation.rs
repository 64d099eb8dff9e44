//! GraphQL over HTTP (the GraphQL-over-HTTP specification): from a request to an operation, and back.

use std::sync::Arc;

use async_graphql::parser::types::OperationType;
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::header::{ACCEPT, ALLOW, CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::Server;
use crate::error::Error;
use crate::operation::Params;

const JSON: &str = "application/json";
const GRAPHQL_JSON: &str = "application/graphql-response+json";
/// The largest body of a request, in bytes: an operation and its variables.
pub const LARGEST_BODY: usize = 1024 * 1024;

/// What a request asks for.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    query: Option<String>,
    operation_name: Option<String>,
    variables: Option<Map<String, Value>>,
}

/// `POST /graphql`: any operation.
pub async fn post(State(server): State<Arc<Server>>, headers: HeaderMap, body: Bytes) -> Response {
    let media = match accepted(&headers) {
        Ok(media) => media,
        Err(refusal) => return *refusal,
    };
    if !is_json(&headers) {
        return refuse(
            media,
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "send the operation as JSON, with `Content-Type: application/json`",
        );
    }
    match serde_json::from_slice::<Body>(&body) {
        Ok(body) => answer(&server, &headers, media, body, true).await,
        Err(_) => refuse(
            media,
            StatusCode::BAD_REQUEST,
            "the body must be a JSON object with `query`, and optionally `operationName` and `variables`",
        ),
    }
}

/// `GET /graphql`: queries only.
pub async fn get(
    State(server): State<Arc<Server>>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let media = match accepted(&headers) {
        Ok(media) => media,
        Err(refusal) => return *refusal,
    };
    let mut body = Body::default();
    for (name, value) in url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
        match &*name {
            "query" => body.query = Some(value.into_owned()),
            "operationName" if !value.is_empty() => body.operation_name = Some(value.into_owned()),
            "variables" if !value.is_empty() => match serde_json::from_str(&value) {
                Ok(variables) => body.variables = variables,
                Err(_) => {
                    return refuse(
                        media,
                        StatusCode::BAD_REQUEST,
                        "`variables` must be a JSON object",
                    );
                }
            },
            _ => {}
        }
    }
    answer(&server, &headers, media, body, false).await
}

async fn answer(
    server: &Server,
    headers: &HeaderMap,
    media: &'static str,
    body: Body,
    changes: bool,
) -> Response {
    let caller = match server.identity.caller(headers).await {
        Ok(caller) => caller,
        Err(error) => return unidentified(media, &error),
    };
    let Some(query) = body.query else {
        return refuse(
            media,
            StatusCode::BAD_REQUEST,
            "`query` is missing: the text of the operation",
        );
    };
    let params = Params {
        query,
        operation_name: body.operation_name,
        variables: body.variables.unwrap_or_default(),
        tells_cost: false,
    };
    let prepared = match server.prepare(params, &caller) {
        Ok(prepared) => prepared,
        Err(answer) => {
            let status = if media == GRAPHQL_JSON {
                StatusCode::BAD_REQUEST
            } else {
                StatusCode::OK
            };
            return reply(media, status, &answer);
        }
    };
    if prepared.kind() == OperationType::Subscription {
        return refuse(
            media,
            StatusCode::BAD_REQUEST,
            "subscriptions need a stream: a WebSocket, or `Accept: text/event-stream`",
        );
    }
    if !changes && prepared.kind() == OperationType::Mutation {
        let mut response = refuse(
            media,
            StatusCode::METHOD_NOT_ALLOWED,
            "changes are made by POST; GET is for queries",
        );
        response
            .headers_mut()
            .insert(ALLOW, HeaderValue::from_static("POST"));
        return response;
    }
    let answer = server.run(prepared, caller).await;
    reply(media, StatusCode::OK, &answer)
}

/// The media type of the answer. `application/json` for those who take anything, as older clients expect.
fn accepted(headers: &HeaderMap) -> Result<&'static str, Box<Response>> {
    let accept = headers
        .get_all(ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .collect::<Vec<_>>()
        .join(",");
    if accept.trim().is_empty() {
        return Ok(JSON);
    }
    let ranges = accept.split(',').map(|range| {
        let range = range.split(';').next().unwrap_or_default();
        range.trim().to_ascii_lowercase()
    });
    for range in ranges {
        match range.as_str() {
            GRAPHQL_JSON => return Ok(GRAPHQL_JSON),
            JSON | "application/*" | "*/*" => return Ok(JSON),
            _ => {}
        }
    }
    Err(Box::new(refuse(
        JSON,
        StatusCode::NOT_ACCEPTABLE,
        "answers are `application/graphql-response+json` or `application/json`",
    )))
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()) else {
        return false;
    };
    let mut parts = value.split(';').map(|part| part.trim().to_ascii_lowercase());
    parts.next().as_deref() == Some(JSON)
        && parts.all(|part| {
            part.strip_prefix("charset=")
                .is_none_or(|charset| charset.trim_matches('"') == "utf-8")
        })
}

fn unidentified(media: &'static str, error: &Error) -> Response {
    let status = match error.code() {
        "UNAUTHENTICATED" => StatusCode::UNAUTHORIZED,
        "FORBIDDEN" => StatusCode::FORBIDDEN,
        "UNAVAILABLE" | "TIMEOUT" => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    };
    if status == StatusCode::INTERNAL_SERVER_ERROR {
        tracing::error!(cause = ?error, "a caller could not be identified");
    }
    let body =
        json!({ "errors": [{ "message": error.to_string(), "extensions": { "code": error.code() } }] });
    let mut response = reply(media, status, &body);
    if status == StatusCode::UNAUTHORIZED {
        response
            .headers_mut()
            .insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

fn refuse(media: &'static str, status: StatusCode, message: &str) -> Response {
    let body = json!({ "errors": [{ "message": message, "extensions": { "code": "BAD_USER_INPUT" } }] });
    reply(media, status, &body)
}

fn reply(media: &'static str, status: StatusCode, body: &impl serde::Serialize) -> Response {
    match serde_json::to_vec(body) {
        Ok(body) => (
            status,
            [
                (CONTENT_TYPE, format!("{media}; charset=utf-8")),
                (axum::http::header::CACHE_CONTROL, "no-store".to_owned()),
            ],
            body,
        )
            .into_response(),
        Err(error) => {
            tracing::error!(cause = ?error, "an answer could not be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
