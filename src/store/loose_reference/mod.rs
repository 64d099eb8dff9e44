//! References that do not keep the other record from being deleted: that of a contact to its employer, and those of interactions to
//! a contact and to an organization.
//!
//! While the trash keeps the deleted record, contacts lose their employer, without a new version, and `undo_links` remembers
//! that; interactions are not written: a reference to a record that is not there is read as null, and the lists that are
//! filtered by its id still have them. Once the record is gone for good, all of them lose it. When it is restored, contacts
//! get it back unless they have another by then.
//!
//! A deletion or a restoration writes the first records itself. If there are more, the rest follow in steps, each a short
//! transaction: a row of `unsettled_records` stands for them until then. A step looks whether the record is in the trash by then, so
//! that it does not matter how often it was deleted and restored meanwhile.

mod reattachment;
mod settle;

use std::collections::HashMap;

use uuid::Uuid;

use super::Tx;
use super::bind::values;
use super::rows::MOST_VALUES;
use super::statement::Statement;
use crate::error::Result;

/// The most records that a transaction writes because of one reference.
pub(super) const STEP: i64 = 500;
/// The most records of a parent that are counted: more would take long.
pub(super) const MOST_COUNTED: i64 = 10_000;

/// A reference that does not keep the other record from being deleted.
pub struct LooseReference {
    table: &'static str,
    column: &'static str,
    /// The name by which the trash remembers it. Without one, it is not cleared while the other record is in the trash.
    remembered_as: Option<&'static str>,
}

/// The name of the reference of a contact to its employer.
pub(super) const EMPLOYER_LINK: &str = "employer";

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

impl Tx {
    /// Detaches the records that refer to `parents`, which are deleted and locked, so that no other comes to refer to them. Returns
    /// the number of each parent that had some, counted up to [`MOST_COUNTED`]. Those after the first [`STEP`] are written
    /// after the commit.
    pub(super) async fn detach(
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
            self.settle_later(&parents, !self.keeps_trash()).await?;
        }
        Ok(counts)
    }

    async fn count_referring(
        &mut self,
        reference: &'static LooseReference,
        parents: &[Uuid],
    ) -> Result<HashMap<Uuid, i64>> {
        let LooseReference { table, column, .. } = reference;
        self.count_by_parent(table, column, parents, MOST_COUNTED).await
    }

    /// Returns the number of records that refer to each of these parents by a column of their table, counted up to `most`.
    pub(super) async fn count_by_parent(
        &mut self,
        table: &'static str,
        column: &'static str,
        parents: &[Uuid],
        most: i64,
    ) -> Result<HashMap<Uuid, i64>> {
        if parents.is_empty() {
            return Ok(HashMap::new());
        }
        let mut count = Statement::new(
            self.engine(),
            "SELECT l.listed_id, (SELECT COUNT(*) FROM (SELECT 1 FROM ",
        );
        count
            .push(table)
            .push(" AS r WHERE r.tenant_id = $1 AND r.")
            .push(column);
        count
            .push(" = l.listed_id")
            .limit(most)
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
    pub(super) async fn lock_referring(
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
}
