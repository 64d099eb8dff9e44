//! Connections that are kept open, lent for a statement or a transaction, and taken back in a known state.
//!
//! The pools of sqlx were not kept: they do not tell which backend a connection has, so that nothing can stop the
//! statement of a caller who has gone; they ask twice for each statement whether the connection is alive; and each caller
//! waits for seconds to learn that the database is down. Here a lease that ends early stops its statement, and a database
//! that does not answer is noticed once, for all callers (`health.rs`).

use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use sqlx::Connection as _;
use tokio::task::AbortHandle;
use tokio::time::timeout;

use super::driver::Driver;
use super::failure::{is_connection_lost, is_contended};
use super::health::{Health, Watch, no_answer};
use super::share::{Right, Rights};

/// The time after which an idle connection is tested before it is lent.
const UNTESTED: Duration = Duration::from_secs(1);
/// The longest that a connection may take to become usable after a lease that ended early.
const LONGEST_RECOVERY: Duration = Duration::from_secs(2);
/// The pause before a statement is stopped again that has not ended.
const BETWEEN_STOPS: Duration = Duration::from_millis(50);
/// The longest that opening or testing a connection may take.
const LONGEST_OPENING: Duration = Duration::from_secs(2);

/// Connections of one kind. Clones share them.
pub struct Pool<D: Driver>(Arc<Inner<D>>);

impl<D: Driver> Clone for Pool<D> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

struct Inner<D: Driver> {
    driver: D,
    most: u32,
    longest_wait: Duration,
    rights: Rights,
    idle: Mutex<Vec<Idle<D>>>,
    health: Arc<Health>,
    /// The task that looks for statements without an answer.
    looking: OnceLock<AbortHandle>,
    /// The number of connections that were opened.
    opened: AtomicU64,
}

impl<D: Driver> Drop for Inner<D> {
    fn drop(&mut self) {
        if let Some(looking) = self.looking.get() {
            looking.abort();
        }
    }
}

/// A connection, and the means to stop what runs on it.
struct Session<D: Driver> {
    connection: D::Connection,
    stop: D::Stop,
    number: u64,
}

impl<D: Driver> Session<D> {
    /// Runs a statement that begins or ends a transaction.
    async fn run(&mut self, driver: &D, statement: &'static str) -> sqlx::Result<()> {
        driver.run(&mut self.connection, &mut self.stop, statement).await
    }
}

struct Idle<D: Driver> {
    session: Session<D>,
    since: Instant,
}

impl<D: Driver> Pool<D> {
    /// Creates a pool of at most `most` connections, and opens the first.
    pub async fn open(driver: D, most: u32, longest_wait: Duration) -> sqlx::Result<Self> {
        let pool = Self(Arc::new(Inner {
            driver,
            most,
            longest_wait,
            rights: Rights::to(most),
            idle: Mutex::default(),
            health: Arc::default(),
            looking: OnceLock::new(),
            opened: AtomicU64::new(0),
        }));
        let session = retried(longest_wait, || pool.new_session()).await?;
        pool.put(session);
        pool.0.looking.get_or_init(|| pool.look());
        Ok(pool)
    }

    /// The driver.
    pub fn driver(&self) -> &D {
        &self.0.driver
    }

    /// Whether the database answered when it was last heard of.
    pub fn is_up(&self) -> bool {
        self.0.health.is_up()
    }

    /// The numbers of idle connections and of those in use.
    pub fn counts(&self) -> (usize, usize) {
        let most = usize::try_from(self.0.most).unwrap_or(usize::MAX);
        let lent = most.saturating_sub(self.0.rights.unused());
        (self.idle().len(), lent)
    }

    /// Lends a connection, to a tenant within its share. Fails at once while the database does not answer.
    pub async fn lend(&self, tenant: Option<i32>) -> sqlx::Result<Lease<D>> {
        let right = self.right(tenant).await?;
        let session = match self.take_tested() {
            Some(session) => session,
            None => self.watch().guard(self.session()).await?,
        };
        Ok(Lease {
            session: Some(session),
            pool: self.clone(),
            right: Some(right),
            is_running: false,
            open_until: None,
            is_broken: false,
        })
    }

