//! GraphQL over server-sent events in the protocol's distinct connections mode: one request, a stream of `next`, one
//! `complete`.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::HeaderName;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt as _, future};
use tokio::time::sleep;

use super::answers::Answers;
use super::open_streams::OpenStream;
use super::reply::Rejection;
use super::request_log::RequestLog;
use super::server::Server;
use super::session_watch::SessionWatch;
use crate::auth::{Caller, Session};
use crate::operation::{Answer, Prepared};

/// The interval of the comments that keep the stream alive.
const KEEP_ALIVE: Duration = Duration::from_secs(12);
const COMMENT: Bytes = Bytes::from_static(b":\n\n");
/// The final event. It has empty data, because browsers ignore events without data.
const COMPLETE: Bytes = Bytes::from_static(b"event: complete\ndata:\n\n");
/// Tells nginx to pass on each event as it comes.
const BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// The response that streams the answers of an operation; for a request error, its one event.
pub(super) fn stream(
    server: Arc<Server>,
    session: Session,
    caller: Caller,
    prepared: Result<Prepared, Answer>,
    log: &RequestLog,
) -> Response {
    let open = server.streams.open();
    let watch = SessionWatch::new(server.clone(), session);
    let answers = match prepared {
        Ok(prepared) => Answers::of(server, prepared, caller, log.clone()).boxed(),
        Err(refusal) => stream::once(future::ready(refusal)).boxed(),
    };
    let stage = Stage::Running(answers, watch, open, log.clone());
    let events = stream::unfold(stage, Stage::step);
    let headers = [
        (CONTENT_TYPE, "text/event-stream; charset=utf-8"),
        (CACHE_CONTROL, "no-store"),
        (BUFFERING, "no"),
    ];
    (headers, Body::from_stream(events.map(Ok::<_, Infallible>))).into_response()
}

/// The progress of a stream.
enum Stage {
    Running(BoxStream<'static, Answer>, SessionWatch, OpenStream, RequestLog),
    /// Only `complete` is left to send.
    Answered,
    Over,
}

impl Stage {
    async fn step(self) -> Option<(Bytes, Self)> {
        let Self::Running(mut answers, mut watch, mut open, log) = self else {
            return matches!(self, Self::Answered).then_some((COMPLETE, Self::Over));
        };
        tokio::select! {
            biased;
            // Without `complete`, so that the client reconnects.
            () = open.ended() => None,
            error = watch.ended() => {
                log.refused(error.code());
                Some((next(&Rejection::from(error).answer())?, Self::Answered))
            }
            answer = answers.next() => match answer {
                Some(answer) => Some((next(&answer)?, Self::Running(answers, watch, open, log))),
                None => Some((COMPLETE, Self::Over)),
            },
            () = sleep(KEEP_ALIVE) => Some((COMMENT, Self::Running(answers, watch, open, log))),
        }
    }
}

/// The event of an answer. `None`, and the end of the stream, when it cannot be written.
fn next(answer: &Answer) -> Option<Bytes> {
    let mut event = b"event: next\ndata: ".to_vec();
    // JSON as it is written here has no line breaks.
    match serde_json::to_writer(&mut event, answer) {
        Ok(()) => {
            event.extend_from_slice(b"\n\n");
            Some(event.into())
        }
        Err(error) => {
            tracing::error!(cause = ?error, "an answer could not be written");
            None
        }
    }
}
