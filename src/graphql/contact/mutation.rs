//! Changes of contacts.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, Result, SimpleObject};

use crate::error::{Error, UserError, UserErrorCode, under};
use crate::graphql::context::{Ask as _, Outcome, expect_version};
use crate::graphql::permission::requires_permission;
use crate::id::{ContactId, OrganizationId, TypedId};
use crate::model::{Contact, ContactFields, ExternalId, ExternalIdInput, Permission, Record};
use crate::store::{Tx, change};

/// What `createContact` takes.
#[derive(InputObject)]
pub struct CreateContactInput {
    /// The organization the person works for.
    pub organization_id: Option<ID>,
    #[graphql(flatten)]
    fields: ContactFields,
}

/// What `updateContact` takes. An absent field is left alone; null clears it.
#[derive(InputObject)]
pub struct UpdateContactInput {
    /// The contact.
    pub id: ID,
    /// Refuse with `VERSION_CONFLICT` unless the contact is at this version.
    pub expected_version: Option<i32>,
    /// The organization the person works for; null for none.
    pub organization_id: MaybeUndefined<ID>,
    #[graphql(flatten)]
    fields: ContactFields,
}

/// What `deleteContact` takes.
#[derive(InputObject)]
pub struct DeleteContactInput {
    /// The contact.
    pub id: ID,
    /// Refuse with `VERSION_CONFLICT` unless the contact is at this version.
    pub expected_version: Option<i32>,
}

/// What `upsertContact` takes. An absent field is left alone (or empty, in a new contact); null clears it.
#[derive(InputObject)]
pub struct UpsertContactInput {
    /// The key the contact is found by. A new contact gets it; the others it has stay as `externalIds` says.
    pub key: ExternalIdInput,
    /// The organization the person works for, by its key in another system; null for none. It must be there.
    pub organization_key: MaybeUndefined<ExternalIdInput>,
    #[graphql(flatten)]
    fields: ContactFields,
}

/// What became of a contact.
#[derive(SimpleObject)]
pub struct ContactPayload {
    /// The contact as it is now; null when it was refused, unless because of its version.
    pub contact: Option<Contact>,
    /// Why it was refused; empty when it was done.
    pub user_errors: Vec<UserError>,
}

/// What became of a contact, and whether it is new.
#[derive(SimpleObject)]
pub struct UpsertContactPayload {
    /// The contact as it is now; null when it was refused.
    pub contact: Option<Contact>,
    /// Whether it was created just now; null when it was refused.
    pub created: Option<bool>,
    /// Why it was refused; empty when it was done.
    pub user_errors: Vec<UserError>,
}

/// What went with a contact.
#[derive(SimpleObject)]
pub struct DeleteContactPayload {
    /// The id of the contact that was deleted; null when it was refused.
    pub deleted_contact_id: Option<ContactId>,
    /// How many notes were deleted with it.
    pub deleted_notes: i64,
    /// How many interactions were kept, without their contact.
    pub detached_interactions: i64,
    /// The contact as it is now, when it was refused because of its version.
    pub contact: Option<Contact>,
    /// Why it was refused; empty when it was done.
    pub user_errors: Vec<UserError>,
}

/// Changes of contacts.
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
        #[graphql(desc = "The new contact.")] input: CreateContactInput,
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

    /// Changes a contact.
    ///
    /// Requires `externalContacts:contact:edit`.
    #[graphql(directive = requires_permission::apply(Permission::ContactEdit))]
    async fn update_contact(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which contact, and what changes.")] input: UpdateContactInput,
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

    /// Deletes a contact with its notes. Its interactions stay, without their contact.
    ///
    /// Requires `externalContacts:contact:delete`.
    #[graphql(directive = requires_permission::apply(Permission::ContactDelete))]
    async fn delete_contact(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which contact.")] input: DeleteContactInput,
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

    /// Changes the contact with this key in another system, or creates it.
    ///
    /// Requires `externalContacts:contact:add`, and `externalContacts:contact:edit` where the contact is there already.
    #[graphql(directive = requires_permission::apply(Permission::ContactAdd))]
    async fn upsert_contact(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The key, and what the contact is to be.")] input: UpsertContactInput,
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

/// The contact a change is about, at the version the caller knows.
async fn existing(tx: &mut Tx, id: &ID, expected_version: Option<i32>) -> crate::error::Result<Contact> {
    let id = UserError::id::<ContactId>(id).map_err(|refusals| under("id", refusals))?;
    let contact = tx
        .contact(id)
        .await?
        .ok_or_else(|| UserError::not_found("contact").under("id"))?;
    expect_version(expected_version, contact.record.version)?;
    Ok(contact)
}

/// The contact as it is now, for the payload of a version conflict.
async fn current(ctx: &Context<'_>, id: &ID) -> crate::error::Result<Option<Contact>> {
    match id.parse::<ContactId>() {
        Ok(id) => ctx.load(id).await,
        Err(_) => Ok(None),
    }
}

/// The organization a contact is to work for.
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
