//! Mutations for deleted records: restoring and purging them.

use std::collections::HashSet;

use uuid::Uuid;

use super::note::check_author;
use super::record::Named;
use crate::error::{Error, Refusals, Result, UserError};
use crate::id::{ContactId, NodeId, NoteId, OrganizationId, RelationshipId, TypedId};
use crate::model::{
    Contact, ExternalId, Note, Organization, Permissions, Recorded, Relationship, RestoreLoss, User,
};
use crate::store::{InTrash, Restored, Tx, check_parts};

/// A restored record, with what was restored with it and what was not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restoration<T> {
    /// The record, with the numbers of its notes and relationships that were restored.
    pub restored: Restored<T>,
    /// The number of contacts that work for it again.
    pub contacts: i64,
    /// The parts that could not be restored.
    pub lost: Vec<RestoreLoss>,
}

/// Restores a deleted contact with its notes.
pub async fn restore_contact(tx: &mut Tx, id: ContactId) -> Result<Restoration<Contact>> {
    let mut kept: InTrash<Contact> = find(tx, id).await?;
    let mut lost = free_external_ids(tx, kept.record.id, &mut kept.record.external_ids).await?;
    if let Some(employer) = kept.record.organization_id {
        kept.record.organization_id = keep::<Organization>(tx, employer).await?;
        if kept.record.organization_id.is_none() {
            lost.push(lost_employer(tx, id, employer).await?);
        }
    }
    let led = tx.find_led_again(&kept.record).await?;
    let restored = tx.restore(kept).await?;
    let led: Vec<_> = led.into_iter().map(|organization| (organization, id)).collect();
    tx.restore_primary_contacts(&led).await?;
    Ok(Restoration {
        restored,
        contacts: 0,
        lost,
    })
}

/// Restores a deleted organization with its relationships and notes. Contacts who have worked for no other since work for it
/// again.
pub async fn restore_organization(tx: &mut Tx, id: OrganizationId) -> Result<Restoration<Organization>> {
    let mut kept: InTrash<Organization> = find(tx, id).await?;
    let mut lost = free_external_ids(tx, id, &mut kept.record.external_ids).await?;
    // Its contacts are locked before the room for managed entities, and work for it when it is there.
    let contacts = tx.reattach(id, kept.record.primary_contact_id).await?;
    if let Some(contact) = kept.record.primary_contact_id {
        let found: Option<Contact> = tx.find_shared(contact).await?;
        let found = found.filter(|found| found.organization_id == Some(id));
        kept.record.primary_contact_id = found.map(|found| found.id);
        if kept.record.primary_contact_id.is_none() {
            lost.push(lost_primary_contact(tx, id, contact).await?);
        }
    }
    let restored = tx.restore(kept).await?;
    Ok(Restoration {
        restored,
        contacts,
        lost,
    })
}

/// Restores a deleted relationship.
pub async fn restore_relationship(tx: &mut Tx, id: RelationshipId) -> Result<Relationship> {
    let mut kept: InTrash<Relationship> = find(tx, id).await?;
    let relationship = &mut kept.record;
    // Locked, so that of two equal relationships of a user one comes first.
    tx.find_locked::<User>(relationship.user_id).await?;
    relationship.organization_id = keep_owner::<Organization>(tx, relationship.organization_id).await?;
    tx.refuse_second_current(relationship).await?;
    Ok(tx.restore(kept).await?.record)
}

/// Restores a deleted note. Notes of other authors take one more permission.
pub async fn restore_note(tx: &mut Tx, id: NoteId, permissions: Permissions) -> Result<Note> {
    let mut kept: InTrash<Note> = find(tx, id).await?;
    let note = &mut kept.record;
    check_author(tx, note, permissions)?;
    if let Some(contact) = note.contact_id {
        note.contact_id = Some(keep_owner::<Contact>(tx, contact).await?);
    }
    if let Some(organization) = note.organization_id {
        note.organization_id = Some(keep_owner::<Organization>(tx, organization).await?);
    }
    Ok(tx.restore(kept).await?.record)
}

/// Purges deleted records: they can no longer be restored. Returns their ids. Refuses more than one mutation deletes.
pub async fn purge_trash(tx: &mut Tx, ids: Vec<NodeId>) -> Result<Vec<NodeId>> {
    let uuids: Vec<Uuid> = ids.iter().map(|id| id.uuid()).collect();
    let found = tx.lock_in_trash(uuids).await?;
    let parts = found.iter().map(|it| it.notes + it.relationships);
    check_parts(usize::try_from(parts.sum::<i32>()).unwrap_or(usize::MAX))?;
    let found: HashSet<NodeId> = found.into_iter().map(|it| it.kind.node_id(it.id)).collect();
    let mut refusals = Refusals::default();
    for (place, id) in ids.iter().enumerate() {
        if !found.contains(id) {
            refusals.add(UserError::not_found("deleted record").under(place).under("ids"));
        }
    }
    refusals.finish()?;
    tx.purge(found.iter().map(|id| id.uuid()).collect()).await?;
    Ok(ids)
}

