//! Bulk mutations for relationships.

use async_graphql::{Context, Object, Result};

use super::mutation::{
    CreateRelationshipItemInput, CreateRelationshipPayload, DeleteRelationshipItemInput,
    DeleteRelationshipPayload, UpdateRelationshipInput, UpdateRelationshipPayload,
};
use crate::graphql::bulk::{MutateMany as _, bulk_input, bulk_payload};
use crate::graphql::dry_run::DryRunFields;
use crate::graphql::permission::requires_permission;
use crate::graphql::repeat::RepeatFields;
use crate::model::Permission;
use crate::service;

bulk_input! {
    /// Input for `createRelationships`.
    CreateRelationshipsInput of CreateRelationshipItemInput { repeat: RepeatFields }
}

bulk_input! {
    /// Input for `updateRelationships`.
    UpdateRelationshipsInput of UpdateRelationshipInput
}

bulk_input! {
    /// Input for `deleteRelationships`.
    DeleteRelationshipsInput of DeleteRelationshipItemInput { dry_run: DryRunFields }
}

bulk_payload! {
    /// The result of creating relationships.
    CreateRelationshipsPayload of CreateRelationshipPayload
}

bulk_payload! {
    /// The result of updating relationships.
    UpdateRelationshipsPayload of UpdateRelationshipPayload
}

bulk_payload! {
    /// The result of deleting relationships.
    DeleteRelationshipsPayload of DeleteRelationshipPayload
}

/// Bulk mutations for relationships.
#[derive(Default)]
pub struct RelationshipBulkMutation;

#[Object]
impl RelationshipBulkMutation {
    /// Creates relationships between users and organizations in one transaction. The same user, organization and type cannot be
    /// current twice.
    ///
    /// Requires `externalContacts:relationship:add`.
    #[graphql(directive = requires_permission::apply(Permission::RelationshipAdd))]
    async fn create_relationships(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new relationships.")] input: CreateRelationshipsInput,
    ) -> Result<Option<CreateRelationshipsPayload>> {
        let items = input.items.into_iter().map(CreateRelationshipItemInput::check);
        let outcome = ctx
            .change_many(input.policy, items.collect(), service::create_relationships)
            .await?;
        Ok(Some(outcome.into()))
    }

    /// Updates relationships in one transaction: their types, their starts or their ends.
    ///
    /// Requires `externalContacts:relationship:edit`.
    #[graphql(directive = requires_permission::apply(Permission::RelationshipEdit))]
    async fn update_relationships(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The relationships' ids and the fields to change.")] input: UpdateRelationshipsInput,
    ) -> Result<Option<UpdateRelationshipsPayload>> {
        let items = input.items.into_iter().map(UpdateRelationshipInput::check);
        let outcome = ctx
            .update_many(input.policy, items.collect(), service::update_relationships)
            .await?;
        Ok(Some(outcome.into()))
    }

    /// Deletes relationships in one transaction. To keep ended relationships on record, set their ends with
    /// `updateRelationships` instead. Each deletion can be undone by `restoreRelationship`.
    ///
    /// Requires `externalContacts:relationship:delete`.
    #[graphql(directive = requires_permission::apply(Permission::RelationshipDelete))]
    async fn delete_relationships(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The relationships to delete.")] input: DeleteRelationshipsInput,
    ) -> Result<Option<DeleteRelationshipsPayload>> {
        let items = input.items.into_iter().map(DeleteRelationshipItemInput::check);
        let outcome = ctx
            .change_records(input.policy, items.collect(), service::delete_relationships)
            .await?;
        Ok(Some(outcome.into()))
    }
}
