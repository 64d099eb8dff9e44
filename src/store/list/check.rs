//! Conditions as parts of statements: of the index that is read, or checked on each record that it gives.

use super::super::statement::Statement;
use super::condition::{Condition, Value};
use super::link::Link;

/// The row by which a statement knows a record: of the record's own table, or of a table of links.
#[derive(Clone, Copy)]
pub struct Row {
    /// The name of the row.
    pub name: &'static str,
    /// The table of links.
    pub link: Option<&'static Link>,
}

impl Row {
    /// The row of a table of records.
    pub const fn of(table: &'static str) -> Self {
        Self {
            name: table,
            link: None,
        }
    }

    /// The row `w` of a table of links.
    pub const fn of_link(link: &'static Link) -> Self {
        Self {
            name: "w",
            link: Some(link),
        }
    }

    /// Returns the column of the row that has the value of a column of the record.
    pub fn column(self, column: &'static str) -> Option<&'static str> {
        match self.link {
            None => Some(column),
            Some(link) if column == "id" => Some(link.record),
            Some(link) => link.copy_of(column),
        }
    }
}

impl Statement<'_> {
    /// Appends the name of a column of the record; the row has it.
    pub fn column(&mut self, row: Row, column: &'static str) -> &mut Self {
        self.push(row.name)
            .push(".")
            .push(row.column(column).unwrap_or(column))
    }

    /// Appends ` AND …`: the record's row meets the condition.
    pub fn condition(&mut self, row: Row, condition: &Condition) {
        match condition {
            Condition::OneOf { columns, rows } => self.push(" AND ").rows_of(row, columns, rows),
            Condition::Refers(references) => {
                self.push(" AND ")
                    .column(row, references.column)
                    .one_of_references(references);
            }
            Condition::Null { column, is_null, .. } => {
                self.push(" AND ").column(row, column).push(if *is_null {
                    " IS NULL"
                } else {
                    " IS NOT NULL"
                });
            }
            Condition::Range { column, from, before } => {
                for (compare, value) in [(" >= ", from), (" < ", before)] {
                    if let Some(value) = value {
                        self.push(" AND ").column(row, column).push(compare).value(value);
                    }
                }
            }
            Condition::Linked { link, values } => self.link(row, link, values),
            Condition::ExternalId { .. } => {
                self.push(" AND ")
                    .column(row, "id")
                    .push(" = (")
                    .ids_of(condition)
                    .push(")");
            }
            Condition::Owned(is_owned) => {
                self.push(
                    " AND (SELECT 1 FROM relationships AS x WHERE x.tenant_id = $1 AND x.organization_id = ",
                )
                .column(row, "id")
                .push(" AND x.ended_on IS NULL LIMIT 1)")
                .push(if *is_owned { " IS NOT NULL" } else { " IS NULL" });
            }
            Condition::Settled => {
                let settled = self.engine().dialect().settled;
                self.push(" AND ").column(row, "xid").push(" < ").push(settled);
            }
            Condition::Unindexed(condition) => self.condition(row, condition),
        }
    }

    /// Appends ` AND …` for the conditions. They are written so that no engine reads an index by them: it reads the one
    /// that was chosen, and checks these. PostgreSQL takes such checks to be met by half of the records or almost all, so
    /// that it expects to find a page soon; it takes `… = 1` to be met by one record in 200, and would sort them all.
    pub fn checks<'c>(
        &mut self,
        table: &'static str,
        row: Row,
        is_read: impl Fn(&Condition) -> bool,
        conditions: impl Iterator<Item = &'c Condition>,
    ) {
        let mut others = Vec::new();
        for condition in conditions {
            match condition {
                _ if is_read(condition) => self.condition(row, condition),
                Condition::Settled | Condition::ExternalId { .. } if row.link.is_none() => {
                    self.condition(row, condition);
                }
                Condition::Linked { link, .. } if has_key(row, link) => self.condition(row, condition),
                Condition::Owned(_) => self.condition(row, condition),
                _ => others.push(condition),
            }
        }
        if others.is_empty() {
            return;
        }
        if row.link.is_none() {
            self.push(" AND CASE WHEN 1 = 1");
            for condition in others {
                self.condition(row, condition);
            }
            self.push(" THEN TRUE ELSE FALSE END");
        } else {
            self.push(" AND (SELECT 1 FROM ")
                .push(table)
                .push(" AS r WHERE r.tenant_id = $1 AND r.id = ")
                .column(row, "id");
            for condition in others {
                self.condition(
                    Row {
                        name: "r",
                        link: None,
                    },
                    condition,
                );
            }
            self.push(") IS NOT NULL");
        }
    }

    /// Appends a selection of the ids of the records that meet a condition.
    pub fn ids_of(&mut self, condition: &Condition) -> &mut Self {
        match condition {
            Condition::ExternalId { kind, key } => self
                .push("SELECT owner_id AS listed_id FROM external_ids WHERE tenant_id = $1 AND kind = ")
                .bind(*kind)
                .push(" AND source = ")
                .bind(key.source.clone())
                .push(" AND value = ")
                .bind(key.value.clone()),
            Condition::Owned(_) => self
                .push("SELECT DISTINCT organization_id AS listed_id")
                .push_from_owned(),
            Condition::Linked { link, values } => {
                self.push("SELECT DISTINCT w.")
                    .push(link.record)
                    .push(" AS listed_id");
                self.push_from_link(link, values);
                self
            }
            _ => self,
        }
    }

    /// Appends `FROM … WHERE …` of the current relationships of all organizations.
    pub fn push_from_owned(&mut self) -> &mut Self {
        self.push(" FROM relationships WHERE tenant_id = $1 AND ended_on IS NULL")
    }

    /// Appends `FROM … WHERE …` of the rows `w` that link records to one of these values.
    pub fn push_from_link(&mut self, link: &'static Link, values: &[Value]) -> &mut Self {
        self.push(" FROM ")
            .push(link.table)
            .push(" AS w WHERE w.tenant_id = $1 AND w.")
            .push(link.value)
            .one_of(values);
        if let Some(column) = link.null {
            self.push(" AND w.").push(column).push(" IS NULL");
        }
        self
    }

    fn link(&mut self, row: Row, link: &'static Link, values: &[Value]) {
        self.push(" AND (SELECT 1 FROM ")
            .push(link.table)
            .push(" AS x WHERE x.tenant_id = $1 AND x.")
            .push(link.value)
            .one_of(values);
        if let Some((original, copy)) = link.copies.first() {
            self.push(" AND x.").push(copy).push(" = ").column(row, original);
        }
        if let Some(column) = link.null {
            self.push(" AND x.").push(column).push(" IS NULL");
        }
        self.push(" AND x.")
            .push(link.record)
            .push(" = ")
            .column(row, "id")
            .push(" LIMIT 1) IS NOT NULL");
    }

    fn rows_of(&mut self, row: Row, columns: &'static [&'static str], rows: &[Vec<Value>]) {
        if let [column] = columns {
            let values: Vec<Value> = rows.iter().flatten().cloned().collect();
            self.column(row, column).one_of(&values);
            return;
        }
        self.push("(1 = 0");
        for values in rows {
            self.push(" OR (1 = 1");
            for (column, value) in columns.iter().zip(values) {
                self.push(" AND ").column(row, column).push(" = ").value(value);
            }
            self.push(")");
        }
        self.push(")");
    }
}

/// Whether the row has all columns by which a record's link is looked up.
fn has_key(row: Row, link: &Link) -> bool {
    link.copies
        .first()
        .is_none_or(|(original, _)| row.column(original).is_some())
}
