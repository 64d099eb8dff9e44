//! Interactions in the graph.

mod bulk;
mod mutation;

use async_graphql::{ComplexObject, Context, InputObject, Object, OneofObject, Result};
use futures_util::future::try_join_all;

pub use bulk::InteractionBulkMutation;
pub use mutation::InteractionMutation;

use super::connection::{connection, connections};
use super::context::ContextExt;
use super::filter::{FilterInput, IdFilter, values};
use super::list::ListExt as _;
use super::order::order;
use super::permission::requires_permission;
use super::shared::Shared;
use crate::id::TypedId;
use crate::model::{
    Contact, ContactPoint, ContactPointInput, DateTimeRange, Interaction, InteractionDirection,
    InteractionFilter, InteractionOrderField, MediaType, Organization, Permission, Ranges, User, WrapUp,
    WrapUpCode,
};

connection!(
    InteractionConnection,
    InteractionEdge,
    Interaction,
    "interactions"
);

#[ComplexObject]
impl Interaction {
    /// The contact that took part, or null if unknown or deleted.
    ///
    /// Requires `externalContacts:contact:view`.
    #[graphql(directive = requires_permission::apply(Permission::ContactView))]
    async fn contact(&self, ctx: &Context<'_>) -> Result<Option<Shared<Contact>>> {
        Ok(ctx.load_other(self.id, self.contact_id).await?)
    }

    /// The organization that took part, as of that time: it stays when the contact changes employer. Null if unknown or
    /// deleted.
    ///
    /// Requires `externalContacts:organization:view`.
    #[graphql(directive = requires_permission::apply(Permission::OrganizationView))]
    async fn organization(&self, ctx: &Context<'_>) -> Result<Option<Shared<Organization>>> {
        Ok(ctx.load_other(self.id, self.organization_id).await?)
    }

    /// The contacts with the contact point, if no contact is linked; at most 25. Link the right one by `linkInteraction`.
    ///
    /// Requires `externalContacts:contact:view`.
    #[graphql(directive = requires_permission::apply(Permission::ContactView))]
    async fn candidates(&self, ctx: &Context<'_>) -> Result<Option<Vec<Shared<Contact>>>> {
        let point = self.contact_point.clone().filter(|_| self.contact_id.is_none());
        let Some(point) = point else {
            return Ok(Some(Vec::new()));
        };
        let contacts = ctx.request().loaders.contacts_with(point).await?;
        let contacts = try_join_all(contacts.into_iter().map(|id| ctx.load(id))).await?;
        Ok(Some(contacts.into_iter().flatten().collect()))
    }

    /// The users who handled the interaction, in the order in which they joined it.
    async fn agents(&self, ctx: &Context<'_>) -> Result<Vec<Shared<User>>> {
        let agents = try_join_all(self.agent_ids.iter().map(|agent| ctx.load(*agent))).await?;
        Ok(agents.into_iter().flatten().collect())
    }
}

#[ComplexObject]
impl WrapUp {
    /// The agent who recorded the wrap-up.
    async fn agent(&self, ctx: &Context<'_>) -> Result<Option<Shared<User>>> {
        Ok(ctx.load(self.agent_id).await?)
    }

    /// The wrap-up code that the agent chose.
    ///
    /// Requires `externalContacts:wrapUpCode:view`.
    #[graphql(directive = requires_permission::apply(Permission::WrapUpCodeView))]
    async fn code(&self, ctx: &Context<'_>) -> Result<Option<Shared<WrapUpCode>>> {
        Ok(ctx.load(self.code_id).await?)
    }
}

order!(
    InteractionOrder,
    "interactions",
    InteractionOrderField::StartedAt,
    descending
);

/// Compares media types.
#[derive(Clone, Debug, InputObject)]
pub struct MediaTypeFilter {
    /// Equal to this value.
    pub eq: Option<MediaType>,
    /// Equal to one of these values.
    #[graphql(name = "in")]
    pub one_of: Option<Vec<MediaType>>,
}

