//! A running operation, which hands over its answers one by one.

use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use async_graphql::parser::types::OperationType;
use futures_util::stream::{self, BoxStream, Stream};
use futures_util::{FutureExt as _, StreamExt as _, future};
use tokio::sync::mpsc;
use tokio::task::AbortHandle;
use tokio::time::timeout;

use super::admission::{CallerKey, Overload, Permit};
use super::lifecycle::Stage;
use super::reply::request_error;
use super::request::GraphQlRequest;
use super::request_log::RequestLog;
use super::server::Server;
use crate::auth::Caller;
use crate::error::{Code, INTERNAL, TIMEOUT};
use crate::log;
use crate::operation::{Answer, Prepared};

/// The number of responses of an operation that may wait for the client. Beyond it, the operation waits.
const QUEUE: usize = 1;
/// The message for a subscription that would begin when the server has no time for it.
const STOPPING: &str = "the server is stopping; connect again";

/// The beginning of an operation.
pub(super) enum Start {
    /// It is admitted.
    Prepared(Prepared, Permit),
    /// It came over a socket, and is admitted beside the others there.
    Requested(GraphQlRequest),
}

impl Start {
    /// Whether this is known to be a subscription.
    pub fn is_subscription(&self) -> bool {
        matches!(self, Self::Prepared(prepared, _) if prepared.kind() == OperationType::Subscription)
    }

    async fn admit(
        self,
        server: &Server,
        caller: &Caller,
        log: &RequestLog,
    ) -> Result<(Prepared, Permit), Answer> {
        let request = match self {
            Self::Prepared(prepared, permit) => return Ok((prepared, permit)),
            Self::Requested(request) => request,
        };
        let refuse = |overload: Overload| request_error(overload.code(), overload.message());
        let key = CallerKey::from(caller);
        let permit = server.admission.operation(key).await.map_err(refuse)?;
        let prepared = server.prepare(request, caller, false, log)?;
        server.admission.charge(key, prepared.cost()).map_err(refuse)?;
        Ok((prepared, permit))
    }
}

/// The answers of a running operation. Dropping it stops the operation.
pub(super) struct Answers {
    queue: mpsc::Receiver<Answer>,
    task: AbortHandle,
    is_subscription: Arc<AtomicBool>,
}

impl Answers {
    /// Runs an operation. It waits for its client only with an answer in hand, never in the middle of a change.
    pub fn of(server: Arc<Server>, start: Start, caller: Caller, log: RequestLog) -> Self {
        let (send, queue) = mpsc::channel(QUEUE);
        let is_subscription = Arc::new(AtomicBool::new(false));
        let kind = is_subscription.clone();
        let run = async move {
            let mut source = source(server, start, caller, log.clone(), kind);
            loop {
                let (answer, is_last) = match AssertUnwindSafe(source.next()).catch_unwind().await {
                    Ok(Some(answer)) => (answer, false),
                    Ok(None) => break,
                    // The panic hook has logged the panic.
                    Err(_) => (request_error(Code::Internal, INTERNAL), true),
                };
                log.answered(&answer);
                if send.send(answer).await.is_err() || is_last {
                    break;
                }
            }
        };
        let task = tokio::spawn(log::Context::current().run(run)).abort_handle();
        Self {
            queue,
            task,
            is_subscription,
        }
    }

    /// Whether the operation has turned out to be a subscription, which goes on for as long as its client wants.
    pub fn is_subscription(&self) -> Arc<AtomicBool> {
        self.is_subscription.clone()
    }
}

impl Stream for Answers {
    type Item = Answer;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Answer>> {
        self.queue.poll_recv(context)
    }
}

impl Drop for Answers {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The answers of an operation, or the one that refuses it.
fn source(
    server: Arc<Server>,
    start: Start,
    caller: Caller,
    log: RequestLog,
    is_subscription: Arc<AtomicBool>,
) -> BoxStream<'static, Answer> {
    let admitted = async move {
        match start.admit(&server, &caller, &log).await {
            Ok((prepared, permit)) => {
                is_subscription.store(prepared.kind() == OperationType::Subscription, Ordering::SeqCst);
                admitted_source(server, prepared, permit, caller)
            }
            Err(refused) => stream::once(future::ready(refused)).boxed(),
        }
    };
    stream::once(admitted).flatten().boxed()
}

fn admitted_source(
    server: Arc<Server>,
    prepared: Prepared,
    permit: Permit,
    caller: Caller,
) -> BoxStream<'static, Answer> {
    if prepared.kind() == OperationType::Subscription {
        // It has a place among the streams.
        drop(permit);
        if server.lifecycle.has_reached(Stage::Draining) {
            return stream::once(future::ready(request_error(Code::Unavailable, STOPPING))).boxed();
        }
        return server.subscribe(prepared, caller);
    }
    let answer = async move {
        let _permit = permit;
        timeout(
            server.admission.bounds.request_timeout,
            server.run(prepared, caller),
        )
        .await
        .unwrap_or_else(|_| request_error(Code::Timeout, TIMEOUT))
    };
    stream::once(answer).boxed()
}
