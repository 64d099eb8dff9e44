//! The knowledge of whether a database answers, shared by all who use it.

use std::io;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{sleep, timeout};

/// The time after which a statement without an answer makes the database suspect.
const SUSPICIOUS: Duration = Duration::from_secs(1);
/// The longest that a probe may take.
const LONGEST_PROBE: Duration = Duration::from_secs(2);
/// The number of probes without an answer after which a database hangs. A busy machine may be late with one.
const PROBES: u32 = 2;
/// The pause between two probes of a database that does not answer.
const BETWEEN_PROBES: Duration = Duration::from_millis(200);

/// Whether a database answers.
pub struct Health {
    is_up: watch::Sender<bool>,
    is_probing: AtomicBool,
}

impl Default for Health {
    fn default() -> Self {
        Self {
            is_up: watch::Sender::new(true),
            is_probing: AtomicBool::new(false),
        }
    }
}

impl Health {
    /// Whether the database answered when it was last heard of.
    pub fn is_up(&self) -> bool {
        *self.is_up.borrow()
    }

    /// A watch for work that shall end when the database goes down.
    pub fn watch(&self) -> Watch {
        Watch {
            is_up: self.is_up.subscribe(),
            when_slow: None,
        }
    }

    /// Whether the caller is to call [`Self::probe`]: nobody does so yet.
    pub fn begins_probing(&self) -> bool {
        !self.is_probing.swap(true, Ordering::SeqCst)
    }

    /// Probes until the database answers. `lose` is called when it is found down.
    pub async fn probe<F: Future<Output = sqlx::Result<()>>>(
        &self,
        probe: impl Fn() -> F,
        goes_on: impl Fn() -> bool,
        lose: impl Fn(),
    ) {
        let mut unanswered = 0;
        while goes_on() {
            let failure = match timeout(LONGEST_PROBE, probe()).await {
                Ok(Ok(())) => break,
                Ok(Err(error)) => error,
                Err(_) => {
                    unanswered += 1;
                    if unanswered < PROBES {
                        continue;
                    }
                    no_answer()
                }
            };
            if self.is_up.send_replace(false) {
                tracing::error!(
                    error = &failure as &dyn std::error::Error,
                    "the database cannot be used; requests are refused until it can"
                );
            }
            lose();
            sleep(BETWEEN_PROBES).await;
        }
        if !self.is_up.send_replace(true) {
            tracing::info!("the database can be used again");
        }
        self.is_probing.store(false, Ordering::SeqCst);
    }
}

/// Ends work when the database goes down.
pub struct Watch {
    is_up: watch::Receiver<bool>,
    when_slow: Option<Box<dyn Fn() + Send + Sync>>,
}

impl Watch {
    /// Calls a function whenever the work has had no answer for a while.
    pub fn when_slow(mut self, call: impl Fn() + Send + Sync + 'static) -> Self {
        self.when_slow = Some(Box::new(call));
        self
    }

    /// Waits until the database does not answer.
    pub async fn went_down(&mut self) {
        if self.is_up.wait_for(|is_up| !is_up).await.is_err() {
            // The pool is gone, and no one can say any more.
            std::future::pending::<()>().await;
        }
    }

    /// Does the work unless the database goes down meanwhile.
    pub async fn guard<T>(mut self, work: impl Future<Output = sqlx::Result<T>>) -> sqlx::Result<T> {
        let mut work = pin!(work);
        loop {
            let when_slow = self.when_slow.take();
            tokio::select! {
                biased;
                done = &mut work => return done,
                () = self.went_down() => return Err(no_answer()),
                () = sleep(SUSPICIOUS) => {
                    if let Some(call) = &when_slow {
                        call();
                    }
                }
            }
            self.when_slow = when_slow;
        }
    }
}

/// The failure of work that a database does not answer.
pub fn no_answer() -> sqlx::Error {
    sqlx::Error::Io(io::Error::new(
        io::ErrorKind::TimedOut,
        "the database does not answer",
    ))
}
