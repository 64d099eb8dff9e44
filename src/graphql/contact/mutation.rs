//! Mutations for contacts.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, Result, SimpleObject};

use crate::error::{Error, UserError, UserErrorCode, under};
use crate::graphql::context::{Ask as _, Outcome, expect_version};
use crate::graphql::permission::requires_permission;
use crate::id::{ContactId, OrganizationId, TypedId};
use crate::model::{Contact, ContactFields, ExternalId, ExternalIdInput, Permission, Record};
use crate::store::{Tx, change};

/// Input for `createContact`.
#[derive(InputObject)]
pub struct CreateContactInput {
    /// The contact's employer.
    pub organization_id: Option<ID>,
    #[graphql(flatten)]
    fields: ContactFields,
}

/// Input for `updateContact`. Absent fields are left unchanged; null clears a field.
#[derive(InputObject)]
pub struct UpdateContactInput {
    /// The contact's id.
    pub id: ID,
    /// The version the contact must have; otherwise the mutation fails with `VERSION_CONFLICT`.
    pub expected_version: Option<i32>,
    /// The contact's employer; null for none.
    pub organization_id: MaybeUndefined<ID>,
    #[graphql(flatten)]
    fields: ContactFields,
}

/// Input for `deleteContact`.
#[derive(InputObject)]
pub struct DeleteContactInput {
    /// The contact's id.
    pub id: ID,
    /// The version the contact must have; otherwise the mutation fails with `VERSION_CONFLICT`.
    pub expected_version: Option<i32>,
}

/// Input for `upsertContact`. Absent fields are left unchanged, or empty in a new contact; null clears a field.
#[derive(InputObject)]
pub struct UpsertContactInput {
    /// The key to find the contact by. A new contact gets this key; `externalIds` determines the contact's other keys.
    pub key: ExternalIdInput,
    /// The contact's employer, by its key in another system; null for none. The organization must exist.
    pub organization_key: MaybeUndefined<ExternalIdInput>,
    #[graphql(flatten)]
    fields: ContactFields,
}

/// The result of creating or updating a contact.
#[derive(SimpleObject)]
pub struct ContactPayload {
    /// The contact in its current state. Null if the mutation was refused, except for a version conflict.
    pub contact: Option<Contact>,
    /// The reasons for a refusal; empty if the mutation succeeded.
    pub user_errors: Vec<UserError>,
}

/// The result of upserting a contact.
#[derive(SimpleObject)]
pub struct UpsertContactPayload {
    /// The contact in its current state, or null if the mutation was refused.
    pub contact: Option<Contact>,
    /// Whether the mutation created a new record, or null if it was refused.
    pub created: Option<bool>,
    /// The reasons for a refusal; empty if the mutation succeeded.
    pub user_errors: Vec<UserError>,
}

/// The result of deleting a contact.
#[derive(SimpleObject)]
pub struct DeleteContactPayload {
    /// The id of the deleted contact, or null if the mutation was refused.
    pub deleted_contact_id: Option<ContactId>,
    /// The number of notes that were deleted with it.
    pub deleted_notes: i64,
    /// The number of interactions that were kept without their contact.
    pub detached_interactions: i64,
    /// The contact in its current state if its version did not match, otherwise null.
    pub contact: Option<Contact>,
    /// The reasons for a refusal; empty if the mutation succeeded.
    pub user_errors: Vec<UserError>,
}

/// Mutations for contacts.
#[derive(Default)]
pub struct ContactMutation;

#[Object]
impl ContactMutation {
    /// Creates a contact.
    ///
    /// Requires `externalContacts:contact:add`.
    #[graphql(directive = requires_permission::apply(Permission::ContactAdd))]
    async fn create_contact(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new contact's fields.")] input: CreateContactInput,
    ) -> Result<Option<ContactPayload>> {
        let region = &ctx.tenant().record().default_region;
        let result = change!(ctx.tenant(), ctx.actor(), |tx| {
            let mut contact = blank(tx);
            input.fields.clone().apply(&mut contact, region)?;
            contact.organization_id = employer(tx, input.organization_id.as_ref()).await?;
            tx.add_contact(&contact).await?;
            Ok(contact)
        });
        payload(Outcome::of(result)?)
    }

    /// Updates a contact.
    ///
    /// Requires `externalContacts:contact:edit`.
    #[graphql(directive = requires_permission::apply(Permission::ContactEdit))]
    async fn update_contact(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The contact's id and the fields to change.")] input: UpdateContactInput,
    ) -> Result<Option<ContactPayload>> {
        let region = &ctx.tenant().record().default_region;
        let result = change!(ctx.tenant(), ctx.actor(), |tx| {
            let before = existing(tx, &input.id, input.expected_version).await?;
            let mut after = before.clone();
            input.fields.clone().apply(&mut after, region)?;
            match &input.organization_id {
                MaybeUndefined::Undefined => {}
                MaybeUndefined::Null => after.organization_id = None,
                MaybeUndefined::Value(id) => after.organization_id = employer(tx, Some(id)).await?,
            }
            tx.save_contact(&before, after).await
        });
        payload(Outcome::or_current(result, current(ctx, &input.id)).await?)
    }

