//! Bulk mutations for contacts.

use std::collections::HashMap;

use super::Target;
use super::bulk::{Accepted, Claims, Found, Keyed, Room, accepted, ids, owners_of};
use super::contact::{apply, apply_with_keys, new_contact};
use super::organization::no_organization_of_key;
use crate::error::{Error, Result, under};
use crate::id::{ContactId, OrganizationId, TypedId as _};
use crate::model::{
    BulkPolicy, Checked, Contact, ContactChanges, ExternalId, ExternalIdInput, Organization, Patch,
    Permission, Permissions,
};
use crate::store::{RemovedContact, Tx};

/// Creates contacts.
pub async fn create_contacts(
    tx: &mut Tx,
    policy: BulkPolicy,
    items: Vec<Checked<(ContactChanges,)>>,
) -> Result<Vec<Checked<Contact>>> {
    let claimed = accepted(&items).flat_map(|(changes,)| changes.claimed_ids());
    let mut claims = Claims::lock(tx, &claimed.collect::<Vec<_>>()).await?;
    let employers = accepted(&items).filter_map(|(changes,)| changes.organization_id.value());
    let employers = employers.map(OrganizationId::uuid).collect();
    let employers = tx.keep_all::<Organization>(employers).await?;
    let mut room = Room::reserve::<Contact>(tx, accepted(&items).count()).await?;
    let created = items.into_iter().map(|item| {
        let (changes,) = item?;
        let mut contact = new_contact(tx);
        apply(tx, changes, &employers, &mut contact)?;
        room.check()?;
        claims.give(contact.id, &[], &contact.external_ids)?;
        room.take();
        Ok(contact)
    });
    let mut created = Accepted::of(policy, created.collect())?;
    room.give_back::<Contact>(tx);
    tx.insert_reserved(&created.items).await?;
    let contacts = created.take();
    Ok(created.with(contacts))
}

/// Updates contacts, each at most once.
pub async fn update_contacts(
    tx: &mut Tx,
    policy: BulkPolicy,
    items: Vec<Checked<(Target<ContactId>, ContactChanges)>>,
) -> Result<Vec<Checked<Contact>>> {
    let claimed = accepted(&items).flat_map(|(_, changes)| changes.claimed_ids());
    let mut claims = Claims::lock(tx, &claimed.collect::<Vec<_>>()).await?;
    let moving = accepted(&items).filter(|(_, changes)| changes.organization_id != Patch::Keep);
    let employers = moving
        .clone()
        .filter_map(|(_, changes)| changes.organization_id.value());
    let employers = employers.map(OrganizationId::uuid).collect();
    let employers = tx
        .keep_all_organizations(employers, ids(moving.map(|(target, _)| target)))
        .await?;
    let found = tx
        .lock_all(ids(accepted(&items).map(|(target, _)| target)))
        .await?;
    let mut found = Found::<Contact>::of(found);
    let updated = items.into_iter().map(|item| {
        let (target, changes) = item?;
        let before = found.take(target)?;
        let mut after = before.clone();
        let added = changes.added_ids();
        apply(tx, changes, &employers, &mut after)?;
        let given = claims.give(after.id, &before.external_ids, &after.external_ids);
        given.map_err(|refusals| ExternalId::refused_where_added(refusals, &after.external_ids, &added))?;
        Ok((Some(before), after))
    });
    let mut updated = Accepted::of(policy, updated.collect())?;
    let contacts = tx.save_contacts(updated.take()).await?;
    Ok(updated.with(contacts))
}

/// Deletes contacts and their notes. Their interactions are kept without them.
pub async fn delete_contacts(
    tx: &mut Tx,
    policy: BulkPolicy,
    items: Vec<Checked<(Target<ContactId>,)>>,
) -> Result<Vec<Checked<(ContactId, RemovedContact)>>> {
    let targets = ids(accepted(&items).map(|(target,)| target));
    tx.keep_all_organizations(Vec::new(), targets.clone()).await?;
    let mut found = Found::<Contact>::of(tx.lock_all_to_delete(targets).await?);
    let deleted = items.into_iter().map(|item| found.take(item?.0)).collect();
    let deleted = Accepted::of(policy, deleted)?;
    let removed = tx.delete_contacts(&deleted.items).await?;
    let removed = deleted
        .items
        .iter()
        .map(|contact| contact.id)
        .zip(removed)
        .collect();
    Ok(deleted.with(removed))
}

