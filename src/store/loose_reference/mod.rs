//! References that do not keep the other record from being deleted: that of a contact to its employer, and those of interactions to
//! a contact and to an organization.
//!
//! Where the trash keeps the deleted record, contacts lose their employer, without a new version, and `undo_links` remembers
//! that; interactions are not written: a reference to a record that is not there is read as null, and the lists that are
//! filtered by its id still have them. Where the record is gone for good, all of them lose it. When it is restored, contacts
//! get it back unless they have another by then.
//!
//! A deletion or a restoration writes the first records itself. If there are more, the rest follow in steps, each a short
//! transaction: a row of `unsettled_records` stands for them until then. A step looks at where the record is by then, so that
//! it does not matter how often it was deleted and restored meanwhile.

use std::collections::HashMap;
use std::time::Duration;

use tracing::instrument;
use uuid::Uuid;

use super::bind::{IdList, values};
use super::engine::sql;
use super::rows::MOST_VALUES;
use super::statement::Statement;
use super::{System, Tenant, Tx, change};
use crate::error::Result;
use crate::id::{ContactId, OrganizationId, TypedId as _};
use crate::model::{Contact, IndexEntry, Organization};

/// The most records that a transaction writes because of one reference.
pub(super) const STEP: i64 = 500;
/// The most records of a parent that are counted: more would take long.
pub(super) const MOST_COUNTED: i64 = 10_000;
/// The pause between two steps, in which others have the database to themselves.
const BETWEEN_STEPS: Duration = Duration::from_millis(20);

/// The statement that leaves records to later steps, up to the rows.
const INSERT: &str = "INSERT INTO unsettled_records (tenant_id, id) VALUES ";
/// The statement that sets the employers of contacts: of a list of contacts, organizations and marks.
const EMPLOYERS_FROM: (&str, &str) = (
    "UPDATE contacts SET organization_id = v.column2, search_marks = v.column3 FROM (VALUES ",
    ") AS v WHERE contacts.tenant_id = $1 AND contacts.id = v.column1",
);

/// A reference that does not keep the other record from being deleted.
pub struct LooseReference {
    table: &'static str,
    column: &'static str,
    /// The name by which the trash remembers it. Without one, it is not cleared while the other record is in the trash.
    remembered_as: Option<&'static str>,
}

/// The name of the reference of a contact to its employer.
const EMPLOYER_LINK: &str = "employer";

/// The contact's employer.
pub const EMPLOYER: LooseReference = LooseReference {
    table: "contacts",
    column: "organization_id",
    remembered_as: Some(EMPLOYER_LINK),
};
/// The interaction's contact.
pub const CONTACT_OF_INTERACTION: LooseReference = LooseReference {
    table: "interactions",
    column: "contact_id",
    remembered_as: None,
};
/// The interaction's organization.
pub const ORGANIZATION_OF_INTERACTION: LooseReference = LooseReference {
    table: "interactions",
    column: "organization_id",
    remembered_as: None,
};
/// All of them, in the order of locks.
const ALL: [&LooseReference; 3] = [&EMPLOYER, &CONTACT_OF_INTERACTION, &ORGANIZATION_OF_INTERACTION];

/// The whereabouts of a record that others refer to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// It is an organization, possibly a restored one.
    Organization(OrganizationId),
    /// It is a contact.
    Contact,
    /// It is in the trash.
    Trash,
    /// It is gone.
    Nowhere,
}

impl Tx {
    /// Parts the records that refer to `parents`, which are deleted and locked, so that no other comes to refer to them. Returns
    /// the number of each parent that had some, counted up to [`MOST_COUNTED`]. Those after the first [`STEP`] are written
    /// after the commit.
    pub(super) async fn part(
        &mut self,
        reference: &'static LooseReference,
        parents: &[Uuid],
    ) -> Result<HashMap<Uuid, i64>> {
        let mut counts = self.count_referring(reference, parents).await?;
        counts.retain(|_, count| *count > 0);
        let is_written = reference.remembered_as.is_some() || !self.keeps_trash();
        if counts.is_empty() || !is_written {
            return Ok(counts);
        }
        let parents = parents.iter().copied().filter(|id| counts.contains_key(id));
        let parents: Vec<Uuid> = parents.collect();
        if self.clear_step(reference, &parents, self.keeps_trash()).await? {
            self.settle_later(parents).await?;
        }
        Ok(counts)
    }

