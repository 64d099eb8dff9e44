//! Results of mutations that are answered again when a client repeats a mutation with its idempotency key.

use async_graphql::InputObject;
use futures_util::future::join_all;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::context::ContextExt;
use super::shared::Shared;
use crate::error::{Error, Result, UserError, UserErrorCode};
use crate::id::{TransferId, TypedId as _};
use crate::model::{Checked, Interaction};
use crate::service::Linked;
use crate::store::{Listed, Transferred, Wanted};

/// The field of inputs of mutations that would have a second effect if they were repeated.
#[derive(InputObject)]
pub struct RepeatFields {
    /// A key chosen by the client, 1 to 100 characters, such as a random UUID, with which the mutation can be repeated
    /// safely when its answer was lost. For 24 hours, the same user's same mutation with the same key and input is not
    /// carried out again: it returns the first result, with records in their current state, or `NOT_FOUND` if the record
    /// has been deleted since. With a different input it is refused with `IDEMPOTENCY_KEY_REUSED`. A mutation that was
    /// refused or failed does not use its key. A bulk mutation has one key for all of its items.
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
        let record = ctx.request().loaders.load(id, Wanted::WHOLE).await?;
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
        let record = ctx.request().loaders.load::<R>(id, Wanted::WHOLE).await?;
        Ok(record.map(|record| (record.into_record(), is_new)))
    }
}

/// The kept result of an item of a bulk mutation.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum KeptItem {
    Accepted(Value),
    Refused(Vec<UserError>),
}

/// The results of the items of a bulk mutation.
impl<T: Repeatable> Repeatable for Vec<Checked<T>> {
    fn kept(&self) -> Value {
        let items = self.iter().map(|result| match result {
            Ok(value) => KeptItem::Accepted(value.kept()),
            Err(refusals) => KeptItem::Refused(refusals.clone()),
        });
        json!(items.collect::<Vec<_>>())
    }

    async fn again<C: ContextExt + Sync + ?Sized>(ctx: &C, kept: Value) -> Result<Option<Self>> {
        let kept: Vec<KeptItem> = serde_json::from_value(kept).map_err(Error::internal)?;
        // All are loaded together.
        let results = join_all(kept.into_iter().map(async |item| {
            Ok(match item {
                KeptItem::Accepted(kept) => T::again(ctx, kept).await?.ok_or_else(|| vec![deleted_since()]),
                KeptItem::Refused(refusals) => Err(refusals),
            })
        }));
        results.await.into_iter().collect::<Result<_>>().map(Some)
    }
}

/// The refusal of a repeated mutation whose record is gone.
pub fn deleted_since() -> UserError {
    let message = "this mutation was carried out with this key before, and its record has been deleted since";
    UserError::new(UserErrorCode::NotFound, message)
}

impl Repeatable for Linked {
    fn kept(&self) -> Value {
        json!((self.interaction.id.uuid(), self.earlier, self.has_more))
    }

    async fn again<C: ContextExt + Sync + ?Sized>(ctx: &C, kept: Value) -> Result<Option<Self>> {
        let (id, earlier, has_more): (Uuid, usize, bool) =
            serde_json::from_value(kept).map_err(Error::internal)?;
        let record = ctx
            .request()
            .loaders
            .load::<Interaction>(id, Wanted::WHOLE)
            .await?;
        Ok(record.map(|record| Self {
            interaction: record.into_record(),
            earlier,
            has_more,
        }))
    }
}

/// The kept result of a transfer: its numbers, whether there is more, and its id, which earlier versions did not keep.
#[derive(Serialize, Deserialize)]
struct KeptTransfer(i64, i64, bool, #[serde(default)] Option<TransferId>);

impl Repeatable for Transferred {
    fn kept(&self) -> Value {
        json!(KeptTransfer(self.moved, self.ended, self.has_more, self.id))
    }

    async fn again<C: ContextExt + Sync + ?Sized>(_: &C, kept: Value) -> Result<Option<Self>> {
        let KeptTransfer(moved, ended, has_more, id) =
            serde_json::from_value(kept).map_err(Error::internal)?;
        Ok(Some(Self {
            moved,
            ended,
            has_more,
            id,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_result_of_a_transfer_that_an_earlier_version_kept_is_read() {
        let KeptTransfer(moved, _, has_more, id) = serde_json::from_value(json!([7, 1, true])).unwrap();
        assert_eq!((moved, has_more, id), (7, true, None));
    }
}
