//! The records that the key of an upsert finds, if there are several.

use futures_util::future::join_all;

use super::context::ContextExt;
use super::shared::Shared;
use crate::error::{Result, UserError};
use crate::id::{NodeId, TypedId};
use crate::store::{Listed, Wanted};

/// Loads the candidates of one kind that refusals name, or returns `None` if they name none. Those that were deleted since are
/// left out.
pub async fn candidates<R: Listed, I: TypedId>(
    ctx: &(impl ContextExt + Sync),
    refusals: &[UserError],
    of_kind: impl Fn(NodeId) -> Option<I> + Sync,
) -> Result<Option<Vec<Shared<R>>>> {
    let ids = refusals.iter().flat_map(|refusal| &refusal.candidates);
    let ids: Vec<I> = ids.filter_map(|id| of_kind(*id)).collect();
    if ids.is_empty() {
        return Ok(None);
    }
    // All are loaded together.
    let loaders = &ctx.request().loaders;
    let records = join_all(ids.iter().map(|id| loaders.load::<R>(id.uuid(), Wanted::WHOLE))).await;
    let records: Vec<Option<Shared<R>>> = records.into_iter().collect::<Result<_>>()?;
    Ok(Some(records.into_iter().flatten().collect()))
}
