//! The table of relationships.

mod transfer;
mod undo_transfer;

pub use transfer::{Transfer, Transferred};
pub use undo_transfer::{PastTransfer, TransferEffect};

use tracing::instrument;
use uuid::Uuid;

use super::bind::IdList;
use super::declaration::stored;
use super::engine::sql;
use super::list::{Condition, Conditions};
use super::trash::check_parts;
use super::{Column, Edge, Filter, Listed, SortField, Table, Tenant, Tx};
use crate::error::{Result, UserError};
use crate::id::{RelationshipId, TypedId, UserId};
use crate::model::{Relationship, RelationshipFilter, RelationshipOrderField, fold};
use crate::page::Key;

/// The most types [`Tenant::relationship_types`] gives.
const MOST_TYPES: i32 = 1000;

const RELATIONSHIP: &str = <Relationship as Table>::COLUMNS;

stored! {
    Relationship: RelationshipId in "relationships" [counted, recorded] {
        r#type as "type",
        user_id,
        started_on,
        ended_on,
        type_key,
    }
    fixed {
        organization_id,
    }
    refers {
        user_id: User,
        organization_id: Organization,
    }
}

impl Listed for Relationship {
    type Order = RelationshipOrderField;
    type Filter = RelationshipFilter;

    fn keys(&self, order: RelationshipOrderField) -> Vec<Key> {
        vec![match order {
            RelationshipOrderField::Type => Key::Text(self.type_key.clone()),
            RelationshipOrderField::StartedOn => Key::Day(self.started_on.map(|day| day.0)),
            RelationshipOrderField::CreatedAt => Key::Instant(self.record.created_at.0),
        }]
    }
}

impl SortField for RelationshipOrderField {
    const LIST: &'static str = "relationships";

    fn columns(self) -> &'static [Column] {
        match self {
            Self::Type => &[Column::Text("type_key")],
            Self::StartedOn => &[Column::Day("started_on")],
            Self::CreatedAt => &[Column::Instant("created_at")],
        }
    }
}

impl Filter for RelationshipFilter {
    fn conditions(&self, to: &mut Conditions) {
        to.one_of_ids(&["user_id"], self.user_ids.as_deref());
        to.refers_to("organization_id", self.organization_ids.as_deref());
        let keys = |types: &Vec<String>| types.iter().map(|r#type| fold(r#type)).collect();
        to.one_of_texts(&["type_key"], self.types.as_ref().map(keys));
        if let Some(is_current) = self.is_current {
            to.add(Condition::Null {
                column: "ended_on",
                is_null: is_current,
                is_ordered: true,
            });
        }
        to.ranges(&self.ranges);
    }
}

/// The relationships with an organization.
pub static RELATIONSHIPS_OF_ORGANIZATION: Edge<Relationship> = Edge {
    column: "organization_id",
    parent: |relationship| Some(relationship.organization_id.uuid()),
    has_aliases: false,
};

/// The relationships of a user.
pub static RELATIONSHIPS_OF_USER: Edge<Relationship> = Edge {
    column: "user_id",
    parent: |relationship| Some(relationship.user_id.uuid()),
    has_aliases: false,
};

impl Tenant {
    /// The types in use now or once, each in one of its spellings, in order; at most 1000. Each is one step through
    /// the index, however many relationships have it.
    #[instrument(level = "debug", skip_all)]
    pub async fn relationship_types(&self) -> Result<Vec<String>> {
        let types: Vec<(String,)> = self
            .fetch_all(sql!(
                "
                WITH RECURSIVE types (type_key, place) AS (
                    SELECT (SELECT MIN(type_key) FROM relationships WHERE tenant_id = $1), 1
                     UNION ALL
                    SELECT (SELECT MIN(type_key)
                              FROM relationships
                             WHERE tenant_id = $1
                               AND type_key > types.type_key), place + 1
                      FROM types
                     WHERE type_key IS NOT NULL
                       AND place < $2
                )
                SELECT (SELECT type
                          FROM relationships
                         WHERE tenant_id = $1
                           AND type_key = types.type_key
                         ORDER BY id
                         LIMIT 1)
                  FROM types
                 WHERE type_key IS NOT NULL
                 ORDER BY place",
                MOST_TYPES,
            ))
            .await?;
        Ok(types.into_iter().map(|(r#type,)| r#type).collect())
    }
}

impl Tx {
    /// Adds a relationship. Refuses it if there is a current one with the same user, organization and type.
    #[instrument(level = "debug", skip_all)]
    pub async fn add_relationship(&mut self, relationship: &Relationship) -> Result<()> {
        self.refuse_second_current(relationship).await?;
        self.insert(relationship).await
    }

    /// Updates a relationship to what it became. Refuses the change if there is another current one with the same user,
    /// organization and type.
    #[instrument(level = "debug", skip_all)]
    pub async fn update_relationship(
        &mut self,
        before: &Relationship,
        after: Relationship,
    ) -> Result<Relationship> {
        if *before != after {
            self.refuse_second_current(&after).await?;
        }
        self.update(before, after).await
    }

    /// Deletes relationships by themselves.
    pub async fn delete_relationships(&mut self, relationships: &[Relationship]) -> Result<()> {
        self.keep_deleted(relationships).await?;
        self.delete_all(relationships).await
    }

    /// Deletes the relationships with organizations, which are deleted, and returns them. Refuses more than one mutation deletes.
    pub(super) async fn take_relationships_of_organizations(
        &mut self,
        organizations: &[Uuid],
    ) -> Result<Vec<Relationship>> {
        let edge = &RELATIONSHIPS_OF_ORGANIZATION;
        let relationships: Vec<Relationship> = self
            .lock_children_to_delete(edge, "type_key, id", organizations)
            .await?;
        check_parts(relationships.len())?;
        self.delete_all(&relationships).await?;
        Ok(relationships)
    }

    /// Locks the users of relationships until the transaction ends.
    pub async fn lock_users_of(&mut self, relationships: Vec<Uuid>) -> Result<()> {
        if relationships.is_empty() {
            return Ok(());
        }
        self.fetch_all::<(UserId,)>(sql!(
            "
            SELECT id
              FROM users
             WHERE tenant_id = $1
               AND id " .any_of {
                         "SELECT user_id FROM relationships WHERE tenant_id = $1 AND id " .any_ids(2) } "
             ORDER BY id"
                .lock,
            IdList(relationships),
        ))
        .await
        .map(drop)
    }

    /// Refuses a relationship that would be current beside another one of the same user, organization and type.
    pub async fn refuse_second_current(&mut self, relationship: &Relationship) -> Result<()> {
        if !relationship.is_current() {
            return Ok(());
        }
        let other: Option<(RelationshipId,)> = self
            .fetch_optional(sql!(
                "
                SELECT id
                  FROM relationships
                 WHERE tenant_id = $1
                   AND organization_id = $2
                   AND user_id = $3
                   AND type_key = $4
                   AND ended_on IS NULL
                   AND id <> $5",
                relationship.organization_id,
                relationship.user_id,
                relationship.type_key,
                relationship.id,
            ))
            .await?;
        match other {
            None => Ok(()),
            Some((id,)) => Err(second_current(Some(id)).into()),
        }
    }
}

/// The refusal of a relationship that is current beside another of the same user, organization and type.
pub fn second_current(other: Option<RelationshipId>) -> UserError {
    UserError::taken(
        "this user has a current relationship of this type with this organization already; \
         end that one, or change it",
        other,
    )
    .under("type")
}
