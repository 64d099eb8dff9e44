//! Who asks, and the tenant whose data they see.

use async_graphql::{Context, InputObject, MaybeUndefined, Object, Result, SimpleObject};

use super::context::{Ask as _, Outcome};
use super::permission::requires_permission;
use crate::error::{Refusals, UserError};
use crate::limits::Limits;
use crate::model::{Permission, Region, TenantRecord, User, text};
use crate::store::change;

/// The longest name of a tenant for people, in characters.
const LONGEST_DISPLAY_NAME: usize = 200;

/// The company whose data this is.
pub struct Tenant(TenantRecord);

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

/// Who asks, and what they may do.
pub struct Viewer;

/// Who asks, and what they may do.
#[Object]
impl Viewer {
    /// The user who asks.
    async fn user(&self, ctx: &Context<'_>) -> Result<Option<User>> {
        Ok(ctx.load(ctx.caller().user.id).await?)
    }

    /// The company whose data they see.
    ///
    /// Requires `externalContacts:tenant:view`.
    #[graphql(directive = requires_permission::apply(Permission::TenantView))]
    async fn tenant(&self, ctx: &Context<'_>) -> Result<Option<Tenant>> {
        Ok(Some(Tenant(ctx.tenant().fresh().await?)))
    }

    /// What they may do, such as `externalContacts:contact:view`.
    async fn permissions(&self, ctx: &Context<'_>) -> Vec<&'static str> {
        ctx.caller().permissions.iter().map(Permission::name).collect()
    }

    /// What one operation may take.
    async fn limits(&self, ctx: &Context<'_>) -> Limits {
        ctx.limits()
    }
}

/// Questions about who asks.
#[derive(Default)]
pub struct ViewerQuery;

#[Object]
impl ViewerQuery {
    /// Who asks, and what they may do. It needs no permission.
    async fn viewer(&self) -> Option<Viewer> {
        Some(Viewer)
    }
}

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