    async fn right(&self, tenant: Option<i32>) -> sqlx::Result<Right> {
        let rights = &self.0.rights;
        if self.is_up()
            && let Some(right) = rights.at_once(tenant)
        {
            return Ok(right);
        }
        let mut watch = self.watch();
        let right = tokio::select! {
            biased;
            () = watch.went_down() => return Err(no_answer()),
            right = timeout(self.0.longest_wait, rights.wait(tenant)) => right,
        };
        right
            .map_err(|_| sqlx::Error::PoolTimedOut)?
            .map_err(|_| sqlx::Error::PoolClosed)
    }

    /// Closes idle connections: those that are lent from now on are opened anew.
    pub fn renew(&self) {
        drop(std::mem::take(&mut *self.idle()));
    }

    /// Closes every connection once its work is done.
    pub async fn close(&self) {
        self.0.rights.end(self.0.most).await;
        let idle = std::mem::take(&mut *self.idle());
        for idle in idle {
            if let Err(error) = idle.session.connection.close().await {
                let error = &error as &dyn std::error::Error;
                tracing::debug!(error, "a connection to the database was not closed in order");
            }
        }
        self.0.driver.close().await;
    }

    /// A watch for work on a connection.
    fn watch(&self) -> Watch {
        self.0.health.watch()
    }

    /// Makes the database suspect while a statement has no answer.
    fn look(&self) -> AbortHandle {
        let (pool, health) = (Arc::downgrade(&self.0), self.0.health.clone());
        let looking = tokio::spawn(async move {
            loop {
                health.slow().await;
                let Some(inner) = pool.upgrade() else { return };
                Self(inner).suspect();
            }
        });
        looking.abort_handle()
    }

    /// Looks at whether the database still answers, for all callers: a task does, unless it is at it already.
    pub fn suspect(&self) {
        if !self.0.health.begins_probing() {
            return;
        }
        let pool = self.clone();
        tokio::spawn(async move {
            let inner = &pool.0;
            let goes_on = || !inner.rights.have_ended();
            let lose = || drop(std::mem::take(&mut *pool.idle()));
            inner.health.probe(|| inner.driver.probe(), goes_on, lose).await;
        });
    }

    async fn session(&self) -> sqlx::Result<Session<D>> {
        while let Some(mut idle) = self.take_idle() {
            if idle.since.elapsed() < UNTESTED {
                return Ok(idle.session);
            }
            if let Ok(Ok(())) = timeout(LONGEST_OPENING, idle.session.connection.ping()).await {
                return Ok(idle.session);
            }
        }
        // A large future that is seldom needed.
        Box::pin(self.new_session()).await.inspect_err(|_| self.suspect())
    }

    async fn new_session(&self) -> sqlx::Result<Session<D>> {
        let (connection, stop) = timeout(LONGEST_OPENING, self.0.driver.open())
            .await
            .map_err(|_| no_answer())??;
        let number = self.0.opened.fetch_add(1, Ordering::Relaxed);
        Ok(Session {
            connection,
            stop,
            number,
        })
    }

    /// A connection that was used a moment ago.
    fn take_tested(&self) -> Option<Session<D>> {
        let last = self.idle().pop_if(|idle| idle.since.elapsed() < UNTESTED)?;
        Some(last.session)
    }

    /// The connection that was used last, so that those beyond the need stay idle.
    fn take_idle(&self) -> Option<Idle<D>> {
        self.idle().pop()
    }

