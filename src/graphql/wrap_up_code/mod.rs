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

/// How a list of wrap-up codes is ordered. The id decides between equals.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct WrapUpCodeOrder {
    /// What is compared.
    pub field: WrapUpCodeOrderField,
    /// Which way.
    #[graphql(default)]
    pub direction: OrderDirection,
}

impl WrapUpCodeOrder {
    /// The order that is meant; by name when nobody says.
    pub fn sort(order: Option<Self>) -> Sort<WrapUpCodeOrderField> {
        let by = order.map_or(WrapUpCodeOrderField::Name, |order| order.field);
        Sort {
            by,
            descending: order.is_some_and(|order| order.direction.is_descending()),
        }
    }
}

/// What narrows a list of wrap-up codes; the fields combine by *and*.
#[derive(Clone, Debug, Default, InputObject)]
#[graphql(name = "WrapUpCodeFilter")]
pub struct WrapUpCodeFilterInput {
    /// Which are active, or which are not.
    pub active: Option<bool>,
    /// When they were created.
    pub created_at: Option<DateTimeRange>,
    /// When they were last changed.
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

/// Questions about wrap-up codes.
#[derive(Default)]
pub struct WrapUpCodeQuery;

#[Object]
impl WrapUpCodeQuery {
    /// One wrap-up code; null when there is none or it is not yours to see.
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

    /// Wrap-up codes, a page at a time; all of them can be reached.
    ///
    /// Requires `externalContacts:wrapUpCode:view`.
    #[graphql(directive = requires_permission::apply(Permission::WrapUpCodeView))]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn wrap_up_codes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What narrows the list.")] filter: Option<WrapUpCodeFilterInput>,
        #[graphql(desc = "The order; by name when left out.")] order_by: Option<WrapUpCodeOrder>,
        #[graphql(desc = "How many from the front, 1 to 100; 25 when left out.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the back, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
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
