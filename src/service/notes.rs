//! Bulk mutations for notes.

use super::Target;
use super::bulk::{Accepted, Found, Room, accepted, ids};
use super::note::current_subject;
use crate::error::{Error, Result, UserError};
use crate::id::{ContactId, NoteId, OrganizationId, TypedId as _, UserId};
use crate::model::{
    BulkPolicy, Checked, Contact, Note, NoteChanges, NoteSubjectId, Organization, Permission, Permissions,
};
use crate::store::Tx;

/// Creates notes about contacts and organizations, which must exist.
pub async fn create_notes(
    tx: &mut Tx,
    policy: BulkPolicy,
    items: Vec<Checked<(UserId, NoteSubjectId, NoteChanges)>>,
) -> Result<Vec<Checked<Note>>> {
    let (mut contacts, mut organizations) = (Vec::new(), Vec::new());
    for (_, subject, _) in accepted(&items) {
        match subject {
            NoteSubjectId::Contact(id) => contacts.push(id.uuid()),
            NoteSubjectId::Organization(id) => organizations.push(id.uuid()),
        }
    }
    let organizations: Vec<OrganizationId> = tx.keep_all::<Organization>(organizations).await?;
    let contacts: Vec<ContactId> = tx.keep_all::<Contact>(contacts).await?;
    let mut room = Room::reserve::<Note>(tx, accepted(&items).count()).await?;
    let created = items.into_iter().map(|item| {
        let (author, subject, changes) = item?;
        let subject = current_subject(tx, subject);
        let (exists, noun) = match subject {
            NoteSubjectId::Contact(id) => (contacts.contains(&id), "contact"),
            NoteSubjectId::Organization(id) => (organizations.contains(&id), "organization"),
        };
        if !exists {
            return Err(vec![UserError::not_found(noun).under("subjectId")]);
        }
        let mut note = Note::new(NoteId::new(tx.new_id()), tx.new_record(), subject, author);
        changes.apply(&mut note)?;
        room.check()?;
        room.take();
        Ok(note)
    });
    let mut created = Accepted::of(policy, created.collect())?;
    room.give_back::<Note>(tx);
    tx.insert_reserved(&created.items).await?;
    let notes = created.take();
    Ok(created.with(notes))
}

/// Updates notes, each at most once. Notes of other authors take one more permission.
pub async fn update_notes(
    tx: &mut Tx,
    policy: BulkPolicy,
    items: Vec<Checked<(Target<NoteId>, Permissions, NoteChanges)>>,
) -> Result<Vec<Checked<Note>>> {
    let targets = accepted(&items).map(|(target, permissions, _)| (target, *permissions));
    let mut found = find(tx, targets).await?;
    let updated = items.into_iter().map(|item| {
        let (target, _, changes) = item?;
        let before = found.take(target)?;
        let mut after = before.clone();
        changes.apply(&mut after)?;
        Ok((before, after))
    });
    let mut updated = Accepted::of(policy, updated.collect())?;
    let notes = tx.update_all(updated.take()).await?;
    Ok(updated.with(notes))
}

/// Deletes notes. Notes of other authors take one more permission.
pub async fn delete_notes(
    tx: &mut Tx,
    policy: BulkPolicy,
    items: Vec<Checked<(Target<NoteId>, Permissions)>>,
) -> Result<Vec<Checked<NoteId>>> {
    let targets = accepted(&items).map(|(target, permissions)| (target, *permissions));
    let mut found = find(tx, targets).await?;
    let deleted = items.into_iter().map(|item| found.take(item?.0)).collect();
    let deleted = Accepted::of(policy, deleted)?;
    tx.delete_notes(&deleted.items).await?;
    let ids = deleted.items.iter().map(|note| note.id).collect();
    Ok(deleted.with(ids))
}

/// Returns the notes to change, unless another user wrote any of them and the caller may not edit the notes of others.
async fn find<'a>(
    tx: &mut Tx,
    targets: impl Iterator<Item = (&'a Target<NoteId>, Permissions)> + Clone + Send,
) -> Result<Found<Note>> {
    let may_edit_any = targets
        .clone()
        .all(|(_, permissions)| permissions.contains(Permission::NoteEditAny));
    let notes: Vec<Note> = tx.lock_all(ids(targets.map(|(target, _)| target))).await?;
    if !may_edit_any && notes.iter().any(|note| tx.actor() != Some(note.author_id)) {
        return Err(Error::Forbidden(Permission::NoteEditAny));
    }
    Ok(Found::of(notes))
}
