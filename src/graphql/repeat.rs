//! Results of mutations that are answered again when a client repeats a mutation with its idempotency key.

use async_graphql::InputObject;
use serde_json::{Value, json};
use uuid::Uuid;

use super::context::ContextExt;
use super::shared::Shared;
use crate::error::{Error, Result};
use crate::store::{Columns, Listed, Transferred};

/// The field of inputs of mutations that would have a second effect if they were repeated.
#[derive(InputObject)]
pub struct RepeatFields {
    /// A key chosen by the client, 1 to 100 characters, such as a random UUID, with which the mutation can be repeated
    /// safely when its answer was lost. For 24 hours, the same user's same mutation with the same key and input is not
    /// carried out again: it returns the first result, with records in their current state, or `NOT_FOUND` if the record
    /// has been deleted since. With a different input it is refused with `IDEMPOTENCY_KEY_REUSED`. A mutation that was
    /// refused or failed does not use its key.
    idempotency_key: Option<String>,
}

/// The result of a mutation that can be answered again.
pub trait Repeatable: Sized + Send {
    /// Returns what is kept of the result.
    fn kept(&self) -> Value;

    /// Returns the result in its current state, or `None` if the record has been deleted since.
    fn again<C: ContextExt + Sync + ?Sized>(
        ctx: &C,
        kept: Value,
    ) -> impl Future<Output = Result<Option<Self>>> + Send;
}

impl<R: Listed> Repeatable for R {
    fn kept(&self) -> Value {
        json!(self.uuid())
    }

    async fn again<C: ContextExt + Sync + ?Sized>(ctx: &C, kept: Value) -> Result<Option<Self>> {
        let id: Uuid = serde_json::from_value(kept).map_err(Error::internal)?;
        let record = ctx.request().loaders.load(id, Columns::All).await?;
        Ok(record.map(Shared::into_record))
    }
}

/// A record, and whether it is new.
impl<R: Listed> Repeatable for (R, bool) {
    fn kept(&self) -> Value {
        json!((self.0.uuid(), self.1))
    }

    async fn again<C: ContextExt + Sync + ?Sized>(ctx: &C, kept: Value) -> Result<Option<Self>> {
        let (id, is_new): (Uuid, bool) = serde_json::from_value(kept).map_err(Error::internal)?;
        let record = ctx.request().loaders.load::<R>(id, Columns::All).await?;
        Ok(record.map(|record| (record.into_record(), is_new)))
    }
}

impl Repeatable for Transferred {
    fn kept(&self) -> Value {
        json!((self.moved, self.ended, self.has_more))
    }

    async fn again<C: ContextExt + Sync + ?Sized>(_: &C, kept: Value) -> Result<Option<Self>> {
        let (moved, ended, has_more) = serde_json::from_value(kept).map_err(Error::internal)?;
        Ok(Some(Self {
            moved,
            ended,
            has_more,
        }))
    }
}
