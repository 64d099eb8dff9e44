//! Changes of relationships, one at a time.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};

use crate::error::{Refusals, UserError, under};
use crate::graphql::context::{Ask as _, Outcome, expect_version};
use crate::graphql::permission::requires_permission;
use crate::id::{OrganizationId, RelationshipId, UserId};
use crate::model::{Permission, Record, Relationship, RelationshipFields};
use crate::store::{Tx, change};

/// What `createRelationship` takes. It must name a `type`.
#[derive(InputObject)]
pub struct CreateRelationshipInput {
    /// Who answers for the organization.
    pub user_id: ID,
    /// The organization.
    pub organization_id: ID,
    #[graphql(flatten)]
    fields: RelationshipFields,
}

/// What `updateRelationship` takes. An absent field is left alone; null clears it. To give the organization to another
/// user, use `transferRelationships`.
#[derive(InputObject)]
pub struct UpdateRelationshipInput {
    /// The relationship.
    pub id: ID,
    /// Refuse with `VERSION_CONFLICT` unless the relationship is at this version.
    pub expected_version: Option<i32>,
    #[graphql(flatten)]
    fields: RelationshipFields,
}

/// What `deleteRelationship` takes.
#[derive(InputObject)]
pub struct DeleteRelationshipInput {
    /// The relationship.
    pub id: ID,
    /// Refuse with `VERSION_CONFLICT` unless the relationship is at this version.
    pub expected_version: Option<i32>,
}

/// What became of a relationship.
#[derive(SimpleObject)]
pub struct RelationshipPayload {
    /// The relationship as it is now; null when it was refused, unless because of its version.
    pub relationship: Option<Relationship>,
    /// Why it was refused; empty when it was done.
    pub user_errors: Vec<UserError>,
}

/// Which relationship is gone.
#[derive(SimpleObject)]
pub struct DeleteRelationshipPayload {
    /// The id of the relationship that was deleted; null when it was refused.
    pub deleted_relationship_id: Option<RelationshipId>,
    /// The relationship as it is now, when it was refused because of its version.
    pub relationship: Option<Relationship>,
    /// Why it was refused; empty when it was done.
    pub user_errors: Vec<UserError>,
}

/// Changes of relationships.
#[derive(Default)]
pub struct RelationshipMutation;

#[Object]
impl RelationshipMutation {
    /// Connects a user with an organization. The same user, organization and type cannot be current twice.
    ///
    /// Requires `externalContacts:relationship:add`.
    #[graphql(directive = requires_permission::apply(Permission::RelationshipAdd))]
    async fn create_relationship(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new relationship.")] input: CreateRelationshipInput,
    ) -> Result<Option<RelationshipPayload>> {
        let result = change!(ctx.tenant(), ctx.actor(), |tx| {
            let mut relationship = between(tx, &input.user_id, &input.organization_id).await?;
            input.fields.clone().apply(&mut relationship)?;
            tx.add_relationship(&relationship).await?;
            Ok(relationship)
        });
        payload(Outcome::of(result)?)
    }

    /// Changes a relationship: its type, or when it began and ended.
    ///
    /// Requires `externalContacts:relationship:edit`.
    #[graphql(directive = requires_permission::apply(Permission::RelationshipEdit))]
    async fn update_relationship(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which relationship, and what changes.")] input: UpdateRelationshipInput,
    ) -> Result<Option<RelationshipPayload>> {
        let result = change!(ctx.tenant(), ctx.actor(), |tx| {
            let before = existing(tx, &input.id, input.expected_version).await?;
            let mut after = before.clone();
            input.fields.clone().apply(&mut after)?;
            tx.save_relationship(&before, after).await
        });
        payload(Outcome::or_current(result, current(ctx, &input.id)).await?)
    }

    /// Deletes a relationship. One that is over is better ended with `updateRelationship`, so that it stays known.
    ///
    /// Requires `externalContacts:relationship:delete`.
    #[graphql(directive = requires_permission::apply(Permission::RelationshipDelete))]
    async fn delete_relationship(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which relationship.")] input: DeleteRelationshipInput,
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

/// A relationship of this user with this organization, both of which must be there.
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

/// The relationship a change is about, at the version the caller knows.
async fn existing(tx: &mut Tx, id: &ID, expected_version: Option<i32>) -> crate::error::Result<Relationship> {
    let id = UserError::id::<RelationshipId>(id).map_err(|refusals| under("id", refusals))?;
    let relationship = tx
        .relationship(id)
        .await?
        .ok_or_else(|| UserError::not_found("relationship").under("id"))?;
    expect_version(expected_version, relationship.record.version)?;
    Ok(relationship)
}

/// The relationship as it is now, for the payload of a version conflict.
async fn current(ctx: &Context<'_>, id: &ID) -> crate::error::Result<Option<Relationship>> {
    match id.parse::<RelationshipId>() {
        Ok(id) => ctx.load(id).await,
        Err(_) => Ok(None),
    }
}
