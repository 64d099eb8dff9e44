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
    /// Who answers for the organization.
    async fn user(&self, ctx: &Context<'_>) -> Result<Option<User>> {
        Ok(ctx.load(self.user_id).await?)
    }

    /// The organization the user answers for.
    ///
    /// Requires `externalContacts:organization:view`.
    #[graphql(directive = requires_permission::apply(Permission::OrganizationView))]
    async fn organization(&self, ctx: &Context<'_>) -> Result<Option<Organization>> {
        Ok(ctx.load(self.organization_id).await?)
    }
}

/// How a list of relationships is ordered. The id decides between equals.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct RelationshipOrder {
    /// What is compared.
    pub field: RelationshipOrderField,
    /// Which way.
    #[graphql(default)]
    pub direction: OrderDirection,
}

impl RelationshipOrder {
    /// The order that is meant; by type when nobody says.
    pub fn sort(order: Option<Self>) -> Sort<RelationshipOrderField> {
        let by = order.map_or(RelationshipOrderField::Type, |order| order.field);
        Sort {
            by,
            descending: order.is_some_and(|order| order.direction.is_descending()),
        }
    }
}

/// What narrows a list of relationships; the fields combine by *and*.
#[derive(Clone, Debug, Default, InputObject)]
#[graphql(name = "RelationshipFilter")]
pub struct RelationshipFilterInput {
    /// Of this user.
    pub user_id: Option<IdFilter>,
    /// With this organization. Requires `externalContacts:organization:view`.
    pub organization_id: Option<IdFilter>,
    /// By the whole type.
    pub r#type: Option<StringFilter>,
    /// Which are current, or which are over.
    pub current: Option<bool>,
    /// When they were created.
    pub created_at: Option<DateTimeRange>,
    /// When they were last changed.
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

/// Questions about relationships.
#[derive(Default)]
pub struct RelationshipQuery;

#[Object]
impl RelationshipQuery {
    /// One relationship; null when there is none or it is not yours to see.
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

    /// Relationships, a page at a time; all of them can be reached.
    ///
    /// Requires `externalContacts:relationship:view`.
    #[graphql(directive = requires_permission::apply(Permission::RelationshipView))]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn relationships(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What narrows the list.")] filter: Option<RelationshipFilterInput>,
        #[graphql(desc = "The order; by type when left out.")] order_by: Option<RelationshipOrder>,
        #[graphql(desc = "How many from the front, 1 to 100; 25 when left out.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the back, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
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

    /// The types of relationships that are in use or once were, to suggest them where one is typed: in order, each in
    /// one of its spellings, at most 1000.
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
