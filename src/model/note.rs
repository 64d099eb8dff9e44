//! Notes: texts about a contact or an organization.

use async_graphql::{Enum, InputObject, MaybeUndefined, SimpleObject};
use serde::Serialize;

use super::{Found, Ranges, Record, text};
use crate::error::{Refusals, Result, UserError};
use crate::id::{ContactId, NoteId, OrganizationId, UserId, global, global_option};

/// The longest note, in characters.
const LONGEST_TEXT: usize = 32_000;

/// A text about one contact or one organization, written by a user. It belongs to no interaction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, SimpleObject, sqlx::FromRow)]
#[serde(rename_all = "camelCase")]
#[graphql(complex)]
pub struct Note {
    /// The note's id.
    #[serde(skip)]
    pub id: NoteId,
    /// What was written: plain text.
    pub text: String,
    /// Whether it alerts agents: pinned notes come first.
    pub pinned: bool,
    /// When it was made and changed, by whom, and how often.
    #[sqlx(flatten)]
    #[graphql(flatten)]
    #[serde(skip)]
    pub record: Record,
    /// The contact it is about, unless it is about an organization.
    #[graphql(skip)]
    #[serde(serialize_with = "global_option")]
    pub contact_id: Option<ContactId>,
    /// The organization it is about, unless it is about a contact.
    #[graphql(skip)]
    #[serde(serialize_with = "global_option")]
    pub organization_id: Option<OrganizationId>,
    /// Who wrote it.
    #[graphql(skip)]
    #[serde(serialize_with = "global")]
    pub author_id: UserId,
}

/// What a note is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoteSubjectId {
    /// A contact.
    Contact(ContactId),
    /// An organization.
    Organization(OrganizationId),
}

/// What people write in a note. An absent field is left alone (or empty, in a new note).
#[derive(Clone, Debug, Default, InputObject)]
pub struct NoteFields {
    /// Plain text of 1 to 32,000 characters.
    pub text: MaybeUndefined<String>,
    /// Whether it alerts agents: pinned notes come first. Null means no.
    pub pinned: MaybeUndefined<bool>,
}

impl NoteFields {
    /// Writes the given fields into `note`; a refusal names every field that is wrong.
    pub fn apply(self, note: &mut Note) -> Result<(), Vec<UserError>> {
        let mut refusals = Refusals::default();
        let is_new = note.text.is_empty();
        let text = match self.text {
            MaybeUndefined::Undefined if is_new => MaybeUndefined::Null,
            text => text,
        };
        refusals.set("text", text, &mut note.text, |text| {
            text::required(text.unwrap_or_default(), LONGEST_TEXT)
        });
        refusals.set("pinned", self.pinned, &mut note.pinned, |pinned| {
            Ok(pinned.unwrap_or_default())
        });
        refusals.finish()
    }
}

impl Note {
    /// A note in which nothing is written yet.
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

    /// The words the note is found by.
    pub fn found(&self) -> Found {
        words_of_note(&self.text)
    }
}

/// The words a note of this text is found by.
pub fn words_of_note(text: &str) -> Found {
    let mut found = Found::at("");
    found.text('w', Some(text));
    found
}

/// What lists of notes can be ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
pub enum NoteOrderField {
    /// Pinned notes before the others, among equals the newest first.
    PinnedThenNewest,
    /// When they were created.
    CreatedAt,
}

/// What narrows a list of notes; conditions combine by *and*.
#[derive(Clone, Debug, Default)]
pub struct NoteFilter {
    /// About one of these contacts.
    pub contact_ids: Option<Vec<ContactId>>,
    /// About one of these organizations.
    pub organization_ids: Option<Vec<OrganizationId>>,
    /// By one of these users.
    pub author_ids: Option<Vec<UserId>>,
    /// Which are pinned, or which are not.
    pub pinned: Option<bool>,
    /// When they were made and changed.
    pub ranges: Ranges,
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use uuid::Uuid;

    use super::*;

    fn note() -> Note {
        Note::new(
            NoteId::new(Uuid::nil()),
            Record::new(DateTime::UNIX_EPOCH, None),
            NoteSubjectId::Contact(ContactId::new(Uuid::nil())),
            UserId::new(Uuid::nil()),
        )
    }

    fn of(text: MaybeUndefined<String>) -> NoteFields {
        NoteFields {
            text,
            ..NoteFields::default()
        }
    }

    fn saying(text: &str) -> NoteFields {
        of(MaybeUndefined::Value(text.to_owned()))
    }

    #[test]
    fn a_note_has_1_to_32000_characters() {
        assert!(saying(&"é".repeat(32_000)).apply(&mut note()).is_ok());
        let long = saying(&"é".repeat(32_001)).apply(&mut note()).unwrap_err();
        assert_eq!(
            long[0].message,
            "must have at most 32000 characters; it has 32001, so shorten it"
        );
        for empty in [
            MaybeUndefined::Undefined,
            MaybeUndefined::Null,
            MaybeUndefined::Value(" ".to_owned()),
        ] {
            let refused = of(empty).apply(&mut note()).unwrap_err();
            assert_eq!(refused[0].field, Some(vec!["text".to_owned()]));
        }
    }

    #[test]
    fn what_is_left_out_of_a_change_stays() {
        let mut note = note();
        saying("First").apply(&mut note).unwrap();
        NoteFields {
            pinned: MaybeUndefined::Value(true),
            ..NoteFields::default()
        }
        .apply(&mut note)
        .unwrap();

        assert_eq!((note.text.as_str(), note.pinned), ("First", true));
    }
}
