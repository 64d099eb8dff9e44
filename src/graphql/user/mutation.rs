//! Mutations for users.

use async_graphql::{Context, ID, InputObject, Object, Result};

use crate::graphql::context::ContextExt as _;
use crate::graphql::input::{fields, target};
use crate::graphql::mutation::{Mutate as _, Outcome};
use crate::graphql::payload::payload;
use crate::graphql::permission::requires_permission;
use crate::model::{Checked, Permission, User, UserChanges};
use crate::service;

fields! {
    /// The fields of a user that people write.
    UserFields for UserChanges {
        /// The user's name, at most 1000 characters. An empty name or e-mail address may be filled from the user's next
        /// token.
        name: String,
        /// The user's e-mail address.
        email: String,
        /// The user's job title, such as "Account Manager", at most 1000 characters.
        title: String,
    }
}

/// Input for `upsertUser`. Absent fields are left unchanged, or empty in a new user; null clears a field.
#[derive(InputObject)]
pub struct UpsertUserInput {
    /// The user's subject at the identity provider (the `sub` claim of their tokens), at most 255 characters.
    subject: String,
    #[graphql(flatten)]
    fields: UserFields,
}

impl UpsertUserInput {
    #[expect(clippy::unnecessary_wraps, reason = "every input is checked alike")]
    pub(super) fn check(self) -> Checked<(String, UserChanges)> {
        Ok((self.subject, self.fields.into()))
    }
}

/// Input for `deactivateUser`.
#[derive(InputObject)]
pub struct DeactivateUserInput {
    /// The user's id.
    id: ID,
    /// The version the user must have; otherwise the mutation fails with `VERSION_CONFLICT`.
    expected_version: Option<i32>,
}

/// Input for `reactivateUser`.
#[derive(InputObject)]
pub struct ReactivateUserInput {
    /// The user's id.
    id: ID,
    /// The version the user must have; otherwise the mutation fails with `VERSION_CONFLICT`.
    expected_version: Option<i32>,
}

payload! {
    /// The result of upserting a user.
    UpsertUserPayload {
        /// The user in their current state, or null if the mutation was refused.
        user: Option<User>;
        /// Whether the mutation created the user, or null if it was refused.
        created: Option<bool>;
    }
}

payload! {
    /// The result of deactivating a user.
    DeactivateUserPayload {
        /// The user in their current state. Null if the mutation was refused, except for a version conflict.
        user: User
    }
}

payload! {
    /// The result of reactivating a user.
    ReactivateUserPayload {
        /// The user in their current state. Null if the mutation was refused, except for a version conflict.
        user: User
    }
}

impl From<Outcome<(User, bool)>> for UpsertUserPayload {
    fn from(outcome: Outcome<(User, bool)>) -> Self {
        let (user, created) = outcome.value.unzip();
        Self {
            user,
            created,
            user_errors: outcome.user_errors,
        }
    }
}

/// Mutations for users.
#[derive(Default)]
pub struct UserMutation;

#[Object]
impl UserMutation {
    /// Updates the user with the given subject, or creates the user before their first token arrives.
    ///
    /// Requires `externalContacts:user:edit`.
    #[graphql(directive = requires_permission::apply(Permission::UserEdit))]
    async fn upsert_user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user's subject and fields.")] input: UpsertUserInput,
    ) -> Result<Option<UpsertUserPayload>> {
        let outcome = ctx.change(input.check(), service::upsert_user).await?;
        forget(ctx, outcome.value.as_ref().map(|(user, _)| user));
        Ok(Some(outcome.into()))
    }

    /// Deactivates a user: from then on, all requests of the user are refused with `FORBIDDEN`. The user's notes and
    /// relationships are kept. Callers cannot deactivate themselves.
    ///
    /// Requires `externalContacts:user:edit`.
    #[graphql(directive = requires_permission::apply(Permission::UserEdit))]
    async fn deactivate_user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user to deactivate.")] input: DeactivateUserInput,
    ) -> Result<Option<DeactivateUserPayload>> {
        let target = target(&input.id, input.expected_version).map(|target| (target,));
        let outcome = ctx.update(target, service::deactivate_user).await?;
        forget(ctx, outcome.value.as_ref());
        Ok(Some(outcome.into()))
    }

    /// Reactivates a user, who may then use this service again.
    ///
    /// Requires `externalContacts:user:edit`.
    #[graphql(directive = requires_permission::apply(Permission::UserEdit))]
    async fn reactivate_user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user to reactivate.")] input: ReactivateUserInput,
    ) -> Result<Option<ReactivateUserPayload>> {
        let target = target(&input.id, input.expected_version).map(|target| (target,));
        let outcome = ctx.update(target, service::reactivate_user).await?;
        forget(ctx, outcome.value.as_ref());
        Ok(Some(outcome.into()))
    }
}

/// Makes this server forget the user as it has remembered them.
pub(super) fn forget(ctx: &Context<'_>, user: Option<&User>) {
    if let Some(user) = user {
        ctx.request().user_changed(&user.subject);
    }
}
