//! The ids of records in other systems: unique per tenant, kind and source.

use std::collections::{BTreeSet, HashSet};

use const_format::concatcp;
use sqlx::types::Json;
use uuid::Uuid;

use super::bind::values;
use super::declaration::Stored;
use super::engine::sql;
use super::{Read as _, Tx};
use crate::error::{Result, UserError};
use crate::id::TypedId;
use crate::model::ExternalId;

/// The table of external ids with its columns.
pub const EXTERNAL_IDS: &str = "external_ids (tenant_id, kind, source, value, owner_id)";
/// Inserts an external id.
const INSERT: &str = concatcp!("INSERT INTO ", EXTERNAL_IDS, " VALUES ");
/// Leaves out what another record has.
const SKIP_TAKEN: &str = " ON CONFLICT DO NOTHING";

impl Tx {
    /// Replaces the external ids of a record. Refuses those that another record of its kind has.
    pub(super) async fn replace_external_ids<I: TypedId>(
        &mut self,
        owner: I,
        before: &[ExternalId],
        after: &[ExternalId],
    ) -> Result<()> {
        // One order for what is removed and what is added, so that two records that swap theirs do not wait for each other.
        let mut changed: Vec<&ExternalId> = before
            .iter()
            .filter(|external_id| !after.contains(external_id))
            .chain(after.iter().filter(|external_id| !before.contains(external_id)))
            .collect();
        changed.sort_by_key(|external_id| (&external_id.source, &external_id.value));
        let mut taken = Vec::new();
        for external_id in changed {
            let place = after.iter().position(|added| added == external_id);
            let Some(position) = place else {
                self.delete_external_ids::<I>(&[external_id]).await?;
                continue;
            };
            let added = self
                .insert_external_ids::<I>(&[(owner.uuid(), external_id)])
                .await?;
            if added == 0 {
                let other = self.find_by_external_id::<I>(external_id).await?;
                taken.push((position, external_id_taken(other, position)));
            }
        }
        taken.sort_by_key(|(position, _)| *position);
        let taken: Vec<UserError> = taken.into_iter().map(|(_, refusal)| refusal).collect();
        if taken.is_empty() {
            Ok(())
        } else {
            Err(taken.into())
        }
    }

    /// Adds the external ids of new records. Refuses those that another record has; the path of the refusal begins with
    /// the place of the record.
    pub(super) async fn add_external_ids<T: Stored>(&mut self, records: &[T]) -> Result<()> {
        let added: Vec<(Uuid, &ExternalId)> = owned(records.iter()).collect();
        if self.insert_external_ids::<T::Id>(&added).await? == added.len() as u64 {
            return Ok(());
        }
        self.refuse_taken::<T>(records).await
    }

    /// Brings the external ids of records from what they were to what they are. Refuses those that another record has.
    pub(super) async fn move_external_ids<T: Stored>(&mut self, changed: &[(T, T)]) -> Result<()> {
        let before: HashSet<(Uuid, &ExternalId)> = owned(changed.iter().map(|(before, _)| before)).collect();
        let after: Vec<(Uuid, &ExternalId)> = owned(changed.iter().map(|(_, after)| after)).collect();
        let kept: HashSet<&(Uuid, &ExternalId)> = after.iter().collect();
        let gone: Vec<&ExternalId> = before
            .iter()
            .filter(|external_id| !kept.contains(external_id))
            .map(|(_, external_id)| *external_id)
            .collect();
        self.delete_external_ids::<T::Id>(&gone).await?;
        let added: Vec<(Uuid, &ExternalId)> = after
            .iter()
            .filter(|external_id| !before.contains(external_id))
            .copied()
            .collect();
        if self.insert_external_ids::<T::Id>(&added).await? == added.len() as u64 {
            return Ok(());
        }
        let records: Vec<&T> = changed.iter().map(|(_, after)| after).collect();
        self.refuse_taken::<T>(records).await
    }

    /// Removes the external ids of records that are deleted.
    pub(super) async fn remove_external_ids<T: Stored>(&mut self, records: &[T]) -> Result<()> {
        let gone: Vec<&ExternalId> = records.iter().flat_map(Stored::external_ids).collect();
        self.delete_external_ids::<T::Id>(&gone).await
    }

