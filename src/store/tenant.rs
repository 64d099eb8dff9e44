//! A tenant's own settings and limit.

use super::engine::sql;
use super::{Tenant, Tx, change};
use crate::error::{Error, Result};
use crate::model::TenantRecord;

/// The limit of managed entities of a new tenant.
pub(super) const DEFAULT_LIMIT: i64 = 10_000_000;

/// The columns of a tenant.
pub(super) const TENANT: &str =
    "id, name, display_name, default_region, managed_entity_limit, trash_days, created_at";

impl Tenant {
    /// The tenant as it is now.
    pub async fn fresh(&self) -> Result<TenantRecord> {
        self.fetch_optional(sql!("SELECT " TENANT " FROM tenants WHERE id = $1"))
            .await?
            .ok_or(Error::UnknownTenant)
    }

    /// The number of managed entities.
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

    /// Changes the limit of managed entities. Running servers follow with their next create.
    pub async fn set_limit(&self, limit: i32) -> Result<()> {
        change!(self, None, |tx| { tx.set_entity_limit(limit.into()).await })
    }
}

impl Tx {
    /// The tenant as it is now, locked until the transaction ends.
    pub async fn tenant(&mut self) -> Result<TenantRecord> {
        self.fetch_one(sql!("SELECT " TENANT " FROM tenants WHERE id = $1" .lock))
            .await
    }

    /// Updates the tenant's own settings.
    pub async fn update_tenant(&mut self, tenant: &TenantRecord) -> Result<TenantRecord> {
        self.fetch_one(sql!(
            "
            UPDATE tenants
               SET display_name = $2, default_region = $3, trash_days = $4
             WHERE id = $1
            RETURNING " TENANT,
            tenant.display_name,
            tenant.default_region,
            tenant.trash_days,
        ))
        .await
    }
}
