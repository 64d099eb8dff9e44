//! The statements of one page of a list, and of its length.

use super::super::engine::Engine;
use super::super::joined::name_of;
use super::super::page_query::PageQuery;
use super::super::sort::{Column, SortField};
use super::super::statement::Statement;
use super::super::table::Table;
use super::check::Row;
use super::choice::{Driver, seek_column};
use super::condition::{Condition, Conditions, Value};
use super::keyset::{Part, parts, push_limit, push_order, push_order_of_part, push_part, push_parts};
use super::link::Link;
use super::reference::References;

/// A reading of one range of an index of a table, in the list's order.
struct Arm {
    values: Vec<(&'static str, Value)>,
    part: Part,
}

/// The records of a list that are read from their table.
pub struct Rows<'c> {
    /// The table.
    pub table: &'static str,
    /// The conditions.
    pub conditions: &'c Conditions,
    /// The condition that the list is read by.
    pub driver: Option<&'c Condition>,
    /// The column that has the id of the parent `p`.
    pub parent: Option<&'static str>,
}

/// The statement of one page of a list. No statement reads [`Driver::Nothing`].
pub fn page_of<'a, T: Table, O: SortField>(
    engine: Engine,
    conditions: &Conditions,
    driver: Driver<'_>,
    query: PageQuery<'_, O>,
) -> Statement<'a> {
    let mut statement = Statement::new(engine, "");
    statement.joined::<T>(query.wanted, |statement| {
        push_page::<T, O>(statement, conditions, driver, query);
    });
    if query.wanted.has_references() {
        push_order(
            &mut statement,
            name_of(query.wanted),
            query.sort,
            query.page.backward,
        );
    }
    statement
}

/// Appends a selection of the records of one page.
fn push_page<T: Table, O: SortField>(
    statement: &mut Statement<'_>,
    conditions: &Conditions,
    driver: Driver<'_>,
    query: PageQuery<'_, O>,
) {
    let columns = T::columns(query.wanted.columns);
    statement.push("SELECT ").push(columns);
    match driver {
        Driver::Ordered(condition @ Condition::Linked { link, values }) => {
            statement.push(" FROM (");
            push_links(statement, T::TABLE, (condition, link, values), conditions, query);
            statement.records_of_h(T::TABLE);
            push_order(statement, "", query.sort, query.page.backward);
            push_limit(statement, query.page);
        }
        Driver::Few(condition) => {
            statement.push(" FROM (");
            let row = statement.few_records(T::TABLE, columns, condition, conditions);
            push_parts(statement, row, query.sort, query.page);
            push_order(statement, "", query.sort, query.page.backward);
            push_limit(statement, query.page);
        }
        Driver::Nothing | Driver::Order => {
            let rows = Rows {
                table: T::TABLE,
                conditions,
                driver: None,
                parent: None,
            };
            rows.push_page(statement, columns, query);
        }
        Driver::Ordered(condition @ Condition::Refers(references)) if references.only().is_none() => {
            let rows = Rows {
                table: T::TABLE,
                conditions,
                driver: Some(condition),
                parent: Some(references.column),
            };
            rows.push_pages(statement, columns, query, |to| {
                to.references(references);
            });
        }
        Driver::Ordered(condition) => {
            let rows = Rows {
                table: T::TABLE,
                conditions,
                driver: Some(condition),
                parent: None,
            };
            rows.push_page(statement, columns, query);
        }
    }
}

