//! The statement of a page: where it begins and in which order, so that an index serves it.

use const_format::concatcp;

use super::sort::{Column, Sort, SortField};
use super::statement::Statement;
use crate::model::NOTHING;
use crate::page::{Key, Page};

/// Compares the sort key before it: its first part is there, or absent.
const NAMED: &str = concatcp!(" < '", NOTHING, "'");
const NAMELESS: &str = concatcp!(" >= '", NOTHING, "'");

/// A part of a list in which the index has the order of the list.
struct Part {
    is_named: bool,
    /// Whether the page's cursor is in it.
    has_cursor: bool,
}

/// Appends `FROM … WHERE … ORDER BY … LIMIT …` of a page. `source` appends the table and the conditions.
///
/// Names in descending order are read in two parts: an index has the absent ones, which come last, at its end, too, so that
/// read backwards it begins with them.
pub(super) fn push_page<'a, O: SortField>(
    statement: &mut Statement<'a>,
    columns: &'static str,
    sort: Sort<O>,
    page: &Page,
    source: impl Fn(&mut Statement<'a>),
) {
    let Some(name) = name_read_by_parts(sort) else {
        source(statement);
        push_keyset(statement, sort, page);
        push_order(statement, sort, page.backward);
        push_limit(statement, page);
        return;
    };
    statement.push(" FROM (");
    for (place, part) in parts(page).into_iter().enumerate() {
        statement
            .push(if place == 0 {
                "SELECT "
            } else {
                " UNION ALL SELECT "
            })
            .push(columns)
            .push(" FROM (SELECT ")
            .push(columns);
        source(statement);
        statement
            .push(" AND ")
            .push(name)
            .push(if part.is_named { NAMED } else { NAMELESS });
        if part.has_cursor {
            push_keyset(statement, sort, page);
        }
        statement.push(" ORDER BY ");
        push_columns(statement, sort, page.backward);
        push_limit(statement, page);
        statement.push(") AS part");
    }
    statement.push(") AS parts");
    push_order(statement, sort, page.backward);
    push_limit(statement, page);
}

/// Returns the column of an order whose list is read in parts.
fn name_read_by_parts<O: SortField>(sort: Sort<O>) -> Option<&'static str> {
    match sort.by.columns() {
        [Column::Name(name)] if sort.descending => Some(name),
        _ => None,
    }
}

/// Returns the parts of a list from that of the cursor on, in the direction of the page.
fn parts(page: &Page) -> Vec<Part> {
    let cursor_is_named = page
        .cursor
        .as_ref()
        .map(|cursor| !matches!(cursor.keys.as_slice(), [Key::Text(key)] if key.as_str() >= NOTHING));
    let in_order = [!page.backward, page.backward];
    in_order
        .into_iter()
        .map(|is_named| Part {
            is_named,
            has_cursor: cursor_is_named == Some(is_named),
        })
        .skip_while(|part| cursor_is_named.is_some() && !part.has_cursor)
        .collect()
}

/// One row too many tells whether there is more.
fn push_limit(statement: &mut Statement<'_>, page: &Page) {
    let limit = i64::try_from(page.limit).unwrap_or(i64::MAX - 1) + 1;
    statement.push(" LIMIT ").bind(limit);
}

/// Appends the order of a list. The order of rows that were read by parts begins with their parts.
pub(super) fn push_order<O: SortField>(statement: &mut Statement<'_>, sort: Sort<O>, backward: bool) {
    if let Some(name) = name_read_by_parts(sort) {
        statement
            .push(" ORDER BY (")
            .push(name)
            .push(NAMELESS)
            .push(if backward { ") DESC, " } else { ") ASC, " });
    } else {
        statement.push(" ORDER BY ");
    }
    push_columns(statement, sort, backward);
}

/// Appends the columns of an order and its directions.
fn push_columns<O: SortField>(statement: &mut Statement<'_>, sort: Sort<O>, backward: bool) {
    let direction = if sort.descending == backward {
        " ASC"
    } else {
        " DESC"
    };
    for column in sort.by.columns() {
        if let Column::Day(column) = column {
            statement.push("(").push(column).push(if backward {
                " IS NULL) DESC, "
            } else {
                " IS NULL) ASC, "
            });
        }
        statement.push(column.name()).push(direction).push(", ");
    }
    statement.push("id").push(direction);
}

fn push_keyset<O: SortField>(statement: &mut Statement<'_>, sort: Sort<O>, page: &Page) {
    let Some(cursor) = &page.cursor else { return };
    let compare = if sort.descending == page.backward {
        " > ("
    } else {
        " < ("
    };
    match (cursor.keys.as_slice(), sort.by.columns()) {
        // Nulls come last: forwards they follow every day, backwards the days follow them.
        ([Key::Day(None)], [column]) => {
            statement
                .push(" AND (")
                .push(column.name())
                .push(if page.backward {
                    " IS NOT NULL OR (id)"
                } else {
                    " IS NULL AND (id)"
                })
                .push(compare)
                .bind(cursor.id)
                .push("))");
        }
        (keys, columns) => {
            statement.push(" AND ((");
            for column in columns {
                statement.push(column.name()).push(", ");
            }
            statement.push("id)").push(compare);
            for key in keys {
                push_key(statement, key);
                statement.push(", ");
            }
            statement.bind(cursor.id).push(")");
            if let ([Column::Day(column)], false) = (columns, page.backward) {
                statement.push(" OR ").push(column).push(" IS NULL");
            }
            statement.push(")");
        }
    }
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
