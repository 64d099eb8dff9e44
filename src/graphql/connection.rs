//! Connections, as the Relay specification has them, written once for every noun.

use std::sync::Arc;

use async_graphql::{Context, Enum, SimpleObject};
use uuid::Uuid;

use super::context::Ask as _;
use super::loader::ChildCount;
use crate::error::Result;
use crate::page::Slice;
use crate::store::{Edge, Filter, Listed, Sort};

/// Where counting ends at a root.
const MOST_AT_ROOT: i64 = 10_000;
/// Where counting ends inside another object.
const MOST_NESTED: i64 = 1_000;

/// Where a page stands in its list.
#[derive(Clone, Debug, SimpleObject)]
pub struct PageInfo {
    /// Whether there is more after this page.
    pub has_next_page: bool,
    /// Whether there is something before this page.
    pub has_previous_page: bool,
    /// The cursor of the first entry, to page backwards with `before`.
    pub start_cursor: Option<String>,
    /// The cursor of the last entry, to page on with `after`.
    pub end_cursor: Option<String>,
}

/// How many there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SimpleObject)]
pub struct Count {
    /// How many there are, or were counted.
    pub value: i32,
    /// Whether counting came to the end.
    pub precision: CountPrecision,
}

/// How exact a count is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum CountPrecision {
    /// There are exactly that many.
    Exact,
    /// There are that many and more.
    AtLeast,
}

impl Count {
    /// Of something that was counted up to one more than `most`.
    pub fn up_to(most: i64, counted: i64) -> Self {
        let precision = if counted > most {
            CountPrecision::AtLeast
        } else {
            CountPrecision::Exact
        };
        let value = i32::try_from(counted.min(most)).unwrap_or(i32::MAX);
        Self { value, precision }
    }
}

/// A page of records, and what is needed to count the whole list if somebody asks.
pub struct Connected<T: Listed> {
    slice: Slice<T>,
    sort: Sort<T::Order>,
    whole: Whole<T>,
}

enum Whole<T: 'static> {
    Children { edge: &'static Edge<T>, parent: Uuid },
    List(Arc<dyn Filter>),
}

impl<T: Listed> Connected<T> {
    /// A page of a parent's children.
    pub fn of_children(slice: Slice<T>, sort: Sort<T::Order>, edge: &'static Edge<T>, parent: Uuid) -> Self {
        Self {
            slice,
            sort,
            whole: Whole::Children { edge, parent },
        }
    }

    /// A page of a list.
    pub fn of_list(slice: Slice<T>, sort: Sort<T::Order>, filter: Arc<dyn Filter>) -> Self {
        Self {
            slice,
            sort,
            whole: Whole::List(filter),
        }
    }

    /// The records with their cursors.
    pub fn edges(&self) -> impl Iterator<Item = (String, T)> {
        self.slice
            .items
            .iter()
            .map(|row| (row.cursor(self.sort).encode(), row.clone()))
    }

    /// The records.
    pub fn nodes(&self) -> Vec<T> {
        self.slice.items.clone()
    }

    /// Where the page stands.
    pub fn page_info(&self) -> PageInfo {
        let cursor = |row: Option<&T>| row.map(|row| row.cursor(self.sort).encode());
        PageInfo {
            has_next_page: self.slice.has_next,
            has_previous_page: self.slice.has_previous,
            start_cursor: cursor(self.slice.items.first()),
            end_cursor: cursor(self.slice.items.last()),
        }
    }

    /// How many there are in the whole list.
    pub async fn total_count(&self, ctx: &Context<'_>) -> Result<Count> {
        match &self.whole {
            Whole::Children { edge, parent } => {
                let key = ChildCount {
                    edge,
                    parent: *parent,
                    most: MOST_NESTED,
                };
                Ok(Count::up_to(MOST_NESTED, ctx.request().loaders.count(key).await?))
            }
            Whole::List(filter) => {
                let counted = ctx.tenant().count::<T>(&**filter, MOST_AT_ROOT).await?;
                Ok(Count::up_to(MOST_AT_ROOT, counted))
            }
        }
    }
}

/// Makes the connection and the edge of a noun: `connection!(ContactConnection, ContactEdge, Contact, "contacts")`.
macro_rules! connection {
    ($connection:ident, $edge:ident, $node:ident, $many:literal) => {
        #[doc = concat!("A page of ", $many, ".")]
        pub struct $connection($crate::graphql::connection::Connected<$node>);

        impl From<$crate::graphql::connection::Connected<$node>> for $connection {
            fn from(page: $crate::graphql::connection::Connected<$node>) -> Self {
                Self(page)
            }
        }

        #[doc = concat!("A page of ", $many, ".")]
        #[async_graphql::Object]
        impl $connection {
            /// The entries of this page with their cursors.
            async fn edges(&self) -> Vec<$edge> {
                self.0
                    .edges()
                    .map(|(cursor, node)| $edge { cursor, node })
                    .collect()
            }

            /// The entries of this page.
            async fn nodes(&self) -> Vec<$node> {
                self.0.nodes()
            }

            /// Where this page stands in the list.
            async fn page_info(&self) -> $crate::graphql::connection::PageInfo {
                self.0.page_info()
            }

            /// How many there are in the whole list; counted only when it is asked for, to 10,000 at a root and to
            /// 1,000 inside another object.
            async fn total_count(
                &self,
                ctx: &async_graphql::Context<'_>,
            ) -> async_graphql::Result<Option<$crate::graphql::connection::Count>> {
                Ok(Some(self.0.total_count(ctx).await?))
            }
        }

        #[doc = concat!("An entry of a page of ", $many, ".")]
        #[derive(async_graphql::SimpleObject)]
        pub struct $edge {
            /// Where it stands in the list; give it as `after` or `before` to page from here.
            cursor: String,
            /// The entry itself.
            node: $node,
        }
    };
}
pub(crate) use connection;
