//! The way into the trash.

use std::collections::HashMap;

use serde_json::Value;
use sqlx::types::Json;
use uuid::Uuid;

use super::super::bind::{IdList, values};
use super::super::engine::sql;
use super::super::rows::MOST_VALUES;
use super::super::{Stored, Tx};
use crate::error::{Error, Result, UserError, UserErrorCode};
use crate::model::{EntityKind, Note, Recorded, Relationship};

const INSERT_ROOTS: &str = "INSERT INTO trashed_records \
    (tenant_id, id, kind, label, deleted_at, deleted_by, notes, relationships) VALUES ";
/// Inserts the content of records, of an operation, their ids and kinds, and the content.
pub const INSERT_PARTS: &str = "INSERT INTO undo_records (tenant_id, operation_id, id, kind, record) VALUES ";

/// The statement that changes the content of records: of a list of operations, records and their content.
const PARTS_FROM: (&str, &str) = (
    "UPDATE undo_records SET record = v.column3 FROM (VALUES ",
    ") AS v WHERE undo_records.tenant_id = $1 AND undo_records.operation_id = v.column1 AND undo_records.id = v.column2",
);

/// The most notes and relationships that one mutation deletes with their records.
pub const MOST_PARTS: i64 = 10_000;

/// Records that are deleted with others, and the function that returns the one with which a record is deleted.
pub type With<'r, T> = (&'r [T], fn(&T) -> Option<Uuid>);

/// A record that is deleted by itself, with the numbers of those that go with it.
struct Root {
    id: Uuid,
    kind: EntityKind,
    label: String,
    notes: i32,
    relationships: i32,
}

/// The content of a record that is deleted.
struct Part {
    /// The record with which it is deleted, or itself.
    root: Uuid,
    id: Uuid,
    kind: EntityKind,
    record: Json<Value>,
}

/// Records that are to be kept in the trash.
pub struct NewTrash {
    roots: Vec<Root>,
    parts: Vec<Part>,
}

impl NewTrash {
    /// Begins with records that are deleted by themselves.
    fn of<T: Stored + Recorded>(records: &[T]) -> Result<Self> {
        let mut trash = Self {
            roots: Vec::with_capacity(records.len()),
            parts: Vec::with_capacity(records.len()),
        };
        for record in records {
            trash.roots.push(Root {
                id: record.uuid(),
                kind: T::KIND,
                label: record.label().unwrap_or_default(),
                notes: 0,
                relationships: 0,
            });
            trash.add(record.uuid(), record)?;
        }
        Ok(trash)
    }

    fn add<T: Stored + Recorded>(&mut self, root: Uuid, record: &T) -> Result<()> {
        self.parts.push(Part {
            root,
            id: record.uuid(),
            kind: T::KIND,
            record: record.to_kept()?.json(),
        });
        Ok(())
    }

    /// Adds records that are deleted with others. Returns the number of them with each.
    fn add_all<T: Stored + Recorded>(&mut self, (records, root): With<'_, T>) -> Result<HashMap<Uuid, i32>> {
        let mut counts = HashMap::new();
        for record in records {
            if let Some(root) = root(record) {
                *counts.entry(root).or_default() += 1;
                self.add(root, record)?;
            }
        }
        Ok(counts)
    }
}

impl Tx {
    /// Changes the content of those of these records that are in the trash, and returns their ids: `change` returns whether it
    /// changed a record.
    pub(in crate::store) async fn change_kept<T: Stored + Recorded>(
        &mut self,
        ids: Vec<Uuid>,
        change: impl Fn(&mut T) -> bool + Send,
    ) -> Result<Vec<Uuid>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let kept: Vec<(Uuid, Uuid, Json<Value>)> = self
            .fetch_all(sql!(
                "SELECT operation_id, id, record FROM undo_records WHERE tenant_id = $1 AND kind = $2 AND id " .any_ids(3)
                " ORDER BY id" .lock,
                T::KIND,
                IdList(ids),
            ))
            .await?;
        let found = kept.iter().map(|(_, id, _)| *id).collect();
        let mut changed = Vec::new();
        for (operation, id, record) in kept {
            let mut record = T::of_kept(record.into())?;
            if change(&mut record) {
                changed.push((operation, id, record.to_kept()?.json()));
            }
        }
        self.update_rows_from(PARTS_FROM, &changed, |(operation, id, record)| {
            values![*operation, *id, record]
        })
        .await?;
        Ok(found)
    }

    /// Keeps records that are deleted by themselves.
    pub(in crate::store) async fn keep_deleted<T: Stored + Recorded>(&mut self, records: &[T]) -> Result<()> {
        self.keep_deleted_with(records, (&[], |_| None), (&[], |_| None))
            .await
    }

    /// Keeps records that are deleted by themselves, and the notes and relationships that are deleted with them.
    pub(in crate::store) async fn keep_deleted_with<T: Stored + Recorded>(
        &mut self,
        records: &[T],
        notes: With<'_, Note>,
        relationships: With<'_, Relationship>,
    ) -> Result<()> {
        if !self.keeps_trash() || records.is_empty() {
            return Ok(());
        }
        let mut trash = NewTrash::of(records)?;
        let notes = trash.add_all(notes)?;
        let relationships = trash.add_all(relationships)?;
        for root in &mut trash.roots {
            root.notes = notes.get(&root.id).copied().unwrap_or_default();
            root.relationships = relationships.get(&root.id).copied().unwrap_or_default();
        }
        self.insert_trash(&trash).await
    }

    async fn insert_trash(&mut self, trash: &NewTrash) -> Result<()> {
        let (now, actor) = (self.now(), self.actor());
        self.insert_rows(INSERT_ROOTS, "", &trash.roots, MOST_VALUES, |root| {
            values![
                root.id,
                root.kind,
                &root.label,
                now,
                actor,
                root.notes,
                root.relationships
            ]
        })
        .await?;
        self.insert_rows(INSERT_PARTS, "", &trash.parts, MOST_VALUES, |part| {
            values![part.root, part.id, part.kind, &part.record]
        })
        .await
        .map(drop)
    }
}

/// Refuses a deletion or a purge that more notes and relationships go with than one mutation deletes.
pub fn check_parts(parts: usize) -> Result<()> {
    if i64::try_from(parts).is_ok_and(|parts| parts <= MOST_PARTS) {
        return Ok(());
    }
    Err(Error::from(vec![UserError::new(
        UserErrorCode::TooLarge,
        format!(
            "one mutation deletes at most {MOST_PARTS} notes and relationships with their records; \
             delete some of them first, or use several calls"
        ),
    )]))
}
