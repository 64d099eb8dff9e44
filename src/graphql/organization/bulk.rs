//! Bulk mutations for organizations.

use async_graphql::{Context, Object, Result};

use super::mutation::{
    CreateOrganizationItemInput, CreateOrganizationPayload, DeleteOrganizationItemInput,
    DeleteOrganizationPayload, UpdateOrganizationInput, UpdateOrganizationPayload, UpsertOrganizationInput,
    UpsertOrganizationPayload,
};
use crate::graphql::bulk::{MutateMany as _, bulk_input, bulk_payload};
use crate::graphql::context::ContextExt as _;
use crate::graphql::dry_run::DryRunFields;
use crate::graphql::permission::requires_permission;
use crate::graphql::repeat::RepeatFields;
use crate::model::Permission;
use crate::service;

bulk_input! {
    /// Input for `createOrganizations`.
    CreateOrganizationsInput of CreateOrganizationItemInput { repeat: RepeatFields, dry_run: DryRunFields }
}

bulk_input! {
    /// Input for `updateOrganizations`.
    UpdateOrganizationsInput of UpdateOrganizationInput
}

bulk_input! {
    /// Input for `deleteOrganizations`.
    DeleteOrganizationsInput of DeleteOrganizationItemInput { dry_run: DryRunFields }
}

bulk_input! {
    /// Input for `upsertOrganizations`.
    UpsertOrganizationsInput of UpsertOrganizationInput
}

bulk_payload! {
    /// The result of creating organizations.
    CreateOrganizationsPayload of CreateOrganizationPayload
}

bulk_payload! {
    /// The result of updating organizations.
    UpdateOrganizationsPayload of UpdateOrganizationPayload
}

bulk_payload! {
    /// The result of deleting organizations.
    DeleteOrganizationsPayload of DeleteOrganizationPayload
}

bulk_payload! {
    /// The result of upserting organizations.
    UpsertOrganizationsPayload of UpsertOrganizationPayload
}

/// Bulk mutations for organizations.
#[derive(Default)]
pub struct OrganizationBulkMutation;

#[Object]
impl OrganizationBulkMutation {
    /// Creates organizations in one transaction.
    ///
    /// Requires `externalContacts:organization:add`.
    #[graphql(directive = requires_permission::apply(Permission::OrganizationAdd))]
    async fn create_organizations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new organizations.")] input: CreateOrganizationsInput,
    ) -> Result<Option<CreateOrganizationsPayload>> {
        let items = input.items.into_iter().map(CreateOrganizationItemInput::check);
        let outcome = ctx
            .change_many(input.policy, items.collect(), service::create_organizations)
            .await?;
        Ok(Some(outcome.into()))
    }

    /// Updates organizations in one transaction.
    ///
    /// Requires `externalContacts:organization:edit`.
    #[graphql(directive = requires_permission::apply(Permission::OrganizationEdit))]
    async fn update_organizations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The organizations' ids and the fields to change.")] input: UpdateOrganizationsInput,
    ) -> Result<Option<UpdateOrganizationsPayload>> {
        let items = input.items.into_iter().map(UpdateOrganizationInput::check);
        let outcome = ctx
            .update_many(input.policy, items.collect(), service::update_organizations)
            .await?;
        Ok(Some(outcome.into()))
    }

    /// Deletes organizations with their relationships and notes in one transaction. Their contacts and interactions are kept
    /// without an organization. Each deletion can be undone by `restoreOrganization`. Refused with `TOO_LARGE` if more than
    /// 10,000 relationships and notes would be deleted with them.
    ///
    /// Requires `externalContacts:organization:delete`.
    #[graphql(directive = requires_permission::apply(Permission::OrganizationDelete))]
    async fn delete_organizations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The organizations to delete.")] input: DeleteOrganizationsInput,
    ) -> Result<Option<DeleteOrganizationsPayload>> {
        let items = input.items.into_iter().map(DeleteOrganizationItemInput::check);
        let outcome = ctx
            .change_records(input.policy, items.collect(), service::delete_organizations)
            .await?;
        Ok(Some(outcome.into()))
    }

    /// Updates the organizations with the given keys, or creates them, in one transaction.
    ///
    /// Requires `externalContacts:organization:add`, and `externalContacts:organization:edit` if any of the organizations
    /// exists.
    #[graphql(directive = requires_permission::apply(Permission::OrganizationAdd))]
    async fn upsert_organizations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The organizations' keys and fields.")] input: UpsertOrganizationsInput,
    ) -> Result<Option<UpsertOrganizationsPayload>> {
        let permissions = ctx.caller().permissions;
        let items = input.items.into_iter().map(|item| item.check(permissions));
        let outcome = ctx
            .change_many(input.policy, items.collect(), service::upsert_organizations)
            .await?;
        let outcome = outcome
            .load(|result| UpsertOrganizationPayload::load(ctx, result))
            .await?;
        Ok(Some(outcome.into()))
    }
}
