//! The body of a request: JSON, bounded in size and in time.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, StatusCode};
use futures_util::StreamExt as _;
use tokio::time::timeout;

use super::admission::Share;
use super::media::sends_json;
use super::reply::Rejection;
use crate::error::Code;

/// The largest body of a request, in bytes: an operation and its variables.
pub(super) const MAX_BODY: usize = 256 * 1024;
/// The number of bytes of a too large body that are read and dropped, so that the client reads the response instead of
/// running into a closed connection.
const MAX_DISCARDED: usize = 4 * 1024 * 1024;
/// The maximum time for a body to arrive.
const BODY_TIMEOUT: Duration = Duration::from_secs(8);

/// Reads the body of a request whose headers say that it is JSON, and counts its bytes.
pub(super) async fn receive(headers: &HeaderMap, body: Body, share: &mut Share) -> Result<Bytes, Rejection> {
    if !sends_json(headers) {
        return Err(Rejection::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Code::BadUserInput,
            "send the operation as JSON in UTF-8, with `Content-Type: application/json`",
        ));
    }
    match timeout(BODY_TIMEOUT, collect(body, share)).await {
        Ok(received) => received,
        Err(_) => Err(Rejection::new(
            StatusCode::REQUEST_TIMEOUT,
            Code::Timeout,
            "the body took too long to arrive",
        )),
    }
}

async fn collect(body: Body, share: &mut Share) -> Result<Bytes, Rejection> {
    let mut chunks = body.into_data_stream();
    let (mut received, mut length) = (Vec::new(), 0);
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| Rejection::malformed("the body did not arrive in full"))?;
        length += chunk.len();
        if length <= MAX_BODY {
            share.grow(chunk.len());
            received.extend_from_slice(&chunk);
        } else if length > MAX_DISCARDED {
            break;
        }
    }
    if length > MAX_BODY {
        return Err(Rejection::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            Code::LimitExceeded,
            format!("a request may have {MAX_BODY} bytes"),
        ));
    }
    Ok(received.into())
}
