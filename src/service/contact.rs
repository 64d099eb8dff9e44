//! Mutations for contacts.

use super::Target;
use super::bulk::checked;
use super::duplicate::refuse_duplicates;
use super::keyed::{check_found, find_by_key, lock_keys, no_organization_of_key};
use super::organization::check_organization;
use super::record::at_added;
use crate::error::{Error, Result, under};
use crate::id::{ContactId, OrganizationId};
use crate::model::{
    Checked, Contact, ContactChanges, ContactUpsertKey, OnDuplicate, OrganizationUpsertKey, Patch,
    Permission, Permissions, UpsertKey, UpsertMode,
};
use crate::store::{RemovedContact, Tx};

/// Creates a contact, unless duplicates are refused and there is one.
pub async fn create_contact(
    tx: &mut Tx,
    changes: ContactChanges,
    on_duplicate: OnDuplicate,
) -> Result<Contact> {
    tx.lock_external_ids::<ContactId>(&changes.claimed_ids()).await?;
    let employers = keep_employers(tx, None, changes.organization_id).await?;
    let mut contact = new_contact(tx);
    apply(tx, changes, &employers, &mut contact)?;
    refuse_duplicates(tx, &contact, on_duplicate).await?;
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

/// Updates the contact with this key, which takes the permission to edit, or creates it; also returns whether it is new. The
/// employer is named by a key, too.
pub async fn upsert_contact(
    tx: &mut Tx,
    permissions: Permissions,
    key: ContactUpsertKey,
    employer: Patch<OrganizationUpsertKey>,
    changes: ContactChanges,
) -> Result<(Contact, bool)> {
    let key = UpsertKey::of_contact(key, tx.region()).map_err(|refusals| under("key", refusals))?;
    lock_keys::<ContactId>(tx, &[&key], &changes.claimed_ids()).await?;
    let known: Option<ContactId> = find_by_key(tx, &key, "key").await?;
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
    check_found(&key, before.as_ref())?;
    let added = changes.added_ids();
    let given = GivenContact {
        key,
        employer,
        changes,
    };
    let after = given.apply(tx, &employers, before.clone())?;
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

/// Finds the employer that is named by a key.
async fn employer_of_key(tx: &mut Tx, key: Patch<OrganizationUpsertKey>) -> Result<Patch<OrganizationId>> {
    Ok(match key {
        Patch::Keep => Patch::Keep,
        Patch::Clear => Patch::Clear,
        Patch::Set(key) => {
            let key = check_employer_key(key)?;
            let employer = find_by_key(tx, &key, "organizationKey").await?;
            Patch::Set(employer.ok_or_else(|| no_organization_of_key("organizationKey"))?)
        }
    })
}

/// Checks the key of an employer.
pub(super) fn check_employer_key(key: OrganizationUpsertKey) -> Checked<UpsertKey> {
    UpsertKey::of_organization(key).map_err(|refusals| under("organizationKey", refusals))
}

/// The data of an upsert, with its keys looked up.
pub(super) struct GivenContact {
    /// The key of the contact.
    pub key: UpsertKey,
    /// The employer, or the reason why its key names none.
    pub employer: Checked<Patch<OrganizationId>>,
    /// The fields.
    pub changes: ContactChanges,
}

impl GivenContact {
    /// Returns the contact as it becomes, from the one that exists. Its employer must be among those that are kept.
    pub fn apply(self, tx: &Tx, employers: &[OrganizationId], before: Option<Contact>) -> Checked<Contact> {
        let mode = self.changes.mode;
        let is_new = before.is_none();
        let mut contact = before.unwrap_or_else(|| new_contact(tx));
        apply(tx, self.changes, employers, &mut contact)?;
        self.key
            .join_contact(&mut contact, is_new)
            .map_err(|refusals| under("key", refusals))?;
        let is_filled = mode == UpsertMode::Fill && contact.organization_id.is_some();
        match self.employer? {
            Patch::Keep => {}
            _ if is_filled => {}
            Patch::Clear => contact.organization_id = None,
            Patch::Set(id) if employers.contains(&id) => contact.organization_id = Some(id),
            Patch::Set(_) => return Err(vec![no_organization_of_key("organizationKey")]),
        }
        Ok(contact)
    }
}

/// Applies changes to a contact, whose employer must be among those that are kept.
pub(super) fn apply(
    tx: &Tx,
    mut changes: ContactChanges,
    employers: &[OrganizationId],
    contact: &mut Contact,
) -> Checked<()> {
    let employer = changes.organization_id.map(|id| tx.current_id(id));
    changes.organization_id = employer;
    changes.apply(contact, tx.region())?;
    match employer {
        Patch::Set(employer) => check_organization(employers, employer, "organizationId"),
        Patch::Keep | Patch::Clear => Ok(()),
    }
}
