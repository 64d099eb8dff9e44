//! The memory of transfers while they can be undone: a row of `transfers`, and one of `undo_links` for each relationship.
//!
//! A transfer that was undone keeps its row, so that a second attempt is told from an unknown id, and has no links.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use tracing::instrument;
use uuid::Uuid;

use super::RELATIONSHIP;
use super::transfer::Transfer;
use crate::error::Result;
use crate::id::{RelationshipId, TransferId, TypedId as _, UserId};
use crate::model::{self, Relationship};
use crate::store::bind::IdList;
use crate::store::engine::sql;
use crate::store::statement::Statement;
use crate::store::{Tenant, Tx, change};

/// The name by which `undo_links` remembers a relationship that the receiver got.
const MOVED_LINK: &str = "transferred";
/// The name by which it remembers one that was ended.
const ENDED_LINK: &str = "endedByTransfer";
/// The number of transfers that one step of a sweep forgets, each with at most [`Transfer::MOST`] relationships.
const FORGOTTEN_AT_ONCE: i64 = 10;

/// A transfer that was carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PastTransfer {
    /// The user from whom the relationships were taken.
    pub from: UserId,
    /// The user who got them.
    pub to: UserId,
    /// The time of the transfer.
    pub at: DateTime<Utc>,
}

/// The effect of a transfer on a relationship.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TransferEffect {
    /// The receiver got it.
    Moved,
    /// It was ended, because the receiver had an equal one.
    Ended,
}

impl Tx {
    /// Remembers a transfer so that it can be undone, if the trash is kept. Returns its id.
    pub(super) async fn remember_transfer(
        &mut self,
        transfer: &Transfer,
        relationships: IdList,
    ) -> Result<Option<TransferId>> {
        if !self.keeps_trash() || relationships.0.is_empty() {
            return Ok(None);
        }
        let id = TransferId::new(self.new_id());
        self.execute(sql!(
            "INSERT INTO transfers (tenant_id, id, from_user_id, to_user_id, transferred_at) VALUES ($1, $2, $3, $4, $5)",
            id,
            transfer.from,
            transfer.to,
            self.now(),
        ))
        .await?;
        // Only those that were ended have an end.
        self.execute(sql!(
            "
            INSERT INTO undo_links (tenant_id, operation_id, kind, child_id, from_id)
            SELECT tenant_id, $2, CASE WHEN ended_on IS NULL THEN $3 ELSE $4 END, id, $5
              FROM relationships
             WHERE tenant_id = $1
               AND id "
                .any_ids(6),
            id,
            MOVED_LINK,
            ENDED_LINK,
            transfer.from,
            relationships,
        ))
        .await?;
        Ok(Some(id))
    }

    /// Returns a transfer that is still remembered, locked until the transaction ends.
    #[instrument(level = "debug", skip_all)]
    pub async fn find_transfer(&mut self, id: TransferId) -> Result<Option<PastTransfer>> {
        let found: Option<(UserId, UserId, model::DateTime)> = self
            .fetch_optional(sql!(
                "SELECT from_user_id, to_user_id, transferred_at FROM transfers WHERE tenant_id = $1 AND id = $2".lock,
                id,
            ))
            .await?;
        Ok(found.map(|(from, to, at)| PastTransfer { from, to, at: at.0 }))
    }

    /// Forgets the relationships of a transfer, which is undone, and returns them. There are none if it was undone before.
    #[instrument(level = "debug", skip_all)]
    pub async fn take_transferred(
        &mut self,
        id: TransferId,
    ) -> Result<HashMap<RelationshipId, TransferEffect>> {
        let links: Vec<(RelationshipId, String)> = self
            .fetch_all(sql!(
                "DELETE FROM undo_links WHERE tenant_id = $1 AND operation_id = $2 RETURNING child_id, kind",
                id,
            ))
            .await?;
        let links = links.into_iter().map(|(id, kind)| {
            let effect = if kind == ENDED_LINK {
                TransferEffect::Ended
            } else {
                TransferEffect::Moved
            };
            (id, effect)
        });
        Ok(links.collect())
    }

    /// Returns relationships that exist, by type, locked until the transaction ends.
    pub async fn lock_relationships(&mut self, ids: Vec<Uuid>) -> Result<Vec<Relationship>> {
        self.fetch_all(sql!(
            "SELECT " RELATIONSHIP " FROM relationships WHERE tenant_id = $1 AND id " .any_ids(2) " ORDER BY type_key, id" .lock,
            IdList(ids),
        ))
        .await
    }

    /// Undoes the effect of a transfer on relationships, which are locked: those that another user has are given back to the giver,
    /// and the giver's own are current again.
    #[instrument(level = "debug", skip_all)]
    pub async fn undo_transfer(&mut self, giver: UserId, relationships: &[&Relationship]) -> Result<()> {
        if relationships.is_empty() {
            return Ok(());
        }
        let (now, actor) = (self.now(), self.actor());
        let undone: Vec<Relationship> = self
            .fetch_all(sql!(
                "
                UPDATE relationships
                   SET user_id = $3, ended_on = CASE WHEN user_id = $3 THEN NULL ELSE ended_on END,
                       version = version + 1, updated_at = $4, updated_by = $5
                 WHERE tenant_id = $1
                   AND id " .any_ids(2) "
                RETURNING " RELATIONSHIP,
                IdList(relationships.iter().map(|it| it.id.uuid()).collect()),
                giver,
                now,
                actor,
            ))
            .await?;
        self.record_transfer(relationships.iter().copied(), &undone).await
    }

    /// Returns the oldest transfers from before an instant, locked to forget them.
    async fn lock_oldest_transfers(&mut self, before: DateTime<Utc>) -> Result<Vec<Uuid>> {
        let oldest: Vec<(Uuid,)> = self
            .fetch_all(sql!(
                "
                SELECT id
                  FROM transfers
                 WHERE tenant_id = $1
                   AND transferred_at < $2
                 ORDER BY transferred_at, id
                 LIMIT $3"
                    .lock_free,
                before,
                FORGOTTEN_AT_ONCE,
            ))
            .await?;
        Ok(oldest.into_iter().map(|(id,)| id).collect())
    }

    async fn forget_transfers(&mut self, transfers: &[Uuid]) -> Result<()> {
        for forget in [
            "DELETE FROM undo_links WHERE tenant_id = $1 AND operation_id ",
            "DELETE FROM transfers WHERE tenant_id = $1 AND id ",
        ] {
            let mut forget = Statement::new(self.engine(), forget);
            forget.any_ids(transfers.to_vec());
            self.execute(forget.sql()).await?;
        }
        Ok(())
    }
}

impl Tenant {
    /// Forgets some of the oldest transfers from before an instant. Returns whether there may be more.
    #[instrument(level = "debug", skip_all)]
    pub(in crate::store) async fn forget_transfers_before(&self, before: DateTime<Utc>) -> Result<bool> {
        let forgotten = change!(self, None, |tx| {
            if !tx.may_sweep().await? {
                return Ok(0);
            }
            let transfers = tx.lock_oldest_transfers(before).await?;
            if !transfers.is_empty() {
                tx.forget_transfers(&transfers).await?;
            }
            Ok(transfers.len())
        })?;
        Ok(i64::try_from(forgotten).is_ok_and(|forgotten| forgotten >= FORGOTTEN_AT_ONCE))
    }
}
