//! The contacts of organizations that merge. Each has a mark of its employer on many rows of the search index, so that a large
//! organization takes long: a merge moves the first of them, and the rest follows in steps, as after a deletion.

use std::collections::HashSet;

use uuid::Uuid;

use super::super::Tx;
use super::super::bind::IdList;
use super::super::engine::sql;
use super::super::loose_reference::{EMPLOYER, EMPLOYER_LINK, STEP};
use super::super::statement::Statement;
use crate::error::Result;
use crate::id::{ContactId, MergeId, OrganizationId, TypedId as _};
use crate::model::{Contact, Organization};

/// The number of contacts that one transaction moves at most before it leaves the rest to later steps.
pub const STAFF_AT_ONCE: i64 = STEP;

/// The move of contacts between a member of a merge and the survivor.
#[derive(Clone, Copy, Debug)]
pub struct MergeStep {
    /// The merge.
    pub merge: MergeId,
    /// The member.
    pub member: OrganizationId,
    /// The survivor.
    pub survivor: OrganizationId,
    /// Whether the merge was undone, so that they return to the member.
    pub is_undone: bool,
    /// Whether the merge can be undone, so that the moves are remembered.
    pub is_kept: bool,
}

impl MergeStep {
    /// Returns the organization that gets the contacts.
    pub fn receiver(self) -> Uuid {
        if self.is_undone {
            self.member.uuid()
        } else {
            self.survivor.uuid()
        }
    }
}

impl Tx {
    /// Gives at most 500 contacts of a member to the survivor; `first` is among these, and alone if nothing is left of `budget`, which
    /// they are taken from. Returns whether there may be more.
    pub async fn move_staff(
        &mut self,
        step: MergeStep,
        first: Option<ContactId>,
        budget: &mut i64,
    ) -> Result<bool> {
        let member = step.member.uuid();
        let is_full = *budget <= 0;
        let next = if is_full {
            Vec::new()
        } else {
            self.lock_referring(&EMPLOYER, &[member]).await?
        };
        let count = i64::try_from(next.len()).unwrap_or(i64::MAX);
        *budget -= count;
        let has_more = is_full || count >= STEP;
        let next = next.into_iter().map(|(id, _)| id);
        let mut ids: Vec<Uuid> = next.chain(first.map(ContactId::uuid)).collect();
        ids.sort_unstable();
        ids.dedup();
        let (mut contacts, _) = self.lock_those::<Contact>(ids).await?;
        contacts.retain(|contact| contact.organization_id == Some(step.member));
        if step.is_kept {
            let moved = contacts.iter().map(|contact| (contact.id.uuid(), member));
            self.remember_moved(step.merge, EMPLOYER_LINK, &moved.collect::<Vec<_>>())
                .await?;
        }
        self.employ(contacts, step.survivor).await?;
        Ok(has_more)
    }

    /// Gives a member at most 500 of the contacts back that still work for the survivor; `first` is among these, and alone if nothing
    /// is left of `budget`, which they are taken from. Returns whether there may be more.
    pub async fn move_staff_back(
        &mut self,
        step: MergeStep,
        first: Option<ContactId>,
        budget: &mut i64,
    ) -> Result<bool> {
        let most = if *budget > 0 { STEP } else { 0 };
        let next: Vec<(Uuid,)> = self
            .fetch_all(sql!(
                "
                SELECT child_id
                  FROM undo_links
                 WHERE tenant_id = $1
                   AND operation_id = $2
                   AND kind = $3
                   AND from_id = $4
                 ORDER BY child_id
                 LIMIT $5",
                step.merge,
                EMPLOYER_LINK,
                step.member,
                most,
            ))
            .await?;
        let count = i64::try_from(next.len()).unwrap_or(i64::MAX);
        *budget -= count;
        let has_more = count >= most;
        let next = next.into_iter().map(|(id,)| id).chain(first.map(ContactId::uuid));
        let moved: Vec<(Uuid,)> = self
            .fetch_all(sql!(
                "
                DELETE FROM undo_links
                 WHERE tenant_id = $1
                   AND operation_id = $2
                   AND kind = $3
                   AND from_id = $4
                   AND child_id " .any_ids(5) "
                RETURNING child_id",
                step.merge,
                EMPLOYER_LINK,
                step.member,
                IdList(next.collect()),
            ))
            .await?;
        let moved = moved.into_iter().map(|(id,)| id).collect();
        let (mut contacts, missing) = self.lock_those::<Contact>(moved).await?;
        // One in the trash works for the member once it is restored. One that is in neither place was restored meanwhile.
        let in_trash = self
            .change_kept::<Contact>(missing.clone(), |contact| {
                let stayed = contact.organization_id == Some(step.survivor);
                if stayed {
                    contact.organization_id = Some(step.member);
                }
                stayed
            })
            .await?;
        let rest = missing.into_iter().filter(|id| !in_trash.contains(id));
        contacts.extend(self.lock_those::<Contact>(rest.collect()).await?.0);
        let left = self.forget_left(step.survivor, &contacts).await?;
        contacts.retain(|contact| {
            contact.organization_id == Some(step.survivor) || left.contains(&contact.id.uuid())
        });
        let moved: Vec<Uuid> = contacts.iter().map(|contact| contact.id.uuid()).collect();
        self.employ(contacts, step.member).await?;
        self.clear_lead(step.survivor, moved).await?;
        Ok(has_more)
    }

