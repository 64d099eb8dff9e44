//! Contacts that work for a restored organization again.

use std::collections::HashSet;

use serde_json::Value;
use sqlx::types::Json;
use uuid::Uuid;

use super::super::bind::{IdList, values};
use super::super::engine::sql;
use super::super::{Stored as _, Tx};
use super::{EMPLOYER_LINK, MOST_COUNTED, STEP};
use crate::error::Result;
use crate::id::{ContactId, OrganizationId, TypedId as _};
use crate::model::{Contact, EntityKind, IndexEntry};

/// The statement that sets the employers of contacts: of a list of contacts, organizations and marks.
const EMPLOYERS_FROM: (&str, &str) = (
    "UPDATE contacts SET organization_id = v.column2, search_marks = v.column3 FROM (VALUES ",
    ") AS v WHERE contacts.tenant_id = $1 AND contacts.id = v.column1",
);

/// The statement that changes kept records: of a list of operations, records and their content.
const KEPT_FROM: (&str, &str) = (
    "UPDATE undo_records SET record = v.column3 FROM (VALUES ",
    ") AS v WHERE undo_records.tenant_id = $1 AND undo_records.operation_id = v.column1 AND undo_records.id = v.column2",
);

impl Tx {
    /// Gives a restored organization its contacts back, the first of them now; `first` is among these. Returns the number of
    /// all, counted up to [`MOST_COUNTED`].
    pub async fn reunite(&mut self, organization: OrganizationId, first: Option<ContactId>) -> Result<i64> {
        let (count,): (i64,) = self
            .fetch_one(sql!(
                "
                SELECT (SELECT COUNT(*)
                          FROM (SELECT 1 AS one
                                  FROM undo_links AS u
                                  JOIN contacts AS c ON c.tenant_id = u.tenant_id AND c.id = u.child_id
                                 WHERE u.tenant_id = $1
                                   AND u.operation_id = $2
                                   AND u.kind = $3
                                   AND c.organization_id IS NULL
                                 LIMIT $4) AS cleared)
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
        if self.reunite_step(organization, first).await? {
            self.settle_later(vec![organization.uuid()]).await?;
        }
        Ok(count.min(MOST_COUNTED))
    }

    /// Gives an organization at most [`STEP`] of its contacts back. Returns whether there may be more.
    pub(super) async fn reunite_step(
        &mut self,
        organization: OrganizationId,
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
        let contacts: Vec<Contact> = self.lock_all(remembered.clone()).await?;
        let found: HashSet<Uuid> = contacts.iter().map(|contact| contact.id.uuid()).collect();
        let deleted = remembered.into_iter().filter(|id| !found.contains(id));
        self.employ_in_trash(deleted.collect(), organization).await?;
        // One that moved on stays there.
        let free = contacts
            .into_iter()
            .filter(|contact| contact.organization_id.is_none());
        self.employ(free.collect(), organization).await?;
        Ok(has_more)
    }

    /// Sets the employer of contacts that have none. They keep their version: they had it already.
    async fn employ(&mut self, contacts: Vec<Contact>, organization: OrganizationId) -> Result<()> {
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

    /// Sets the employer of contacts in the trash that have none, for the time when they are restored.
    async fn employ_in_trash(&mut self, contacts: Vec<Uuid>, organization: OrganizationId) -> Result<()> {
        if contacts.is_empty() {
            return Ok(());
        }
        let kept: Vec<(Uuid, Uuid, Json<Value>)> = self
            .fetch_all(sql!(
                "SELECT operation_id, id, record FROM undo_records WHERE tenant_id = $1 AND kind = $2 AND id " .any_ids(3)
                " ORDER BY id" .lock,
                EntityKind::Contact,
                IdList(contacts),
            ))
            .await?;
        let mut employed = Vec::new();
        for (operation, id, record) in kept {
            let mut record = Contact::of_kept(record.into())?;
            if record.organization_id.is_none() {
                record.organization_id = Some(organization);
                employed.push((operation, id, record.to_kept()?.json()));
            }
        }
        self.update_rows_from(KEPT_FROM, &employed, |(operation, id, record)| {
            values![*operation, *id, record]
        })
        .await
        .map(drop)
    }

    /// Remembers the employer of a contact for the time when it is restored. Returns whether it is in the trash.
    pub async fn remember_employer(&mut self, contact: ContactId, employer: OrganizationId) -> Result<bool> {
        if !self.is_in_trash(employer.uuid()).await? {
            return Ok(false);
        }
        self.remember(EMPLOYER_LINK, &[(contact.uuid(), employer.uuid())])
            .await?;
        Ok(true)
    }
}
