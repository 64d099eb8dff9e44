//! The table of notes.

use uuid::Uuid;

use super::declaration::stored;
use super::list::Conditions;
use super::trash::check_parts;
use super::{Column, Edge, Filter, Listed, SortField, Tx};
use crate::error::Result;
use crate::id::{NoteId, TypedId};
use crate::model::{Note, NoteFilter, NoteOrderField};
use crate::page::Key;

stored! {
    Note: NoteId in "notes" [counted, indexed, recorded] {
        text,
        pinned,
    }
    fixed {
        contact_id,
        organization_id,
        author_id,
    }
    refers {
        contact_id: Contact,
        organization_id: Organization,
        author_id: User,
    }
}

impl Listed for Note {
    type Order = NoteOrderField;
    type Filter = NoteFilter;

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

    fn flag_before(self) -> Option<&'static str> {
        (self == Self::CreatedAt).then_some("pinned")
    }

    /// Pinned before not, and new before old, is the descending order of both columns.
    fn is_reversed(self) -> bool {
        self == Self::PinnedThenNewest
    }
}

impl Filter for NoteFilter {
    fn conditions(&self, to: &mut Conditions) {
        to.refers_to("contact_id", self.contact_ids.as_deref());
        to.refers_to("organization_id", self.organization_ids.as_deref());
        to.one_of_ids(&["author_id"], self.author_ids.as_deref());
        to.flag(&["pinned"], self.pinned);
        to.ranges(&self.ranges);
    }
}

/// The notes about a contact.
pub static NOTES_OF_CONTACT: Edge<Note> = Edge {
    column: "contact_id",
    parent: |note| note.contact_id.map(TypedId::uuid),
    has_aliases: false,
};

/// The notes about an organization.
pub static NOTES_OF_ORGANIZATION: Edge<Note> = Edge {
    column: "organization_id",
    parent: |note| note.organization_id.map(TypedId::uuid),
    has_aliases: false,
};

/// The notes that a user wrote.
pub static NOTES_OF_AUTHOR: Edge<Note> = Edge {
    column: "author_id",
    parent: |note| Some(note.author_id.uuid()),
    has_aliases: false,
};

impl Tx {
    /// Deletes notes by themselves.
    pub async fn delete_notes(&mut self, notes: &[Note]) -> Result<()> {
        self.keep_deleted(notes).await?;
        self.delete_all(notes).await
    }

    /// Deletes the notes about contacts or about organizations, which are deleted, and returns them. Refuses more than one
    /// mutation deletes.
    pub(super) async fn take_notes_of(
        &mut self,
        edge: &'static Edge<Note>,
        parents: &[Uuid],
    ) -> Result<Vec<Note>> {
        let notes: Vec<Note> = self.lock_children_to_delete(edge, "id", parents).await?;
        check_parts(notes.len())?;
        self.delete_all(&notes).await?;
        Ok(notes)
    }
}
