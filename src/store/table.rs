//! The table of a record.

use uuid::Uuid;

use super::bind::Row;

/// A record with a table of its own.
pub trait Table: Row + Clone + Sync + 'static {
    /// The name of the table.
    const TABLE: &'static str;
    /// The columns that a record is read from.
    const COLUMNS: &'static str;

    /// The record's id.
    fn uuid(&self) -> Uuid;
}