    async fn count_referring(
        &mut self,
        reference: &'static LooseReference,
        parents: &[Uuid],
    ) -> Result<HashMap<Uuid, i64>> {
        if parents.is_empty() {
            return Ok(HashMap::new());
        }
        let mut count = Statement::new(
            self.engine(),
            "SELECT l.listed_id, (SELECT COUNT(*) FROM (SELECT 1 FROM ",
        );
        count
            .push(reference.table)
            .push(" AS r WHERE r.tenant_id = $1 AND r.")
            .push(reference.column);
        count
            .push(" = l.listed_id")
            .limit(MOST_COUNTED)
            .push(") AS counted) FROM ");
        count.ids(parents.to_vec()).push(" AS l");
        let counts: Vec<(Uuid, i64)> = self.fetch_all(count.sql()).await?;
        Ok(counts.into_iter().collect())
    }

    /// Clears the references of at most [`STEP`] records to these parents, and remembers them. Returns whether there may be more.
    async fn clear_step(
        &mut self,
        reference: &'static LooseReference,
        parents: &[Uuid],
        is_remembered: bool,
    ) -> Result<bool> {
        let referring = self.lock_referring(reference, parents).await?;
        if referring.is_empty() {
            return Ok(false);
        }
        if let Some(link) = reference.remembered_as.filter(|_| is_remembered) {
            self.remember(link, &referring).await?;
        }
        let mut clear = Statement::new(self.engine(), "UPDATE ");
        clear
            .push(reference.table)
            .push(" SET ")
            .push(reference.column)
            .push(" = NULL WHERE tenant_id = $1 AND id ");
        clear.any_ids(referring.iter().map(|(id, _)| *id).collect());
        self.execute(clear.sql()).await?;
        Ok(i64::try_from(referring.len()).is_ok_and(|count| count >= STEP))
    }

    /// Returns at most [`STEP`] records that refer to these parents, each with its parent, locked.
    async fn lock_referring(
        &mut self,
        reference: &'static LooseReference,
        parents: &[Uuid],
    ) -> Result<Vec<(Uuid, Uuid)>> {
        let LooseReference { table, column, .. } = reference;
        let mut lock = Statement::new(self.engine(), "SELECT id, ");
        lock.push(column).push(" FROM ").push(table);
        lock.push(" WHERE tenant_id = $1 AND id IN (SELECT id FROM ")
            .push(table);
        lock.push(" WHERE tenant_id = $1 AND ").push(column).push(" ");
        lock.any_ids(parents.to_vec()).limit(STEP);
        // One that left meanwhile stays as it is. IS TRUE keeps PostgreSQL from looking for all that refer to the parents.
        lock.push(") AND (").push(column).push(" ");
        lock.any_ids(parents.to_vec())
            .push(") IS TRUE ORDER BY id")
            .lock();
        self.fetch_all(lock.sql()).await
    }

    /// Remembers references of a kind to deleted records, each with the deleted record after the one that referred to it.
    pub(super) async fn remember(&mut self, kind: &'static str, references: &[(Uuid, Uuid)]) -> Result<()> {
        const INSERT: &str = "INSERT INTO undo_links (tenant_id, operation_id, kind, child_id) VALUES ";
        self.insert_rows(
            INSERT,
            " ON CONFLICT DO NOTHING",
            references,
            MOST_VALUES,
            |(child, deleted)| values![*deleted, kind, *child],
        )
        .await
        .map(drop)
    }

    /// Leaves the rest of what refers to these records to the steps after the commit.
    async fn settle_later(&mut self, records: Vec<Uuid>) -> Result<()> {
        if records.is_empty() {
            return Ok(());
        }
        self.leaves_references = true;
        self.insert_rows(
            INSERT,
            " ON CONFLICT DO NOTHING",
            &records,
            MOST_VALUES,
            |record| values![*record],
        )
        .await
        .map(drop)
    }

