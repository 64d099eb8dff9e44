//! A running operation, which hands over its answers one by one.

use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use async_graphql::parser::types::OperationType;
use futures_util::stream::{self, BoxStream, Stream};
use futures_util::{FutureExt as _, StreamExt as _};
use tokio::sync::mpsc;
use tokio::task::AbortHandle;
use tokio::time::timeout;
use tracing::Instrument as _;

use super::reply::request_error;
use super::request_log::RequestLog;
use super::server::{ANSWER_TIMEOUT, Server};
use crate::auth::Caller;
use crate::error::{Code, INTERNAL, TIMEOUT};
use crate::operation::{Answer, Prepared};

/// The number of responses of an operation that may wait for the client. Beyond it, the operation waits.
const QUEUE: usize = 1;

/// The answers of a running operation. Dropping it stops the operation.
pub(super) struct Answers {
    queue: mpsc::Receiver<Answer>,
    task: AbortHandle,
}

impl Answers {
    /// Runs an operation. It waits for its client only with an answer in hand, never in the middle of a change.
    pub fn of(server: Arc<Server>, prepared: Prepared, caller: Caller, log: RequestLog) -> Self {
        let (send, queue) = mpsc::channel(QUEUE);
        let run = async move {
            let mut source = source(server, prepared, caller);
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
        let task = tokio::spawn(run.in_current_span()).abort_handle();
        Self { queue, task }
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

fn source(server: Arc<Server>, prepared: Prepared, caller: Caller) -> BoxStream<'static, Answer> {
    if prepared.kind() == OperationType::Subscription {
        return server.subscribe(prepared, caller);
    }
    let answer = async move {
        timeout(ANSWER_TIMEOUT, server.run(prepared, caller))
            .await
            .unwrap_or_else(|_| request_error(Code::Timeout, TIMEOUT))
    };
    stream::once(answer).boxed()
}
