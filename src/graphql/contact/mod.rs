//! Contacts in the graph.

mod mutation;

use async_graphql::{ComplexObject, Context, ID, InputObject, Object, OneofObject, Result};

pub use mutation::ContactMutation;

use super::change::{ChangeConnection, changes_of};
use super::connection::connection;
use super::context::Ask as _;
use super::filter::{IdFilter, NameFilter, OrderDirection, StringFilter};
use super::interaction::{InteractionConnection, interactions_of};
use super::note::{NoteConnection, notes_of};
use super::permission::requires_permission;
use crate::error::Error;
use crate::id::ContactId;
use crate::model::{
    Contact, ContactFilter, ContactOrderField, DateTimeRange, ExternalIdInput, Organization, Permission,
    Ranges,
};
use crate::page::PageArgs;
use crate::store::{INTERACTIONS_OF_CONTACT, NOTES_OF_CONTACT, Read as _, Sort};

connection!(ContactConnection, ContactEdge, Contact, "contacts");

#[ComplexObject]
impl Contact {
    /// The contact's full name: first, middle and last name.
    #[graphql(name = "displayName")]
    async fn shown_name(&self) -> String {
        self.display_name()
    }

    /// The contact's employer.
    ///
    /// Requires `externalContacts:organization:view`.
    #[graphql(directive = requires_permission::apply(Permission::OrganizationView))]
    async fn organization(&self, ctx: &Context<'_>) -> Result<Option<Organization>> {
        Ok(ctx.load_opt(self.organization_id).await?)
    }

    /// The notes about this contact: pinned notes first, then newest first.
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
        notes_of(ctx, &NOTES_OF_CONTACT, self.id, args).await
    }

    /// The interactions with this contact, newest first.
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
        interactions_of(ctx, &INTERACTIONS_OF_CONTACT, self.id, args).await
    }

    /// The changes of the contact itself, newest first: each field that changed, with its values before and after, the
    /// user and the time. Kept for 90 days unless the operator configures otherwise.
    ///
    /// Requires `externalContacts:contact:view`.
    #[graphql(directive = requires_permission::apply(Permission::ContactView))]
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

/// The sort order of a list of contacts. Ties are broken by id.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct ContactOrder {
    /// The field to sort by.
    pub field: ContactOrderField,
    /// The sort direction.
    #[graphql(default)]
    pub direction: OrderDirection,
}

impl ContactOrder {
    /// Returns the requested sort order, by default by name.
    pub fn sort(order: Option<Self>) -> Sort<ContactOrderField> {
        let by = order.map_or(ContactOrderField::Name, |order| order.field);
        Sort {
            by,
            descending: order.is_some_and(|order| order.direction.is_descending()),
        }
    }
}

/// Filters a list of contacts. All given fields must match.
#[derive(Clone, Debug, Default, InputObject)]
#[graphql(name = "ContactFilter")]
pub struct ContactFilterInput {
    /// Matches contacts employed by this organization. Requires `externalContacts:organization:view`.
    pub organization_id: Option<IdFilter>,
    /// `true` matches contacts that have an employer, `false` those without one. Requires
    /// `externalContacts:organization:view`.
    pub has_organization: Option<bool>,
    /// Matches contacts by last name.
    pub last_name: Option<NameFilter>,
    /// Matches contacts by first name.
    pub first_name: Option<NameFilter>,
    /// Matches contacts by their whole title.
    pub title: Option<StringFilter>,
    /// Matches contacts with this tag.
    pub tag: Option<StringFilter>,
    /// Matches contacts with an address in this city.
    pub city: Option<StringFilter>,
    /// Matches contacts with an address in this country (ISO 3166-1 alpha-2).
    pub country_code: Option<StringFilter>,
    /// Matches the contact with this key in another system.
    pub external_id: Option<ExternalIdInput>,
    /// Matches records created in this range.
    pub created_at: Option<DateTimeRange>,
    /// Matches records last changed in this range.
    pub updated_at: Option<DateTimeRange>,
}

impl ContactFilterInput {
    fn checked(self, ctx: &Context<'_>) -> crate::error::Result<ContactFilter> {
        if self.organization_id.is_some() || self.has_organization.is_some() {
            ctx.require(Permission::OrganizationView)?;
        }
        let ids = |filter: IdFilter| filter.ids("filter.organizationId");
        Ok(ContactFilter {
            organization_ids: self.organization_id.map(ids).transpose()?,
            has_organization: self.has_organization,
            last_name: self
                .last_name
                .map(|name| name.name("filter.lastName"))
                .transpose()?,
            first_name: self
                .first_name
                .map(|name| name.name("filter.firstName"))
                .transpose()?,
            titles: self.title.map(|title| title.values("filter.title")).transpose()?,
            tags: self.tag.map(|tag| tag.values("filter.tag")).transpose()?,
            cities: self.city.map(|city| city.values("filter.city")).transpose()?,
            country_codes: self
                .country_code
                .map(|code| code.values("filter.countryCode"))
                .transpose()?,
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

/// Identifies a contact by a key other than its id.
#[derive(Clone, Debug, OneofObject)]
pub enum ContactKey {
    /// The record's key in another system.
    ExternalId(ExternalIdInput),
}

/// Query fields for contacts.
#[derive(Default)]
pub struct ContactQuery;

#[Object]
impl ContactQuery {
    /// Returns a contact by id, or null if it does not exist.
    ///
    /// Requires `externalContacts:contact:view`.
    #[graphql(directive = requires_permission::apply(Permission::ContactView))]
    async fn contact(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The contact's id.")] id: ID,
    ) -> Result<Option<Contact>> {
        Ok(ctx.load(Error::id::<ContactId>("id", &id)?).await?)
    }

    /// Returns a contact by another key, or null if it does not exist.
    ///
    /// Requires `externalContacts:contact:view`.
    #[graphql(directive = requires_permission::apply(Permission::ContactView))]
    async fn contact_by(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The contact's key.")] key: ContactKey,
    ) -> Result<Option<Contact>> {
        let ContactKey::ExternalId(key) = key;
        let key = key.argument("key.externalId")?;
        let id: Option<ContactId> = ctx.tenant().find_by_external_id(&key).await?;
        Ok(ctx.load_opt(id).await?)
    }

    /// Lists contacts, a page at a time; paging reaches all of them. To find contacts by words, use `searchContacts`.
    ///
    /// Requires `externalContacts:contact:view`.
    #[graphql(directive = requires_permission::apply(Permission::ContactView))]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn contacts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Filters the list.")] filter: Option<ContactFilterInput>,
        #[graphql(desc = "The sort order. Defaults to name, ascending.")] order_by: Option<ContactOrder>,
        #[graphql(desc = "Returns the first n items (1–100, default 25).")] first: Option<i32>,
        #[graphql(desc = "Returns the items after this cursor.")] after: Option<String>,
        #[graphql(desc = "Returns the last n items (1–100).")] last: Option<i32>,
        #[graphql(desc = "Returns the items before this cursor.")] before: Option<String>,
    ) -> Result<Option<ContactConnection>> {
        let filter = filter.unwrap_or_default().checked(ctx)?;
        let args = PageArgs {
            first,
            after,
            last,
            before,
        };
        Ok(Some(
            ctx.list(filter, ContactOrder::sort(order_by), args).await?.into(),
        ))
    }

    #[graphql(entity)]
    async fn contact_entity(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Contact>> {
        Ok(ctx
            .entity::<ContactId, Contact>(Some(Permission::ContactView), &id)
            .await?)
    }
}
