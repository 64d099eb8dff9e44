//! Countries as regions of phone numbers.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Checked;
use crate::error::UserError;

/// A country by its ISO 3166-1 alpha-2 code in upper case, whose rules apply to phone numbers without a country code.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, sqlx::Type)]
#[serde(transparent)]
#[sqlx(transparent)]
pub struct Region(String);

/// An error: no country has this code.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a country code of ISO 3166-1, two letters such as US or DE")]
pub struct UnknownRegion;

impl Region {
    /// Parses a country code in upper or lower case.
    pub fn check(code: &str) -> Checked<Self> {
        code.parse()
            .map_err(|unknown: UnknownRegion| vec![UserError::invalid(unknown.to_string())])
    }

    /// Returns the code: two upper-case letters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for Region {
    fn default() -> Self {
        Self("US".to_owned())
    }
}

impl FromStr for Region {
    type Err = UnknownRegion;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let code = text.trim().to_ascii_uppercase();
        rust_iso3166::from_alpha2(&code)
            .map(|_| Self(code))
            .ok_or(UnknownRegion)
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::check::told;

    #[test]
    fn a_region_is_a_country_code_in_any_case() {
        assert_eq!(" de ".parse::<Region>().unwrap().as_str(), "DE");
        assert_eq!(Region::default().to_string(), "US");
        for code in ["", "UK", "XX", "DEU", "D", "276", "İT"] {
            assert_eq!(code.parse::<Region>(), Err(UnknownRegion), "{code}");
        }
    }

    #[test]
    fn an_unknown_region_says_what_would_be_right() {
        let refusal = ": must be a country code of ISO 3166-1, two letters such as US or DE";
        assert_eq!(told(Region::check("UK")), [refusal]);
    }
}
