//! Users in the graph.

mod bulk;
mod mutation;

use async_graphql::{ComplexObject, Context, InputObject, OutputType as _, Result};

pub use bulk::UserBulkMutation;
pub use mutation::UserMutation;

use super::connection::{connection, connections};
use super::context::ContextExt;
use super::filter::{FilterInput, start_of_name};
use super::list::ListExt as _;
use super::note::{NoteConnection, NoteFilterInput, NoteOrder};
use super::order::order;
use super::permission::requires_permission;
use super::relationship::{RelationshipConnection, RelationshipFilterInput, RelationshipOrder};
use super::shared::Shared;
use crate::id::UserId;
use crate::model::{DateTime, DateTimeRange, Permission, Ranges, User, UserFilter, UserOrderField};
use crate::store::{NOTES_OF_AUTHOR, RELATIONSHIPS_OF_USER};

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
    async fn created_by(&self, ctx: &Context<'_>) -> Result<Option<Shared<User>>> {
        Ok(ctx.load_opt(self.record.created_by).await?)
    }

    /// The user who last changed this user, or null if the service itself did.
    ///
    /// Requires `externalContacts:user:view`.
    #[graphql(directive = requires_permission::apply(Permission::UserView))]
    async fn updated_by(&self, ctx: &Context<'_>) -> Result<Option<Shared<User>>> {
        Ok(ctx.load_opt(self.record.updated_by).await?)
    }

    #[graphql(flatten)]
    #[expect(clippy::unused_async, reason = "every resolver is asynchronous")]
    async fn connections(&self) -> UserConnections {
        UserConnections(self.id)
    }
}

/// The connections of a user.
struct UserConnections(UserId);

connections! {
    nested UserConnections {
        /// The user's relationships with organizations, sorted by type.
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
            ctx.children(&RELATIONSHIPS_OF_USER, self.0, filter, order_by, page)
        }

        /// The notes the user wrote: pinned notes first, then newest first.
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
            ctx.children(&NOTES_OF_AUTHOR, self.0, filter, order_by, page)
        }
    }
}

order!(UserOrder, "users", UserOrderField::Name, ascending);

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

impl FilterInput for UserFilterInput {
    type Noun = User;

    fn checked(self, _: &impl ContextExt) -> crate::error::Result<UserFilter> {
        let start = |name: NameStartFilter| start_of_name("filter.name", name.starts_with);
        Ok(UserFilter {
            active: self.active,
            name: self.name.map(start).transpose()?,
            ranges: Ranges {
                created_at: self.created_at.unwrap_or_default(),
                updated_at: self.updated_at.unwrap_or_default(),
            },
        })
    }
}

/// The query field for lists of users.
#[derive(Default)]
pub struct UserListQuery;

connections! {
    root UserListQuery {
        /// Lists users, a page at a time; paging reaches all of them.
        ///
        /// Requires `externalContacts:user:view`.
        #[graphql(directive = requires_permission::apply(Permission::UserView))]
        fn users(
            &self,
            ctx,
            page,
            filter: Option<UserFilterInput> = "Filters the list.",
            order_by: Option<UserOrder> = "The sort order. Defaults to name, ascending.",
        ) -> UserConnection {
            ctx.list(filter, order_by, page)
        }
    }
}
