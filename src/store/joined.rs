//! Records that are read together with the records that they refer to, by one statement.
//!
//! A row has the parts of its record and of those that it refers to. Each part begins with a number that tells what it is of,
//! so that a row can be read without its statement.

use std::sync::Arc;

use sqlx::FromRow;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;

use super::Tenant;
use super::part::{Columns, Part};
use super::row_reader::{FromValues, RowReader};
use super::statement::Statement;
use super::table::{MOST_REFERENCES, Table, Wanted};
use crate::error::Result;
use crate::model::{Contact, Organization, User};

/// The names by which a statement knows the records that its records, `found`, refer to.
const NAMES: [&str; MOST_REFERENCES] = ["first", "second", "third"];

/// Returns the name of the records in a [`joined`](Statement::joined) statement, with a dot, or nothing if there are no others.
pub fn name_of(wanted: Wanted) -> &'static str {
    if wanted.has_references() { "found." } else { "" }
}

/// A record with those that it refers to, as far as they were wanted and exist.
pub struct Joined<T> {
    /// The record.
    pub record: T,
    /// Those that it refers to.
    pub others: Vec<Other>,
}

/// A record that another one refers to, with the columns that it was read from.
pub enum Other {
    /// A contact.
    Contact(Columns, Arc<Contact>),
    /// An organization.
    Organization(Columns, Arc<Organization>),
    /// A user.
    User(Columns, Arc<User>),
}

impl<T> From<T> for Joined<T> {
    fn from(record: T) -> Self {
        Self {
            record,
            others: Vec::new(),
        }
    }
}

impl Statement<'_> {
    /// Appends a selection of records of `T`, each with those that it refers to, as far as they are wanted. `records` appends the
    /// selection of the records' columns alone. Where others are joined, the records are known as `found`, and have no order.
    pub fn joined<T: Table>(&mut self, wanted: Wanted, records: impl FnOnce(&mut Self)) -> &mut Self {
        if wanted.has_references() {
            return self.joined_parts::<T>(wanted, records);
        }
        records(self);
        self
    }

    /// Appends a selection as [`joined`](Self::joined) does whose rows have parts even if no others are joined.
    pub fn joined_parts<T: Table>(&mut self, wanted: Wanted, records: impl FnOnce(&mut Self)) -> &mut Self {
        let joined = || {
            let references = T::REFERENCES.iter().zip(wanted.references).zip(NAMES).enumerate();
            references.filter_map(|(place, ((reference, columns), name))| {
                Some((Part::of(Some(place), columns?), reference, name))
            })
        };
        self.push("SELECT ")
            .part(Part::of(None, wanted.columns))
            .push("found.*");
        for (part, _, name) in joined() {
            self.push(", ").part(part).push(name).push(".*");
        }
        self.push(" FROM (");
        records(self);
        self.push(") AS found");
        for (part, reference, name) in joined() {
            // A LIMIT keeps PostgreSQL from reading the whole other table; SQLite looks up one by one anyway.
            let is_lateral = self.engine().has_lateral();
            self.push(" LEFT JOIN ")
                .push(if is_lateral {
                    "LATERAL (SELECT "
                } else {
                    "(SELECT "
                })
                .push(reference.to.columns(part.columns))
                .push(" FROM ")
                .push(reference.to.table())
                .push(" WHERE tenant_id = $1");
            if is_lateral {
                self.push(" AND id = found.").push(reference.column).limit(1);
            }
            self.push(") AS ").push(name).push(" ON ");
            if is_lateral {
                self.push("TRUE");
            } else {
                self.push(name).push(".id = found.").push(reference.column);
            }
        }
        self
    }

    fn part(&mut self, part: Part) -> &mut Self {
        self.number(part.number()).push(", ")
    }
}

impl Tenant {
    /// Returns the records that a [`joined`](Statement::joined) statement selects.
    pub(super) async fn fetch_joined<T: Table>(
        &self,
        statement: &Statement<'_>,
        wanted: Wanted,
    ) -> Result<Vec<Joined<T>>> {
        if wanted.has_references() {
            return self.fetch_all(statement.sql()).await;
        }
        let records: Vec<T> = self.fetch_all(statement.sql()).await?;
        Ok(records.into_iter().map(Joined::from).collect())
    }
}

/// Reads the records that the record of `T` refers to from the rest of a row.
macro_rules! others_of {
    ($record:ident, $values:ident) => {{
        use std::sync::Arc;

        use $crate::store::joined::Other;
        use $crate::store::table::Referred;

        let mut others = Vec::new();
        while let Some(part) = $values.part()? {
            let place = part.reference.unwrap_or(usize::MAX);
            let reference = $record::REFERENCES.get(place).ok_or(sqlx::Error::RowNotFound)?;
            if $values.is_null()? {
                $values.skip(reference.to.columns(part.columns).split(',').count());
                continue;
            }
            let columns = part.columns;
            others.push(match reference.to {
                Referred::Contact => {
                    Other::Contact(columns, Arc::new(FromValues::from_values(&mut $values)?))
                }
                Referred::Organization => {
                    Other::Organization(columns, Arc::new(FromValues::from_values(&mut $values)?))
                }
                Referred::User => Other::User(columns, Arc::new(FromValues::from_values(&mut $values)?)),
            });
        }
        others
    }};
}
pub(super) use others_of;

macro_rules! from_row {
    ($row:ty) => {
        impl<'r, T: Table> FromRow<'r, $row> for Joined<T> {
            fn from_row(row: &'r $row) -> sqlx::Result<Self> {
                let mut values = RowReader::of_parts(row);
                values.part()?;
                let record = T::from_values(&mut values)?;
                let others = others_of!(T, values);
                Ok(Self { record, others })
            }
        }
    };
}
from_row!(PgRow);
from_row!(SqliteRow);
