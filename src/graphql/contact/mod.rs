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
use crate::id::{ContactId, TypedId};
use crate::model::{
    Contact, ContactFilter, ContactOrderField, DateTimeRange, ExternalIdInput, Organization, Permission,
    Ranges,
};
use crate::page::PageArgs;
use crate::store::{INTERACTIONS_OF_CONTACT, NOTES_OF_CONTACT, Sort};

connection!(ContactConnection, ContactEdge, Contact, "contacts");

#[ComplexObject]
impl Contact {
    /// First, middle and last name, as one reads them.
    #[graphql(name = "displayName")]
    async fn shown_name(&self) -> String {
        self.display_name()
    }

    /// The organization the person works for.
    ///
    /// Requires `externalContacts:organization:view`.
    #[graphql(directive = requires_permission::apply(Permission::OrganizationView))]
    async fn organization(&self, ctx: &Context<'_>) -> Result<Option<Organization>> {
        Ok(ctx.load_opt(self.organization_id).await?)
    }

    /// What was written about the person; pinned notes first, then the newest.
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
        notes_of(ctx, &NOTES_OF_CONTACT, self.id, args).await
    }

    /// The interaction history: the conversations with the person, the newest first.
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
        interactions_of(ctx, &INTERACTIONS_OF_CONTACT, self.id, args).await
    }

    /// What became of the contact itself, the newest first: who changed which field when, from what to what. Kept for 90
    /// days, unless the operator says otherwise.
    ///
    /// Requires `externalContacts:contact:view`.
    #[graphql(directive = requires_permission::apply(Permission::ContactView))]
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

/// How a list of contacts is ordered. The id decides between equals.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct ContactOrder {
    /// What is compared.
    pub field: ContactOrderField,
    /// Which way.
    #[graphql(default)]
    pub direction: OrderDirection,
}

impl ContactOrder {
    /// The order that is meant; by name when nobody says.
    pub fn sort(order: Option<Self>) -> Sort<ContactOrderField> {
        let by = order.map_or(ContactOrderField::Name, |order| order.field);
        Sort {
            by,
            descending: order.is_some_and(|order| order.direction.is_descending()),
        }
    }
}

/// What narrows a list of contacts; the fields combine by *and*.
#[derive(Clone, Debug, Default, InputObject)]
#[graphql(name = "ContactFilter")]
pub struct ContactFilterInput {
    /// Who work for this organization. Requires `externalContacts:organization:view`.
    pub organization_id: Option<IdFilter>,
    /// Who work for any organization, or for none. Requires `externalContacts:organization:view`.
    pub has_organization: Option<bool>,
    /// By last name.
    pub last_name: Option<NameFilter>,
    /// By first name.
    pub first_name: Option<NameFilter>,
    /// By the whole title.
    pub title: Option<StringFilter>,
    /// Who have this tag.
    pub tag: Option<StringFilter>,
    /// Who have an address in this city.
    pub city: Option<StringFilter>,
    /// Who have an address in this country (ISO 3166-1 alpha-2).
    pub country_code: Option<StringFilter>,
    /// Who has this key in another system.
    pub external_id: Option<ExternalIdInput>,
    /// When they were created.
    pub created_at: Option<DateTimeRange>,
    /// When they were last changed.
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

/// Names one contact by something other than its id.
#[derive(Clone, Debug, OneofObject)]
pub enum ContactKey {
    /// Its key in another system.
    ExternalId(ExternalIdInput),
}

/// Questions about contacts.
#[derive(Default)]
pub struct ContactQuery;

#[Object]
impl ContactQuery {
    /// One contact; null when there is none or it is not yours to see.
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

    /// The contact with this key; null when there is none.
    ///
    /// Requires `externalContacts:contact:view`.
    #[graphql(directive = requires_permission::apply(Permission::ContactView))]
    async fn contact_by(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What names the contact.")] key: ContactKey,
    ) -> Result<Option<Contact>> {
        let ContactKey::ExternalId(key) = key;
        let key = key.argument("key.externalId")?;
        let id = ctx.tenant().owner_of(ContactId::KIND, &key).await?;
        Ok(ctx.load_opt(id.map(ContactId::new)).await?)
    }

    /// Contacts, a page at a time; all of them can be reached. To find somebody by words, use `searchContacts`.
    ///
    /// Requires `externalContacts:contact:view`.
    #[graphql(directive = requires_permission::apply(Permission::ContactView))]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn contacts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What narrows the list.")] filter: Option<ContactFilterInput>,
        #[graphql(desc = "The order; by name when left out.")] order_by: Option<ContactOrder>,
        #[graphql(desc = "How many from the front, 1 to 100; 25 when left out.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the back, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
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
