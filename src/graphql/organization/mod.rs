//! Organizations in the graph.

mod mutation;

pub use mutation::OrganizationMutation;

use async_graphql::{ComplexObject, Context, ID, InputObject, Object, OneofObject, Result};

use super::change::{ChangeConnection, changes_of};
use super::connection::connection;
use super::contact::{ContactConnection, ContactOrder};
use super::context::Ask as _;
use super::filter::{IdFilter, NameFilter, OrderDirection, StringFilter};
use super::interaction::{InteractionConnection, interactions_of};
use super::note::{NoteConnection, notes_of};
use super::permission::requires_permission;
use super::relationship::{RelationshipConnection, RelationshipOrder};
use crate::error::Error;
use crate::id::{OrganizationId, TypedId};
use crate::model::{
    Contact, DateTimeRange, ExternalIdInput, Organization, OrganizationFilter, OrganizationOrderField,
    Permission, Ranges,
};
use crate::page::PageArgs;
use crate::store::{
    CONTACTS_OF_ORGANIZATION, INTERACTIONS_OF_ORGANIZATION, NOTES_OF_ORGANIZATION, Sort,
    relationships_of_organization,
};

connection!(
    OrganizationConnection,
    OrganizationEdge,
    Organization,
    "organizations"
);

#[ComplexObject]
impl Organization {
    /// The one who is asked first, who works there; null when nobody was chosen, or when that contact left.
    ///
    /// Requires `externalContacts:contact:view`.
    #[graphql(directive = requires_permission::apply(Permission::ContactView))]
    async fn primary_contact(&self, ctx: &Context<'_>) -> Result<Option<Contact>> {
        Ok(ctx.load_opt(self.primary_contact_id).await?)
    }

    /// The people who work there, by name.
    ///
    /// Requires `externalContacts:contact:view`.
    #[graphql(directive = requires_permission::apply(Permission::ContactView))]
    async fn contacts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the front, 1 to 100; 10 when left out.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the back, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Option<ContactConnection>> {
        let args = PageArgs {
            first,
            after,
            last,
            before,
        };
        let sort = ContactOrder::sort(None);
        let page = ctx
            .children(&CONTACTS_OF_ORGANIZATION, self.id, sort, args)
            .await?;
        Ok(Some(page.into()))
    }

    /// Which users answer for it, as what; by type.
    ///
    /// Requires `externalContacts:relationship:view`.
    #[graphql(directive = requires_permission::apply(Permission::RelationshipView))]
    async fn relationships(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those that are current, or only those that are over; all when left out.")]
        current: Option<bool>,
        #[graphql(desc = "How many from the front, 1 to 100; 10 when left out.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the back, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Option<RelationshipConnection>> {
        let args = PageArgs {
            first,
            after,
            last,
            before,
        };
        let edge = relationships_of_organization(current);
        let page = ctx
            .children(edge, self.id, RelationshipOrder::sort(None), args)
            .await?;
        Ok(Some(page.into()))
    }

    /// What was written about it; pinned notes first, then the newest.
    ///
    /// Requires `externalContacts:note:view`.
    #[graphql(directive = requires_permission::apply(Permission::NoteView))]
    async fn notes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the front, 1 to 100; 10 when left out.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the back, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Option<NoteConnection>> {
        let args = PageArgs {
            first,
            after,
            last,
            before,
        };
        notes_of(ctx, &NOTES_OF_ORGANIZATION, self.id, args).await
    }

    /// The interaction history: the conversations with the organization, the newest first. Those with people who worked
    /// there then stay when they leave.
    ///
    /// Requires `externalContacts:interaction:view`.
    #[graphql(directive = requires_permission::apply(Permission::InteractionView))]
    async fn interactions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the front, 1 to 100; 10 when left out.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the back, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Option<InteractionConnection>> {
        let args = PageArgs {
            first,
            after,
            last,
            before,
        };
        interactions_of(ctx, &INTERACTIONS_OF_ORGANIZATION, self.id, args).await
    }

    /// What became of the organization itself, the newest first: who changed which field when, from what to what. Kept for 90
    /// days, unless the operator says otherwise.
    ///
    /// Requires `externalContacts:organization:view`.
    #[graphql(directive = requires_permission::apply(Permission::OrganizationView))]
    async fn changes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the front, 1 to 100; 10 when left out.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the back, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Option<ChangeConnection>> {
        let args = PageArgs {
            first,
            after,
            last,
            before,
        };
        changes_of(ctx, self.id, args).await
    }
}

/// How a list of organizations is ordered. The id decides between equals.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct OrganizationOrder {
    /// What is compared.
    pub field: OrganizationOrderField,
    /// Which way.
    #[graphql(default)]
    pub direction: OrderDirection,
}

