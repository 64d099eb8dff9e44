//! Organizations in the graph.

mod bulk;
mod merge;
mod mutation;

pub use bulk::OrganizationBulkMutation;
pub use merge::OrganizationMergeMutation;
pub use mutation::OrganizationMutation;

use async_graphql::{ComplexObject, Context, InputObject, Object, OneofObject, OutputType as _, Result};

use super::change::{ChangeConnection, changes_of};
use super::connection::{connection, connections};
use super::contact::{ContactConnection, ContactFilterInput, ContactOrder};
use super::context::ContextExt;
use super::duplicate::duplicates_of;
use super::filter::{FilterInput, IdFilter, NameFilter, StringFilter};
use super::interaction::{InteractionConnection, InteractionFilterInput, InteractionOrder};
use super::list::ListExt as _;
use super::merge::{MergeConnection, merged_ids, merges_of};
use super::note::{NoteConnection, NoteFilterInput, NoteOrder};
use super::order::order;
use super::permission::requires_permission;
use super::relationship::{RelationshipConnection, RelationshipFilterInput, RelationshipOrder};
use super::shared::Shared;
use crate::id::{GlobalId, OrganizationId};
use crate::model::{
    Contact, DateTimeRange, EntityKind, ExternalIdInput, Organization, OrganizationFilter,
    OrganizationOrderField, Permission, PossibleDuplicate, Ranges,
};
use crate::store::{
    CONTACTS_OF_ORGANIZATION, INTERACTIONS_OF_ORGANIZATION, NOTES_OF_ORGANIZATION,
    RELATIONSHIPS_OF_ORGANIZATION, Read as _,
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
    async fn primary_contact(&self, ctx: &Context<'_>) -> Result<Option<Shared<Contact>>> {
        Ok(ctx.load_other(self.id, self.primary_contact_id).await?)
    }

    /// The ids of the organizations that became part of this one, each of which keeps finding it.
    async fn merged_ids(&self, ctx: &Context<'_>) -> Result<Vec<GlobalId>> {
        Ok(merged_ids(ctx, EntityKind::Organization, self.id).await?)
    }

    /// The other organizations that may be the same, the highest score first: at most 20. They are found when they are asked for, so
    /// that they are as current as the organization itself.
    async fn possible_duplicates(&self, ctx: &Context<'_>) -> Result<Vec<PossibleDuplicate>> {
        Ok(duplicates_of::<Organization>(ctx, self.id).await?)
    }

    #[graphql(flatten)]
    #[expect(clippy::unused_async, reason = "every resolver is asynchronous")]
    async fn connections(&self) -> OrganizationConnections {
        OrganizationConnections(self.id)
    }
}

/// The connections of an organization.
struct OrganizationConnections(OrganizationId);

connections! {
    nested OrganizationConnections {
        /// The organization's contacts, sorted by name.
        ///
        /// Requires `externalContacts:contact:view`.
        #[graphql(directive = requires_permission::apply(Permission::ContactView))]
        fn contacts(
            &self,
            ctx,
            page,
            filter: Option<ContactFilterInput> = "Filters the list.",
            order_by: Option<ContactOrder> = "The sort order. Defaults to name, ascending.",
        ) -> ContactConnection {
            ctx.children(&CONTACTS_OF_ORGANIZATION, self.0, filter, order_by, page)
        }

        /// The relationships of users with this organization, sorted by type.
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
            ctx.children(&RELATIONSHIPS_OF_ORGANIZATION, self.0, filter, order_by, page)
        }

        /// The notes about this organization: pinned notes first, then newest first.
        ///
        /// Requires `externalContacts:note:view`.
        #[graphql(directive = requires_permission::apply(Permission::NoteView))]
        fn notes(
            &self,
            ctx,
            page,
            filter: Option<NoteFilterInput> = "Filters the list.",
            order_by: Option<NoteOrder> = "The sort order. Defaults to pinned notes first, then newest first.",
        ) -> NoteConnection {
            ctx.children(&NOTES_OF_ORGANIZATION, self.0, filter, order_by, page)
        }

        /// The interactions with this organization, newest first. Those with former contacts of the organization are kept.
        ///
        /// Requires `externalContacts:interaction:view`.
        #[graphql(directive = requires_permission::apply(Permission::InteractionView))]
        fn interactions(
            &self,
            ctx,
            page,
            filter: Option<InteractionFilterInput> = "Filters the list.",
            order_by: Option<InteractionOrder> = "The sort order. Defaults to newest first.",
        ) -> InteractionConnection {
            ctx.children(&INTERACTIONS_OF_ORGANIZATION, self.0, filter, order_by, page)
        }

        /// The changes of the organization itself, newest first: each field that changed, with its values before and after,
        /// the user and the time. Those of organizations that were merged into it are included. Kept for 90 days unless the
        /// operator configures otherwise.
        ///
        /// Requires `externalContacts:organization:view`.
        #[graphql(directive = requires_permission::apply(Permission::OrganizationView))]
        fn changes(&self, ctx, page) -> ChangeConnection {
            changes_of(ctx, self.0, page)
        }

        /// The merges that made other organizations part of this one, newest first, undone ones included.
        ///
        /// Requires `externalContacts:organization:merge`.
        #[graphql(directive = requires_permission::apply(Permission::OrganizationMerge))]
        fn merges(&self, ctx, page) -> MergeConnection {
            merges_of(ctx, self.0, page)
        }
    }
}

order!(
    OrganizationOrder,
    "organizations",
    OrganizationOrderField::Name,
    ascending
);

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

impl FilterInput for OrganizationFilterInput {
    type Noun = Organization;

    fn checked(self, ctx: &impl ContextExt) -> crate::error::Result<OrganizationFilter> {
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
    /// Returns an organization by another key, or null if it does not exist.
    ///
    /// Requires `externalContacts:organization:view`.
    #[graphql(directive = requires_permission::apply(Permission::OrganizationView))]
    async fn organization_by(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The organization's key.")] key: OrganizationKey,
    ) -> Result<Option<Shared<Organization>>> {
        let OrganizationKey::ExternalId(key) = key;
        let key = key.argument("key.externalId")?;
        let id: Option<OrganizationId> = ctx.tenant().find_by_external_id(&key).await?;
        Ok(ctx.load_opt(id).await?)
    }
}

/// The query field for lists of organizations.
#[derive(Default)]
pub struct OrganizationListQuery;

connections! {
    root OrganizationListQuery {
        /// Lists organizations, a page at a time; paging reaches all of them. To find organizations by words, use
        /// `searchOrganizations`.
        ///
        /// Requires `externalContacts:organization:view`.
        #[graphql(directive = requires_permission::apply(Permission::OrganizationView))]
        fn organizations(
            &self,
            ctx,
            page,
            filter: Option<OrganizationFilterInput> = "Filters the list.",
            order_by: Option<OrganizationOrder> = "The sort order. Defaults to name, ascending.",
        ) -> OrganizationConnection {
            ctx.list(filter, order_by, page)
        }
    }
}
