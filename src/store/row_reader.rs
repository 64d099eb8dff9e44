//! Reading the values of a row by their places.
//!
//! The derived `FromRow` of sqlx looks up each column by its name and compares its type, which takes longer than the value.
//! Every statement that reads a record selects its columns in one order, which its declaration knows (`stored!`).

use serde::de::DeserializeOwned;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::types::Json;
use sqlx::{Column as _, Decode, Postgres, Row as _, Sqlite, Type};

/// Reads the values of a row, from the first to the last.
pub struct RowReader<'r, R> {
    row: &'r R,
    next: usize,
    is_whole: bool,
}

impl<'r, R: sqlx::Row> RowReader<'r, R> {
    /// Begins to read a row. It has so many columns if it is whole; otherwise those with JSON are missing.
    pub fn of(row: &'r R, columns: usize) -> Self {
        Self {
            row,
            next: 0,
            is_whole: row.len() == columns,
        }
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

    /// Returns the next value in JSON, or an empty one if the row is not whole.
    pub fn json<T: DeserializeOwned + Default + 'r>(&mut self) -> sqlx::Result<T> {
        if !self.is_whole {
            return Ok(T::default());
        }
        self.plain().map(|Json(value)| value)
    }
}

impl<'r> RowReader<'r, SqliteRow> {
    /// Returns the next value. Its type is compared, since a value of SQLite may have another one than its column.
    pub fn plain<T: Decode<'r, Sqlite> + Type<Sqlite>>(&mut self) -> sqlx::Result<T> {
        let place = self.place();
        self.row.try_get(place).map_err(|error| self.named(place, error))
    }

    /// Returns the next value in JSON, or an empty one if the row is not whole.
    pub fn json<T: DeserializeOwned + Default + 'r>(&mut self) -> sqlx::Result<T> {
        if !self.is_whole {
            return Ok(T::default());
        }
        self.plain().map(|Json(value)| value)
    }
}
