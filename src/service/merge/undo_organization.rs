//! The undoing of a merge of organizations.

use super::members::{Counts, numbers_of};
use super::undo::{Parting, Undoable, at_place, end, free_external_ids, lock_merge, lock_survivor};
use crate::error::Result;
use crate::id::{MergeId, OrganizationId, TypedId as _};
use crate::model::{
    Contact, Merge, Mergeable as _, Note, Organization, OrganizationChanges, Relationship, RestoreLoss,
};
use crate::service::trash::lost_primary_contact;
use crate::store::{
    MergeStep, ORGANIZATIONS_OF_INTERACTIONS, ORGANIZATIONS_OF_NOTES, ORGANIZATIONS_OF_RELATIONSHIPS,
    STAFF_AT_ONCE, Tx,
};

/// Undoes a merge of organizations: the members exist again, with what moved and still belongs to the survivor.
pub async fn undo_organization_merge(tx: &mut Tx, id: MergeId) -> Result<Parting<Organization>> {
    let (merge, forms, members) = lock_merge::<Organization>(tx, id).await?;
    let users = tx.users_of_organizations(&[merge.survivor_id]).await?;
    tx.lock_users(&users).await?;
    let survivor: Organization = lock_survivor(tx, &merge).await?;
    let mut parted = Undoable {
        merge,
        survivor,
        forms,
        members,
    };
    for form in [&mut parted.forms.before, &mut parted.forms.after] {
        if let Some(lead) = form.primary_contact_id {
            form.primary_contact_id = Some(tx.merged_into(lead).await?);
        }
    }
    let mut after = parted.survivor.clone();
    let kept = after.take_back(&parted.forms.before, &parted.forms.after);
    // The name by which it is sorted follows from the name, and nothing is refused.
    let _ = OrganizationChanges::default().apply(&mut after, tx.region());
    let mut lost = free_external_ids(
        tx,
        (&mut after, &parted.survivor),
        &mut parted.members,
        |organization| &mut organization.external_ids,
    )
    .await?;
    let mut contacts = Vec::new();
    let mut budget = STAFF_AT_ONCE;
    for member in &parted.members {
        let step = MergeStep {
            merge: id,
            member: member.id,
            survivor: after.id,
            is_undone: true,
            is_kept: true,
        };
        contacts.push((member.id.uuid(), tx.count_staff_to_move_back(step).await?));
        if tx
            .move_staff_back(step, member.primary_contact_id, &mut budget)
            .await?
        {
            tx.move_staff_later(step).await?;
        }
    }
    if after.primary_contact_id != parted.survivor.primary_contact_id {
        lost.extend(free_lead(tx, &mut after, None).await?);
    } else if let Some(lead) = after.primary_contact_id {
        // One that returned to a member leads the survivor no longer.
        let lead: Option<Contact> = tx.find_shared(lead).await?;
        after.primary_contact_id = lead
            .filter(|lead| lead.organization_id == Some(after.id))
            .map(|lead| lead.id);
    }
    for (place, member) in parted.members.iter_mut().enumerate() {
        lost.extend(free_lead(tx, member, Some(place)).await?);
    }
    tx.update(&parted.survivor, after).await?;
    tx.insert_parted(&mut parted.members).await?;
    let mut counts = give_back(tx, &parted.merge, &mut lost).await?;
    counts.push((contacts.into_iter().collect(), |moved| &mut moved.contacts));
    let merge = end(tx, parted.merge).await?;
    Ok(Parting {
        restored: parted.members,
        moved_back: numbers_of::<Organization>(&merge.member_ids, &counts),
        merge,
        kept,
        lost,
    })
}

/// Gives the members back what belonged to them beside their contacts.
async fn give_back(tx: &mut Tx, merge: &Merge, lost: &mut Vec<RestoreLoss>) -> Result<Vec<Counts>> {
    let (id, survivor) = (merge.id, merge.survivor_id);
    let survivor_id = OrganizationId::new(survivor);
    let relationships = tx
        .give_back(&ORGANIZATIONS_OF_RELATIONSHIPS, id, survivor)
        .await?;
    for left in tx.reopen(merge, &merge.member_ids).await? {
        let message = "was changed after the merge, or has an equal one by now; it stays as it is";
        lost.push(RestoreLoss::new("relationships", message, &left.id));
    }
    tx.give_back_in_trash::<Relationship>(id, ORGANIZATIONS_OF_RELATIONSHIPS.link, |relationship, member| {
        let stayed = relationship.organization_id == survivor_id;
        if stayed {
            relationship.organization_id = OrganizationId::new(member);
        }
        stayed
    })
    .await?;
    let notes = tx.give_back(&ORGANIZATIONS_OF_NOTES, id, survivor).await?;
    tx.give_back_in_trash::<Note>(id, ORGANIZATIONS_OF_NOTES.link, |note, member| {
        let stayed = note.organization_id == Some(survivor_id);
        if stayed {
            note.organization_id = Some(OrganizationId::new(member));
        }
        stayed
    })
    .await?;
    let interactions = tx.give_back(&ORGANIZATIONS_OF_INTERACTIONS, id, survivor).await?;
    Ok(vec![
        (relationships, |moved| &mut moved.relationships),
        (notes, |moved| &mut moved.notes),
        (interactions, |moved| &mut moved.interactions),
    ])
}

/// Takes the primary contact from an organization that the contact does not work for, and returns that loss.
async fn free_lead(
    tx: &mut Tx,
    organization: &mut Organization,
    place: Option<usize>,
) -> Result<Option<RestoreLoss>> {
    let Some(lead) = organization.primary_contact_id else {
        return Ok(None);
    };
    let found: Option<Contact> = tx.find_shared(lead).await?;
    // The contact may have become part of another one.
    let found = found.filter(|found| found.organization_id == Some(organization.id));
    organization.primary_contact_id = found.map(|found| found.id);
    if organization.primary_contact_id.is_some() {
        return Ok(None);
    }
    let loss = lost_primary_contact(tx, organization.id, lead).await?;
    Ok(Some(at_place(loss, place)))
}
