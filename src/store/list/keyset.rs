//! The order of a page and the place where it begins, so that an index serves it.

use const_format::concatcp;

use super::super::sort::{Column, Sort, SortField};
use super::super::statement::Statement;
use super::check::Row;
use crate::model::NOTHING;
use crate::page::{Key, Page};

/// Compares the sort key before it: its first part is there, or absent.
const NAMED: &str = concatcp!(" < '", NOTHING, "'");
const NAMELESS: &str = concatcp!(" >= '", NOTHING, "'");

/// A part of a list in which an index has the order of the list.
///
/// Names in descending order, and days that may be absent, are read in two parts: the absent ones come last in either
/// direction, and an index has them at one end only. After a cursor, an order that begins with a flag is read in two
/// parts, too: PostgreSQL takes a row of columns to be as selective as its first one, so that it takes the rows after a
/// flag's last value to be none, and reads any index.
#[derive(Clone, Copy)]
pub struct Part {
    /// The column that all records of the part have, or all lack.
    split: Option<Split>,
    is_there: bool,
    /// Whether the page's cursor is in it.
    has_cursor: bool,
}

/// A column that may be absent, in an order that has its absence last, or a flag that an order begins with.
#[derive(Clone, Copy)]
enum Split {
    Name(&'static str),
    Day(&'static str),
    Flag(&'static str),
}

impl Split {
    fn of<O: SortField>(sort: Sort<O>) -> Option<Self> {
        match sort.by.columns() {
            [Column::Name(name)] if sort.descending => Some(Self::Name(name)),
            [Column::Day(day)] => Some(Self::Day(day)),
            [Column::Flag(flag), ..] => Some(Self::Flag(flag)),
            _ => None,
        }
    }

    const fn column(self) -> &'static str {
        match self {
            Self::Name(column) | Self::Day(column) | Self::Flag(column) => column,
        }
    }

    /// Whether the part with the column comes first in a list.
    const fn is_first<O: SortField>(self, sort: Sort<O>) -> bool {
        match self {
            Self::Name(_) | Self::Day(_) => true,
            Self::Flag(_) => sort.descending,
        }
    }

    const fn condition(self, is_there: bool) -> &'static str {
        match (self, is_there) {
            (Self::Name(_), true) => NAMED,
            (Self::Name(_), false) => NAMELESS,
            (Self::Day(_), true) => " IS NOT NULL",
            (Self::Day(_), false) => " IS NULL",
            (Self::Flag(_), true) => " = TRUE",
            (Self::Flag(_), false) => " = FALSE",
        }
    }

    fn has(self, keys: &[Key]) -> bool {
        match (self, keys) {
            (Self::Name(_), [Key::Text(key)]) => key.as_str() < NOTHING,
            (Self::Flag(_), [Key::Flag(flag), ..]) => *flag,
            (_, [Key::Day(None)]) => false,
            _ => true,
        }
    }
}

/// Returns the parts of a list from that of the cursor on, in the direction of the page.
pub fn parts<O: SortField>(sort: Sort<O>, page: &Page) -> Vec<Part> {
    let split = match Split::of(sort) {
        Some(Split::Flag(_)) if page.cursor.is_none() => None,
        split => split,
    };
    let Some(split) = split else {
        return vec![Part {
            split: None,
            is_there: true,
            has_cursor: page.cursor.is_some(),
        }];
    };
    let cursor_is_there = page.cursor.as_ref().map(|cursor| split.has(&cursor.keys));
    let is_first = split.is_first(sort) != page.backward;
    [is_first, !is_first]
        .into_iter()
        .map(|is_there| Part {
            split: Some(split),
            is_there,
            has_cursor: cursor_is_there == Some(is_there),
        })
        .skip_while(|part| cursor_is_there.is_some() && !part.has_cursor)
        .collect()
}

/// Appends the conditions of a part: ` AND …` for its column, and for where the page begins.
pub fn push_part<O: SortField>(
    statement: &mut Statement<'_>,
    row: Row,
    part: Part,
    sort: Sort<O>,
    page: &Page,
) {
    if let Some(split) = part.split {
        statement
            .push(" AND ")
            .column(row, split.column())
            .push(split.condition(part.is_there));
    }
    if part.has_cursor {
        push_keyset(statement, row, part, sort, page);
    }
}

/// Appends ` AND …`: the record is in one of the parts.
pub fn push_parts<O: SortField>(statement: &mut Statement<'_>, row: Row, sort: Sort<O>, page: &Page) {
    let parts = parts(sort, page);
    if let [part] = parts[..] {
        return push_part(statement, row, part, sort, page);
    }
    if !parts.iter().any(|part| part.has_cursor) {
        return;
    }
    for (place, part) in parts.into_iter().enumerate() {
        statement.push(if place == 0 { " AND ((1 = 1" } else { ") OR (1 = 1" });
        push_part(statement, row, part, sort, page);
    }
    statement.push("))");
}

/// Appends the limit: one row too many tells whether there is more.
pub fn push_limit(statement: &mut Statement<'_>, page: &Page) {
    let limit = i64::try_from(page.limit).unwrap_or(i64::MAX - 1) + 1;
    statement.push(" LIMIT ").bind(limit);
}

/// Appends the order of rows of all parts, whose name ends with a dot unless it is empty.
pub fn push_order<O: SortField>(
    statement: &mut Statement<'_>,
    row: &'static str,
    sort: Sort<O>,
    backward: bool,
) {
    statement.push(" ORDER BY ");
    if let Some(split @ (Split::Name(_) | Split::Day(_))) = Split::of(sort) {
        statement
            .push("(")
            .push(row)
            .push(split.column())
            .push(split.condition(false))
            .push(if backward { ") DESC, " } else { ") ASC, " });
    }
    let direction = direction(sort, backward);
    for column in sort.by.columns() {
        statement.push(row).push(column.name()).push(direction).push(", ");
    }
    statement.push(row).push("id").push(direction);
}

/// Appends the order of the rows of one part.
pub fn push_order_of_part<O: SortField>(
    statement: &mut Statement<'_>,
    row: Row,
    sort: Sort<O>,
    backward: bool,
) {
    let direction = direction(sort, backward);
    statement.push(" ORDER BY ");
    for column in sort.by.columns() {
        statement.column(row, column.name()).push(direction).push(", ");
    }
    statement.column(row, "id").push(direction);
}

fn direction<O: SortField>(sort: Sort<O>, backward: bool) -> &'static str {
    if sort.descending == backward {
        " ASC"
    } else {
        " DESC"
    }
}

