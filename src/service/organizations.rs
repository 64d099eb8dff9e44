//! Bulk mutations for organizations.

use std::collections::HashMap;

use super::Target;
use super::bulk::{Accepted, Claims, Found, Room, accepted, ids};
use super::keyed::{Keyed, Matches, lock_keys};
use super::organization::{apply, new_organization};
use crate::error::{Error, Result, under};
use crate::id::{ContactId, OrganizationId, TypedId as _};
use crate::model::{
    BulkPolicy, Checked, Contact, ExternalId, Organization, OrganizationChanges, OrganizationUpsertKey,
    Patch, Permission, Permissions, UpsertKey,
};
use crate::store::{RemovedOrganization, Tx};

/// Creates organizations.
pub async fn create_organizations(
    tx: &mut Tx,
    policy: BulkPolicy,
    items: Vec<Checked<(OrganizationChanges,)>>,
) -> Result<Vec<Checked<Organization>>> {
    let claimed = accepted(&items).flat_map(|(changes,)| changes.claimed_ids());
    let mut claims = Claims::lock(tx, &claimed.collect::<Vec<_>>()).await?;
    let contacts = primary_contacts(tx, accepted(&items).map(|(changes,)| changes)).await?;
    let mut room = Room::reserve::<Organization>(tx, accepted(&items).count()).await?;
    let created = items.into_iter().map(|item| {
        let (changes,) = item?;
        let mut organization = new_organization(tx);
        apply_primary(tx, changes, &contacts, &mut organization)?;
        room.check()?;
        claims.give(organization.id, &[], &organization.external_ids)?;
        room.take();
        Ok(organization)
    });
    let mut created = Accepted::of(policy, created.collect())?;
    room.give_back::<Organization>(tx);
    tx.insert_reserved(&created.items).await?;
    let organizations = created.take();
    Ok(created.with(organizations))
}

/// Updates organizations, each at most once.
pub async fn update_organizations(
    tx: &mut Tx,
    policy: BulkPolicy,
    items: Vec<Checked<(Target<OrganizationId>, OrganizationChanges)>>,
) -> Result<Vec<Checked<Organization>>> {
    let claimed = accepted(&items).flat_map(|(_, changes)| changes.claimed_ids());
    let mut claims = Claims::lock(tx, &claimed.collect::<Vec<_>>()).await?;
    // Their existence comes before the contacts, and their fields after them.
    let with_new_contact =
        accepted(&items).filter(|(_, changes)| matches!(changes.primary_contact_id, Patch::Set(_)));
    let with_new_contact = ids(with_new_contact.map(|(target, _)| target));
    tx.keep_all::<Organization>(with_new_contact).await?;
    let contacts = primary_contacts(tx, accepted(&items).map(|(_, changes)| changes)).await?;
    let found = tx
        .lock_all(ids(accepted(&items).map(|(target, _)| target)))
        .await?;
    let mut found = Found::<Organization>::of(found);
    let updated = items.into_iter().map(|item| {
        let (target, changes) = item?;
        let before = found.take(target.current(tx))?;
        let mut after = before.clone();
        let added = changes.added_ids();
        apply_primary(tx, changes, &contacts, &mut after)?;
        let given = claims.give(after.id, &before.external_ids, &after.external_ids);
        given.map_err(|refusals| ExternalId::refused_where_added(refusals, &after.external_ids, &added))?;
        Ok((before, after))
    });
    let mut updated = Accepted::of(policy, updated.collect())?;
    let organizations = tx.update_all(updated.take()).await?;
    Ok(updated.with(organizations))
}

/// Deletes organizations with their relationships and notes. Their contacts and interactions are kept without them.
pub async fn delete_organizations(
    tx: &mut Tx,
    policy: BulkPolicy,
    items: Vec<Checked<(Target<OrganizationId>,)>>,
) -> Result<Vec<Checked<(OrganizationId, RemovedOrganization)>>> {
    let targets = ids(accepted(&items).map(|(target,)| target));
    let mut found = Found::<Organization>::of(tx.lock_all_to_delete(targets).await?);
    let deleted = items.into_iter();
    let deleted = deleted.map(|item| found.take_to_delete(tx, item?.0)).collect();
    let deleted = Accepted::of(policy, deleted)?;
    let removed = tx.delete_organizations(&deleted.items).await?;
    let removed = deleted.items.iter().map(|it| it.id).zip(removed).collect();
    Ok(deleted.with(removed))
}

