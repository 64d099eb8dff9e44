//! Pages of search results, written once for everything that is searched.

use async_graphql::{Context, SimpleObject};
use futures_util::future::try_join_all;
use uuid::Uuid;

use super::connection::{Count, PageInfo};
use super::context::Ask as _;
use crate::error::{Error, Result};
use crate::id::{OrganizationId, TypedId};
use crate::model::{CAP, Contact, Facet, Facets, Hit, Hits, Organization, Permission, Query, Search};
use crate::page::{self, Cursor, Key, Page, PageArgs, Slice};
use crate::store::Listed;

/// A record that is searched.
pub trait Searched: Listed + Facets {
    /// What it is called in cursors.
    const KIND: &'static str;
}

impl Searched for Contact {
    const KIND: &'static str = "contacts";
}

impl Searched for Organization {
    const KIND: &'static str = "organizations";
}

/// A page of results, and what is known of all of them.
pub struct Results<T> {
    entries: Vec<(String, T)>,
    page_info: PageInfo,
    total_count: Count,
    /// All results that can be reached.
    found: Vec<Uuid>,
    /// Whether there are more.
    capped: bool,
}

/// Which way cursors of a search go: those of another search are refused.
pub fn order(kind: &str, query: &Query) -> String {
    format!("search {kind}: {}", query.text())
}

/// Where a result stands.
pub fn cursor(order: &str, hit: &Hit) -> String {
    let cursor = Cursor {
        order: order.to_owned(),
        keys: vec![Key::Text(hit.rank.clone()), Key::Text(hit.sort_key.clone())],
        id: hit.id,
    };
    cursor.encode()
}

/// The hits of a page, and where it stands.
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

/// How many results there are.
pub fn total(hits: &Hits) -> Count {
    let found = i64::try_from(hits.hits.len()).unwrap_or(i64::MAX);
    Count::up_to(found, found + i64::from(hits.capped))
}

