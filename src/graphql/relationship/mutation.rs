//! Mutations for single relationships.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};

use crate::error::{Refusals, UserError, under};
use crate::graphql::context::{Ask as _, Outcome, expect_version};
use crate::graphql::permission::requires_permission;
use crate::id::{OrganizationId, RelationshipId, UserId};
use crate::model::{Permission, Record, Relationship, RelationshipFields};
use crate::store::{Tx, change};

/// Input for `createRelationship`. `type` is required.
#[derive(InputObject)]
pub struct CreateRelationshipInput {
    /// The user who is responsible for the organization.
    pub user_id: ID,
    /// The organization's id.
    pub organization_id: ID,
    #[graphql(flatten)]
    fields: RelationshipFields,
}

/// Input for `updateRelationship`. Absent fields are left unchanged; null clears a field. To assign the organization to
/// another user, use `transferRelationships`.
#[derive(InputObject)]
pub struct UpdateRelationshipInput {
    /// The relationship's id.
    pub id: ID,
    /// The version the relationship must have; otherwise the mutation fails with `VERSION_CONFLICT`.
    pub expected_version: Option<i32>,
    #[graphql(flatten)]
    fields: RelationshipFields,
}

/// Input for `deleteRelationship`.
#[derive(InputObject)]
pub struct DeleteRelationshipInput {
    /// The relationship's id.
    pub id: ID,
    /// The version the relationship must have; otherwise the mutation fails with `VERSION_CONFLICT`.
    pub expected_version: Option<i32>,
}

/// The result of creating or updating a relationship.
#[derive(SimpleObject)]
pub struct RelationshipPayload {
    /// The relationship in its current state. Null if the mutation was refused, except for a version conflict.
    pub relationship: Option<Relationship>,
    /// The reasons for a refusal; empty if the mutation succeeded.
    pub user_errors: Vec<UserError>,
}

/// The result of deleting a relationship.
#[derive(SimpleObject)]
pub struct DeleteRelationshipPayload {
    /// The id of the deleted relationship, or null if the mutation was refused.
    pub deleted_relationship_id: Option<RelationshipId>,
    /// The relationship in its current state if its version did not match, otherwise null.
    pub relationship: Option<Relationship>,
    /// The reasons for a refusal; empty if the mutation succeeded.
    pub user_errors: Vec<UserError>,
}

/// Mutations for relationships.
#[derive(Default)]
pub struct RelationshipMutation;

#[Object]
impl RelationshipMutation {
    /// Creates a relationship between a user and an organization. The same user, organization and type cannot be
    /// current twice.
    ///
    /// Requires `externalContacts:relationship:add`.
    #[graphql(directive = requires_permission::apply(Permission::RelationshipAdd))]
    async fn create_relationship(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new relationship's fields.")] input: CreateRelationshipInput,
    ) -> Result<Option<RelationshipPayload>> {
        let result = change!(ctx.tenant(), ctx.actor(), |tx| {
            let mut relationship = between(tx, &input.user_id, &input.organization_id).await?;
            input.fields.clone().apply(&mut relationship)?;
            tx.add_relationship(&relationship).await?;
            Ok(relationship)
        });
        payload(Outcome::of(result)?)
    }

    /// Updates a relationship: its type, its start or its end.
    ///
    /// Requires `externalContacts:relationship:edit`.
    #[graphql(directive = requires_permission::apply(Permission::RelationshipEdit))]
    async fn update_relationship(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The relationship's id and the fields to change.")] input: UpdateRelationshipInput,
    ) -> Result<Option<RelationshipPayload>> {
        let result = change!(ctx.tenant(), ctx.actor(), |tx| {
            let before = existing(tx, &input.id, input.expected_version).await?;
            let mut after = before.clone();
            input.fields.clone().apply(&mut after)?;
            tx.save_relationship(&before, after).await
        });
        payload(Outcome::or_current(result, current(ctx, &input.id)).await?)
    }

    /// Deletes a relationship. To keep an ended relationship on record, set its end with `updateRelationship` instead.
    ///
    /// Requires `externalContacts:relationship:delete`.
    #[graphql(directive = requires_permission::apply(Permission::RelationshipDelete))]
    async fn delete_relationship(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The relationship to delete.")] input: DeleteRelationshipInput,
    ) -> Result<Option<DeleteRelationshipPayload>> {
        let result = change!(ctx.tenant(), ctx.actor(), |tx| {
            let relationship = existing(tx, &input.id, input.expected_version).await?;
            tx.remove_relationship(&relationship).await?;
            Ok(relationship.id)
        });
        let outcome = Outcome::of(result)?;
        let relationship = if outcome.is_version_conflict() {
            current(ctx, &input.id).await?
        } else {
            None
        };
        Ok(Some(DeleteRelationshipPayload {
            deleted_relationship_id: outcome.value,
            relationship,
            user_errors: outcome.user_errors,
        }))
    }
}

#[expect(clippy::unnecessary_wraps, reason = "what a nullable field resolves to")]
fn payload(outcome: Outcome<Relationship>) -> Result<Option<RelationshipPayload>> {
    Ok(Some(RelationshipPayload {
        relationship: outcome.value,
        user_errors: outcome.user_errors,
    }))
}

/// Creates a relationship of this user with this organization, both of which must exist.
async fn between(tx: &mut Tx, user: &ID, organization: &ID) -> crate::error::Result<Relationship> {
    let mut refusals = Refusals::default();
    let user = refusals.check("userId", UserError::id::<UserId>(user));
    let organization = refusals.check("organizationId", UserError::id::<OrganizationId>(organization));
    if let Some(user) = user
        && !tx.has_user(user).await?
    {
        refusals.add(UserError::not_found("user").under("userId"));
    }
    if let Some(organization) = organization
        && !tx.has_organization(organization).await?
    {
        refusals.add(UserError::not_found("organization").under("organizationId"));
    }
    match (user, organization) {
        (Some(user), Some(organization)) if refusals.is_empty() => Ok(Relationship::new(
            RelationshipId::new(tx.new_id()),
            Record::new(tx.now(), tx.actor()),
            user,
            organization,
        )),
        _ => Err(refusals.into()),
    }
}

/// Returns the relationship to change, at the version the caller expects.
async fn existing(tx: &mut Tx, id: &ID, expected_version: Option<i32>) -> crate::error::Result<Relationship> {
    let id = UserError::id::<RelationshipId>(id).map_err(|refusals| under("id", refusals))?;
    let relationship = tx
        .relationship(id)
        .await?
        .ok_or_else(|| UserError::not_found("relationship").under("id"))?;
    expect_version(expected_version, relationship.record.version)?;
    Ok(relationship)
}

/// Returns the relationship's current state for the payload of a version conflict.
async fn current(ctx: &Context<'_>, id: &ID) -> crate::error::Result<Option<Relationship>> {
    match id.parse::<RelationshipId>() {
        Ok(id) => ctx.load(id).await,
        Err(_) => Ok(None),
    }
}
