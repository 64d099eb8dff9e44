//! Statements that are assembled when they are needed.

use std::fmt::{Display, Write as _};

use sqlx::types::Json;
use uuid::Uuid;

use super::bind::{Bind, IdList, TextList, Values};
use super::engine::{Engine, Sql, Text};

/// A statement that is assembled for an engine: of literals only, so nothing from outside gets into its text.
pub struct Statement<'a> {
    engine: Engine,
    text: String,
    binds: Vec<Box<dyn Bind + 'a>>,
}

impl<'a> Statement<'a> {
    /// Begins a statement.
    pub fn new(engine: Engine, text: &'static str) -> Self {
        Self {
            engine,
            text: text.to_owned(),
            binds: Vec::new(),
        }
    }

    /// The engine that the statement is for.
    pub const fn engine(&self) -> Engine {
        self.engine
    }

    /// Appends text.
    pub fn push(&mut self, text: &'static str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// Begins another of the selections that the statement consists of, whose rows come one after the other.
    pub fn selection(&mut self) -> &mut Self {
        let is_first = self.text.is_empty();
        self.push(if is_first { "SELECT " } else { " UNION ALL SELECT " })
    }

    /// Appends a value.
    pub fn bind(&mut self, value: impl Bind + 'a) -> &mut Self {
        self.bind_boxed(Box::new(value))
    }

    /// Appends a number that is always the same.
    pub fn number(&mut self, number: impl Display) -> &mut Self {
        // Writing to a String cannot fail.
        let _ = write!(self.text, "{number}");
        self
    }

    /// Appends a bound on the number of rows that is always the same. PostgreSQL plans with it, as it cannot with a value.
    pub fn limit(&mut self, most: i64) -> &mut Self {
        self.push(" LIMIT ").number(most)
    }

    /// Appends a value that is boxed already.
    pub fn bind_boxed(&mut self, value: Box<dyn Bind + 'a>) -> &mut Self {
        self.binds.push(value);
        let number = self.binds.len() + 1;
        self.push("$").number(number)
    }

    /// Appends rows of values, each in brackets.
    pub fn rows(&mut self, rows: impl IntoIterator<Item = Values<'a>>) -> &mut Self {
        for (position, values) in rows.into_iter().enumerate() {
            self.push(if position == 0 { "(" } else { ", (" });
            for (place, value) in values.into_iter().enumerate() {
                self.push(if place == 0 { "" } else { ", " }).bind_boxed(value);
            }
            self.push(")");
        }
        self
    }

    /// Appends a condition on the expression before it: it is one of these ids. One id is compared as such: PostgreSQL keeps the
    /// plan of that, and plans the search for a list anew each time.
    pub fn any_ids(&mut self, ids: Vec<Uuid>) -> &mut Self {
        if let [id] = *ids {
            return self.push("= ").bind(id);
        }
        self.enclose(self.engine.dialect().any_ids, IdList(ids))
    }

    /// Appends a condition on the expression before it: it is one of these texts.
    pub fn any_texts(&mut self, texts: Vec<String>) -> &mut Self {
        self.enclose(self.engine.dialect().any_texts, TextList(texts))
    }

    /// Appends a table of these texts, in the column `listed_text`.
    pub fn texts(&mut self, texts: Vec<String>) -> &mut Self {
        self.enclose(self.engine.dialect().texts, TextList(texts))
    }

    /// Appends a table of these ids, in the column `listed_id`.
    pub fn ids(&mut self, ids: Vec<Uuid>) -> &mut Self {
        self.enclose(self.engine.dialect().ids, IdList(ids))
    }

    /// Appends a table of the rows of a JSON list, each a list of texts, in the column `value`.
    pub fn json_rows(&mut self, rows: impl Bind + 'a) -> &mut Self {
        self.enclose(self.engine.dialect().rows, rows)
    }

    /// Appends the lock of the selected rows.
    pub fn lock(&mut self) -> &mut Self {
        self.push(self.engine.dialect().lock)
    }

    /// Appends a condition: `needle` is in the text of the expression.
    pub fn contains(&mut self, expression: &'static str, needle: String) -> &mut Self {
        self.push(self.engine.dialect().position)
            .push("(")
            .push(expression)
            .push(", ")
            .bind(needle)
            .push(") > 0")
    }

    /// Appends a statement that selects columns of the same page of children for each of the parents. `parents` appends their
    /// table, with the column `listed_id`, and `children` appends `FROM … WHERE … ORDER BY … LIMIT …`, where `p.listed_id` is the
    /// parent.
    pub fn page_per_parent(
        &mut self,
        table: &'static str,
        columns: &'static str,
        parents: impl FnOnce(&mut Self),
        children: impl FnOnce(&mut Self),
    ) -> &mut Self {
        if self.engine.has_lateral() {
            self.push("SELECT ").push(columns).push(" FROM ");
            parents(self);
            self.push(" AS p CROSS JOIN LATERAL (SELECT ").push(columns);
            children(self);
            self.push(") AS children")
        } else {
            // CROSS JOIN keeps SQLite from starting at the children.
            self.push("WITH p AS (SELECT listed_id FROM ");
            parents(self);
            self.push(") SELECT ")
                .push(columns)
                .push(" FROM p CROSS JOIN ")
                .push(table);
            self.push(" AS children WHERE children.tenant_id = $1 AND children.id IN (SELECT id");
            children(self);
            self.push(")")
        }
    }

    /// Appends the list and the condition of the contacts `c` who work for organizations: those of the first organization first,
    /// each organization's by name. Both engines walk the list in its order and the index below it, so a LIMIT stops
    /// them.
    pub fn people_of(&mut self, organizations: Vec<Uuid>, most: i64) -> &mut Self {
        self.ids(organizations).push(" AS l CROSS JOIN ");
        if self.engine.has_lateral() {
            self.push(
                "LATERAL (SELECT c.id, c.sort_name, c.search_marks FROM contacts AS c \
                 WHERE c.tenant_id = $1 AND c.organization_id = l.listed_id ORDER BY c.sort_name, c.id",
            )
            .limit(most)
            .push(") AS c WHERE 1 = 1")
        } else {
            self.push("contacts AS c WHERE c.tenant_id = $1 AND c.organization_id = l.listed_id")
        }
    }

    /// Appends the list and the condition of the rows `c` of the search index in ranges of words, each from the first word up to
    /// the one before the second: those of the first range first, each range's in the order of the index.
    pub fn rows_of_ranges(&mut self, ranges: Vec<[String; 2]>, most: i64) -> &mut Self {
        self.json_rows(Json(ranges)).push(" AS l CROSS JOIN ");
        if self.engine.has_lateral() {
            self.push(
                "LATERAL (SELECT c.word, c.sort_key, c.id, c.marks FROM search_words AS c WHERE c.tenant_id = $1 \
                 AND c.word >= l.value ->> 0 AND c.word < l.value ->> 1 ORDER BY c.word, c.sort_key, c.id",
            )
            .limit(most)
            .push(") AS c WHERE 1 = 1")
        } else {
            self.push(
                "search_words AS c WHERE c.tenant_id = $1 \
                 AND c.word >= l.value ->> 0 AND c.word < l.value ->> 1",
            )
        }
    }

    fn enclose(&mut self, (before, after): (&'static str, &'static str), list: impl Bind + 'a) -> &mut Self {
        self.push(before).bind(list).push(after)
    }

    /// The statement as it can be run.
    pub fn sql(&self) -> Sql<'_> {
        Sql {
            text: Text::Assembled(self.text.clone()),
            binds: self.binds.iter().map(|bind| &**bind as &dyn Bind).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_numbers_its_values_from_two() {
        let mut statement = Statement::new(Engine::Sqlite, "SELECT 1 WHERE a = ");
        statement.bind(1).push(" AND b ").any_texts(vec!["x".to_owned()]);

        let sql = statement.sql();
        assert_eq!(
            sql.text.of(Engine::Sqlite),
            "SELECT 1 WHERE a = $2 AND b IN (SELECT value FROM json_each($3))"
        );
        assert_eq!(sql.binds.len(), 2);
    }
}
