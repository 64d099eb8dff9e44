//! Wrap-up codes in the graph.

mod mutation;

use async_graphql::{Context, ID, InputObject, Object, Result};

pub use mutation::WrapUpCodeMutation;

use super::connection::connection;
use super::context::Ask as _;
use super::filter::OrderDirection;
use super::permission::requires_permission;
use crate::error::Error;
use crate::id::WrapUpCodeId;
use crate::model::{DateTimeRange, Permission, Ranges, WrapUpCode, WrapUpCodeFilter, WrapUpCodeOrderField};
use crate::page::PageArgs;
use crate::store::Sort;

connection!(WrapUpCodeConnection, WrapUpCodeEdge, WrapUpCode, "wrap-up codes");

/// The sort order of a list of wrap-up codes. Ties are broken by id.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct WrapUpCodeOrder {
    /// The field to sort by.
    pub field: WrapUpCodeOrderField,
    /// The sort direction.
    #[graphql(default)]
    pub direction: OrderDirection,
}

impl WrapUpCodeOrder {
    /// Returns the requested sort order, by default by name.
    pub fn sort(order: Option<Self>) -> Sort<WrapUpCodeOrderField> {
        let by = order.map_or(WrapUpCodeOrderField::Name, |order| order.field);
        Sort {
            by,
            descending: order.is_some_and(|order| order.direction.is_descending()),
        }
    }
}

/// Filters a list of wrap-up codes. All given fields must match.
#[derive(Clone, Debug, Default, InputObject)]
#[graphql(name = "WrapUpCodeFilter")]
pub struct WrapUpCodeFilterInput {
    /// `true` matches active wrap-up codes, `false` inactive ones.
    pub active: Option<bool>,
    /// Matches records created in this range.
    pub created_at: Option<DateTimeRange>,
    /// Matches records last changed in this range.
    pub updated_at: Option<DateTimeRange>,
}

impl From<WrapUpCodeFilterInput> for WrapUpCodeFilter {
    fn from(input: WrapUpCodeFilterInput) -> Self {
        Self {
            active: input.active,
            ranges: Ranges {
                created_at: input.created_at.unwrap_or_default(),
                updated_at: input.updated_at.unwrap_or_default(),
            },
        }
    }
}

/// Query fields for wrap-up codes.
#[derive(Default)]
pub struct WrapUpCodeQuery;

#[Object]
impl WrapUpCodeQuery {
    /// Returns a wrap-up code by id, or null if it does not exist.
    ///
    /// Requires `externalContacts:wrapUpCode:view`.
    #[graphql(directive = requires_permission::apply(Permission::WrapUpCodeView))]
    async fn wrap_up_code(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The wrap-up code's id.")] id: ID,
    ) -> Result<Option<WrapUpCode>> {
        Ok(ctx.load(Error::id::<WrapUpCodeId>("id", &id)?).await?)
    }

    /// Lists wrap-up codes, a page at a time; paging reaches all of them.
    ///
    /// Requires `externalContacts:wrapUpCode:view`.
    #[graphql(directive = requires_permission::apply(Permission::WrapUpCodeView))]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn wrap_up_codes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Filters the list.")] filter: Option<WrapUpCodeFilterInput>,
        #[graphql(desc = "The sort order. Defaults to name, ascending.")] order_by: Option<WrapUpCodeOrder>,
        #[graphql(desc = "Returns the first n items (1–100, default 25).")] first: Option<i32>,
        #[graphql(desc = "Returns the items after this cursor.")] after: Option<String>,
        #[graphql(desc = "Returns the last n items (1–100).")] last: Option<i32>,
        #[graphql(desc = "Returns the items before this cursor.")] before: Option<String>,
    ) -> Result<Option<WrapUpCodeConnection>> {
        let filter = WrapUpCodeFilter::from(filter.unwrap_or_default());
        let args = PageArgs {
            first,
            after,
            last,
            before,
        };
        let page = ctx.list(filter, WrapUpCodeOrder::sort(order_by), args).await?;
        Ok(Some(page.into()))
    }

    #[graphql(entity)]
    async fn wrap_up_code_entity(&self, ctx: &Context<'_>, id: ID) -> Result<Option<WrapUpCode>> {
        Ok(ctx
            .entity::<WrapUpCodeId, WrapUpCode>(Some(Permission::WrapUpCodeView), &id)
            .await?)
    }
}
