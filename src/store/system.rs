//! The statements across tenants.

use std::time::Duration;

use chrono::{DateTime, Utc};
use tracing::instrument;

use super::bind::Row;
use super::connection::Query;
use super::database::Transacting;
use super::engine::{SystemSql, system_sql};
use super::tenant::{DEFAULT_LIMIT, TENANT};
use super::{Store, Tenant};
use crate::error::Result;
use crate::metrics::METRICS;
use crate::model::{Region, TenantName, TenantRecord};

/// The pause between two batches of a sweep, in which others have the database to themselves.
pub(super) const BETWEEN_BATCHES: Duration = Duration::from_millis(50);

/// The statements across tenants: tenants themselves, sweeps, and the state of the whole database.
#[derive(Clone, Copy)]
pub struct System<'s> {
    store: &'s Store,
}

impl<'s> System<'s> {
    pub(super) const fn of(store: &'s Store) -> Self {
        Self { store }
    }

    pub(super) const fn store(self) -> &'s Store {
        self.store
    }

    /// Returns the tenant with this name.
    pub async fn tenant(self, name: &str) -> Result<Option<Tenant>> {
        let record: Option<TenantRecord> = self
            .fetch_optional(system_sql!("SELECT " TENANT " FROM tenants WHERE name = $1", name))
            .await?;
        Ok(record.map(|record| self.store.of(record)))
    }

    /// Returns every tenant, by name.
    pub async fn tenants(self) -> Result<Vec<Tenant>> {
        let records: Vec<TenantRecord> = self
            .fetch_all(system_sql!("SELECT " TENANT " FROM tenants ORDER BY name"))
            .await?;
        Ok(records.into_iter().map(|record| self.store.of(record)).collect())
    }

    /// Writes the states of connections, and the numbers of tenants and of their managed entities, to the metrics.
    pub async fn observe(self) -> Result<()> {
        self.store.0.database.observe_pools();
        let counts: Option<(i64, i64)> = self
            .fetch_optional(system_sql!(
                "
                SELECT COUNT(*),
                       CAST(COALESCE(SUM(managed_entity_limit), 0)
                            - (SELECT COALESCE(SUM(room), 0) FROM entity_room) AS BIGINT)
                  FROM tenants"
            ))
            .await?;
        let (tenants, entities) = counts.unwrap_or_default();
        METRICS.tenants.set(tenants);
        METRICS.managed_entities.set(entities);
        Ok(())
    }

    /// Creates a tenant. Returns `None` if there is one with this name.
    pub async fn add_tenant(self, name: &TenantName, region: &Region) -> Result<Option<Tenant>> {
        let mut tx = self.begin().await?;
        let added = tx.add_tenant(name, region).await;
        let record = tx.end(added).await?;
        Ok(record.map(|record| self.store.of(record)))
    }

    /// Deletes the changes before an instant, a batch at a time, with a pause for others between two.
    #[instrument(level = "debug", skip_all)]
    pub async fn sweep_changes(self, before: DateTime<Utc>) -> Result<()> {
        for tenant in self.tenants().await? {
            while tenant.sweep_changes(before).await? {
                tokio::time::sleep(BETWEEN_BATCHES).await;
            }
        }
        Ok(())
    }

    /// Deletes expired idempotency keys, a batch at a time, with a pause for others between two.
    #[instrument(level = "debug", skip_all)]
    pub async fn sweep_idempotency_keys(self) -> Result<()> {
        let now = self.store.clock().now();
        for tenant in self.tenants().await? {
            while tenant.sweep_idempotency_keys(now).await? {
                tokio::time::sleep(BETWEEN_BATCHES).await;
            }
        }
        Ok(())
    }

    /// Forgets the imports of every tenant that were interrupted long ago.
    #[instrument(level = "debug", skip_all)]
    pub async fn sweep_imports(self) -> Result<()> {
        let now = self.store.clock().now();
        for tenant in self.tenants().await? {
            tenant.sweep_imports(now).await?;
        }
        Ok(())
    }

    pub(super) async fn begin(self) -> Result<SystemTx> {
        Ok(SystemTx {
            transaction: self.store.0.database.begin(None).await?,
            store: self.store.clone(),
        })
    }

    async fn fetch_all<T: Row>(self, sql: SystemSql<'_>) -> Result<Vec<T>> {
        self.store.count_statement();
        self.store
            .0
            .database
            .reader(None)
            .await?
            .fetch_all(sql.into())
            .await
    }

    pub(super) async fn fetch_optional<T: Row>(self, sql: SystemSql<'_>) -> Result<Option<T>> {
        self.store.count_statement();
        self.store
            .0
            .database
            .reader(None)
            .await?
            .fetch_optional(sql.into())
            .await
    }
}

