//! Bulk mutations for interactions.

use async_graphql::{Context, Object, Result};

use super::mutation::{RecordInteractionItemInput, RecordInteractionPayload};
use crate::graphql::bulk::{MutateMany as _, bulk_input, bulk_payload};
use crate::graphql::permission::requires_permission;
use crate::graphql::repeat::RepeatFields;
use crate::model::Permission;
use crate::service;

bulk_input! {
    /// Input for `recordInteractions`.
    RecordInteractionsInput of RecordInteractionItemInput { repeat: RepeatFields }
}

bulk_payload! {
    /// The result of recording interactions.
    RecordInteractionsPayload of RecordInteractionPayload
}

/// Bulk mutations for interactions.
#[derive(Default)]
pub struct InteractionBulkMutation;

#[Object]
impl InteractionBulkMutation {
    /// Records new interactions, or updates those with the same `externalId`, in one transaction.
    ///
    /// Requires `externalContacts:interaction:add`.
    #[graphql(directive = requires_permission::apply(Permission::InteractionAdd))]
    async fn record_interactions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The interactions.")] input: RecordInteractionsInput,
    ) -> Result<Option<RecordInteractionsPayload>> {
        let items = input.items.into_iter().map(RecordInteractionItemInput::check);
        let outcome = ctx
            .change_many(input.policy, items.collect(), service::record_interactions)
            .await?;
        Ok(Some(outcome.into()))
    }
}