impl<T: Searched> Results<T> {
    /// A page of the results of a search.
    pub async fn of(ctx: &Context<'_>, query: &Query, search: &Search, args: PageArgs) -> Result<Self> {
        let order = order(T::KIND, query);
        let page = args.page(&order, page::AT_ROOT)?;
        let hits = ctx.tenant().search(search).await?;
        let (shown, page_info) = slice(&hits.hits, &page, &order)?;
        let loads = shown.iter().map(|hit| ctx.request().loaders.load::<T>(hit.id));
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
    pub fn edges(&self) -> impl Iterator<Item = (String, T)> {
        self.entries.iter().cloned()
    }

    /// The results.
    pub fn nodes(&self) -> Vec<T> {
        self.entries.iter().map(|(_, node)| node.clone()).collect()
    }

    /// Where the page stands.
    pub fn page_info(&self) -> PageInfo {
        self.page_info.clone()
    }

    /// How many there are.
    pub const fn total_count(&self) -> Count {
        self.total_count
    }

    /// Whether there are more than can be reached.
    pub const fn capped(&self) -> bool {
        self.capped
    }

    /// How to narrow the search, if anything was found.
    pub async fn refinement(&self, ctx: &Context<'_>) -> Result<Option<SearchRefinement>> {
        if self.found.is_empty() {
            return Ok(None);
        }
        let records: Vec<T> = ctx.tenant().by_ids(&self.found).await?;
        let mut facets = Vec::new();
        for facet in Facet::of(&records) {
            facets.extend(shown(ctx, facet).await?);
        }
        Ok(Some(SearchRefinement {
            message: message(self.capped),
            facets,
        }))
    }
}

/// What a person reads above the facets.
pub fn message(capped: bool) -> String {
    if capped {
        format!(
            "There are more results than the {CAP} that can be reached: add a word to the query, or a filter, such as one of these."
        )
    } else {
        "All results can be reached. One of these filters narrows them.".to_owned()
    }
}

/// A facet as it is shown: organizations by name, and only to those who may view them.
async fn shown(ctx: &Context<'_>, facet: Facet) -> Result<Option<SearchFacet>> {
    let mut values: Vec<SearchFacetValue> = facet
        .values
        .into_iter()
        .map(|value| SearchFacetValue::of(&value.value, &value.value, value.count))
        .collect();
    if facet.field == "organizationId" {
        if !ctx.caller().permissions.contains(Permission::OrganizationView) {
            return Ok(None);
        }
        name_organizations(ctx, &mut values).await?;
    }
    Ok(Some(SearchFacet {
        field: facet.field,
        values,
    }))
}

async fn name_organizations(ctx: &Context<'_>, values: &mut Vec<SearchFacetValue>) -> Result<()> {
    let id = |value: &SearchFacetValue| value.value.parse::<OrganizationId>().ok().map(TypedId::uuid);
    let names = ctx
        .tenant()
        .organization_names(values.iter().filter_map(id).collect())
        .await?;
    values.retain_mut(|value| match id(value).and_then(|id| names.get(&id)) {
        Some(name) => {
            value.label.clone_from(name);
            true
        }
        // Deleted since.
        None => false,
    });
    Ok(())
}

/// How to narrow a search that found more than can be reached.
#[derive(Clone, Debug, SimpleObject)]
pub struct SearchRefinement {
    /// What to tell the person who searches.
    pub message: String,
    /// What the reachable results have in common: fields of the search's filter with their most frequent values.
    pub facets: Vec<SearchFacet>,
}

/// How often each value of a field occurs among the reachable results.
#[derive(Clone, Debug, SimpleObject)]
pub struct SearchFacet {
    /// The field of the search's filter that takes a value.
    pub field: &'static str,
    /// The most frequent values, at most 10, the most frequent first.
    pub values: Vec<SearchFacetValue>,
}

/// A value of a facet.
#[derive(Clone, Debug, SimpleObject)]
pub struct SearchFacetValue {
    /// The value, as the filter's field takes it.
    pub value: String,
    /// The value as one reads it: of an organization, its name.
    pub label: String,
    /// How many of the reachable results have it.
    pub count: i32,
}

impl SearchFacetValue {
    /// A value and how many results have it.
    pub fn of(value: &str, label: &str, count: usize) -> Self {
        Self {
            value: value.to_owned(),
            label: label.to_owned(),
            count: i32::try_from(count).unwrap_or(i32::MAX),
        }
    }
}

/// Makes the connection and the edge of a search.
macro_rules! search_connection {
    ($connection:ident, $edge:ident, $node:ident, $many:literal) => {
        #[doc = concat!("A page of ", $many, " that were found.")]
        pub struct $connection($crate::graphql::results::Results<$node>);

        impl From<$crate::graphql::results::Results<$node>> for $connection {
            fn from(results: $crate::graphql::results::Results<$node>) -> Self {
                Self(results)
            }
        }

        #[doc = concat!("A page of ", $many, " that were found.")]
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
            async fn nodes(&self) -> Vec<$node> {
                self.0.nodes()
            }

            /// Where this page stands among the results.
            async fn page_info(&self) -> $crate::graphql::connection::PageInfo {
                self.0.page_info()
            }

            /// How many results there are: exactly, or, when the search is capped, at least as many as can be reached.
            async fn total_count(&self) -> Option<$crate::graphql::connection::Count> {
                Some(self.0.total_count())
            }

            /// Whether there are more results than can be reached. This is so beyond 1000 results; and when two very
            /// common words were asked for, and not every record with either could be looked at.
            async fn capped(&self) -> bool {
                self.0.capped()
            }

            /// How to narrow the search, whether it is capped or not; null when nothing was found. Worked out only when it is
            /// asked for.
            async fn refinement(
                &self,
                ctx: &async_graphql::Context<'_>,
            ) -> async_graphql::Result<Option<$crate::graphql::results::SearchRefinement>> {
                Ok(self.0.refinement(ctx).await?)
            }
        }

        #[doc = concat!("One of the ", $many, " that were found.")]
        #[derive(async_graphql::SimpleObject)]
        pub struct $edge {
            /// Where it stands among the results; give it as `after` to page on from here.
            cursor: String,
            /// The result itself.
            node: $node,
        }
    };
}
pub(crate) use search_connection;
