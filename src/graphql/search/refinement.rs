//! Suggestions for narrowing a search.

use async_graphql::{Context, SimpleObject};
use uuid::Uuid;

use crate::error::Result;
use crate::graphql::context::ContextExt as _;
use crate::id::{OrganizationId, TypedId};
use crate::model::{CAP, EMPLOYER, Facet, Facets, Permission};
use crate::store::Listed;

/// Returns the message to show above the facets.
pub fn message(capped: bool) -> String {
    if capped {
        format!(
            "There are more results than the {CAP} that can be reached: add a word to the query, or a filter such as one of these."
        )
    } else {
        "All results can be reached. These filters narrow them.".to_owned()
    }
}

/// Returns the facets of the records with these ids; `prefix` stands before the names of their fields.
pub async fn facets<T: Listed + Facets>(
    ctx: &Context<'_>,
    ids: &[Uuid],
    prefix: &str,
) -> Result<Vec<SearchFacet>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let records: Vec<T> = ctx.tenant().by_ids(ids).await?;
    let mut facets = Vec::new();
    for facet in Facet::of(&records) {
        if let Some(facet) = shown(ctx, facet).await? {
            facets.push(SearchFacet {
                field: format!("{prefix}{}", facet.field),
                ..facet
            });
        }
    }
    Ok(facets)
}

/// Returns a facet for display: organizations are labelled with their names, and shown only to callers who may view
/// them.
async fn shown(ctx: &Context<'_>, facet: Facet) -> Result<Option<SearchFacet>> {
    let mut values: Vec<SearchFacetValue> = facet
        .values
        .into_iter()
        .map(|value| SearchFacetValue::of(&value.value, &value.value, value.count))
        .collect();
    if facet.field == EMPLOYER {
        if !ctx.caller().permissions.contains(Permission::OrganizationView) {
            return Ok(None);
        }
        name_organizations(ctx, &mut values).await?;
    }
    Ok(Some(SearchFacet {
        field: facet.field.to_owned(),
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

/// Suggestions for narrowing a search.
#[derive(Clone, Debug, SimpleObject)]
pub struct SearchRefinement {
    /// The message to show to the person who searches.
    pub message: String,
    /// The facets of the reachable results: fields of the search's filter, with their most frequent values.
    pub facets: Vec<SearchFacet>,
}

/// The most frequent values of one field among the reachable results.
#[derive(Clone, Debug, SimpleObject)]
pub struct SearchFacet {
    /// The field of the search's filter that takes a value; in `search`, with the kind's own field in front, such as
    /// `contact.city`, or `kinds`.
    pub field: String,
    /// The values, at most 10, most frequent first.
    pub values: Vec<SearchFacetValue>,
}

/// A value of a facet.
#[derive(Clone, Debug, SimpleObject)]
pub struct SearchFacetValue {
    /// The value, in the form that the filter's field takes.
    pub value: String,
    /// The value's label for display, such as an organization's name.
    pub label: String,
    /// The number of reachable results that have this value.
    pub count: i32,
}

impl SearchFacetValue {
    /// Creates a facet value with the number of results that have it.
    pub fn of(value: &str, label: &str, count: usize) -> Self {
        Self {
            value: value.to_owned(),
            label: label.to_owned(),
            count: i32::try_from(count).unwrap_or(i32::MAX),
        }
    }
}
