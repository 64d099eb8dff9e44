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
use axum::http::header::X_CONTENT_TYPE_OPTIONS;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware;
use axum::routing::{any, get};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::predicate::{NotForContentType, SizeAbove};
use tower_http::compression::{CompressionLayer, Predicate as _};
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer};
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
    let origins = Arc::new(options.origins);
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
    let mut router = signpost::with_signposts(router, has_playground);
    router = router.layer(middleware::from_fn_with_state(origins.clone(), origin::check));
    if options.only_loopback_names {
        router = router.layer(middleware::from_fn(host::only_loopback));
    }
    router = router.layer(middleware::from_fn(connections::refuse_beyond_bound));
    let router = with_layers(router, timeout).layer(
        CompressionLayer::new().compress_when(
            SizeAbove::new(MIN_COMPRESSED)
                .and(NotForContentType::SSE)
                .and(NotForContentType::IMAGES),
        ),
    );
    match origins.layer() {
        Some(cors) => router.layer(cors),
        None => router,
    }
}

/// Adds the layers around every route: a time limit, an end to panics, JSON for what these reject, headers, and the log.
fn with_layers(router: Router, timeout: Duration) -> Router {
    router
        .layer(TimeoutLayer::with_status_code(
            StatusCode::SERVICE_UNAVAILABLE,
            timeout,
        ))
        .layer(CatchPanicLayer::new())
        .layer(middleware::from_fn(reply::json_for_other_layers))
        .layer(SetResponseHeaderLayer::if_not_present(
            X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ))
        .layer(PropagateRequestIdLayer::new(REQUEST_ID))
        .layer(middleware::from_fn(request_log::log_requests))
        .layer(SetRequestIdLayer::new(REQUEST_ID, MakeRequestUuid))
        .layer(middleware::map_request(request_id::check)) // added last, so it sees everything
}

#[cfg(test)]
mod tests;
