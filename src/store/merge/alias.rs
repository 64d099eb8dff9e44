//! The ids of records that became part of others.

use tracing::instrument;
use uuid::Uuid;

use super::super::bind::{IdList, values};
use super::super::engine::sql;
use super::super::rows::MOST_VALUES;
use super::super::{Tenant, Tx};
use super::moving::Moved;
use crate::error::Result;
use crate::id::{MergeId, TypedId as _};

const INSERT: &str = "INSERT INTO aliases (tenant_id, id, into_id, operation_id) VALUES ";

/// The ids that a record had as its own before a merge gave them to another.
pub(super) const ALIASES: Moved = Moved {
    table: "aliases",
    column: "into_id",
    link: "alias",
};

impl Tenant {
    /// Returns the ids of the records that became part of these, each after the record that it is part of.
    #[instrument(level = "debug", skip_all)]
    pub async fn parts_of(&self, records: Vec<Uuid>) -> Result<Vec<(Uuid, Uuid)>> {
        self.fetch_all(sql!(
            "SELECT into_id, id FROM aliases WHERE tenant_id = $1 AND into_id " .any_ids(2) " ORDER BY into_id, id",
            IdList(records)
        ))
        .await
    }
}

impl Tx {
    /// Returns the number of other records that these records consist of.
    pub async fn count_aliases(&mut self, records: &[Uuid]) -> Result<i64> {
        let (count,): (i64,) = self
            .fetch_one(sql!(
                "SELECT COUNT(*) FROM aliases WHERE tenant_id = $1 AND into_id ".any_ids(2),
                IdList(records.to_vec()),
            ))
            .await?;
        Ok(count)
    }

    /// Makes the ids of members, and those that these had already, ids of the survivor.
    pub async fn add_aliases(&mut self, merge: MergeId, members: &[Uuid], survivor: Uuid) -> Result<()> {
        self.give(&ALIASES, merge, members, survivor).await?;
        self.insert_rows(INSERT, "", members, MOST_VALUES, |member| {
            values![*member, survivor, merge]
        })
        .await
        .map(drop)
    }

    /// Gives the members of a merge that is undone their ids back, and those that they had had before.
    pub async fn remove_aliases(&mut self, merge: MergeId, survivor: Uuid) -> Result<()> {
        self.execute(sql!(
            "DELETE FROM aliases WHERE tenant_id = $1 AND into_id = $3 AND operation_id = $2",
            merge,
            survivor,
        ))
        .await?;
        self.give_back(&ALIASES, merge, survivor).await.map(drop)
    }

    /// Returns the merge that made a record part of another one, and the record that it is part of by now.
    pub async fn merged_by(&mut self, id: Uuid) -> Result<Option<(MergeId, Uuid)>> {
        self.fetch_optional(sql!(
            "SELECT operation_id, into_id FROM aliases WHERE tenant_id = $1 AND id = $2",
            id
        ))
        .await
    }

    /// Forgets what became part of records that are gone for good, and returns its ids: merges into them can no longer be undone,
    /// nor those into their members.
    pub(in crate::store) async fn forget_merges(&mut self, records: &[Uuid]) -> Result<Vec<Uuid>> {
        if records.is_empty() {
            return Ok(Vec::new());
        }
        let parts: Vec<(Uuid,)> = self
            .fetch_all(sql!(
                "DELETE FROM aliases WHERE tenant_id = $1 AND into_id " .any_ids(2) " RETURNING id",
                IdList(records.to_vec()),
            ))
            .await?;
        let parts: Vec<Uuid> = parts.into_iter().map(|(id,)| id).collect();
        let survivors = records.iter().chain(&parts).copied().collect();
        let merges: Vec<(Uuid,)> = self
            .fetch_all(sql!(
                "DELETE FROM merges WHERE tenant_id = $1 AND survivor_id " .any_ids(2) " RETURNING id",
                IdList(survivors),
            ))
            .await?;
        let merges: Vec<MergeId> = merges.into_iter().map(|(id,)| MergeId::from_uuid(id)).collect();
        self.forget_parting(&merges).await?;
        Ok(parts)
    }
}
