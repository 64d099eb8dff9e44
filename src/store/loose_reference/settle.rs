//! The steps after a change that leaves more references than it writes itself.

use std::time::Duration;

use tracing::instrument;
use uuid::Uuid;

use super::super::bind::values;
use super::super::engine::sql;
use super::super::rows::MOST_VALUES;
use super::super::statement::Statement;
use super::super::{System, Tenant, Tx, change};
use super::{ALL, EMPLOYER};
use crate::error::{Error, Result};
use crate::id::{MergeId, OrganizationId, TypedId as _};
use crate::model::Organization;

/// The pause between two steps, in which others have the database to themselves.
const BETWEEN_STEPS: Duration = Duration::from_millis(20);

/// The statement that leaves records to later steps, up to the rows.
const INSERT: &str = "INSERT INTO unsettled_records (tenant_id, id, is_gone) VALUES ";
/// Leaves a row as it is.
const SKIP: &str = " ON CONFLICT DO NOTHING";
/// Tells of a row that its record is gone.
const GONE: &str = " ON CONFLICT (tenant_id, id) DO UPDATE SET is_gone = excluded.is_gone";

/// A record to which references are still to be cleared, set again or given to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
struct Unsettled {
    #[sqlx(rename = "id")]
    record: Uuid,
    /// Whether it can no longer be restored.
    is_gone: bool,
    /// The merge that moves its contacts.
    #[sqlx(rename = "merge_id")]
    merge: Option<MergeId>,
}

impl Tx {
    /// Leaves the rest of what refers to these records to the steps after the commit. Those that are gone are not in the trash.
    pub(in crate::store) async fn settle_later(&mut self, records: &[Uuid], are_gone: bool) -> Result<()> {
        if records.is_empty() {
            return Ok(());
        }
        self.leaves_references = true;
        let conflict = if are_gone { GONE } else { SKIP };
        self.insert_rows(INSERT, conflict, records, MOST_VALUES, |record| {
            values![*record, are_gone]
        })
        .await
        .map(drop)
    }

    /// Leaves what refers to these records, which are gone for good, to the steps after the commit.
    pub(in crate::store) async fn settle_referred(&mut self, records: Vec<Uuid>) -> Result<()> {
        let mut referred = Statement::new(self.engine(), "SELECT l.listed_id FROM ");
        referred.ids(records).push(" AS l WHERE");
        for (place, reference) in ALL.iter().enumerate() {
            referred
                .push(if place == 0 { " EXISTS" } else { " OR EXISTS" })
                .push(" (SELECT 1 FROM ")
                .push(reference.table)
                .push(" AS r WHERE r.tenant_id = $1 AND r.")
                .push(reference.column)
                .push(" = l.listed_id)");
        }
        let referred: Vec<(Uuid,)> = self.fetch_all(referred.sql()).await?;
        let referred: Vec<Uuid> = referred.into_iter().map(|(id,)| id).collect();
        self.settle_later(&referred, true).await
    }

    /// Forgets the references to records that are gone for good, and that they are unsettled.
    pub(in crate::store) async fn forget_references(&mut self, records: &[Uuid]) -> Result<()> {
        for forget in [
            "DELETE FROM undo_links WHERE tenant_id = $1 AND operation_id ",
            "DELETE FROM unsettled_records WHERE tenant_id = $1 AND id ",
        ] {
            let mut forget = Statement::new(self.engine(), forget);
            forget.any_ids(records.to_vec());
            self.execute(forget.sql()).await?;
        }
        Ok(())
    }

    /// Takes one step for a record whose references are unsettled. Returns whether this transaction took it: another one may be at
    /// it. The record is kept where it is before its row is locked, as a change of the record does.
    async fn settle_step(&mut self, unsettled: Unsettled) -> Result<bool> {
        let Unsettled { record, is_gone, .. } = unsettled;
        if let Some(merge) = unsettled.merge.filter(|_| !is_gone) {
            return self.settle_merge_step(unsettled, merge).await;
        }
        let is_in_trash = !is_gone && self.is_in_trash(record).await?;
        if !is_gone && !is_in_trash && self.keep_all::<Organization>(vec![record]).await?.is_empty() {
            // It was deleted or restored between the two looks.
            return Err(Error::Contended);
        }
        if self.lock_unsettled(record).await? != Some(unsettled) {
            return Ok(false);
        }
        let has_more = if is_gone {
            let mut has_more = false;
            for reference in ALL {
                has_more = has_more || self.clear_step(reference, &[record], false).await?;
            }
            has_more
        } else if is_in_trash {
            self.clear_step(&EMPLOYER, &[record], true).await?
        } else {
            // It may have been merged into another one meanwhile.
            let organization = OrganizationId::from_uuid(record);
            let employer = self.current_id(organization);
            self.reattach_step(organization, employer, None).await?
        };
        if !has_more {
            self.is_settled(record).await?;
        }
        Ok(true)
    }

    /// Takes one step of moving the contacts of a member of a merge, as [`settle_step`](Self::settle_step) does.
    async fn settle_merge_step(&mut self, unsettled: Unsettled, merge: MergeId) -> Result<bool> {
        let record = unsettled.record;
        let Some(step) = self.lock_merge_step(record, merge).await? else {
            // Its survivor is gone for good, and what belonged to that is settled by itself.
            let is_locked = self.lock_unsettled(record).await? == Some(unsettled);
            if is_locked {
                self.is_settled(record).await?;
            }
            return Ok(is_locked);
        };
        if self.lock_unsettled(record).await? != Some(unsettled) {
            return Ok(false);
        }
        if !self.settle_merge(&step).await? {
            self.is_settled(record).await?;
            // The organization that has them now may have been deleted or restored meanwhile.
            self.settle_later(&[step.receiver()], false).await?;
        }
        Ok(true)
    }

    async fn is_settled(&mut self, record: Uuid) -> Result<()> {
        self.execute(sql!(
            "DELETE FROM unsettled_records WHERE tenant_id = $1 AND id = $2",
            record
        ))
        .await
        .map(drop)
    }

    /// Locks the row of an unsettled record, and returns it; `None` if another transaction has the row.
    async fn lock_unsettled(&mut self, record: Uuid) -> Result<Option<Unsettled>> {
        self.fetch_optional(sql!(
            "SELECT id, is_gone, merge_id FROM unsettled_records WHERE tenant_id = $1 AND id = $2".lock_free,
            record
        ))
        .await
    }
}

impl Tenant {
    /// Takes one step for the records whose references are unsettled. Returns whether there may be more to do.
    #[instrument(level = "debug", skip_all)]
    async fn settle(&self) -> Result<bool> {
        // Most of the time there is nothing to do, and no need for a transaction.
        let waiting: Option<Unsettled> = self
            .fetch_optional(sql!(
                "SELECT id, is_gone, merge_id FROM unsettled_records WHERE tenant_id = $1 ORDER BY id LIMIT 1"
            ))
            .await?;
        let Some(unsettled) = waiting else {
            return Ok(false);
        };
        change!(self, None, |tx| { tx.settle_step(unsettled).await })
    }
}

impl System<'_> {
    /// Settles what refers to records that were deleted or restored, a step at a time, with a pause for others between two.
    #[instrument(level = "debug", skip_all)]
    pub async fn settle_references(self) -> Result<()> {
        for tenant in self.tenants().await? {
            while tenant.settle().await? {
                tokio::time::sleep(BETWEEN_STEPS).await;
            }
        }
        Ok(())
    }

    /// Waits until a change of this program has left references behind.
    pub async fn references_left(self) {
        self.store().0.references_left.notified().await;
    }
}
