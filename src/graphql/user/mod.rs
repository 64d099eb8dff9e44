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
    /// The user's subject at the identity provider (the `sub` claim of their tokens).
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

    /// The user's job title, such as "Account Manager".
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

    /// The time the user was created.
    ///
    /// Requires `externalContacts:user:view`.
    #[graphql(directive = requires_permission::apply(Permission::UserView))]
    async fn created_at(&self) -> Option<DateTime> {
        Some(self.record.created_at)
    }

    /// The time the user was last changed; equal to `createdAt` before the first change.
    ///
    /// Requires `externalContacts:user:view`.
    #[graphql(directive = requires_permission::apply(Permission::UserView))]
    async fn updated_at(&self) -> Option<DateTime> {
        Some(self.record.updated_at)
    }

    /// The user's version: 1 at creation, incremented by every change. Pass it as `expectedVersion` to refuse a change
    /// if the user was changed in the meantime.
    ///
    /// Requires `externalContacts:user:view`.
    #[graphql(directive = requires_permission::apply(Permission::UserView))]
    async fn version(&self) -> Option<i32> {
        Some(self.record.version)
    }

    /// The user who created this user, or null if the service itself did, when it first saw their token.
    ///
    /// Requires `externalContacts:user:view`.
    #[graphql(directive = requires_permission::apply(Permission::UserView))]
    async fn created_by(&self, ctx: &Context<'_>) -> Result<Option<User>> {
        Ok(ctx.load_opt(self.record.created_by).await?)
    }

    /// The user who last changed this user, or null if the service itself did.
    ///
    /// Requires `externalContacts:user:view`.
    #[graphql(directive = requires_permission::apply(Permission::UserView))]
    async fn updated_by(&self, ctx: &Context<'_>) -> Result<Option<User>> {
        Ok(ctx.load_opt(self.record.updated_by).await?)
    }

    /// The user's relationships with organizations, sorted by type.
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
        let edge = relationships_of_user(current);
        let page = ctx
            .children(edge, self.id, RelationshipOrder::sort(None), args)
            .await?;
        Ok(Some(page.into()))
    }

    /// The notes the user wrote: pinned notes first, then newest first.
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
        notes_of(ctx, &NOTES_OF_AUTHOR, self.id, args).await
    }
}

/// The sort order of a list of users. Ties are broken by id.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct UserOrder {
    /// The field to sort by.
    pub field: UserOrderField,
    /// The sort direction.
    #[graphql(default)]
    pub direction: OrderDirection,
}

impl UserOrder {
    /// Returns the requested sort order, by default by name.
    pub fn sort(order: Option<Self>) -> Sort<UserOrderField> {
        let by = order.map_or(UserOrderField::Name, |order| order.field);
        Sort {
            by,
            descending: order.is_some_and(|order| order.direction.is_descending()),
        }
    }
}

/// Compares the beginning of a name, ignoring case and accents.
#[derive(Clone, Debug, InputObject)]
pub struct NameStartFilter {
    /// The text that the name begins with.
    pub starts_with: String,
}

/// Filters a list of users. All given fields must match.
#[derive(Clone, Debug, Default, InputObject)]
#[graphql(name = "UserFilter")]
pub struct UserFilterInput {
    /// `true` matches users who may use this service, `false` deactivated users.
    pub active: Option<bool>,
    /// Matches users by the beginning of their name.
    pub name: Option<NameStartFilter>,
    /// Matches records created in this range.
    pub created_at: Option<DateTimeRange>,
    /// Matches records last changed in this range.
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

/// Query fields for users.
#[derive(Default)]
pub struct UserQuery;

#[Object]
impl UserQuery {
    /// Returns a user by id, or null if it does not exist.
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

    /// Lists users, a page at a time; paging reaches all of them.
    ///
    /// Requires `externalContacts:user:view`.
    #[graphql(directive = requires_permission::apply(Permission::UserView))]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn users(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Filters the list.")] filter: Option<UserFilterInput>,
        #[graphql(desc = "The sort order. Defaults to name, ascending.")] order_by: Option<UserOrder>,
        #[graphql(desc = "Returns the first n items (1–100, default 25).")] first: Option<i32>,
        #[graphql(desc = "Returns the items after this cursor.")] after: Option<String>,
        #[graphql(desc = "Returns the last n items (1–100).")] last: Option<i32>,
        #[graphql(desc = "Returns the items before this cursor.")] before: Option<String>,
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
