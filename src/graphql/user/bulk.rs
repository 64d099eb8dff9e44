//! Bulk mutations for users.

use async_graphql::{Context, Object, Result};

use super::mutation::{UpsertUserInput, UpsertUserPayload, forget};
use crate::graphql::bulk::{MutateMany as _, bulk_input, bulk_payload};
use crate::graphql::permission::requires_permission;
use crate::model::Permission;
use crate::service;

bulk_input! {
    /// Input for `upsertUsers`.
    UpsertUsersInput of UpsertUserInput
}

bulk_payload! {
    /// The result of upserting users.
    UpsertUsersPayload of UpsertUserPayload
}

/// Bulk mutations for users.
#[derive(Default)]
pub struct UserBulkMutation;

#[Object]
impl UserBulkMutation {
    /// Updates the users with the given subjects, or creates them before their first tokens arrive, in one transaction.
    ///
    /// Requires `externalContacts:user:edit`.
    #[graphql(directive = requires_permission::apply(Permission::UserEdit))]
    async fn upsert_users(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The users' subjects and fields.")] input: UpsertUsersInput,
    ) -> Result<Option<UpsertUsersPayload>> {
        let items = input.items.into_iter().map(UpsertUserInput::check);
        let outcome = ctx
            .change_many(input.policy, items.collect(), service::upsert_users)
            .await?;
        for result in &outcome.results {
            forget(ctx, result.value.as_ref().map(|(user, _)| user));
        }
        Ok(Some(outcome.into()))
    }
}
