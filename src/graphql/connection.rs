//! Connections as defined by the Relay specification, written once for all nouns.

use std::sync::Arc;

use async_graphql::{Context, Enum, SimpleObject};
use uuid::Uuid;

use super::context::ContextExt as _;
use super::shared::Shared;
use crate::error::Result;
use crate::page::Slice;
use crate::store::{Children, Filter, Listed, Sort};

/// The highest count at a root.
pub const MOST_AT_ROOT: i64 = 10_000;
/// The highest count inside another object.
const MOST_NESTED: i64 = 1_000;

/// The position of a page in its list.
#[derive(Clone, Debug, SimpleObject)]
pub struct PageInfo {
    /// Whether more items follow this page.
    pub has_next_page: bool,
    /// Whether other items precede this page.
    pub has_previous_page: bool,
    /// The cursor of the first item; pass it as `before` to page backwards.
    pub start_cursor: Option<String>,
    /// The cursor of the last item; pass it as `after` to page forwards.
    pub end_cursor: Option<String>,
}

/// The number of items in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SimpleObject)]
pub struct Count {
    /// The number of items, or a lower bound if `precision` is `AT_LEAST`.
    pub value: i32,
    /// The precision of `value`.
    pub precision: CountPrecision,
}

/// The precision of a count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum CountPrecision {
    /// The list has exactly that many items.
    Exact,
    /// The list has at least that many items.
    AtLeast,
}

impl Count {
    /// Creates a count from items that were counted up to one more than `most`.
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

/// A page of records, with the data needed to count the whole list on demand.
pub struct Connected<T: Listed> {
    slice: Slice<Shared<T>>,
    sort: Sort<T::Order>,
    whole: Whole<T>,
}

enum Whole<T: Listed> {
    Children { children: Children<T>, parent: Uuid },
    List(Arc<dyn Filter>),
}

impl<T: Listed> Connected<T> {
    /// A page of a parent's children.
    pub fn of_children(
        slice: Slice<Shared<T>>,
        sort: Sort<T::Order>,
        children: Children<T>,
        parent: Uuid,
    ) -> Self {
        Self {
            slice,
            sort,
            whole: Whole::Children { children, parent },
        }
    }

    /// A page of a list.
    pub fn of_list(slice: Slice<Shared<T>>, sort: Sort<T::Order>, filter: Arc<dyn Filter>) -> Self {
        Self {
            slice,
            sort,
            whole: Whole::List(filter),
        }
    }

    /// The records with their cursors.
    pub fn edges(&self) -> impl Iterator<Item = (String, Shared<T>)> {
        self.slice
            .items
            .iter()
            .map(|row| (row.cursor(self.sort).encode(), row.clone()))
    }

    /// The records.
    pub fn nodes(&self) -> &[Shared<T>] {
        &self.slice.items
    }

    /// The page's position in its list.
    pub fn page_info(&self) -> PageInfo {
        let cursor = |row: Option<&Shared<T>>| row.map(|row| row.cursor(self.sort).encode());
        PageInfo {
            has_next_page: self.slice.has_next,
            has_previous_page: self.slice.has_previous,
            start_cursor: cursor(self.slice.items.first()),
            end_cursor: cursor(self.slice.items.last()),
        }
    }

    /// The number of items in the whole list.
    pub async fn total_count(&self, ctx: &Context<'_>) -> Result<Count> {
        match &self.whole {
            Whole::Children { children, parent } => {
                let loaders = &ctx.request().loaders;
                let counted = loaders.count(children.clone(), *parent, MOST_NESTED).await?;
                Ok(Count::up_to(MOST_NESTED, counted))
            }
            Whole::List(filter) => {
                let counted = ctx.tenant().count::<T>(&**filter, MOST_AT_ROOT).await?;
                Ok(Count::up_to(MOST_AT_ROOT, counted))
            }
        }
    }
}

/// Defines the connection and the edge of a noun: `connection!(ContactConnection, ContactEdge, Contact, "contacts")`.
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
            /// The items of this page with their cursors.
            async fn edges(&self) -> Vec<$edge> {
                self.0
                    .edges()
                    .map(|(cursor, node)| $edge { cursor, node })
                    .collect()
            }

            /// The items of this page.
            async fn nodes(&self) -> &[$crate::graphql::shared::Shared<$node>] {
                self.0.nodes()
            }

            /// The page's position in the list.
            async fn page_info(&self) -> $crate::graphql::connection::PageInfo {
                self.0.page_info()
            }

            /// The number of items in the whole list. Counted only if selected, up to 10,000 at a root and up to 1,000
            /// inside another object.
            async fn total_count(
                &self,
                ctx: &async_graphql::Context<'_>,
            ) -> async_graphql::Result<Option<$crate::graphql::connection::Count>> {
                Ok(Some(self.0.total_count(ctx).await?))
            }
        }

        #[doc = concat!("An item of a page of ", $many, ".")]
        #[derive(async_graphql::SimpleObject)]
        pub struct $edge {
            /// The item's position in the list; pass it as `after` or `before` to page from here.
            cursor: String,
            /// The item itself.
            node: $crate::graphql::shared::Shared<$node>,
        }
    };
}
pub(crate) use connection;

/// Writes an object whose fields are connections. A field has the arguments that it names and those of a page, which its
/// body gets as `page`:
///
/// ```text
/// connections! {
///     nested ContactConnections {
///         /// The notes about the contact.
///         fn notes(&self, ctx, page, filter: Option<NoteFilter> = "The conditions.") -> NoteConnection {
///             ctx.children(&NOTES_OF_CONTACT, self.0, filter, None, page)
///         }
///     }
/// }
/// ```
///
/// `async-graphql` takes arguments one by one only, with literal descriptions.
macro_rules! connections {
    (root $object:ident { $($fields:tt)* }) => {
        $crate::graphql::connection::connections! {
            @object "Returns the first n items (1–100, default 25)." $object { $($fields)* }
        }
    };
    (nested $object:ident { $($fields:tt)* }) => {
        $crate::graphql::connection::connections! {
            @object "Returns the first n items (1–100, default 10)." $object { $($fields)* }
        }
    };
    (@object $first:tt $object:ident {$(
        $(#[$($meta:tt)*])*
        fn $name:ident(&$this:ident, $ctx:ident, $page:ident $(, $arg:ident: $type:ty = $desc:tt)* $(,)?)
            -> $connection:ident { $page_of_list:expr }
    )*}) => {
        #[async_graphql::Object]
        #[expect(clippy::too_many_arguments, reason = "a connection has many")]
        impl $object {$(
            $(#[$($meta)*])*
            async fn $name(
                &$this,
                $ctx: &async_graphql::Context<'_>,
                $(#[graphql(desc = $desc)] $arg: $type,)*
                #[graphql(desc = $first)] first: Option<i32>,
                #[graphql(desc = "Returns the items after this cursor.")] after: Option<String>,
                #[graphql(desc = "Returns the last n items (1–100).")] last: Option<i32>,
                #[graphql(desc = "Returns the items before this cursor.")] before: Option<String>,
            ) -> async_graphql::Result<Option<$connection>> {
                let $page = $crate::page::PageArgs { first, after, last, before };
                Ok(Some($page_of_list.await?.into()))
            }
        )*}
    };
}
pub(crate) use connections;
