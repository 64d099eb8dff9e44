//! Mutations for relationships, one at a time.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, Result};

use crate::error::Refusals;
use crate::graphql::dry_run::DryRunFields;
use crate::graphql::input::{fields, id, target};
use crate::graphql::mutation::{Mutate as _, Outcome};
use crate::graphql::payload::payload;
use crate::graphql::permission::requires_permission;
use crate::graphql::repeat::RepeatFields;
use crate::id::{OrganizationId, RelationshipId, UserId};
use crate::model::{Checked, Date, Patch, Permission, Relationship, RelationshipChanges, whole};
use crate::service::{self, Target};

fields! {
    /// The fields of a relationship that people write, except for its type.
    RelationshipFields for RelationshipChanges {
        /// The first day of the relationship.
        started_on: Date,
        /// The last day of the relationship, not before the first. Null makes the relationship current.
        ended_on: Date,
    }
}

/// A relationship to create, among the items of `createRelationships`.
#[derive(InputObject)]
pub struct CreateRelationshipItemInput {
    /// The user who is responsible for the organization.
    user_id: ID,
    /// The organization's id.
    organization_id: ID,
    /// The user's role for the organization, such as "Account Manager": free text, 1 to 100 characters.
    /// `relationshipTypes` suggests types that are in use.
    r#type: String,
    #[graphql(flatten)]
    fields: RelationshipFields,
}

/// Input for `createRelationship`.
#[derive(InputObject)]
pub struct CreateRelationshipInput {
    #[graphql(flatten)]
    relationship: CreateRelationshipItemInput,
    #[graphql(flatten)]
    repeat: RepeatFields,
}

impl CreateRelationshipItemInput {
    pub(super) fn check(self) -> Checked<(UserId, OrganizationId, RelationshipChanges)> {
        let mut refusals = Refusals::default();
        let user = refusals.collect(id("userId", &self.user_id));
        let organization = refusals.collect(id("organizationId", &self.organization_id));
        let changes = RelationshipChanges {
            r#type: Patch::Set(self.r#type),
            ..self.fields.into()
        };
        let parties = user.zip(organization);
        whole(
            refusals,
            parties.map(|(user, organization)| (user, organization, changes)),
        )
    }
}

/// Input for `updateRelationship`. Absent fields are left unchanged; null clears a field. To assign the organization to
/// another user, use `transferRelationships`.
#[derive(InputObject)]
pub struct UpdateRelationshipInput {
    /// The relationship's id.
    id: ID,
    /// The version the relationship must have; otherwise the mutation fails with `VERSION_CONFLICT`.
    expected_version: Option<i32>,
    /// The user's role for the organization, such as "Account Manager": free text, 1 to 100 characters.
    /// `relationshipTypes` suggests types that are in use.
    r#type: MaybeUndefined<String>,
    #[graphql(flatten)]
    fields: RelationshipFields,
}

impl UpdateRelationshipInput {
    pub(super) fn check(self) -> Checked<(Target<RelationshipId>, RelationshipChanges)> {
        let target = target(&self.id, self.expected_version)?;
        let changes = RelationshipChanges {
            r#type: self.r#type.into(),
            ..self.fields.into()
        };
        Ok((target, changes))
    }
}

/// A relationship to delete, among the items of `deleteRelationships`.
#[derive(InputObject)]
pub struct DeleteRelationshipItemInput {
    /// The relationship's id.
    id: ID,
    /// The version the relationship must have; otherwise the mutation fails with `VERSION_CONFLICT`.
    expected_version: Option<i32>,
}

/// Input for `deleteRelationship`.
#[derive(InputObject)]
pub struct DeleteRelationshipInput {
    #[graphql(flatten)]
    relationship: DeleteRelationshipItemInput,
    #[graphql(flatten)]
    dry_run: DryRunFields,
}

impl DeleteRelationshipItemInput {
    pub(super) fn check(self) -> Checked<(Target<RelationshipId>,)> {
        Ok((target(&self.id, self.expected_version)?,))
    }
}

payload! {
    /// The result of creating a relationship.
    CreateRelationshipPayload {
        /// The new relationship, or null if the mutation was refused.
        ///
        /// Requires `externalContacts:relationship:view`.
        relationship: Relationship, for RelationshipView
    }
}

payload! {
    /// The result of updating a relationship.
    UpdateRelationshipPayload {
        /// The relationship in its current state. Null if the mutation was refused, except for a version conflict.
        ///
        /// Requires `externalContacts:relationship:view`.
        relationship: Relationship, for RelationshipView
    }
}

payload! {
    /// The result of deleting a relationship.
    DeleteRelationshipPayload {
        /// The id of the deleted relationship, or null if the mutation was refused.
        deleted_relationship_id: Option<RelationshipId>;
        /// The relationship in its current state if its version did not match, otherwise null.
        ///
        /// Requires `externalContacts:relationship:view`.
        relationship: Option<Relationship>, for RelationshipView;
    }
}

impl From<(Outcome<RelationshipId>, Option<Relationship>)> for DeleteRelationshipPayload {
    fn from((outcome, relationship): (Outcome<RelationshipId>, Option<Relationship>)) -> Self {
        Self {
            relationship,
            deleted_relationship_id: outcome.value,
            user_errors: outcome.user_errors,
        }
    }
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
    ) -> Result<Option<CreateRelationshipPayload>> {
        let input = input.relationship.check();
        let outcome = ctx.change(input, service::create_relationship).await?;
        Ok(Some(outcome.into()))
    }

    /// Updates a relationship: its type, its start or its end.
    ///
    /// Requires `externalContacts:relationship:edit`.
    #[graphql(directive = requires_permission::apply(Permission::RelationshipEdit))]
    async fn update_relationship(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The relationship's id and the fields to change.")] input: UpdateRelationshipInput,
    ) -> Result<Option<UpdateRelationshipPayload>> {
        let outcome = ctx.update(input.check(), service::update_relationship).await?;
        Ok(Some(outcome.into()))
    }

    /// Deletes a relationship. To keep an ended relationship on record, set its end with `updateRelationship` instead.
    /// `restoreRelationship` undoes the deletion for as many days as `viewer.tenant.retention.trashDays` says.
    ///
    /// Requires `externalContacts:relationship:delete`.
    #[graphql(directive = requires_permission::apply(Permission::RelationshipDelete))]
    async fn delete_relationship(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The relationship to delete.")] input: DeleteRelationshipInput,
    ) -> Result<Option<DeleteRelationshipPayload>> {
        let input = input.relationship.check();
        let outcome = ctx.change_record(input, service::delete_relationship).await?;
        Ok(Some(outcome.into()))
    }
}
