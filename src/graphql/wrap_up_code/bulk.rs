//! Bulk mutations for wrap-up codes.

use async_graphql::{Context, Object, Result};

use super::mutation::{
    CreateWrapUpCodeItemInput, CreateWrapUpCodePayload, UpdateWrapUpCodeInput, UpdateWrapUpCodePayload,
};
use crate::graphql::bulk::{MutateMany as _, bulk_input, bulk_payload};
use crate::graphql::permission::requires_permission;
use crate::graphql::repeat::RepeatFields;
use crate::model::Permission;
use crate::service;

bulk_input! {
    /// Input for `createWrapUpCodes`.
    CreateWrapUpCodesInput of CreateWrapUpCodeItemInput { repeat: RepeatFields }
}

bulk_input! {
    /// Input for `updateWrapUpCodes`.
    UpdateWrapUpCodesInput of UpdateWrapUpCodeInput
}

bulk_payload! {
    /// The result of creating wrap-up codes.
    CreateWrapUpCodesPayload of CreateWrapUpCodePayload
}

bulk_payload! {
    /// The result of updating wrap-up codes.
    UpdateWrapUpCodesPayload of UpdateWrapUpCodePayload
}

/// Bulk mutations for wrap-up codes.
#[derive(Default)]
pub struct WrapUpCodeBulkMutation;

#[Object]
impl WrapUpCodeBulkMutation {
    /// Creates wrap-up codes in one transaction.
    ///
    /// Requires `externalContacts:wrapUpCode:add`.
    #[graphql(directive = requires_permission::apply(Permission::WrapUpCodeAdd))]
    async fn create_wrap_up_codes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new wrap-up codes.")] input: CreateWrapUpCodesInput,
    ) -> Result<Option<CreateWrapUpCodesPayload>> {
        let items = input.items.into_iter().map(CreateWrapUpCodeItemInput::check);
        let outcome = ctx
            .change_many(input.policy, items.collect(), service::create_wrap_up_codes)
            .await?;
        Ok(Some(outcome.into()))
    }

    /// Updates wrap-up codes in one transaction.
    ///
    /// Requires `externalContacts:wrapUpCode:edit`.
    #[graphql(directive = requires_permission::apply(Permission::WrapUpCodeEdit))]
    async fn update_wrap_up_codes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The wrap-up codes' ids and the fields to change.")] input: UpdateWrapUpCodesInput,
    ) -> Result<Option<UpdateWrapUpCodesPayload>> {
        let items = input.items.into_iter().map(UpdateWrapUpCodeInput::check);
        let outcome = ctx
            .update_many(input.policy, items.collect(), service::update_wrap_up_codes)
            .await?;
        Ok(Some(outcome.into()))
    }
}
