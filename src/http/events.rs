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

use super::admission::StreamSlot;
use super::answers::{Answers, Start};
use super::connections::InputEnd;
use super::lifecycle::OpenStream;
use super::reply::Rejection;
use super::request_log::RequestLog;
use super::server::Server;
use super::session_watch::SessionWatch;
use crate::auth::{Caller, Session};
use crate::operation::Answer;

/// The interval of the comments that keep the stream alive.
const KEEP_ALIVE: Duration = Duration::from_secs(12);
const COMMENT: Bytes = Bytes::from_static(b":\n\n");
/// The final event. It has empty data, because browsers ignore events without data.
const COMPLETE: Bytes = Bytes::from_static(b"event: complete\ndata:\n\n");
/// Tells nginx to pass on each event as it comes.
const BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// A stream of events to one client.
pub(super) struct EventStream {
    server: Arc<Server>,
    watch: SessionWatch,
    open: OpenStream,
    /// `None` once the client was found to have ended its side of the stream.
    input_end: Option<InputEnd>,
    /// Whether the stream ends when the server drains. An operation that is no subscription finishes.
    ends_early: bool,
    log: RequestLog,
    _slot: StreamSlot,
}

impl EventStream {
    /// Opens a stream.
    pub fn new(
        server: &Arc<Server>,
        session: Session,
        slot: StreamSlot,
        input_end: Option<InputEnd>,
        log: &RequestLog,
    ) -> Self {
        Self {
            server: server.clone(),
            watch: SessionWatch::new(server.clone(), session),
            open: server.lifecycle.open_event_stream(),
            input_end,
            ends_early: false,
            log: log.clone(),
            _slot: slot,
        }
    }

    /// The response that streams the answers of an operation; for a request error, its one event.
    pub fn respond(mut self, operation: Result<Start, Answer>, caller: Caller) -> Response {
        self.ends_early = matches!(&operation, Ok(start) if start.is_subscription());
        let answers = match operation {
            Ok(start) => Answers::of(self.server.clone(), start, caller, self.log.clone()).boxed(),
            Err(refusal) => stream::once(future::ready(refusal)).boxed(),
        };
        let events = stream::unfold(Stage::Running(Box::new(self), answers), Stage::step);
        let headers = [
            (CONTENT_TYPE, "text/event-stream; charset=utf-8"),
            (CACHE_CONTROL, "no-store"),
            (BUFFERING, "no"),
        ];
        (headers, Body::from_stream(events.map(Ok::<_, Infallible>))).into_response()
    }
}

/// The progress of a stream.
enum Stage {
    Running(Box<EventStream>, BoxStream<'static, Answer>),
    /// Only `complete` is left to send.
    Answered,
    Over,
}

impl Stage {
    async fn step(self) -> Option<(Bytes, Self)> {
        let Self::Running(mut stream, mut answers) = self else {
            return matches!(self, Self::Answered).then_some((COMPLETE, Self::Over));
        };
        tokio::select! {
            biased;
            // Without `complete`, so that the client reconnects.
            () = stream.open.draining(), if stream.ends_early => None,
            error = stream.watch.ended() => {
                stream.log.refused(error.code());
                Some((next(&Rejection::from(error).answer())?, Self::Answered))
            }
            answer = answers.next() => match answer {
                Some(answer) => Some((next(&answer)?, Self::Running(stream, answers))),
                None => Some((COMPLETE, Self::Over)),
            },
            // The comment finds out whether the client has gone.
            () = input_ended(&mut stream.input_end) => {
                stream.input_end = None;
                Some((COMMENT, Self::Running(stream, answers)))
            }
            () = sleep(KEEP_ALIVE) => Some((COMMENT, Self::Running(stream, answers))),
        }
    }
}

async fn input_ended(input_end: &mut Option<InputEnd>) {
    match input_end {
        Some(input_end) => input_end.ended().await,
        None => future::pending().await,
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
