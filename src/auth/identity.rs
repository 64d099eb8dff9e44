//! From a token to a caller: the tenant it names, the user it speaks for.

use std::time::Duration;

use axum::http::HeaderMap;
use moka::future::Cache;

use super::{Caller, Claims, Session, Verifier, bearer};
use crate::error::{Error, Result};
use crate::model::User;
use crate::store::{Store, Tenant};

/// How long a user is remembered. Another server's `deactivateUser` is felt here after this time at the latest.
const REMEMBERED: Duration = Duration::from_secs(5);
/// How many users are remembered.
const MOST_REMEMBERED: u64 = 100_000;

/// Tells who is asking.
pub struct Identity {
    store: Store,
    verifier: Verifier,
    tenants: Cache<String, Tenant>,
    users: Cache<(i32, String), User>,
}

impl Identity {
    /// Callers whose tokens `verifier` accepts, of the tenants in `store`.
    pub fn new(store: Store, verifier: Verifier) -> Self {
        let tenants = Cache::builder()
            .max_capacity(10_000)
            .time_to_live(REMEMBERED)
            .build();
        let users = Cache::builder()
            .max_capacity(MOST_REMEMBERED)
            .time_to_live(REMEMBERED)
            .build();
        Self {
            store,
            verifier,
            tenants,
            users,
        }
    }

    /// The caller that a request's headers speak for. A tenant that does not exist is refused, never created; a user
    /// seen for the first time is.
    pub async fn caller(&self, headers: &HeaderMap) -> Result<Caller> {
        let session = self.session(headers).await?;
        self.caller_in(&session).await
    }

    /// What the token in a request's headers says, for who asks more than once.
    pub async fn session(&self, headers: &HeaderMap) -> Result<Session> {
        let token = bearer(headers)?.ok_or(Error::Unauthenticated(
            "send a token: `Authorization: Bearer <token>`",
        ))?;
        self.verifier.session(token).await
    }

    /// The caller that a session speaks for now: refused once its token has expired or its user is deactivated.
    pub async fn caller_in(&self, session: &Session) -> Result<Caller> {
        self.caller_of(self.verifier.again(session)?.clone()).await
    }

    /// The caller that verified claims speak for.
    pub async fn caller_of(&self, claims: Claims) -> Result<Caller> {
        let tenant = self.tenant(&claims.tenant).await?;
        let user = self.user(&tenant, &claims).await?;
        if !user.active {
            return Err(Error::AccountDisabled);
        }
        Ok(Caller {
            tenant,
            user,
            permissions: claims.permissions,
        })
    }

    /// Forgets a user who was changed, so that the change is felt at once.
    pub async fn forget(&self, tenant: &Tenant, subject: &str) {
        self.users
            .invalidate(&(tenant.record().id, subject.to_owned()))
            .await;
    }

    async fn tenant(&self, name: &str) -> Result<Tenant> {
        self.tenants
            .try_get_with_by_ref(name, async {
                self.store.tenant(name).await?.ok_or(Error::UnknownTenant)
            })
            .await
            .map_err(Error::Shared)
    }

    async fn user(&self, tenant: &Tenant, claims: &Claims) -> Result<User> {
        let key = (tenant.record().id, claims.subject.clone());
        self.users
            .try_get_with(
                key,
                tenant.seen_user(&claims.subject, claims.name.as_deref(), claims.email.as_deref()),
            )
            .await
            .map_err(Error::Shared)
    }
}
