//! The cache of the keys that verify tokens: those of an identity provider, or a secret in a file, which rotate.
//!
//! While they are in use, the keys are read again in the background at half their permitted age; at that age, which only
//! an idle server reaches, a token waits for them. A token that names a key that is not there has them read at once, since
//! providers publish a key shortly before they sign with it. One task reads at a time and at most every 30 seconds, or
//! made-up key ids would make this server flood the provider.
//!
//! An answer replaces the keys only if it has a usable key. Otherwise, and while reading fails, the last keys stay, and
//! tokens do not wait.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use anyhow::Context;
use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::task::JoinHandle;
use tracing::warn;

use super::digest::Digest;
use super::key::{Key, KeySet};
use super::key_reader::KeyReader;
use super::token::Token;
use super::verified_tokens::VerifiedTokens;
use crate::clock::Clock;
use crate::error::{Error, Result};

/// The pause after each attempt to read the keys.
const RETRY_INTERVAL: TimeDelta = TimeDelta::seconds(30);

/// The keys that verify tokens, kept up to date.
pub(super) struct KeyCache {
    reader: KeyReader,
    /// The age at which the keys are no longer used without asking for newer ones.
    refresh: TimeDelta,
    clock: Clock,
    cached: RwLock<CachedKeys>,
    /// Held by the task that reads the keys.
    turn: Arc<Mutex<()>>,
}

/// The keys as they were last read.
#[derive(Clone, Default)]
struct CachedKeys {
    keyring: Option<Arc<Keyring>>,
    read_at: Option<DateTime<Utc>>,
    attempted_at: Option<DateTime<Utc>>,
    /// Whether the last attempt failed.
    has_failed: bool,
}

/// Keys, and the tokens that they have verified. Newer keys come with a ring of their own, so that no token outlives the
/// key that verified it.
pub(super) struct Keyring {
    keys: KeySet,
    /// The digest of the text that the keys were read from.
    source: Digest,
    /// The tokens that the keys have verified.
    pub verified: VerifiedTokens,
}

impl KeyCache {
    /// Reads the keys for the first time. A URL without usable keys is logged and tried again later: the provider may start
    /// after this server.
    ///
    /// # Errors
    /// Fails when a file cannot be read, or the keys in it cannot be used.
    pub async fn open(reader: KeyReader, refresh: Duration, clock: Clock) -> anyhow::Result<Arc<Self>> {
        let cache = Arc::new(Self {
            reader,
            refresh: TimeDelta::from_std(refresh)?,
            clock,
            cached: RwLock::default(),
            turn: Arc::default(),
        });
        match cache.read().await {
            Err(error) if cache.reader.is_remote() => Self::warn(&error),
            outcome => outcome?,
        }
        Ok(cache)
    }

    /// Returns the keys in force; `None` until they have been read once.
    pub async fn current(self: &Arc<Self>) -> Option<Arc<Keyring>> {
        let cached = self.cached();
        if self.is_past(cached.read_at, self.refresh) && !cached.has_failed {
            self.refresh().await;
            return self.cached().keyring;
        }
        if self.is_past(cached.read_at, self.refresh / 2) {
            self.refresh_in_background();
        }
        cached.keyring
    }

    /// Returns `current` if it has the key that a token names, and else the newest keys.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` when the key does not fit; `UNAVAILABLE` until the keys have been read once.
    pub async fn with_key_of(
        self: &Arc<Self>,
        token: &Token<'_>,
        current: Option<Arc<Keyring>>,
    ) -> Result<Arc<Keyring>> {
        if let Some(keyring) = current
            && keyring.keys.find(token)?.is_some()
        {
            return Ok(keyring);
        }
        self.refresh().await;
        self.cached().keyring.ok_or(Error::Unavailable)
    }

    /// Reads the keys now, and returns the number of usable ones.
    ///
    /// # Errors
    /// Fails when they cannot be read or used; the last ones stay.
    pub async fn reload(&self) -> anyhow::Result<usize> {
        let _turn = self.turn.lock().await;
        self.read().await?;
        Ok(self.cached().keyring.map_or(0, |keyring| keyring.keys.count()))
    }

    /// Starts to read the keys unless another task does, and does not wait.
    fn refresh_in_background(self: &Arc<Self>) {
        if let Ok(turn) = Arc::clone(&self.turn).try_lock_owned() {
            drop(self.start_reading(turn));
        }
    }

    /// Reads the keys, or waits for the task that does.
    async fn refresh(self: &Arc<Self>) {
        let turn = Arc::clone(&self.turn).lock_owned().await;
        if let Some(reading) = self.start_reading(turn) {
            // A task that panicked has read nothing; the caller goes on with the keys there are.
            let _ = reading.await;
        }
    }

    /// Reads the keys in a task of its own, so that a client that hangs up does not stop it for the others. Returns `None`
    /// if they were read or tried a moment ago.
    fn start_reading(self: &Arc<Self>, turn: OwnedMutexGuard<()>) -> Option<JoinHandle<()>> {
        if !self.is_past(self.cached().attempted_at, RETRY_INTERVAL) {
            return None;
        }
        let cache = Arc::clone(self);
        Some(tokio::spawn(async move {
            let _turn = turn;
            if let Err(error) = cache.read().await {
                Self::warn(&error);
            }
        }))
    }

    async fn read(&self) -> anyhow::Result<()> {
        let now = self.clock.now();
        self.change(|cached| {
            cached.attempted_at = Some(now);
        });
        let outcome = self.newest().await;
        self.change(|cached| {
            cached.has_failed = outcome.is_err();
            if let Ok(keyring) = &outcome {
                cached.keyring = Some(Arc::clone(keyring));
                cached.read_at = Some(now);
            }
        });
        outcome
            .map(drop)
            .with_context(|| format!("cannot use {}", self.reader))
    }

    /// Reads the keys. Those that are the same as before keep the tokens that they have verified.
    async fn newest(&self) -> anyhow::Result<Arc<Keyring>> {
        let text = self.reader.read().await?.text;
        let source = Digest::of(&text);
        match self.cached().keyring {
            Some(keyring) if keyring.source == source => Ok(keyring),
            _ => Ok(Arc::new(Keyring {
                keys: self.reader.parse(&text)?,
                source,
                verified: VerifiedTokens::default(),
            })),
        }
    }

    fn warn(error: &anyhow::Error) {
        warn!(
            error = format!("{error:#}"),
            "the keys that verify tokens cannot be read; known keys stay"
        );
    }

    fn cached(&self) -> CachedKeys {
        self.cached.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn change(&self, change: impl FnOnce(&mut CachedKeys)) {
        change(&mut self.cached.write().unwrap_or_else(PoisonError::into_inner));
    }

    /// Whether `then` is at least `age` ago or unset. A clock that was set back counts as well, or the keys would not be
    /// read until the clock caught up.
    fn is_past(&self, then: Option<DateTime<Utc>>, age: TimeDelta) -> bool {
        then.is_none_or(|then| (self.clock.now() - then).abs() >= age)
    }
}

impl Keyring {
    /// Checks a token's signature.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` when it is wrong, or no key or more than one fits the token.
    pub fn check(&self, token: &Token<'_>) -> Result<()> {
        self.keys.find(token)?.map_or(
            Err(Error::Unauthenticated(
                "the key that signed the token is not known",
            )),
            |key: &Key| key.check(token),
        )
    }
}
