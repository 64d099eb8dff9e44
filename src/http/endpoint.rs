//! The handler of `/graphql`, by the GraphQL-over-HTTP specification.

use std::sync::Arc;

use async_graphql::parser::types::OperationType;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::header::UPGRADE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::Response;

use super::admission::CallerKey;
use super::answers::Start;
use super::body::receive;
use super::events::EventStream;
use super::media::{Accepted, Media};
use super::reply::{Rejection, reply, tell_quota};
use super::request::GraphQlRequest;
use super::request_log::RequestLog;
use super::server::Server;
use super::socket;
use crate::error::Code;
use crate::operation::Prepared;

/// The request header that asks for `extensions.cost`: `GraphQL-Cost: 1`.
const COST: &str = "graphql-cost";

/// Answers a request to `/graphql`, whatever its method. The work has a place of its own, because the layers around it move
/// what they enclose, and copying it takes longer than many a step of it.
pub(super) async fn answer(State(server): State<Arc<Server>>, request: Request) -> Response {
    Box::pin(answer_in_place(server, request)).await
}

async fn answer_in_place(server: Arc<Server>, request: Request) -> Response {
    let (mut head, body) = request.into_parts();
    let log = RequestLog::of_request(&mut head.extensions);
    if head.method == Method::GET && asks_for_socket(&head.headers) {
        return match socket::upgrade(server, head).await {
            Ok(response) => response,
            Err(rejection) => {
                log.refused(rejection.code);
                rejection.reply(Media::Json)
            }
        };
    }
    let accepted = Accepted::of(&head.headers);
    match respond(&server, accepted, &head, body, &log).await {
        Ok(response) => response,
        Err(rejection) => {
            log.refused(rejection.code);
            rejection.reply(accepted.refusal())
        }
    }
}

/// The steps in the order in which a request can be rejected.
async fn respond(
    server: &Arc<Server>,
    accepted: Accepted,
    head: &Parts,
    body: Body,
    log: &RequestLog,
) -> Result<Response, Rejection> {
    let is_get = check_method(server, &head.method)?;
    if accepted.for_one_answer().is_none() && !accepted.accepts_events() {
        let message =
            "answers are `application/graphql-response+json`, `application/json` or `text/event-stream`";
        return Err(not_acceptable(message));
    }
    let mut share = server.admission.body()?;
    let body = if is_get {
        Bytes::new()
    } else {
        receive(&head.headers, body, &mut share).await?
    };
    let session = server.identity.session(&head.headers).await?;
    let caller = server.identity.caller_in(&session).await?;
    let key = CallerKey::from(&caller);
    let permit = server.admission.operation(key).await?;
    let request = if is_get {
        GraphQlRequest::from_url(head.uri.query().unwrap_or_default())
    } else {
        GraphQlRequest::from_json(&body)
    };
    let request = request.map_err(Rejection::malformed)?;
    let reports_cost = head.headers.get(COST).is_some_and(|value| value == "1");
    let prepared = server.prepare(request, &caller, reports_cost, log);
    let kind = prepared.as_ref().map_or(OperationType::Query, Prepared::kind);
    if is_get && kind == OperationType::Mutation {
        let message = "changes are made by POST; GET is for queries";
        return Err(Rejection::method(message, "POST"));
    }
    let media = media_for(accepted, kind)?;
    let quota = match &prepared {
        Ok(prepared) => Some(server.admission.charge(key, prepared.cost())?),
        Err(_) => None,
    };
    let mut response = match (media, prepared) {
        (Media::Events, prepared) => {
            let slot = server.admission.stream(key)?;
            let prepared = prepared.map(|prepared| Start::Prepared(prepared, permit));
            let input_end = head.extensions.get().cloned();
            let stream = EventStream::new(server, session, slot, input_end, log);
            stream.respond(prepared, caller)
        }
        (media, Ok(prepared)) => {
            let answer = Box::pin(server.run(prepared, caller)).await;
            log.answered(&answer);
            server.admission.hold(reply(media, StatusCode::OK, &answer))
        }
        (Media::GraphQlJson, Err(answer)) => reply(Media::GraphQlJson, StatusCode::BAD_REQUEST, &answer),
        (Media::Json, Err(answer)) => reply(Media::Json, StatusCode::OK, &answer),
    };
    if let Some(quota) = quota {
        tell_quota(response.headers_mut(), quota);
    }
    Ok(response)
}

/// Returns whether the method is GET. HEAD is refused: it would run the operation and drop its answer.
fn check_method(server: &Server, method: &Method) -> Result<bool, Rejection> {
    match (method, server.allows_get) {
        (&Method::POST, _) => Ok(false),
        (&Method::GET, true) => Ok(true),
        (_, true) => Err(Rejection::method("operations come by POST or GET", "GET, POST")),
        (_, false) => Err(Rejection::method("operations come by POST", "POST")),
    }
}

/// The media type of the answer. A subscription has many answers, which needs a stream.
fn media_for(accepted: Accepted, kind: OperationType) -> Result<Media, Rejection> {
    if kind != OperationType::Subscription {
        return Ok(accepted.for_one_answer().unwrap_or(Media::Events));
    }
    if accepted.accepts_events() {
        Ok(Media::Events)
    } else {
        let message = "a subscription is answered as `text/event-stream`, or over a WebSocket";
        Err(not_acceptable(message))
    }
}

fn not_acceptable(message: &'static str) -> Rejection {
    Rejection::new(StatusCode::NOT_ACCEPTABLE, Code::BadUserInput, message)
}

fn asks_for_socket(headers: &HeaderMap) -> bool {
    headers
        .get(UPGRADE)
        .is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"websocket"))
}
