//! HTTP: the routes, the layers around them, and the connections.
//!
//! `endpoint` answers `/graphql`: `request` parses what is asked for, `server` prepares and runs it, `reply`, `events` and
//! `socket` carry the answers.

mod admission;
mod answers;
mod body;
mod connections;
mod documents;
mod drain;
mod endpoint;
mod events;
mod health;
mod host;
mod lifecycle;
mod media;
mod metrics;
mod names;
mod origin;
pub mod playground;
mod reply;
mod request;
mod request_id;
mod request_log;
mod server;
mod session_watch;
mod signpost;
mod socket;
mod tls;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::X_CONTENT_TYPE_OPTIONS;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{any, get};
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::predicate::{NotForContentType, SizeAbove};
use tower_http::compression::{CompressionLayer, Predicate as _};
use tower_http::request_id::{PropagateRequestIdLayer, SetRequestIdLayer};
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::TimeoutLayer;

pub use self::admission::{Admission, AdmissionBounds, AdmissionSettings, Resources};
pub use self::connections::{ConnectionSettings, ConnectionTimeouts, Connections};
pub use self::documents::Documents;
pub use self::drain::{DrainSettings, drain};
pub use self::lifecycle::Lifecycle;
pub use self::metrics::metrics_router;
use self::names::{API_PATH, LIVE_PATH, READY_PATH, REQUEST_ID};
pub use self::origin::{AllowedOrigins, parse_origin};
pub use self::server::Server;
pub use self::tls::{Tls, TlsError, TlsSettings};

/// The smallest body that is compressed, in bytes. A smaller one fits one packet anyway.
const MIN_COMPRESSED: u16 = 1024;

/// The options for the server's part that browsers reach.
#[derive(Clone, Default)]
pub struct PublicOptions {
    /// The source of the playground's tokens. `None` leaves out the playground.
    pub playground: Option<playground::Token>,
    /// Whether only requests to a loopback name are answered, so that no page can reach the server by a DNS name of its
    /// own that points here.
    pub only_loopback_names: bool,
    /// The origins whose pages may use the API.
    pub origins: AllowedOrigins,
}

/// Builds the router with every route.
pub fn router(server: Arc<Server>, options: PublicOptions) -> Router {
    let timeout = server.admission.bounds.request_timeout;
    let mut api = Router::new().route(API_PATH, any(endpoint::answer));
    if let Some(token) = &options.playground {
        api = api.layer(middleware::from_fn_with_state(
            token.clone(),
            playground::for_browsers,
        ));
    }
    let mut router = api
        .route(LIVE_PATH, get(health::live))
        .route(READY_PATH, get(health::ready))
        .with_state(server);
    let has_playground = options.playground.is_some();
    if let Some(token) = options.playground {
        router = router.merge(playground::router(token));
    }
    let checks = Checks {
        only_loopback_names: options.only_loopback_names,
        origins: options.origins,
    };
    with_layers(signpost::with_signposts(router, has_playground), checks, timeout)
}

/// Adds the layers around every route: CORS, compression, the log, headers, JSON for what other layers reject, an end to
/// panics, a time limit, and the checks. They are one stack, since each layer that is added to a router by itself is boxed,
/// and copied for every request with all that it encloses.
fn with_layers(router: Router, checks: Checks, timeout: Duration) -> Router {
    let layers = ServiceBuilder::new()
        .option_layer(checks.origins.layer())
        .layer(
            CompressionLayer::new().compress_when(
                SizeAbove::new(MIN_COMPRESSED)
                    .and(NotForContentType::SSE)
                    .and(NotForContentType::IMAGES),
            ),
        )
        .map_request(request_id::check)
        .layer(SetRequestIdLayer::new(REQUEST_ID, request_id::MakeId))
        .layer(middleware::from_fn(request_log::log_requests))
        .layer(PropagateRequestIdLayer::new(REQUEST_ID))
        .layer(SetResponseHeaderLayer::if_not_present(
            X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ))
        .layer(middleware::from_fn(reply::json_for_other_layers))
        .layer(CatchPanicLayer::new())
        .layer(TimeoutLayer::with_status_code(
            StatusCode::SERVICE_UNAVAILABLE,
            timeout,
        ))
        .layer(middleware::from_fn_with_state(Arc::new(checks), check));
    router.layer(layers)
}

/// The checks of a request before it is routed.
#[derive(Default)]
struct Checks {
    only_loopback_names: bool,
    origins: AllowedOrigins,
}

impl Checks {
    /// The refusal of a request, if one of the checks has one.
    fn refusal(&self, request: &Request) -> Option<Response> {
        connections::refusal_beyond_bound(request)
            .or_else(|| self.only_loopback_names.then(|| host::refusal(request)).flatten())
            .or_else(|| self.origins.refusal(request.headers()))
    }
}

/// Refuses requests that do not pass the checks.
async fn check(State(checks): State<Arc<Checks>>, request: Request, next: Next) -> Response {
    match checks.refusal(&request) {
        Some(refusal) => refusal,
        None => next.run(request).await,
    }
}

#[cfg(test)]
mod tests;
