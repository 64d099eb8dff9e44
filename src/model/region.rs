//! Countries as regions of phone numbers.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{Checked, text};
use crate::error::UserError;

/// A country by its ISO 3166-1 alpha-2 code in upper case, whose rules apply to phone numbers without a country code.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, sqlx::Type)]
#[serde(transparent)]
#[sqlx(transparent)]
pub struct Region(String);

/// Codes that people write for a country, beside those of three letters and digits, each with its code of ISO 3166-1:
/// reserved and withdrawn ones, those of the European Union and of sports.
const MISTAKEN: [(&str, &str); 21] = [
    ("UK", "GB"),
    ("EN", "GB"),
    ("ENG", "GB"),
    ("SCO", "GB"),
    ("WAL", "GB"),
    ("NIR", "GB"),
    ("XI", "GB"),
    ("EL", "GR"),
    ("GRE", "GR"),
    ("GER", "DE"),
    ("SUI", "CH"),
    ("NED", "NL"),
    ("DEN", "DK"),
    ("POR", "PT"),
    ("KS", "XK"),
    ("XKX", "XK"),
    ("TP", "TL"),
    ("BU", "MM"),
    ("ZR", "CD"),
    ("FX", "FR"),
    ("SU", "RU"),
];

/// Names of countries as people write them, beside those of ISO 3166-1.
const NAMES: [(&str, &str); 18] = [
    ("UNITED STATES", "US"),
    ("U.S.A.", "US"),
    ("UNITED KINGDOM", "GB"),
    ("GREAT BRITAIN", "GB"),
    ("ENGLAND", "GB"),
    ("SCOTLAND", "GB"),
    ("WALES", "GB"),
    ("RUSSIA", "RU"),
    ("SOUTH KOREA", "KR"),
    ("VIETNAM", "VN"),
    ("TURKEY", "TR"),
    ("CZECH REPUBLIC", "CZ"),
    ("TAIWAN", "TW"),
    ("IRAN", "IR"),
    ("BOLIVIA", "BO"),
    ("VENEZUELA", "VE"),
    ("TANZANIA", "TZ"),
    ("KOSOVO", "XK"),
];

/// The code of Kosovo, which ISO 3166-1 leaves to its users and which is in general use, also by the plan of telephone
/// numbers.
const KOSOVO: &str = "XK";

/// An error: no country has this code.
#[derive(Debug, PartialEq, Eq)]
pub struct UnknownRegion {
    /// The code that was probably meant.
    suggestion: Option<&'static str>,
}

impl std::error::Error for UnknownRegion {}

impl fmt::Display for UnknownRegion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("must be a country code of ISO 3166-1, two letters such as US or DE")?;
        match self.suggestion {
            Some(code) => write!(f, "; did you mean {code}?"),
            None => Ok(()),
        }
    }
}

impl Region {
    /// Parses a country code in upper or lower case.
    pub fn check(code: &str) -> Checked<Self> {
        code.parse()
            .map_err(|unknown: UnknownRegion| vec![UserError::invalid(unknown.to_string())])
    }

    /// Finds a country by its code, in ISO 3166-1 or as people write it, or by its name in English.
    pub fn of_country(text: &str) -> Option<Self> {
        let text = text::visible(text).to_uppercase();
        let named = NAMES
            .iter()
            .find(|(name, _)| *name == text)
            .map(|(_, code)| *code);
        let code = named.or_else(|| suggestion(&text)).unwrap_or(&text);
        code.parse().ok()
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
        let code = text::visible(text).to_ascii_uppercase();
        if code == KOSOVO || rust_iso3166::from_alpha2(&code).is_some() {
            Ok(Self(code))
        } else {
            Err(UnknownRegion {
                suggestion: suggestion(&code),
            })
        }
    }
}

/// Returns the code of the country that a text in upper case names in another way.
fn suggestion(text: &str) -> Option<&'static str> {
    let mistaken = MISTAKEN.iter().find(|(code, _)| *code == text);
    mistaken.map(|(_, meant)| *meant).or_else(|| {
        let country = rust_iso3166::from_alpha3(text)
            .or_else(|| rust_iso3166::from_numeric_str(text))
            .or_else(|| {
                let mut all = rust_iso3166::ALL.iter();
                all.find(|country| country.name.eq_ignore_ascii_case(text))
                    .copied()
            });
        country.map(|country| country.alpha2)
    })
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
        assert_eq!("xk".parse::<Region>().unwrap().as_str(), "XK");
        for code in ["", "XX", "D", "EU", "İT"] {
            assert_eq!(
                told(Region::check(code)),
                [": must be a country code of ISO 3166-1, two letters such as US or DE"],
                "{code}"
            );
        }
    }

    #[test]
    fn a_country_is_found_by_its_name() {
        for (text, code) in [
            ("Germany", "DE"),
            (" de", "DE"),
            ("uk", "GB"),
            ("United States", "US"),
            ("USA", "US"),
        ] {
            assert_eq!(Region::of_country(text).unwrap().as_str(), code, "{text}");
        }
        assert_eq!(Region::of_country("Atlantis"), None);
        for (name, code) in NAMES {
            assert_eq!(Region::of_country(name).unwrap().as_str(), code);
        }
    }

    #[test]
    fn the_code_that_was_meant_is_suggested() {
        for (code, meant) in [
            ("UK", "GB"),
            ("en", "GB"),
            ("EL", "GR"),
            ("DEU", "DE"),
            ("GER", "DE"),
            ("usa", "US"),
            ("276", "DE"),
            ("Germany", "DE"),
        ] {
            let refusal = format!(
                ": must be a country code of ISO 3166-1, two letters such as US or DE; did you mean {meant}?"
            );
            assert_eq!(told(Region::check(code)), [refusal]);
        }
        for (code, meant) in MISTAKEN {
            assert!(code.parse::<Region>().is_err(), "{code}");
            assert!(meant.parse::<Region>().is_ok(), "{meant}");
        }
    }
}
