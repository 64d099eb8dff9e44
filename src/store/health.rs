//! The knowledge of whether a database answers, shared by all who use it.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use slab::Slab;
use tokio::sync::{Notify, watch};
use tokio::time::sleep;

/// The time after which work without an answer makes the database suspect.
const SUSPICIOUS: Duration = Duration::from_millis(250);
/// The pause between two looks at the work that has no answer.
const BETWEEN_LOOKS: Duration = Duration::from_millis(50);
/// The longest that each probe may take, after which a database hangs. The first goes over a connection that is kept, the
/// second over a new one, since a network may forget a connection that was idle for long.
const LONGEST_PROBES: [Duration; 2] = [Duration::from_millis(500), Duration::from_millis(500)];
/// The longest that a probe may take of a database that is down.
const LONGEST_PROBE_WHEN_DOWN: Duration = Duration::from_secs(2);
/// The pause between two probes of a database that does not answer.
const BETWEEN_PROBES: Duration = Duration::from_millis(200);
/// The steps in which the time of a probe is counted.
const STEP: Duration = Duration::from_millis(25);
/// The time after which a step does not count: this process did not run, and cannot know whether an answer came.
const LONGEST_STEP: Duration = Duration::from_millis(100);

/// Whether a database answers.
pub struct Health {
    is_up: watch::Sender<bool>,
    is_probing: AtomicBool,
    /// The number of answers to the work of callers.
    answers: AtomicU64,
    /// The beginnings of the work that has no answer yet. One task looks at all of them: a timer for each would cost more
    /// than what else it takes to run a statement.
    unanswered: Mutex<Slab<Instant>>,
    /// Whether nobody looks at them, since there were none lately.
    is_resting: AtomicBool,
    wakes: Notify,
}

impl Default for Health {
    fn default() -> Self {
        Self {
            is_up: watch::Sender::new(true),
            is_probing: AtomicBool::new(false),
            answers: AtomicU64::new(0),
            unanswered: Mutex::default(),
            is_resting: AtomicBool::new(false),
            wakes: Notify::new(),
        }
    }
}

impl Health {
    /// Whether the database answered when it was last heard of.
    pub fn is_up(&self) -> bool {
        *self.is_up.borrow()
    }

    /// A watch for work that shall end when the database goes down.
    pub fn watch(self: &Arc<Self>) -> Watch {
        Watch {
            is_up: self.is_up.subscribe(),
            health: self.clone(),
        }
    }

    /// Looks for work that has had no answer for a while. Returns when there is some.
    pub async fn slow(&self) {
        loop {
            sleep(BETWEEN_LOOKS).await;
            let oldest = self.unanswered().iter().map(|(_, began)| *began).min();
            match oldest {
                Some(began) if began.elapsed() >= SUSPICIOUS => return,
                Some(_) => {}
                None => self.rest().await,
            }
        }
    }

    /// Waits until there is work.
    async fn rest(&self) {
        self.is_resting.store(true, Ordering::SeqCst);
        if self.unanswered().is_empty() {
            self.wakes.notified().await;
        }
        self.is_resting.store(false, Ordering::SeqCst);
    }

    fn unanswered(&self) -> MutexGuard<'_, Slab<Instant>> {
        self.unanswered.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says that the database answered a caller.
    pub fn answered(&self) {
        self.answers.fetch_add(1, Ordering::Relaxed);
    }

    /// Whether the caller is to call [`Self::probe`]: nobody does so yet.
    pub fn begins_probing(&self) -> bool {
        !self.is_probing.swap(true, Ordering::SeqCst)
    }

