//! Transactions: everything one change writes commits together or not at all.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tracing::instrument;
use uuid::Uuid;

use super::bind::Row;
use super::connection::Query;
use super::database::Transacting;
use super::encoded::EncodedRows;
use super::engine::{Engine, Sql, sql};
use super::new_change::NewChange;
use super::{StatementCount, Store, Tenant};
use crate::error::{Error, Result};
use crate::id::UserId;
use crate::metrics::{METRICS, Outcome};
use crate::model::{Record, Region};

/// The most attempts of a change when others are in its way.
const ATTEMPTS: u32 = 6;
/// The longest time of a change: those who follow the changes wait for the oldest transaction.
pub const LONGEST_CHANGE: Duration = Duration::from_secs(5);
/// The longest time of one batch of a load, which an operator starts: those who follow the changes wait for it.
pub const LONGEST_LOAD: Duration = Duration::from_mins(2);

/// The survivors of merged records, by the ids of these.
pub type Survivors = HashMap<Uuid, Uuid>;

/// Words of names that the vocabulary has.
pub type Names = BTreeSet<String>;

/// Every write of one tenant's data, in one transaction.
pub struct Tx {
    pub(super) store: Store,
    statements: Arc<StatementCount>,
    pub(super) tenant_id: i32,
    actor: Option<UserId>,
    region: Region,
    /// The number of days that deleted records are kept.
    pub(super) trash_days: u32,
    now: DateTime<Utc>,
    transaction: Transacting,
    /// The number of changes that were recorded.
    recorded: i64,
    /// Changes that wait for a number of the tenant, with their ids.
    pub(super) unwritten: Vec<(Uuid, NewChange)>,
    /// The number of managed entities that were deleted, and whose room is still to be given back.
    pub(super) released: i64,
    /// Whether records still refer to one that this transaction deletes.
    pub(super) leaves_references: bool,
    /// Whether it is rolled back even if it succeeds.
    is_dry_run: bool,
    /// Whether another transaction was in the way of an earlier attempt.
    pub(super) is_repeated: bool,
    /// Words of names that the vocabulary is known to have.
    pub(super) known_names: Arc<Names>,
    /// Words of names that this transaction found in the vocabulary or added to it.
    pub(super) learnt_names: Names,
    /// The survivors that this transaction found by the ids of merged records.
    pub(super) survivors: Survivors,
}

