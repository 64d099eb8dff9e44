//! Mutations for organizations.

use super::Target;
use super::duplicate::refuse_duplicates;
use super::keyed::{check_found, find_by_key, lock_keys};
use super::record::at_added;
use crate::error::{Error, Result, UserError, under};
use crate::id::OrganizationId;
use crate::model::{
    Checked, Contact, OnDuplicate, Organization, OrganizationChanges, OrganizationUpsertKey, Patch,
    Permission, Permissions, UpsertKey,
};
use crate::store::{RemovedOrganization, Tx};

/// Creates an organization, unless duplicates are refused and there is one.
pub async fn create_organization(
    tx: &mut Tx,
    changes: OrganizationChanges,
    on_duplicate: OnDuplicate,
) -> Result<Organization> {
    tx.lock_external_ids::<OrganizationId>(&changes.claimed_ids())
        .await?;
    let mut organization = new_organization(tx);
    let primary_contact = new_primary_contact(tx, &changes).await?;
    apply(tx, changes, primary_contact.as_ref(), &mut organization)?;
    refuse_duplicates(tx, &organization, on_duplicate).await?;
    tx.insert(&organization).await?;
    Ok(organization)
}

/// Updates an organization.
pub async fn update_organization(
    tx: &mut Tx,
    target: Target<OrganizationId>,
    changes: OrganizationChanges,
) -> Result<Organization> {
    tx.lock_external_ids::<OrganizationId>(&changes.claimed_ids())
        .await?;
    let primary_contact = keep_primary_contact(tx, target.id, &changes).await?;
    let before: Organization = target.find(tx).await?;
    let mut after = before.clone();
    let added = changes.added_ids();
    apply(tx, changes, primary_contact.as_ref(), &mut after)?;
    let external_ids = after.external_ids.clone();
    at_added(tx.update(&before, after).await, &external_ids, &added)
}

/// Deletes an organization with its relationships and notes. Its contacts and interactions are kept without an
/// organization.
pub async fn delete_organization(
    tx: &mut Tx,
    target: Target<OrganizationId>,
) -> Result<(OrganizationId, RemovedOrganization)> {
    let organization: Organization = target.find_to_delete(tx).await?;
    let removed = tx
        .delete_organizations(std::slice::from_ref(&organization))
        .await?;
    Ok((organization.id, removed.into_iter().next().unwrap_or_default()))
}

/// Updates the organization with this key, which takes the permission to edit, or creates it; also returns whether it is new.
pub async fn upsert_organization(
    tx: &mut Tx,
    permissions: Permissions,
    key: OrganizationUpsertKey,
    changes: OrganizationChanges,
) -> Result<(Organization, bool)> {
    let key = UpsertKey::of_organization(key).map_err(|refusals| under("key", refusals))?;
    lock_keys::<OrganizationId>(tx, &[&key], &changes.claimed_ids()).await?;
    let (before, primary_contact) = match find_by_key::<OrganizationId>(tx, &key, "key").await? {
        Some(id) => {
            let primary_contact = keep_primary_contact(tx, id, &changes).await?;
            (tx.find_locked::<Organization>(id).await?, primary_contact)
        }
        None => (None, new_primary_contact(tx, &changes).await?),
    };
    if before.is_some() && !permissions.contains(Permission::OrganizationEdit) {
        return Err(Error::Forbidden(Permission::OrganizationEdit));
    }
    check_found(&key, before.as_ref())?;
    let mut after = before.clone().unwrap_or_else(|| new_organization(tx));
    let added = changes.added_ids();
    apply(tx, changes, primary_contact.as_ref(), &mut after)?;
    key.join_organization(&mut after, before.is_none())
        .map_err(|refusals| under("key", refusals))?;
    let external_ids = after.external_ids.clone();
    let saved = match before {
        Some(before) => tx.update(&before, after).await.map(|saved| (saved, false)),
        None => tx.insert(&after).await.map(|()| (after, true)),
    };
    at_added(saved, &external_ids, &added)
}

/// Refuses an organization that is not among those that exist, at this field of the input.
pub(super) fn check_organization(
    existing: &[OrganizationId],
    id: OrganizationId,
    field: &'static str,
) -> Checked<()> {
    if existing.contains(&id) {
        Ok(())
    } else {
        Err(vec![UserError::not_found("organization").under(field)])
    }
}

pub(super) fn new_organization(tx: &Tx) -> Organization {
    Organization::new(OrganizationId::new(tx.new_id()), tx.new_record())
}

/// Keeps the contact that becomes an organization's primary contact as it is, so that it cannot leave before the commit.
/// The organization is kept from being deleted first: the deletion waits for its contacts.
async fn keep_primary_contact(
    tx: &mut Tx,
    organization: OrganizationId,
    changes: &OrganizationChanges,
) -> Result<Option<Contact>> {
    if matches!(changes.primary_contact_id, Patch::Set(_)) {
        tx.keep_organizations(Some(organization), None).await?;
    }
    new_primary_contact(tx, changes).await
}

async fn new_primary_contact(tx: &mut Tx, changes: &OrganizationChanges) -> Result<Option<Contact>> {
    match changes.primary_contact_id {
        Patch::Set(contact) => tx.find_shared(contact).await,
        Patch::Keep | Patch::Clear => Ok(None),
    }
}

/// Applies changes to an organization, whose new primary contact must work there.
pub(super) fn apply(
    tx: &Tx,
    changes: OrganizationChanges,
    primary_contact: Option<&Contact>,
    organization: &mut Organization,
) -> Checked<()> {
    let changes_primary_contact = matches!(changes.primary_contact_id, Patch::Set(_));
    changes.apply(organization, tx.region())?;
    if !changes_primary_contact {
        return Ok(());
    }
    let refusal = match primary_contact {
        Some(contact) if contact.organization_id == Some(organization.id) => {
            organization.primary_contact_id = Some(contact.id);
            return Ok(());
        }
        Some(_) => UserError::invalid("must be a contact who works for this organization"),
        None => UserError::not_found("contact"),
    };
    Err(vec![refusal.under("primaryContactId")])
}
