//! Bulk mutations for contacts.

use super::Target;
use super::bulk::{Accepted, Claims, Found, Room, accepted, ids};
use super::contact::{GivenContact, apply, check_employer_key, new_contact};
use super::keyed::{Keyed, Matches, lock_keys};
use crate::error::{Error, Result, under};
use crate::id::{ContactId, OrganizationId, TypedId as _};
use crate::model::{
    BulkPolicy, Checked, Contact, ContactChanges, ContactUpsertKey, ExternalId, Organization,
    OrganizationUpsertKey, Patch, Permission, Permissions, Region, UpsertKey,
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
        let before = found.take(target.current(tx))?;
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
    let deleted = items.into_iter();
    let deleted = deleted.map(|item| found.take_to_delete(tx, item?.0)).collect();
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
    key: UpsertKey,
    employer: Patch<Checked<UpsertKey>>,
    changes: ContactChanges,
}

/// The arguments of an upsert of one contact.
pub type ContactUpsert = (
    Permissions,
    ContactUpsertKey,
    Patch<OrganizationUpsertKey>,
    ContactChanges,
);

/// Updates the contacts with these keys, which takes the permission to edit, or creates them; also returns whether each is
/// new. Employers are named by keys, too. Each contact is updated at most once.
pub async fn upsert_contacts(
    tx: &mut Tx,
    policy: BulkPolicy,
    items: Vec<Checked<ContactUpsert>>,
) -> Result<Vec<Checked<(Contact, bool)>>> {
    let may_edit = accepted(&items).all(|(permissions, ..)| permissions.contains(Permission::ContactEdit));
    let check = |item: Checked<ContactUpsert>| check_upsert(item?, tx.region());
    let items: Vec<Checked<Upsert>> = items.into_iter().map(check).collect();
    let given: Vec<&Upsert> = accepted(&items).collect();
    let keys: Vec<&UpsertKey> = given.iter().map(|item| &item.key).collect();
    let claimed: Vec<ExternalId> = given.iter().flat_map(|item| item.changes.claimed_ids()).collect();
    lock_keys::<ContactId>(tx, &keys, &claimed).await?;
    let matches = Matches::<ContactId>::of(tx, &keys, &claimed).await?;
    let organizations = given.iter().filter_map(|item| match &item.employer {
        Patch::Set(Ok(key)) => Some(key),
        _ => None,
    });
    let organizations = Matches::of(tx, &organizations.collect::<Vec<_>>(), &[]).await?;
    let moving = given.iter().filter(|item| !matches!(item.employer, Patch::Keep));
    let moving = moving
        .filter_map(|item| matches.find(&item.key, "key").ok()?)
        .map(ContactId::uuid)
        .collect();
    let employers = given.iter().filter_map(|item| match &item.employer {
        Patch::Set(Ok(key)) => organizations.employer(key).ok(),
        _ => None,
    });
    let employers = employers.map(OrganizationId::uuid).collect();
    let employers = tx.keep_all_organizations(employers, moving).await?;
    let mut records = Keyed::<Contact>::lock(tx, matches, &keys).await?;
    if !may_edit && records.finds_any() {
        return Err(Error::Forbidden(Permission::ContactEdit));
    }
    let saved = items.into_iter().map(|item| {
        let item = item?;
        let before = records.take(&item.key)?;
        let added = item.changes.added_ids();
        let given = GivenContact {
            key: item.key,
            employer: employer_of_key(item.employer, &organizations),
            changes: item.changes,
        };
        let after = given.apply(tx, &employers, before.clone())?;
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

fn check_upsert((_, key, employer, changes): ContactUpsert, region: &Region) -> Checked<Upsert> {
    let key = UpsertKey::of_contact(key, region).map_err(|refusals| under("key", refusals))?;
    Ok(Upsert {
        key,
        employer: employer.map(check_employer_key),
        changes,
    })
}

/// Returns the employer that is named by a key.
fn employer_of_key(
    employer: Patch<Checked<UpsertKey>>,
    organizations: &Matches<OrganizationId>,
) -> Checked<Patch<OrganizationId>> {
    Ok(match employer {
        Patch::Keep => Patch::Keep,
        Patch::Clear => Patch::Clear,
        Patch::Set(key) => Patch::Set(organizations.employer(&key?)?),
    })
}
