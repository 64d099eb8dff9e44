//! Wrap-up codes in the graph.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};

use super::connection::connection;
use super::context::{Ask as _, Outcome, expect_version};
use super::filter::OrderDirection;
use super::permission::requires_permission;
use crate::error::{Error, UserError, under};
use crate::id::WrapUpCodeId;
use crate::model::{
    DateTimeRange, Permission, Ranges, Record, WrapUpCode, WrapUpCodeFields, WrapUpCodeFilter,
    WrapUpCodeOrderField,
};
use crate::page::PageArgs;
use crate::store::{Sort, Tx, change};

connection!(WrapUpCodeConnection, WrapUpCodeEdge, WrapUpCode, "wrap-up codes");

/// How a list of wrap-up codes is ordered. The id decides between equals.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct WrapUpCodeOrder {
    /// What is compared.
    pub field: WrapUpCodeOrderField,
    /// Which way.
    #[graphql(default)]
    pub direction: OrderDirection,
}

impl WrapUpCodeOrder {
    /// The order that is meant; by name when nobody says.
    pub fn sort(order: Option<Self>) -> Sort<WrapUpCodeOrderField> {
        let by = order.map_or(WrapUpCodeOrderField::Name, |order| order.field);
        Sort {
            by,
            descending: order.is_some_and(|order| order.direction.is_descending()),
        }
    }
}

/// What narrows a list of wrap-up codes; the fields combine by *and*.
#[derive(Clone, Debug, Default, InputObject)]
#[graphql(name = "WrapUpCodeFilter")]
pub struct WrapUpCodeFilterInput {
    /// Which are active, or which are not.
    pub active: Option<bool>,
    /// When they were created.
    pub created_at: Option<DateTimeRange>,
    /// When they were last changed.
    pub updated_at: Option<DateTimeRange>,
}

impl From<WrapUpCodeFilterInput> for WrapUpCodeFilter {
    fn from(input: WrapUpCodeFilterInput) -> Self {
        Self {
            active: input.active,
            ranges: Ranges {
                created_at: input.created_at.unwrap_or_default(),
                updated_at: input.updated_at.unwrap_or_default(),
            },
        }
    }
}

/// Questions about wrap-up codes.
#[derive(Default)]
pub struct WrapUpCodeQuery;

#[Object]
impl WrapUpCodeQuery {
    /// One wrap-up code; null when there is none or it is not yours to see.
    ///
    /// Requires `externalContacts:wrapUpCode:view`.
    #[graphql(directive = requires_permission::apply(Permission::WrapUpCodeView))]
    async fn wrap_up_code(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The wrap-up code's id.")] id: ID,
    ) -> Result<Option<WrapUpCode>> {
        Ok(ctx.load(Error::id::<WrapUpCodeId>("id", &id)?).await?)
    }

    /// Wrap-up codes, a page at a time; all of them can be reached.
    ///
    /// Requires `externalContacts:wrapUpCode:view`.
    #[graphql(directive = requires_permission::apply(Permission::WrapUpCodeView))]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn wrap_up_codes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What narrows the list.")] filter: Option<WrapUpCodeFilterInput>,
        #[graphql(desc = "The order; by name when left out.")] order_by: Option<WrapUpCodeOrder>,
        #[graphql(desc = "How many from the front, 1 to 100; 25 when left out.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the back, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Option<WrapUpCodeConnection>> {
        let filter = WrapUpCodeFilter::from(filter.unwrap_or_default());
        let args = PageArgs {
            first,
            after,
            last,
            before,
        };
        let page = ctx.list(filter, WrapUpCodeOrder::sort(order_by), args).await?;
        Ok(Some(page.into()))
    }

    #[graphql(entity)]
    async fn wrap_up_code_entity(&self, ctx: &Context<'_>, id: ID) -> Result<Option<WrapUpCode>> {
        Ok(ctx
            .entity::<WrapUpCodeId, WrapUpCode>(Some(Permission::WrapUpCodeView), &id)
            .await?)
    }
}

/// What `createWrapUpCode` takes.
#[derive(InputObject)]
pub struct CreateWrapUpCodeInput {
    #[graphql(flatten)]
    fields: WrapUpCodeFields,
}

/// What `updateWrapUpCode` takes. An absent field is left alone; null clears it.
#[derive(InputObject)]
pub struct UpdateWrapUpCodeInput {
    /// The wrap-up code.
    pub id: ID,
    /// Refuse with `VERSION_CONFLICT` unless the wrap-up code is at this version.
    pub expected_version: Option<i32>,
    #[graphql(flatten)]
    fields: WrapUpCodeFields,
}

/// What became of a wrap-up code.
#[derive(SimpleObject)]
pub struct WrapUpCodePayload {
    /// The wrap-up code as it is now; null when it was refused, unless because of its version.
    pub wrap_up_code: Option<WrapUpCode>,
    /// Why it was refused; empty when it was done.
    pub user_errors: Vec<UserError>,
}

/// Changes of wrap-up codes.
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
        #[graphql(desc = "The new wrap-up code.")] input: CreateWrapUpCodeInput,
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

    /// Changes a wrap-up code. Interactions that were wrapped up with it show the change.
    ///
    /// Requires `externalContacts:wrapUpCode:edit`.
    #[graphql(directive = requires_permission::apply(Permission::WrapUpCodeEdit))]
    async fn update_wrap_up_code(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which wrap-up code, and what changes.")] input: UpdateWrapUpCodeInput,
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

/// The wrap-up code a change is about, at the version the caller knows.
async fn existing(tx: &mut Tx, id: &ID, expected_version: Option<i32>) -> crate::error::Result<WrapUpCode> {
    let id = UserError::id::<WrapUpCodeId>(id).map_err(|refusals| under("id", refusals))?;
    let code = tx
        .wrap_up_code(id)
        .await?
        .ok_or_else(|| UserError::not_found("wrap-up code").under("id"))?;
    expect_version(expected_version, code.record.version)?;
    Ok(code)
}

/// The wrap-up code as it is now, for the payload of a version conflict.
async fn current(ctx: &Context<'_>, id: &ID) -> crate::error::Result<Option<WrapUpCode>> {
    match id.parse::<WrapUpCodeId>() {
        Ok(id) => ctx.load(id).await,
        Err(_) => Ok(None),
    }
}