    /// Returns those of these contacts who have no employer since the survivor was deleted. It does not get them back.
    async fn forget_left(&mut self, survivor: OrganizationId, contacts: &[Contact]) -> Result<HashSet<Uuid>> {
        let free = contacts
            .iter()
            .filter(|contact| contact.organization_id.is_none());
        let free: Vec<Uuid> = free.map(|contact| contact.id.uuid()).collect();
        if free.is_empty() {
            return Ok(HashSet::new());
        }
        let left: Vec<(Uuid,)> = self
            .fetch_all(sql!(
                "DELETE FROM undo_links WHERE tenant_id = $1 AND operation_id = $2 AND kind = $3 AND child_id " .any_ids(4)
                " RETURNING child_id",
                survivor,
                EMPLOYER_LINK,
                IdList(free),
            ))
            .await?;
        Ok(left.into_iter().map(|(id,)| id).collect())
    }

    /// Takes its primary contact from an organization if that is one of these, who do not work there any longer.
    async fn clear_lead(&mut self, organization: OrganizationId, contacts: Vec<Uuid>) -> Result<()> {
        if contacts.is_empty() {
            return Ok(());
        }
        self.execute(sql!(
            "UPDATE organizations SET primary_contact_id = NULL WHERE tenant_id = $1 AND id = $2 AND primary_contact_id "
                .any_ids(3),
            organization,
            IdList(contacts),
        ))
        .await
        .map(drop)
    }

    /// Returns the number of contacts that a merge gave to the survivor and that still work for it, or that are still to be given: no
    /// more than one merge moves.
    pub async fn count_staff_to_move_back(&mut self, step: MergeStep) -> Result<i64> {
        let (count,): (i64,) = self
            .fetch_one(sql!(
                "
                SELECT (SELECT COUNT(*)
                          FROM undo_links AS l
                          JOIN contacts AS c ON c.tenant_id = $1 AND c.id = l.child_id
                         WHERE l.tenant_id = $1
                           AND l.operation_id = $2
                           AND l.kind = $3
                           AND l.from_id = $4
                           AND c.organization_id = $5)
                     + (SELECT COUNT(*) FROM contacts WHERE tenant_id = $1 AND organization_id = $4)",
                step.merge,
                EMPLOYER_LINK,
                step.member,
                step.survivor,
            ))
            .await?;
        Ok(count)
    }

    /// Leaves the rest of the contacts of a member to the steps after the commit.
    pub async fn move_staff_later(&mut self, step: MergeStep) -> Result<()> {
        self.leaves_references = true;
        self.execute(sql!(
            "
            INSERT INTO unsettled_records (tenant_id, id, is_gone, merge_id)
            VALUES ($1, $2, FALSE, $3)
            ON CONFLICT (tenant_id, id) DO UPDATE SET is_gone = FALSE, merge_id = excluded.merge_id",
            step.member,
            step.merge,
        ))
        .await
        .map(drop)
    }

    /// Returns one of these records whose contacts are still being moved because of another operation than this merge.
    pub async fn unsettled_among(
        &mut self,
        records: &[Uuid],
        merge: Option<MergeId>,
    ) -> Result<Option<Uuid>> {
        let merge = merge.unwrap_or_else(|| MergeId::new(Uuid::nil()));
        let mut find = Statement::new(
            self.engine(),
            "SELECT u.id, m.survivor_id FROM unsettled_records AS u LEFT JOIN merges AS m \
             ON m.tenant_id = $1 AND m.id = u.merge_id WHERE u.tenant_id = $1 AND u.is_gone = FALSE AND (u.id ",
        );
        find.any_ids(records.to_vec()).push(" OR m.survivor_id ");
        find.any_ids(records.to_vec());
        find.push(") AND COALESCE(u.merge_id, u.id) <> ").bind(merge);
        find.push(" LIMIT 1");
        let found: Option<(Uuid, Option<Uuid>)> = self.fetch_optional(find.sql()).await?;
        Ok(found.map(|(id, survivor)| survivor.filter(|_| !records.contains(&id)).unwrap_or(id)))
    }

    /// Returns the move of the contacts of a member that is still to be finished, with its merge and its organizations kept from
    /// changes; `None` if the merge is forgotten.
    pub(in crate::store) async fn lock_merge_step(
        &mut self,
        member: Uuid,
        merge: MergeId,
    ) -> Result<Option<MergeStep>> {
        let Some(merge) = self.lock_merge(merge).await? else {
            return Ok(None);
        };
        self.keep_all::<Organization>(vec![member, merge.survivor_id])
            .await?;
        Ok(Some(MergeStep {
            merge: merge.id,
            member: OrganizationId::new(member),
            survivor: OrganizationId::new(merge.survivor_id),
            is_undone: merge.undone_at.is_some(),
            is_kept: merge.is_kept,
        }))
    }

    /// Moves the next contacts. Returns whether there may be more.
    pub(in crate::store) async fn settle_merge(&mut self, step: &MergeStep) -> Result<bool> {
        let mut budget = STEP;
        if step.is_undone {
            self.move_staff_back(*step, None, &mut budget).await
        } else {
            self.move_staff(*step, None, &mut budget).await
        }
    }
}