/// Returns a record in the trash, locked to restore it.
async fn find<T: Named + Recorded>(tx: &mut Tx, id: T::Id) -> Result<InTrash<T>> {
    if let Some(kept) = tx.find_in_trash(id).await? {
        return Ok(kept);
    }
    let refusal = match tx.deleted_with(id.uuid()).await? {
        Some((kind, with)) => {
            let with = kind.node_id(with);
            UserError::missing(format!(
                "was deleted together with {with}; restore that, and it returns with it"
            ))
        }
        None => match tx.merged_into(id).await? {
            survivor if survivor != id => UserError::missing(format!("is now part of {survivor}")),
            _ => UserError::not_found(&format!("deleted {}", T::NOUN)),
        },
    };
    Err(refusal.under("id").into())
}

/// Leaves out the external ids of a record that others have got meanwhile, and keeps the rest free for it.
async fn free_external_ids<I: TypedId>(
    tx: &mut Tx,
    id: I,
    external_ids: &mut Vec<ExternalId>,
) -> Result<Vec<RestoreLoss>> {
    tx.lock_external_ids::<I>(&*external_ids).await?;
    let taken: Vec<(ExternalId, I)> = tx.find_by_external_ids(&*external_ids).await?;
    external_ids.retain(|external_id| taken.iter().all(|(other, _)| other != external_id));
    debug_assert!(
        taken.iter().all(|(_, owner)| *owner != id),
        "a deleted record has no external ids"
    );
    let lost = taken
        .iter()
        .map(|(external_id, owner)| RestoreLoss::of_external_id(external_id, *owner));
    Ok(lost.collect())
}

/// Returns the id of a record, or of the one that it was merged into, if that exists; it is then kept from being deleted.
async fn keep<T: Named>(tx: &mut Tx, id: T::Id) -> Result<Option<T::Id>> {
    let kept = tx.keep_all::<T>(vec![id.uuid()]).await?;
    // It may have been restored while this waited for its place in the trash.
    if !kept.is_empty() || tx.is_restorable(id.uuid()).await? {
        return Ok(kept.first().copied());
    }
    Ok(tx.keep_all::<T>(vec![id.uuid()]).await?.first().copied())
}

/// Returns the id of the record that another one is part of, as [`keep`] does. Refuses the restoration if there is none.
async fn keep_owner<T: Named>(tx: &mut Tx, id: T::Id) -> Result<T::Id> {
    match keep::<T>(tx, id).await? {
        Some(id) => Ok(id),
        None => Err(refused_without(tx, id).await?),
    }
}

/// Returns the loss of a primary contact who does not work for the organization. If the contact is in the trash, its restoration
/// will make it the primary contact again.
pub(super) async fn lost_primary_contact(
    tx: &mut Tx,
    organization: OrganizationId,
    contact: ContactId,
) -> Result<RestoreLoss> {
    let contact = tx.merged_into(contact).await?;
    let message = if tx.remember_primary_contact(organization, contact).await? {
        "the contact is deleted; it will be the primary contact again when it is restored"
    } else {
        "the contact does not work for the organization any longer"
    };
    Ok(RestoreLoss::new("primaryContact", message, &contact))
}

/// Returns the loss of an employer that does not exist. If it is in the trash, its restoration will bring the contact back.
pub(super) async fn lost_employer(
    tx: &mut Tx,
    contact: ContactId,
    employer: OrganizationId,
) -> Result<RestoreLoss> {
    let employer = tx.merged_into(employer).await?;
    let message = if tx.remember_employer(contact, employer).await? {
        "the organization is deleted; the contact will work for it again when it is restored"
    } else {
        "the organization does not exist any longer"
    };
    Ok(RestoreLoss::new("organization", message, &employer))
}

/// Returns the refusal of a part of a record that does not exist.
async fn refused_without<I: TypedId>(tx: &mut Tx, id: I) -> Result<Error> {
    let kind = I::KIND;
    let id = tx.merged_into(id).await?;
    let message = if tx.is_restorable(id.uuid()).await? {
        format!("belongs to the deleted {kind} {id}; restore that first")
    } else {
        format!("belongs to the {kind} {id}, which does not exist any longer")
    };
    Ok(UserError::missing(message).under("id").into())
}
