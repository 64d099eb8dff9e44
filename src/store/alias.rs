//! Aliases: the ids of contacts and organizations that were merged into another record, which keep working.
//!
//! A record is first looked for by the id that is given. Only if it is not there, its alias is looked up, and the record that it
//! is part of, its survivor, is read or locked instead. So nothing is paid where nothing is missing. The survivor has its own id:
//! [`Tx::current_id`] returns it for the id that was given.

use std::collections::{BTreeSet, HashSet};

use sqlx::FromRow;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use tracing::instrument;
use uuid::Uuid;

use super::bind::IdList;
use super::engine::sql;
use super::joined::{Joined, others_of};
use super::list::References;
use super::row_reader::{FromValues, RowReader};
use super::statement::Statement;
use super::table::{Table, Wanted};
use super::tx::Survivors;
use super::{Tenant, Tx};
use crate::error::Result;
use crate::id::TypedId;

/// The most times that a survivor is looked for: while a transaction waits for its lock, it may be merged into another itself.
pub const SURVIVORS: usize = 2;

/// A record with the alias that it was found by.
pub struct Aliased<T> {
    /// The id of a record that became part of it.
    pub alias: Uuid,
    /// The record.
    pub found: Joined<T>,
}

impl Tenant {
    /// Returns the records that the records with these ids were merged into, with those that they refer to, as far as they are
    /// wanted. An id that is no alias has none.
    #[instrument(level = "debug", skip_all)]
    pub async fn joined_by_aliases<T: Table>(
        &self,
        aliases: Vec<Uuid>,
        wanted: Wanted,
    ) -> Result<Vec<Aliased<T>>> {
        let mut statement = Statement::new(self.engine(), "");
        statement.joined_parts::<T>(wanted, |statement| {
            statement
                .push("SELECT a.alias_id, ")
                .push(T::columns(wanted.columns))
                .push(" FROM (SELECT id AS alias_id, into_id FROM aliases WHERE tenant_id = $1 AND id ")
                .any_ids(aliases)
                .push(") AS a JOIN ")
                .push(T::TABLE)
                .push(" ON ")
                .push(T::TABLE)
                .push(".tenant_id = $1 AND ")
                .push(T::TABLE)
                .push(".id = a.into_id");
        });
        self.fetch_all(statement.sql()).await
    }

    /// Returns the ids of these records, or of those that they were merged into, and of all records that were merged into them.
    pub(super) async fn ids_of_parts(&self, ids: Vec<Uuid>) -> Result<HashSet<Uuid>> {
        if ids.is_empty() {
            return Ok(HashSet::new());
        }
        let mut statement = Statement::new(self.engine(), "SELECT r.listed_id FROM ");
        statement.references(&References {
            column: "id",
            ids,
            has_aliases: true,
        });
        statement.push(" AS r");
        let ids: Vec<(Uuid,)> = self.fetch_all(statement.sql()).await?;
        Ok(ids.into_iter().map(|(id,)| id).collect())
    }

    /// Returns the ids of the records that the records with these ids were merged into. An id that is no alias has none.
    pub(super) async fn survivors(&self, aliases: Vec<Uuid>) -> Result<Survivors> {
        if aliases.is_empty() {
            return Ok(Survivors::new());
        }
        let survivors: Vec<(Uuid, Uuid)> = self
            .fetch_all(sql!(
                "SELECT id, into_id FROM aliases WHERE tenant_id = $1 AND id ".any_ids(2),
                IdList(aliases)
            ))
            .await?;
        Ok(survivors.into_iter().collect())
    }
}

macro_rules! from_row {
    ($row:ty) => {
        impl<'r, T: Table> FromRow<'r, $row> for Aliased<T> {
            fn from_row(row: &'r $row) -> sqlx::Result<Self> {
                let mut values = RowReader::of_parts(row);
                values.part()?;
                let alias = values.plain()?;
                let record = T::from_values(&mut values)?;
                let others = others_of!(T, values);
                Ok(Self {
                    alias,
                    found: Joined { record, others },
                })
            }
        }
    };
}
from_row!(PgRow);
from_row!(SqliteRow);

impl Tx {
    /// Returns the id of the record that a record is part of, if this transaction found that by an alias; otherwise the id itself.
    pub fn current_id<I: TypedId>(&self, id: I) -> I {
        I::from_uuid(self.current(id.uuid()))
    }

    pub(super) fn current(&self, id: Uuid) -> Uuid {
        self.survivors.get(&id).copied().unwrap_or(id)
    }

    /// Looks up the aliases among the ids whose records, or the survivors of these, were not found. Returns the survivors to look
    /// for, in the order of ids.
    pub(super) async fn seek_survivors<T: Table>(
        &mut self,
        ids: &[Uuid],
        found: &HashSet<Uuid>,
    ) -> Result<Vec<Uuid>> {
        if !T::IS_MERGEABLE {
            return Ok(Vec::new());
        }
        let missing = ids.iter().filter(|id| !found.contains(&self.current(**id)));
        let missing: BTreeSet<Uuid> = missing.copied().collect();
        if missing.is_empty() {
            return Ok(Vec::new());
        }
        let survivors = self.survivors_of::<T>(missing.into_iter().collect()).await?;
        let sought: BTreeSet<Uuid> = survivors.values().copied().collect();
        self.survivors.extend(survivors);
        Ok(sought.into_iter().filter(|id| !found.contains(id)).collect())
    }

    /// Returns the records that exist and that the records with these ids were merged into.
    async fn survivors_of<T: Table>(&mut self, ids: Vec<Uuid>) -> Result<Survivors> {
        let mut statement = Statement::new(self.engine(), "SELECT a.id, a.into_id FROM aliases AS a JOIN ");
        statement
            .push(T::TABLE)
            .push(" AS r ON r.tenant_id = $1 AND r.id = a.into_id WHERE a.tenant_id = $1 AND a.id ")
            .any_ids(ids);
        let survivors: Vec<(Uuid, Uuid)> = self.fetch_all(statement.sql()).await?;
        Ok(survivors.into_iter().collect())
    }

    /// Looks up which of these ids are aliases of records that exist, without locking the records.
    pub async fn look_up_aliases<T: Table>(&mut self, ids: &[Uuid]) -> Result<()> {
        self.seek_survivors::<T>(ids, &HashSet::new()).await.map(drop)
    }

    /// Returns the id of the record that a record was merged into, whether or not that exists; the id itself if it is no alias.
    pub async fn merged_into<I: TypedId>(&mut self, id: I) -> Result<I> {
        let into: Option<(Uuid,)> = self
            .fetch_optional(sql!(
                "SELECT into_id FROM aliases WHERE tenant_id = $1 AND id = $2",
                id.uuid()
            ))
            .await?;
        Ok(into.map_or(id, |(into,)| I::from_uuid(into)))
    }

    /// Returns those of these ids that merged records had.
    pub async fn aliases_among(&mut self, ids: Vec<Uuid>) -> Result<Survivors> {
        if ids.is_empty() {
            return Ok(Survivors::new());
        }
        let found: Vec<(Uuid, Uuid)> = self
            .fetch_all(sql!(
                "SELECT id, into_id FROM aliases WHERE tenant_id = $1 AND id ".any_ids(2),
                IdList(ids)
            ))
            .await?;
        Ok(found.into_iter().collect())
    }
}