impl Rows<'_> {
    /// Appends `FROM … WHERE … ORDER BY … LIMIT …` of a page.
    pub fn push_page<O: SortField>(
        &self,
        to: &mut Statement<'_>,
        columns: &'static str,
        query: PageQuery<'_, O>,
    ) {
        let arms = self.arms(query);
        if let [arm] = &arms[..] {
            return self.push_arm(to, arm, query);
        }
        to.push(" FROM (");
        for (place, arm) in arms.iter().enumerate() {
            to.push(if place == 0 {
                "SELECT "
            } else {
                " UNION ALL SELECT "
            })
            .push(columns)
            .push(" FROM (SELECT ")
            .push(columns);
            self.push_arm(to, arm, query);
            to.push(") AS part");
        }
        to.push(") AS parts");
        push_order(to, "", query.sort, query.page.backward);
        push_limit(to, query.page);
    }

    /// Appends `FROM … ORDER BY … LIMIT …` of the first records of the pages of several parents.
    pub fn push_pages<O: SortField>(
        &self,
        to: &mut Statement<'_>,
        columns: &'static str,
        query: PageQuery<'_, O>,
        parents: impl FnOnce(&mut Statement<'_>),
    ) {
        to.push(" FROM (");
        to.page_per_parent(self.table, columns, parents, |to| {
            self.push_page(to, columns, query);
        });
        to.push(") AS pages");
        push_order(to, "", query.sort, query.page.backward);
        push_limit(to, query.page);
    }

    fn arms<O: SortField>(&self, query: PageQuery<'_, O>) -> Vec<Arm> {
        let mut combinations = match self.driver {
            Some(Condition::OneOf { columns, rows }) => rows
                .iter()
                .map(|row| columns.iter().copied().zip(row.iter().cloned()).collect())
                .collect(),
            Some(Condition::Refers(References { column, ids, .. })) if self.parent.is_none() => {
                let values = ids.iter().map(|id| vec![(*column, Value::CurrentId(*id))]);
                values.collect()
            }
            _ => vec![Vec::new()],
        };
        if let Some((column, flags)) = self.flags(query.sort.by) {
            combinations = combinations
                .into_iter()
                .flat_map(|values: Vec<(&'static str, Value)>| {
                    flags.iter().map(move |flag| {
                        let mut values = values.clone();
                        values.push((column, flag.clone()));
                        values
                    })
                })
                .collect();
        }
        let parts = parts(query.sort, query.page);
        let arms = combinations.into_iter().flat_map(|values| {
            parts.iter().map(move |part| Arm {
                values: values.clone(),
                part: *part,
            })
        });
        arms.collect()
    }

    /// Returns the flag by whose values the index is read, and the values: an index has it before the order's other columns.
    fn flags<O: SortField>(&self, order: O) -> Option<(&'static str, Vec<Value>)> {
        let both = || vec![Value::Flag(true), Value::Flag(false)];
        let leads = |column| matches!(order.columns().first(), Some(Column::Flag(flag)) if *flag == column);
        let column = flag_of(order)?;
        if self.driver.is_some_and(|driver| is_flag(driver, column)) {
            return None;
        }
        let given = self.conditions.0.iter().find_map(|condition| match condition {
            Condition::OneOf { columns, rows } if **columns == [column] => {
                Some(rows.iter().flatten().cloned())
            }
            _ => None,
        });
        let seeks = |condition: &Condition| is_sought(condition, order);
        match given {
            Some(values) => Some((column, values.collect())),
            None if leads(column) && self.conditions.0.iter().any(seeks) => Some((column, both())),
            None if !leads(column) && (self.driver.is_some() || self.parent.is_some()) => {
                Some((column, both()))
            }
            None => None,
        }
    }

    fn push_arm<O: SortField>(&self, to: &mut Statement<'_>, arm: &Arm, query: PageQuery<'_, O>) {
        let row = Row::of(self.table);
        to.push_from_table(self.table);
        if let Some(parent) = self.parent {
            to.push(" AND ").column(row, parent).push(" = p.listed_id");
        }
        for (column, value) in &arm.values {
            to.push(" AND ").column(row, column).push(" = ").value(value);
        }
        if let Some(condition @ Condition::Null { .. }) = self.driver {
            to.condition(row, condition);
        }
        let flag = flag_of(query.sort.by);
        let is_read = |condition: &Condition| is_sought(condition, query.sort.by);
        let others = self.conditions.0.iter().filter(|condition| {
            let is_driver = self.driver == Some(*condition) && !is_read(condition);
            !is_driver && !flag.is_some_and(|flag| is_flag(condition, flag))
        });
        to.checks(self.table, row, is_read, others);
        push_part(to, row, arm.part, query.sort, query.page);
        push_order_of_part(to, row, query.sort, query.page.backward);
        push_limit(to, query.page);
    }
}

/// Whether the condition is a range of the order's own column, which the index is read by.
fn is_sought<O: SortField>(condition: &Condition, order: O) -> bool {
    matches!(condition, Condition::Range { column, .. } if seek_column(order.columns()) == Some(*column))
}

/// The flag that indexes have before the columns of an order, or among them.
fn flag_of<O: SortField>(order: O) -> Option<&'static str> {
    match order.columns().first() {
        Some(Column::Flag(flag)) => Some(flag),
        _ => order.flag_before(),
    }
}

fn is_flag(condition: &Condition, column: &'static str) -> bool {
    matches!(condition, Condition::OneOf { columns, .. } if **columns == [column])
}

