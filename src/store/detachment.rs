//! Records that refer to a record that is deleted: the contacts of an organization, and the interactions of either.
//!
//! They stay, and are detached: their reference becomes null, without a new version. A deletion detaches the first of them. If there
//! are more, the rest follow in steps, each a short transaction: a row of `detachments` stands for them until then. They refer to a
//! record that is gone meanwhile, which is read as null, and the lists that are filtered by its id still have them.

use std::collections::HashMap;
use std::time::Duration;

use tracing::instrument;
use uuid::Uuid;

use super::bind::values;
use super::engine::sql;
use super::rows::MOST_VALUES;
use super::statement::Statement;
use super::{System, Tenant, Tx, change};
use crate::error::Result;

/// The most records that a transaction detaches by one reference.
pub(super) const STEP: i64 = 500;
/// The most records of a parent that are counted: more would take long.
pub(super) const MOST_COUNTED: i64 = 10_000;
/// The pause between two steps, in which others have the database to themselves.
const BETWEEN_STEPS: Duration = Duration::from_millis(20);

/// The statement that leaves records to later steps, up to the rows.
const INSERT: &str = "INSERT INTO detachments (tenant_id, parent_id) VALUES ";

/// A reference that does not keep the other record from being deleted.
pub struct LooseReference {
    table: &'static str,
    column: &'static str,
}

/// The contact's employer.
pub const EMPLOYER: LooseReference = LooseReference {
    table: "contacts",
    column: "organization_id",
};
/// The interaction's contact.
pub const CONTACT_OF_INTERACTION: LooseReference = LooseReference {
    table: "interactions",
    column: "contact_id",
};
/// The interaction's organization.
pub const ORGANIZATION_OF_INTERACTION: LooseReference = LooseReference {
    table: "interactions",
    column: "organization_id",
};
/// All of them, in the order of locks.
const ALL: [&LooseReference; 3] = [&EMPLOYER, &CONTACT_OF_INTERACTION, &ORGANIZATION_OF_INTERACTION];

impl Tx {
    /// Detaches the records that refer to `parents`, which are deleted and locked, so that no other comes to refer to them.
    /// Returns the number of each parent that had some, counted up to [`MOST_COUNTED`]. Those after the first [`STEP`] are
    /// detached after the commit.
    pub(super) async fn detach(
        &mut self,
        reference: &'static LooseReference,
        parents: &[Uuid],
    ) -> Result<HashMap<Uuid, i64>> {
        let mut counts = self.count_referring(reference, parents).await?;
        counts.retain(|_, count| *count > 0);
        if counts.is_empty() {
            return Ok(counts);
        }
        let parents: Vec<Uuid> = parents
            .iter()
            .copied()
            .filter(|id| counts.contains_key(id))
            .collect();
        if self.detach_step(reference, &parents).await? {
            self.detach_later(parents).await?;
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

    /// Detaches at most [`STEP`] records from these parents. Returns whether there may be more.
    async fn detach_step(&mut self, reference: &'static LooseReference, parents: &[Uuid]) -> Result<bool> {
        let LooseReference { table, column } = reference;
        let mut detach = Statement::new(self.engine(), "UPDATE ");
        detach
            .push(table)
            .push(" SET ")
            .push(column)
            .push(" = NULL WHERE tenant_id = $1 AND id IN (SELECT id FROM ");
        detach
            .push(table)
            .push(" WHERE tenant_id = $1 AND id IN (SELECT id FROM ");
        detach
            .push(table)
            .push(" WHERE tenant_id = $1 AND ")
            .push(column)
            .push(" ")
            .any_ids(parents.to_vec());
        detach
            .limit(STEP)
            .push(") AND (")
            .push(column)
            .push(" ")
            .any_ids(parents.to_vec());
        // One that left meanwhile stays as it is. IS TRUE keeps PostgreSQL from looking for all that refer to the parents.
        detach.push(") IS TRUE ORDER BY id").lock().push(")");
        let detached = self.execute(detach.sql()).await?;
        Ok(i64::try_from(detached).is_ok_and(|detached| detached >= STEP))
    }

    /// Leaves the rest to the steps after the commit.
    async fn detach_later(&mut self, parents: Vec<Uuid>) -> Result<()> {
        self.leaves_references = true;
        self.insert_rows(
            INSERT,
            " ON CONFLICT DO NOTHING",
            &parents,
            MOST_VALUES,
            |parent| values![*parent],
        )
        .await
        .map(drop)
    }
}

impl Tenant {
    /// Detaches a step of the records that refer to one deleted record. Returns whether there may be more, of this or of
    /// another.
    #[instrument(level = "debug", skip_all)]
    async fn detach_rest(&self) -> Result<bool> {
        // Most of the time there is nothing to do, and no need for a transaction.
        let waiting: Option<(Uuid,)> = self
            .fetch_optional(sql!(
                "SELECT parent_id FROM detachments WHERE tenant_id = $1 LIMIT 1"
            ))
            .await?;
        if waiting.is_none() {
            return Ok(false);
        }
        change!(self, None, |tx| {
            let parent: Option<(Uuid,)> = tx
                .fetch_optional(sql!(
                    "SELECT parent_id FROM detachments WHERE tenant_id = $1 ORDER BY parent_id LIMIT 1"
                        .lock_free
                ))
                .await?;
            let Some((parent,)) = parent else {
                return Ok(false);
            };
            for reference in ALL {
                if tx.detach_step(reference, &[parent]).await? {
                    return Ok(true);
                }
            }
            tx.execute(sql!(
                "DELETE FROM detachments WHERE tenant_id = $1 AND parent_id = $2",
                parent
            ))
            .await?;
            Ok(true)
        })
    }
}

impl System<'_> {
    /// Detaches the records that refer to deleted ones, a step at a time, with a pause for others between two.
    #[instrument(level = "debug", skip_all)]
    pub async fn sweep_detachments(self) -> Result<()> {
        for tenant in self.tenants().await? {
            while tenant.detach_rest().await? {
                tokio::time::sleep(BETWEEN_STEPS).await;
            }
        }
        Ok(())
    }

    /// Waits until a deletion of this program has left references behind.
    pub async fn references_left(self) {
        self.store().0.references_left.notified().await;
    }
}
