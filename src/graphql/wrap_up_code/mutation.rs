//! Mutations for wrap-up codes.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, Result};

use crate::graphql::input::{fields, target};
use crate::graphql::mutation::Mutate as _;
use crate::graphql::payload::payload;
use crate::graphql::permission::requires_permission;
use crate::graphql::repeat::RepeatFields;
use crate::id::WrapUpCodeId;
use crate::model::{Checked, Patch, Permission, WrapUpCode, WrapUpCodeChanges};
use crate::service::{self, Target};

fields! {
    /// The fields of a wrap-up code that people write, except for its name.
    WrapUpCodeFields for WrapUpCodeChanges {
        /// The guidance on when to use the code, at most 1000 characters.
        description: String,
        /// Whether agents can choose the code. A new code is active unless this is `false`.
        active: bool,
    }
}

/// A wrap-up code to create, among the items of `createWrapUpCodes`.
#[derive(InputObject)]
pub struct CreateWrapUpCodeItemInput {
    /// The name, 1 to 200 characters, unique among wrap-up codes regardless of case and accents.
    name: String,
    #[graphql(flatten)]
    fields: WrapUpCodeFields,
}

/// Input for `createWrapUpCode`.
#[derive(InputObject)]
pub struct CreateWrapUpCodeInput {
    #[graphql(flatten)]
    wrap_up_code: CreateWrapUpCodeItemInput,
    #[graphql(flatten)]
    repeat: RepeatFields,
}

impl CreateWrapUpCodeItemInput {
    #[expect(clippy::unnecessary_wraps, reason = "every input is checked alike")]
    pub(super) fn check(self) -> Checked<(WrapUpCodeChanges,)> {
        let changes = WrapUpCodeChanges {
            name: Patch::Set(self.name),
            ..self.fields.into()
        };
        Ok((changes,))
    }
}

/// Input for `updateWrapUpCode`. Absent fields are left unchanged; null clears a field.
#[derive(InputObject)]
pub struct UpdateWrapUpCodeInput {
    /// The wrap-up code's id.
    id: ID,
    /// The version the wrap-up code must have; otherwise the mutation fails with `VERSION_CONFLICT`.
    expected_version: Option<i32>,
    /// The name, 1 to 200 characters, unique among wrap-up codes regardless of case and accents.
    name: MaybeUndefined<String>,
    #[graphql(flatten)]
    fields: WrapUpCodeFields,
}

impl UpdateWrapUpCodeInput {
    pub(super) fn check(self) -> Checked<(Target<WrapUpCodeId>, WrapUpCodeChanges)> {
        let target = target(&self.id, self.expected_version)?;
        let changes = WrapUpCodeChanges {
            name: self.name.into(),
            ..self.fields.into()
        };
        Ok((target, changes))
    }
}

payload! {
    /// The result of creating a wrap-up code.
    CreateWrapUpCodePayload {
        /// The new wrap-up code, or null if the mutation was refused.
        ///
        /// Requires `externalContacts:wrapUpCode:view`.
        wrap_up_code: WrapUpCode, for WrapUpCodeView
    }
}

payload! {
    /// The result of updating a wrap-up code.
    UpdateWrapUpCodePayload {
        /// The wrap-up code in its current state. Null if the mutation was refused, except for a version conflict.
        ///
        /// Requires `externalContacts:wrapUpCode:view`.
        wrap_up_code: WrapUpCode, for WrapUpCodeView
    }
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
    ) -> Result<Option<CreateWrapUpCodePayload>> {
        let input = input.wrap_up_code.check();
        let outcome = ctx.change(input, service::create_wrap_up_code).await?;
        Ok(Some(outcome.into()))
    }

    /// Updates a wrap-up code. Interactions that were wrapped up with it show the change.
    ///
    /// Requires `externalContacts:wrapUpCode:edit`.
    #[graphql(directive = requires_permission::apply(Permission::WrapUpCodeEdit))]
    async fn update_wrap_up_code(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The wrap-up code's id and the fields to change.")] input: UpdateWrapUpCodeInput,
    ) -> Result<Option<UpdateWrapUpCodePayload>> {
        let outcome = ctx.update(input.check(), service::update_wrap_up_code).await?;
        Ok(Some(outcome.into()))
    }
}
