//! Transfers of a user's relationships to another user.

use crate::error::{Refusals, Result, UserError};
use crate::store::{Transfer, Transferred, Tx};

/// Transfers current relationships to an active user. Relationships that the receiver already has are ended.
pub async fn transfer_relationships(tx: &mut Tx, mut transfer: Transfer) -> Result<Transferred> {
    let mut refusals = Refusals::default();
    if transfer.from == transfer.to {
        refusals.add(UserError::invalid("must be another user than fromUserId").under("toUserId"));
    }
    let users = tx.lock_users(&[transfer.from, transfer.to]).await?;
    let user = |id| users.iter().find(|user| user.id == id);
    if user(transfer.from).is_none() {
        refusals.add(UserError::not_found("user").under("fromUserId"));
    }
    match user(transfer.to) {
        None => refusals.add(UserError::not_found("user").under("toUserId")),
        Some(user) if !user.active => {
            refusals.add(UserError::invalid("must be an active user").under("toUserId"));
        }
        Some(_) => {}
    }
    if let Some(organizations) = &mut transfer.organizations {
        let missing = tx.missing_organizations(organizations).await?;
        for (position, _) in organizations
            .iter()
            .enumerate()
            .filter(|(_, id)| missing.contains(id))
        {
            let refusal = UserError::not_found("organization").under(position);
            refusals.add(refusal.under("organizationIds"));
        }
        for id in organizations {
            *id = tx.current_id(*id);
        }
    }
    refusals.finish()?;
    tx.transfer_relationships(&transfer).await
}
