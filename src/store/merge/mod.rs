//! Merges: records that became part of another one, the survivor.
//!
//! A member leaves its table, and `aliases` keeps its id, so that it is found wherever the survivor is. The references to it are
//! given to the survivor. Until the merge can no longer be undone, `undo_records` keeps the members and `undo_links` what moved,
//! each with the record that it moved from.

mod alias;
mod duties;
mod moving;
mod parting;
mod staff;

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::types::Json;
use tracing::instrument;
use uuid::Uuid;

pub use moving::{
    CONTACTS_OF_INTERACTIONS, CONTACTS_OF_NOTES, MOST_MOVED, Moved, ORGANIZATIONS_OF_INTERACTIONS,
    ORGANIZATIONS_OF_NOTES, ORGANIZATIONS_OF_RELATIONSHIPS, STAFF,
};
pub use staff::{MergeStep, STAFF_AT_ONCE};

use super::bind::{Values, values};
use super::engine::sql;
use super::kept::Kept;
use super::list::Conditions;
use super::row_reader::from_whole_row;
use super::rows::MOST_VALUES;
use super::trash::INSERT_PARTS;
use super::{Column, Edge, Filter, Listed, Sort, SortField, Stored, Table, Tx};
use crate::error::Result;
use crate::id::{MergeId, TypedId as _};
use crate::model::{Merge, Recorded};
use crate::page::Key;

const MERGE: &str = <Merge as Table>::COLUMNS;
const INSERT: &str = "INSERT INTO merges \
    (tenant_id, id, kind, survivor_id, member_ids, member_labels, fields, moved, is_kept, before, after, merged_at, merged_by) VALUES ";

/// The orders of lists of merges.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MergeOrder {
    /// The time of the merge.
    MergedAt,
}

impl MergeOrder {
    /// The newest first.
    pub const NEWEST: Sort<Self> = Sort {
        by: Self::MergedAt,
        descending: true,
    };
}

/// Filters a list of merges: there is nothing to filter by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct MergeFilter;

impl Filter for MergeFilter {
    fn conditions(&self, _: &mut Conditions) {}
}

impl Table for Merge {
    const TABLE: &'static str = "merges";
    const COLUMNS: &'static str = "id, kind, survivor_id, member_ids, member_labels, fields, moved, merged_at, merged_by, \
        undone_at, undone_by, is_kept";

    fn uuid(&self) -> Uuid {
        self.id.uuid()
    }
}

from_whole_row!(Merge);

impl Listed for Merge {
    type Order = MergeOrder;
    type Filter = MergeFilter;

    fn keys(&self, order: MergeOrder) -> Vec<Key> {
        match order {
            MergeOrder::MergedAt => vec![Key::Instant(self.merged_at.0)],
        }
    }
}

impl SortField for MergeOrder {
    const LIST: &'static str = "merges";

    fn columns(self) -> &'static [Column] {
        match self {
            Self::MergedAt => &[Column::Instant("merged_at")],
        }
    }
}

/// The merges that a record is the survivor of.
pub static MERGES_OF_SURVIVOR: Edge<Merge> = Edge {
    column: "survivor_id",
    parent: |merge| Some(merge.survivor_id),
    has_aliases: false,
};

/// The kept forms of a survivor before and after a merge, as long as it can be undone.
type KeptForms = (Option<Json<Value>>, Option<Json<Value>>);

/// The forms of a survivor before and after a merge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forms<T> {
    /// The form before the merge.
    pub before: T,
    /// The form after it.
    pub after: T,
}

impl Tx {
    /// Adds a merge. As long as it can be undone, its members and the forms of the survivor are kept.
    #[instrument(level = "debug", skip_all)]
    pub async fn insert_merge<T: Stored + Recorded>(
        &mut self,
        merge: &Merge,
        members: &[T],
        forms: &Forms<T>,
    ) -> Result<()> {
        let (mut before, mut after) = (None, None);
        if self.keeps_trash() {
            before = Some(forms.before.to_kept()?.json());
            after = Some(forms.after.to_kept()?.json());
            let mut kept: Vec<(Uuid, Json<Value>)> = Vec::with_capacity(members.len());
            for member in members {
                kept.push((member.uuid(), member.to_kept()?.json()));
            }
            self.insert_rows(INSERT_PARTS, "", &kept, MOST_VALUES, |(id, record)| {
                values![merge.id, *id, T::KIND, record]
            })
            .await?;
        }
        let row = (merge, before, after);
        self.insert_rows(INSERT, "", std::slice::from_ref(&row), MOST_VALUES, merge_values)
            .await
            .map(drop)
    }