impl OrganizationOrder {
    /// The order that is meant; by name when nobody says.
    pub fn sort(order: Option<Self>) -> Sort<OrganizationOrderField> {
        let by = order.map_or(OrganizationOrderField::Name, |order| order.field);
        Sort {
            by,
            descending: order.is_some_and(|order| order.direction.is_descending()),
        }
    }
}

/// What narrows a list of organizations; the fields combine by *and*.
#[derive(Clone, Debug, Default, InputObject)]
#[graphql(name = "OrganizationFilter")]
pub struct OrganizationFilterInput {
    /// By name.
    pub name: Option<NameFilter>,
    /// By the whole industry.
    pub industry: Option<StringFilter>,
    /// By the whole company type.
    pub company_type: Option<StringFilter>,
    /// Which have this tag.
    pub tag: Option<StringFilter>,
    /// Which are in this city.
    pub city: Option<StringFilter>,
    /// Which are in this country (ISO 3166-1 alpha-2).
    pub country_code: Option<StringFilter>,
    /// With which this user has a current relationship. Requires `externalContacts:relationship:view`.
    pub owner_id: Option<IdFilter>,
    /// With which any user has a current relationship, or none. Requires `externalContacts:relationship:view`.
    pub has_owner: Option<bool>,
    /// Which has this key in another system.
    pub external_id: Option<ExternalIdInput>,
    /// When they were created.
    pub created_at: Option<DateTimeRange>,
    /// When they were last changed.
    pub updated_at: Option<DateTimeRange>,
}

impl OrganizationFilterInput {
    fn checked(self, ctx: &Context<'_>) -> crate::error::Result<OrganizationFilter> {
        if self.owner_id.is_some() || self.has_owner.is_some() {
            ctx.require(Permission::RelationshipView)?;
        }
        let texts =
            |filter: Option<StringFilter>, argument| filter.map(|filter| filter.values(argument)).transpose();
        Ok(OrganizationFilter {
            name: self.name.map(|name| name.name("filter.name")).transpose()?,
            industries: texts(self.industry, "filter.industry")?,
            company_types: texts(self.company_type, "filter.companyType")?,
            tags: texts(self.tag, "filter.tag")?,
            cities: texts(self.city, "filter.city")?,
            country_codes: texts(self.country_code, "filter.countryCode")?,
            owner_ids: self
                .owner_id
                .map(|owner| owner.ids("filter.ownerId"))
                .transpose()?,
            has_owner: self.has_owner,
            external_id: self
                .external_id
                .map(|key| key.argument("filter.externalId"))
                .transpose()?,
            ranges: Ranges {
                created_at: self.created_at.unwrap_or_default(),
                updated_at: self.updated_at.unwrap_or_default(),
            },
        })
    }
}

/// Names one organization by something other than its id.
#[derive(Clone, Debug, OneofObject)]
pub enum OrganizationKey {
    /// Its key in another system.
    ExternalId(ExternalIdInput),
}

/// Questions about organizations.
#[derive(Default)]
pub struct OrganizationQuery;

#[Object]
impl OrganizationQuery {
    /// One organization; null when there is none or it is not yours to see.
    ///
    /// Requires `externalContacts:organization:view`.
    #[graphql(directive = requires_permission::apply(Permission::OrganizationView))]
    async fn organization(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The organization's id.")] id: ID,
    ) -> Result<Option<Organization>> {
        Ok(ctx.load(Error::id::<OrganizationId>("id", &id)?).await?)
    }

    /// The organization with this key; null when there is none.
    ///
    /// Requires `externalContacts:organization:view`.
    #[graphql(directive = requires_permission::apply(Permission::OrganizationView))]
    async fn organization_by(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What names the organization.")] key: OrganizationKey,
    ) -> Result<Option<Organization>> {
        let OrganizationKey::ExternalId(key) = key;
        let key = key.argument("key.externalId")?;
        let id = ctx.tenant().owner_of(OrganizationId::KIND, &key).await?;
        Ok(ctx.load_opt(id.map(OrganizationId::new)).await?)
    }

    /// Organizations, a page at a time; all of them can be reached. To find one by words, use `searchOrganizations`.
    ///
    /// Requires `externalContacts:organization:view`.
    #[graphql(directive = requires_permission::apply(Permission::OrganizationView))]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn organizations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What narrows the list.")] filter: Option<OrganizationFilterInput>,
        #[graphql(desc = "The order; by name when left out.")] order_by: Option<OrganizationOrder>,
        #[graphql(desc = "How many from the front, 1 to 100; 25 when left out.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the back, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Option<OrganizationConnection>> {
        let filter = filter.unwrap_or_default().checked(ctx)?;
        let args = PageArgs {
            first,
            after,
            last,
            before,
        };
        let page = ctx.list(filter, OrganizationOrder::sort(order_by), args).await?;
        Ok(Some(page.into()))
    }

    #[graphql(entity)]
    async fn organization_entity(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Organization>> {
        Ok(ctx
            .entity::<OrganizationId, Organization>(Some(Permission::OrganizationView), &id)
            .await?)
    }
}
