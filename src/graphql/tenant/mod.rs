//! The tenant in the graph.

mod mutation;

use async_graphql::{Context, Object, Result};

pub use mutation::TenantMutation;

use super::context::Ask as _;
use crate::model::TenantRecord;

/// The company whose data this is.
pub struct Tenant(pub TenantRecord);

/// The company whose data this is.
#[Object]
impl Tenant {
    /// Its name as tokens carry it. It never changes.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Its name for people.
    async fn display_name(&self) -> &str {
        &self.0.display_name
    }

    /// Where phone numbers without a country code are from (ISO 3166-1 alpha-2).
    async fn default_region(&self) -> String {
        self.0.default_region.to_string()
    }

    /// How many organizations, contacts, relationships and notes there are.
    async fn managed_entities(&self, ctx: &Context<'_>) -> Result<i32> {
        let count = ctx.tenant().managed_entities().await?;
        Ok(i32::try_from(count).unwrap_or(i32::MAX))
    }

    /// How many of them there may be. The operator of this service can raise it.
    async fn managed_entity_limit(&self) -> i32 {
        i32::try_from(self.0.managed_entity_limit).unwrap_or(i32::MAX)
    }
}
