//! Users in the graph.

mod mutation;

use async_graphql::{ComplexObject, Context, ID, InputObject, Object, Result};

pub use mutation::UserMutation;

use super::connection::connection;
use super::context::Ask as _;
use super::filter::{OrderDirection, start_of_name};
use super::note::{NoteConnection, notes_of};
use super::permission::requires_permission;
use super::relationship::{RelationshipConnection, RelationshipOrder};
use crate::error::Error;
use crate::id::UserId;
use crate::model::{DateTime, DateTimeRange, Permission, Ranges, User, UserFilter, UserOrderField};
use crate::page::PageArgs;
use crate::store::{NOTES_OF_AUTHOR, Sort, relationships_of_user};

connection!(UserConnection, UserEdge, User, "users");

#[ComplexObject]
impl User {
    /// What the identity provider calls the user (the `sub` of their tokens).
    ///
    /// Requires `externalContacts:user:view`.
    #[graphql(directive = requires_permission::apply(Permission::UserView))]
    async fn subject(&self) -> Option<&str> {
        Some(&self.subject)
    }

    /// The user's e-mail address.
    ///
    /// Requires `externalContacts:user:view`.
    #[graphql(directive = requires_permission::apply(Permission::UserView))]
    async fn email(&self) -> Option<&str> {
        self.email.as_deref()
    }

    /// What the user does, such as "Account Manager".
    ///
    /// Requires `externalContacts:user:view`.
    #[graphql(directive = requires_permission::apply(Permission::UserView))]
    async fn title(&self) -> Option<&str> {
        self.title.as_deref()
    }

    /// Whether the user may use this service.
    ///
    /// Requires `externalContacts:user:view`.
    #[graphql(directive = requires_permission::apply(Permission::UserView))]
    async fn active(&self) -> Option<bool> {
        Some(self.active)
    }

    /// When the user was created.
    ///
    /// Requires `externalContacts:user:view`.
    #[graphql(directive = requires_permission::apply(Permission::UserView))]
    async fn created_at(&self) -> Option<DateTime> {
        Some(self.record.created_at)
    }

    /// When the user was last changed; the same as `createdAt` until then.
    ///
    /// Requires `externalContacts:user:view`.
    #[graphql(directive = requires_permission::apply(Permission::UserView))]
    async fn updated_at(&self) -> Option<DateTime> {
        Some(self.record.updated_at)
    }

    /// 1 when the user is new, one more with every change. Give it as `expectedVersion` to be sure that nobody changed
    /// the user meanwhile.
    ///
    /// Requires `externalContacts:user:view`.
    #[graphql(directive = requires_permission::apply(Permission::UserView))]
    async fn version(&self) -> Option<i32> {
        Some(self.record.version)
    }

    /// Who created the user; null when the service itself did, on first sight of their token.
    ///
    /// Requires `externalContacts:user:view`.
    #[graphql(directive = requires_permission::apply(Permission::UserView))]
    async fn created_by(&self, ctx: &Context<'_>) -> Result<Option<User>> {
        Ok(ctx.load_opt(self.record.created_by).await?)
    }

    /// Who changed the user last; null when the service itself did.
    ///
    /// Requires `externalContacts:user:view`.
    #[graphql(directive = requires_permission::apply(Permission::UserView))]
    async fn updated_by(&self, ctx: &Context<'_>) -> Result<Option<User>> {
        Ok(ctx.load_opt(self.record.updated_by).await?)
    }

    /// The organizations the user answers for, as what; by type.
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
        let edge = relationships_of_user(current);
        let page = ctx
            .children(edge, self.id, RelationshipOrder::sort(None), args)
            .await?;
        Ok(Some(page.into()))
    }

    /// The notes the user wrote; pinned notes first, then the newest.
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
        notes_of(ctx, &NOTES_OF_AUTHOR, self.id, args).await
    }
}

/// How a list of users is ordered. The id decides between equals.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct UserOrder {
    /// What is compared.
    pub field: UserOrderField,
    /// Which way.
    #[graphql(default)]
    pub direction: OrderDirection,
}

impl UserOrder {
    /// The order that is meant; by name when nobody says.
    pub fn sort(order: Option<Self>) -> Sort<UserOrderField> {
        let by = order.map_or(UserOrderField::Name, |order| order.field);
        Sort {
            by,
            descending: order.is_some_and(|order| order.direction.is_descending()),
        }
    }
}

/// Compares the beginning of a name; case and accents do not matter.
#[derive(Clone, Debug, InputObject)]
pub struct NameStartFilter {
    /// Begins with this.
    pub starts_with: String,
}

/// What narrows a list of users; the fields combine by *and*.
#[derive(Clone, Debug, Default, InputObject)]
#[graphql(name = "UserFilter")]
pub struct UserFilterInput {
    /// Who may use this service, or who may not.
    pub active: Option<bool>,
    /// By name.
    pub name: Option<NameStartFilter>,
    /// When they were created.
    pub created_at: Option<DateTimeRange>,
    /// When they were last changed.
    pub updated_at: Option<DateTimeRange>,
}

impl TryFrom<UserFilterInput> for UserFilter {
    type Error = Error;

    fn try_from(input: UserFilterInput) -> crate::error::Result<Self> {
        let start = |name: NameStartFilter| start_of_name("filter.name", name.starts_with);
        Ok(Self {
            active: input.active,
            name: input.name.map(start).transpose()?,
            ranges: Ranges {
                created_at: input.created_at.unwrap_or_default(),
                updated_at: input.updated_at.unwrap_or_default(),
            },
        })
    }
}

/// Questions about users.
#[derive(Default)]
pub struct UserQuery;

#[Object]
impl UserQuery {
    /// One user; null when there is none or it is not yours to see.
    ///
    /// Requires `externalContacts:user:view`.
    #[graphql(directive = requires_permission::apply(Permission::UserView))]
    async fn user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user's id.")] id: ID,
    ) -> Result<Option<User>> {
        Ok(ctx.load(Error::id::<UserId>("id", &id)?).await?)
    }

    /// Users, a page at a time; all of them can be reached.
    ///
    /// Requires `externalContacts:user:view`.
    #[graphql(directive = requires_permission::apply(Permission::UserView))]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn users(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What narrows the list.")] filter: Option<UserFilterInput>,
        #[graphql(desc = "The order; by name when left out.")] order_by: Option<UserOrder>,
        #[graphql(desc = "How many from the front, 1 to 100; 25 when left out.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the back, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Option<UserConnection>> {
        let filter = UserFilter::try_from(filter.unwrap_or_default())?;
        let args = PageArgs {
            first,
            after,
            last,
            before,
        };
        let page = ctx.list(filter, UserOrder::sort(order_by), args).await?;
        Ok(Some(page.into()))
    }

    #[graphql(entity)]
    async fn user_entity(&self, ctx: &Context<'_>, id: ID) -> Result<Option<User>> {
        Ok(ctx.entity::<UserId, User>(None, &id).await?)
    }
}