/// Filters a list of interactions. All given fields must match.
#[derive(Clone, Debug, Default, InputObject)]
#[graphql(name = "InteractionFilter")]
pub struct InteractionFilterInput {
    /// Matches interactions with this contact. Requires `externalContacts:contact:view`.
    pub contact_id: Option<IdFilter>,
    /// `true` matches interactions with a contact, `false` those without one.
    pub has_contact: Option<bool>,
    /// Matches interactions with this contact point, however it is written.
    pub contact_point: Option<ContactPointInput>,
    /// Matches interactions with this organization, as of the time of the interaction. Requires
    /// `externalContacts:organization:view`.
    pub organization_id: Option<IdFilter>,
    /// Matches interactions handled by this user.
    pub agent_id: Option<IdFilter>,
    /// Matches interactions by media type.
    pub media_type: Option<MediaTypeFilter>,
    /// Matches interactions by direction.
    pub direction: Option<InteractionDirection>,
    /// Matches interactions that any agent wrapped up with this code. Requires `externalContacts:wrapUpCode:view`.
    pub wrap_up_code_id: Option<IdFilter>,
    /// Matches interactions that started in this range.
    pub started_at: Option<DateTimeRange>,
    /// Matches interactions recorded in this range.
    pub created_at: Option<DateTimeRange>,
    /// Matches records last changed in this range.
    pub updated_at: Option<DateTimeRange>,
}

impl FilterInput for InteractionFilterInput {
    type Noun = Interaction;

    fn checked(self, ctx: &impl ContextExt) -> crate::error::Result<InteractionFilter> {
        let crossings = [
            (self.contact_id.is_some(), Permission::ContactView),
            (self.organization_id.is_some(), Permission::OrganizationView),
            (self.wrap_up_code_id.is_some(), Permission::WrapUpCodeView),
        ];
        for (is_crossed, permission) in crossings {
            if is_crossed {
                ctx.require(permission)?;
            }
        }
        let region = &ctx.tenant().record().default_region;
        // No interaction has a contact point that none can have.
        let keys = |point| {
            ContactPoint::check(point, region)
                .ok()
                .and_then(|point| point.key())
                .into_iter()
                .collect()
        };
        Ok(InteractionFilter {
            has_contact: self.has_contact,
            point_keys: self.contact_point.map(keys),
            contact_ids: ids(self.contact_id, "filter.contactId")?,
            organization_ids: ids(self.organization_id, "filter.organizationId")?,
            agent_ids: ids(self.agent_id, "filter.agentId")?,
            media_types: self
                .media_type
                .map(|media| values("filter.mediaType", media.eq, media.one_of))
                .transpose()?,
            direction: self.direction,
            wrap_up_code_ids: ids(self.wrap_up_code_id, "filter.wrapUpCodeId")?,
            started_at: self.started_at.unwrap_or_default(),
            ranges: Ranges {
                created_at: self.created_at.unwrap_or_default(),
                updated_at: self.updated_at.unwrap_or_default(),
            },
        })
    }
}

fn ids<I: TypedId>(filter: Option<IdFilter>, argument: &'static str) -> crate::error::Result<Option<Vec<I>>> {
    filter.map(|filter| filter.ids(argument)).transpose()
}

/// Identifies an interaction by a key other than its id.
#[derive(Clone, Debug, OneofObject)]
pub enum InteractionKey {
    /// The conversation's id in the telephony system.
    ExternalId(String),
}

/// Query fields for interactions.
#[derive(Default)]
pub struct InteractionQuery;

#[Object]
impl InteractionQuery {
    /// Returns an interaction by another key, or null if it does not exist.
    ///
    /// Requires `externalContacts:interaction:view`.
    #[graphql(directive = requires_permission::apply(Permission::InteractionView))]
    async fn interaction_by(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The interaction's key.")] key: InteractionKey,
    ) -> Result<Option<Interaction>> {
        let InteractionKey::ExternalId(key) = key;
        let found = match Interaction::check_external_id(key) {
            Ok(key) => ctx.tenant().interaction_by_external_id(&key).await?,
            // No interaction has a key that none can have.
            Err(_) => None,
        };
        Ok(found)
    }
}

/// The query field for lists of interactions.
#[derive(Default)]
pub struct InteractionListQuery;

connections! {
    root InteractionListQuery {
        /// Lists interactions, newest first, a page at a time; paging reaches all of them.
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
            ctx.list(filter, order_by, page)
        }
    }
}
