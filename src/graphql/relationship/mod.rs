//! Relationships in the graph.

mod mutation;
mod transfer;

pub use mutation::RelationshipMutation;
pub use transfer::TransferMutation;

use async_graphql::{ComplexObject, Context, ID, InputObject, Object, Result};

use super::connection::connection;
use super::context::Ask as _;
use super::filter::{IdFilter, OrderDirection, StringFilter};
use super::permission::requires_permission;
use crate::error::Error;
use crate::id::RelationshipId;
use crate::model::{
    DateTimeRange, Organization, Permission, Ranges, Relationship, RelationshipFilter,
    RelationshipOrderField, User,
};
use crate::page::PageArgs;
use crate::store::Sort;

connection!(
    RelationshipConnection,
    RelationshipEdge,
    Relationship,
    "relationships"
);

#[ComplexObject]
impl Relationship {
    /// The user who is responsible for the organization.
    async fn user(&self, ctx: &Context<'_>) -> Result<Option<User>> {
        Ok(ctx.load(self.user_id).await?)
    }

    /// The organization the user is responsible for.
    ///
    /// Requires `externalContacts:organization:view`.
    #[graphql(directive = requires_permission::apply(Permission::OrganizationView))]
    async fn organization(&self, ctx: &Context<'_>) -> Result<Option<Organization>> {
        Ok(ctx.load(self.organization_id).await?)
    }
}

/// The sort order of a list of relationships. Ties are broken by id.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct RelationshipOrder {
    /// The field to sort by.
    pub field: RelationshipOrderField,
    /// The sort direction.
    #[graphql(default)]
    pub direction: OrderDirection,
}

impl RelationshipOrder {
    /// Returns the requested sort order, by default by type.
    pub fn sort(order: Option<Self>) -> Sort<RelationshipOrderField> {
        let by = order.map_or(RelationshipOrderField::Type, |order| order.field);
        Sort {
            by,
            descending: order.is_some_and(|order| order.direction.is_descending()),
        }
    }
}

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

impl RelationshipFilterInput {
    fn checked(self, ctx: &Context<'_>) -> crate::error::Result<RelationshipFilter> {
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
    /// Returns a relationship by id, or null if it does not exist.
    ///
    /// Requires `externalContacts:relationship:view`.
    #[graphql(directive = requires_permission::apply(Permission::RelationshipView))]
    async fn relationship(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The relationship's id.")] id: ID,
    ) -> Result<Option<Relationship>> {
        Ok(ctx.load(Error::id::<RelationshipId>("id", &id)?).await?)
    }

    /// Lists relationships, a page at a time; paging reaches all of them.
    ///
    /// Requires `externalContacts:relationship:view`.
    #[graphql(directive = requires_permission::apply(Permission::RelationshipView))]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn relationships(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Filters the list.")] filter: Option<RelationshipFilterInput>,
        #[graphql(desc = "The sort order. Defaults to type, ascending.")] order_by: Option<RelationshipOrder>,
        #[graphql(desc = "Returns the first n items (1–100, default 25).")] first: Option<i32>,
        #[graphql(desc = "Returns the items after this cursor.")] after: Option<String>,
        #[graphql(desc = "Returns the last n items (1–100).")] last: Option<i32>,
        #[graphql(desc = "Returns the items before this cursor.")] before: Option<String>,
    ) -> Result<Option<RelationshipConnection>> {
        let filter = filter.unwrap_or_default().checked(ctx)?;
        let args = PageArgs {
            first,
            after,
            last,
            before,
        };
        let page = ctx.list(filter, RelationshipOrder::sort(order_by), args).await?;
        Ok(Some(page.into()))
    }

    /// Lists the types of current and ended relationships in alphabetical order, to suggest them as input: each in one
    /// spelling, at most 1000.
    ///
    /// Requires `externalContacts:relationship:view`.
    #[graphql(directive = requires_permission::apply(Permission::RelationshipView))]
    async fn relationship_types(&self, ctx: &Context<'_>) -> Result<Option<Vec<String>>> {
        Ok(Some(ctx.tenant().relationship_types().await?))
    }

    #[graphql(entity)]
    async fn relationship_entity(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Relationship>> {
        Ok(ctx
            .entity::<RelationshipId, Relationship>(Some(Permission::RelationshipView), &id)
            .await?)
    }
}
