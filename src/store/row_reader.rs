//! Reading the values of a row by their places.
//!
//! The derived `FromRow` of sqlx looks up each column by its name and compares its type, which takes longer than the value.
//! Every statement that reads a record selects its columns in one order, which its declaration knows (`stored!`).

use serde::de::DeserializeOwned;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::types::Json;
use sqlx::{Column as _, Decode, Postgres, Row as _, Sqlite, Type, ValueRef as _};

use super::part::{Columns, Part};

/// Reads the values of a row, from the first to the last.
pub struct RowReader<'r, R> {
    row: &'r R,
    next: usize,
    is_whole: bool,
}

/// A record, or a part of one, that is read from the next values of a row.
pub trait FromValues<'r, R>: Sized {
    /// Reads the values.
    fn from_values(values: &mut RowReader<'r, R>) -> sqlx::Result<Self>;
}

/// Reads a record from its row as a whole, by the names of the columns, which takes longer than by their places.
macro_rules! from_whole_row {
    ($record:ident) => {
        impl<'r, R: sqlx::Row> $crate::store::row_reader::FromValues<'r, R> for $record
        where
            Self: sqlx::FromRow<'r, R>,
        {
            fn from_values(values: &mut $crate::store::row_reader::RowReader<'r, R>) -> sqlx::Result<Self> {
                sqlx::FromRow::from_row(values.row())
            }
        }
    };
}
pub(in crate::store) use from_whole_row;

/// A record that is read from the next values of a row of either engine.
pub trait Record: for<'r> FromValues<'r, PgRow> + for<'r> FromValues<'r, SqliteRow> {}
impl<T> Record for T where T: for<'r> FromValues<'r, PgRow> + for<'r> FromValues<'r, SqliteRow> {}

impl<'r, R: sqlx::Row> RowReader<'r, R> {
    /// Begins to read a row of one record. It has so many columns if it is whole; otherwise those with JSON are missing.
    pub fn of(row: &'r R, columns: usize) -> Self {
        Self {
            row,
            next: 0,
            is_whole: row.len() == columns,
        }
    }

    /// Begins to read a row with the [`Part`]s of several records.
    pub const fn of_parts(row: &'r R) -> Self {
        Self {
            row,
            next: 0,
            is_whole: true,
        }
    }

    /// The row.
    pub const fn row(&self) -> &'r R {
        self.row
    }

    /// Passes over values.
    pub const fn skip(&mut self, values: usize) {
        self.next += values;
    }

    fn place(&mut self) -> usize {
        let place = self.next;
        self.next += 1;
        place
    }

    /// Names the column of a value that cannot be read, for the log.
    fn named(&self, place: usize, error: sqlx::Error) -> sqlx::Error {
        match (error, self.row.columns().get(place)) {
            (sqlx::Error::ColumnDecode { source, .. }, Some(column)) => sqlx::Error::ColumnDecode {
                index: column.name().to_owned(),
                source,
            },
            (error, _) => error,
        }
    }
}

impl<'r> RowReader<'r, PgRow> {
    /// Returns the next value. The columns of a table have their types, so that these need not be compared.
    pub fn plain<T: Decode<'r, Postgres>>(&mut self) -> sqlx::Result<T> {
        let place = self.place();
        self.row
            .try_get_unchecked(place)
            .map_err(|error| self.named(place, error))
    }
}

impl<'r> RowReader<'r, SqliteRow> {
    /// Returns the next value. Its type is compared, since a value of SQLite may have another one than its column.
    pub fn plain<T: Decode<'r, Sqlite> + Type<Sqlite>>(&mut self) -> sqlx::Result<T> {
        let place = self.place();
        self.row.try_get(place).map_err(|error| self.named(place, error))
    }
}

macro_rules! of_either_engine {
    ($row:ty) => {
        impl<'r> RowReader<'r, $row> {
            /// Returns the next value in JSON, or an empty one if the record is not whole.
            pub fn json<T: DeserializeOwned + Default + 'r>(&mut self) -> sqlx::Result<T> {
                if !self.is_whole {
                    return Ok(T::default());
                }
                self.plain().map(|Json(value)| value)
            }

            /// Begins the next part of the row, if there is one.
            pub fn part(&mut self) -> sqlx::Result<Option<Part>> {
                if self.next == self.row.len() {
                    return Ok(None);
                }
                let number: i32 = self.plain()?;
                let part = Part::read(number.unsigned_abs() as usize);
                self.is_whole = part.columns == Columns::All;
                Ok(Some(part))
            }

            /// Whether the next value is null.
            pub fn is_null(&self) -> sqlx::Result<bool> {
                Ok(self.row.try_get_raw(self.next)?.is_null())
            }
        }
    };
}
of_either_engine!(PgRow);
of_either_engine!(SqliteRow);
