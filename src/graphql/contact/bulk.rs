//! Bulk mutations for contacts.

use async_graphql::{Context, Object, Result};

use super::mutation::{
    CreateContactItemInput, CreateContactPayload, DeleteContactItemInput, DeleteContactPayload,
    UpdateContactInput, UpdateContactPayload, UpsertContactInput, UpsertContactPayload,
};
use crate::graphql::bulk::{MutateMany as _, bulk_input, bulk_payload};
use crate::graphql::context::ContextExt as _;
use crate::graphql::dry_run::DryRunFields;
use crate::graphql::permission::requires_permission;
use crate::graphql::repeat::RepeatFields;
use crate::model::Permission;
use crate::service;

bulk_input! {
    /// Input for `createContacts`.
    CreateContactsInput of CreateContactItemInput { repeat: RepeatFields, dry_run: DryRunFields }
}

bulk_input! {
    /// Input for `updateContacts`.
    UpdateContactsInput of UpdateContactInput
}

bulk_input! {
    /// Input for `deleteContacts`.
    DeleteContactsInput of DeleteContactItemInput { dry_run: DryRunFields }
}

bulk_input! {
    /// Input for `upsertContacts`.
    UpsertContactsInput of UpsertContactInput
}

bulk_payload! {
    /// The result of creating contacts.
    CreateContactsPayload of CreateContactPayload
}

bulk_payload! {
    /// The result of updating contacts.
    UpdateContactsPayload of UpdateContactPayload
}

bulk_payload! {
    /// The result of deleting contacts.
    DeleteContactsPayload of DeleteContactPayload
}

bulk_payload! {
    /// The result of upserting contacts.
    UpsertContactsPayload of UpsertContactPayload
}

/// Bulk mutations for contacts.
#[derive(Default)]
pub struct ContactBulkMutation;

#[Object]
impl ContactBulkMutation {
    /// Creates contacts in one transaction.
    ///
    /// Requires `externalContacts:contact:add`.
    #[graphql(directive = requires_permission::apply(Permission::ContactAdd))]
    async fn create_contacts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new contacts.")] input: CreateContactsInput,
    ) -> Result<Option<CreateContactsPayload>> {
        let items = input.items.into_iter().map(CreateContactItemInput::check);
        let outcome = ctx
            .change_many(input.policy, items.collect(), service::create_contacts)
            .await?;
        Ok(Some(outcome.into()))
    }

    /// Updates contacts in one transaction.
    ///
    /// Requires `externalContacts:contact:edit`.
    #[graphql(directive = requires_permission::apply(Permission::ContactEdit))]
    async fn update_contacts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The contacts' ids and the fields to change.")] input: UpdateContactsInput,
    ) -> Result<Option<UpdateContactsPayload>> {
        let items = input.items.into_iter().map(UpdateContactInput::check);
        let outcome = ctx
            .update_many(input.policy, items.collect(), service::update_contacts)
            .await?;
        Ok(Some(outcome.into()))
    }

    /// Deletes contacts and their notes in one transaction. Their interactions are kept and show no contact. Each deletion can be
    /// undone by `restoreContact`. Refused with `TOO_LARGE` if more than 10,000 notes would be deleted with them.
    ///
    /// Requires `externalContacts:contact:delete`.
    #[graphql(directive = requires_permission::apply(Permission::ContactDelete))]
    async fn delete_contacts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The contacts to delete.")] input: DeleteContactsInput,
    ) -> Result<Option<DeleteContactsPayload>> {
        let items = input.items.into_iter().map(DeleteContactItemInput::check);
        let outcome = ctx
            .change_records(input.policy, items.collect(), service::delete_contacts)
            .await?;
        Ok(Some(outcome.into()))
    }

    /// Updates the contacts with the given keys, or creates them, in one transaction.
    ///
    /// Requires `externalContacts:contact:add`, and `externalContacts:contact:edit` if any of the contacts exists.
    #[graphql(directive = requires_permission::apply(Permission::ContactAdd))]
    async fn upsert_contacts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The contacts' keys and fields.")] input: UpsertContactsInput,
    ) -> Result<Option<UpsertContactsPayload>> {
        let permissions = ctx.caller().permissions;
        let items = input.items.into_iter().map(|item| item.check(permissions));
        let outcome = ctx
            .change_many(input.policy, items.collect(), service::upsert_contacts)
            .await?;
        let outcome = outcome
            .load(|result| UpsertContactPayload::load(ctx, result))
            .await?;
        Ok(Some(outcome.into()))
    }
}
