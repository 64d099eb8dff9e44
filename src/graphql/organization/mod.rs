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
use crate::id::OrganizationId;
use crate::model::{
    Contact, DateTimeRange, ExternalIdInput, Organization, OrganizationFilter, OrganizationOrderField,
    Permission, Ranges,
};
use crate::page::PageArgs;
use crate::store::{
    CONTACTS_OF_ORGANIZATION, INTERACTIONS_OF_ORGANIZATION, NOTES_OF_ORGANIZATION, Read as _, Sort,
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
    /// The contact to approach first, who must work for the organization. Null if none was chosen or the chosen contact
    /// no longer works there.
    ///
    /// Requires `externalContacts:contact:view`.
    #[graphql(directive = requires_permission::apply(Permission::ContactView))]
    async fn primary_contact(&self, ctx: &Context<'_>) -> Result<Option<Contact>> {
        Ok(ctx.load_opt(self.primary_contact_id).await?)
    }

    /// The organization's contacts, sorted by name.
    ///
    /// Requires `externalContacts:contact:view`.
    #[graphql(directive = requires_permission::apply(Permission::ContactView))]
    async fn contacts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Returns the first n items (1–100, default 10).")] first: Option<i32>,
        #[graphql(desc = "Returns the items after this cursor.")] after: Option<String>,
        #[graphql(desc = "Returns the last n items (1–100).")] last: Option<i32>,
        #[graphql(desc = "Returns the items before this cursor.")] before: Option<String>,
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

    /// The relationships of users with this organization, sorted by type.
    ///
    /// Requires `externalContacts:relationship:view`.
    #[graphql(directive = requires_permission::apply(Permission::RelationshipView))]
    async fn relationships(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "`true` returns current relationships, `false` ended ones. Defaults to both.")]
        current: Option<bool>,
        #[graphql(desc = "Returns the first n items (1–100, default 10).")] first: Option<i32>,
        #[graphql(desc = "Returns the items after this cursor.")] after: Option<String>,
        #[graphql(desc = "Returns the last n items (1–100).")] last: Option<i32>,
        #[graphql(desc = "Returns the items before this cursor.")] before: Option<String>,
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

    /// The notes about this organization: pinned notes first, then newest first.
    ///
    /// Requires `externalContacts:note:view`.
    #[graphql(directive = requires_permission::apply(Permission::NoteView))]
    async fn notes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Returns the first n items (1–100, default 10).")] first: Option<i32>,
        #[graphql(desc = "Returns the items after this cursor.")] after: Option<String>,
        #[graphql(desc = "Returns the last n items (1–100).")] last: Option<i32>,
        #[graphql(desc = "Returns the items before this cursor.")] before: Option<String>,
    ) -> Result<Option<NoteConnection>> {
        let args = PageArgs {
            first,
            after,
            last,
            before,
        };
        notes_of(ctx, &NOTES_OF_ORGANIZATION, self.id, args).await
    }

    /// The interactions with this organization, newest first. Those with former contacts of the organization are kept.
    ///
    /// Requires `externalContacts:interaction:view`.
    #[graphql(directive = requires_permission::apply(Permission::InteractionView))]
    async fn interactions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Returns the first n items (1–100, default 10).")] first: Option<i32>,
        #[graphql(desc = "Returns the items after this cursor.")] after: Option<String>,
        #[graphql(desc = "Returns the last n items (1–100).")] last: Option<i32>,
        #[graphql(desc = "Returns the items before this cursor.")] before: Option<String>,
    ) -> Result<Option<InteractionConnection>> {
        let args = PageArgs {
            first,
            after,
            last,
            before,
        };
        interactions_of(ctx, &INTERACTIONS_OF_ORGANIZATION, self.id, args).await
    }

    /// The changes of the organization itself, newest first: each field that changed, with its values before and after,
    /// the user and the time. Kept for 90 days unless the operator configures otherwise.
    ///
    /// Requires `externalContacts:organization:view`.
    #[graphql(directive = requires_permission::apply(Permission::OrganizationView))]
    async fn changes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Returns the first n items (1–100, default 10).")] first: Option<i32>,
        #[graphql(desc = "Returns the items after this cursor.")] after: Option<String>,
        #[graphql(desc = "Returns the last n items (1–100).")] last: Option<i32>,
        #[graphql(desc = "Returns the items before this cursor.")] before: Option<String>,
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

