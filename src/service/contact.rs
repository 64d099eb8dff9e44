//! Mutations for contacts.

use super::Target;
use super::bulk::checked;
use super::organization::{check_organization, no_organization_of_key, organization_of_key};
use super::record::at_added;
use crate::error::{Error, Result, under};
use crate::id::{ContactId, OrganizationId};
use crate::model::{
    Checked, Contact, ContactChanges, ExternalId, ExternalIdInput, Patch, Permission, Permissions,
};
use crate::store::{Read as _, RemovedContact, Tx};

/// Creates a contact.
pub async fn create_contact(tx: &mut Tx, changes: ContactChanges) -> Result<Contact> {
    tx.lock_external_ids::<ContactId>(&changes.claimed_ids()).await?;
    let employers = keep_employers(tx, None, changes.organization_id).await?;
    let mut contact = new_contact(tx);
    apply(tx, changes, &employers, &mut contact)?;
    tx.insert(&contact).await?;
    Ok(contact)
}

/// Updates a contact.
pub async fn update_contact(
    tx: &mut Tx,
    target: Target<ContactId>,
    changes: ContactChanges,
) -> Result<Contact> {
    tx.lock_external_ids::<ContactId>(&changes.claimed_ids()).await?;
    let employers = keep_employers(tx, Some(target.id), changes.organization_id).await?;
    let before: Contact = target.find(tx).await?;
    let mut after = before.clone();
    let added = changes.added_ids();
    apply(tx, changes, &employers, &mut after)?;
    let external_ids = after.external_ids.clone();
    let saved = tx.update_contact(&before, after).await;
    at_added(saved, &external_ids, &added)
}

/// Deletes a contact and its notes. Its interactions are kept without a contact.
pub async fn delete_contact(tx: &mut Tx, target: Target<ContactId>) -> Result<(ContactId, RemovedContact)> {
    keep_employers(tx, Some(target.id), Patch::Clear).await?;
    let contact: Contact = target.find_to_delete(tx).await?;
    let removed = tx.delete_contacts(std::slice::from_ref(&contact)).await?;
    Ok((contact.id, removed.into_iter().next().unwrap_or_default()))
}

/// Updates the contact with this external id, which takes the permission to edit, or creates it; also returns whether
/// it is new. The employer is named by an external id, too.
pub async fn upsert_contact(
    tx: &mut Tx,
    permissions: Permissions,
    key: ExternalIdInput,
    employer: Patch<ExternalIdInput>,
    changes: ContactChanges,
) -> Result<(Contact, bool)> {
    let key = ExternalId::check(key).map_err(|refusals| under("key", refusals))?;
    tx.lock_external_ids::<ContactId>(&[vec![key.clone()], changes.claimed_ids()].concat())
        .await?;
    let known = tx.find_by_external_id::<ContactId>(&key).await?;
    let employer = checked(employer_of_key(tx, employer).await)?;
    let employers = match &employer {
        Ok(employer) => keep_employers(tx, known, *employer).await?,
        Err(_) => Vec::new(),
    };
    let before: Option<Contact> = match known {
        Some(id) => tx.find_locked(id).await?,
        None => None,
    };
    if before.is_some() && !permissions.contains(Permission::ContactEdit) {
        return Err(Error::Forbidden(Permission::ContactEdit));
    }
    let mut after = before.clone().unwrap_or_else(|| new_contact(tx));
    let added = changes.added_ids();
    apply_with_keys(tx, changes, key, employer, &employers, &mut after)?;
    let external_ids = after.external_ids.clone();
    let saved = match before {
        Some(before) => tx
            .update_contact(&before, after)
            .await
            .map(|saved| (saved, false)),
        None => tx.insert(&after).await.map(|()| (after, true)),
    };
    at_added(saved, &external_ids, &added)
}

pub(super) fn new_contact(tx: &Tx) -> Contact {
    Contact::new(ContactId::new(tx.new_id()), tx.new_record())
}

/// Keeps the employer that a contact leaves, and the one it gets, from being deleted; returns those that exist.
async fn keep_employers(
    tx: &mut Tx,
    contact: Option<ContactId>,
    employer: Patch<OrganizationId>,
) -> Result<Vec<OrganizationId>> {
    match (employer, contact) {
        (Patch::Keep, _) | (Patch::Clear, None) => Ok(Vec::new()),
        (Patch::Clear, _) => tx.keep_organizations(None, contact).await,
        (Patch::Set(id), _) => tx.keep_organizations(Some(id), contact).await,
    }
}

/// Finds the employer that is named by an external id.
async fn employer_of_key(tx: &mut Tx, key: Patch<ExternalIdInput>) -> Result<Patch<OrganizationId>> {
    Ok(match key {
        Patch::Keep => Patch::Keep,
        Patch::Clear => Patch::Clear,
        Patch::Set(key) => Patch::Set(organization_of_key(tx, key, "organizationKey").await?),
    })
}

/// Applies changes to a contact that is found by a key, whose employer is named by a key and must be among those that are
/// kept.
pub(super) fn apply_with_keys(
    tx: &Tx,
    changes: ContactChanges,
    key: ExternalId,
    employer: Checked<Patch<OrganizationId>>,
    employers: &[OrganizationId],
    contact: &mut Contact,
) -> Checked<()> {
    apply(tx, changes, employers, contact)?;
    key.join(&mut contact.external_ids)
        .map_err(|refusals| under("key", refusals))?;
    match employer? {
        Patch::Keep => {}
        Patch::Clear => contact.organization_id = None,
        Patch::Set(id) if employers.contains(&id) => contact.organization_id = Some(id),
        Patch::Set(_) => return Err(vec![no_organization_of_key("organizationKey")]),
    }
    Ok(())
}

/// Applies changes to a contact, whose employer must be among those that are kept.
pub(super) fn apply(
    tx: &Tx,
    changes: ContactChanges,
    employers: &[OrganizationId],
    contact: &mut Contact,
) -> Checked<()> {
    let employer = changes.organization_id;
    changes.apply(contact, tx.region())?;
    match employer {
        Patch::Set(employer) => check_organization(employers, employer, "organizationId"),
        Patch::Keep | Patch::Clear => Ok(()),
    }
}
