//! Lists: filter, order and keyset, and the page of each of many parents, written once for every noun.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use tracing::instrument;
use uuid::Uuid;

use super::Tenant;
use super::engine::Engine;
use super::keyset::{push_order, push_page};
use super::page_query::PageQuery;
use super::read::Read as _;
use super::sort::{Sort, SortField};
use super::statement::Statement;
use super::table::{Columns, Table};
use crate::error::Result;
use crate::page::{Cursor, Key, Slice};

/// A record that is read in lists.
pub trait Listed: Table {
    /// The order fields of its lists.
    type Order: SortField;
    /// The filter of its lists.
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
    #[instrument(level = "debug", skip_all)]
    pub async fn list<T: Listed>(
        &self,
        filter: &dyn Filter,
        query: PageQuery<'_, T::Order>,
    ) -> Result<Slice<T>> {
        let statement = page_of::<T>(self.engine(), filter, query);
        Ok(Slice::of(self.fetch_all(statement.sql()).await?, query.page))
    }

    /// Returns the number of rows of a list, counted up to one more than `most`.
    #[instrument(level = "debug", skip_all)]
    pub async fn count<T: Listed>(&self, filter: &dyn Filter, most: i64) -> Result<i64> {
        let statement = count::<T>(self.engine(), filter, most);
        let count: Option<(i64,)> = self.fetch_optional(statement.sql()).await?;
        Ok(count.unwrap_or_default().0)
    }

    /// Returns the same page of each parent's children, by one statement.
    #[instrument(level = "debug", skip_all)]
    pub async fn pages_of<T: Listed>(
        &self,
        children: &Children<T>,
        query: PageQuery<'_, T::Order>,
        parents: &[Uuid],
    ) -> Result<HashMap<Uuid, Slice<T>>> {
        let statement = page_per_parent(self.engine(), children, query, parents);
        let mut pages: HashMap<Uuid, Vec<T>> = HashMap::new();
        for row in self.fetch_all::<T>(statement.sql()).await? {
            if let Some(parent) = (children.edge.parent)(&row) {
                pages.entry(parent).or_default().push(row);
            }
        }
        Ok(parents
            .iter()
            .map(|parent| {
                (
                    *parent,
                    Slice::of(pages.remove(parent).unwrap_or_default(), query.page),
                )
            })
            .collect())
    }

    /// Returns the number of each parent's children, counted up to one more than `most`, by one statement.
    #[instrument(level = "debug", skip_all)]
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
    #[instrument(level = "debug", skip_all)]
    pub async fn by_ids<T: Table>(&self, ids: &[Uuid], columns: Columns) -> Result<Vec<T>> {
        let mut tenant = self;
        tenant.find_columns(ids.to_vec(), columns).await
    }
}

/// The statement of one page of a list.
pub(super) fn page_of<'a, T: Listed>(
    engine: Engine,
    filter: &'a dyn Filter,
    query: PageQuery<'_, T::Order>,
) -> Statement<'a> {
    let columns = T::columns(query.columns);
    let mut statement = Statement::new(engine, "SELECT ");
    statement.push(columns);
    push_page(&mut statement, columns, query.sort, query.page, |statement| {
        statement
            .push(" FROM ")
            .push(T::TABLE)
            .push(" WHERE tenant_id = $1");
        filter.conditions(statement);
    });
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
    query: PageQuery<'_, T::Order>,
    parents: &[Uuid],
) -> Statement<'a> {
    let (sort, page, columns) = (query.sort, query.page, T::columns(query.columns));
    let mut statement = Statement::new(engine, "");
    statement.page_per_parent(T::TABLE, columns, parents.to_vec(), |statement| {
        push_page(statement, columns, sort, page, |statement| {
            children.push(statement);
        });
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
