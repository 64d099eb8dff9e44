//! The pages of the children of many parents, by one statement.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use uuid::Uuid;

use super::super::engine::Engine;
use super::super::joined::name_of;
use super::super::page_query::PageQuery;
use super::super::statement::Statement;
use super::check::Row;
use super::condition::Conditions;
use super::keyset::push_order;
use super::listed::Listed;
use super::page::Rows;

/// The way from a parent to its children.
pub struct Edge<T> {
    /// The column of the child that holds the parent's id.
    pub column: &'static str,
    /// The parent of a child.
    pub parent: fn(&T) -> Option<Uuid>,
    /// Whether the column may have the ids of records that were merged into the parent, whose children are its own then.
    pub has_aliases: bool,
}

/// The children of any parent that meet a filter; all of them without one.
pub struct Children<T: Listed> {
    /// The way from the parent.
    pub edge: &'static Edge<T>,
    /// The conditions.
    pub filter: Option<Arc<T::Filter>>,
}

impl<T: Listed> Children<T> {
    /// Returns the conditions beside that of the parent.
    pub fn conditions(&self) -> Conditions {
        self.filter
            .as_deref()
            .map_or_else(Conditions::default, |filter| Conditions::of(filter))
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

/// The statement of the same page of each parent's children. The index of the parent's children is read, in the list's
/// order, and the conditions are checked on each child.
pub fn page_per_parent<'a, T: Listed>(
    engine: Engine,
    edge: &Edge<T>,
    conditions: &Conditions,
    query: PageQuery<'_, T::Order>,
    parents: &[Uuid],
) -> Statement<'a> {
    let columns = T::columns(query.wanted.columns);
    let rows = Rows {
        table: T::TABLE,
        conditions,
        driver: None,
        parent: Some(edge.column),
    };
    let mut statement = Statement::new(engine, "");
    statement.joined::<T>(query.wanted, |statement| {
        let parents = |statement: &mut Statement<'_>| {
            statement.ids(parents.to_vec());
        };
        statement.page_per_parent(T::TABLE, columns, parents, |statement| {
            if edge.has_aliases {
                // For each of the ids, `p` is that; outside, it is the parent.
                rows.push_pages(statement, columns, query, |statement| {
                    statement.ids_of_parent();
                });
            } else {
                rows.push_page(statement, columns, query);
            }
        });
    });
    push_order(
        &mut statement,
        name_of(query.wanted),
        query.sort,
        query.page.backward,
    );
    statement
}

/// The statement that counts each parent's children, up to one more than `most`.
pub fn count_per_parent<'a, T: Listed>(
    engine: Engine,
    edge: &Edge<T>,
    conditions: &Conditions,
    most: i64,
    parents: &[Uuid],
) -> Statement<'a> {
    let row = Row::of(T::TABLE);
    let mut statement = Statement::new(
        engine,
        "SELECT p.listed_id, (SELECT COUNT(*) FROM (SELECT 1 AS one",
    );
    statement
        .push_from_table(T::TABLE)
        .push(" AND ")
        .column(row, edge.column);
    if edge.has_aliases {
        statement.one_of_parent();
    } else {
        statement.push(" = p.listed_id");
    }
    statement.checks(T::TABLE, row, |_| false, conditions.0.iter());
    statement
        .limit(most + 1)
        .push(") AS counted) FROM ")
        .ids(parents.to_vec())
        .push(" AS p");
    statement
}
