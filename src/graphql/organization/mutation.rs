//! Mutations for organizations.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, Result, SimpleObject};

use crate::error::{Error, UserError, under};
use crate::graphql::context::{Ask as _, Outcome, expect_version};
use crate::graphql::permission::requires_permission;
use crate::id::{ContactId, OrganizationId, TypedId};
use crate::model::{ExternalId, ExternalIdInput, Organization, OrganizationFields, Permission, Record};
use crate::store::{Tx, change};

/// Input for `createOrganization`. `name` is required.
#[derive(InputObject)]
pub struct CreateOrganizationInput {
    #[graphql(flatten)]
    fields: OrganizationFields,
}

/// Input for `updateOrganization`. Absent fields are left unchanged; null clears a field.
#[derive(InputObject)]
pub struct UpdateOrganizationInput {
    /// The organization's id.
    pub id: ID,
    /// The version the organization must have; otherwise the mutation fails with `VERSION_CONFLICT`.
    pub expected_version: Option<i32>,
    /// The contact to approach first, who must work for the organization; null for none.
    pub primary_contact_id: MaybeUndefined<ID>,
    #[graphql(flatten)]
    fields: OrganizationFields,
}

/// Input for `deleteOrganization`.
#[derive(InputObject)]
pub struct DeleteOrganizationInput {
    /// The organization's id.
    pub id: ID,
    /// The version the organization must have; otherwise the mutation fails with `VERSION_CONFLICT`.
    pub expected_version: Option<i32>,
}

/// Input for `upsertOrganization`. Absent fields are left unchanged, or empty in a new organization; null clears a
/// field.
#[derive(InputObject)]
pub struct UpsertOrganizationInput {
    /// The key to find the organization by. A new organization gets this key; `externalIds` determines the
    /// organization's other keys.
    pub key: ExternalIdInput,
    #[graphql(flatten)]
    fields: OrganizationFields,
}

/// The result of creating or updating an organization.
#[derive(SimpleObject)]
pub struct OrganizationPayload {
    /// The organization in its current state. Null if the mutation was refused, except for a version conflict.
    pub organization: Option<Organization>,
    /// The reasons for a refusal; empty if the mutation succeeded.
    pub user_errors: Vec<UserError>,
}

/// The result of upserting an organization.
#[derive(SimpleObject)]
pub struct UpsertOrganizationPayload {
    /// The organization in its current state, or null if the mutation was refused.
    pub organization: Option<Organization>,
    /// Whether the mutation created a new record, or null if it was refused.
    pub created: Option<bool>,
    /// The reasons for a refusal; empty if the mutation succeeded.
    pub user_errors: Vec<UserError>,
}

/// The result of deleting an organization.
#[derive(SimpleObject)]
pub struct DeleteOrganizationPayload {
    /// The id of the deleted organization, or null if the mutation was refused.
    pub deleted_organization_id: Option<OrganizationId>,
    /// The number of relationships that were deleted with it.
    pub deleted_relationships: i64,
    /// The number of notes that were deleted with it.
    pub deleted_notes: i64,
    /// The number of contacts that were kept without their organization.
    pub detached_contacts: i64,
    /// The number of interactions that were kept without their organization.
    pub detached_interactions: i64,
    /// The organization in its current state if its version did not match, otherwise null.
    pub organization: Option<Organization>,
    /// The reasons for a refusal; empty if the mutation succeeded.
    pub user_errors: Vec<UserError>,
}

/// Mutations for organizations.
#[derive(Default)]
pub struct OrganizationMutation;

#[Object]
impl OrganizationMutation {
    /// Creates an organization.
    ///
    /// Requires `externalContacts:organization:add`.
    #[graphql(directive = requires_permission::apply(Permission::OrganizationAdd))]
    async fn create_organization(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new organization's fields.")] input: CreateOrganizationInput,
    ) -> Result<Option<OrganizationPayload>> {
        let region = &ctx.tenant().record().default_region;
        let result = change!(ctx.tenant(), ctx.actor(), |tx| {
            let mut organization = blank(tx);
            input.fields.clone().apply(&mut organization, region)?;
            tx.add_organization(&organization).await?;
            Ok(organization)
        });
        payload(Outcome::of(result)?)
    }

    /// Updates an organization.
    ///
    /// Requires `externalContacts:organization:edit`.
    #[graphql(directive = requires_permission::apply(Permission::OrganizationEdit))]
    async fn update_organization(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The organization's id and the fields to change.")] input: UpdateOrganizationInput,
    ) -> Result<Option<OrganizationPayload>> {
        let region = &ctx.tenant().record().default_region;
        let result = change!(ctx.tenant(), ctx.actor(), |tx| {
            let before = existing(tx, &input.id, input.expected_version).await?;
            let mut after = before.clone();
            input.fields.clone().apply(&mut after, region)?;
            match &input.primary_contact_id {
                MaybeUndefined::Undefined => {}
                MaybeUndefined::Null => after.primary_contact_id = None,
                MaybeUndefined::Value(id) => {
                    after.primary_contact_id = Some(employee(tx, before.id, id).await?);
                }
            }
            tx.save_organization(&before, after).await
        });
        payload(Outcome::or_current(result, current(ctx, &input.id)).await?)
    }

