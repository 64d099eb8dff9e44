//! The undoing of a merge of contacts.

use std::collections::HashSet;

use super::members::numbers_of;
use super::undo::{Parting, Undoable, at_place, end, free_external_ids, lock_merge, lock_survivor};
use crate::error::Result;
use crate::id::{ContactId, MergeId, OrganizationId, TypedId as _};
use crate::model::{Contact, ContactChanges, Mergeable as _, Note, Organization, RestoreLoss};
use crate::service::trash::lost_employer;
use crate::store::{CONTACTS_OF_INTERACTIONS, CONTACTS_OF_NOTES, Tx};

/// Undoes a merge of contacts: the members exist again, with what moved and still belongs to the survivor.
pub async fn undo_contact_merge(tx: &mut Tx, id: MergeId) -> Result<Parting<Contact>> {
    let (merge, forms, members) = lock_merge::<Contact>(tx, id).await?;
    let employers = members
        .iter()
        .chain([&forms.before])
        .filter_map(|it| it.organization_id);
    let employers: HashSet<OrganizationId> = employers.collect();
    let kept = tx
        .keep_all::<Organization>(employers.iter().map(|id| id.uuid()).collect())
        .await?;
    let survivor: Contact = lock_survivor(tx, &merge).await?;
    let mut parted = Undoable {
        merge,
        survivor,
        forms,
        members,
    };
    for form in [&mut parted.forms.before, &mut parted.forms.after] {
        if let Some(employer) = form.organization_id {
            form.organization_id = Some(tx.merged_into(employer).await?);
        }
    }
    let (mut after, fields) = survivor_after(tx, &parted);
    let mut lost = free_external_ids(
        tx,
        (&mut after, &parted.survivor),
        &mut parted.members,
        |contact| &mut contact.external_ids,
    )
    .await?;
    if after.organization_id != parted.survivor.organization_id {
        lost.extend(free_employer(tx, &mut after, &kept, None).await?);
    }
    for (place, member) in parted.members.iter_mut().enumerate() {
        lost.extend(free_employer(tx, member, &kept, Some(place)).await?);
    }
    let after = tx.update_contact(&parted.survivor, after).await?;
    tx.insert_parted(&mut parted.members).await?;
    let mut led = parted.members.clone();
    led.push(after.clone());
    tx.give_leads_back(id, after.id, &led).await?;
    let survivor_id = after.id.uuid();
    let notes = tx.give_back(&CONTACTS_OF_NOTES, id, survivor_id).await?;
    tx.give_back_in_trash::<Note>(id, CONTACTS_OF_NOTES.link, |note, member| {
        let stayed = note.contact_id == Some(after.id);
        if stayed {
            note.contact_id = Some(ContactId::new(member));
        }
        stayed
    })
    .await?;
    let interactions = tx.give_back(&CONTACTS_OF_INTERACTIONS, id, survivor_id).await?;
    let merge = end(tx, parted.merge).await?;
    Ok(Parting {
        restored: parted.members,
        moved_back: numbers_of::<Contact>(
            &merge.member_ids,
            &[
                (notes, |moved| &mut moved.notes),
                (interactions, |moved| &mut moved.interactions),
            ],
        ),
        merge,
        kept: fields,
        lost,
    })
}

/// Returns the survivor as it becomes, with the names of the fields that stay as they are.
fn survivor_after(tx: &Tx, parted: &Undoable<Contact>) -> (Contact, Vec<String>) {
    let mut after = parted.survivor.clone();
    let mut fields = after.take_back(&parted.forms.before, &parted.forms.after);
    if after.first_name.is_none() && after.last_name.is_none() {
        // Others took the name away that it had before. A contact needs one.
        after.first_name.clone_from(&parted.survivor.first_name);
        after.last_name.clone_from(&parted.survivor.last_name);
        fields.extend(["firstName".to_owned(), "lastName".to_owned()]);
    }
    // The name by which it is sorted follows from the others, and nothing is refused.
    let _ = ContactChanges::default().apply(&mut after, tx.region());
    (after, fields)
}

/// Takes the employer from a contact that is not among the `kept` organizations, and returns that loss.
async fn free_employer(
    tx: &mut Tx,
    contact: &mut Contact,
    kept: &[OrganizationId],
    place: Option<usize>,
) -> Result<Option<RestoreLoss>> {
    let Some(employer) = contact.organization_id else {
        return Ok(None);
    };
    // It may have become part of another one.
    contact.organization_id = Some(tx.current_id(employer)).filter(|employer| kept.contains(employer));
    if contact.organization_id.is_some() {
        return Ok(None);
    }
    let loss = lost_employer(tx, contact.id, employer).await?;
    Ok(Some(at_place(loss, place)))
}