/// Appends a selection of the ids of one page of records that are linked to one of some values.
fn push_links<O: SortField>(
    to: &mut Statement<'_>,
    table: &'static str,
    (driver, link, values): (&Condition, &'static Link, &[Value]),
    conditions: &Conditions,
    query: PageQuery<'_, O>,
) {
    let row = Row::of_link(link);
    let parts = parts(query.sort, query.page);
    let arms: Vec<(&Value, Part)> = values
        .iter()
        .flat_map(|value| parts.iter().map(move |part| (value, *part)))
        .collect();
    for (place, (value, part)) in arms.iter().enumerate() {
        if arms.len() > 1 {
            to.push(if place == 0 { "" } else { " UNION " })
                .push("SELECT listed_id FROM (");
        }
        to.push("SELECT w.").push(link.record).push(" AS listed_id");
        to.linked_records(
            table,
            row,
            (driver, link, std::slice::from_ref(*value)),
            conditions,
            |condition| is_sought(condition, query.sort.by),
        );
        if let Some(copy) = link.absent_copy(query.sort.by.columns()) {
            to.push(" AND w.").push(copy).push(" IS NOT NULL");
        }
        push_part(to, row, *part, query.sort, query.page);
        push_order_of_part(to, row, query.sort, query.page.backward);
        push_limit(to, query.page);
        to.push(if arms.len() > 1 { ") AS part" } else { "" });
    }
}

/// The statement that counts the rows of a list, up to one more than `most`.
pub fn count<'a>(
    engine: Engine,
    table: &'static str,
    conditions: &Conditions,
    driver: Driver<'_>,
    most: i64,
) -> Statement<'a> {
    let mut statement = Statement::new(engine, "SELECT COUNT(*) FROM (");
    match driver {
        Driver::Ordered(condition @ Condition::Linked { link, values }) => {
            let row = Row::of_link(link);
            // A record with several values, or several links to one, counts once.
            let is_whole = values.len() == 1 || link.copies.is_empty();
            let ways = if is_whole {
                vec![&values[..]]
            } else {
                values.chunks(1).collect()
            };
            let count = ways.len();
            for (place, values) in ways.into_iter().enumerate() {
                statement.push(if place == 0 { "" } else { " UNION " });
                statement.push(if count > 1 { "SELECT listed_id FROM (" } else { "" });
                statement
                    .push(if link.copies.is_empty() {
                        "SELECT DISTINCT w."
                    } else {
                        "SELECT w."
                    })
                    .push(link.record)
                    .push(" AS listed_id");
                statement.linked_records(table, row, (condition, link, values), conditions, |_| false);
                statement.limit(most + 1);
                statement.push(if count > 1 { ") AS part" } else { "" });
            }
            if count > 1 {
                statement.limit(most + 1);
            }
        }
        Driver::Ordered(condition) | Driver::Few(condition) => {
            statement.push("SELECT 1 AS one").push_from_table(table);
            let others = conditions.0.iter();
            statement.checks(table, Row::of(table), |other| other == condition, others);
            statement.limit(most + 1);
        }
        Driver::Nothing | Driver::Order => {
            statement.push("SELECT 1 AS one").push_from_table(table);
            statement.checks(table, Row::of(table), |_| false, conditions.0.iter());
            statement.limit(most + 1);
        }
    }
    statement.push(") AS counted");
    statement
}

impl Statement<'_> {
    /// Appends `FROM … WHERE …` of the rows `w` that link records to one of these values, of records that meet the other
    /// conditions.
    fn linked_records(
        &mut self,
        table: &'static str,
        row: Row,
        (driver, link, values): (&Condition, &'static Link, &[Value]),
        conditions: &Conditions,
        is_sought: impl Fn(&Condition) -> bool,
    ) {
        self.push_from_link(link, values);
        if let Some(first) = link.first {
            self.push(" AND ").push(first);
        }
        let others = conditions.0.iter().filter(|condition| *condition != driver);
        self.checks(table, row, is_sought, others);
    }

    /// Appends a selection of the few records that meet a condition, and the others, and returns its row. Its limit, which
    /// is none, keeps engines from reading another index.
    fn few_records(
        &mut self,
        table: &'static str,
        columns: &'static str,
        condition: &Condition,
        conditions: &Conditions,
    ) -> Row {
        let row = Row::of(table);
        let others = conditions.0.iter().filter(|other| *other != condition);
        match condition {
            Condition::Linked { .. } | Condition::ExternalId { .. } | Condition::Owned(_) => {
                self.ids_of(condition).limit(i64::MAX);
                self.records_of_h(table);
                self.checks(table, row, |_| false, others);
                row
            }
            _ => {
                self.push("SELECT ").push(columns).push_from_table(table);
                self.condition(row, condition);
                self.checks(table, row, |_| false, others);
                self.limit(i64::MAX).push(") AS h WHERE 1 = 1");
                Row::of("h")
            }
        }
    }

    /// Appends the end of a selection of ids, `h`, and that of their records. `CROSS JOIN` keeps SQLite from starting at the
    /// records.
    fn records_of_h(&mut self, table: &'static str) -> &mut Self {
        self.push(") AS h CROSS JOIN ")
            .push(table)
            .push(" WHERE ")
            .push(table)
            .push(".tenant_id = $1 AND ")
            .push(table)
            .push(".id = h.listed_id")
    }
}
