//! Interactions in the graph.

mod mutation;

use async_graphql::{ComplexObject, Context, ID, InputObject, Object, OneofObject, Result};
use futures_util::future::try_join_all;

pub use mutation::InteractionMutation;

use super::connection::connection;
use super::context::Ask as _;
use super::filter::{IdFilter, OrderDirection, values};
use super::permission::requires_permission;
use crate::error::Error;
use crate::id::{InteractionId, TypedId};
use crate::model::{
    Contact, DateTimeRange, Interaction, InteractionDirection, InteractionFilter, InteractionOrderField,
    MediaType, Organization, Permission, Ranges, User, WrapUp, WrapUpCode,
};
use crate::page::PageArgs;
use crate::store::{Edge, Sort};

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
    async fn contact(&self, ctx: &Context<'_>) -> Result<Option<Contact>> {
        Ok(ctx.load_opt(self.contact_id).await?)
    }

    /// The organization that took part, as of that time: it stays when the contact changes employer. Null if unknown or
    /// deleted.
    ///
    /// Requires `externalContacts:organization:view`.
    #[graphql(directive = requires_permission::apply(Permission::OrganizationView))]
    async fn organization(&self, ctx: &Context<'_>) -> Result<Option<Organization>> {
        Ok(ctx.load_opt(self.organization_id).await?)
    }

    /// The users who handled the interaction, in the order in which they joined it.
    async fn agents(&self, ctx: &Context<'_>) -> Result<Vec<User>> {
        let agents = try_join_all(self.agent_ids.iter().map(|agent| ctx.load(*agent))).await?;
        Ok(agents.into_iter().flatten().collect())
    }
}

#[ComplexObject]
impl WrapUp {
    /// The agent who recorded the wrap-up.
    async fn agent(&self, ctx: &Context<'_>) -> Result<Option<User>> {
        Ok(ctx.load(self.agent_id).await?)
    }

    /// The wrap-up code that the agent chose.
    ///
    /// Requires `externalContacts:wrapUpCode:view`.
    #[graphql(directive = requires_permission::apply(Permission::WrapUpCodeView))]
    async fn code(&self, ctx: &Context<'_>) -> Result<Option<WrapUpCode>> {
        Ok(ctx.load(self.code_id).await?)
    }
}

/// Loads a page of a record's interactions, newest first.
pub async fn interactions_of(
    ctx: &Context<'_>,
    edge: &'static Edge<Interaction>,
    parent: impl TypedId,
    args: PageArgs,
) -> Result<Option<InteractionConnection>> {
    let sort = InteractionOrder::sort(None);
    Ok(Some(ctx.children(edge, parent, sort, args).await?.into()))
}

/// The sort order of a list of interactions. Ties are broken by id.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct InteractionOrder {
    /// The field to sort by.
    pub field: InteractionOrderField,
    /// The sort direction.
    #[graphql(default_with = "OrderDirection::Desc")]
    pub direction: OrderDirection,
}

impl InteractionOrder {
    /// Returns the requested sort order, by default newest first.
    pub fn sort(order: Option<Self>) -> Sort<InteractionOrderField> {
        let by = order.map_or(InteractionOrderField::StartedAt, |order| order.field);
        Sort {
            by,
            descending: order.is_none_or(|order| order.direction.is_descending()),
        }
    }
}

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

impl InteractionFilterInput {
    fn checked(self, ctx: &Context<'_>) -> crate::error::Result<InteractionFilter> {
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
        Ok(InteractionFilter {
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
    /// Returns an interaction by id, or null if it does not exist.
    ///
    /// Requires `externalContacts:interaction:view`.
    #[graphql(directive = requires_permission::apply(Permission::InteractionView))]
    async fn interaction(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The interaction's id.")] id: ID,
    ) -> Result<Option<Interaction>> {
        Ok(ctx.load(Error::id::<InteractionId>("id", &id)?).await?)
    }

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

    /// Lists interactions, newest first, a page at a time; paging reaches all of them.
    ///
    /// Requires `externalContacts:interaction:view`.
    #[graphql(directive = requires_permission::apply(Permission::InteractionView))]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn interactions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Filters the list.")] filter: Option<InteractionFilterInput>,
        #[graphql(desc = "The sort order. Defaults to start time, newest first.")] order_by: Option<
            InteractionOrder,
        >,
        #[graphql(desc = "Returns the first n items (1–100, default 25).")] first: Option<i32>,
        #[graphql(desc = "Returns the items after this cursor.")] after: Option<String>,
        #[graphql(desc = "Returns the last n items (1–100).")] last: Option<i32>,
        #[graphql(desc = "Returns the items before this cursor.")] before: Option<String>,
    ) -> Result<Option<InteractionConnection>> {
        let filter = filter.unwrap_or_default().checked(ctx)?;
        let args = PageArgs {
            first,
            after,
            last,
            before,
        };
        let page = ctx.list(filter, InteractionOrder::sort(order_by), args).await?;
        Ok(Some(page.into()))
    }

    #[graphql(entity)]
    async fn interaction_entity(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Interaction>> {
        Ok(ctx
            .entity::<InteractionId, Interaction>(Some(Permission::InteractionView), &id)
            .await?)
    }
}
