//! Lists: filter, order and keyset, and the page of each of many parents, written once for every noun.

use std::collections::HashMap;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use tracing::instrument;
use uuid::Uuid;

use super::Tenant;
use super::engine::Engine;
use super::read::Read as _;
use super::statement::Statement;
use super::table::Table;
use crate::error::{Error, Result};
use crate::page::{Cursor, Key, Page, PageArgs, Slice};

/// A record that is read in lists.
pub trait Listed: Table {
    /// The orders of its lists.
    type Order: SortField;
    /// What its lists can be narrowed by.
    type Filter: Filter + Eq + Hash + 'static;

    /// The record's place in an order: one key for each of the order's columns.
    fn keys(&self, order: Self::Order) -> Vec<Key>;

    /// The cursor of the record in a list.
    fn cursor(&self, sort: Sort<Self::Order>) -> Cursor {
        Cursor {
            order: sort.name(),
            keys: self.keys(sort.by),
            id: self.uuid(),
        }
    }
}

/// A field that a list can be sorted by.
pub trait SortField: Copy + Eq + Hash + Send + Sync + fmt::Debug + 'static {
    /// The name of the list in cursors.
    const LIST: &'static str;

    /// The columns, the id left out, most significant first.
    fn columns(self) -> &'static [Column];

    /// Whether its ascending order compares the columns from the greatest to the least.
    fn is_reversed(self) -> bool {
        false
    }
}

/// A column that an order compares.
#[derive(Clone, Copy, Debug)]
pub enum Column {
    /// Folded text.
    Text(&'static str),
    /// An instant.
    Instant(&'static str),
    /// A day, or none; then the only column of its order. None comes last, whatever the direction.
    Day(&'static str),
    /// A flag.
    Flag(&'static str),
    /// A whole number.
    Number(&'static str),
}

impl Column {
    const fn name(self) -> &'static str {
        match self {
            Self::Text(name)
            | Self::Instant(name)
            | Self::Day(name)
            | Self::Flag(name)
            | Self::Number(name) => name,
        }
    }

    const fn takes(self, key: &Key) -> bool {
        matches!(
            (self, key),
            (Self::Text(_), Key::Text(_))
                | (Self::Instant(_), Key::Instant(_))
                | (Self::Day(_), Key::Day(_))
                | (Self::Flag(_), Key::Flag(_))
                | (Self::Number(_), Key::Number(_))
        )
    }
}

/// An order and a direction; the id makes it total.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Sort<O> {
    /// The field to sort by.
    pub by: O,
    /// Whether the order is descending.
    pub descending: bool,
}

impl<O: SortField> Sort<O> {
    /// Returns the name of the order in cursors, so that a cursor is refused in another list and under another order.
    pub fn name(&self) -> String {
        let direction = if self.descending { "-" } else { "+" };
        format!("{} {:?}{direction}", O::LIST, self.by)
    }

    /// The page of a list in this order that a client means.
    pub fn page(&self, args: PageArgs, otherwise: i32) -> Result<Page> {
        let page = args.page(&self.name(), otherwise)?;
        let fits = page.cursor.as_ref().is_none_or(|cursor| {
            let columns = self.by.columns();
            columns.len() == cursor.keys.len()
                && columns
                    .iter()
                    .zip(&cursor.keys)
                    .all(|(column, key)| column.takes(key))
        });
        if fits { Ok(page) } else { Err(Error::InvalidCursor) }
    }
}

/// The conditions of a list.
pub trait Filter: Send + Sync {
    /// Adds ` AND …` for each condition.
    fn conditions<'a>(&'a self, to: &mut Statement<'a>);
}

/// The way from a parent to its children.
pub struct Edge<T> {
    /// The column of the child that holds the parent's id.
    pub column: &'static str,
    /// The parent of a child.
    pub parent: fn(&T) -> Option<Uuid>,
}

/// The children of any parent that meet a filter; all of them without one.
pub struct Children<T: Listed> {
    /// The way from the parent.
    pub edge: &'static Edge<T>,
    /// The conditions.
    pub filter: Option<Arc<T::Filter>>,
}

impl<T: Listed> Children<T> {
    /// The children that the statement reads for each parent `p`.
    fn push<'a>(&'a self, to: &mut Statement<'a>) {
        to.push(" FROM ")
            .push(T::TABLE)
            .push(" WHERE tenant_id = $1 AND ")
            .push(self.edge.column)
            .push(" = p.listed_id");
        if let Some(filter) = &self.filter {
            filter.conditions(to);
        }
    }
}

impl<T: Listed> Clone for Children<T> {
    fn clone(&self) -> Self {
        Self {
            edge: self.edge,
            filter: self.filter.clone(),
        }
    }
}

impl<T: Listed> PartialEq for Children<T> {
    fn eq(&self, other: &Self) -> bool {
        self.edge.column == other.edge.column && self.filter == other.filter
    }
}

impl<T: Listed> Eq for Children<T> {}

impl<T: Listed> Hash for Children<T> {
    fn hash<H: Hasher>(&self, to: &mut H) {
        (self.edge.column, &self.filter).hash(to);
    }
}

impl Tenant {
    /// Returns one page of a list.
    #[instrument(skip_all, err)]
    pub async fn list<T: Listed>(
        &self,
        filter: &dyn Filter,
        sort: Sort<T::Order>,
        page: &Page,
    ) -> Result<Slice<T>> {
        let statement = page_of::<T>(self.engine(), filter, sort, page);
        Ok(Slice::of(self.fetch_all(statement.sql()).await?, page))
    }

    /// Returns the number of rows of a list, counted up to one more than `most`.
    #[instrument(skip_all, err)]
    pub async fn count<T: Listed>(&self, filter: &dyn Filter, most: i64) -> Result<i64> {
        let statement = count::<T>(self.engine(), filter, most);
        let count: Option<(i64,)> = self.fetch_optional(statement.sql()).await?;
        Ok(count.unwrap_or_default().0)
    }

    /// Returns the same page of each parent's children, by one statement.
    #[instrument(skip_all, err)]
    pub async fn pages_of<T: Listed>(
        &self,
        children: &Children<T>,
        sort: Sort<T::Order>,
        page: &Page,
        parents: &[Uuid],
    ) -> Result<HashMap<Uuid, Slice<T>>> {
        let statement = page_per_parent(self.engine(), children, sort, page, parents);
        let mut pages: HashMap<Uuid, Vec<T>> = HashMap::new();
        for row in self.fetch_all::<T>(statement.sql()).await? {
            if let Some(parent) = (children.edge.parent)(&row) {
                pages.entry(parent).or_default().push(row);
            }
        }
        Ok(parents
            .iter()
            .map(|parent| (*parent, Slice::of(pages.remove(parent).unwrap_or_default(), page)))
            .collect())
    }

    /// Returns the number of each parent's children, counted up to one more than `most`, by one statement.
    #[instrument(skip_all, err)]
    pub async fn counts_of<T: Listed>(
        &self,
        children: &Children<T>,
        most: i64,
        parents: &[Uuid],
    ) -> Result<HashMap<Uuid, i64>> {
        let statement = count_per_parent(self.engine(), children, most, parents);
        let counts: Vec<(Uuid, i64)> = self.fetch_all(statement.sql()).await?;
        Ok(counts.into_iter().collect())
    }

    /// Returns the records with these ids, in no order, without those that do not exist.
    #[instrument(skip_all, err)]
    pub async fn by_ids<T: Table>(&self, ids: &[Uuid]) -> Result<Vec<T>> {
        let mut tenant = self;
        tenant.find_all(ids.to_vec()).await
    }
}

/// The statement of one page of a list.
pub(super) fn page_of<'a, T: Listed>(
    engine: Engine,
    filter: &'a dyn Filter,
    sort: Sort<T::Order>,
    page: &Page,
) -> Statement<'a> {
    let mut statement = Statement::new(engine, "SELECT ");
    statement
        .push(T::COLUMNS)
        .push(" FROM ")
        .push(T::TABLE)
        .push(" WHERE tenant_id = $1");
    filter.conditions(&mut statement);
    push_keyset(&mut statement, sort, page);
    push_order(&mut statement, sort, page.backward);
    push_limit(&mut statement, page);
    statement
}