/// The sort order of a list of organizations. Ties are broken by id.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct OrganizationOrder {
    /// The field to sort by.
    pub field: OrganizationOrderField,
    /// The sort direction.
    #[graphql(default)]
    pub direction: OrderDirection,
}

impl OrganizationOrder {
    /// Returns the requested sort order, by default by name.
    pub fn sort(order: Option<Self>) -> Sort<OrganizationOrderField> {
        let by = order.map_or(OrganizationOrderField::Name, |order| order.field);
        Sort {
            by,
            descending: order.is_some_and(|order| order.direction.is_descending()),
        }
    }
}

/// Filters a list of organizations. All given fields must match.
#[derive(Clone, Debug, Default, InputObject)]
#[graphql(name = "OrganizationFilter")]
pub struct OrganizationFilterInput {
    /// Matches organizations by name.
    pub name: Option<NameFilter>,
    /// Matches organizations by their whole industry.
    pub industry: Option<StringFilter>,
    /// Matches organizations by their whole company type.
    pub company_type: Option<StringFilter>,
    /// Matches organizations with this tag.
    pub tag: Option<StringFilter>,
    /// Matches organizations in this city.
    pub city: Option<StringFilter>,
    /// Matches organizations in this country (ISO 3166-1 alpha-2).
    pub country_code: Option<StringFilter>,
    /// Matches organizations with which this user has a current relationship. Requires
    /// `externalContacts:relationship:view`.
    pub owner_id: Option<IdFilter>,
    /// `true` matches organizations with which some user has a current relationship, `false` the others. Requires
    /// `externalContacts:relationship:view`.
    pub has_owner: Option<bool>,
    /// Matches the organization with this key in another system.
    pub external_id: Option<ExternalIdInput>,
    /// Matches records created in this range.
    pub created_at: Option<DateTimeRange>,
    /// Matches records last changed in this range.
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

/// Identifies an organization by a key other than its id.
#[derive(Clone, Debug, OneofObject)]
pub enum OrganizationKey {
    /// The record's key in another system.
    ExternalId(ExternalIdInput),
}

/// Query fields for organizations.
#[derive(Default)]
pub struct OrganizationQuery;

#[Object]
impl OrganizationQuery {
    /// Returns an organization by id, or null if it does not exist.
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

    /// Returns an organization by another key, or null if it does not exist.
    ///
    /// Requires `externalContacts:organization:view`.
    #[graphql(directive = requires_permission::apply(Permission::OrganizationView))]
    async fn organization_by(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The organization's key.")] key: OrganizationKey,
    ) -> Result<Option<Organization>> {
        let OrganizationKey::ExternalId(key) = key;
        let key = key.argument("key.externalId")?;
        let id: Option<OrganizationId> = ctx.tenant().find_by_external_id(&key).await?;
        Ok(ctx.load_opt(id).await?)
    }

    /// Lists organizations, a page at a time; paging reaches all of them. To find organizations by words, use
    /// `searchOrganizations`.
    ///
    /// Requires `externalContacts:organization:view`.
    #[graphql(directive = requires_permission::apply(Permission::OrganizationView))]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn organizations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Filters the list.")] filter: Option<OrganizationFilterInput>,
        #[graphql(desc = "The sort order. Defaults to name, ascending.")] order_by: Option<OrganizationOrder>,
        #[graphql(desc = "Returns the first n items (1–100, default 25).")] first: Option<i32>,
        #[graphql(desc = "Returns the items after this cursor.")] after: Option<String>,
        #[graphql(desc = "Returns the last n items (1–100).")] last: Option<i32>,
        #[graphql(desc = "Returns the items before this cursor.")] before: Option<String>,
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