    /// Whether new records have external ids that other records have, or that several of them have.
    pub(super) async fn has_taken_external_ids<T: Stored>(&mut self, records: &[T]) -> Result<bool> {
        let all: Vec<&ExternalId> = records.iter().flat_map(Stored::external_ids).collect();
        let distinct: HashSet<&ExternalId> = all.iter().copied().collect();
        if distinct.len() < all.len() {
            return Ok(true);
        }
        let taken: Vec<(ExternalId, T::Id)> = self.find_by_external_ids(all).await?;
        Ok(!taken.is_empty())
    }

    /// Returns the records of a kind that have these external ids.
    pub async fn find_by_external_ids<I: TypedId>(
        &mut self,
        external_ids: impl IntoIterator<Item = &ExternalId> + Send,
    ) -> Result<Vec<(ExternalId, I)>> {
        let rows: BTreeSet<(&str, &str)> = external_ids
            .into_iter()
            .map(|id| (id.source.as_str(), id.value.as_str()))
            .collect();
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        // CROSS JOIN keeps SQLite from starting at the table.
        let found: Vec<(String, String, Uuid)> = self
            .fetch_all(sql!(
                "
                SELECT e.source, e.value, e.owner_id
                  FROM " .rows(3) " AS r
                 CROSS JOIN external_ids AS e
                 WHERE e.tenant_id = $1
                   AND e.kind = $2
                   AND e.source = (r.value ->> 0)
                   AND e.value = (r.value ->> 1)",
                I::KIND,
                Json(rows),
            ))
            .await?;
        let found = found.into_iter();
        Ok(found
            .map(|(source, value, owner)| (ExternalId { source, value }, I::from_uuid(owner)))
            .collect())
    }

    async fn insert_external_ids<I: TypedId>(&mut self, added: &[(Uuid, &ExternalId)]) -> Result<u64> {
        if let [] | [_] = added {
            return self
                .insert_rows(INSERT, SKIP_TAKEN, added, 4, |(owner, external_id)| {
                    values![I::KIND, &external_id.source, &external_id.value, *owner]
                })
                .await;
        }
        let mut rows: Vec<(&str, &str, Uuid)> = added
            .iter()
            .map(|(owner, id)| (id.source.as_str(), id.value.as_str(), *owner))
            .collect();
        rows.sort_unstable();
        self.execute(sql!(
            "
            INSERT INTO external_ids (tenant_id, kind, source, value, owner_id)
            SELECT $1, $2, value ->> 0, value ->> 1, " .third_as_id "
              FROM " .rows(3) " AS r
             WHERE true
            ON CONFLICT DO NOTHING",
            I::KIND,
            Json(rows),
        ))
        .await
    }

    async fn delete_external_ids<I: TypedId>(&mut self, gone: &[&ExternalId]) -> Result<()> {
        if gone.is_empty() {
            return Ok(());
        }
        let rows: Vec<(&str, &str)> = gone
            .iter()
            .map(|id| (id.source.as_str(), id.value.as_str()))
            .collect();
        self.execute(sql!(
            "
            DELETE FROM external_ids
             WHERE tenant_id = $1
               AND kind = $2
               AND (source, value) IN (SELECT r.value ->> 0, r.value ->> 1 FROM " .rows(3) " AS r)",
            I::KIND,
            Json(rows),
        ))
        .await
        .map(drop)
    }

    /// Refuses the external ids that are not those of the records, after an insert left some out.
    async fn refuse_taken<'a, T: Stored>(&mut self, records: impl IntoIterator<Item = &'a T>) -> Result<()> {
        let mut refusals = Vec::new();
        for (place, record) in records.into_iter().enumerate() {
            for (position, external_id) in record.external_ids().iter().enumerate() {
                let owner: Option<T::Id> = self.find_by_external_id(external_id).await?;
                if owner.is_some_and(|owner| owner.uuid() != record.uuid()) {
                    refusals.push(external_id_taken(owner, position).under(place));
                }
            }
        }
        Err(refusals.into())
    }
}

/// The external ids of records, each with the record's id.
pub fn owned<'a, T: Stored>(
    records: impl Iterator<Item = &'a T>,
) -> impl Iterator<Item = (Uuid, &'a ExternalId)> {
    records.flat_map(|record| {
        let external_ids = record.external_ids().iter();
        external_ids.map(move |external_id| (record.uuid(), external_id))
    })
}

/// The refusal of the external id at this position of a record's list: another record has it.
pub fn external_id_taken<I: TypedId>(other: Option<I>, position: usize) -> UserError {
    UserError::taken(format!("another {} has this external id", I::KIND), other)
        .under(position)
        .under("externalIds")
}