/// The statement that counts the rows of a list, up to one more than `most`.
pub(super) fn count<T: Listed>(engine: Engine, filter: &dyn Filter, most: i64) -> Statement<'_> {
    let mut statement = Statement::new(engine, "SELECT COUNT(*) FROM (SELECT 1 AS one FROM ");
    statement.push(T::TABLE).push(" WHERE tenant_id = $1");
    filter.conditions(&mut statement);
    statement.push(" LIMIT ").bind(most + 1).push(") AS counted");
    statement
}

/// The statement of the same page of each parent's children.
pub(super) fn page_per_parent<'a, T: Listed>(
    engine: Engine,
    children: &'a Children<T>,
    sort: Sort<T::Order>,
    page: &Page,
    parents: &[Uuid],
) -> Statement<'a> {
    let mut statement = Statement::new(engine, "");
    statement.page_per_parent(T::TABLE, T::COLUMNS, parents.to_vec(), |statement| {
        push_children(statement, children, sort, page);
    });
    push_order(&mut statement, sort, page.backward);
    statement
}

/// The statement that counts each parent's children, up to one more than `most`.
pub(super) fn count_per_parent<'a, T: Listed>(
    engine: Engine,
    children: &'a Children<T>,
    most: i64,
    parents: &[Uuid],
) -> Statement<'a> {
    let mut statement = Statement::new(
        engine,
        "SELECT p.listed_id, (SELECT COUNT(*) FROM (SELECT 1 AS one",
    );
    children.push(&mut statement);
    statement
        .push(" LIMIT ")
        .bind(most + 1)
        .push(") AS counted) FROM ")
        .ids(parents.to_vec())
        .push(" AS p");
    statement
}

fn push_children<'a, T: Listed>(
    statement: &mut Statement<'a>,
    children: &'a Children<T>,
    sort: Sort<T::Order>,
    page: &Page,
) {
    children.push(statement);
    push_keyset(statement, sort, page);
    push_order(statement, sort, page.backward);
    push_limit(statement, page);
}

/// One row too many tells whether there is more.
fn push_limit(statement: &mut Statement<'_>, page: &Page) {
    let limit = i64::try_from(page.limit).unwrap_or(i64::MAX - 1) + 1;
    statement.push(" LIMIT ").bind(limit);
}

fn push_order<O: SortField>(statement: &mut Statement<'_>, sort: Sort<O>, backward: bool) {
    let direction = if sort.descending == backward {
        " ASC"
    } else {
        " DESC"
    };
    statement.push(" ORDER BY ");
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
