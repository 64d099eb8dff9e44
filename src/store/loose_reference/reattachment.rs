//! Contacts that work for a restored organization again.

use uuid::Uuid;

use super::super::Tx;
use super::super::bind::{IdList, values};
use super::super::engine::sql;
use super::{EMPLOYER_LINK, MOST_COUNTED, STEP};
use crate::error::Result;
use crate::id::{ContactId, OrganizationId, TypedId as _};
use crate::model::{Contact, IndexEntry};

/// The statement that sets the employers of contacts: of a list of contacts, organizations and marks.
const EMPLOYERS_FROM: (&str, &str) = (
    "UPDATE contacts SET organization_id = v.column2, search_marks = v.column3 FROM (VALUES ",
    ") AS v WHERE contacts.tenant_id = $1 AND contacts.id = v.column1",
);

impl Tx {
    /// Gives a restored organization its contacts back, the first of them now; `first` is among these. Returns the number of
    /// all, counted up to 10,000.
    pub async fn reattach(&mut self, organization: OrganizationId, first: Option<ContactId>) -> Result<i64> {
        let (count,): (i64,) = self
            .fetch_one(sql!(
                "
                SELECT (SELECT COUNT(*)
                          FROM (SELECT child_id
                                  FROM undo_links
                                 WHERE tenant_id = $1
                                   AND operation_id = $2
                                   AND kind = $3
                                 ORDER BY child_id
                                 LIMIT $4) AS cleared
                          JOIN contacts AS c ON c.tenant_id = $1 AND c.id = cleared.child_id
                         WHERE c.organization_id IS NULL)
                     + (SELECT COUNT(*)
                          FROM (SELECT 1 AS one
                                  FROM contacts
                                 WHERE tenant_id = $1
                                   AND organization_id = $2
                                 LIMIT $4) AS kept)",
                organization,
                EMPLOYER_LINK,
                MOST_COUNTED,
            ))
            .await?;
        if self.reattach_step(organization, organization, first).await? {
            self.settle_later(&[organization.uuid()], false).await?;
        }
        Ok(count.min(MOST_COUNTED))
    }

    /// Gives at most [`STEP`] of the contacts of an organization back to `employer`, which is this organization or the one that
    /// it was merged into. Returns whether there may be more.
    pub(super) async fn reattach_step(
        &mut self,
        organization: OrganizationId,
        employer: OrganizationId,
        first: Option<ContactId>,
    ) -> Result<bool> {
        let next: Vec<(Uuid,)> = self
            .fetch_all(sql!(
                "
                SELECT child_id
                  FROM undo_links
                 WHERE tenant_id = $1
                   AND operation_id = $2
                   AND kind = $3
                 ORDER BY child_id
                 LIMIT $4",
                organization,
                EMPLOYER_LINK,
                STEP,
            ))
            .await?;
        let has_more = i64::try_from(next.len()).is_ok_and(|count| count >= STEP);
        let next = next.into_iter().map(|(id,)| id).chain(first.map(ContactId::uuid));
        let remembered: Vec<(Uuid,)> = self
            .fetch_all(sql!(
                "DELETE FROM undo_links WHERE tenant_id = $1 AND operation_id = $2 AND kind = $3 AND child_id " .any_ids(4)
                " RETURNING child_id",
                organization,
                EMPLOYER_LINK,
                IdList(next.collect()),
            ))
            .await?;
        let remembered: Vec<Uuid> = remembered.into_iter().map(|(id,)| id).collect();
        let (mut contacts, missing) = self.lock_existing::<Contact>(remembered).await?;
        // A contact in the trash works for it once it is restored. One that is in neither place was restored between the two looks.
        let in_trash = self
            .change_kept::<Contact>(missing.clone(), |contact| {
                let is_free = contact.organization_id.is_none();
                contact.organization_id = contact.organization_id.or(Some(employer));
                is_free
            })
            .await?;
        let rest = missing.into_iter().filter(|id| !in_trash.contains(id));
        contacts.extend(self.lock_all::<Contact>(rest.collect()).await?);
        // One that moved on stays there.
        let free = contacts
            .into_iter()
            .filter(|contact| contact.organization_id.is_none());
        self.employ(free.collect(), employer).await?;
        Ok(has_more)
    }

    /// Sets the employer of contacts. They keep their version: they had it already, or their employer is the same by another id.
    pub(in crate::store) async fn employ(
        &mut self,
        contacts: Vec<Contact>,
        organization: OrganizationId,
    ) -> Result<()> {
        if contacts.is_empty() {
            return Ok(());
        }
        let entry = |contact: &Contact| (contact.id.uuid(), contact.to_index_entry());
        let before: Vec<(Uuid, IndexEntry)> = contacts.iter().map(entry).collect();
        let employed = contacts.into_iter().map(|contact| Contact {
            organization_id: Some(organization),
            ..contact
        });
        let employed: Vec<Contact> = employed.collect();
        let after: Vec<(Uuid, IndexEntry)> = employed.iter().map(entry).collect();
        self.update_rows_from(EMPLOYERS_FROM, &after, |(contact, entry)| {
            values![*contact, organization, entry.marks()]
        })
        .await?;
        self.index_all(&before, &after).await
    }

    /// Remembers the employer of a contact for the time when it is restored. Returns whether it is in the trash.
    pub async fn remember_employer(&mut self, contact: ContactId, employer: OrganizationId) -> Result<bool> {
        if !self.is_restorable(employer.uuid()).await? {
            return Ok(false);
        }
        self.remember(EMPLOYER_LINK, &[(contact.uuid(), employer.uuid())])
            .await?;
        Ok(true)
    }
}