    /// Deletes a contact and its notes. Its interactions are kept without a contact.
    ///
    /// Requires `externalContacts:contact:delete`.
    #[graphql(directive = requires_permission::apply(Permission::ContactDelete))]
    async fn delete_contact(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The contact to delete.")] input: DeleteContactInput,
    ) -> Result<Option<DeleteContactPayload>> {
        let result = change!(ctx.tenant(), ctx.actor(), |tx| {
            let contact = existing(tx, &input.id, input.expected_version).await?;
            Ok((contact.id, tx.remove_contact(&contact).await?))
        });
        let outcome = Outcome::of(result)?;
        let contact = if outcome.is_version_conflict() {
            current(ctx, &input.id).await?
        } else {
            None
        };
        let (id, removed) = outcome.value.unzip();
        let removed = removed.unwrap_or_default();
        Ok(Some(DeleteContactPayload {
            deleted_contact_id: id,
            deleted_notes: removed.notes,
            detached_interactions: removed.interactions,
            contact,
            user_errors: outcome.user_errors,
        }))
    }

    /// Updates the contact with the given key in another system, or creates it.
    ///
    /// Requires `externalContacts:contact:add`, and `externalContacts:contact:edit` if the contact exists.
    #[graphql(directive = requires_permission::apply(Permission::ContactAdd))]
    async fn upsert_contact(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The contact's key and fields.")] input: UpsertContactInput,
    ) -> Result<Option<UpsertContactPayload>> {
        let region = &ctx.tenant().record().default_region;
        let may_edit = ctx.require(Permission::ContactEdit);
        let result = change!(ctx.tenant(), ctx.actor(), |tx| {
            let key = ExternalId::check(input.key.clone()).map_err(|refusals| under("key", refusals))?;
            let before = match tx.owner_of(ContactId::KIND, &key).await? {
                Some(id) => tx.contact(ContactId::new(id)).await?,
                None => None,
            };
            if before.is_some() && may_edit.is_err() {
                return Err(Error::Forbidden(Permission::ContactEdit));
            }
            let mut after = before.clone().unwrap_or_else(|| blank(tx));
            input.fields.clone().apply(&mut after, region)?;
            key.join(&mut after.external_ids)
                .map_err(|refusals| under("key", refusals))?;
            match &input.organization_key {
                MaybeUndefined::Undefined => {}
                MaybeUndefined::Null => after.organization_id = None,
                MaybeUndefined::Value(key) => after.organization_id = Some(employer_by_key(tx, key).await?),
            }
            if let Some(before) = before {
                return Ok((tx.save_contact(&before, after).await?, false));
            }
            tx.add_contact(&after).await?;
            Ok((after, true))
        });
        let outcome = Outcome::of(result)?;
        let (contact, created) = outcome.value.unzip();
        Ok(Some(UpsertContactPayload {
            contact,
            created,
            user_errors: outcome.user_errors,
        }))
    }
}

#[expect(clippy::unnecessary_wraps, reason = "what a nullable field resolves to")]
fn payload(outcome: Outcome<Contact>) -> Result<Option<ContactPayload>> {
    Ok(Some(ContactPayload {
        contact: outcome.value,
        user_errors: outcome.user_errors,
    }))
}

fn blank(tx: &Tx) -> Contact {
    Contact::new(ContactId::new(tx.new_id()), Record::new(tx.now(), tx.actor()))
}

/// Returns the contact to change, at the version the caller expects.
async fn existing(tx: &mut Tx, id: &ID, expected_version: Option<i32>) -> crate::error::Result<Contact> {
    let id = UserError::id::<ContactId>(id).map_err(|refusals| under("id", refusals))?;
    let contact = tx
        .contact(id)
        .await?
        .ok_or_else(|| UserError::not_found("contact").under("id"))?;
    expect_version(expected_version, contact.record.version)?;
    Ok(contact)
}

/// Returns the contact's current state for the payload of a version conflict.
async fn current(ctx: &Context<'_>, id: &ID) -> crate::error::Result<Option<Contact>> {
    match id.parse::<ContactId>() {
        Ok(id) => ctx.load(id).await,
        Err(_) => Ok(None),
    }
}

/// Returns the organization that is to employ the contact.
async fn employer(tx: &mut Tx, id: Option<&ID>) -> crate::error::Result<Option<OrganizationId>> {
    let Some(id) = id else { return Ok(None) };
    let id = UserError::id::<OrganizationId>(id).map_err(|refusals| under("organizationId", refusals))?;
    if tx.has_organization(id).await? {
        Ok(Some(id))
    } else {
        Err(UserError::not_found("organization")
            .under("organizationId")
            .into())
    }
}

async fn employer_by_key(tx: &mut Tx, key: &ExternalIdInput) -> crate::error::Result<OrganizationId> {
    let key = ExternalId::check(key.clone()).map_err(|refusals| under("organizationKey", refusals))?;
    match tx.owner_of(OrganizationId::KIND, &key).await? {
        Some(id) => Ok(OrganizationId::new(id)),
        None => Err(
            UserError::new(UserErrorCode::NotFound, "there is no organization with this key")
                .under("organizationKey")
                .into(),
        ),
    }
}
