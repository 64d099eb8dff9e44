//! Several statements that write, sent as one.
//!
//! Each message to PostgreSQL and its answer take as much time as a small statement. Statements that write to different tables,
//! and do not read what the others write, become the parts of one (`WITH … AS (INSERT …)`).

use std::fmt::Write as _;

use super::bind::Bind;
use super::engine::{Engine, Sql, Text};

/// Statements that are sent at once.
pub struct AtOnce<'a> {
    engine: Engine,
    text: String,
    binds: Vec<&'a dyn Bind>,
    parts: usize,
}

impl<'a> AtOnce<'a> {
    /// Begins with a statement that returns a row for each row that it changes.
    pub fn with(engine: Engine, first: Sql<'a>) -> Self {
        let mut all = Self {
            engine,
            text: String::new(),
            binds: Vec::new(),
            parts: 0,
        };
        all.add(first);
        all
    }

    /// Adds a statement.
    pub fn add(&mut self, sql: Sql<'a>) {
        let before = if self.parts == 0 { "WITH" } else { "," };
        // Writing to a String cannot fail.
        let _ = write!(self.text, "{before} part{} AS (", self.parts);
        push_renumbered(&mut self.text, &sql.text.of(self.engine), self.binds.len());
        self.text.push(')');
        self.binds.extend(sql.binds);
        self.parts += 1;
    }

    /// The statement, which returns the number of rows that the first one changed.
    pub fn sql(mut self) -> Sql<'a> {
        self.text.push_str(" SELECT COUNT(*) FROM part0");
        Sql {
            text: Text::Assembled(self.text),
            binds: self.binds,
        }
    }
}

/// Appends the text of a statement, with the numbers of its values, from `$2`, raised by those before it.
fn push_renumbered(to: &mut String, text: &str, by: usize) {
    let mut parts = text.split('$');
    to.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let end = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
        let (number, rest) = part.split_at(end);
        let number: usize = number.parse().unwrap_or_default();
        let number = if number > 1 { number + by } else { number };
        // Writing to a String cannot fail.
        let _ = write!(to, "${number}{rest}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::engine::sql;

    #[test]
    fn values_are_numbered_through_all_parts() {
        let (room, name, one) = (7, "x", 1);
        let mut all = AtOnce::with(
            Engine::Postgres,
            sql!("UPDATE a SET b = $2 WHERE t = $1 RETURNING $3", room, one),
        );
        all.add(sql!("INSERT INTO c VALUES ($1, $2)", name));

        let sql = all.sql();

        assert_eq!(
            sql.text.of(Engine::Postgres),
            "WITH part0 AS (UPDATE a SET b = $2 WHERE t = $1 RETURNING $3), \
             part1 AS (INSERT INTO c VALUES ($1, $4)) SELECT COUNT(*) FROM part0"
        );
        assert_eq!(sql.binds.len(), 3);
    }
}
