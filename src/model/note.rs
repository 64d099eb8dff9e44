//! Notes: texts about a contact or an organization.

use std::str::FromStr;

use async_graphql::{Enum, SimpleObject};
use serde::Serialize;

use super::{Checked, IndexEntry, Ranges, Record, WordKind, changes, text};
use crate::error::Refusals;
use crate::id::{
    ContactId, NodeId, NotAnId, NoteId, OrganizationId, TypedId as _, UserId, global, global_option,
};

/// The maximum length of a note, in characters.
const LONGEST_TEXT: usize = 32_000;

/// A text about a contact or an organization, written by a user. A note does not belong to an interaction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, SimpleObject)]
#[serde(rename_all = "camelCase")]
#[graphql(complex)]
pub struct Note {
    /// The note's id.
    #[serde(skip)]
    pub id: NoteId,
    /// The note's plain text.
    pub text: String,
    /// Whether the note is an alert to agents. Pinned notes come first in lists.
    pub pinned: bool,
    /// The record's creation, last change and version.
    #[graphql(flatten)]
    #[serde(skip)]
    pub record: Record,
    /// The contact the note is about; `None` if it is about an organization.
    #[graphql(skip)]
    #[serde(serialize_with = "global_option")]
    pub contact_id: Option<ContactId>,
    /// The organization the note is about; `None` if it is about a contact.
    #[graphql(skip)]
    #[serde(serialize_with = "global_option")]
    pub organization_id: Option<OrganizationId>,
    /// The user who wrote the note.
    #[graphql(skip)]
    #[serde(serialize_with = "global")]
    pub author_id: UserId,
}

/// The record a note is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoteSubjectId {
    /// A contact.
    Contact(ContactId),
    /// An organization.
    Organization(OrganizationId),
}

impl FromStr for NoteSubjectId {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        match NodeId::read(text) {
            Some(NodeId::ContactId(id)) => Ok(Self::Contact(id)),
            Some(NodeId::OrganizationId(id)) => Ok(Self::Organization(id)),
            _ => Err(NotAnId::of("a contact or an organization", ContactId::KIND)),
        }
    }
}

changes! {
    /// A partial update of a note.
    NoteChanges of Note {
        text: String => |text| text::required(text.unwrap_or_default(), LONGEST_TEXT),
        pinned: bool => |pinned| Ok(pinned.unwrap_or_default()),
    }
}

impl NoteChanges {
    /// Applies the changes to `note`; a refusal names every invalid field.
    pub fn apply(mut self, note: &mut Note) -> Checked<()> {
        let mut refusals = Refusals::default();
        if note.text.is_empty() {
            self.text = self.text.of_new();
        }
        self.write(note, &mut refusals);
        refusals.finish()
    }
}

impl Note {
    /// Creates an empty note about this subject.
    pub const fn new(id: NoteId, record: Record, subject: NoteSubjectId, author_id: UserId) -> Self {
        let (contact_id, organization_id) = match subject {
            NoteSubjectId::Contact(contact) => (Some(contact), None),
            NoteSubjectId::Organization(organization) => (None, Some(organization)),
        };
        Self {
            id,
            text: String::new(),
            pinned: false,
            record,
            contact_id,
            organization_id,
            author_id,
        }
    }

    /// Returns the words that the note is found by.
    pub fn to_index_entry(&self) -> IndexEntry {
        let mut entry = IndexEntry::at("");
        entry.long_text(WordKind::NoteWord, &self.text);
        entry
    }
}

/// A field that lists of notes can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
pub enum NoteOrderField {
    /// Pinned notes first, then the others; within each group, newest first.
    PinnedThenNewest,
    /// The time of creation.
    CreatedAt,
}

/// Filters a list of notes. All conditions must match.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct NoteFilter {
    /// Matches notes about one of these contacts.
    pub contact_ids: Option<Vec<ContactId>>,
    /// Matches notes about one of these organizations.
    pub organization_ids: Option<Vec<OrganizationId>>,
    /// Matches notes written by one of these users.
    pub author_ids: Option<Vec<UserId>>,
    /// `true` matches pinned notes, `false` the other notes.
    pub pinned: Option<bool>,
    /// Matches records by the times of their creation and last change.
    pub ranges: Ranges,
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use uuid::Uuid;

    use super::*;
    use crate::model::Patch;

    fn note() -> Note {
        Note::new(
            NoteId::new(Uuid::nil()),
            Record::new(DateTime::UNIX_EPOCH, None),
            NoteSubjectId::Contact(ContactId::new(Uuid::nil())),
            UserId::new(Uuid::nil()),
        )
    }

    fn of(text: Patch<String>) -> NoteChanges {
        NoteChanges {
            text,
            ..NoteChanges::default()
        }
    }

    fn saying(text: &str) -> NoteChanges {
        of(Patch::Set(text.to_owned()))
    }

    #[test]
    fn a_note_has_1_to_32000_characters() {
        assert!(saying(&"é".repeat(32_000)).apply(&mut note()).is_ok());
        let long = saying(&"é".repeat(32_001)).apply(&mut note()).unwrap_err();
        assert_eq!(
            long[0].message,
            "must have at most 32000 characters; it has 32001, so shorten it"
        );
        for empty in [Patch::Keep, Patch::Clear, Patch::Set(" ".to_owned())] {
            let refused = of(empty).apply(&mut note()).unwrap_err();
            assert_eq!(refused[0].field, Some(vec!["text".to_owned()]));
        }
    }

    #[test]
    fn what_is_left_out_of_a_change_stays() {
        let mut note = note();
        saying("First").apply(&mut note).unwrap();
        NoteChanges {
            pinned: Patch::Set(true),
            ..NoteChanges::default()
        }
        .apply(&mut note)
        .unwrap();

        assert_eq!((note.text.as_str(), note.pinned), ("First", true));
    }
}
