//! Mutations for organizations.

use super::Target;
use crate::error::{Error, Result, UserError, UserErrorCode, under};
use crate::id::{ContactId, OrganizationId};
use crate::model::{
    Contact, ExternalId, ExternalIdInput, Organization, OrganizationChanges, Patch, Permission, Permissions,
};
use crate::store::{Read as _, RemovedOrganization, Tx};

/// Creates an organization.
pub async fn create_organization(tx: &mut Tx, changes: OrganizationChanges) -> Result<Organization> {
    let mut organization = new_organization(tx);
    apply(tx, changes, &mut organization).await?;
    tx.insert(&organization).await?;
    Ok(organization)
}

/// Updates an organization.
pub async fn update_organization(
    tx: &mut Tx,
    target: Target<OrganizationId>,
    changes: OrganizationChanges,
) -> Result<Organization> {
    let before: Organization = target.find(tx).await?;
    let mut after = before.clone();
    apply(tx, changes, &mut after).await?;
    tx.update(&before, after).await
}

/// Deletes an organization with its relationships and notes. Its contacts and interactions are kept without an
/// organization.
pub async fn delete_organization(
    tx: &mut Tx,
    target: Target<OrganizationId>,
) -> Result<(OrganizationId, RemovedOrganization)> {
    let organization: Organization = target.find(tx).await?;
    Ok((organization.id, tx.delete_organization(&organization).await?))
}

/// Updates the organization with this external id, which takes the permission to edit, or creates it; also returns
/// whether it is new.
pub async fn upsert_organization(
    tx: &mut Tx,
    permissions: Permissions,
    key: ExternalIdInput,
    changes: OrganizationChanges,
) -> Result<(Organization, bool)> {
    let key = ExternalId::check(key).map_err(|refusals| under("key", refusals))?;
    let before = tx.find_locked_by_external_id::<Organization>(&key).await?;
    if before.is_some() && !permissions.contains(Permission::OrganizationEdit) {
        return Err(Error::Forbidden(Permission::OrganizationEdit));
    }
    let mut after = before.clone().unwrap_or_else(|| new_organization(tx));
    apply(tx, changes, &mut after).await?;
    key.join(&mut after.external_ids)
        .map_err(|refusals| under("key", refusals))?;
    if let Some(before) = before {
        return Ok((tx.update(&before, after).await?, false));
    }
    tx.insert(&after).await?;
    Ok((after, true))
}

/// Refuses an organization that does not exist, at this field of the input.
pub(super) async fn check_organization(tx: &mut Tx, id: OrganizationId, field: &'static str) -> Result<()> {
    if tx.exists::<Organization>(id).await? {
        Ok(())
    } else {
        Err(UserError::not_found("organization").under(field).into())
    }
}

/// Returns the organization with this external id, or a refusal at this field of the input.
pub(super) async fn organization_of_key(
    tx: &mut Tx,
    key: ExternalIdInput,
    field: &'static str,
) -> Result<OrganizationId> {
    let key = ExternalId::check(key).map_err(|refusals| under(field, refusals))?;
    let organization = tx.find_by_external_id(&key).await?;
    let message = "there is no organization with this key";
    organization.ok_or_else(|| {
        UserError::new(UserErrorCode::NotFound, message)
            .under(field)
            .into()
    })
}

fn new_organization(tx: &Tx) -> Organization {
    Organization::new(OrganizationId::new(tx.new_id()), tx.new_record())
}

/// Applies changes to an organization, whose primary contact must work there.
async fn apply(tx: &mut Tx, changes: OrganizationChanges, organization: &mut Organization) -> Result<()> {
    let primary_contact = changes.primary_contact_id;
    changes.apply(organization, tx.region())?;
    if let Patch::Set(contact) = primary_contact {
        check_employee(tx, organization.id, contact).await?;
    }
    Ok(())
}

/// Refuses a contact who does not work for the organization. The contact stays locked, so that it cannot leave before
/// the commit.
async fn check_employee(tx: &mut Tx, employer: OrganizationId, id: ContactId) -> Result<()> {
    let refusal = match tx.find_locked::<Contact>(id).await? {
        Some(contact) if contact.organization_id == Some(employer) => return Ok(()),
        Some(_) => UserError::invalid("must be a contact who works for this organization"),
        None => UserError::not_found("contact"),
    };
    Err(refusal.under("primaryContactId").into())
}
