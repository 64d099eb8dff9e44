//! The steps after a change that leaves more references than it writes itself.

use std::time::Duration;

use tracing::instrument;
use uuid::Uuid;

use super::super::bind::values;
use super::super::engine::sql;
use super::super::rows::MOST_VALUES;
use super::super::statement::Statement;
use super::super::{System, Tenant, Tx, change};
use super::{ALL, EMPLOYER};
use crate::error::Result;
use crate::id::OrganizationId;
use crate::model::{Contact, Organization};

/// The pause between two steps, in which others have the database to themselves.
const BETWEEN_STEPS: Duration = Duration::from_millis(20);

/// The statement that leaves records to later steps, up to the rows.
const INSERT: &str = "INSERT INTO unsettled_records (tenant_id, id) VALUES ";
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
    /// Leaves the rest of what refers to these records to the steps after the commit.
    pub(super) async fn settle_later(&mut self, records: Vec<Uuid>) -> Result<()> {
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
    pub(in crate::store) async fn settle_referred(&mut self, records: Vec<Uuid>) -> Result<()> {
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
