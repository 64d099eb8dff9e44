//! Mutations for contacts.

use super::Target;
use super::organization::{check_organization, organization_of_key};
use crate::error::{Error, Result, under};
use crate::id::ContactId;
use crate::model::{Contact, ContactChanges, ExternalId, ExternalIdInput, Patch, Permission, Permissions};
use crate::store::{RemovedContact, Tx};

/// Creates a contact.
pub async fn create_contact(tx: &mut Tx, changes: ContactChanges) -> Result<Contact> {
    let mut contact = new_contact(tx);
    apply(tx, changes, &mut contact).await?;
    tx.insert(&contact).await?;
    Ok(contact)
}

/// Updates a contact.
pub async fn update_contact(
    tx: &mut Tx,
    target: Target<ContactId>,
    changes: ContactChanges,
) -> Result<Contact> {
    let before: Contact = target.find(tx).await?;
    let mut after = before.clone();
    apply(tx, changes, &mut after).await?;
    tx.update_contact(&before, after).await
}

/// Deletes a contact and its notes. Its interactions are kept without a contact.
pub async fn delete_contact(tx: &mut Tx, target: Target<ContactId>) -> Result<(ContactId, RemovedContact)> {
    let contact: Contact = target.find(tx).await?;
    Ok((contact.id, tx.delete_contact(&contact).await?))
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
    let before = tx.find_locked_by_external_id::<Contact>(&key).await?;
    if before.is_some() && !permissions.contains(Permission::ContactEdit) {
        return Err(Error::Forbidden(Permission::ContactEdit));
    }
    let mut after = before.clone().unwrap_or_else(|| new_contact(tx));
    apply(tx, changes, &mut after).await?;
    key.join(&mut after.external_ids)
        .map_err(|refusals| under("key", refusals))?;
    match employer {
        Patch::Keep => {}
        Patch::Clear => after.organization_id = None,
        Patch::Set(key) => {
            after.organization_id = Some(organization_of_key(tx, key, "organizationKey").await?);
        }
    }
    if let Some(before) = before {
        return Ok((tx.update_contact(&before, after).await?, false));
    }
    tx.insert(&after).await?;
    Ok((after, true))
}

fn new_contact(tx: &Tx) -> Contact {
    Contact::new(ContactId::new(tx.new_id()), tx.new_record())
}

/// Applies changes to a contact, whose employer must exist.
async fn apply(tx: &mut Tx, changes: ContactChanges, contact: &mut Contact) -> Result<()> {
    let employer = changes.organization_id;
    changes.apply(contact, tx.region())?;
    if let Patch::Set(employer) = employer {
        check_organization(tx, employer, "organizationId").await?;
    }
    Ok(())
}
