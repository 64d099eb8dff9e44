//! Connections that are kept open, lent for a statement or a transaction, and taken back in a known state.
//!
//! The pools of sqlx were not kept: they do not tell which backend a connection has, so that nothing can stop the
//! statement of a caller who has gone; they ask twice for each statement whether the connection is alive; and each caller
//! waits for seconds to learn that the database is down. Here a lease that ends early stops its statement, and a database
//! that does not answer is noticed once, for all callers (`health.rs`).

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sqlx::Connection as _;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::driver::Driver;
use super::failure::is_connection_lost;
use super::health::{Health, Watch, no_answer};

/// The time after which an idle connection is tested before it is lent.
const UNTESTED: Duration = Duration::from_secs(1);
/// The longest that a connection may take to become usable after a lease that ended early.
const LONGEST_RECOVERY: Duration = Duration::from_secs(2);
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
    permits: Arc<Semaphore>,
    idle: Mutex<Vec<Idle<D>>>,
    health: Health,
}

/// A connection, and the means to stop what runs on it.
struct Session<D: Driver> {
    connection: D::Connection,
    stop: D::Stop,
}

struct Idle<D: Driver> {
    session: Session<D>,
    since: Instant,
}

impl<D: Driver> Pool<D> {
    /// Creates a pool of at most `most` connections, and opens the first. A server that refuses connections may be starting,
    /// so it is tried again for a while.
    pub async fn open(driver: D, most: u32, longest_wait: Duration) -> sqlx::Result<Self> {
        let began = Instant::now();
        let pool = Self(Arc::new(Inner {
            driver,
            most,
            longest_wait,
            permits: Arc::new(Semaphore::new(
                usize::try_from(most).unwrap_or(Semaphore::MAX_PERMITS),
            )),
            idle: Mutex::default(),
            health: Health::default(),
        }));
        loop {
            match pool.new_session().await {
                Ok(session) => {
                    pool.put(session);
                    return Ok(pool);
                }
                Err(error) if !is_connection_lost(&error) || began.elapsed() > longest_wait => {
                    return Err(error);
                }
                Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
            }
        }
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
        let lent = most.saturating_sub(self.0.permits.available_permits());
        (self.idle().len(), lent)
    }

    /// Lends a connection. Fails at once while the database does not answer.
    pub async fn lend(&self) -> sqlx::Result<Lease<D>> {
        let mut watch = self.0.health.watch();
        let permits = self.0.permits.clone();
        let permit = tokio::select! {
            biased;
            () = watch.went_down() => return Err(no_answer()),
            permit = timeout(self.0.longest_wait, permits.acquire_owned()) => permit,
        };
        let permit = permit
            .map_err(|_| sqlx::Error::PoolTimedOut)?
            .map_err(|_| sqlx::Error::PoolClosed)?;
        let session = tokio::select! {
            biased;
            () = watch.went_down() => return Err(no_answer()),
            session = self.session() => session?,
        };
        Ok(Lease {
            session: Some(session),
            pool: self.clone(),
            permit: Some(permit),
            is_running: false,
            in_transaction: false,
            is_broken: false,
        })
    }

    /// Closes every connection once its work is done.
    pub async fn close(&self) {
        let all = self.0.permits.acquire_many(self.0.most).await;
        self.0.permits.close();
        drop(all);
        let idle = std::mem::take(&mut *self.idle());
        for idle in idle {
            if let Err(error) = idle.session.connection.close().await {
                let error = &error as &dyn std::error::Error;
                tracing::debug!(error, "a connection to the database was not closed in order");
            }
        }
    }

    /// Looks at whether the database still answers, for all callers: a task does, unless it is at it already.
    pub fn suspect(&self) {
        if !self.0.health.begins_probing() {
            return;
        }
        let pool = self.clone();
        tokio::spawn(async move {
            let inner = &pool.0;
            let goes_on = || !inner.permits.is_closed();
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
        self.new_session().await.inspect_err(|_| self.suspect())
    }

    async fn new_session(&self) -> sqlx::Result<Session<D>> {
        let (connection, stop) = timeout(LONGEST_OPENING, self.0.driver.open())
            .await
            .map_err(|_| no_answer())??;
        Ok(Session { connection, stop })
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
        in_transaction: bool,
    ) -> Option<Session<D>> {
        let driver = &self.0.driver;
        if is_running {
            driver.stop(&session.stop).await.ok()?;
        }
        // Answers when the statement has ended, so that what stopped it cannot reach the next one.
        session.connection.ping().await.ok()?;
        driver.resume(&session.stop);
        if in_transaction {
            // Fails if SQLite rolled back already, as it does when a statement that wrote is stopped.
            D::run(&mut session.connection, "ROLLBACK").await.ok()?;
        }
        Some(session)
    }
}

/// A connection on loan. When it is dropped, it goes back to its pool, after its statement was stopped and its transaction
/// rolled back.
pub struct Lease<D: Driver> {
    session: Option<Session<D>>,
    pool: Pool<D>,
    permit: Option<OwnedSemaphorePermit>,
    is_running: bool,
    in_transaction: bool,
    is_broken: bool,
}

impl<D: Driver> Lease<D> {
    /// Begins a statement: returns its connection, and the watch under which it must run.
    pub fn start(&mut self) -> sqlx::Result<(&mut D::Connection, Watch)> {
        let session = self.session.as_mut().ok_or(sqlx::Error::PoolClosed)?;
        self.is_running = true;
        let pool = self.pool.clone();
        let watch = self.pool.0.health.watch().when_slow(move || pool.suspect());
        Ok((&mut session.connection, watch))
    }

    /// Ends a statement.
    pub fn finish<T>(&mut self, done: &sqlx::Result<T>) {
        self.is_running = false;
        if done.as_ref().is_err_and(is_connection_lost) {
            self.is_broken = true;
            // The others were opened to the same server.
            self.pool.idle().clear();
            self.pool.suspect();
        }
    }

    /// Says that a transaction begins, which is rolled back unless [`Self::has_ended`] is called.
    pub fn has_begun(&mut self) {
        self.in_transaction = true;
    }

    /// Says that the transaction has ended.
    pub fn has_ended(&mut self) {
        self.in_transaction = false;
    }

    /// Closes the connection instead of lending it again: it is not known whether a transaction is open on it.
    pub fn is_not_trusted(&mut self) {
        self.is_broken = true;
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
        if self.is_broken || self.pool.0.permits.is_closed() || !self.pool.is_up() {
            return;
        }
        if !self.is_running && !self.in_transaction {
            return self.pool.put(session);
        }
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return;
        };
        let (pool, permit) = (self.pool.clone(), self.permit.take());
        let (is_running, in_transaction) = (self.is_running, self.in_transaction);
        runtime.spawn(async move {
            let recovery = pool.recover(session, is_running, in_transaction);
            if let Ok(Some(session)) = timeout(LONGEST_RECOVERY, recovery).await {
                pool.put(session);
            }
            drop(permit);
        });
    }
}
