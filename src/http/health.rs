//! Health checks for supervisors and load balancers.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;

use super::lifecycle::Stage;
use super::server::Server;

/// `GET /livez`: the program answers.
pub async fn live() -> &'static str {
    "ok"
}

/// `GET /readyz`: the database answers too, there are keys to verify tokens with, and the server is not about to stop.
pub async fn ready(State(server): State<Arc<Server>>) -> (StatusCode, &'static str) {
    if server.lifecycle.has_reached(Stage::Leaving) {
        return (StatusCode::SERVICE_UNAVAILABLE, "the server is stopping");
    }
    if !server.store.system().is_ready().await {
        return (StatusCode::SERVICE_UNAVAILABLE, "the database cannot be reached");
    }
    if !server.identity.is_ready().await {
        return (
            StatusCode::SERVICE_UNAVAILABLE,
            "the keys that verify tokens have not been read yet",
        );
    }
    (StatusCode::OK, "ok")
}
