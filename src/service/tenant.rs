//! Changes of the tenant itself.

use crate::error::{Result, UserError};
use crate::model::{TenantChanges, TenantRecord};
use crate::store::Tx;

/// Updates the tenant's settings.
pub async fn update_tenant(tx: &mut Tx, changes: TenantChanges) -> Result<TenantRecord> {
    let most = i32::try_from(tx.most_trash_days()).unwrap_or(i32::MAX);
    let asked = changes.trash_days.value();
    let mut tenant = tx.tenant().await?;
    changes.apply(&mut tenant)?;
    if asked.is_some_and(|days| !(0..=most).contains(&days)) {
        let refusal = UserError::invalid(format!("must be between 0 and {most}"));
        return Err(refusal.under("trashDays").under("retention").into());
    }
    tx.update_tenant(&tenant).await
}
