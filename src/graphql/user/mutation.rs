//! Changes of users.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};

use crate::error::{UserError, under};
use crate::graphql::context::{Ask as _, Outcome, expect_version};
use crate::graphql::permission::requires_permission;
use crate::id::UserId;
use crate::model::{Permission, Record, User, UserFields};
use crate::store::{Tx, change};

/// What `upsertUser` takes. An absent field is left alone (or empty, in a new user); null clears it.
#[derive(InputObject)]
pub struct UpsertUserInput {
    /// What the identity provider calls the user (the `sub` of their tokens); at most 255 characters.
    pub subject: String,
    #[graphql(flatten)]
    fields: UserFields,
}

/// What `deactivateUser` takes.
#[derive(InputObject)]
pub struct DeactivateUserInput {
    /// The user.
    pub id: ID,
    /// Refuse with `VERSION_CONFLICT` unless the user is at this version.
    pub expected_version: Option<i32>,
}

/// What `reactivateUser` takes.
#[derive(InputObject)]
pub struct ReactivateUserInput {
    /// The user.
    pub id: ID,
    /// Refuse with `VERSION_CONFLICT` unless the user is at this version.
    pub expected_version: Option<i32>,
}

/// What became of a user.
#[derive(SimpleObject)]
pub struct UserPayload {
    /// The user as they are now; null when it was refused, unless because of the version.
    pub user: Option<User>,
    /// Why it was refused; empty when it was done.
    pub user_errors: Vec<UserError>,
}

/// What became of a user, and whether they are new.
#[derive(SimpleObject)]
pub struct UpsertUserPayload {
    /// The user as they are now; null when it was refused.
    pub user: Option<User>,
    /// Whether they were created just now; null when it was refused.
    pub created: Option<bool>,
    /// Why it was refused; empty when it was done.
    pub user_errors: Vec<UserError>,
}

/// Changes of users.
#[derive(Default)]
pub struct UserMutation;

#[Object]
impl UserMutation {
    /// Changes the user whom the identity provider calls this, or creates them before their first token comes.
    ///
    /// Requires `externalContacts:user:edit`.
    #[graphql(directive = requires_permission::apply(Permission::UserEdit))]
    async fn upsert_user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The subject, and what the user is to be.")] input: UpsertUserInput,
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

    /// Keeps a user from using this service: every request of theirs is `FORBIDDEN` from then on. What they wrote and
    /// whom they answer for stays. You cannot deactivate yourself.
    ///
    /// Requires `externalContacts:user:edit`.
    #[graphql(directive = requires_permission::apply(Permission::UserEdit))]
    async fn deactivate_user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which user.")] input: DeactivateUserInput,
    ) -> Result<Option<UserPayload>> {
        set_active(ctx, &input.id, input.expected_version, false).await
    }

    /// Lets a user use this service again.
    ///
    /// Requires `externalContacts:user:edit`.
    #[graphql(directive = requires_permission::apply(Permission::UserEdit))]
    async fn reactivate_user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which user.")] input: ReactivateUserInput,
    ) -> Result<Option<UserPayload>> {
        set_active(ctx, &input.id, input.expected_version, true).await
    }
}

/// Changes the user of this subject, or makes one; says whether they are new.
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
                UserError::invalid("you cannot deactivate yourself; ask somebody else")
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

/// Nothing is written, and no version counted, when nothing changed.
async fn save(tx: &mut Tx, before: &User, after: User) -> crate::error::Result<User> {
    if *before == after {
        return Ok(after);
    }
    tx.save_user(after).await
}

/// The user a change is about, at the version the caller knows.
async fn existing(tx: &mut Tx, id: &ID, expected_version: Option<i32>) -> crate::error::Result<User> {
    let id = UserError::id::<UserId>(id).map_err(|refusals| under("id", refusals))?;
    let user = tx
        .user(id)
        .await?
        .ok_or_else(|| UserError::not_found("user").under("id"))?;
    expect_version(expected_version, user.record.version)?;
    Ok(user)
}

/// The user as they are now, for the payload of a version conflict.
async fn current(ctx: &Context<'_>, id: &ID) -> crate::error::Result<Option<User>> {
    match id.parse::<UserId>() {
        Ok(id) => ctx.load(id).await,
        Err(_) => Ok(None),
    }
}
