//! The records in the trash and the primary contacts that an undone merge gives back, and the end of the time to undo one.

use std::collections::HashMap;

use uuid::Uuid;

use super::super::bind::IdList;
use super::super::engine::sql;
use super::super::loose_reference::EMPLOYER_LINK;
use super::super::{Stored, Tx};
use super::moving::LEAD;
use crate::error::Result;
use crate::id::{ContactId, MergeId, OrganizationId, TypedId as _};
use crate::model::{Contact, Organization, Recorded};

/// The number of merges whose undoing one step of a sweep forgets: one may have moved very many records.
const FORGOTTEN_AT_ONCE: i64 = 1;

impl Tx {
    /// Changes the records in the trash that a merge gave to the survivor, so that they belong to the member once they are restored:
    /// `change` gets the record and the member, and returns whether it changed the record.
    pub async fn give_back_in_trash<T: Stored + Recorded>(
        &mut self,
        merge: MergeId,
        link: &'static str,
        change: impl Fn(&mut T, Uuid) -> bool + Send + Sync,
    ) -> Result<()> {
        let kept: Vec<(Uuid, Uuid)> = self
            .fetch_all(sql!(
                "
                SELECT l.child_id, l.from_id
                  FROM undo_links AS l
                 WHERE l.tenant_id = $1
                   AND l.operation_id = $2
                   AND l.kind = $3
                   AND EXISTS (SELECT 1 FROM undo_records AS u WHERE u.tenant_id = $1 AND u.id = l.child_id)",
                merge,
                link,
            ))
            .await?;
        let members: HashMap<Uuid, Uuid> = kept.into_iter().collect();
        self.change_kept::<T>(members.keys().copied().collect(), |record| {
            members
                .get(&record.uuid())
                .is_some_and(|member| change(record, *member))
        })
        .await
        .map(drop)
    }

    /// Gives organizations the primary contacts back that they had before a merge, unless they have others by now: contacts that
    /// work for them. They keep their version.
    pub async fn give_leads_back(
        &mut self,
        merge: MergeId,
        survivor: ContactId,
        contacts: &[Contact],
    ) -> Result<()> {
        let referring: Vec<(Uuid, Uuid)> = self
            .fetch_all(sql!(
                "SELECT child_id, from_id FROM undo_links WHERE tenant_id = $1 AND operation_id = $2 AND kind = $3",
                merge,
                LEAD,
            ))
            .await?;
        let leads: HashMap<Uuid, Uuid> = referring.into_iter().collect();
        let lead_of = |organization: &Organization| {
            let lead = leads.get(&organization.id.uuid())?;
            let contact = contacts.iter().find(|contact| contact.id.uuid() == *lead)?;
            let is_free = organization
                .primary_contact_id
                .is_none_or(|lead| lead == survivor);
            is_free.then_some(contact)
        };
        let ids: Vec<Uuid> = leads.keys().copied().collect();
        let (organizations, missing) = self.lock_those::<Organization>(ids).await?;
        self.change_kept::<Organization>(missing, |organization| {
            let Some(lead) = lead_of(organization) else {
                return false;
            };
            organization.primary_contact_id = Some(lead.id);
            true
        })
        .await?;
        let pairs: Vec<(OrganizationId, ContactId)> = organizations
            .iter()
            .filter_map(|organization| {
                let lead = lead_of(organization)?;
                (lead.organization_id == Some(organization.id)).then_some((organization.id, lead.id))
            })
            .collect();
        self.restore_primary_contacts(&pairs).await
    }

    /// Forgets what moved in a merge, except for contacts that are still to be moved.
    pub async fn forget_moved(&mut self, merge: MergeId) -> Result<()> {
        self.execute(sql!(
            "DELETE FROM undo_links WHERE tenant_id = $1 AND operation_id = $2 AND kind <> $3",
            merge,
            EMPLOYER_LINK,
        ))
        .await
        .map(drop)
    }

    /// Forgets all that undoing these merges takes.
    pub(super) async fn forget_parting(&mut self, merges: &[MergeId]) -> Result<()> {
        if merges.is_empty() {
            return Ok(());
        }
        let ids: Vec<Uuid> = merges.iter().map(|id| id.uuid()).collect();
        self.execute(sql!(
            "DELETE FROM undo_records WHERE tenant_id = $1 AND operation_id ".any_ids(2),
            IdList(ids.clone()),
        ))
        .await?;
        self.execute(sql!(
            "DELETE FROM undo_links WHERE tenant_id = $1 AND operation_id ".any_ids(2),
            IdList(ids),
        ))
        .await
        .map(drop)
    }

    /// Forgets all that undoing the oldest merges takes, of those that can no longer be undone. Returns their number.
    pub(in crate::store) async fn forget_old_merges(&mut self) -> Result<u64> {
        let before = self.trash_since();
        let old: Vec<(MergeId,)> = self
            .fetch_all(sql!(
                "
                SELECT id
                  FROM merges
                 WHERE tenant_id = $1
                   AND is_kept = TRUE
                   AND merged_at < $2
                 ORDER BY merged_at, id
                 LIMIT $3"
                    .lock_free,
                before,
                FORGOTTEN_AT_ONCE,
            ))
            .await?;
        let old: Vec<MergeId> = old.into_iter().map(|(id,)| id).collect();
        if old.is_empty() {
            return Ok(0);
        }
        self.forget_parting(&old).await?;
        self.execute(sql!(
            "UPDATE merges SET is_kept = FALSE, before = NULL, after = NULL WHERE tenant_id = $1 AND id "
                .any_ids(2),
            IdList(old.iter().map(|id| id.uuid()).collect()),
        ))
        .await
    }
}
