//! The merge of contacts.

use std::collections::BTreeSet;

use super::members::Members;
use crate::error::{Result, under};
use crate::id::{ContactId, MergeId, OrganizationId, TypedId as _};
use crate::model::{Contact, ContactChanges, Merge, Organization, Patch};
use crate::service::Target;
use crate::service::contact::apply;
use crate::store::{CONTACTS_OF_INTERACTIONS, CONTACTS_OF_NOTES, Tx};

/// Merges contacts into the first of them.
pub async fn merge_contacts(
    tx: &mut Tx,
    targets: Vec<Target<ContactId>>,
    values: ContactChanges,
) -> Result<(Contact, Merge)> {
    tx.lock_external_ids::<ContactId>(&values.claimed_ids()).await?;
    let ids = Members::<Contact>::ids(tx, &targets).await?;
    let given = match values.organization_id {
        Patch::Set(employer) => vec![employer.uuid()],
        Patch::Keep | Patch::Clear => Vec::new(),
    };
    let employers = tx.keep_all_organizations(given, ids.clone()).await?;
    let members = Members::<Contact>::lock(tx, &targets, &ids).await?;

    let employers = with_survivors(tx, &members, employers).await?;
    // An employer that is deleted, and that a contact has not left yet, is none.
    let seen = members.seen(|contact| {
        let employer = contact.organization_id.map(|employer| tx.current_id(employer));
        contact.organization_id = employer.filter(|employer| employers.contains(employer));
    });
    let mut merged = seen.merged()?;
    apply(tx, values, &employers, &mut merged).map_err(|refusals| under("values", refusals))?;
    members
        .check_lengths(&merged)
        .map_err(|refusals| under("values", refusals))?;

    let others = members.other_ids();
    let notes = tx.count_moved(&CONTACTS_OF_NOTES, &others).await?;
    let interactions = tx.count_moved(&CONTACTS_OF_INTERACTIONS, &others).await?;
    let moved = members.moved(&[
        (notes, |moved| &mut moved.notes),
        (interactions, |moved| &mut moved.interactions),
    ])?;
    let id = MergeId::new(tx.new_id());
    let merge = seen.merge(tx, id, &merged, moved)?;
    tx.give_leads(id, &others, merged.id, merged.organization_id)
        .await?;
    for moved in [&CONTACTS_OF_NOTES, &CONTACTS_OF_INTERACTIONS] {
        tx.give(moved, id, &others, merge.survivor_id).await?;
    }
    let after = members.join(tx, &merge, merged).await?;
    Ok((after, merge))
}

/// Adds the organizations that employers of the contacts became part of: contacts follow some time after their employer.
async fn with_survivors(
    tx: &mut Tx,
    members: &Members<Contact>,
    mut employers: Vec<OrganizationId>,
) -> Result<Vec<OrganizationId>> {
    let missing = members.all().iter().filter_map(|contact| contact.organization_id);
    let missing: BTreeSet<OrganizationId> =
        missing.filter(|employer| !employers.contains(employer)).collect();
    let missing = missing.into_iter().map(OrganizationId::uuid);
    employers.extend(tx.keep_all::<Organization>(missing.collect()).await?);
    Ok(employers)
}
