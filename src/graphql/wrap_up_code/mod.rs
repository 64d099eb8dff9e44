//! Wrap-up codes in the graph.

mod bulk;
mod mutation;

use async_graphql::InputObject;

pub use bulk::WrapUpCodeBulkMutation;
pub use mutation::WrapUpCodeMutation;

use super::connection::{connection, connections};
use super::context::ContextExt;
use super::filter::FilterInput;
use super::list::ListExt as _;
use super::order::order;
use super::permission::requires_permission;
use crate::model::{DateTimeRange, Permission, Ranges, WrapUpCode, WrapUpCodeFilter, WrapUpCodeOrderField};

connection!(WrapUpCodeConnection, WrapUpCodeEdge, WrapUpCode, "wrap-up codes");

order!(
    WrapUpCodeOrder,
    "wrap-up codes",
    WrapUpCodeOrderField::Name,
    ascending
);

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

impl FilterInput for WrapUpCodeFilterInput {
    type Noun = WrapUpCode;

    fn checked(self, _: &impl ContextExt) -> crate::error::Result<WrapUpCodeFilter> {
        Ok(WrapUpCodeFilter {
            active: self.active,
            ranges: Ranges {
                created_at: self.created_at.unwrap_or_default(),
                updated_at: self.updated_at.unwrap_or_default(),
            },
        })
    }
}

/// The query field for lists of wrap-up codes.
#[derive(Default)]
pub struct WrapUpCodeListQuery;

connections! {
    root WrapUpCodeListQuery {
        /// Lists wrap-up codes, a page at a time; paging reaches all of them.
        ///
        /// Requires `externalContacts:wrapUpCode:view`.
        #[graphql(directive = requires_permission::apply(Permission::WrapUpCodeView))]
        fn wrap_up_codes(
            &self,
            ctx,
            page,
            filter: Option<WrapUpCodeFilterInput> = "Filters the list.",
            order_by: Option<WrapUpCodeOrder> = "The sort order. Defaults to name, ascending.",
        ) -> WrapUpCodeConnection {
            ctx.list(filter, order_by, page)
        }
    }
}
