//! The table of a record.

use uuid::Uuid;

use super::bind::Row;

/// The columns that a record is read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Columns {
    /// Those with plain values. The fields with lists and other values in JSON are empty, which takes a third of the time.
    Plain,
    /// All: the record is whole.
    All,
}

/// A record with a table of its own.
pub trait Table: Row + Clone + Sync + 'static {
    /// The name of the table.
    const TABLE: &'static str;
    /// The columns that a whole record is read from.
    const COLUMNS: &'static str;
    /// Those of them that have plain values.
    const PLAIN_COLUMNS: &'static str = Self::COLUMNS;

    /// The record's id.
    fn uuid(&self) -> Uuid;

    /// The names of columns, separated by commas.
    fn columns(columns: Columns) -> &'static str {
        match columns {
            Columns::Plain => Self::PLAIN_COLUMNS,
            Columns::All => Self::COLUMNS,
        }
    }
}