    /// Probes until the database answers. `lose` is called when it is found down.
    ///
    /// A false alarm refuses every request. So a database hangs only if two probes have no answer, no other work has one
    /// meanwhile, and this process was running all the time.
    pub async fn probe<F: Future<Output = sqlx::Result<()>>>(
        &self,
        probe: impl Fn() -> F,
        goes_on: impl Fn() -> bool,
        lose: impl Fn(),
    ) {
        let mut limits = LONGEST_PROBES.into_iter();
        while goes_on() {
            let limit = limits.next();
            let answers = self.answers.load(Ordering::Relaxed);
            let failure = tokio::select! {
                biased;
                done = probe() => match done {
                    Ok(()) => break,
                    Err(error) => error,
                },
                () = counted(limit.unwrap_or(LONGEST_PROBE_WHEN_DOWN)) => {
                    if self.answers.load(Ordering::Relaxed) != answers {
                        break;
                    }
                    if self.is_up() && limits.len() > 0 {
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

/// Waits for a time in which this process was running.
async fn counted(mut left: Duration) {
    while !left.is_zero() {
        let began = Instant::now();
        sleep(STEP).await;
        let step = began.elapsed();
        if step < LONGEST_STEP {
            left = left.saturating_sub(step);
        }
    }
}

/// Ends work when the database goes down.
pub struct Watch {
    is_up: watch::Receiver<bool>,
    health: Arc<Health>,
}

impl Watch {
    /// Waits until the database does not answer.
    pub async fn went_down(&mut self) {
        if self.is_up.wait_for(|is_up| !is_up).await.is_err() {
            // The pool is gone, and no one can say any more.
            std::future::pending::<()>().await;
        }
    }

    /// Does the work unless the database goes down meanwhile.
    pub async fn guard<T>(mut self, work: impl Future<Output = sqlx::Result<T>>) -> sqlx::Result<T> {
        let _unanswered = Unanswered::begin(self.health.clone());
        tokio::select! {
            biased;
            done = work => done,
            () = self.went_down() => Err(no_answer()),
        }
    }
}

/// Work that has no answer yet.
struct Unanswered {
    health: Arc<Health>,
    key: usize,
}

impl Unanswered {
    fn begin(health: Arc<Health>) -> Self {
        let key = health.unanswered().insert(Instant::now());
        if health.is_resting.swap(false, Ordering::SeqCst) {
            health.wakes.notify_one();
        }
        Self { health, key }
    }
}

impl Drop for Unanswered {
    fn drop(&mut self) {
        self.health.unanswered().try_remove(self.key);
    }
}

/// The failure of work that a database does not answer.
pub fn no_answer() -> sqlx::Error {
    sqlx::Error::Io(io::Error::new(
        io::ErrorKind::TimedOut,
        "the database does not answer",
    ))
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use super::*;

    /// Whether the database is found down while probes have no answer and `meanwhile` happens.
    async fn goes_down(meanwhile: impl AsyncFn(&Health)) -> bool {
        let health = Arc::new(Health::default());
        assert!(health.begins_probing());
        let mut watch = health.watch();
        let probing = health.probe(pending, || true, || ());
        tokio::select! {
            () = watch.went_down() => true,
            () = probing => false,
            () = meanwhile(&health) => unreachable!(),
        }
    }

    #[tokio::test]
    async fn work_without_an_answer_is_noticed_also_after_a_rest() {
        let health = Arc::new(Health::default());
        for _ in 0..2 {
            let quick = async {
                sleep(SUSPICIOUS / 2).await;
                Ok(())
            };
            tokio::select! {
                () = health.slow() => panic!("an answer came in time"),
                done = async {
                    health.watch().guard(quick).await.unwrap();
                    // Nothing runs, and the looking rests.
                    sleep(BETWEEN_LOOKS * 3).await;
                } => done,
            }
            let hangs = health.watch().guard(pending::<sqlx::Result<()>>());
            let began = Instant::now();
            tokio::select! {
                () = health.slow() => assert!(began.elapsed() >= SUSPICIOUS),
                _ = hangs => unreachable!(),
            }
        }
        assert!(health.unanswered().is_empty());
    }

    #[tokio::test]
    async fn a_database_that_answers_nothing_goes_down() {
        assert!(goes_down(async |_| pending().await).await);
    }

    #[tokio::test]
    async fn a_database_that_answers_others_stays_up_however_late_its_probes_are() {
        let answers = async |health: &Health| loop {
            health.answered();
            sleep(STEP).await;
        };
        assert!(!goes_down(answers).await);
    }

    #[tokio::test]
    async fn time_in_which_the_process_did_not_run_does_not_count() {
        let health = Health::default();
        assert!(health.begins_probing());
        let answer = || async {
            for _ in 0..8 {
                sleep(STEP).await;
            }
            Ok(())
        };
        let stalls = async {
            loop {
                std::thread::sleep(LONGEST_STEP * 3);
                sleep(STEP).await;
            }
        };
        tokio::select! {
            () = health.probe(answer, || true, || panic!("a false alarm")) => {}
            () = stalls => {}
        }
        assert!(health.is_up());
    }
}
