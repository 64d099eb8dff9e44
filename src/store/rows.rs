//! Writing many rows by few statements.

use super::Tx;
use super::bind::Values;
use super::engine::Engine;
use super::statement::Statement;
use crate::error::Result;

/// The most values of one statement: SQLite looks each up by its name, one after the other.
pub const MOST_VALUES: usize = 1200;
/// The most values of a statement that updates all of its rows: a hundred records in one, of any kind.
const MOST_UPDATED_AT_ONCE: usize = 4000;

/// The most rows of a record that are inserted by one statement of their values, each number of rows by a text of its own.
const MOST_OF_RECORD: usize = 32;
/// The most rows of a record that are inserted by statements of their values. More are selected from a list.
const FEW: usize = 128;

impl Tx {
    /// Whether the engine takes some rows of a record as values.
    pub(super) fn takes_values(&self, rows: usize) -> bool {
        self.engine().writes_values() && rows <= FEW
    }

    /// Inserts rows of a record by statements of their values.
    pub(super) async fn insert_few<'a, R: Sync>(
        &mut self,
        head: &'static str,
        tail: &'static str,
        rows: &'a [R],
        values: impl Fn(&'a R) -> Values<'a> + Send,
    ) -> Result<()> {
        let width = rows.first().map_or(1, |row| values(row).len());
        self.insert_rows(head, tail, rows, width * MOST_OF_RECORD, values)
            .await
            .map(drop)
    }

    /// Inserts rows, with at most so many values a statement, and returns how many were inserted. The text is `head`, the
    /// rows, and `tail`; `values` returns the values of a row after the tenant.
    pub(super) async fn insert_rows<'a, R: Sync>(
        &mut self,
        head: &'static str,
        tail: &'static str,
        rows: &'a [R],
        most: usize,
        values: impl Fn(&'a R) -> Values<'a> + Send,
    ) -> Result<u64> {
        let width = rows.first().map_or(1, |row| values(row).len());
        let mut inserted = 0;
        for rows in rows.chunks((most / width).max(1)) {
            let statement = insert_of(self.engine(), (head, tail), rows, &values);
            inserted += self.execute(statement.sql()).await?;
        }
        Ok(inserted)
    }

    /// Updates rows from lists of values, in one statement if they are few, otherwise with at most [`MOST_VALUES`] a
    /// statement, and returns how many were updated. `head` ends before the lists, such as
    /// `UPDATE t SET a = v.column2 FROM (VALUES `; `tail` closes and joins them.
    pub(super) async fn update_rows_from<'a, R: Sync>(
        &mut self,
        (head, tail): (&'static str, &'static str),
        rows: &'a [R],
        values: impl Fn(&'a R) -> Values<'a> + Send,
    ) -> Result<u64> {
        let width = rows.first().map_or(1, |row| values(row).len());
        let most = if rows.len() * width > MOST_UPDATED_AT_ONCE {
            MOST_VALUES
        } else {
            MOST_UPDATED_AT_ONCE
        };
        let mut updated = 0;
        for rows in rows.chunks((most / width).max(1)) {
            let mut statement = Statement::new(self.engine(), head);
            statement.rows(rows.iter().map(&values)).push(tail);
            updated += self.execute(statement.sql()).await?;
        }
        Ok(updated)
    }
}

/// The statement that inserts rows, between its head and its tail. `values` returns the values of a row after the tenant.
pub fn insert_of<'a, R>(
    engine: Engine,
    (head, tail): (&'static str, &'static str),
    rows: &'a [R],
    values: impl Fn(&'a R) -> Values<'a>,
) -> Statement<'a> {
    let mut statement = Statement::new(engine, head);
    for (position, row) in rows.iter().enumerate() {
        statement.push(if position == 0 { "($1" } else { ", ($1" });
        for value in values(row) {
            statement.push(", ").bind_boxed(value);
        }
        statement.push(")");
    }
    statement.push(tail);
    statement
}
