//! What is not answered, and why: always JSON with a code, whatever layer refused it.

use std::borrow::Cow;

use async_graphql::{ErrorExtensionValues, ServerError};
use axum::body::Bytes;
use axum::extract::Request;
use axum::http::header::{ALLOW, CACHE_CONTROL, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::media::Media;
use crate::error::{Code, Error, INTERNAL, TIMEOUT};
use crate::operation::Answer;

/// The path of the API.
pub(super) const PATH: &str = "/graphql";

/// A request that is no operation, or one of nobody's.
#[derive(Debug)]
pub(super) struct Refusal {
    pub status: StatusCode,
    pub code: Code,
    pub message: Cow<'static, str>,
    /// What methods are allowed instead.
    pub allow: Option<&'static str>,
}

impl Refusal {
    pub fn new(status: StatusCode, code: Code, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            allow: None,
        }
    }

    /// 400: it does not say what to run.
    pub fn malformed(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, Code::BadUserInput, message)
    }

    /// 405, with what is allowed.
    pub fn method(message: &'static str, allow: &'static str) -> Self {
        Self {
            allow: Some(allow),
            ..Self::new(StatusCode::METHOD_NOT_ALLOWED, Code::BadUserInput, message)
        }
    }

    /// As JSON, to be sent.
    pub fn reply(&self, media: Media) -> Response {
        let mut response = reply(media, self.status, &self.answer());
        let headers = response.headers_mut();
        if let Some(allow) = self.allow {
            headers.insert(ALLOW, HeaderValue::from_static(allow));
        }
        match self.status {
            StatusCode::UNAUTHORIZED => {
                headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            // What is left of the body is not waited for.
            StatusCode::REQUEST_TIMEOUT | StatusCode::PAYLOAD_TOO_LARGE => {
                headers.insert(CONNECTION, HeaderValue::from_static("close"));
            }
            _ => {}
        }
        response
    }

    /// As the answer to an operation.
    pub fn answer(&self) -> Answer {
        refusal(self.code, self.message.clone())
    }
}

/// The caller could not be identified, or may not use the API.
impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        error.log();
        let code = error.code();
        Self::new(code.status(), code, error.to_string())
    }
}

/// A request error with one code and one message.
pub(super) fn refusal(code: Code, message: impl Into<String>) -> Answer {
    let mut error = ServerError::new(message, None);
    error
        .extensions
        .get_or_insert_with(ErrorExtensionValues::default)
        .set("code", code.name());
    Answer::refusal(vec![error])
}

/// An answer, written once.
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
            // JSON is made of it on the way out.
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// Turns what other layers refuse in plain text (a name, a time limit, a panic, a path) into JSON, at the API's path.
pub(super) async fn as_json(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let is_api = path
        .strip_prefix(PATH)
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
    let (code, message) = said(head.status);
    let (written, body) = Refusal::new(head.status, code, message)
        .reply(Media::Json)
        .into_parts();
    head.headers.remove(CONTENT_LENGTH);
    head.headers.extend(written.headers);
    Response::from_parts(head, body)
}

/// What a status means to who called the API.
fn said(status: StatusCode) -> (Code, &'static str) {
    match status {
        StatusCode::NOT_FOUND => (
            Code::BadUserInput,
            "the API is at /graphql, and nothing is below it",
        ),
        StatusCode::MISDIRECTED_REQUEST => (
            Code::Forbidden,
            "the development server answers only to localhost, 127.0.0.1 and [::1]",
        ),
        StatusCode::FORBIDDEN => (
            Code::Forbidden,
            "the development server answers only to pages of this machine",
        ),
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::REQUEST_TIMEOUT => (Code::Timeout, TIMEOUT),
        status if status.is_server_error() => (Code::Internal, INTERNAL),
        _ => (Code::BadUserInput, "the request cannot be understood"),
    }
}
