//! The merge of organizations.

use super::members::Members;
use crate::error::{Result, UserError, under};
use crate::id::{ContactId, MergeId, OrganizationId, TypedId as _};
use crate::model::{Contact, Merge, Organization, OrganizationChanges, Patch};
use crate::service::Target;
use crate::service::organization::apply;
use crate::store::{
    MergeStep, Moved, ORGANIZATIONS_OF_INTERACTIONS, ORGANIZATIONS_OF_NOTES, ORGANIZATIONS_OF_RELATIONSHIPS,
    STAFF, STAFF_AT_ONCE, Tx,
};

/// The references to organizations, beside those of their contacts.
const MOVED: [&Moved; 3] = [
    &ORGANIZATIONS_OF_RELATIONSHIPS,
    &ORGANIZATIONS_OF_NOTES,
    &ORGANIZATIONS_OF_INTERACTIONS,
];

/// Merges organizations into the first of them.
pub async fn merge_organizations(
    tx: &mut Tx,
    targets: Vec<Target<OrganizationId>>,
    values: OrganizationChanges,
) -> Result<(Organization, Merge)> {
    tx.lock_external_ids::<OrganizationId>(&values.claimed_ids())
        .await?;
    let ids = Members::<Organization>::ids(tx, &targets).await?;
    let users = tx.users_of_organizations(&ids).await?;
    tx.lock_users(&users).await?;
    let members = Members::<Organization>::lock(tx, &targets, &ids).await?;

    let mut merged = members.merged()?;
    let lead = lead(tx, &members, &values, &mut merged).await?;
    apply(tx, values, lead.as_ref().map(|lead| &lead.moved), &mut merged)
        .map_err(|refusals| under("values", refusals))?;
    members
        .check_lengths(&merged)
        .map_err(|refusals| under("values", refusals))?;

    let others = members.other_ids();
    let relationships = tx.count_moved(&ORGANIZATIONS_OF_RELATIONSHIPS, &others).await?;
    let notes = tx.count_moved(&ORGANIZATIONS_OF_NOTES, &others).await?;
    let interactions = tx.count_moved(&ORGANIZATIONS_OF_INTERACTIONS, &others).await?;
    let contacts = tx.count_moved(&STAFF, &others).await?;
    let moved = members.moved(&[
        (relationships, |moved| &mut moved.relationships),
        (notes, |moved| &mut moved.notes),
        (interactions, |moved| &mut moved.interactions),
        (contacts, |moved| &mut moved.contacts),
    ])?;
    let id = MergeId::new(tx.new_id());
    let merge = members.merge(tx, id, &merged, moved)?;
    let mut budget = STAFF_AT_ONCE;
    for member in &others {
        let step = MergeStep {
            merge: id,
            member: OrganizationId::new(*member),
            survivor: merged.id,
            is_undone: false,
            is_kept: merge.is_kept,
        };
        let first = lead.as_ref().filter(|lead| lead.employer == step.member);
        if tx
            .move_staff(step, first.map(|lead| lead.moved.id), &mut budget)
            .await?
        {
            tx.move_staff_later(step).await?;
        }
    }
    tx.end_repeated(id, merge.survivor_id, &others).await?;
    for moved in MOVED {
        tx.give(moved, id, &others, merge.survivor_id).await?;
    }
    let after = members.join(tx, &merge, merged).await?;
    Ok((after, merge))
}

/// A contact who becomes the primary contact of the merged organization.
struct Lead {
    /// The organization that the contact worked for.
    employer: OrganizationId,
    /// The contact as it works for the survivor.
    moved: Contact,
}

/// Returns the primary contact of the merged organization, kept from changes: the one that the values name, or that the rules chose. One
/// that the rules chose, and who works for none of the organizations, is left out.
async fn lead(
    tx: &mut Tx,
    members: &Members<Organization>,
    values: &OrganizationChanges,
    merged: &mut Organization,
) -> Result<Option<Lead>> {
    let given = match values.primary_contact_id {
        Patch::Set(contact) => Some(contact),
        Patch::Clear => return Ok(None),
        Patch::Keep => None,
    };
    let Some(id): Option<ContactId> = given.or(merged.primary_contact_id) else {
        return Ok(None);
    };
    let contact: Option<Contact> = tx.find_shared(id).await?;
    let ids = members.ids_of_all();
    let lead = contact.as_ref().and_then(|contact| {
        let employer = contact
            .organization_id
            .filter(|employer| ids.contains(&employer.uuid()))?;
        let moved = Contact {
            organization_id: Some(merged.id),
            ..contact.clone()
        };
        Some(Lead { employer, moved })
    });
    if lead.is_none() {
        merged.primary_contact_id = None;
        if given.is_some() {
            let refusal = match contact {
                Some(_) => UserError::invalid("must be a contact who works for one of these organizations"),
                None => UserError::not_found("contact"),
            };
            return Err(refusal.under("primaryContactId").under("values").into());
        }
    }
    Ok(lead)
}
