//! An operation that runs on its own, and hands over its answers one by one; and what can end it before its time.

use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use async_graphql::parser::types::OperationType;
use futures_util::stream::{self, BoxStream, Stream};
use futures_util::{FutureExt as _, StreamExt as _};
use tokio::sync::{mpsc, watch};
use tokio::task::AbortHandle;
use tokio::time::{Interval, MissedTickBehavior, interval, timeout};
use tracing::Instrument as _;

use super::refusal::refusal;
use super::{LONGEST_ANSWER, Server};
use crate::auth::{Caller, Session};
use crate::error::{Code, Error, INTERNAL, TIMEOUT};
use crate::operation::{Answer, Prepared};

/// How many answers of an operation wait for its client; then the operation waits, too.
const QUEUE: usize = 1;
/// How often it is asked whether a session still holds.
const ASKED_AGAIN: Duration = Duration::from_secs(1);
/// How long open streams have to end when the program stops.
const LONGEST_END: Duration = Duration::from_secs(5);

/// The answers of a running operation. It stops when this is dropped.
pub(super) struct Answers {
    queue: mpsc::Receiver<Answer>,
    task: AbortHandle,
}

impl Answers {
    /// Runs an operation. It does not wait for its client in the middle of a change: only with an answer in hand.
    pub fn of(server: Arc<Server>, prepared: Prepared, caller: Caller) -> Self {
        let (send, queue) = mpsc::channel(QUEUE);
        let run = async move {
            let mut source = source(server, prepared, caller);
            loop {
                let (answer, is_last) = match AssertUnwindSafe(source.next()).catch_unwind().await {
                    Ok(Some(answer)) => (answer, false),
                    Ok(None) => break,
                    Err(_) => (failure(), true),
                };
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
        timeout(LONGEST_ANSWER, server.run(prepared, caller))
            .await
            .unwrap_or_else(|_| refusal(Code::Timeout, TIMEOUT))
    };
    stream::once(answer).boxed()
}

/// What the panic was about is in the log already.
fn failure() -> Answer {
    refusal(Code::Internal, INTERNAL)
}

/// Asks again and again whether who began still may.
pub(super) struct Watch {
    server: Arc<Server>,
    session: Session,
    again: Interval,
}

impl Watch {
    /// Over a session of this server's.
    pub fn over(server: Arc<Server>, session: Session) -> Self {
        let mut again = interval(ASKED_AGAIN);
        again.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            server,
            session,
            again,
        }
    }

    /// The caller as of now.
    pub async fn caller(&self) -> Result<Caller, Error> {
        self.server.identity.caller_in(&self.session).await
    }

    /// Waits until the token has expired or the user is deactivated. A database that cannot be reached is no reason.
    pub async fn ended(&mut self) -> Error {
        loop {
            self.again.tick().await;
            if let Err(error) = self.caller().await
                && error.code().is_about_caller()
            {
                return error;
            }
        }
    }
}

/// Everything that stays open: sockets and streams of events.
pub struct Streams(watch::Sender<bool>);

impl Default for Streams {
    fn default() -> Self {
        Self(watch::Sender::new(false))
    }
}

impl Streams {
    /// Tells whoever is open that the program stops.
    pub fn end(&self) {
        self.0.send_replace(true);
    }

    /// Waits until all have ended, for a few seconds at most.
    pub async fn ended(&self) {
        if timeout(LONGEST_END, self.0.closed()).await.is_err() {
            tracing::warn!(open = self.0.receiver_count(), "streams were cut off");
        }
    }

    /// Counts as open for as long as it is kept.
    pub(super) fn open(&self) -> Open {
        Open(self.0.subscribe())
    }
}

/// Stands for one stream that is open.
pub(super) struct Open(watch::Receiver<bool>);

impl Open {
    /// Waits until the program stops.
    pub async fn ended(&mut self) {
        // The sender is the server's, which whoever waits here holds.
        let _ = self.0.wait_for(|is_ending| *is_ending).await;
    }
}
