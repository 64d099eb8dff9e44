//! Transactions: everything one change writes commits together or not at all.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::types::Json;
use sqlx::{Postgres, Sqlite, Transaction};
use tracing::instrument;
use uuid::Uuid;

use super::engine::{Handle, Row, Sql, Statement, fault, sql};
use super::{Database, Store, Tenant};
use crate::error::{Error, Result};
use crate::id::{TypedId, UserId};

/// How often a change is tried when others are in its way.
const ATTEMPTS: u32 = 6;

/// Every write of one tenant's data, in one transaction.
pub struct Tx {
    store: Store,
    pub(super) tenant_id: i32,
    actor: Option<UserId>,
    now: DateTime<Utc>,
    connection: Connection,
}

enum Connection {
    Postgres(Transaction<'static, Postgres>),
    Sqlite(Transaction<'static, Sqlite>),
}

/// What was done to a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// It is new.
    Created,
    /// It is another now.
    Updated,
    /// It is gone.
    Deleted,
}

impl Action {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Created => "CREATED",
            Self::Updated => "UPDATED",
            Self::Deleted => "DELETED",
        }
    }
}

/// Does what the block does in one transaction of the tenant, wanted by `actor`: all of it, or nothing when it fails.
/// When somebody else's transaction is in the way, the whole is done again, so the block must not do anything but use
/// the transaction. (A macro, because an async closure's future cannot be proven `Send` for every lifetime of `Tx`.)
macro_rules! change {
    ($tenant:expr, $actor:expr, |$tx:ident| $block:block) => {{
        let mut attempts = $crate::store::Attempts::default();
        loop {
            let mut tx = match $tenant.begin($actor).await {
                Ok(tx) => tx,
                Err(error) => break Err(error),
            };
            let done: $crate::error::Result<_> = async {
                let $tx = &mut tx;
                $block
            }
            .await;
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
            Database::Postgres(pool) => Connection::Postgres(pool.begin().await.map_err(fault)?),
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

    /// Writes down that a record was changed; `detached` counts what was deleted or let go with it.
    pub(super) async fn record<I: TypedId>(
        &mut self,
        action: Action,
        entity: I,
        version: i32,
        detached: impl Serialize + Send + Sync,
    ) -> Result<()> {
        let detached = serde_json::to_value(detached).map_err(Error::internal)?;
        let (id, now, actor) = (self.new_id(), self.now, self.actor);
        self.execute(sql!(
            "INSERT INTO changes (tenant_id, id, changed_at, user_id, kind, entity_id, action, version, detached)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            id,
            now,
            actor,
            I::KIND,
            entity.uuid(),
            action.name(),
            version,
            Json(detached),
        ))
        .await
        .map(drop)
    }

    /// Writes down that each of these records was changed and is at this version now, in one statement. At most 1000.
    pub(super) async fn record_all<I: TypedId>(
        &mut self,
        action: Action,
        changed: &[(I, i32)],
    ) -> Result<()> {
        if changed.is_empty() {
            return Ok(());
        }
        let mut statement = Statement::new(
            "INSERT INTO changes (tenant_id, id, changed_at, user_id, kind, entity_id, action, version, detached)",
        );
        for (position, (entity, version)) in changed.iter().enumerate() {
            statement
                .push(if position == 0 { " VALUES ($1, " } else { ", ($1, " })
                .bind(self.new_id())
                .push(", ")
                .bind(self.now)
                .push(", ")
                .bind(self.actor)
                .push(", ")
                .bind(I::KIND)
                .push(", ")
                .bind(entity.uuid())
                .push(", ")
                .bind(action.name())
                .push(", ")
                .bind(*version)
                .push(", ")
                .bind(Json(()))
                .push(")");
        }
        self.execute(statement.sql()).await.map(drop)
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
        }
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
