//! Finds the caller of a request: the tenant and the user of its token.

use std::time::Duration;

use axum::http::HeaderMap;
use moka::future::Cache;

use super::bearer::bearer;
use super::caller::{Caller, Claims, Session};
use super::verifier::Verifier;
use crate::error::{Error, Result};
use crate::model::User;
use crate::store::{Store, Tenant};

/// The time that a tenant and a user are cached. A `deactivateUser` on another server takes effect here within this
/// time.
const CACHE_TTL: Duration = Duration::from_secs(5);
/// The most users that are cached.
const MAX_CACHED_USERS: u64 = 100_000;

/// Finds callers by their tokens.
pub struct Identity {
    store: Store,
    verifier: Verifier,
    tenants: Cache<String, Tenant>,
    users: Cache<(i32, String), User>,
}

impl Identity {
    /// Finds callers whose tokens `verifier` accepts, in the tenants of `store`.
    pub fn new(store: Store, verifier: Verifier) -> Self {
        let tenants = Cache::builder()
            .max_capacity(10_000)
            .time_to_live(CACHE_TTL)
            .build();
        let users = Cache::builder()
            .max_capacity(MAX_CACHED_USERS)
            .time_to_live(CACHE_TTL)
            .build();
        Self {
            store,
            verifier,
            tenants,
            users,
        }
    }

    /// Returns the caller for the token in a request's headers. An unknown tenant is refused, never created; a user seen
    /// for the first time is created.
    pub async fn caller(&self, headers: &HeaderMap) -> Result<Caller> {
        let session = self.session(headers).await?;
        self.caller_in(&session).await
    }

    /// Verifies the token in a request's headers, for a connection that checks its caller more than once.
    pub async fn session(&self, headers: &HeaderMap) -> Result<Session> {
        let token = bearer(headers)?.ok_or(Error::Unauthenticated(
            "send a token: `Authorization: Bearer <token>`",
        ))?;
        self.verifier.session(token).await
    }

    /// Whether tokens can be verified: their keys have been read once.
    pub async fn is_ready(&self) -> bool {
        self.verifier.has_keys().await
    }

    /// Reads the keys of tokens again, and returns the number of usable ones.
    ///
    /// # Errors
    /// Fails when they cannot be read or used; the last ones stay.
    pub async fn reload_keys(&self) -> anyhow::Result<usize> {
        self.verifier.reload_keys().await
    }

    /// Returns the current caller of a session. Fails once its token has expired, the key that signed it was withdrawn, or
    /// its user is deactivated.
    pub async fn caller_in(&self, session: &Session) -> Result<Caller> {
        self.caller_of(self.verifier.claims_of(session).await?).await
    }

    /// Returns the caller for verified claims.
    pub async fn caller_of(&self, claims: Claims) -> Result<Caller> {
        let tenant = self.tenant(&claims.tenant).await?;
        let user = self.user(&tenant, &claims).await?;
        if !user.active {
            return Err(Error::AccountDisabled);
        }
        Ok(Caller {
            tenant: tenant.counted_anew(),
            user,
            permissions: claims.permissions,
        })
    }

    /// Drops a changed user from the cache, so that the change takes effect at once.
    pub async fn forget(&self, tenant: &Tenant, subject: &str) {
        self.users
            .invalidate(&(tenant.record().id, subject.to_owned()))
            .await;
    }

    async fn tenant(&self, name: &str) -> Result<Tenant> {
        if let Some(tenant) = self.tenants.get(name).await {
            return Ok(tenant);
        }
        let read = async {
            let tenant = self.store.system().tenant(name).await?;
            tenant.ok_or(Error::UnknownTenant)
        };
        // A large future that is seldom needed, as is that for users.
        let read = Box::pin(self.tenants.try_get_with_by_ref(name, read));
        read.await.map_err(Error::Shared)
    }

    async fn user(&self, tenant: &Tenant, claims: &Claims) -> Result<User> {
        let key = (tenant.record().id, claims.subject.clone());
        if let Some(user) = self.users.get(&key).await {
            return Ok(user);
        }
        let read = tenant.seen_user(&claims.subject, claims.name.as_deref(), claims.email.as_deref());
        let read = Box::pin(self.users.try_get_with(key, read));
        read.await.map_err(Error::Shared)
    }
}
