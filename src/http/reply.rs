//! Responses: answers as JSON, and rejections, which are JSON with a code whatever layer they come from.

use std::borrow::Cow;

use async_graphql::{ErrorExtensionValues, ServerError};
use axum::body::Bytes;
use axum::extract::Request;
use axum::http::header::{
    ALLOW, CACHE_CONTROL, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::admission::{Overload, Quota};
use super::media::Media;
use super::names::{API_PATH, RATE_LIMIT, RATE_LIMIT_POLICY};
use super::request_log::RequestLog;
use crate::error::{Code, Error, INTERNAL, TIMEOUT};
use crate::operation::Answer;

/// The seconds after which a client may try again where no bound says more.
const RETRY_SOON: u64 = 1;

/// A request that is rejected before an operation of it is prepared.
#[derive(Debug)]
pub(super) struct Rejection {
    pub status: StatusCode,
    pub code: Code,
    pub message: Cow<'static, str>,
    /// The methods that are allowed instead.
    pub allow: Option<&'static str>,
    /// The bound that was reached, if that is the reason.
    overload: Option<Overload>,
}

impl Rejection {
    pub fn new(status: StatusCode, code: Code, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            allow: None,
            overload: None,
        }
    }

    /// 400: the request cannot be read.
    pub fn malformed(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, Code::BadUserInput, message)
    }

    /// 405, with the methods that are allowed.
    pub fn method(message: &'static str, allow: &'static str) -> Self {
        Self {
            allow: Some(allow),
            ..Self::new(StatusCode::METHOD_NOT_ALLOWED, Code::BadUserInput, message)
        }
    }

    /// The response that is sent.
    pub fn reply(&self, media: Media) -> Response {
        let mut response = reply(media, self.status, &self.answer());
        let headers = response.headers_mut();
        if let Some(allow) = self.allow {
            headers.insert(ALLOW, HeaderValue::from_static(allow));
        }
        if let Some(quota) = self.overload.and_then(Overload::quota) {
            tell_quota(headers, quota);
        }
        match self.status {
            StatusCode::UNAUTHORIZED => {
                headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => {
                let seconds = self.overload.map_or(RETRY_SOON, Overload::retry_after);
                headers.insert(RETRY_AFTER, seconds.into());
            }
            // The rest of the body is not waited for.
            StatusCode::REQUEST_TIMEOUT | StatusCode::PAYLOAD_TOO_LARGE => {
                headers.insert(CONNECTION, HeaderValue::from_static("close"));
            }
            _ => {}
        }
        response
    }

    /// The answer that a stream sends instead.
    pub fn answer(&self) -> Answer {
        request_error(self.code, self.message.clone())
    }
}

/// The caller could not be identified, or may not use the API.
impl From<Error> for Rejection {
    fn from(error: Error) -> Self {
        error.log();
        let code = error.code();
        Self::new(code.status(), code, error.to_string())
    }
}

impl From<Overload> for Rejection {
    fn from(overload: Overload) -> Self {
        let code = overload.code();
        Self {
            overload: Some(overload),
            ..Self::new(code.status(), code, overload.message())
        }
    }
}

/// Adds the headers with the cost that the caller may still ask for (draft-ietf-httpapi-ratelimit-headers-10).
pub(super) fn tell_quota(headers: &mut HeaderMap, quota: Quota) {
    let Quota {
        burst,
        window,
        left,
        full_in,
    } = quota;
    for (name, value) in [
        (RATE_LIMIT_POLICY, format!("\"cost\";q={burst};w={window}")),
        (RATE_LIMIT, format!("\"cost\";r={left};t={full_in}")),
    ] {
        if let Ok(value) = value.try_into() {
            headers.insert(name, value);
        }
    }
}

/// A request error with one code and one message.
pub(super) fn request_error(code: Code, message: impl Into<String>) -> Answer {
    let mut error = ServerError::new(message, None);
    error
        .extensions
        .get_or_insert_with(ErrorExtensionValues::default)
        .set("code", code.name());
    Answer::refusal(vec![error])
}

/// The response with an answer as its body.
pub(super) fn reply(media: Media, status: StatusCode, answer: &impl Serialize) -> Response {
    let content_type = match media {
        Media::GraphQlJson => "application/graphql-response+json; charset=utf-8",
        Media::Json | Media::Events => "application/json; charset=utf-8",
    };
    match serde_json::to_vec(answer) {
        Ok(body) => {
            let headers = [(CONTENT_TYPE, content_type), (CACHE_CONTROL, "no-store")];
            (status, headers, Bytes::from(body)).into_response()
        }
        Err(error) => {
            tracing::error!(cause = ?error, "an answer could not be written");
            // `json_for_other_layers` gives it a body.
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// Replaces the plain text with which other layers reject a request (a host, a time limit, a panic, a path) by JSON, at
/// the API's path.
pub(super) async fn json_for_other_layers(request: Request, next: Next) -> Response {
    let log = request.extensions().get::<RequestLog>().cloned();
    let path = request.uri().path();
    let is_api = path
        .strip_prefix(API_PATH)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let response = next.run(request).await;
    let is_refused = response.status().is_client_error() || response.status().is_server_error();
    let is_json = response
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.contains("json"));
    if !is_api || !is_refused || is_json {
        return response;
    }
    let (mut head, _) = response.into_parts();
    let (code, message) = message_for(head.status);
    if let Some(log) = log {
        log.refused(code);
    }
    let (written, body) = Rejection::new(head.status, code, message)
        .reply(Media::Json)
        .into_parts();
    head.headers.remove(CONTENT_LENGTH);
    head.headers.extend(written.headers);
    Response::from_parts(head, body)
}

/// The code and the message for a status that another layer chose.
fn message_for(status: StatusCode) -> (Code, &'static str) {
    match status {
        StatusCode::NOT_FOUND => (
            Code::BadUserInput,
            "the API is at /graphql, and nothing is below it",
        ),
        StatusCode::MISDIRECTED_REQUEST => (
            Code::Forbidden,
            "the development server answers only to localhost, 127.0.0.1 and [::1]",
        ),
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::REQUEST_TIMEOUT => (Code::Timeout, TIMEOUT),
        status if status.is_server_error() => (Code::Internal, INTERNAL),
        _ => (Code::BadUserInput, "the request cannot be understood"),
    }
}
