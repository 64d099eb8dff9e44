//! An identity provider's keys, as they change.
//!
//! The set is kept and read again every 10 minutes while it is used, behind the requests' backs; and at once
//! when a token names a key that is not in it, since providers publish a key shortly before they sign with
//! it. Reading happens one at a time and not more often than every 30 seconds, or made-up names would turn
//! this server against the provider. When it fails, the old keys stay.

use std::sync::{Arc, PoisonError, RwLock};

use anyhow::{Context, ensure};
use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::task::JoinHandle;
use tracing::warn;

use super::key::{Key, KeySet};
use super::origin::Origin;
use super::token::Token;
use crate::clock::Clock;
use crate::error::{Error, Result};

/// How old a set may be before it is read again.
const FRESH_FOR: TimeDelta = TimeDelta::minutes(10);
/// How long to leave the provider alone after each attempt.
const PAUSE: TimeDelta = TimeDelta::seconds(30);

/// The keys of an identity provider, kept up to date.
pub(super) struct Published {
    origin: Origin,
    clock: Clock,
    held: RwLock<Held>,
    /// Whoever holds this is reading the set.
    turn: Arc<Mutex<()>>,
}

/// What is known of the set.
#[derive(Clone, Default)]
struct Held {
    keys: Option<Arc<KeySet>>,
    read_at: Option<DateTime<Utc>>,
    attempted_at: Option<DateTime<Utc>>,
}

impl Published {
    /// Reads the set of a file or a URL for the first time. A URL that does not answer is logged and tried
    /// again when a token comes: the provider may start after this server.
    ///
    /// # Errors
    /// When a file cannot be read, or has no key that is of use.
    pub async fn open(origin: Origin, clock: Clock) -> anyhow::Result<Arc<Self>> {
        let published = Arc::new(Self {
            origin,
            clock,
            held: RwLock::default(),
            turn: Arc::default(),
        });
        match published.read().await {
            Err(error) if matches!(published.origin, Origin::Url(..)) => published.warn(&error),
            outcome => {
                outcome.with_context(|| format!("cannot read the key set {}", published.origin))?;
                let found = published.held().keys.is_some_and(|keys| !keys.is_empty());
                ensure!(
                    found || matches!(published.origin, Origin::Url(..)),
                    "the key set {} has no key that checks signatures of RS*, PS*, ES256, ES384 or EdDSA",
                    published.origin,
                );
            }
        }
        Ok(published)
    }

    /// The key that signed a token, by the token's own word.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` when there is no such key, or it does not fit; `UNAVAILABLE` while the set could
    /// not be read even once.
    pub async fn find(self: &Arc<Self>, token: &Token<'_>) -> Result<Key> {
        let held = self.held();
        if self.is_past(held.read_at, FRESH_FOR) {
            self.refresh_behind();
        }
        if let Some(key) = held.find(token)? {
            return Ok(key);
        }
        self.refresh().await;
        let held = self.held();
        match held.find(token)? {
            Some(key) => Ok(key),
            None if held.keys.is_none() => Err(Error::Unavailable),
            None => Err(Error::Unauthenticated(
                "the key that signed the token is not known",
            )),
        }
    }

    /// Reads the set unless somebody else is at it, and waits for nobody.
    fn refresh_behind(self: &Arc<Self>) {
        if let Ok(turn) = Arc::clone(&self.turn).try_lock_owned() {
            drop(self.start_reading(turn));
        }
    }

    /// Reads the set, or waits for whoever is at it.
    async fn refresh(self: &Arc<Self>) {
        let turn = Arc::clone(&self.turn).lock_owned().await;
        if let Some(reading) = self.start_reading(turn) {
            // A task that panicked has read nothing, and whoever waits looks at what there is.
            let _ = reading.await;
        }
    }

    /// Reads the set, unless that was done or tried just now. In a task of its own, so that a caller who
    /// hangs up does not stop it for the others.
    fn start_reading(self: &Arc<Self>, turn: OwnedMutexGuard<()>) -> Option<JoinHandle<()>> {
        if !self.is_past(self.held().attempted_at, PAUSE) {
            return None;
        }
        let published = Arc::clone(self);
        Some(tokio::spawn(async move {
            let _turn = turn;
            if let Err(error) = published.read().await {
                published.warn(&error);
            }
        }))
    }

    async fn read(&self) -> anyhow::Result<()> {
        let now = self.clock.now();
        self.change(|held| held.attempted_at = Some(now));
        let keys = self.origin.load().await?;
        if keys.is_empty() {
            warn!(key_set = %self.origin, "the key set has no key that checks signatures: no token is accepted");
        }
        self.change(|held| {
            held.keys = Some(Arc::new(keys));
            held.read_at = Some(now);
        });
        Ok(())
    }

    fn warn(&self, error: &anyhow::Error) {
        warn!(key_set = %self.origin, error = format!("{error:#}"), "cannot read the key set; known keys stay");
    }

    fn held(&self) -> Held {
        self.held.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn change(&self, change: impl FnOnce(&mut Held)) {
        change(&mut self.held.write().unwrap_or_else(PoisonError::into_inner));
    }

    /// Whether `then` is that long ago, or never was. A clock that was set back counts as well, or nothing
    /// would be read until it caught up.
    fn is_past(&self, then: Option<DateTime<Utc>>, age: TimeDelta) -> bool {
        then.is_none_or(|then| (self.clock.now() - then).abs() >= age)
    }
}

impl Held {
    fn find(&self, token: &Token<'_>) -> Result<Option<Key>> {
        match &self.keys {
            Some(keys) => Ok(keys.find(token)?.cloned()),
            None => Ok(None),
        }
    }
}