/// Writes across tenants, in one transaction.
pub(super) struct SystemTx {
    pub(super) store: Store,
    transaction: Transacting,
}

impl SystemTx {
    /// Changes a row and changes it back: SQLite writes nothing for a row that is set to what it is. Where there are several
    /// nodes, a row that all of them have would need all of them.
    pub(super) async fn touch(&mut self) -> Result<()> {
        if self.store.engine().has_nodes() {
            let _: Option<(String,)> = self
                .fetch_optional(system_sql!("SELECT CAST(pg_current_xact_id() AS TEXT)"))
                .await?;
            return Ok(());
        }
        for change in [
            system_sql!("UPDATE epochs SET fingerprint = fingerprint || '.' WHERE id = 1"),
            system_sql!(
                "UPDATE epochs SET fingerprint = substr(fingerprint, 1, length(fingerprint) - 1) WHERE id = 1"
            ),
        ] {
            self.execute(change).await?;
        }
        Ok(())
    }

    async fn add_tenant(&mut self, name: &TenantName, region: &Region) -> Result<Option<TenantRecord>> {
        let now = self.store.clock().now();
        let record: Option<TenantRecord> = self
            .fetch_optional(system_sql!(
                "
                INSERT INTO tenants (name, display_name, default_region, managed_entity_limit, created_at)
                VALUES ($1, $1, $2, $3, $4)
                ON CONFLICT (name) DO NOTHING
                RETURNING " TENANT,
                name,
                region,
                DEFAULT_LIMIT,
                now,
            ))
            .await?;
        if let Some(record) = &record {
            self.add_limit_slots(record.id).await?;
            self.add_feed_head(record.id).await?;
        }
        Ok(record)
    }

    async fn add_limit_slots(&mut self, tenant: i32) -> Result<()> {
        let slots = self.store.engine().limit_slots();
        let count = i64::from(slots);
        let share = DEFAULT_LIMIT / count;
        for slot in 0..slots {
            let room = if slot == 0 {
                DEFAULT_LIMIT - share * (count - 1)
            } else {
                share
            };
            self.execute(system_sql!(
                "INSERT INTO entity_room (tenant_id, slot, room) VALUES ($1, $2, $3)",
                tenant,
                slot,
                room,
            ))
            .await?;
        }
        Ok(())
    }

    /// Adds the row of the last number that the tenant's changes have; SQLite has numbers of its own.
    async fn add_feed_head(&mut self, tenant: i32) -> Result<()> {
        if self.store.engine().has_many_writers() {
            self.execute(system_sql!(
                "INSERT INTO feed_heads (tenant_id, head) VALUES ($1, 0)",
                tenant
            ))
            .await?;
        }
        Ok(())
    }

    /// Lifts the limits of time that PostgreSQL sets for statements and for pauses between them.
    pub(super) async fn lift_time_limits(&mut self) -> Result<()> {
        if self.store.engine().limits_transactions() {
            let _: Option<(String, String)> = self
                .fetch_optional(system_sql!(
                    "
                    SELECT set_config('statement_timeout', '0', TRUE),
                           set_config('idle_in_transaction_session_timeout', '0', TRUE)"
                ))
                .await?;
        }
        Ok(())
    }

    pub(super) async fn fetch_optional<T: Row>(&mut self, sql: SystemSql<'_>) -> Result<Option<T>> {
        self.store.count_statement();
        let query = Query::from(sql);
        self.transaction.connection().fetch_optional(query).await
    }

    pub(super) async fn execute(&mut self, sql: SystemSql<'_>) -> Result<u64> {
        self.store.count_statement();
        let query = Query::from(sql);
        self.transaction.connection().execute(query).await
    }

    /// Commits what was done or, if it failed, undoes it.
    pub(super) async fn end<T>(self, done: Result<T>) -> Result<T> {
        match done {
            Ok(value) => self.transaction.commit().await.map(|()| value),
            Err(error) => {
                // The error is returned in any case.
                let _ = self.transaction.rollback().await;
                Err(error)
            }
        }
    }
}
