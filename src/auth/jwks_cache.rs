//! The cache of an identity provider's keys.
//!
//! While it is in use, the set is read again every 10 minutes in the background; and at once when a token names a key that
//! is not in it, since providers publish a key shortly before they sign with it. The set is read by one task at a time and
//! at most every 30 seconds, or made-up key ids would make this server flood the provider. When reading fails, the old keys
//! stay.

use std::sync::{Arc, PoisonError, RwLock};

use anyhow::{Context, ensure};
use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::task::JoinHandle;
use tracing::warn;

use super::jwks_source::JwksSource;
use super::key::{Key, KeySet};
use super::token::Token;
use crate::clock::Clock;
use crate::error::{Error, Result};

/// The age at which a set is read again.
const FRESH_FOR: TimeDelta = TimeDelta::minutes(10);
/// The pause after each attempt to read the set.
const RETRY_INTERVAL: TimeDelta = TimeDelta::seconds(30);

/// The keys of an identity provider, kept up to date.
pub(super) struct JwksCache {
    source: JwksSource,
    clock: Clock,
    cached: RwLock<CachedKeys>,
    /// Held by the task that reads the set.
    turn: Arc<Mutex<()>>,
}

/// The keys as they were last read.
#[derive(Clone, Default)]
struct CachedKeys {
    keys: Option<Arc<KeySet>>,
    read_at: Option<DateTime<Utc>>,
    attempted_at: Option<DateTime<Utc>>,
}

impl JwksCache {
    /// Reads the set of a file or a URL for the first time. A URL that does not answer is logged and tried again when a
    /// token arrives: the provider may start after this server.
    ///
    /// # Errors
    /// Fails when a file cannot be read or has no usable key.
    pub async fn open(source: JwksSource, clock: Clock) -> anyhow::Result<Arc<Self>> {
        let cache = Arc::new(Self {
            source,
            clock,
            cached: RwLock::default(),
            turn: Arc::default(),
        });
        match cache.read().await {
            Err(error) if matches!(cache.source, JwksSource::Url(..)) => cache.warn(&error),
            outcome => {
                outcome.with_context(|| format!("cannot read the key set {}", cache.source))?;
                let found = cache.cached().keys.is_some_and(|keys| !keys.is_empty());
                ensure!(
                    found || matches!(cache.source, JwksSource::Url(..)),
                    "the key set {} has no key that checks signatures of RS*, PS*, ES256, ES384, ES512 or EdDSA",
                    cache.source,
                );
            }
        }
        Ok(cache)
    }

    /// Returns the key that a token names as its own.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` when there is no such key or it does not fit; `UNAVAILABLE` until the set has been read once.
    pub async fn find(self: &Arc<Self>, token: &Token<'_>) -> Result<Key> {
        let cached = self.cached();
        if self.is_past(cached.read_at, FRESH_FOR) {
            self.refresh_in_background();
        }
        if let Some(key) = cached.find(token)? {
            return Ok(key);
        }
        self.refresh().await;
        let cached = self.cached();
        match cached.find(token)? {
            Some(key) => Ok(key),
            None if cached.keys.is_none() => Err(Error::Unavailable),
            None => Err(Error::Unauthenticated(
                "the key that signed the token is not known",
            )),
        }
    }

    /// Starts to read the set unless another task does, and does not wait.
    fn refresh_in_background(self: &Arc<Self>) {
        if let Ok(turn) = Arc::clone(&self.turn).try_lock_owned() {
            drop(self.start_reading(turn));
        }
    }

    /// Reads the set, or waits for the task that does.
    async fn refresh(self: &Arc<Self>) {
        let turn = Arc::clone(&self.turn).lock_owned().await;
        if let Some(reading) = self.start_reading(turn) {
            // A task that panicked has read nothing; the caller goes on with the keys there are.
            let _ = reading.await;
        }
    }

    /// Reads the set in a task of its own, so that a client that hangs up does not stop it for the others. Returns `None`
    /// if it was read or tried a moment ago.
    fn start_reading(self: &Arc<Self>, turn: OwnedMutexGuard<()>) -> Option<JoinHandle<()>> {
        if !self.is_past(self.cached().attempted_at, RETRY_INTERVAL) {
            return None;
        }
        let cache = Arc::clone(self);
        Some(tokio::spawn(async move {
            let _turn = turn;
            if let Err(error) = cache.read().await {
                cache.warn(&error);
            }
        }))
    }

    async fn read(&self) -> anyhow::Result<()> {
        let now = self.clock.now();
        self.change(|cached| cached.attempted_at = Some(now));
        let keys = self.source.load().await?;
        if keys.is_empty() {
            warn!(key_set = %self.source, "the key set has no key that checks signatures: no token is accepted");
        }
        self.change(|cached| {
            cached.keys = Some(Arc::new(keys));
            cached.read_at = Some(now);
        });
        Ok(())
    }

    fn warn(&self, error: &anyhow::Error) {
        warn!(key_set = %self.source, error = format!("{error:#}"), "cannot read the key set; known keys stay");
    }

    fn cached(&self) -> CachedKeys {
        self.cached.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn change(&self, change: impl FnOnce(&mut CachedKeys)) {
        change(&mut self.cached.write().unwrap_or_else(PoisonError::into_inner));
    }

    /// Whether `then` is at least `age` ago or unset. A clock that was set back counts as well, or the set would not be
    /// read until the clock caught up.
    fn is_past(&self, then: Option<DateTime<Utc>>, age: TimeDelta) -> bool {
        then.is_none_or(|then| (self.clock.now() - then).abs() >= age)
    }
}

impl CachedKeys {
    fn find(&self, token: &Token<'_>) -> Result<Option<Key>> {
        match &self.keys {
            Some(keys) => Ok(keys.find(token)?.cloned()),
            None => Ok(None),
        }
    }
}
