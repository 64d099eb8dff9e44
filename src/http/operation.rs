//! GraphQL over HTTP (the GraphQL-over-HTTP specification): from a request to an operation, and back.

use std::sync::Arc;
use std::time::Duration;

use async_graphql::parser::types::OperationType;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::header::UPGRADE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::Response;
use futures_util::StreamExt as _;
use tokio::time::timeout;

use super::media::{Accepted, Media, sends_json};
use super::params::Asked;
use super::refusal::{Refusal, reply};
use super::{Server, events, socket};
use crate::auth::Caller;
use crate::error::Code;
use crate::operation::{Answer, Params, Prepared};

/// The largest body of a request, in bytes: an operation and its variables.
pub(super) const LARGEST_BODY: usize = 256 * 1024;
/// How much of a body that is too large is taken in, so that its sender gets to read why it was refused.
const DISCARDED: usize = 4 * 1024 * 1024;
/// `GraphQL-Cost: 1` asks for `extensions.cost`.
const COST: &str = "graphql-cost";
/// How long a body may take to arrive.
const LONGEST_BODY: Duration = Duration::from_secs(10);

/// `/graphql`, whatever the method.
pub(super) async fn answer(State(server): State<Arc<Server>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    if head.method == Method::GET && asks_for_socket(&head.headers) {
        return match socket::upgrade(server, head).await {
            Ok(response) => response,
            Err(refusal) => refusal.reply(Media::Json),
        };
    }
    let accepted = Accepted::of(&head.headers);
    match respond(&server, accepted, &head, body).await {
        Ok(response) => response,
        Err(refusal) => refusal.reply(accepted.refusal()),
    }
}

/// The text of what is asked for, read and checked. Fails with a request error.
pub(super) fn prepare(
    server: &Server,
    asked: Asked,
    caller: &Caller,
    reports_cost: bool,
) -> Result<Prepared, Answer> {
    let params = Params {
        query: server.documents.find(asked.document)?,
        operation_name: asked.operation_name,
        variables: asked.variables,
        reports_cost,
    };
    server.prepare(params, caller)
}

/// The steps, in the order in which a request can be refused.
async fn respond(
    server: &Arc<Server>,
    accepted: Accepted,
    head: &Parts,
    body: Body,
) -> Result<Response, Refusal> {
    let is_get = check_method(server, &head.method)?;
    if accepted.once().is_none() && !accepted.many() {
        let message =
            "answers are `application/graphql-response+json`, `application/json` or `text/event-stream`";
        return Err(not_acceptable(message));
    }
    let body = if is_get {
        Bytes::new()
    } else {
        receive(&head.headers, body).await?
    };
    let session = server.identity.session(&head.headers).await?;
    let caller = server.identity.caller_in(&session).await?;
    let asked = if is_get {
        Asked::from_url(head.uri.query().unwrap_or_default())
    } else {
        Asked::from_json(&body)
    };
    let asked = asked.map_err(Refusal::malformed)?;
    let reports_cost = head.headers.get(COST).is_some_and(|value| value == "1");
    let prepared = prepare(server, asked, &caller, reports_cost);
    let kind = prepared.as_ref().map_or(OperationType::Query, Prepared::kind);
    if is_get && kind == OperationType::Mutation {
        let message = "changes are made by POST; GET is for queries";
        return Err(Refusal::method(message, "POST"));
    }
    match (written(accepted, kind)?, prepared) {
        (Media::Events, prepared) => Ok(events::stream(server.clone(), session, caller, prepared)),
        (media, Ok(prepared)) => Ok(reply(media, StatusCode::OK, &server.run(prepared, caller).await)),
        (Media::GraphQlJson, Err(answer)) => Ok(reply(Media::GraphQlJson, StatusCode::BAD_REQUEST, &answer)),
        (Media::Json, Err(answer)) => Ok(reply(Media::Json, StatusCode::OK, &answer)),
    }
}

/// Whether it is a GET. HEAD is none: what it would tell about is run, and then thrown away.
fn check_method(server: &Server, method: &Method) -> Result<bool, Refusal> {
    match (method, server.allows_get) {
        (&Method::POST, _) => Ok(false),
        (&Method::GET, true) => Ok(true),
        (_, true) => Err(Refusal::method("operations come by POST or GET", "GET, POST")),
        (_, false) => Err(Refusal::method("operations come by POST", "POST")),
    }
}

/// What the answer is written as. A subscription has many answers.
fn written(accepted: Accepted, kind: OperationType) -> Result<Media, Refusal> {
    if kind != OperationType::Subscription {
        return Ok(accepted.once().unwrap_or(Media::Events));
    }
    if accepted.many() {
        Ok(Media::Events)
    } else {
        let message = "a subscription is answered as `text/event-stream`, or over a WebSocket";
        Err(not_acceptable(message))
    }
}

fn not_acceptable(message: &'static str) -> Refusal {
    Refusal::new(StatusCode::NOT_ACCEPTABLE, Code::BadUserInput, message)
}

fn asks_for_socket(headers: &HeaderMap) -> bool {
    headers
        .get(UPGRADE)
        .is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"websocket"))
}

/// Takes in a body that may be an operation.
async fn receive(headers: &HeaderMap, body: Body) -> Result<Bytes, Refusal> {
    if !sends_json(headers) {
        return Err(Refusal::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Code::BadUserInput,
            "send the operation as JSON in UTF-8, with `Content-Type: application/json`",
        ));
    }
    match timeout(LONGEST_BODY, collect(body)).await {
        Ok(received) => received,
        Err(_) => Err(Refusal::new(
            StatusCode::REQUEST_TIMEOUT,
            Code::Timeout,
            "the body took too long to arrive",
        )),
    }
}

async fn collect(body: Body) -> Result<Bytes, Refusal> {
    let mut chunks = body.into_data_stream();
    let (mut received, mut length) = (Vec::new(), 0);
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| Refusal::malformed("the body did not arrive in full"))?;
        length += chunk.len();
        if length <= LARGEST_BODY {
            received.extend_from_slice(&chunk);
        } else if length > DISCARDED {
            break;
        }
    }
    if length > LARGEST_BODY {
        return Err(Refusal::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            Code::LimitExceeded,
            format!("a request may have {LARGEST_BODY} bytes"),
        ));
    }
    Ok(received.into())
}
