//! Tenants: the companies whose data is kept here.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};

use super::Region;

/// The name of a tenant, as tokens carry it: 1 to 63 of `a-z`, `0-9` and `-`.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(transparent)]
pub struct TenantName(String);

/// Not a name for a tenant.
#[derive(Debug, thiserror::Error)]
#[error("a tenant's name is 1 to 63 of the characters a-z, 0-9 and -")]
pub struct NotATenantName;

impl FromStr for TenantName {
    type Err = NotATenantName;

    fn from_str(text: &str) -> Result<Self, NotATenantName> {
        let fits = (1..=63).contains(&text.len())
            && text
                .bytes()
                .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'));
        if fits {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotATenantName)
        }
    }
}

impl fmt::Display for TenantName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A tenant as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct TenantRecord {
    /// What its rows are keyed by; never shown.
    pub id: i32,
    /// The name that tokens carry. It never changes.
    pub name: String,
    /// The name people read.
    pub display_name: String,
    /// Where phone numbers without a country code are from.
    pub default_region: Region,
    /// How many managed entities there may be.
    pub managed_entity_limit: i64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

impl TenantRecord {
    /// No tenant: for what is done before there is one.
    pub fn nobody(now: DateTime<Utc>) -> Self {
        Self {
            id: 0,
            name: String::new(),
            display_name: String::new(),
            default_region: Region::default(),
            managed_entity_limit: 0,
            created_at: now,
        }
    }
}
