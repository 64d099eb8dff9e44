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
    /// With whom it was; null when nobody knows, or when that contact was deleted.
    ///
    /// Requires `externalContacts:contact:view`.
    #[graphql(directive = requires_permission::apply(Permission::ContactView))]
    async fn contact(&self, ctx: &Context<'_>) -> Result<Option<Contact>> {
        Ok(ctx.load_opt(self.contact_id).await?)
    }

    /// The organization it was with: as it was then, even if the contact works for another one now. Null when nobody
    /// knows, or when that organization was deleted.
    ///
    /// Requires `externalContacts:organization:view`.
    #[graphql(directive = requires_permission::apply(Permission::OrganizationView))]
    async fn organization(&self, ctx: &Context<'_>) -> Result<Option<Organization>> {
        Ok(ctx.load_opt(self.organization_id).await?)
    }

    /// Who handled it, in the order they came to it.
    async fn agents(&self, ctx: &Context<'_>) -> Result<Vec<User>> {
        let agents = try_join_all(self.agent_ids.iter().map(|agent| ctx.load(*agent))).await?;
        Ok(agents.into_iter().flatten().collect())
    }
}

#[ComplexObject]
impl WrapUp {
    /// Who recorded it.
    async fn agent(&self, ctx: &Context<'_>) -> Result<Option<User>> {
        Ok(ctx.load(self.agent_id).await?)
    }

    /// What they chose.
    ///
    /// Requires `externalContacts:wrapUpCode:view`.
    #[graphql(directive = requires_permission::apply(Permission::WrapUpCodeView))]
    async fn code(&self, ctx: &Context<'_>) -> Result<Option<WrapUpCode>> {
        Ok(ctx.load(self.code_id).await?)
    }
}

/// A page of the interactions that belong to something, the newest first.
pub async fn interactions_of(
    ctx: &Context<'_>,
    edge: &'static Edge<Interaction>,
    parent: impl TypedId,
    args: PageArgs,
) -> Result<Option<InteractionConnection>> {
    let sort = InteractionOrder::sort(None);
    Ok(Some(ctx.children(edge, parent, sort, args).await?.into()))
}

/// How a list of interactions is ordered. The id decides between equals.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct InteractionOrder {
    /// What is compared.
    pub field: InteractionOrderField,
    /// Which way.
    #[graphql(default_with = "OrderDirection::Desc")]
    pub direction: OrderDirection,
}

impl InteractionOrder {
    /// The order that is meant; the newest first when nobody says.
    pub fn sort(order: Option<Self>) -> Sort<InteractionOrderField> {
        let by = order.map_or(InteractionOrderField::StartedAt, |order| order.field);
        Sort {
            by,
            descending: order.is_none_or(|order| order.direction.is_descending()),
        }
    }
}

/// Compares how an interaction is held.
#[derive(Clone, Debug, InputObject)]
pub struct MediaTypeFilter {
    /// Is this.
    pub eq: Option<MediaType>,
    /// Is one of these.
    #[graphql(name = "in")]
    pub one_of: Option<Vec<MediaType>>,
}

/// What narrows a list of interactions; the fields combine by *and*.
#[derive(Clone, Debug, Default, InputObject)]
#[graphql(name = "InteractionFilter")]
pub struct InteractionFilterInput {
    /// With this contact. Requires `externalContacts:contact:view`.
    pub contact_id: Option<IdFilter>,
    /// With this organization, as it was then. Requires `externalContacts:organization:view`.
    pub organization_id: Option<IdFilter>,
    /// Handled by this user.
    pub agent_id: Option<IdFilter>,
    /// How they are held.
    pub media_type: Option<MediaTypeFilter>,
    /// Who began them.
    pub direction: Option<InteractionDirection>,
    /// Which an agent wrapped up with this code. Requires `externalContacts:wrapUpCode:view`.
    pub wrap_up_code_id: Option<IdFilter>,
    /// When they began.
    pub started_at: Option<DateTimeRange>,
    /// When they were recorded.
    pub created_at: Option<DateTimeRange>,
    /// When they were last changed.
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

/// Names one interaction by something other than its id.
#[derive(Clone, Debug, OneofObject)]
pub enum InteractionKey {
    /// The conversation's id in the telephony system.
    ExternalId(String),
}

/// Questions about interactions.
#[derive(Default)]
pub struct InteractionQuery;

#[Object]
impl InteractionQuery {
    /// One interaction; null when there is none or it is not yours to see.
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

    /// The interaction with this key; null when there is none.
    ///
    /// Requires `externalContacts:interaction:view`.
    #[graphql(directive = requires_permission::apply(Permission::InteractionView))]
    async fn interaction_by(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What names the interaction.")] key: InteractionKey,
    ) -> Result<Option<Interaction>> {
        let InteractionKey::ExternalId(key) = key;
        let found = match Interaction::check_external_id(key) {
            Ok(key) => ctx.tenant().interaction_by_external_id(&key).await?,
            // No interaction has a key that none can have.
            Err(_) => None,
        };
        Ok(found)
    }

    /// Interactions, a page at a time, the newest first; all of them can be reached.
    ///
    /// Requires `externalContacts:interaction:view`.
    #[graphql(directive = requires_permission::apply(Permission::InteractionView))]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn interactions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What narrows the list.")] filter: Option<InteractionFilterInput>,
        #[graphql(desc = "The order; the newest first when left out.")] order_by: Option<InteractionOrder>,
        #[graphql(desc = "How many from the front, 1 to 100; 25 when left out.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the back, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
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
