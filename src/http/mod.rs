//! The router as a table of contents, and what its handlers share.

mod answers;
mod connections;
mod documents;
mod events;
mod health;
mod host;
mod media;
mod operation;
mod params;
pub mod playground;
mod refusal;
mod socket;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::header::{HeaderName, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware;
use axum::routing::{any, get};
use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, RequestId, SetRequestIdLayer};
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::TimeoutLayer;
use tower_http::trace::TraceLayer;

pub use self::answers::Streams;
pub use self::connections::{Patience, serve};
pub use self::documents::Documents;
use crate::auth::{Caller, Identity};
use crate::graphql::{self, RequestData, Schema};
use crate::operation::{Answer, Introspection, Operations, Params, Prepared};
use crate::store::Store;

/// The longest a request may take.
const LONGEST_ANSWER: Duration = Duration::from_secs(30);
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What the handlers share.
pub struct Server {
    /// The database.
    pub store: Store,
    /// The graph.
    pub schema: Schema,
    /// The steps from an operation's text to its answer.
    pub operations: Operations,
    /// Who is asking.
    pub identity: Identity,
    /// The documents that clients may name.
    pub documents: Documents,
    /// Whether queries may come by GET.
    pub allows_get: bool,
    /// What stays open until it is told to end.
    pub streams: Streams,
}

impl Server {
    /// Reads an operation of this caller's; the answer says what is wrong with it.
    pub fn prepare(&self, params: Params, caller: &Caller) -> Result<Prepared, Answer> {
        self.operations
            .prepare(params, caller.permissions, Introspection::Allowed)
    }

    /// Answers an operation as its caller may have it.
    pub async fn run(&self, prepared: Prepared, caller: Caller) -> Answer {
        let data = RequestData::new(caller);
        let answer = prepared
            .run(async |request| graphql::execute(&self.schema, request, &data).await)
            .await;
        for subject in data.changed_users() {
            self.identity.forget(&data.caller.tenant, &subject).await;
        }
        answer
    }

    /// Answers a subscription: an answer for every event.
    pub fn subscribe(&self, prepared: Prepared, caller: Caller) -> BoxStream<'static, Answer> {
        let (schema, data) = (self.schema.clone(), RequestData::new(caller));
        prepared
            .subscribe(move |request| graphql::subscribe(&schema, request, &data))
            .boxed()
    }
}

/// Who may reach the server, and what it shows to browsers.
#[derive(Clone, Default)]
pub struct Surface {
    /// The playground at `/`, with the token it starts with.
    pub playground: Option<playground::Token>,
    /// Answer only to the names of this machine: a page elsewhere must not reach it by rebinding a name.
    pub only_loopback_names: bool,
}

/// Every route there is.
pub fn router(server: Arc<Server>, surface: Surface) -> Router {
    let mut router = Router::new()
        .route(refusal::PATH, any(operation::answer))
        .route("/livez", get(health::live))
        .route("/readyz", get(health::ready))
        .with_state(server);
    if let Some(token) = surface.playground {
        router = router.merge(playground::router(token));
    }
    if surface.only_loopback_names {
        router = router.layer(middleware::from_fn(host::only_loopback));
    }
    layered(router, LONGEST_ANSWER)
}

/// With what is around every route: a limit of time, an end to panics, JSON for what these refuse, headers, and the log.
fn layered(router: Router, longest: Duration) -> Router {
    router
        .layer(TimeoutLayer::with_status_code(
            StatusCode::SERVICE_UNAVAILABLE,
            longest,
        ))
        .layer(CatchPanicLayer::new())
        .layer(middleware::from_fn(refusal::as_json))
        .layer(SetResponseHeaderLayer::if_not_present(
            X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ))
        .layer(PropagateRequestIdLayer::new(REQUEST_ID))
        .layer(TraceLayer::new_for_http().make_span_with(span))
        .layer(SetRequestIdLayer::new(REQUEST_ID, MakeRequestUuid)) // added last, so it sees everything
}

/// What every line of the log about a request carries: never its headers, its body or its query string.
fn span(request: &Request) -> tracing::Span {
    let id = request
        .extensions()
        .get::<RequestId>()
        .and_then(|id| id.header_value().to_str().ok())
        .filter(|id| id.len() <= 64)
        .unwrap_or_default();
    tracing::info_span!("request", id, method = %request.method(), path = request.uri().path())
}

#[cfg(test)]
mod tests;
