//! The way out of the trash.

use std::collections::HashSet;

use serde_json::Value;
use sqlx::types::Json;
use tracing::instrument;
use uuid::Uuid;

use super::super::bind::IdList;
use super::super::engine::sql;
use super::super::kept::Kept;
use super::super::new_change::NewChange;
use super::super::record::recorded;
use super::super::{Stored, Tx};
use super::TRASHED;
use crate::error::{Error, Result};
use crate::id::TypedId as _;
use crate::model::{DateTime, EntityKind, Note, Recorded, Relationship, TrashedRecord};

/// The most records that are inserted by statements of their values. More are loaded.
const MOST_INSERTED: usize = 100;

/// A deleted record with those that were deleted with it, locked to restore them.
#[derive(Debug)]
pub struct InTrash<T> {
    /// The record.
    pub record: T,
    /// Its notes.
    pub notes: Vec<Note>,
    /// Its relationships.
    pub relationships: Vec<Relationship>,
}

/// A record that was restored, with the numbers of those that were restored with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Restored<T> {
    /// The record.
    pub record: T,
    /// The number of notes.
    pub notes: usize,
    /// The number of relationships.
    pub relationships: usize,
}

impl Tx {
    /// Returns a record that can be restored, locked until the transaction ends.
    #[instrument(level = "debug", skip_all)]
    pub async fn find_in_trash<T: Stored + Recorded>(&mut self, id: T::Id) -> Result<Option<InTrash<T>>> {
        let root: Option<TrashedRecord> = self
            .fetch_optional(sql!(
                "SELECT " TRASHED " FROM trashed_records WHERE tenant_id = $1 AND id = $2" .lock_to_delete,
                id.uuid(),
            ))
            .await?;
        let since = self.trash_since();
        if root.is_none_or(|root| root.kind != T::KIND || root.deleted_at.0 < since) {
            return Ok(None);
        }
        let parts: Vec<(Uuid, EntityKind, Json<Value>)> = self
            .fetch_all(sql!(
                "SELECT id, kind, record FROM undo_records WHERE tenant_id = $1 AND operation_id = $2 ORDER BY id"
                    .lock,
                id.uuid(),
            ))
            .await?;
        let (mut record, mut notes, mut relationships) = (None, Vec::new(), Vec::new());
        for (part, kind, kept) in parts {
            let kept = Kept::from(kept);
            match kind {
                _ if part == id.uuid() => record = Some(T::of_kept(kept)?),
                EntityKind::Note => notes.push(Note::of_kept(kept)?),
                EntityKind::Relationship => relationships.push(Relationship::of_kept(kept)?),
                kind => return Err(unexpected(kind)),
            }
        }
        Ok(record.map(|record| InTrash {
            record,
            notes,
            relationships,
        }))
    }

    /// Returns the record with which another one was deleted.
    pub async fn deleted_with(&mut self, id: Uuid) -> Result<Option<(EntityKind, Uuid)>> {
        self.fetch_optional(sql!(
            "
            SELECT t.kind, t.id
              FROM undo_records AS u
              JOIN trashed_records AS t ON t.tenant_id = u.tenant_id AND t.id = u.operation_id
             WHERE u.tenant_id = $1
               AND u.id = $2
               AND u.operation_id <> $2
               AND t.deleted_at >= $3
             LIMIT 1",
            id,
            self.trash_since(),
        ))
        .await
    }

    /// Whether a record is in the trash and can be restored. It stays there until the transaction ends.
    pub async fn is_restorable(&mut self, id: Uuid) -> Result<bool> {
        let since = self.trash_since();
        Ok(self.deleted_at(id).await?.is_some_and(|at| at.0 >= since))
    }

    /// Whether a record is in the trash, where it then stays until the transaction ends.
    pub(in crate::store) async fn is_in_trash(&mut self, id: Uuid) -> Result<bool> {
        Ok(self.deleted_at(id).await?.is_some())
    }

    async fn deleted_at(&mut self, id: Uuid) -> Result<Option<DateTime>> {
        let kept: Option<(DateTime,)> = self
            .fetch_optional(sql!(
                "SELECT deleted_at FROM trashed_records WHERE tenant_id = $1 AND id = $2".keep,
                id
            ))
            .await?;
        Ok(kept.map(|(at,)| at))
    }

    /// Returns those of these ids that records in the trash have.
    pub async fn ids_in_trash(&mut self, ids: Vec<Uuid>) -> Result<HashSet<Uuid>> {
        if ids.is_empty() {
            return Ok(HashSet::new());
        }
        let found: Vec<(Uuid,)> = self
            .fetch_all(sql!(
                "SELECT id FROM undo_records WHERE tenant_id = $1 AND id ".any_ids(2),
                IdList(ids)
            ))
            .await?;
        Ok(found.into_iter().map(|(id,)| id).collect())
    }

    /// Restores a record and those that were deleted with it, as its caller changed them to fit: its external ids are free and
    /// locked, and what they refer to is there. Refuses them if the tenant is at its limit.
    #[instrument(level = "debug", skip_all)]
    pub async fn restore<T: Stored + Recorded>(&mut self, mut kept: InTrash<T>) -> Result<Restored<T>> {
        let count = 1 + kept.notes.len() + kept.relationships.len();
        self.reserve(i64::try_from(count).unwrap_or(i64::MAX)).await?;
        self.insert_again(std::slice::from_mut(&mut kept.record)).await?;
        self.insert_again(&mut kept.relationships).await?;
        self.insert_again(&mut kept.notes).await?;
        self.remove_from_trash(&[kept.record.uuid()]).await?;
        Ok(Restored {
            record: kept.record,
            notes: kept.notes.len(),
            relationships: kept.relationships.len(),
        })
    }

    /// Inserts records that were deleted, as changed now.
    async fn insert_again<T: Stored>(&mut self, records: &mut [T]) -> Result<()> {
        if records.is_empty() {
            return Ok(());
        }
        let (now, actor) = (self.now(), self.actor());
        for record in &mut *records {
            record.record_mut().touch(now, actor);
        }
        if records.len() > MOST_INSERTED {
            let mut load = self.empty_load();
            load.add(records)?;
            self.load_reserved(&load).await?;
        } else {
            self.insert_unrecorded(records).await?;
        }
        let changes = records.iter().map(|record| {
            let change = T::change(None, Some(record))?;
            Ok(change.map(NewChange::restored))
        });
        self.record_all(recorded(changes)?).await
    }
}

fn unexpected(kind: EntityKind) -> Error {
    Error::internal(anyhow::anyhow!(
        "the trash has a record of the kind {kind:?} with another one"
    ))
}
