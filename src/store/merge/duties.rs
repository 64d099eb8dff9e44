//! The relationships of organizations that merge. A user has one current relationship of a type with an organization, so those of
//! the members that the survivor has already end.

use std::collections::HashSet;

use uuid::Uuid;

use super::super::bind::IdList;
use super::super::engine::sql;
use super::super::{Table, Tx};
use crate::error::Result;
use crate::id::{MergeId, TypedId as _, UserId};
use crate::model::{Merge, Relationship};

const RELATIONSHIP: &str = <Relationship as Table>::COLUMNS;
/// The name by which relationships that a merge ended are remembered.
const ENDED: &str = "endedRelationship";

impl Tx {
    /// Returns the users who have current relationships with these organizations.
    pub async fn users_of_organizations(&mut self, organizations: &[Uuid]) -> Result<Vec<UserId>> {
        let users: Vec<(UserId,)> = self
            .fetch_all(sql!(
                "SELECT DISTINCT user_id FROM relationships WHERE tenant_id = $1 AND ended_on IS NULL AND organization_id "
                    .any_ids(2),
                IdList(organizations.to_vec()),
            ))
            .await?;
        Ok(users.into_iter().map(|(id,)| id).collect())
    }

    /// Ends the current relationships with members that the survivor, or a member before, has an equal one of: today, or on their
    /// first day if that is still to come. The members are given in their order.
    pub async fn end_repeated(&mut self, merge: MergeId, survivor: Uuid, members: &[Uuid]) -> Result<()> {
        let organizations: Vec<Uuid> = [survivor].iter().chain(members).copied().collect();
        let mut current: Vec<Relationship> = self.lock_current(&organizations).await?;
        let place = |it: &Relationship| {
            organizations
                .iter()
                .position(|id| *id == it.organization_id.uuid())
        };
        current.sort_by_key(|relationship| (place(relationship), relationship.id));
        let mut held = HashSet::new();
        let repeated = current
            .into_iter()
            .filter(|relationship| !held.insert((relationship.user_id, relationship.type_key.clone())));
        let today = self.now().date_naive();
        let ended: Vec<(Relationship, Relationship)> = repeated
            .map(|before| {
                let mut after = before.clone();
                after.ended_on = Some(before.last_day(today));
                (before, after)
            })
            .collect();
        if ended.is_empty() {
            return Ok(());
        }
        if self.keeps_trash() {
            let moved = ended
                .iter()
                .map(|(before, _)| (before.id.uuid(), before.organization_id.uuid()));
            self.remember_moved(merge, ENDED, &moved.collect::<Vec<_>>())
                .await?;
        }
        self.update_all(ended).await.map(drop)
    }

    /// Makes the relationships current again that a merge ended, which belong to the members again. Returns those that stay ended:
    /// they were changed, or the user has an equal one by now.
    pub async fn reopen(&mut self, merge: &Merge, members: &[Uuid]) -> Result<Vec<Relationship>> {
        let ended: Vec<Relationship> = self
            .fetch_all(sql!(
                "SELECT " RELATIONSHIP " FROM relationships WHERE tenant_id = $1 AND organization_id " .any_ids(4) "
                    AND id IN (SELECT child_id
                                 FROM undo_links
                                WHERE tenant_id = $1
                                  AND operation_id = $2
                                  AND kind = $3)
                  ORDER BY type_key, id" .lock,
                merge.id,
                ENDED,
                IdList(members.to_vec()),
            ))
            .await?;
        if ended.is_empty() {
            return Ok(Vec::new());
        }
        let current = self.lock_current(members).await?;
        let key = |it: &Relationship| (it.organization_id, it.user_id, it.type_key.clone());
        let mut held: HashSet<_> = current.iter().map(key).collect();
        let day = merge.merged_at.0.date_naive();
        let (mut reopened, mut left) = (Vec::new(), Vec::new());
        for before in ended {
            let is_unchanged = before.ended_on == Some(before.last_day(day));
            if is_unchanged && held.insert(key(&before)) {
                let mut after = before.clone();
                after.ended_on = None;
                reopened.push((before, after));
            } else {
                left.push(before);
            }
        }
        self.update_all(reopened).await?;
        Ok(left)
    }

    async fn lock_current(&mut self, organizations: &[Uuid]) -> Result<Vec<Relationship>> {
        self.fetch_all(sql!(
            "SELECT " RELATIONSHIP " FROM relationships WHERE tenant_id = $1 AND ended_on IS NULL AND organization_id " .any_ids(2) "
              ORDER BY type_key, id" .lock,
            IdList(organizations.to_vec()),
        ))
        .await
    }
}
