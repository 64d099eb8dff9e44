//! Tenants: the companies whose data this service keeps.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};

use super::{Checked, Region, changes, text};
use crate::error::{Refusals, UserError};

/// A tenant's name, as tokens carry it: 1 to 63 characters of `a-z`, `0-9` and `-`.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(transparent)]
pub struct TenantName(String);

/// An error: the text is not a valid tenant name.
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

/// The maximum length of a display name, in characters.
const LONGEST_DISPLAY_NAME: usize = 200;

/// A tenant as stored.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct TenantRecord {
    /// The key of the tenant's rows, which clients never see.
    pub id: i32,
    /// The tenant's name, as tokens carry it. It never changes.
    pub name: String,
    /// The tenant's name for display.
    pub display_name: String,
    /// The region of phone numbers without a country code.
    pub default_region: Region,
    /// The maximum number of managed entities.
    pub managed_entity_limit: i64,
    /// The number of days that deleted records can be restored, if the tenant has one of its own.
    pub trash_days: Option<i32>,
    /// The time the tenant was created.
    pub created_at: DateTime<Utc>,
}

changes! {
    /// A partial update of a tenant's own settings.
    TenantChanges of TenantRecord {
        display_name: String => |name| text::required(name.unwrap_or_default(), LONGEST_DISPLAY_NAME),
        default_region: String => region,
        trash_days: i32 => Ok,
    }
}

impl TenantChanges {
    /// Applies the changes to `tenant`; a refusal names every invalid setting.
    pub fn apply(self, tenant: &mut TenantRecord) -> Checked<()> {
        let mut refusals = Refusals::default();
        self.write(tenant, &mut refusals);
        refusals.finish()
    }
}

fn region(region: Option<String>) -> Checked<Region> {
    region
        .unwrap_or_default()
        .parse::<Region>()
        .map_err(|error| vec![UserError::invalid(error.to_string())])
}
