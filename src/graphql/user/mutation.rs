//! Mutations for users.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};

use crate::error::{UserError, under};
use crate::graphql::context::{Ask as _, Outcome, expect_version};
use crate::graphql::permission::requires_permission;
use crate::id::UserId;
use crate::model::{Permission, Record, User, UserFields};
use crate::store::{Tx, change};

/// Input for `upsertUser`. Absent fields are left unchanged, or empty in a new user; null clears a field.
#[derive(InputObject)]
pub struct UpsertUserInput {
    /// The user's subject at the identity provider (the `sub` claim of their tokens), at most 255 characters.
    pub subject: String,
    #[graphql(flatten)]
    fields: UserFields,
}

/// Input for `deactivateUser`.
#[derive(InputObject)]
pub struct DeactivateUserInput {
    /// The user's id.
    pub id: ID,
    /// The version the user must have; otherwise the mutation fails with `VERSION_CONFLICT`.
    pub expected_version: Option<i32>,
}

/// Input for `reactivateUser`.
#[derive(InputObject)]
pub struct ReactivateUserInput {
    /// The user's id.
    pub id: ID,
    /// The version the user must have; otherwise the mutation fails with `VERSION_CONFLICT`.
    pub expected_version: Option<i32>,
}

/// The result of deactivating or reactivating a user.
#[derive(SimpleObject)]
pub struct UserPayload {
    /// The user in their current state. Null if the mutation was refused, except for a version conflict.
    pub user: Option<User>,
    /// The reasons for a refusal; empty if the mutation succeeded.
    pub user_errors: Vec<UserError>,
}

/// The result of upserting a user.
#[derive(SimpleObject)]
pub struct UpsertUserPayload {
    /// The user in their current state, or null if the mutation was refused.
    pub user: Option<User>,
    /// Whether the mutation created the user, or null if it was refused.
    pub created: Option<bool>,
    /// The reasons for a refusal; empty if the mutation succeeded.
    pub user_errors: Vec<UserError>,
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
        let result = change!(ctx.tenant(), ctx.actor(), |tx| { upsert(tx, &input).await });
        let outcome = Outcome::of(result)?;
        let (user, created) = outcome.value.unzip();
        if let Some(user) = &user {
            ctx.request().user_changed(&user.subject);
        }
        Ok(Some(UpsertUserPayload {
            user,
            created,
            user_errors: outcome.user_errors,
        }))
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
    ) -> Result<Option<UserPayload>> {
        set_active(ctx, &input.id, input.expected_version, false).await
    }

    /// Reactivates a user, who may then use this service again.
    ///
    /// Requires `externalContacts:user:edit`.
    #[graphql(directive = requires_permission::apply(Permission::UserEdit))]
    async fn reactivate_user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user to reactivate.")] input: ReactivateUserInput,
    ) -> Result<Option<UserPayload>> {
        set_active(ctx, &input.id, input.expected_version, true).await
    }
}

/// Updates the user with this subject or creates one; also returns whether the user is new.
async fn upsert(tx: &mut Tx, input: &UpsertUserInput) -> crate::error::Result<(User, bool)> {
    let subject =
        User::check_subject(input.subject.clone()).map_err(|refusals| under("subject", refusals))?;
    if let Some(before) = tx.user_by_subject(&subject).await? {
        let mut after = before.clone();
        input.fields.clone().apply(&mut after)?;
        return Ok((save(tx, &before, after).await?, false));
    }
    let record = Record::new(tx.now(), tx.actor());
    let mut user = User::new(UserId::new(tx.new_id()), &subject, record);
    input.fields.clone().apply(&mut user)?;
    Ok((tx.add_user(user).await?, true))
}

async fn set_active(
    ctx: &Context<'_>,
    id: &ID,
    expected_version: Option<i32>,
    active: bool,
) -> Result<Option<UserPayload>> {
    let caller = ctx.caller().user.id;
    let result = change!(ctx.tenant(), ctx.actor(), |tx| {
        let before = existing(tx, id, expected_version).await?;
        if !active && before.id == caller {
            return Err(
                UserError::invalid("you cannot deactivate yourself; ask another administrator")
                    .under("id")
                    .into(),
            );
        }
        let after = User {
            active,
            ..before.clone()
        };
        save(tx, &before, after).await
    });
    let outcome = Outcome::or_current(result, current(ctx, id)).await?;
    if let Some(user) = &outcome.value {
        ctx.request().user_changed(&user.subject);
    }
    Ok(Some(UserPayload {
        user: outcome.value,
        user_errors: outcome.user_errors,
    }))
}

/// Saves the user unless nothing changed; then nothing is written and the version stays.
async fn save(tx: &mut Tx, before: &User, after: User) -> crate::error::Result<User> {
    if *before == after {
        return Ok(after);
    }
    tx.update_user(before, after).await
}

/// Returns the user to change, at the version the caller expects.
async fn existing(tx: &mut Tx, id: &ID, expected_version: Option<i32>) -> crate::error::Result<User> {
    let id = UserError::id::<UserId>(id).map_err(|refusals| under("id", refusals))?;
    let user = tx
        .user(id)
        .await?
        .ok_or_else(|| UserError::not_found("user").under("id"))?;
    expect_version(expected_version, user.record.version)?;
    Ok(user)
}

/// Returns the user's current state for the payload of a version conflict.
async fn current(ctx: &Context<'_>, id: &ID) -> crate::error::Result<Option<User>> {
    match id.parse::<UserId>() {
        Ok(id) => ctx.load(id).await,
        Err(_) => Ok(None),
    }
}
