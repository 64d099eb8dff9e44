//! Changes of the tenant.

use async_graphql::{Context, InputObject, MaybeUndefined, Object, Result, SimpleObject};

use super::Tenant;
use crate::error::{Refusals, UserError};
use crate::graphql::context::{Ask as _, Outcome};
use crate::graphql::permission::requires_permission;
use crate::model::{Permission, Region, TenantRecord, text};
use crate::store::change;

/// The longest name of a tenant for people, in characters.
const LONGEST_DISPLAY_NAME: usize = 200;

/// What `updateTenant` takes. An absent field is left alone.
#[derive(InputObject)]
pub struct UpdateTenantInput {
    /// Its name for people: 1 to 200 characters.
    pub display_name: MaybeUndefined<String>,
    /// Where phone numbers without a country code are from (ISO 3166-1 alpha-2). Numbers that are there already stay as
    /// they were read.
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

/// What became of the tenant.
#[derive(SimpleObject)]
pub struct UpdateTenantPayload {
    /// The tenant as it is now; null when it was refused.
    pub tenant: Option<Tenant>,
    /// Why it was refused; empty when it was done.
    pub user_errors: Vec<UserError>,
}

/// Changes of the tenant.
#[derive(Default)]
pub struct TenantMutation;

#[Object]
impl TenantMutation {
    /// Changes the company's own settings. Requests that come within a few seconds may still read phone numbers as
    /// before.
    ///
    /// Requires `externalContacts:tenant:edit`.
    #[graphql(directive = requires_permission::apply(Permission::TenantEdit))]
    async fn update_tenant(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] input: UpdateTenantInput,
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
