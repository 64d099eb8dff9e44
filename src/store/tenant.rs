//! Tenants: the few statements that are not of one tenant's data.

use super::engine::sql;
use super::{Store, Tenant, Tx, change, room};
use crate::error::{Error, Result};
use crate::model::{Region, TenantName, TenantRecord};

/// How many managed entities a tenant may have, until an operator says otherwise.
pub const DEFAULT_LIMIT: i64 = 10_000_000;

const TENANT: &str = "id, name, display_name, default_region, managed_entity_limit, created_at";

impl Store {
    /// The tenant of this name.
    pub async fn tenant(&self, name: &str) -> Result<Option<Tenant>> {
        let record: Option<TenantRecord> = self
            .fetch_optional(
                0,
                sql!("SELECT " TENANT " FROM tenants WHERE $1 = 0 AND name = $2", name),
            )
            .await?;
        Ok(record.map(|record| self.of(record)))
    }

    /// Every tenant, by name.
    pub async fn tenants(&self) -> Result<Vec<Tenant>> {
        let records: Vec<TenantRecord> = self
            .fetch_all(
                0,
                sql!("SELECT " TENANT " FROM tenants WHERE $1 = 0 ORDER BY name"),
            )
            .await?;
        Ok(records.into_iter().map(|record| self.of(record)).collect())
    }

    /// Makes a tenant, unless there is one of this name: then `None`.
    pub async fn add_tenant(&self, name: &TenantName, region: &Region) -> Result<Option<Tenant>> {
        let slots = room::slots(self.is_postgres());
        let nobody = self.of(TenantRecord::nobody(self.clock().now()));
        let record = change!(nobody, None, |tx| {
            let record = tx.insert_tenant(name, region).await?;
            if let Some(record) = &record {
                tx.tenant_id = record.id;
                tx.insert_slots(slots).await?;
            }
            Ok(record)
        })?;
        Ok(record.map(|record| self.of(record)))
    }
}

impl Tenant {
    /// The tenant as it is now.
    pub async fn fresh(&self) -> Result<TenantRecord> {
        self.fetch_optional(sql!("SELECT " TENANT " FROM tenants WHERE id = $1"))
            .await?
            .ok_or(Error::UnknownTenant)
    }

    /// How many managed entities there are.
    pub async fn managed_entities(&self) -> Result<i64> {
        let (count,): (i64,) = self
            .fetch_optional(sql!(
                "
                SELECT CAST(t.managed_entity_limit - SUM(r.room) AS BIGINT)
                  FROM tenants AS t
                  JOIN entity_room AS r ON r.tenant_id = t.id
                 WHERE t.id = $1
                 GROUP BY t.managed_entity_limit"
            ))
            .await?
            .unwrap_or_default();
        Ok(count)
    }

    /// Changes how many managed entities there may be; running servers see it with their next create.
    pub async fn set_limit(&self, limit: i32) -> Result<()> {
        change!(self, None, |tx| { tx.set_entity_limit(limit.into()).await })
    }
}

impl Tx {
    /// The tenant as it is now, locked until the transaction ends.
    pub async fn tenant(&mut self) -> Result<TenantRecord> {
        self.fetch_one(sql!("SELECT " TENANT " FROM tenants WHERE id = $1 FOR UPDATE"))
            .await
    }

    /// Changes what people may change about their tenant.
    pub async fn update_tenant(&mut self, display_name: &str, region: &Region) -> Result<TenantRecord> {
        self.fetch_one(sql!(
            "UPDATE tenants SET display_name = $2, default_region = $3 WHERE id = $1 RETURNING " TENANT,
            display_name,
            region,
        ))
        .await
    }

    async fn insert_tenant(&mut self, name: &TenantName, region: &Region) -> Result<Option<TenantRecord>> {
        let now = self.now();
        self.fetch_optional(sql!(
            "
            INSERT INTO tenants (name, display_name, default_region, managed_entity_limit, created_at)
            SELECT $2, $2, $3, $4, $5
             WHERE $1 = 0
            ON CONFLICT (name) DO NOTHING
            RETURNING " TENANT,
            name,
            region,
            DEFAULT_LIMIT,
            now,
        ))
        .await
    }

    async fn insert_slots(&mut self, slots: i32) -> Result<()> {
        for slot in 0..slots {
            let count = i64::from(slots);
            let share = DEFAULT_LIMIT / count;
            let room = if slot == 0 {
                DEFAULT_LIMIT - share * (count - 1)
            } else {
                share
            };
            self.execute(sql!(
                "INSERT INTO entity_room (tenant_id, slot, room) VALUES ($1, $2, $3)",
                slot,
                room,
            ))
            .await?;
        }
        Ok(())
    }
}