/// The arguments of an upsert of one organization.
pub type OrganizationUpsert = (Permissions, OrganizationUpsertKey, OrganizationChanges);

/// Updates the organizations with these keys, which takes the permission to edit, or creates them; also returns whether each
/// is new. Each organization is updated at most once.
pub async fn upsert_organizations(
    tx: &mut Tx,
    policy: BulkPolicy,
    items: Vec<Checked<OrganizationUpsert>>,
) -> Result<Vec<Checked<(Organization, bool)>>> {
    let may_edit =
        accepted(&items).all(|(permissions, ..)| permissions.contains(Permission::OrganizationEdit));
    let check = |item: Checked<OrganizationUpsert>| -> Checked<(UpsertKey, OrganizationChanges)> {
        let (_, key, changes) = item?;
        let key = UpsertKey::of_organization(key).map_err(|refusals| under("key", refusals))?;
        Ok((key, changes))
    };
    let items: Vec<Checked<(UpsertKey, OrganizationChanges)>> = items.into_iter().map(check).collect();
    let keys: Vec<&UpsertKey> = accepted(&items).map(|(key, _)| key).collect();
    let claimed = accepted(&items).flat_map(|(_, changes)| changes.claimed_ids());
    let claimed: Vec<ExternalId> = claimed.collect();
    lock_keys::<OrganizationId>(tx, &keys, &claimed).await?;
    let matches = Matches::of(tx, &keys, &claimed).await?;
    let contacts = primary_contacts(tx, accepted(&items).map(|(_, changes)| changes)).await?;
    let mut records = Keyed::<Organization>::lock(tx, matches, &keys).await?;
    if !may_edit && records.finds_any() {
        return Err(Error::Forbidden(Permission::OrganizationEdit));
    }
    let saved = items.into_iter().map(|item| {
        let (key, changes) = item?;
        let before = records.take(&key)?;
        let mut after = before.clone().unwrap_or_else(|| new_organization(tx));
        let added = changes.added_ids();
        apply_primary(tx, changes, &contacts, &mut after)?;
        key.join_organization(&mut after, before.is_none())
            .map_err(|refusals| under("key", refusals))?;
        let given = records.give(before.as_ref(), &after);
        given.map_err(|refusals| ExternalId::refused_where_added(refusals, &after.external_ids, &added))?;
        Ok((before, after))
    });
    let mut saved = Accepted::of(policy, saved.collect())?;
    records.give_back(tx);
    let pairs = saved.take();
    let are_new: Vec<bool> = pairs.iter().map(|(before, _)| before.is_none()).collect();
    let organizations = tx.save_all(pairs).await?;
    Ok(saved.with(organizations.into_iter().zip(are_new).collect()))
}

/// Keeps the contacts that become primary contacts as they are, and returns those that exist.
async fn primary_contacts<'a>(
    tx: &mut Tx,
    changes: impl Iterator<Item = &'a OrganizationChanges> + Send,
) -> Result<HashMap<ContactId, Contact>> {
    let contacts = changes.filter_map(|changes| changes.primary_contact_id.value());
    let contacts: Vec<Contact> = tx.share_all(contacts.map(ContactId::uuid).collect()).await?;
    Ok(contacts
        .into_iter()
        .map(|contact| (contact.id, contact))
        .collect())
}

fn apply_primary(
    tx: &Tx,
    changes: OrganizationChanges,
    contacts: &HashMap<ContactId, Contact>,
    organization: &mut Organization,
) -> Checked<()> {
    let contact = changes.primary_contact_id.value();
    apply(
        tx,
        changes,
        contact.and_then(|id| contacts.get(&tx.current_id(id))),
        organization,
    )
}
