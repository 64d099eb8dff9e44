//! Notes in files.

use serde_json::json;
use uuid::Uuid;

use super::{Context, Key, Match, Noun, Stamp, serialized};
use crate::error::{Result, UserError};
use crate::id::{ContactId, NoteId, OrganizationId, TypedId as _, UserId};
use crate::model::{Checked, Note, NoteChanges, NoteSubjectId, Patch, Record, Region};
use crate::store::Tx;
use crate::transfer::Object;
use crate::transfer::fields::{Fields, flag, text};
use crate::transfer::reference::{Reference, References};

/// Notes.
pub struct Notes;

/// A row about a note.
pub struct Draft {
    stamp: Stamp,
    contact: Patch<Reference<ContactId>>,
    organization: Patch<Reference<OrganizationId>>,
    author: Patch<Reference<UserId>>,
    changes: NoteChanges,
}

impl Noun for Notes {
    type Record = Note;
    type Draft = Draft;
    type Extra = ();

    fn read(fields: &mut Fields<'_>) -> Draft {
        let subject = fields.value("subjectId", |value| {
            UserError::id::<NoteSubjectId>(text(value)?.trim())
        });
        let by_key = (
            Reference::read(fields, "contactId", Some("contactKey"), None),
            Reference::read(fields, "organizationId", Some("organizationKey"), None),
        );
        let (contact, organization) = match subject {
            Some(NoteSubjectId::Contact(id)) => (Patch::Set(Reference::Id("subjectId", id)), Patch::Keep),
            Some(NoteSubjectId::Organization(id)) => {
                (Patch::Keep, Patch::Set(Reference::Id("subjectId", id)))
            }
            None => by_key,
        };
        Draft {
            stamp: Stamp::read::<NoteId>(fields),
            contact,
            organization,
            author: Reference::read(fields, "authorId", None, Some("authorSubject")),
            changes: NoteChanges {
                text: fields.patch("text", text),
                pinned: fields.patch("pinned", flag),
            },
        }
    }

    fn stamp(draft: &Draft) -> &Stamp {
        &draft.stamp
    }

    fn keys(_: &Draft, _: &[Match], _: &Region) -> Vec<Key> {
        Vec::new()
    }

    fn held(_: &Note) -> Vec<Key> {
        Vec::new()
    }

    fn refer(draft: &Draft, to: &mut References) {
        to.contact(&draft.contact);
        to.organization(&draft.organization);
        to.user(&draft.author);
    }

    async fn find(_: &mut Tx, _: Vec<Key>) -> Result<Vec<Uuid>> {
        Ok(Vec::new())
    }

    fn create(id: Uuid, record: Record, draft: &Draft, with: Context<'_>) -> Checked<Note> {
        let subject = subject(draft, with)?;
        let Patch::Set(author) = &draft.author else {
            return Err(vec![UserError::invalid("must not be empty").under("authorId")]);
        };
        let Some(subject) = subject else {
            return Err(vec![UserError::invalid("must not be empty").under("subjectId")]);
        };
        Ok(Note::new(
            NoteId::from_uuid(id),
            record,
            subject,
            with.known.user(author)?,
        ))
    }

    fn apply(draft: Draft, note: &mut Note, _: bool, with: Context<'_>) -> Checked<()> {
        let stays = match subject(&draft, with)? {
            None => true,
            Some(NoteSubjectId::Contact(id)) => note.contact_id == Some(id),
            Some(NoteSubjectId::Organization(id)) => note.organization_id == Some(id),
        };
        if !stays {
            let message = "must be the subject of the note with this id, which never changes";
            return Err(vec![UserError::invalid(message).under("subjectId")]);
        }
        draft.changes.apply(note)
    }

    fn taken(_: &Key) -> UserError {
        UserError::invalid("another note has this key")
    }

    fn export(note: &Note) -> Result<Object> {
        let contact = note.contact_id.map(|id| id.to_string());
        let organization = note.organization_id.map(|id| id.to_string());
        serialized(&json!({
            "subjectId": contact.or(organization),
            "authorId": note.author_id.to_string(),
            "text": note.text,
            "pinned": note.pinned,
        }))
    }
}

fn subject(draft: &Draft, with: Context<'_>) -> Checked<Option<NoteSubjectId>> {
    Ok(match (&draft.contact, &draft.organization) {
        (Patch::Set(contact), _) => Some(NoteSubjectId::Contact(with.known.contact(contact)?)),
        (_, Patch::Set(organization)) => Some(NoteSubjectId::Organization(
            with.known.organization(organization)?,
        )),
        _ => None,
    })
}
