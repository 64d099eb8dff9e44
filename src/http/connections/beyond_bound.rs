//! The requests over connections beyond the bound, which are for health checks alone.

use axum::extract::Request;
use axum::http::header::CONNECTION;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::Response;

use crate::error::Code;
use crate::http::media::Media;
use crate::http::names::{LIVE_PATH, READY_PATH};
use crate::http::reply::Rejection;
use crate::http::request_log::RequestLog;

/// Tells that a request came over a connection beyond the bound.
#[derive(Clone, Copy)]
pub(super) struct BeyondBound;

/// Refuses every request but health checks on a connection beyond the bound, and closes the connection.
pub(in crate::http) async fn refuse_beyond_bound(request: Request, next: Next) -> Response {
    let is_beyond_bound = request.extensions().get::<BeyondBound>().is_some();
    if !is_beyond_bound || [LIVE_PATH, READY_PATH].contains(&request.uri().path()) {
        return next.run(request).await;
    }
    if let Some(log) = request.extensions().get::<RequestLog>() {
        log.refused(Code::Unavailable);
    }
    let message = "the server has too many connections; try again";
    let rejection = Rejection::new(StatusCode::SERVICE_UNAVAILABLE, Code::Unavailable, message);
    let mut response = rejection.reply(Media::Json);
    response
        .headers_mut()
        .insert(CONNECTION, HeaderValue::from_static("close"));
    response
}
