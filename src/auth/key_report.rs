//! The keys of a source as they are now, for an operator who wants to know whether tokens can be verified.

use anyhow::Context as _;
use chrono::{DateTime, Utc};

use super::verifier::KeySource;

/// The keys of a source.
#[derive(Debug)]
pub struct KeyReport {
    /// The number of keys that verify tokens.
    pub usable: usize,
    /// The time at which the identity provider says that it sent them.
    pub answered_at: Option<DateTime<Utc>>,
}

impl KeyReport {
    /// Reads the keys of a source once.
    ///
    /// # Errors
    /// Fails when they cannot be read, or none can be used.
    pub async fn read(source: KeySource) -> anyhow::Result<Self> {
        let reader = source.reader()?;
        let context = || format!("cannot use {reader}");
        let read = reader.read().await.with_context(context)?;
        let keys = reader.parse(&read.text).with_context(context)?;
        Ok(Self {
            usable: keys.count(),
            answered_at: read.answered_at,
        })
    }
}
