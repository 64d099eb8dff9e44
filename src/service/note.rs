//! Mutations for notes.

use super::Target;
use crate::error::{Error, Result, UserError};
use crate::id::{NoteId, UserId};
use crate::model::{Contact, Note, NoteChanges, NoteSubjectId, Permission, Permissions};
use crate::store::Tx;

/// Creates a note about a contact or an organization, which must exist.
pub async fn create_note(
    tx: &mut Tx,
    author: UserId,
    subject: NoteSubjectId,
    changes: NoteChanges,
) -> Result<Note> {
    let (exists, noun) = match subject {
        NoteSubjectId::Contact(id) => (tx.find_kept::<Contact>(id).await?.is_some(), "contact"),
        NoteSubjectId::Organization(id) => {
            let kept = tx.keep_organizations(Some(id), None).await?;
            (!kept.is_empty(), "organization")
        }
    };
    if !exists {
        return Err(UserError::not_found(noun).under("subjectId").into());
    }
    let subject = current_subject(tx, subject);
    let mut note = Note::new(NoteId::new(tx.new_id()), tx.new_record(), subject, author);
    changes.apply(&mut note)?;
    tx.insert(&note).await?;
    Ok(note)
}

/// Returns the subject of a note by the id of the record that it is part of, as far as the transaction found it there.
pub(super) fn current_subject(tx: &Tx, subject: NoteSubjectId) -> NoteSubjectId {
    match subject {
        NoteSubjectId::Contact(id) => NoteSubjectId::Contact(tx.current_id(id)),
        NoteSubjectId::Organization(id) => NoteSubjectId::Organization(tx.current_id(id)),
    }
}

/// Updates a note. Notes of other authors take one more permission.
pub async fn update_note(
    tx: &mut Tx,
    target: Target<NoteId>,
    permissions: Permissions,
    changes: NoteChanges,
) -> Result<Note> {
    let before = find(tx, target, permissions).await?;
    let mut after = before.clone();
    changes.apply(&mut after)?;
    tx.update(&before, after).await
}

/// Deletes a note. Notes of other authors take one more permission.
pub async fn delete_note(tx: &mut Tx, target: Target<NoteId>, permissions: Permissions) -> Result<NoteId> {
    let note = find(tx, target, permissions).await?;
    tx.delete_notes(std::slice::from_ref(&note)).await?;
    Ok(note.id)
}

/// Returns the note to change, unless another user wrote it and the caller may not edit the notes of others.
async fn find(tx: &mut Tx, target: Target<NoteId>, permissions: Permissions) -> Result<Note> {
    let note: Note = target.find_any_version(tx).await?;
    check_author(tx, &note, permissions)?;
    target.check_version(&note)?;
    Ok(note)
}

/// Refuses the note of another user unless the caller may edit the notes of others.
pub(super) fn check_author(tx: &Tx, note: &Note, permissions: Permissions) -> Result<()> {
    if tx.actor() == Some(note.author_id) || permissions.contains(Permission::NoteEditAny) {
        Ok(())
    } else {
        Err(Error::Forbidden(Permission::NoteEditAny))
    }
}
