//! The metrics, on a listener of their own: they are for the operator's network, not for callers.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::metrics::METRICS;
use crate::store::Store;

/// The media type of `OpenMetrics` text.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Builds the router of the metrics' listener: `GET /metrics`.
pub fn metrics_router(store: Store) -> Router {
    Router::new().route("/metrics", get(metrics)).with_state(store)
}

/// Writes the metrics. Those of the database keep their last values while it cannot be reached.
async fn metrics(State(store): State<Store>) -> Response {
    if let Err(error) = store.system().observe().await {
        tracing::debug!(
            error = &error as &dyn std::error::Error,
            "the database was not counted"
        );
    }
    match METRICS.encode() {
        Ok(text) => ([(CONTENT_TYPE, OPEN_METRICS)], text).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
