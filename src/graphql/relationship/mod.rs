//! Relationships in the graph.

mod bulk;
mod mutation;
mod transfer;

pub use bulk::RelationshipBulkMutation;
pub use mutation::RelationshipMutation;
pub use transfer::TransferMutation;

use async_graphql::{ComplexObject, Context, InputObject, Object, Result};

use super::connection::{connection, connections};
use super::context::ContextExt;
use super::filter::{FilterInput, IdFilter, StringFilter};
use super::list::ListExt as _;
use super::order::order;
use super::permission::requires_permission;
use super::shared::Shared;
use crate::model::{
    DateTimeRange, Organization, Permission, Ranges, Relationship, RelationshipFilter,
    RelationshipOrderField, User,
};

connection!(
    RelationshipConnection,
    RelationshipEdge,
    Relationship,
    "relationships"
);

#[ComplexObject]
impl Relationship {
    /// The user who is responsible for the organization.
    async fn user(&self, ctx: &Context<'_>) -> Result<Option<Shared<User>>> {
        Ok(ctx.load_other(self.id, Some(self.user_id)).await?)
    }

    /// The organization the user is responsible for.
    ///
    /// Requires `externalContacts:organization:view`.
    #[graphql(directive = requires_permission::apply(Permission::OrganizationView))]
    async fn organization(&self, ctx: &Context<'_>) -> Result<Option<Shared<Organization>>> {
        Ok(ctx.load_other(self.id, Some(self.organization_id)).await?)
    }
}

order!(
    RelationshipOrder,
    "relationships",
    RelationshipOrderField::Type,
    ascending
);

/// Filters a list of relationships. All given fields must match.
#[derive(Clone, Debug, Default, InputObject)]
#[graphql(name = "RelationshipFilter")]
pub struct RelationshipFilterInput {
    /// Matches relationships of this user.
    pub user_id: Option<IdFilter>,
    /// Matches relationships with this organization. Requires `externalContacts:organization:view`.
    pub organization_id: Option<IdFilter>,
    /// Matches relationships by their whole type.
    pub r#type: Option<StringFilter>,
    /// `true` matches current relationships, `false` ended ones.
    pub current: Option<bool>,
    /// Matches records created in this range.
    pub created_at: Option<DateTimeRange>,
    /// Matches records last changed in this range.
    pub updated_at: Option<DateTimeRange>,
}

impl FilterInput for RelationshipFilterInput {
    type Noun = Relationship;

    fn checked(self, ctx: &impl ContextExt) -> crate::error::Result<RelationshipFilter> {
        if self.organization_id.is_some() {
            ctx.require(Permission::OrganizationView)?;
        }
        Ok(RelationshipFilter {
            user_ids: self.user_id.map(|user| user.ids("filter.userId")).transpose()?,
            organization_ids: self
                .organization_id
                .map(|organization| organization.ids("filter.organizationId"))
                .transpose()?,
            types: self
                .r#type
                .map(|r#type| r#type.values("filter.type"))
                .transpose()?,
            is_current: self.current,
            ranges: Ranges {
                created_at: self.created_at.unwrap_or_default(),
                updated_at: self.updated_at.unwrap_or_default(),
            },
        })
    }
}

/// Query fields for relationships.
#[derive(Default)]
pub struct RelationshipQuery;

#[Object]
impl RelationshipQuery {
    /// Lists the types of current and ended relationships in alphabetical order, to suggest them as input: each in one
    /// spelling, at most 1000.
    ///
    /// Requires `externalContacts:relationship:view`.
    #[graphql(directive = requires_permission::apply(Permission::RelationshipView))]
    async fn relationship_types(&self, ctx: &Context<'_>) -> Result<Option<Vec<String>>> {
        Ok(Some(ctx.tenant().relationship_types().await?))
    }
}

/// The query field for lists of relationships.
#[derive(Default)]
pub struct RelationshipListQuery;

connections! {
    root RelationshipListQuery {
        /// Lists relationships, a page at a time; paging reaches all of them.
        ///
        /// Requires `externalContacts:relationship:view`.
        #[graphql(directive = requires_permission::apply(Permission::RelationshipView))]
        fn relationships(
            &self,
            ctx,
            page,
            filter: Option<RelationshipFilterInput> = "Filters the list.",
            order_by: Option<RelationshipOrder> = "The sort order. Defaults to type, ascending.",
        ) -> RelationshipConnection {
            ctx.list(filter, order_by, page)
        }
    }
}
