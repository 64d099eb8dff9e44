//! Whether the database can be written to, for health checks.

use std::time::{Duration, Instant};

use tokio::sync::Mutex;
use tokio::time::timeout;

use super::System;
use crate::error::{Error, Result};

/// The time for which an answer serves other callers as well.
const SHARED: Duration = Duration::from_secs(1);
/// The longest time that a caller waits.
const LONGEST_LOOK: Duration = Duration::from_secs(2);

/// The last look at the database, and when it was.
#[derive(Default)]
pub struct Readiness(Mutex<Option<(Instant, bool)>>);

impl System<'_> {
    /// Whether the database can be written to, found out by a write whose effect it undoes. Callers share one such write a
    /// second. A database that is busy is ready.
    pub async fn is_ready(self) -> bool {
        let store = self.store();
        let mut last = store.0.readiness.0.lock().await;
        if let Some((looked_at, is_ready)) = *last
            && looked_at.elapsed() < SHARED
        {
            return is_ready && store.0.database.is_up();
        }
        store.0.database.look();
        let is_ready = match timeout(LONGEST_LOOK, self.touch()).await {
            Ok(Err(Error::Contended | Error::Timeout)) | Err(_) => store.0.database.is_up(),
            Ok(done) => done.is_ok(),
        };
        *last = Some((Instant::now(), is_ready));
        is_ready
    }

    async fn touch(self) -> Result<()> {
        if !self.store().0.database.is_up() {
            return Err(Error::Unavailable);
        }
        let mut tx = self.begin().await?;
        let done = tx.touch().await;
        tx.end(done).await
    }
}
