//! Mutations for the tenant.

use async_graphql::{Context, InputObject, MaybeUndefined, Object, Result};

use super::Tenant;
use crate::graphql::mutation::Mutate as _;
use crate::graphql::payload::payload;
use crate::graphql::permission::requires_permission;
use crate::model::{Permission, TenantChanges};
use crate::service;

/// Input for `updateTenant`. Absent fields are left unchanged.
#[derive(InputObject)]
pub struct UpdateTenantInput {
    /// The tenant's name for display, 1 to 200 characters.
    display_name: MaybeUndefined<String>,
    /// The region of phone numbers without a country code (ISO 3166-1 alpha-2). Existing numbers are not read again.
    default_region: MaybeUndefined<String>,
    /// The time for which data is kept. Absent parts are left unchanged.
    retention: Option<RetentionInput>,
}

/// The time for which a tenant's data is kept.
#[derive(Default, InputObject)]
pub struct RetentionInput {
    /// The number of days that deleted records can be restored, at most the operator's setting (by default 30); null for the
    /// operator's setting. It also applies to records that are in the trash already. With 0, deletions are final.
    trash_days: MaybeUndefined<i32>,
}

payload! {
    /// The result of updating the tenant.
    UpdateTenantPayload {
        /// The tenant in its current state, or null if the mutation was refused.
        ///
        /// Requires `externalContacts:tenant:view`.
        tenant: Tenant, for TenantView
    }
}

/// Mutations for the tenant.
#[derive(Default)]
pub struct TenantMutation;

#[Object]
impl TenantMutation {
    /// Updates the tenant's settings. For a few seconds, other requests may still read phone numbers with the previous
    /// region.
    ///
    /// Requires `externalContacts:tenant:edit`.
    #[graphql(directive = requires_permission::apply(Permission::TenantEdit))]
    async fn update_tenant(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The settings to change.")] input: UpdateTenantInput,
    ) -> Result<Option<UpdateTenantPayload>> {
        let changes = TenantChanges {
            display_name: input.display_name.into(),
            default_region: input.default_region.into(),
            trash_days: input.retention.unwrap_or_default().trash_days.into(),
        };
        let outcome = ctx.change_once(Ok((changes,)), service::update_tenant).await?;
        Ok(Some(outcome.map(Tenant).into()))
    }
}