fn push_keyset<O: SortField>(
    statement: &mut Statement<'_>,
    row: Row,
    part: Part,
    sort: Sort<O>,
    page: &Page,
) {
    let Some(cursor) = &page.cursor else { return };
    let is_given = match part.split {
        Some(Split::Flag(_)) => true,
        Some(Split::Day(_)) => !part.is_there,
        _ => false,
    };
    // All records of the part have the same value.
    let given = usize::from(is_given);
    let columns = sort.by.columns().iter().skip(given);
    let keys = cursor.keys.iter().skip(given);
    statement.push(" AND (");
    for column in columns.clone() {
        statement.column(row, column.name()).push(", ");
    }
    statement
        .column(row, "id")
        .push(if sort.descending == page.backward {
            ") > ("
        } else {
            ") < ("
        });
    for (_, key) in columns.zip(keys) {
        push_key(statement, key);
        statement.push(", ");
    }
    statement.bind(cursor.id).push(")");
}

fn push_key(statement: &mut Statement<'_>, key: &Key) {
    match key {
        Key::Text(text) => statement.bind(text.clone()),
        Key::Instant(instant) => statement.bind(*instant),
        Key::Day(day) => statement.bind(*day),
        Key::Flag(flag) => statement.bind(*flag),
        Key::Number(number) => statement.bind(*number),
    };
}
