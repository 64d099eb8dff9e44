//! The tenant in the graph.

mod mutation;

use async_graphql::{Context, Object, Result, SimpleObject};

pub use mutation::TenantMutation;

use super::connection::{Count, MOST_AT_ROOT};
use super::context::ContextExt as _;
use crate::model::{DateTime, DateTimeRange, EntityKind, TenantRecord, TrashFilter, TrashedRecord};

/// The time for which a tenant's data is kept.
#[derive(SimpleObject)]
pub struct Retention {
    /// The number of days that deleted records can be restored; 0 if deletions are final.
    trash_days: i32,
}

/// The company whose data this service keeps.
pub struct Tenant(pub TenantRecord);

/// The company whose data this service keeps.
#[Object]
impl Tenant {
    /// The tenant's name, as tokens carry it. It never changes.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The tenant's name for display.
    async fn display_name(&self) -> &str {
        &self.0.display_name
    }

    /// The region of phone numbers without a country code (ISO 3166-1 alpha-2).
    async fn default_region(&self) -> String {
        self.0.default_region.to_string()
    }

    /// The number of managed entities: organizations, contacts, relationships and notes together.
    async fn managed_entities(&self, ctx: &Context<'_>) -> Result<i32> {
        let count = ctx.tenant().managed_entities().await?;
        Ok(i32::try_from(count).unwrap_or(i32::MAX))
    }

    /// The time for which the tenant's data is kept.
    async fn retention(&self, ctx: &Context<'_>) -> Retention {
        let days = ctx.tenant().trash_days_of(&self.0);
        Retention {
            trash_days: i32::try_from(days).unwrap_or(i32::MAX),
        }
    }

    /// The number of deleted records that can be restored, counted up to 10,000. A record that was deleted with another one is
    /// not counted by itself.
    async fn trashed_records(&self, ctx: &Context<'_>) -> Result<Option<Count>> {
        let filter = TrashFilter {
            kinds: EntityKind::ALL.to_vec(),
            deleted_by_ids: None,
            deleted_at: DateTimeRange::default(),
            kept_since: DateTime(ctx.tenant().trash_since()),
        };
        let counted = ctx.tenant().count::<TrashedRecord>(&filter, MOST_AT_ROOT).await?;
        Ok(Some(Count::up_to(MOST_AT_ROOT, counted)))
    }

    /// The maximum number of managed entities. The operator of this service can raise it.
    async fn managed_entity_limit(&self) -> i32 {
        i32::try_from(self.0.managed_entity_limit).unwrap_or(i32::MAX)
    }
}
