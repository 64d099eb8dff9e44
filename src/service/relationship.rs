//! Mutations for single relationships.

use super::Target;
use crate::error::{Refusals, Result, UserError};
use crate::id::{OrganizationId, RelationshipId, UserId};
use crate::model::{Relationship, RelationshipChanges, User};
use crate::store::Tx;

/// Creates a relationship of a user with an organization, both of which must exist.
pub async fn create_relationship(
    tx: &mut Tx,
    user: UserId,
    organization: OrganizationId,
    changes: RelationshipChanges,
) -> Result<Relationship> {
    let mut refusals = Refusals::default();
    // Locked, so that of two equal relationships of a user one comes first.
    if tx.find_locked::<User>(user).await?.is_none() {
        refusals.add(UserError::not_found("user").under("userId"));
    }
    if tx.keep_organizations(Some(organization), None).await?.is_empty() {
        refusals.add(UserError::not_found("organization").under("organizationId"));
    }
    refusals.finish()?;
    let id = RelationshipId::new(tx.new_id());
    let organization = tx.current_id(organization);
    let mut relationship = Relationship::new(id, tx.new_record(), user, organization);
    changes.apply(&mut relationship)?;
    tx.add_relationship(&relationship).await?;
    Ok(relationship)
}

/// Updates a relationship.
pub async fn update_relationship(
    tx: &mut Tx,
    target: Target<RelationshipId>,
    changes: RelationshipChanges,
) -> Result<Relationship> {
    tx.lock_user_of(target.id).await?;
    let before: Relationship = target.find(tx).await?;
    let mut after = before.clone();
    changes.apply(&mut after)?;
    tx.update_relationship(&before, after).await
}

/// Deletes a relationship.
pub async fn delete_relationship(tx: &mut Tx, target: Target<RelationshipId>) -> Result<RelationshipId> {
    let relationship: Relationship = target.find_to_delete(tx).await?;
    tx.delete_relationships(std::slice::from_ref(&relationship))
        .await?;
    Ok(relationship.id)
}
