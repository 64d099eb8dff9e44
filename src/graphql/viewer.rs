//! The caller and their tenant.

use async_graphql::{Context, Object, Result};

use super::context::ContextExt as _;
use super::permission::requires_permission;
use super::shared::Shared;
use super::tenant::Tenant;
use crate::limits::{CallerLimits, Limits};
use crate::model::{Permission, User};

/// The caller and their permissions.
pub struct Viewer;

/// The caller and their permissions.
#[Object]
impl Viewer {
    /// The calling user.
    async fn user(&self, ctx: &Context<'_>) -> Result<Option<Shared<User>>> {
        Ok(ctx.load(ctx.caller().user.id).await?)
    }

    /// The caller's tenant.
    ///
    /// Requires `externalContacts:tenant:view`.
    #[graphql(directive = requires_permission::apply(Permission::TenantView))]
    async fn tenant(&self, ctx: &Context<'_>) -> Result<Option<Tenant>> {
        Ok(Some(Tenant(ctx.tenant().fresh().await?)))
    }

    /// The caller's permissions, such as `externalContacts:contact:view`.
    async fn permissions(&self, ctx: &Context<'_>) -> Vec<&'static str> {
        ctx.caller().permissions.iter().map(Permission::name).collect()
    }

    /// The limits of one operation.
    async fn limits(&self, ctx: &Context<'_>) -> Limits {
        ctx.limits()
    }

    /// The limits of the caller across operations.
    async fn caller_limits(&self, ctx: &Context<'_>) -> CallerLimits {
        ctx.caller_limits()
    }
}

/// The query field for the caller.
#[derive(Default)]
pub struct ViewerQuery;

#[Object]
impl ViewerQuery {
    /// Returns the caller and their permissions. No permission is required.
    async fn viewer(&self) -> Option<Viewer> {
        Some(Viewer)
    }
}