    /// Leaves what refers to these records, which are gone for good, to the steps after the commit.
    pub(super) async fn settle_referred(&mut self, records: Vec<Uuid>) -> Result<()> {
        let mut referred = Statement::new(self.engine(), "SELECT l.listed_id FROM ");
        referred.ids(records).push(" AS l WHERE");
        for (place, reference) in ALL.iter().enumerate() {
            referred
                .push(if place == 0 { " EXISTS" } else { " OR EXISTS" })
                .push(" (SELECT 1 FROM ")
                .push(reference.table)
                .push(" AS r WHERE r.tenant_id = $1 AND r.")
                .push(reference.column)
                .push(" = l.listed_id)");
        }
        let referred: Vec<(Uuid,)> = self.fetch_all(referred.sql()).await?;
        self.settle_later(referred.into_iter().map(|(id,)| id).collect())
            .await
    }

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
    async fn reunite_step(&mut self, organization: OrganizationId, first: Option<ContactId>) -> Result<bool> {
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
        let contacts: Vec<Contact> = self
            .lock_all(remembered.into_iter().map(|(id,)| id).collect())
            .await?;
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

    /// Remembers the employer of a contact for the time when it is restored. Returns whether it is in the trash.
    pub async fn remember_employer(&mut self, contact: ContactId, employer: OrganizationId) -> Result<bool> {
        if !self.is_in_trash(employer.uuid()).await? {
            return Ok(false);
        }
        self.remember(EMPLOYER_LINK, &[(contact.uuid(), employer.uuid())])
            .await?;
        Ok(true)
    }

    /// Takes one step for one record whose references are unsettled. Returns whether there may be more to do.
    async fn settle_step(&mut self) -> Result<bool> {
        let record: Option<(Uuid,)> = self
            .fetch_optional(sql!(
                "SELECT id FROM unsettled_records WHERE tenant_id = $1 ORDER BY id LIMIT 1".lock_free
            ))
            .await?;
        let Some((record,)) = record else {
            return Ok(false);
        };
        let place = self.place_of(record).await?;
        let has_more = match place {
            Place::Organization(organization) => self.reunite_step(organization, None).await?,
            Place::Trash => self.clear_step(&EMPLOYER, &[record], true).await?,
            Place::Contact => false,
            Place::Nowhere => {
                let mut has_more = false;
                for reference in ALL {
                    has_more = has_more || self.clear_step(reference, &[record], false).await?;
                }
                has_more
            }
        };
        if !has_more {
            self.execute(sql!(
                "DELETE FROM unsettled_records WHERE tenant_id = $1 AND id = $2",
                record
            ))
            .await?;
        }
        Ok(true)
    }

    /// Returns where a record is, and keeps it there until the transaction ends.
    async fn place_of(&mut self, record: Uuid) -> Result<Place> {
        if self.is_in_trash(record).await? {
            return Ok(Place::Trash);
        }
        if let [organization] = self.keep_all::<Organization>(vec![record]).await?[..] {
            return Ok(Place::Organization(organization));
        }
        let contacts = self.keep_all::<Contact>(vec![record]).await?;
        Ok(if contacts.is_empty() {
            Place::Nowhere
        } else {
            Place::Contact
        })
    }
}

impl Tenant {
    /// Takes one step for the records whose references are unsettled. Returns whether there may be more to do.
    #[instrument(level = "debug", skip_all)]
    async fn settle(&self) -> Result<bool> {
        // Most of the time there is nothing to do, and no need for a transaction.
        let waiting: Option<(Uuid,)> = self
            .fetch_optional(sql!(
                "SELECT id FROM unsettled_records WHERE tenant_id = $1 LIMIT 1"
            ))
            .await?;
        if waiting.is_none() {
            return Ok(false);
        }
        change!(self, None, |tx| { tx.settle_step().await })
    }
}

impl System<'_> {
    /// Settles what refers to records that were deleted or restored, a step at a time, with a pause for others between two.
    #[instrument(level = "debug", skip_all)]
    pub async fn settle_references(self) -> Result<()> {
        for tenant in self.tenants().await? {
            while tenant.settle().await? {
                tokio::time::sleep(BETWEEN_STEPS).await;
            }
        }
        Ok(())
    }

    /// Waits until a change of this program has left references behind.
    pub async fn references_left(self) {
        self.store().0.references_left.notified().await;
    }
}
