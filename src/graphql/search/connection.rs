//! Pages of search results, written once for all searchable kinds.

use async_graphql::Context;
use futures_util::future::try_join_all;
use uuid::Uuid;

use super::refinement::{SearchRefinement, facets, message};
use crate::error::{Error, Result};
use crate::graphql::connection::{Count, PageInfo};
use crate::graphql::context::ContextExt as _;
use crate::graphql::shared::Shared;
use crate::graphql::shown::Shown;
use crate::model::{Contact, Facets, Hit, Hits, Organization, Query, Search};
use crate::page::{self, Cursor, Key, Page, PageArgs, Slice};

/// A record that can be searched.
pub trait Searched: Shown + Facets {
    /// The kind's name in cursors.
    const KIND: &'static str;
}

impl Searched for Contact {
    const KIND: &'static str = "contacts";
}

impl Searched for Organization {
    const KIND: &'static str = "organizations";
}

/// A page of results, with data about all results.
pub struct Results<T> {
    entries: Vec<(String, Shared<T>)>,
    page_info: PageInfo,
    total_count: Count,
    /// The ids of all results that can be reached.
    found: Vec<Uuid>,
    /// Whether there are more results than can be reached.
    capped: bool,
}

/// Returns the order that a search's cursors carry, so that cursors of another search are refused.
pub fn order(kind: &str, query: &Query) -> String {
    format!("search {kind}: {}", query.text())
}

/// Returns the cursor of a hit.
pub fn cursor(order: &str, hit: &Hit) -> String {
    let cursor = Cursor {
        order: order.to_owned(),
        keys: vec![Key::Text(hit.rank.clone()), Key::Text(hit.sort_key.clone())],
        id: hit.id,
    };
    cursor.encode()
}

/// Returns the hits of a page, and the page's position.
pub fn slice(hits: &[Hit], page: &Page, order: &str) -> Result<(Vec<Hit>, PageInfo)> {
    let after = match &page.cursor {
        None => None,
        Some(Cursor { keys, id, .. }) => match keys.as_slice() {
            [Key::Text(rank), Key::Text(sort_key)] => Some(Hit {
                rank: rank.clone(),
                sort_key: sort_key.clone(),
                id: *id,
            }),
            _ => return Err(Error::InvalidCursor),
        },
    };
    let rest = hits
        .iter()
        .filter(|hit| after.as_ref().is_none_or(|after| *hit > after))
        .take(page.limit + 1)
        .cloned();
    let slice = Slice::of(rest.collect(), page);
    let page_info = PageInfo {
        has_next_page: slice.has_next,
        has_previous_page: slice.has_previous,
        start_cursor: slice.items.first().map(|hit| cursor(order, hit)),
        end_cursor: slice.items.last().map(|hit| cursor(order, hit)),
    };
    Ok((slice.items, page_info))
}

/// Returns the number of results.
pub fn total(hits: &Hits) -> Count {
    let found = i64::try_from(hits.hits.len()).unwrap_or(i64::MAX);
    Count::up_to(found, found + i64::from(hits.capped))
}

impl<T: Searched> Results<T> {
    /// Runs a search and returns a page of its results.
    pub async fn of(ctx: &Context<'_>, query: &Query, search: &Search, args: PageArgs) -> Result<Self> {
        let order = order(T::KIND, query);
        let page = args.page(&order, page::AT_ROOT)?;
        let hits = if query.is_empty() {
            Hits::default()
        } else {
            ctx.tenant().search(search).await?
        };
        let (shown, page_info) = slice(&hits.hits, &page, &order)?;
        let wanted = ctx.wanted_of_items::<T>();
        let loads = shown
            .iter()
            .map(|hit| ctx.request().loaders.load::<T>(hit.id, wanted));
        let nodes = try_join_all(loads).await?;
        // What was deleted since it was found is left out.
        let entries = shown
            .iter()
            .zip(nodes)
            .filter_map(|(hit, node)| Some((cursor(&order, hit), node?)))
            .collect();
        Ok(Self {
            entries,
            page_info,
            total_count: total(&hits),
            found: hits.hits.iter().map(|hit| hit.id).collect(),
            capped: hits.capped,
        })
    }

    /// The results with their cursors.
    pub fn edges(&self) -> impl Iterator<Item = (String, Shared<T>)> {
        self.entries.iter().cloned()
    }

    /// The results.
    pub fn nodes(&self) -> Vec<Shared<T>> {
        self.entries.iter().map(|(_, node)| node.clone()).collect()
    }

    /// The page's position in its list.
    pub fn page_info(&self) -> PageInfo {
        self.page_info.clone()
    }

    /// The number of items in a list.
    pub const fn total_count(&self) -> Count {
        self.total_count
    }

    /// Whether there are more results than can be reached.
    pub const fn capped(&self) -> bool {
        self.capped
    }

    /// Returns suggestions for narrowing the search, if anything was found.
    pub async fn refinement(&self, ctx: &Context<'_>) -> Result<Option<SearchRefinement>> {
        if self.found.is_empty() {
            return Ok(None);
        }
        Ok(Some(SearchRefinement {
            message: message(self.capped),
            facets: facets::<T>(ctx, &self.found, "").await?,
        }))
    }
}

/// Defines the connection and the edge of a search.
macro_rules! search_connection {
    ($connection:ident, $edge:ident, $node:ident, $many:literal) => {
        #[doc = concat!("A page of ", $many, " found by a search.")]
        pub struct $connection($crate::graphql::search::connection::Results<$node>);

        impl From<$crate::graphql::search::connection::Results<$node>> for $connection {
            fn from(results: $crate::graphql::search::connection::Results<$node>) -> Self {
                Self(results)
            }
        }

        #[doc = concat!("A page of ", $many, " found by a search.")]
        #[async_graphql::Object]
        impl $connection {
            /// The results of this page with their cursors.
            async fn edges(&self) -> Vec<$edge> {
                self.0
                    .edges()
                    .map(|(cursor, node)| $edge { cursor, node })
                    .collect()
            }

            /// The results of this page.
            async fn nodes(&self) -> Vec<$crate::graphql::shared::Shared<$node>> {
                self.0.nodes()
            }

            /// The page's position among the results.
            async fn page_info(&self) -> $crate::graphql::connection::PageInfo {
                self.0.page_info()
            }

            /// The number of results: exact or, if the search is capped, the number of results that can be reached.
            async fn total_count(&self) -> Option<$crate::graphql::connection::Count> {
                Some(self.0.total_count())
            }

            /// Whether there are more results than can be reached: more than 1000, or, for a query whose words are very
            /// common and seldom meet, more than could be examined.
            async fn capped(&self) -> bool {
                self.0.capped()
            }

            /// Suggestions for narrowing the search, whether it is capped or not; null if nothing was found. Computed
            /// only if selected.
            async fn refinement(
                &self,
                ctx: &async_graphql::Context<'_>,
            ) -> async_graphql::Result<Option<$crate::graphql::search::refinement::SearchRefinement>> {
                Ok(self.0.refinement(ctx).await?)
            }
        }

        #[doc = concat!("An item of a page of ", $many, " found by a search.")]
        #[derive(async_graphql::SimpleObject)]
        pub struct $edge {
            /// The result's position among all results; pass it as `after` to continue from here.
            cursor: String,
            /// The result itself.
            node: $crate::graphql::shared::Shared<$node>,
        }
    };
}
pub(crate) use search_connection;
