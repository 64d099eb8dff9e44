//! Bulk mutations for relationships.

use super::Target;
use super::bulk::{Accepted, Claims, Found, Room, accepted, ids};
use crate::error::{Refusals, Result, UserError};
use crate::id::{OrganizationId, RelationshipId, TypedId as _, UserId};
use crate::model::{BulkPolicy, Checked, Organization, Relationship, RelationshipChanges};
use crate::store::{Tx, second_current};

/// The user, the organization and the folded type, of which only one relationship is current.
type Role = (UserId, OrganizationId, String);
/// The current relationships by their roles.
type Roles = Claims<Role, RelationshipId>;

/// Creates relationships of users with organizations, all of which must exist.
pub async fn create_relationships(
    tx: &mut Tx,
    policy: BulkPolicy,
    items: Vec<Checked<(UserId, OrganizationId, RelationshipChanges)>>,
) -> Result<Vec<Checked<Relationship>>> {
    let users: Vec<UserId> = accepted(&items).map(|(user, ..)| *user).collect();
    // Locked, so that of two equal relationships of a user one comes first.
    let found: Vec<UserId> = if users.is_empty() {
        Vec::new()
    } else {
        tx.lock_users(&users)
            .await?
            .into_iter()
            .map(|user| user.id)
            .collect()
    };
    let organizations = accepted(&items).map(|(_, organization, _)| organization.uuid());
    let kept = tx.keep_all::<Organization>(organizations.collect()).await?;
    let mut roles = current_roles(tx, &users, &kept).await?;
    let mut room = Room::reserve::<Relationship>(tx, accepted(&items).count()).await?;
    let created = items.into_iter().map(|item| {
        let (user, organization, changes) = item?;
        let organization = tx.current_id(organization);
        let mut refusals = Refusals::default();
        if !found.contains(&user) {
            refusals.add(UserError::not_found("user").under("userId"));
        }
        if !kept.contains(&organization) {
            refusals.add(UserError::not_found("organization").under("organizationId"));
        }
        refusals.finish()?;
        let id = RelationshipId::new(tx.new_id());
        let mut relationship = Relationship::new(id, tx.new_record(), user, organization);
        changes.apply(&mut relationship)?;
        room.check()?;
        give_role(&mut roles, &relationship)?;
        room.take();
        Ok(relationship)
    });
    let mut created = Accepted::of(policy, created.collect())?;
    room.give_back::<Relationship>(tx);
    tx.insert_reserved(&created.items).await?;
    let relationships = created.take();
    Ok(created.with(relationships))
}

/// Updates relationships, each at most once.
pub async fn update_relationships(
    tx: &mut Tx,
    policy: BulkPolicy,
    items: Vec<Checked<(Target<RelationshipId>, RelationshipChanges)>>,
) -> Result<Vec<Checked<Relationship>>> {
    let targets = ids(accepted(&items).map(|(target, _)| target));
    tx.lock_users_of(targets.clone()).await?;
    let found: Vec<Relationship> = tx.lock_all(targets).await?;
    let users: Vec<UserId> = found.iter().map(|it| it.user_id).collect();
    let organizations: Vec<OrganizationId> = found.iter().map(|it| it.organization_id).collect();
    let mut roles = current_roles(tx, &users, &organizations).await?;
    let mut found = Found::of(found);
    let updated = items.into_iter().map(|item| {
        let (target, changes) = item?;
        let before = found.take(target)?;
        let mut after = before.clone();
        changes.apply(&mut after)?;
        if before != after {
            give_role(&mut roles, &after)?;
        }
        Ok((before, after))
    });
    let mut updated = Accepted::of(policy, updated.collect())?;
    let relationships = tx.update_all(updated.take()).await?;
    Ok(updated.with(relationships))
}

/// Deletes relationships.
pub async fn delete_relationships(
    tx: &mut Tx,
    policy: BulkPolicy,
    items: Vec<Checked<(Target<RelationshipId>,)>>,
) -> Result<Vec<Checked<RelationshipId>>> {
    let targets = ids(accepted(&items).map(|(target,)| target));
    let mut found = Found::<Relationship>::of(tx.lock_all_to_delete(targets).await?);
    let deleted = items.into_iter().map(|item| found.take(item?.0)).collect();
    let deleted = Accepted::of(policy, deleted)?;
    tx.delete_relationships(&deleted.items).await?;
    let ids = deleted.items.iter().map(|it| it.id).collect();
    Ok(deleted.with(ids))
}

/// Returns the current relationships of users with organizations.
async fn current_roles(tx: &mut Tx, users: &[UserId], organizations: &[OrganizationId]) -> Result<Roles> {
    let current = tx.relationships_between(users, organizations).await?.into_iter();
    Ok(Claims::of(current.map(|(id, user, organization, r#type)| {
        ((user, organization, r#type), id)
    })))
}

/// The role of a relationship that is current.
fn role(relationship: &Relationship) -> Option<Role> {
    let it = relationship;
    it.is_current()
        .then(|| (it.user_id, it.organization_id, it.type_key.clone()))
}

/// Gives a relationship its role. Refuses the role of another one that is current, also one that an item ends: the database
/// looks at each row by itself.
fn give_role(roles: &mut Roles, after: &Relationship) -> Checked<()> {
    let has = role(after);
    let conflict = has
        .as_ref()
        .and_then(|role| roles.conflict(role, after.id, second_current));
    if let Some(refusal) = conflict {
        return Err(vec![refusal]);
    }
    roles.replace(after.id, [], has);
    Ok(())
}
