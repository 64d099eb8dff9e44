//! Giving a user's current relationships to another: a few statements, however many there are.

use std::collections::HashMap;

use chrono::NaiveDate;
use tracing::instrument;
use uuid::Uuid;

use super::RELATIONSHIP;
use crate::error::Result;
use crate::id::{OrganizationId, RelationshipId, TransferId, TypedId, UserId};
use crate::model::{Organization, Relationship};
use crate::store::Stored as _;
use crate::store::Tx;
use crate::store::bind::IdList;
use crate::store::engine::sql;
use crate::store::new_change::NewChange;
use crate::store::statement::Statement;

/// A transfer of relationships between users.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transfer {
    /// The user to transfer from.
    pub from: UserId,
    /// The user to transfer to.
    pub to: UserId,
    /// The organizations whose relationships to transfer; all if `None`.
    pub organizations: Option<Vec<OrganizationId>>,
}

impl Transfer {
    /// The most relationships that change hands at once, and the most organizations that can be named.
    pub const MOST: usize = 1000;
}

/// The result of a transfer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Transferred {
    /// The number of relationships that the receiver got.
    pub moved: i64,
    /// The number of relationships that were ended because the receiver has an equal one.
    pub ended: i64,
    /// Whether there are more than change hands at once.
    pub has_more: bool,
    /// The id by which the transfer can be undone; `None` if nothing was transferred, or the trash is not kept.
    pub id: Option<TransferId>,
}

impl Tx {
    /// Gives current relationships to another user; those the receiver has already end today, or on their first day
    /// if that is still to come.
    #[instrument(level = "debug", skip_all)]
    pub async fn transfer_relationships(&mut self, transfer: &Transfer) -> Result<Transferred> {
        let mut chosen = self.current_relationships(transfer).await?;
        let has_more = chosen.len() > Transfer::MOST;
        chosen.truncate(Transfer::MOST);
        let ids = IdList(chosen.iter().map(|before| before.id.uuid()).collect());
        let ended = self.end_those_held(&ids, transfer.to).await?;
        let moved = self.move_those_left(&ids, transfer.to).await?;
        self.record_transfer(&chosen, &ended).await?;
        self.record_transfer(&chosen, &moved).await?;
        let id = self.remember_transfer(transfer, ids).await?;
        let count = |changed: &[_]| i64::try_from(changed.len()).unwrap_or(i64::MAX);
        Ok(Transferred {
            moved: count(&moved),
            ended: count(&ended),
            has_more,
            id,
        })
    }

    pub(super) async fn record_transfer<'r>(
        &mut self,
        before: impl IntoIterator<Item = &'r Relationship> + Send,
        after: &[Relationship],
    ) -> Result<()> {
        let before: HashMap<RelationshipId, &Relationship> =
            before.into_iter().map(|before| (before.id, before)).collect();
        let changes: Vec<NewChange> = after
            .iter()
            .filter_map(|after| Relationship::change(Some(*before.get(&after.id)?), Some(after)).transpose())
            .collect::<Result<_>>()?;
        self.record_all(changes).await
    }

    /// One more than change hands at once tells whether there are more.
    async fn current_relationships(&mut self, transfer: &Transfer) -> Result<Vec<Relationship>> {
        let mut statement = Statement::new(self.engine(), "SELECT ");
        statement
            .push(RELATIONSHIP)
            .push(" FROM relationships WHERE tenant_id = $1 AND ended_on IS NULL AND user_id = ")
            .bind(transfer.from);
        if let Some(organizations) = &transfer.organizations {
            let ids = organizations.iter().map(|id| id.uuid()).collect();
            statement.push(" AND organization_id ").any_ids(ids);
        }
        statement
            .push(" ORDER BY type_key, id LIMIT ")
            .bind(i64::try_from(Transfer::MOST + 1).unwrap_or(i64::MAX))
            .lock();
        self.fetch_all(statement.sql()).await
    }

    async fn end_those_held(&mut self, chosen: &IdList, receiver: UserId) -> Result<Vec<Relationship>> {
        let (now, actor) = (self.now(), self.actor());
        let today: NaiveDate = now.date_naive();
        self.fetch_all(sql!(
            "
            UPDATE relationships
               SET ended_on = CASE WHEN started_on > $4 THEN started_on ELSE $4 END,
                   version = version + 1, updated_at = $5, updated_by = $6
             WHERE tenant_id = $1
               AND id " .any_ids(2) "
               AND EXISTS (SELECT 1
                             FROM relationships AS held
                            WHERE held.tenant_id = $1
                              AND held.organization_id = relationships.organization_id
                              AND held.user_id = $3
                              AND held.type_key = relationships.type_key
                              AND held.ended_on IS NULL)
            RETURNING " RELATIONSHIP,
            chosen,
            receiver,
            today,
            now,
            actor,
        ))
        .await
    }

    async fn move_those_left(&mut self, chosen: &IdList, receiver: UserId) -> Result<Vec<Relationship>> {
        let (now, actor) = (self.now(), self.actor());
        self.fetch_all(sql!(
            "
            UPDATE relationships
               SET user_id = $3, version = version + 1, updated_at = $4, updated_by = $5
             WHERE tenant_id = $1
               AND id " .any_ids(2) "
               AND ended_on IS NULL
            RETURNING " RELATIONSHIP,
            chosen,
            receiver,
            now,
            actor,
        ))
        .await
    }

    /// Returns those of these organizations that do not exist and were not merged into one that does.
    pub async fn missing_organizations(&mut self, ids: &[OrganizationId]) -> Result<Vec<OrganizationId>> {
        let ids = IdList(ids.iter().map(|id| id.uuid()).collect());
        let missing: Vec<(Uuid,)> = self
            .fetch_all(sql!(
                "
                SELECT l.listed_id
                  FROM " .ids(2) " AS l
                 WHERE NOT EXISTS (SELECT 1 FROM organizations WHERE tenant_id = $1 AND id = l.listed_id)",
                ids,
            ))
            .await?;
        let missing: Vec<Uuid> = missing.into_iter().map(|(id,)| id).collect();
        self.look_up_aliases::<Organization>(&missing).await?;
        let missing = missing.into_iter().map(OrganizationId::from_uuid);
        Ok(missing.filter(|id| self.current_id(*id) == *id).collect())
    }
}
