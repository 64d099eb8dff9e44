//! Relationships in files.

use uuid::Uuid;

use super::{Context, Key, Match, Noun, Stamp, serialized};
use crate::error::{Result, UserError};
use crate::id::{OrganizationId, RelationshipId, TypedId as _, UserId};
use crate::model::{Checked, Patch, Record, Region, Relationship, RelationshipChanges, fold};
use crate::store::Tx;
use crate::transfer::Object;
use crate::transfer::fields::{Fields, date, text};
use crate::transfer::reference::{Reference, References};

/// Relationships.
pub struct Relationships;

/// A row about a relationship.
pub struct Draft {
    stamp: Stamp,
    user: Patch<Reference<UserId>>,
    organization: Patch<Reference<OrganizationId>>,
    changes: RelationshipChanges,
}

impl Noun for Relationships {
    type Record = Relationship;
    type Draft = Draft;
    type Extra = ();

    fn read(fields: &mut Fields<'_>) -> Draft {
        Draft {
            stamp: Stamp::read::<RelationshipId>(fields),
            user: Reference::read(fields, "userId", None, Some("userSubject")),
            organization: Reference::read(fields, "organizationId", Some("organizationKey"), None),
            changes: RelationshipChanges {
                r#type: fields.patch("type", text),
                started_on: fields.patch("startedOn", date),
                ended_on: fields.patch("endedOn", date),
            },
        }
    }

    fn stamp(draft: &Draft) -> &Stamp {
        &draft.stamp
    }

    /// A row is not found by what it says before its references are known: see [`Self::key`].
    fn keys(_: &Draft, _: &[Match], _: &Region) -> Vec<Key> {
        Vec::new()
    }

    fn held(relationship: &Relationship) -> Vec<Key> {
        let key = Key::Unique(vec![
            relationship.organization_id.to_string(),
            relationship.user_id.to_string(),
            relationship.type_key.clone(),
        ]);
        relationship.is_current().then_some(key).into_iter().collect()
    }

    fn refer(draft: &Draft, to: &mut References) {
        to.user(&draft.user);
        to.organization(&draft.organization);
    }

    fn key(draft: &Draft, with: Context<'_>) -> Option<Key> {
        let (Patch::Set(user), Patch::Set(organization), Patch::Set(r#type)) =
            (&draft.user, &draft.organization, &draft.changes.r#type)
        else {
            return None;
        };
        let user = with.known.user(user).ok()?;
        let organization = with.known.organization(organization).ok()?;
        Some(Key::Unique(vec![
            organization.to_string(),
            user.to_string(),
            fold(r#type.trim()),
        ]))
    }

    async fn find(tx: &mut Tx, keys: Vec<Key>) -> Result<Vec<Uuid>> {
        let (mut organizations, mut users) = (Vec::new(), Vec::new());
        for key in keys {
            if let Key::Unique(parts) = key
                && let [organization, user, _] = parts.as_slice()
            {
                organizations.extend(organization.parse::<OrganizationId>());
                users.extend(user.parse::<UserId>());
            }
        }
        users.sort_unstable();
        users.dedup();
        // As in a creation, so that of two equal relationships of a user one comes first.
        tx.lock_users(&users).await?;
        let current = tx.relationships_between(&users, &organizations).await?;
        Ok(current.into_iter().map(|(id, ..)| id.uuid()).collect())
    }

    fn create(id: Uuid, record: Record, draft: &Draft, with: Context<'_>) -> Checked<Relationship> {
        let Patch::Set(user) = &draft.user else {
            return Err(vec![UserError::invalid("must not be empty").under("userId")]);
        };
        let Patch::Set(organization) = &draft.organization else {
            return Err(vec![
                UserError::invalid("must not be empty").under("organizationId"),
            ]);
        };
        let (user, organization) = (with.known.user(user)?, with.known.organization(organization)?);
        Ok(Relationship::new(
            RelationshipId::from_uuid(id),
            record,
            user,
            organization,
        ))
    }

    fn apply(draft: Draft, relationship: &mut Relationship, _: bool, with: Context<'_>) -> Checked<()> {
        if let Patch::Set(user) = &draft.user
            && with.known.user(user)? != relationship.user_id
        {
            let message = "must be the user of this relationship; use `transferRelationships` for another";
            return Err(vec![UserError::invalid(message).under("userId")]);
        }
        if let Patch::Set(organization) = &draft.organization
            && with.known.organization(organization)? != relationship.organization_id
        {
            let message = "must be the organization of this relationship, which never changes";
            return Err(vec![UserError::invalid(message).under("organizationId")]);
        }
        draft.changes.apply(relationship)
    }

    fn taken(_: &Key) -> UserError {
        let message = "this user has a current relationship of this type with this organization already";
        UserError::invalid(message).under("type")
    }

    fn export(relationship: &Relationship) -> Result<Object> {
        serialized(relationship)
    }
}
