//! Transactions: everything one change writes commits together or not at all.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::{Postgres, Sqlite, Transaction};
use tracing::instrument;
use uuid::Uuid;

use super::engine::{Handle, Row, Sql, fault, sql};
use super::{Database, Store, Tenant};
use crate::error::{Error, Result};
use crate::id::UserId;

/// How often a change is tried when others are in its way.
const ATTEMPTS: u32 = 6;
/// The longest a change may take: who follows the changes waits for the oldest transaction.
pub const LONGEST_CHANGE: Duration = Duration::from_secs(5);
/// The longest that one piece of a load may take, which an operator starts: those who follow changes wait for it.
pub const LONGEST_LOAD: Duration = Duration::from_mins(2);
/// How a transaction begins on PostgreSQL: neither a statement nor what comes between two holds it up for longer.
const BEGIN: &str =
    "BEGIN; SET LOCAL statement_timeout = '5s'; SET LOCAL idle_in_transaction_session_timeout = '5s'";

/// Every write of one tenant's data, in one transaction.
pub struct Tx {
    store: Store,
    pub(super) tenant_id: i32,
    actor: Option<UserId>,
    now: DateTime<Utc>,
    connection: Connection,
    /// How many changes were written down.
    recorded: i64,
}

enum Connection {
    Postgres(Transaction<'static, Postgres>),
    Sqlite(Transaction<'static, Sqlite>),
}

/// Does what the block does in one transaction of the tenant, wanted by `actor`: all of it, or nothing when it fails.
/// When somebody else's transaction is in the way, the whole is done again, so the block must not do anything but use
/// the transaction. It is given up after [`LONGEST_CHANGE`], or what is said `within`. (A macro, because an async closure's future cannot be proven `Send` for every lifetime of `Tx`.)
macro_rules! change {
    ($tenant:expr, $actor:expr, |$tx:ident| $block:block) => {
        $crate::store::change!($tenant, $actor, within $crate::store::LONGEST_CHANGE, |$tx| $block)
    };
    ($tenant:expr, $actor:expr, within $longest:expr, |$tx:ident| $block:block) => {{
        let mut attempts = $crate::store::Attempts::default();
        loop {
            let mut tx = match $tenant.begin($actor).await {
                Ok(tx) => tx,
                Err(error) => break Err(error),
            };
            let work = async {
                let $tx = &mut tx;
                $block
            };
            let done: $crate::error::Result<_> =
                match tokio::time::timeout($longest, work).await {
                    Ok(done) => done,
                    Err(_) => Err($crate::error::Error::Timeout),
                };
            match tx.end(done).await {
                Err($crate::error::Error::Contended) if attempts.again().await => {}
                done => break done,
            }
        }
    }};
}
pub(crate) use change;

/// How often a change was tried.
#[derive(Default)]
pub struct Attempts(u32);

impl Attempts {
    /// Whether to try again, after a pause of chance length, so that those in each other's way part.
    pub async fn again(&mut self) -> bool {
        self.0 += 1;
        if self.0 < ATTEMPTS {
            let pause = fastrand::u64(0..8 << self.0);
            tokio::time::sleep(Duration::from_millis(pause)).await;
        }
        self.0 < ATTEMPTS
    }
}

impl Tenant {
    /// Begins a transaction, wanted by `actor`. Use `change!` unless there is a reason not to.
    #[instrument(skip_all, err)]
    pub async fn begin(&self, actor: Option<UserId>) -> Result<Tx> {
        let connection = match &self.store.0.database {
            Database::Postgres { pool, .. } => {
                Connection::Postgres(pool.begin_with(BEGIN).await.map_err(fault)?)
            }
            Database::Sqlite { writer, .. } => {
                Connection::Sqlite(writer.begin_with("BEGIN IMMEDIATE").await.map_err(fault)?)
            }
        };
        Ok(Tx {
            now: self.clock().now(),
            store: self.store.clone(),
            tenant_id: self.record.id,
            actor,
            connection,
            recorded: 0,
        })
    }
}

impl Tx {
    /// The instant of everything this transaction writes.
    pub const fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// Who wants it.
    pub const fn actor(&self) -> Option<UserId> {
        self.actor
    }

    /// A new id.
    pub fn new_id(&self) -> Uuid {
        self.store.0.ids.new_at(self.now)
    }

    /// The id of a new change: within a transaction they sort in the order they are made in.
    pub(super) fn new_change_id(&mut self) -> Uuid {
        self.recorded += 1;
        let at = self.now + TimeDelta::microseconds(self.recorded);
        self.store.0.ids.new_at(at)
    }

    pub(super) fn is_postgres(&self) -> bool {
        self.store.is_postgres()
    }

    /// Lifts what PostgreSQL limits: its statements, and what comes between them, take as long as they need.
    pub async fn take_long(&mut self) -> Result<()> {
        if self.is_postgres() {
            let unlimited = "0";
            let _: Option<(String, String)> = self
                .fetch_optional(sql!(
                    "
                    SELECT set_config('statement_timeout', $2, TRUE),
                           set_config('idle_in_transaction_session_timeout', $2, TRUE)
                     WHERE $1 = $1",
                    unlimited,
                ))
                .await?;
        }
        Ok(())
    }

    pub(super) fn handle(&mut self) -> Handle<'_> {
        self.store
            .0
            .statements
            .fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        match &mut self.connection {
            Connection::Postgres(tx) => Handle::Postgres(tx),
            Connection::Sqlite(tx) => Handle::Sqlite(tx),
        }
    }

    pub(super) async fn fetch_all<T: Row>(&mut self, sql: Sql<'_>) -> Result<Vec<T>> {
        let tenant = self.tenant_id;
        self.handle().fetch_all(tenant, sql).await
    }

    pub(super) async fn fetch_optional<T: Row>(&mut self, sql: Sql<'_>) -> Result<Option<T>> {
        let tenant = self.tenant_id;
        self.handle().fetch_optional(tenant, sql).await
    }

    /// The row that must be there.
    pub(super) async fn fetch_one<T: Row>(&mut self, sql: Sql<'_>) -> Result<T> {
        self.fetch_optional(sql)
            .await?
            .ok_or_else(|| Error::internal(anyhow::anyhow!("a statement that always gives a row gave none")))
    }

    /// How many rows it changed.
    pub(super) async fn execute(&mut self, sql: Sql<'_>) -> Result<u64> {
        let tenant = self.tenant_id;
        self.handle().execute(tenant, sql).await
    }

    /// Commits what was done, or, when it failed, undoes it.
    pub async fn end<T>(self, done: Result<T>) -> Result<T> {
        match done {
            Ok(value) => self.commit().await.map(|()| value),
            Err(error) => {
                self.rollback().await;
                Err(error)
            }
        }
    }

    async fn commit(self) -> Result<()> {
        match self.connection {
            Connection::Postgres(tx) => tx.commit().await.map_err(fault),
            Connection::Sqlite(tx) => tx.commit().await.map_err(fault),
        }?;
        if self.recorded > 0 {
            self.store.0.feeds.committed(self.tenant_id);
        }
        Ok(())
    }

    /// A transaction that cannot be rolled back has lost its connection, and the database rolls it back itself.
    async fn rollback(self) {
        let done = match self.connection {
            Connection::Postgres(tx) => tx.rollback().await,
            Connection::Sqlite(tx) => tx.rollback().await,
        };
        if let Err(error) = done {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "a transaction ended without its connection"
            );
        }
    }
}