/// An item of [`upsert_contacts`] whose keys are checked.
struct Upsert {
    key: ExternalId,
    employer: Patch<Checked<ExternalId>>,
    changes: ContactChanges,
}

/// The arguments of an upsert of one contact.
pub type ContactUpsert = (
    Permissions,
    ExternalIdInput,
    Patch<ExternalIdInput>,
    ContactChanges,
);

/// Updates the contacts with these external ids, which takes the permission to edit, or creates them; also returns whether
/// each is new. Employers are named by external ids, too. Each contact is updated at most once.
pub async fn upsert_contacts(
    tx: &mut Tx,
    policy: BulkPolicy,
    items: Vec<Checked<ContactUpsert>>,
) -> Result<Vec<Checked<(Contact, bool)>>> {
    let may_edit = accepted(&items).all(|(permissions, ..)| permissions.contains(Permission::ContactEdit));
    let items: Vec<Checked<Upsert>> = items.into_iter().map(|item| check_upsert(item?)).collect();
    let given = accepted(&items);
    let claimed = given
        .clone()
        .flat_map(|item| [vec![item.key.clone()], item.changes.claimed_ids()].concat());
    let owners: HashMap<ExternalId, ContactId> = owners_of(tx, &claimed.collect::<Vec<_>>()).await?;
    let organizations = employers_of_keys(tx, given.clone()).await?;
    let moving = given.clone().filter(|item| !matches!(item.employer, Patch::Keep));
    let moving = moving
        .filter_map(|item| owners.get(&item.key))
        .map(|id| id.uuid())
        .collect();
    let employers = organizations.values().map(|id| id.uuid()).collect();
    let employers = tx.keep_all_organizations(employers, moving).await?;
    let mut records = Keyed::<Contact>::lock(tx, owners, given.map(|item| &item.key)).await?;
    if !may_edit && records.finds_any() {
        return Err(Error::Forbidden(Permission::ContactEdit));
    }
    let saved = items.into_iter().map(|item| {
        let item = item?;
        let before = records.take(&item.key)?;
        let mut after = before.clone().unwrap_or_else(|| new_contact(tx));
        let employer = employer_of_key(item.employer, &organizations);
        let added = item.changes.added_ids();
        apply_with_keys(tx, item.changes, item.key, employer, &employers, &mut after)?;
        let given = records.give(before.as_ref(), &after);
        given.map_err(|refusals| ExternalId::refused_where_added(refusals, &after.external_ids, &added))?;
        Ok((before, after))
    });
    let mut saved = Accepted::of(policy, saved.collect())?;
    records.give_back(tx);
    let pairs = saved.take();
    let are_new: Vec<bool> = pairs.iter().map(|(before, _)| before.is_none()).collect();
    let contacts = tx.save_contacts(pairs).await?;
    Ok(saved.with(contacts.into_iter().zip(are_new).collect()))
}

fn check_upsert((_, key, employer, changes): ContactUpsert) -> Checked<Upsert> {
    let key = ExternalId::check(key).map_err(|refusals| under("key", refusals))?;
    let check = |key| ExternalId::check(key).map_err(|refusals| under("organizationKey", refusals));
    Ok(Upsert {
        key,
        employer: employer.map(check),
        changes,
    })
}

/// Returns the organizations that items name by their keys.
async fn employers_of_keys<'a>(
    tx: &mut Tx,
    items: impl Iterator<Item = &'a Upsert> + Send,
) -> Result<HashMap<ExternalId, OrganizationId>> {
    let keys = items.filter_map(|item| match &item.employer {
        Patch::Set(Ok(key)) => Some(key),
        _ => None,
    });
    let found = tx.find_by_external_ids(keys.collect::<Vec<_>>()).await?;
    Ok(found.into_iter().collect())
}

/// Returns the employer that is named by a key.
fn employer_of_key(
    employer: Patch<Checked<ExternalId>>,
    organizations: &HashMap<ExternalId, OrganizationId>,
) -> Checked<Patch<OrganizationId>> {
    Ok(match employer {
        Patch::Keep => Patch::Keep,
        Patch::Clear => Patch::Clear,
        Patch::Set(key) => {
            let organization = organizations.get(&key?).copied();
            Patch::Set(organization.ok_or_else(|| vec![no_organization_of_key("organizationKey")])?)
        }
    })
}
