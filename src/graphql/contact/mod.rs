//! Contacts in the graph.

mod bulk;
mod merge;
mod mutation;

use async_graphql::{ComplexObject, Context, InputObject, Object, OneofObject, OutputType as _, Result};

pub use bulk::ContactBulkMutation;
pub use merge::ContactMergeMutation;
pub use mutation::ContactMutation;

use super::change::{ChangeConnection, changes_of};
use super::connection::{connection, connections};
use super::context::ContextExt;
use super::duplicate::duplicates_of;
use super::filter::{FilterInput, IdFilter, NameFilter, StringFilter};
use super::interaction::{InteractionConnection, InteractionFilterInput, InteractionOrder};
use super::list::ListExt as _;
use super::merge::{MergeConnection, merged_ids, merges_of};
use super::note::{NoteConnection, NoteFilterInput, NoteOrder};
use super::order::order;
use super::permission::requires_permission;
use super::shared::Shared;
use crate::id::{ContactId, GlobalId};
use crate::model::{
    Contact, ContactFilter, ContactOrderField, DateTimeRange, EntityKind, ExternalIdInput, Organization,
    Permission, PossibleDuplicate, Ranges,
};
use crate::store::{INTERACTIONS_OF_CONTACT, NOTES_OF_CONTACT, Read as _};

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
    async fn organization(&self, ctx: &Context<'_>) -> Result<Option<Shared<Organization>>> {
        Ok(ctx.load_other(self.id, self.organization_id).await?)
    }

    /// The ids of the contacts that became part of this one, each of which keeps finding it.
    async fn merged_ids(&self, ctx: &Context<'_>) -> Result<Vec<GlobalId>> {
        Ok(merged_ids(ctx, EntityKind::Contact, self.id).await?)
    }

    /// The other contacts that may be the same, the highest score first: at most 20. They are found when they are asked for, so
    /// that they are as current as the contact itself.
    async fn possible_duplicates(&self, ctx: &Context<'_>) -> Result<Vec<PossibleDuplicate>> {
        Ok(duplicates_of::<Contact>(ctx, self.id).await?)
    }

    #[graphql(flatten)]
    #[expect(clippy::unused_async, reason = "every resolver is asynchronous")]
    async fn connections(&self) -> ContactConnections {
        ContactConnections(self.id)
    }
}

/// The connections of a contact.
struct ContactConnections(ContactId);

connections! {
    nested ContactConnections {
        /// The notes about this contact: pinned notes first, then newest first.
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
            ctx.children(&NOTES_OF_CONTACT, self.0, filter, order_by, page)
        }

        /// The interactions with this contact, newest first.
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
            ctx.children(&INTERACTIONS_OF_CONTACT, self.0, filter, order_by, page)
        }

        /// The changes of the contact itself, newest first: each field that changed, with its values before and after, the
        /// user and the time. Those of contacts that were merged into it are included. Kept for 90 days unless the operator
        /// configures otherwise.
        ///
        /// Requires `externalContacts:contact:view`.
        #[graphql(directive = requires_permission::apply(Permission::ContactView))]
        fn changes(&self, ctx, page) -> ChangeConnection {
            changes_of(ctx, self.0, page)
        }

        /// The merges that made other contacts part of this one, newest first, undone ones included.
        ///
        /// Requires `externalContacts:contact:merge`.
        #[graphql(directive = requires_permission::apply(Permission::ContactMerge))]
        fn merges(&self, ctx, page) -> MergeConnection {
            merges_of(ctx, self.0, page)
        }
    }
}

order!(ContactOrder, "contacts", ContactOrderField::Name, ascending);

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

impl FilterInput for ContactFilterInput {
    type Noun = Contact;

    fn checked(self, ctx: &impl ContextExt) -> crate::error::Result<ContactFilter> {
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
    /// Returns a contact by another key, or null if it does not exist.
    ///
    /// Requires `externalContacts:contact:view`.
    #[graphql(directive = requires_permission::apply(Permission::ContactView))]
    async fn contact_by(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The contact's key.")] key: ContactKey,
    ) -> Result<Option<Shared<Contact>>> {
        let ContactKey::ExternalId(key) = key;
        let key = key.argument("key.externalId")?;
        let id: Option<ContactId> = ctx.tenant().find_by_external_id(&key).await?;
        Ok(ctx.load_opt(id).await?)
    }
}

/// The query field for lists of contacts.
#[derive(Default)]
pub struct ContactListQuery;

connections! {
    root ContactListQuery {
        /// Lists contacts, a page at a time; paging reaches all of them. To find contacts by words, use `searchContacts`.
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
            ctx.list(filter, order_by, page)
        }
    }
}