/// Runs the block in one transaction of the tenant, on behalf of `actor`: all of it is committed, or nothing if it fails.
/// When another transaction is in the way, the block runs again, so it must do nothing but use the transaction. It is
/// ended after [`LONGEST_CHANGE`], or the time `within`. (A macro, since the future of an async closure cannot be proven
/// `Send` for every lifetime of `Tx`.)
macro_rules! change {
    ($tenant:expr, $actor:expr, |$tx:ident| $block:block) => {
        $crate::store::change!($tenant, $actor, within $crate::store::LONGEST_CHANGE, |$tx| $block)
    };
    ($tenant:expr, $actor:expr, within $longest:expr, |$tx:ident| $block:block) => {{
        let mut attempts = $crate::store::Attempts::default();
        loop {
            let mut tx = match $tenant.begin($actor).await {
                Ok(tx) => tx.after(&attempts),
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

/// The number of attempts of a change.
#[derive(Default)]
pub struct Attempts(u32);

impl Attempts {
    /// Whether to try again, after a pause of random length, so that transactions in each other's way part.
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
    /// Begins a transaction on behalf of `actor`. Use `change!` unless there is a reason not to.
    #[instrument(level = "debug", skip_all)]
    pub async fn begin(&self, actor: Option<UserId>) -> Result<Tx> {
        let transaction = self.store.0.database.begin(Some(self.record.id)).await?;
        Ok(Tx {
            now: self.clock().now(),
            store: self.store.clone(),
            statements: self.statements.clone(),
            tenant_id: self.record.id,
            actor,
            region: self.record.default_region.clone(),
            trash_days: self.trash_days(),
            transaction,
            recorded: 0,
            unwritten: Vec::new(),
            released: 0,
            leaves_references: false,
            is_dry_run: false,
            is_repeated: false,
            known_names: Arc::default(),
            learnt_names: Names::new(),
            survivors: Survivors::new(),
        })
    }
}

impl Tx {
    /// Tells the transaction of the attempts before it.
    #[must_use]
    pub const fn after(mut self, attempts: &Attempts) -> Self {
        self.is_repeated = attempts.0 > 0;
        self
    }

    /// Sets whether the transaction is a dry run: one that does everything, is rolled back, and returns its result.
    pub const fn set_dry_run(&mut self, is_dry_run: bool) {
        self.is_dry_run = is_dry_run;
    }

    /// The instant of everything that this transaction writes.
    pub const fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// The user on whose behalf it runs.
    pub const fn actor(&self) -> Option<UserId> {
        self.actor
    }

    /// Returns the region of phone numbers without a country code, as it was when the request began.
    pub const fn region(&self) -> &Region {
        &self.region
    }

    /// Returns the stamp of a record that this transaction creates.
    pub const fn new_record(&self) -> Record {
        Record::new(self.now, self.actor)
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

    pub(super) fn engine(&self) -> Engine {
        self.store.engine()
    }

    /// Lifts the limits of time that PostgreSQL sets for statements and for pauses between them.
    pub async fn lift_time_limits(&mut self) -> Result<()> {
        if self.engine().limits_transactions() {
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

    pub(super) async fn fetch_all<T: Row>(&mut self, sql: Sql<'_>) -> Result<Vec<T>> {
        self.statements.add(&self.store);
        let query = Query::of(self.tenant_id, sql);
        // A large future, which would make those of all changes large.
        Box::pin(self.transaction.connection().fetch_all(query)).await
    }

    pub(super) async fn fetch_optional<T: Row>(&mut self, sql: Sql<'_>) -> Result<Option<T>> {
        self.statements.add(&self.store);
        let query = Query::of(self.tenant_id, sql);
        Box::pin(self.transaction.connection().fetch_optional(query)).await
    }

    /// Returns the row of a statement that always returns one.
    pub(super) async fn fetch_one<T: Row>(&mut self, sql: Sql<'_>) -> Result<T> {
        self.fetch_optional(sql).await?.ok_or_else(|| {
            Error::internal(anyhow::anyhow!(
                "a statement that always returns a row returned none"
            ))
        })
    }

    /// Returns the number of rows that the statement changed.
    pub(super) async fn execute(&mut self, sql: Sql<'_>) -> Result<u64> {
        self.statements.add(&self.store);
        let query = Query::of(self.tenant_id, sql);
        Box::pin(self.transaction.connection().execute(query)).await
    }

    /// Loads rows into a table, which is named with its columns.
    pub(super) async fn load_rows(&mut self, into: &'static str, rows: &EncodedRows) -> Result<()> {
        self.statements.add(&self.store);
        self.transaction.connection().load(into, rows).await
    }

    /// Commits what was done or, if it failed or is a dry run, undoes it. A dry run first writes everything that could fail.
    pub async fn end<T>(mut self, done: Result<T>) -> Result<T> {
        let (store, is_dry_run) = (self.store.clone(), self.is_dry_run);
        let done = match done {
            Ok(value) => self.write_last().await.map(|()| value),
            Err(error) => Err(error),
        };
        let ended = match done {
            Ok(value) if is_dry_run => self.transaction.rollback().await.map(|()| value),
            Ok(value) => self.commit().await.map(|()| value),
            Err(error) => {
                // The error is returned in any case.
                let _ = self.transaction.rollback().await;
                Err(error)
            }
        };
        if matches!(ended, Err(Error::Contended)) {
            store.0.contended.fetch_add(1, Ordering::Relaxed);
        }
        METRICS.transaction_ended(match &ended {
            Ok(_) if is_dry_run => Outcome::RolledBack,
            Ok(_) => Outcome::Committed,
            Err(Error::Contended) => Outcome::Contended,
            Err(_) => Outcome::RolledBack,
        });
        ended
    }

    /// Writes what all others of the tenant may wait for.
    async fn write_last(&mut self) -> Result<()> {
        self.flush_released().await?;
        self.write_changes().await
    }

    async fn commit(self) -> Result<()> {
        self.transaction.commit().await?;
        self.store
            .0
            .known_names
            .remember(self.tenant_id, self.learnt_names);
        if self.leaves_references {
            self.store.0.references_left.notify_one();
        }
        if self.recorded > 0 {
            self.store.0.feeds.committed(self.tenant_id);
        }
        Ok(())
    }
}
