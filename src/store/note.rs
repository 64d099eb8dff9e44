//! Where notes are kept.

use tracing::instrument;
use uuid::Uuid;

use super::change::NewChange;
use super::engine::{IdList, Statement, sql};
use super::{Column, Edge, Filter, Listed, SortField, Tx};
use crate::error::Result;
use crate::id::{ContactId, NoteId, OrganizationId, TypedId};
use crate::model::{Note, NoteFilter, NoteOrderField};
use crate::page::Key;

const NOTE: &str = "id, version, created_at, updated_at, created_by, updated_by, contact_id, organization_id, author_id, \
    text, pinned";

impl Listed for Note {
    const TABLE: &'static str = "notes";
    const COLUMNS: &'static str = NOTE;
    type Order = NoteOrderField;

    fn uuid(&self) -> Uuid {
        self.id.uuid()
    }

    fn keys(&self, order: NoteOrderField) -> Vec<Key> {
        let created_at = Key::Instant(self.record.created_at.0);
        match order {
            NoteOrderField::PinnedThenNewest => vec![Key::Flag(self.pinned), created_at],
            NoteOrderField::CreatedAt => vec![created_at],
        }
    }
}

impl SortField for NoteOrderField {
    const LIST: &'static str = "notes";

    fn columns(self) -> &'static [Column] {
        match self {
            Self::PinnedThenNewest => &[Column::Flag("pinned"), Column::Instant("created_at")],
            Self::CreatedAt => &[Column::Instant("created_at")],
        }
    }
}

impl Filter for NoteFilter {
    fn conditions<'a>(&'a self, to: &mut Statement<'a>) {
        to.one_of_ids("contact_id", self.contact_ids.as_deref());
        to.one_of_ids("organization_id", self.organization_ids.as_deref());
        to.one_of_ids("author_id", self.author_ids.as_deref());
        to.flag("pinned", self.pinned);
        to.ranges(&self.ranges);
    }
}

/// The notes about a contact.
pub static NOTES_OF_CONTACT: Edge<Note> = Edge {
    column: "contact_id",
    condition: "",
    parent: |note| note.contact_id.map(TypedId::uuid),
};

/// The notes about an organization.
pub static NOTES_OF_ORGANIZATION: Edge<Note> = Edge {
    column: "organization_id",
    condition: "",
    parent: |note| note.organization_id.map(TypedId::uuid),
};

/// The notes a user wrote.
pub static NOTES_OF_AUTHOR: Edge<Note> = Edge {
    column: "author_id",
    condition: "",
    parent: |note| Some(note.author_id.uuid()),
};

impl Tx {
    /// A note, locked until the transaction ends.
    pub async fn note(&mut self, id: NoteId) -> Result<Option<Note>> {
        self.locked(id.uuid()).await
    }

    /// Keeps a new note. Refuses when there is no room.
    #[instrument(skip_all, err)]
    pub async fn add_note(&mut self, note: &Note) -> Result<()> {
        self.take_room(1).await?;
        self.execute(sql!(
            "
            INSERT INTO notes
                   (tenant_id, id, version, created_at, updated_at, created_by, updated_by, contact_id,
                    organization_id, author_id, text, pinned)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
            note.id,
            note.record.version,
            note.record.created_at,
            note.record.updated_at,
            note.record.created_by,
            note.record.updated_by,
            note.contact_id,
            note.organization_id,
            note.author_id,
            note.text,
            note.pinned,
        ))
        .await?;
        self.reindex(note.id.uuid(), None, Some(note.found())).await?;
        self.record(NewChange::created(note)).await
    }

    /// Keeps what became of a note, and counts the change; nothing is written when nothing changed.
    #[instrument(skip_all, err)]
    pub async fn save_note(&mut self, before: &Note, mut after: Note) -> Result<Note> {
        if *before == after {
            return Ok(after);
        }
        after.record.touch(self.now(), self.actor());
        self.execute(sql!(
            "
            UPDATE notes
               SET version = $3, updated_at = $4, updated_by = $5, text = $6, pinned = $7
             WHERE tenant_id = $1
               AND id = $2",
            after.id,
            after.record.version,
            after.record.updated_at,
            after.record.updated_by,
            after.text,
            after.pinned,
        ))
        .await?;
        self.reindex(after.id.uuid(), Some(before.found()), Some(after.found()))
            .await?;
        self.record(NewChange::updated(before, &after)?).await?;
        Ok(after)
    }

    /// Deletes a note.
    #[instrument(skip_all, err)]
    pub async fn remove_note(&mut self, note: &Note) -> Result<()> {
        self.remove_notes(std::slice::from_ref(note)).await?;
        self.give_room(1).await
    }

    /// Deletes the notes about a contact; gives how many there were. Their room is the caller's to give back.
    pub(super) async fn remove_notes_of_contact(&mut self, contact: ContactId) -> Result<i64> {
        let notes: Vec<Note> = self
            .fetch_all(sql!(
                "SELECT " NOTE " FROM notes WHERE tenant_id = $1 AND contact_id = $2",
                contact,
            ))
            .await?;
        self.remove_notes(&notes).await
    }

    /// Deletes the notes about an organization; gives how many there were. Their room is the caller's to give back.
    pub(super) async fn remove_notes_of_organization(&mut self, organization: OrganizationId) -> Result<i64> {
        let notes: Vec<Note> = self
            .fetch_all(sql!(
                "SELECT " NOTE " FROM notes WHERE tenant_id = $1 AND organization_id = $2",
                organization,
            ))
            .await?;
        self.remove_notes(&notes).await
    }

    async fn remove_notes(&mut self, notes: &[Note]) -> Result<i64> {
        for note in notes {
            self.reindex(note.id.uuid(), Some(note.found()), None).await?;
        }
        let removed = self
            .execute(sql!(
                "DELETE FROM notes WHERE tenant_id = $1 AND id = ANY_ID($2)",
                IdList(notes.iter().map(|note| note.id.uuid()).collect())
            ))
            .await?;
        let changes: Vec<NewChange> = notes.iter().map(NewChange::deleted).collect();
        self.record_all(&changes).await?;
        Ok(i64::try_from(removed).unwrap_or(i64::MAX))
    }
}
