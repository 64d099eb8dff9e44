//! Aliases: the ids of contacts and organizations that were merged into another record, which keep working.
//!
//! A record is first looked for by the id that is given. Only if it is not there, its alias is looked up, and the record that it
//! is part of, its survivor, is read instead, with its own id. So nothing is paid where nothing is missing.

use sqlx::FromRow;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use tracing::instrument;
use uuid::Uuid;

use super::joined::{Joined, others_of};
use super::row_reader::{FromValues, RowReader};
use super::statement::Statement;
use super::table::{Table, Wanted};
use super::Tenant;
use crate::error::Result;

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
