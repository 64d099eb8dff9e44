//! Who asks, and the tenant whose data they see.

use async_graphql::{Context, Object, Result};

use super::context::Ask as _;
use super::permission::requires_permission;
use super::tenant::Tenant;
use crate::limits::Limits;
use crate::model::{Permission, User};

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
