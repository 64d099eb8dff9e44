//! Possible duplicates in the graph.

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, InputObject, Result};

use super::context::ContextExt;
use super::merge::MergeSubject;
use crate::error::Result as CheckedResult;
use crate::id::{ContactId, OrganizationId, TypedId};
use crate::model::{EntityKind, LookAlike, OnDuplicate, PossibleDuplicate};
use crate::store::Listed;

/// The field of inputs that create records which may be there already.
#[derive(InputObject)]
pub struct DuplicateFields {
    /// Whether to refuse the record if it may be there already. With `dryRun`, `possibleDuplicates` checks it while it is typed.
    #[graphql(default)]
    pub on_duplicate: OnDuplicate,
}

#[ComplexObject]
impl PossibleDuplicate {
    /// The other record. Null if it was deleted meanwhile.
    async fn record(&self, ctx: &Context<'_>) -> Result<Option<MergeSubject>> {
        if self.kind == EntityKind::Organization {
            let record = ctx.load(OrganizationId::new(self.record_id)).await?;
            return Ok(record.map(MergeSubject::Organization));
        }
        let record = ctx.load(ContactId::new(self.record_id)).await?;
        Ok(record.map(MergeSubject::Contact))
    }
}

/// Returns the possible duplicates of a record.
pub async fn duplicates_of<T: Listed + LookAlike>(
    ctx: &Context<'_>,
    id: impl TypedId,
) -> CheckedResult<Vec<PossibleDuplicate>> {
    ctx.request().loaders.duplicates_of::<T>(id.uuid()).await
}

/// Returns the possible duplicates of a record that was just created, or was refused.
pub async fn duplicates_of_new<T: Listed + LookAlike>(
    ctx: &Context<'_>,
    record: Option<Arc<T>>,
) -> CheckedResult<Option<Vec<PossibleDuplicate>>> {
    let Some(record) = record else { return Ok(None) };
    ctx.request().loaders.duplicates_of_new(record).await.map(Some)
}
