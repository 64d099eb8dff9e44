//! Changes of the tenant itself.

use crate::error::Result;
use crate::model::{TenantChanges, TenantRecord};
use crate::store::Tx;

/// Updates the tenant's settings.
pub async fn update_tenant(tx: &mut Tx, changes: TenantChanges) -> Result<TenantRecord> {
    let mut tenant = tx.tenant().await?;
    changes.apply(&mut tenant)?;
    tx.update_tenant(&tenant.display_name, &tenant.default_region)
        .await
}