    /// Deletes an organization with its relationships and notes. Its contacts and interactions are kept without an
    /// organization.
    ///
    /// Requires `externalContacts:organization:delete`.
    #[graphql(directive = requires_permission::apply(Permission::OrganizationDelete))]
    async fn delete_organization(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The organization to delete.")] input: DeleteOrganizationInput,
    ) -> Result<Option<DeleteOrganizationPayload>> {
        let result = change!(ctx.tenant(), ctx.actor(), |tx| {
            let organization = existing(tx, &input.id, input.expected_version).await?;
            Ok((organization.id, tx.remove_organization(&organization).await?))
        });
        let outcome = Outcome::of(result)?;
        let organization = if outcome.is_version_conflict() {
            current(ctx, &input.id).await?
        } else {
            None
        };
        let (id, removed) = outcome.value.unzip();
        let removed = removed.unwrap_or_default();
        Ok(Some(DeleteOrganizationPayload {
            deleted_organization_id: id,
            deleted_relationships: removed.relationships,
            deleted_notes: removed.notes,
            detached_contacts: removed.contacts,
            detached_interactions: removed.interactions,
            organization,
            user_errors: outcome.user_errors,
        }))
    }

    /// Updates the organization with the given key in another system, or creates it.
    ///
    /// Requires `externalContacts:organization:add`, and `externalContacts:organization:edit` if the organization
    /// exists.
    #[graphql(directive = requires_permission::apply(Permission::OrganizationAdd))]
    async fn upsert_organization(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The organization's key and fields.")] input: UpsertOrganizationInput,
    ) -> Result<Option<UpsertOrganizationPayload>> {
        let region = &ctx.tenant().record().default_region;
        let may_edit = ctx.require(Permission::OrganizationEdit);
        let result = change!(ctx.tenant(), ctx.actor(), |tx| {
            let key = ExternalId::check(input.key.clone()).map_err(|refusals| under("key", refusals))?;
            let before = match tx.owner_of(OrganizationId::KIND, &key).await? {
                Some(id) => tx.organization(OrganizationId::new(id)).await?,
                None => None,
            };
            if before.is_some() && may_edit.is_err() {
                return Err(Error::Forbidden(Permission::OrganizationEdit));
            }
            let mut after = before.clone().unwrap_or_else(|| blank(tx));
            input.fields.clone().apply(&mut after, region)?;
            key.join(&mut after.external_ids)
                .map_err(|refusals| under("key", refusals))?;
            if let Some(before) = before {
                Ok((tx.save_organization(&before, after).await?, false))
            } else {
                tx.add_organization(&after).await?;
                Ok((after, true))
            }
        });
        let outcome = Outcome::of(result)?;
        let (organization, created) = outcome.value.unzip();
        Ok(Some(UpsertOrganizationPayload {
            organization,
            created,
            user_errors: outcome.user_errors,
        }))
    }
}

#[expect(clippy::unnecessary_wraps, reason = "what a nullable field resolves to")]
fn payload(outcome: Outcome<Organization>) -> Result<Option<OrganizationPayload>> {
    Ok(Some(OrganizationPayload {
        organization: outcome.value,
        user_errors: outcome.user_errors,
    }))
}

fn blank(tx: &Tx) -> Organization {
    Organization::new(
        OrganizationId::new(tx.new_id()),
        Record::new(tx.now(), tx.actor()),
    )
}

/// Returns the organization to change, at the version the caller expects.
async fn existing(tx: &mut Tx, id: &ID, expected_version: Option<i32>) -> crate::error::Result<Organization> {
    let id = UserError::id::<OrganizationId>(id).map_err(|refusals| under("id", refusals))?;
    let organization = tx
        .organization(id)
        .await?
        .ok_or_else(|| UserError::not_found("organization").under("id"))?;
    expect_version(expected_version, organization.record.version)?;
    Ok(organization)
}

/// Returns the organization's current state for the payload of a version conflict.
async fn current(ctx: &Context<'_>, id: &ID) -> crate::error::Result<Option<Organization>> {
    match id.parse::<OrganizationId>() {
        Ok(id) => ctx.load(id).await,
        Err(_) => Ok(None),
    }
}

/// Returns a contact who works for this organization, and locks it so that it cannot leave before the commit.
async fn employee(tx: &mut Tx, employer: OrganizationId, id: &ID) -> crate::error::Result<ContactId> {
    let refused = |refusal: UserError| refusal.under("primaryContactId");
    let id = UserError::id::<ContactId>(id).map_err(|refusals| under("primaryContactId", refusals))?;
    let contact = tx
        .contact(id)
        .await?
        .ok_or_else(|| refused(UserError::not_found("contact")))?;
    if contact.organization_id == Some(employer) {
        Ok(id)
    } else {
        Err(refused(UserError::invalid(
            "must be a contact who works for this organization",
        ))
        .into())
    }
}