    /// Returns a merge, locked until the transaction ends.
    pub async fn lock_merge(&mut self, id: MergeId) -> Result<Option<Merge>> {
        self.fetch_optional(sql!(
            "SELECT " MERGE " FROM merges WHERE tenant_id = $1 AND id = $2".lock,
            id
        ))
        .await
    }

    /// Returns the forms of the survivor of a merge that can be undone.
    pub async fn forms_of_merge<T: Stored>(&mut self, id: MergeId) -> Result<Option<Forms<T>>> {
        let forms: Option<KeptForms> = self
            .fetch_optional(sql!(
                "SELECT before, after FROM merges WHERE tenant_id = $1 AND id = $2",
                id
            ))
            .await?;
        let Some((Some(before), Some(after))) = forms else {
            return Ok(None);
        };
        Ok(Some(Forms {
            before: T::of_kept(Kept::from(before))?,
            after: T::of_kept(Kept::from(after))?,
        }))
    }

    /// Returns the members of a merge in the order of their ids, as they were before it.
    pub async fn members_of_merge<T: Stored>(&mut self, id: MergeId) -> Result<Vec<T>> {
        let kept: Vec<(Json<Value>,)> = self
            .fetch_all(sql!(
                "SELECT record FROM undo_records WHERE tenant_id = $1 AND operation_id = $2 ORDER BY id",
                id
            ))
            .await?;
        kept.into_iter()
            .map(|(record,)| T::of_kept(Kept::from(record)))
            .collect()
    }

    /// Returns the newest merge of a record as the survivor that was not undone, and came after another one, with whether it can be
    /// undone.
    pub async fn merge_after(&mut self, merge: &Merge) -> Result<Option<(MergeId, bool)>> {
        self.fetch_optional(sql!(
            "
                SELECT id, is_kept
                  FROM merges
                 WHERE tenant_id = $1
                   AND survivor_id = $2
                   AND (merged_at, id) > ($3, $4)
                   AND undone_at IS NULL
                 ORDER BY merged_at DESC, id DESC
                 LIMIT 1",
            merge.survivor_id,
            merge.merged_at,
            merge.id,
        ))
        .await
    }

    /// Marks a merge as undone.
    pub async fn end_merge(&mut self, id: MergeId) -> Result<DateTime<Utc>> {
        let (now, actor) = (self.now(), self.actor());
        self.execute(sql!(
            "
            UPDATE merges
               SET is_kept = FALSE, before = NULL, after = NULL, undone_at = $3, undone_by = $4
             WHERE tenant_id = $1
               AND id = $2",
            id,
            now,
            actor,
        ))
        .await?;
        self.execute(sql!(
            "DELETE FROM undo_records WHERE tenant_id = $1 AND operation_id = $2",
            id
        ))
        .await?;
        Ok(now)
    }

    /// Deletes records that became part of another one. What belonged to them has moved.
    #[instrument(level = "debug", skip_all)]
    pub async fn delete_merged<T: Stored + Recorded>(&mut self, members: &[T], survivor: Uuid) -> Result<()> {
        self.delete_unrecorded(members).await?;
        let changes = members.iter().map(|member| {
            let change = T::change(Some(member), None)?;
            Ok(change.map(|change| change.merged_into(survivor)))
        });
        self.record_all(super::record::recorded(changes)?).await
    }

    /// Inserts the members of a merge that is undone, each as changed now. Refuses them if the tenant is at its limit.
    #[instrument(level = "debug", skip_all)]
    pub async fn insert_parted<T: Stored + Recorded>(&mut self, members: &mut [T]) -> Result<()> {
        self.reserve(i64::try_from(members.len()).unwrap_or(i64::MAX))
            .await?;
        let (now, actor) = (self.now(), self.actor());
        for member in &mut *members {
            member.record_mut().touch(now, actor);
        }
        self.insert_unrecorded(members).await?;
        let changes = members.iter().map(|member| {
            let change = T::change(None, Some(member))?;
            Ok(change.map(super::new_change::NewChange::unmerged))
        });
        self.record_all(super::record::recorded(changes)?).await
    }
}

fn merge_values<'m>(
    (merge, before, after): &'m (&Merge, Option<Json<Value>>, Option<Json<Value>>),
) -> Values<'m> {
    values![
        merge.id,
        merge.kind,
        merge.survivor_id,
        Json(&merge.member_ids),
        Json(&merge.member_labels),
        Json(&merge.fields),
        Json(&merge.moved),
        merge.is_kept,
        before,
        after,
        merge.merged_at,
        merge.merged_by,
    ]
}
