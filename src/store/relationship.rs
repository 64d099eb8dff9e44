//! Where relationships are kept.

mod transfer;

pub use transfer::{Transfer, Transferred};

use tracing::instrument;
use uuid::Uuid;

use super::change::NewChange;
use super::engine::{Statement, sql};
use super::{Column, Edge, Filter, Listed, SortField, Tenant, Tx};
use crate::error::{Result, UserError};
use crate::id::{OrganizationId, RelationshipId, TypedId};
use crate::model::{Relationship, RelationshipFilter, RelationshipOrderField, fold};
use crate::page::Key;

/// The most types [`Tenant::relationship_types`] gives.
const MOST_TYPES: i32 = 1000;

const RELATIONSHIP: &str = "id, version, created_at, updated_at, created_by, updated_by, user_id, organization_id, \
    type, started_on, ended_on, type_key";

impl Listed for Relationship {
    const TABLE: &'static str = "relationships";
    const COLUMNS: &'static str = RELATIONSHIP;
    type Order = RelationshipOrderField;

    fn uuid(&self) -> Uuid {
        self.id.uuid()
    }

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
    fn conditions<'a>(&'a self, to: &mut Statement<'a>) {
        to.one_of_ids("user_id", self.user_ids.as_deref());
        to.one_of_ids("organization_id", self.organization_ids.as_deref());
        let keys = |types: &Vec<String>| types.iter().map(|r#type| fold(r#type)).collect();
        to.one_of_texts("type_key", self.types.as_ref().map(keys));
        to.is_there("ended_on", self.is_current.map(|is_current| !is_current));
        to.ranges(&self.ranges);
    }
}

/// The relationships of a parent: all, those that are current, those that are over.
struct Edges {
    all: Edge<Relationship>,
    current: Edge<Relationship>,
    past: Edge<Relationship>,
}

impl Edges {
    const fn of(column: &'static str, parent: fn(&Relationship) -> Option<Uuid>) -> Self {
        const fn edge(
            column: &'static str,
            parent: fn(&Relationship) -> Option<Uuid>,
            condition: &'static str,
        ) -> Edge<Relationship> {
            Edge {
                column,
                condition,
                parent,
            }
        }
        Self {
            all: edge(column, parent, ""),
            current: edge(column, parent, " AND ended_on IS NULL"),
            past: edge(column, parent, " AND ended_on IS NOT NULL"),
        }
    }

    const fn which(&'static self, current: Option<bool>) -> &'static Edge<Relationship> {
        match current {
            None => &self.all,
            Some(true) => &self.current,
            Some(false) => &self.past,
        }
    }
}

/// The relationships with an organization: all, or those that are current, or those that are over.
pub const fn relationships_of_organization(current: Option<bool>) -> &'static Edge<Relationship> {
    static EDGES: Edges = Edges::of("organization_id", |relationship| {
        Some(relationship.organization_id.uuid())
    });
    EDGES.which(current)
}

/// The relationships of a user: all, or those that are current, or those that are over.
pub const fn relationships_of_user(current: Option<bool>) -> &'static Edge<Relationship> {
    static EDGES: Edges = Edges::of("user_id", |relationship| Some(relationship.user_id.uuid()));
    EDGES.which(current)
}

impl Tenant {
    /// The types in use now or once, each in one of its spellings, in order; at most 1000. Each is one step through
    /// the index, however many relationships have it.
    #[instrument(skip_all, err)]
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
    /// A relationship, locked until the transaction ends.
    pub async fn relationship(&mut self, id: RelationshipId) -> Result<Option<Relationship>> {
        self.locked(id.uuid()).await
    }

    /// Keeps a new relationship. Refuses when there is no room, or when there is one like it that is current.
    #[instrument(skip_all, err)]
    pub async fn add_relationship(&mut self, relationship: &Relationship) -> Result<()> {
        self.refuse_second_current(relationship).await?;
        self.take_room(1).await?;
        self.execute(sql!(
            "
            INSERT INTO relationships
                   (tenant_id, id, version, created_at, updated_at, created_by, updated_by, user_id,
                    organization_id, type, started_on, ended_on, type_key)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
            relationship.id,
            relationship.record.version,
            relationship.record.created_at,
            relationship.record.updated_at,
            relationship.record.created_by,
            relationship.record.updated_by,
            relationship.user_id,
            relationship.organization_id,
            relationship.r#type,
            relationship.started_on,
            relationship.ended_on,
            relationship.type_key,
        ))
        .await?;
        self.record(NewChange::created(relationship)).await
    }

    /// Keeps what became of a relationship, and counts the change; nothing is written when nothing changed. Refuses
    /// when there is another like it that is current.
    #[instrument(skip_all, err)]
    pub async fn save_relationship(
        &mut self,
        before: &Relationship,
        mut after: Relationship,
    ) -> Result<Relationship> {
        if *before == after {
            return Ok(after);
        }
        self.refuse_second_current(&after).await?;
        after.record.touch(self.now(), self.actor());
        self.execute(sql!(
            "
            UPDATE relationships
               SET version = $3, updated_at = $4, updated_by = $5, type = $6, started_on = $7, ended_on = $8,
                   type_key = $9
             WHERE tenant_id = $1
               AND id = $2",
            after.id,
            after.record.version,
            after.record.updated_at,
            after.record.updated_by,
            after.r#type,
            after.started_on,
            after.ended_on,
            after.type_key,
        ))
        .await?;
        self.record(NewChange::updated(before, &after)?).await?;
        Ok(after)
    }

    /// Deletes a relationship.
    #[instrument(skip_all, err)]
    pub async fn remove_relationship(&mut self, relationship: &Relationship) -> Result<()> {
        let id = relationship.id;
        self.execute(sql!(
            "DELETE FROM relationships WHERE tenant_id = $1 AND id = $2",
            id
        ))
        .await?;
        self.give_room(1).await?;
        self.record(NewChange::deleted(relationship)).await
    }

    /// Deletes the relationships with an organization; gives how many there were. Their room is the caller's to give
    /// back.
    pub(super) async fn remove_relationships_of_organization(
        &mut self,
        organization: OrganizationId,
    ) -> Result<i64> {
        let removed: Vec<Relationship> = self
            .fetch_all(sql!(
                "DELETE FROM relationships WHERE tenant_id = $1 AND organization_id = $2 RETURNING " RELATIONSHIP,
                organization,
            ))
            .await?;
        let changes: Vec<NewChange> = removed.iter().map(NewChange::deleted).collect();
        self.record_all(&changes).await?;
        Ok(i64::try_from(removed.len()).unwrap_or(i64::MAX))
    }

    /// The same user, organization and type cannot be current twice.
    async fn refuse_second_current(&mut self, relationship: &Relationship) -> Result<()> {
        if !relationship.is_current() {
            return Ok(());
        }
        let other: Option<(Uuid,)> = self
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
            Some(_) => Err(UserError::taken(
                "this user has a current relationship of this type with this organization already; \
                 end that one, or change it",
            )
            .under("type")
            .into()),
        }
    }
}
