//! The end of records in the trash.

use chrono::{DateTime, Utc};
use tracing::instrument;
use uuid::Uuid;

use super::super::bind::IdList;
use super::super::engine::sql;
use super::super::system::BETWEEN_BATCHES;
use super::super::{System, Tenant, Tx, change};
use super::{PLACE, TRASHED};
use crate::error::Result;
use crate::model::TrashedRecord;

/// The number of records that one step of a sweep locks.
const LOCKED_AT_ONCE: i64 = 100;
/// The number of records after which one step of a sweep ends, those that were deleted with others included.
const PURGED_AT_ONCE: u64 = 1_000;

impl Tx {
    /// Returns those of these records that are in the trash, locked to purge them: parts before what they are parts of, as
    /// restorations lock them.
    pub async fn lock_in_trash(&mut self, ids: Vec<Uuid>) -> Result<Vec<TrashedRecord>> {
        self.fetch_all(sql!(
            "SELECT " TRASHED " FROM trashed_records WHERE tenant_id = $1 AND id " .any_ids(2) " ORDER BY " PLACE ", id" .lock_to_delete,
            IdList(ids),
        ))
        .await
    }

    /// Purges records that are locked in the trash: they can no longer be restored. Interactions that refer to them are detached
    /// after the commit. Returns the number of purged records, with those that were deleted with them.
    #[instrument(level = "debug", skip_all)]
    pub async fn purge(&mut self, roots: Vec<Uuid>) -> Result<u64> {
        if roots.is_empty() {
            return Ok(0);
        }
        let purged = self.remove_from_trash(&roots).await?;
        self.forget_references(&roots).await?;
        let mut gone = self.forget_merges(&roots).await?;
        gone.extend(roots);
        self.settle_referred(gone).await?;
        Ok(purged)
    }

    /// Returns the oldest deleted records from before an instant, locked to purge them: no more than it takes until so many records
    /// are purged, those that were deleted with them included.
    async fn lock_oldest(&mut self, before: DateTime<Utc>, enough: u64) -> Result<Vec<Uuid>> {
        let oldest: Vec<(Uuid, i32, i32)> = self
            .fetch_all(sql!(
                "
                SELECT id, notes, relationships
                  FROM trashed_records
                 WHERE tenant_id = $1
                   AND deleted_at < $2
                 ORDER BY deleted_at, id
                 LIMIT $3"
                    .lock_free,
                before,
                LOCKED_AT_ONCE,
            ))
            .await?;
        let mut purged = 0;
        let needed = oldest.into_iter().take_while(|(_, notes, relationships)| {
            let is_needed = purged < enough;
            purged += u64::from((1 + notes + relationships).unsigned_abs());
            is_needed
        });
        Ok(needed.map(|(id, ..)| id).collect())
    }
}

impl Tenant {
    /// Purges some of the oldest records that were deleted before an instant, until enough are purged. Returns the number of purged
    /// records.
    #[instrument(level = "debug", skip_all)]
    async fn purge_before(&self, before: DateTime<Utc>, enough: u64) -> Result<u64> {
        change!(self, None, |tx| {
            if !tx.may_sweep().await? {
                return Ok(0);
            }
            let roots = tx.lock_oldest(before, enough).await?;
            tx.purge(roots).await
        })
    }

    /// Forgets what undoing an old merge takes. Returns the number of merges that were forgotten.
    #[instrument(level = "debug", skip_all)]
    async fn forget_old_merges(&self) -> Result<u64> {
        change!(self, None, |tx| {
            if !tx.may_sweep().await? {
                return Ok(0);
            }
            tx.forget_old_merges().await
        })
    }

    /// Returns by how many records the trash is larger than the tenant's limit of managed entities, as far as no other server
    /// sweeps.
    #[instrument(level = "debug", skip_all)]
    async fn superfluous_trash(&self) -> Result<u64> {
        let most = self.record.managed_entity_limit;
        let count = change!(self, None, |tx| {
            if !tx.may_sweep().await? {
                return Ok(0);
            }
            let (count,): (i64,) = tx
                .fetch_one(sql!(
                    "
                    SELECT CAST(COALESCE(SUM(1 + notes + relationships), 0) AS BIGINT)
                      FROM trashed_records
                     WHERE tenant_id = $1"
                ))
                .await?;
            Ok(count)
        })?;
        Ok(u64::try_from(count.saturating_sub(most)).unwrap_or_default())
    }

    /// Purges the deleted records that can no longer be restored and, where there are more than the tenant may have managed entities,
    /// the oldest, and forgets the transfers that can no longer be undone; a step at a time, with a pause for others between two.
    async fn sweep_trash(&self) -> Result<()> {
        while self.purge_before(self.trash_since(), PURGED_AT_ONCE).await? > 0 {
            tokio::time::sleep(BETWEEN_BATCHES).await;
        }
        while self.forget_old_merges().await? > 0 {
            tokio::time::sleep(BETWEEN_BATCHES).await;
        }
        while self.forget_transfers_before(self.trash_since()).await? {
            tokio::time::sleep(BETWEEN_BATCHES).await;
        }
        let mut superfluous = self.superfluous_trash().await?;
        while superfluous > 0 {
            let enough = superfluous.min(PURGED_AT_ONCE);
            let purged = self.purge_before(self.clock().now(), enough).await?;
            if purged == 0 {
                break;
            }
            superfluous = superfluous.saturating_sub(purged);
            tokio::time::sleep(BETWEEN_BATCHES).await;
        }
        Ok(())
    }
}

impl System<'_> {
    /// Purges the deleted records of every tenant that can no longer be restored, or are too many, and forgets the transfers that can
    /// no longer be undone. A tenant whose sweep fails does not
    /// hold up the others; the last failure is returned.
    #[instrument(level = "debug", skip_all)]
    pub async fn sweep_trash(self) -> Result<()> {
        let mut swept = Ok(());
        for tenant in self.tenants().await? {
            swept = tenant.sweep_trash().await.and(swept);
        }
        swept
    }
}
