//! The requests over connections beyond the bound, which are for health checks alone.

use axum::extract::Request;
use axum::http::header::CONNECTION;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;

use crate::error::Code;
use crate::http::media::Media;
use crate::http::names::{LIVE_PATH, READY_PATH};
use crate::http::reply::Rejection;
use crate::http::request_log::RequestLog;

/// Tells that a request came over a connection beyond the bound.
#[derive(Clone, Copy)]
pub(super) struct BeyondBound;

/// The refusal of any request but a health check on a connection beyond the bound, which it closes.
pub(in crate::http) fn refusal_beyond_bound(request: &Request) -> Option<Response> {
    request.extensions().get::<BeyondBound>()?;
    if [LIVE_PATH, READY_PATH].contains(&request.uri().path()) {
        return None;
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
    Some(response)
}