    fn put(&self, session: Session<D>) {
        let since = Instant::now();
        self.idle().push(Idle { session, since });
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Idle<D>>> {
        self.0.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes a connection usable after a lease that ended early: its statement is stopped and its transaction rolled back.
    /// `None` if that fails; the connection is then closed, which makes the database do it.
    async fn recover(
        &self,
        mut session: Session<D>,
        is_running: bool,
        open_until: Option<&'static str>,
    ) -> Option<Session<D>> {
        let driver = &self.0.driver;
        if is_running {
            // Answers when the statement has ended, so that what stopped it cannot reach the next one.
            let mut ended = pin!(session.connection.ping());
            loop {
                driver.stop(&session.stop).await.ok()?;
                // A statement that was still on its way to the database is stopped when it has arrived.
                if let Ok(ended) = timeout(BETWEEN_STOPS, &mut ended).await {
                    break ended.ok()?;
                }
            }
            driver.resume(&session.stop);
        }
        if let Some(end) = open_until {
            // Fails if SQLite rolled back already, as it does when a statement that wrote is stopped.
            session.run(driver, end).await.ok()?;
        }
        Some(session)
    }
}

/// Tries what needs a database again for a while: a server that refuses connections may be starting.
pub async fn retried<T, F>(longest: Duration, attempt: impl Fn() -> F) -> sqlx::Result<T>
where
    F: Future<Output = sqlx::Result<T>>,
{
    let began = Instant::now();
    loop {
        match attempt().await {
            Err(error) if is_connection_lost(&error) && began.elapsed() <= longest => {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            done => return done,
        }
    }
}

/// A connection on loan. When it is dropped, it goes back to its pool, after its statement was stopped and its transaction
/// ended.
pub struct Lease<D: Driver> {
    session: Option<Session<D>>,
    pool: Pool<D>,
    right: Option<Right>,
    is_running: bool,
    /// The statement that ends the open transaction.
    open_until: Option<&'static str>,
    is_broken: bool,
}

impl<D: Driver> Lease<D> {
    /// Begins a statement: returns its connection, and the watch under which it must run.
    pub fn start(&mut self) -> sqlx::Result<(&mut D::Connection, Watch)> {
        let watch = self.pool.watch();
        let session = self.session.as_mut().ok_or(sqlx::Error::PoolClosed)?;
        self.is_running = true;
        Ok((&mut session.connection, watch))
    }

    /// Runs a statement that begins or ends a transaction.
    async fn run(&mut self, statement: &'static str) -> sqlx::Result<()> {
        let watch = self.pool.watch();
        let session = self.session.as_mut().ok_or(sqlx::Error::PoolClosed)?;
        self.is_running = true;
        let done = watch.guard(session.run(&self.pool.0.driver, statement)).await;
        self.finish(&done);
        done
    }

    /// Ends a statement.
    pub fn finish<T>(&mut self, done: &sqlx::Result<T>) {
        self.is_running = false;
        if done.as_ref().is_err_and(is_connection_lost) {
            self.is_broken = true;
            // The others were opened to the same server.
            self.pool.idle().clear();
            self.pool.suspect();
        } else {
            self.pool.0.health.answered();
        }
    }

    /// Begins a transaction, which `undo` ends if the lease is dropped. The driver's own were not used: they count how
    /// deep transactions are nested, and after a BEGIN, COMMIT or ROLLBACK that failed, that number is no longer true.
    pub async fn begin(&mut self, begin: &'static str, undo: &'static str) -> sqlx::Result<()> {
        self.open_until = Some(undo);
        let done = self.run(begin).await;
        match &done {
            Ok(()) => {}
            // A writer of another program is in the way: the connection itself is as it was.
            Err(error) if is_contended(error) => self.open_until = None,
            Err(_) => self.is_broken = true,
        }
        done
    }

    /// Ends the transaction. If that fails, the connection is closed instead of lent again: it is not known whether a
    /// transaction is open on it.
    pub async fn end(&mut self, statement: &'static str) -> sqlx::Result<()> {
        let done = self.run(statement).await;
        if done.is_err() {
            self.is_broken = true;
        }
        self.open_until = None;
        done
    }

    /// Leaves the transaction open for those that the connection is lent to next.
    pub fn leave_open(&mut self) {
        self.open_until = None;
    }

    /// The number of the connection: another one has another.
    pub fn number(&self) -> u64 {
        self.session.as_ref().map_or(u64::MAX, |session| session.number)
    }

    /// The driver.
    pub fn driver(&self) -> &D {
        &self.pool.0.driver
    }
}

impl<D: Driver> Drop for Lease<D> {
    fn drop(&mut self) {
        let Some(session) = self.session.take() else {
            return;
        };
        if self.is_broken || self.pool.0.rights.have_ended() || !self.pool.is_up() {
            return;
        }
        if !self.is_running && self.open_until.is_none() {
            return self.pool.put(session);
        }
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return;
        };
        let (pool, right) = (self.pool.clone(), self.right.take());
        let (is_running, open_until) = (self.is_running, self.open_until);
        runtime.spawn(async move {
            let recovery = pool.recover(session, is_running, open_until);
            if let Ok(Some(session)) = timeout(LONGEST_RECOVERY, recovery).await {
                pool.put(session);
            }
            drop(right);
        });
    }
}
