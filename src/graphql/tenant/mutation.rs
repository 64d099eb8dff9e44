//! Mutations for the tenant.

use async_graphql::{Context, InputObject, MaybeUndefined, Object, Result, SimpleObject};

use super::Tenant;
use crate::error::{Refusals, UserError};
use crate::graphql::context::{Ask as _, Outcome};
use crate::graphql::permission::requires_permission;
use crate::model::{Permission, Region, TenantRecord, text};
use crate::store::change;

/// The maximum length of a tenant's display name, in characters.
const LONGEST_DISPLAY_NAME: usize = 200;

/// Input for `updateTenant`. Absent fields are left unchanged.
#[derive(InputObject)]
pub struct UpdateTenantInput {
    /// The tenant's name for display, 1 to 200 characters.
    pub display_name: MaybeUndefined<String>,
    /// The region of phone numbers without a country code (ISO 3166-1 alpha-2). Existing numbers are not read again.
    pub default_region: MaybeUndefined<String>,
}

impl UpdateTenantInput {
    fn apply(&self, tenant: &mut TenantRecord) -> crate::error::Result<(), Vec<UserError>> {
        let mut refusals = Refusals::default();
        refusals.set(
            "displayName",
            self.display_name.clone(),
            &mut tenant.display_name,
            |name| text::required(name.unwrap_or_default(), LONGEST_DISPLAY_NAME),
        );
        refusals.set(
            "defaultRegion",
            self.default_region.clone(),
            &mut tenant.default_region,
            region,
        );
        refusals.finish()
    }
}

fn region(region: Option<String>) -> crate::error::Result<Region, Vec<UserError>> {
    region
        .unwrap_or_default()
        .parse::<Region>()
        .map_err(|error| vec![UserError::invalid(error.to_string())])
}

/// The result of updating the tenant.
#[derive(SimpleObject)]
pub struct UpdateTenantPayload {
    /// The tenant in its current state, or null if the mutation was refused.
    pub tenant: Option<Tenant>,
    /// The reasons for a refusal; empty if the mutation succeeded.
    pub user_errors: Vec<UserError>,
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
        let result = change!(ctx.tenant(), ctx.actor(), |tx| {
            let mut tenant = tx.tenant().await?;
            input.apply(&mut tenant)?;
            tx.update_tenant(&tenant.display_name, &tenant.default_region)
                .await
        });
        let outcome = Outcome::of(result)?;
        Ok(Some(UpdateTenantPayload {
            tenant: outcome.value.map(Tenant),
            user_errors: outcome.user_errors,
        }))
    }
}
