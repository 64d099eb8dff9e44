//! The right to use a connection, which a tenant has for a share of them, so that connections are left for the others,
//! however long the statements of one take.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore};

/// The rights to use the connections of a pool.
pub struct Rights {
    connections: Arc<Semaphore>,
    /// The connections that each tenant may use at the same time.
    share: usize,
    tenants: Mutex<HashMap<i32, Arc<Semaphore>>>,
}

/// The right to use one connection, until it is dropped.
pub struct Right {
    _connection: OwnedSemaphorePermit,
    _of_tenant: Option<OwnedSemaphorePermit>,
}

impl Rights {
    /// The rights to use so many connections. A tenant may use three quarters of them, rounded up.
    pub fn to(connections: u32) -> Self {
        let connections = usize::try_from(connections).unwrap_or(Semaphore::MAX_PERMITS);
        Self {
            connections: Arc::new(Semaphore::new(connections)),
            share: connections - connections / 4,
            tenants: Mutex::default(),
        }
    }

    /// The number of connections that are not used.
    pub fn unused(&self) -> usize {
        self.connections.available_permits()
    }

    /// Returns the right if the tenant has one left, and there is a connection. Without a tenant, all connections may be used.
    pub fn at_once(&self, tenant: Option<i32>) -> Option<Right> {
        let of_tenant = match tenant {
            Some(tenant) => Some(self.of_tenant(tenant).try_acquire_owned().ok()?),
            None => None,
        };
        Some(Right {
            _connection: self.connections.clone().try_acquire_owned().ok()?,
            _of_tenant: of_tenant,
        })
    }

    /// Waits for the right. Those who wait are served in the order in which they came. Fails once all rights were ended.
    pub async fn wait(&self, tenant: Option<i32>) -> Result<Right, AcquireError> {
        let of_tenant = match tenant {
            Some(tenant) => Some(self.of_tenant(tenant).acquire_owned().await?),
            None => None,
        };
        Ok(Right {
            _connection: self.connections.clone().acquire_owned().await?,
            _of_tenant: of_tenant,
        })
    }

    /// Gives no rights any more, once all of the `connections` are unused.
    pub async fn end(&self, connections: u32) {
        let all = self.connections.acquire_many(connections).await;
        self.connections.close();
        drop(all);
    }

    /// Whether no rights are given any more.
    pub fn have_ended(&self) -> bool {
        self.connections.is_closed()
    }

    fn of_tenant(&self, tenant: i32) -> Arc<Semaphore> {
        let mut tenants = self.tenants.lock().unwrap_or_else(PoisonError::into_inner);
        let rights = tenants.entry(tenant);
        rights
            .or_insert_with(|| Arc::new(Semaphore::new(self.share)))
            .clone()
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    fn all_at_once(rights: &Rights, tenant: Option<i32>) -> Vec<Right> {
        std::iter::from_fn(|| rights.at_once(tenant)).collect()
    }

    #[test]
    fn a_tenant_may_use_three_quarters_of_the_connections() {
        for (connections, share) in [(1, 1), (2, 2), (3, 3), (4, 3), (8, 6), (16, 12)] {
            let rights = Rights::to(connections);
            assert_eq!(all_at_once(&rights, Some(1)).len(), share, "of {connections}");
            let all = usize::try_from(connections).unwrap();
            assert_eq!(all_at_once(&rights, None).len(), all);
            assert_eq!(rights.unused(), all);
        }
    }

    #[tokio::test]
    async fn a_tenant_waits_for_its_own_and_another_one_finds_a_connection() {
        let rights = Rights::to(4);
        let mut own = all_at_once(&rights, Some(1));
        let mut waiting = std::pin::pin!(rights.wait(Some(1)));
        assert!(waiting.as_mut().now_or_never().is_none());
        let other = rights.at_once(Some(2)).unwrap();
        own.pop();
        let next = waiting.await.unwrap();
        assert!(rights.at_once(Some(1)).is_none());
        drop((own, other, next));
        assert_eq!(rights.unused(), 4);
    }

    #[tokio::test]
    async fn no_right_is_given_after_the_end() {
        let rights = Rights::to(2);
        rights.end(2).await;
        assert!(rights.have_ended());
        assert!(rights.at_once(None).is_none() && rights.wait(Some(1)).await.is_err());
    }
}
