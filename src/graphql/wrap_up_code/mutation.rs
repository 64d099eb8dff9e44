//! Mutations for wrap-up codes.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};

use crate::error::{UserError, under};
use crate::graphql::context::{Ask as _, Outcome, expect_version};
use crate::graphql::permission::requires_permission;
use crate::id::WrapUpCodeId;
use crate::model::{Permission, Record, WrapUpCode, WrapUpCodeFields};
use crate::store::{Tx, change};

/// Input for `createWrapUpCode`.
#[derive(InputObject)]
pub struct CreateWrapUpCodeInput {
    #[graphql(flatten)]
    fields: WrapUpCodeFields,
}

/// Input for `updateWrapUpCode`. Absent fields are left unchanged; null clears a field.
#[derive(InputObject)]
pub struct UpdateWrapUpCodeInput {
    /// The wrap-up code's id.
    pub id: ID,
    /// The version the wrap-up code must have; otherwise the mutation fails with `VERSION_CONFLICT`.
    pub expected_version: Option<i32>,
    #[graphql(flatten)]
    fields: WrapUpCodeFields,
}

/// The result of creating or updating a wrap-up code.
#[derive(SimpleObject)]
pub struct WrapUpCodePayload {
    /// The wrap-up code in its current state. Null if the mutation was refused, except for a version conflict.
    pub wrap_up_code: Option<WrapUpCode>,
    /// The reasons for a refusal; empty if the mutation succeeded.
    pub user_errors: Vec<UserError>,
}

/// Mutations for wrap-up codes.
#[derive(Default)]
pub struct WrapUpCodeMutation;

#[Object]
impl WrapUpCodeMutation {
    /// Creates a wrap-up code.
    ///
    /// Requires `externalContacts:wrapUpCode:add`.
    #[graphql(directive = requires_permission::apply(Permission::WrapUpCodeAdd))]
    async fn create_wrap_up_code(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new wrap-up code's fields.")] input: CreateWrapUpCodeInput,
    ) -> Result<Option<WrapUpCodePayload>> {
        let result = change!(ctx.tenant(), ctx.actor(), |tx| {
            let record = Record::new(tx.now(), tx.actor());
            let mut code = WrapUpCode::new(WrapUpCodeId::new(tx.new_id()), record);
            input.fields.clone().apply(&mut code)?;
            tx.add_wrap_up_code(&code).await?;
            Ok(code)
        });
        payload(Outcome::of(result)?)
    }

    /// Updates a wrap-up code. Interactions that were wrapped up with it show the change.
    ///
    /// Requires `externalContacts:wrapUpCode:edit`.
    #[graphql(directive = requires_permission::apply(Permission::WrapUpCodeEdit))]
    async fn update_wrap_up_code(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The wrap-up code's id and the fields to change.")] input: UpdateWrapUpCodeInput,
    ) -> Result<Option<WrapUpCodePayload>> {
        let result = change!(ctx.tenant(), ctx.actor(), |tx| {
            let before = existing(tx, &input.id, input.expected_version).await?;
            let mut after = before.clone();
            input.fields.clone().apply(&mut after)?;
            tx.save_wrap_up_code(&before, after).await
        });
        payload(Outcome::or_current(result, current(ctx, &input.id)).await?)
    }
}

#[expect(clippy::unnecessary_wraps, reason = "what a nullable field resolves to")]
fn payload(outcome: Outcome<WrapUpCode>) -> Result<Option<WrapUpCodePayload>> {
    Ok(Some(WrapUpCodePayload {
        wrap_up_code: outcome.value,
        user_errors: outcome.user_errors,
    }))
}

/// Returns the wrap-up code to change, at the version the caller expects.
async fn existing(tx: &mut Tx, id: &ID, expected_version: Option<i32>) -> crate::error::Result<WrapUpCode> {
    let id = UserError::id::<WrapUpCodeId>(id).map_err(|refusals| under("id", refusals))?;
    let code = tx
        .wrap_up_code(id)
        .await?
        .ok_or_else(|| UserError::not_found("wrap-up code").under("id"))?;
    expect_version(expected_version, code.record.version)?;
    Ok(code)
}

/// Returns the wrap-up code's current state for the payload of a version conflict.
async fn current(ctx: &Context<'_>, id: &ID) -> crate::error::Result<Option<WrapUpCode>> {
    match id.parse::<WrapUpCodeId>() {
        Ok(id) => ctx.load(id).await,
        Err(_) => Ok(None),
    }
}
