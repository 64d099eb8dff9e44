//! The tenant in the graph.

mod mutation;

use async_graphql::{Context, Object, Result};

pub use mutation::TenantMutation;

use super::context::ContextExt as _;
use crate::model::TenantRecord;

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

    /// The maximum number of managed entities. The operator of this service can raise it.
    async fn managed_entity_limit(&self) -> i32 {
        i32::try_from(self.0.managed_entity_limit).unwrap_or(i32::MAX)
    }
}
