//! The scalar for instants.

use std::fmt;

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use chrono::{Datelike as _, SecondsFormat, Timelike as _, Utc};
use serde::{Deserialize, Serialize};

use super::Given;

/// The position of the letter between day and time in RFC 3339.
const LETTER: usize = "YYYY-MM-DD".len();
/// The nanosecond after the last one of a second; chrono represents a leap second from here on.
const SECOND: u32 = 1_000_000_000;

/// An instant with microsecond precision, which is the precision of PostgreSQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, sqlx::Type)]
#[serde(transparent)]
#[sqlx(transparent)]
pub struct DateTime(pub chrono::DateTime<Utc>);

/// An instant in RFC 3339 format: day, `T`, time of day, and `Z` or the offset from UTC.
///
/// Output is in UTC with `Z`: `2026-11-26T03:10:00Z`, with a fraction of three or six digits if there is one:
/// `2026-11-26T03:10:00.250Z`. Input may have any offset, such as `2026-11-26T04:10:00+01:00`; text without an offset
/// is refused. The year is 0001 to 9999 in UTC. Digits beyond microseconds are cut off. Leap seconds (`:60`) are
/// refused.
#[Scalar(
    name = "DateTime",
    specified_by_url = "https://datatracker.ietf.org/doc/html/rfc3339"
)]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        Self::read(&Given::from(&value)).map_err(InputValueError::custom)
    }

    fn to_value(&self) -> Value {
        Value::String(self.to_string())
    }
}

impl DateTime {
    /// Reads a value. The message of a refusal continues after the name of the value.
    pub fn read(given: &Given) -> Result<Self, &'static str> {
        let refused =
            "must be an instant with an offset from UTC in RFC 3339 format, such as 2026-11-26T03:10:00Z";
        let instant = match given {
            Given::Text(text) => instant(text).ok_or(refused)?,
            _ => return Err(refused),
        };
        if instant.nanosecond() >= SECOND {
            return Err("must not be a leap second: give the second before or after it");
        }
        if !(1..=9999).contains(&instant.year()) {
            return Err("must be in the years 0001 to 9999 of UTC");
        }
        let micros = instant.nanosecond() / 1000;
        instant.with_nanosecond(micros * 1000).map(Self).ok_or(refused)
    }
}

fn instant(text: &str) -> Option<chrono::DateTime<Utc>> {
    // chrono also reads a blank in the letter's place, and a minus sign that is not ASCII.
    let is_strict = text.is_ascii() && matches!(text.as_bytes().get(LETTER), Some(b'T' | b't'));
    let given = chrono::DateTime::parse_from_rfc3339(text).ok();
    given.filter(|_| is_strict).map(|given| given.to_utc())
}

impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> String {
        match DateTime::read(&Given::Text(text)) {
            Ok(instant) => instant.to_string(),
            Err(refused) => refused.to_owned(),
        }
    }

    #[test]
    fn an_instant_is_answered_in_utc() {
        for (given, told_as) in [
            ("2026-11-26T03:10:00Z", "2026-11-26T03:10:00Z"),
            ("2026-11-26t03:10:00z", "2026-11-26T03:10:00Z"),
            ("2026-11-26T04:10:00+01:00", "2026-11-26T03:10:00Z"),
            ("2026-11-26T03:10:00-00:00", "2026-11-26T03:10:00Z"),
            ("2026-11-26T03:10:00.25Z", "2026-11-26T03:10:00.250Z"),
            ("2026-11-26T03:10:00.000Z", "2026-11-26T03:10:00Z"),
            ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
            ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"),
        ] {
            assert_eq!(told(given), told_as);
        }
    }

    #[test]
    fn what_is_beyond_the_microsecond_is_cut() {
        for given in ["0001-01-01", "2026-11-26", "9999-12-31"] {
            let given = format!("{given}T23:59:59.123456999999Z");
            assert_eq!(told(&given), format!("{}Z", &given[..26]));
        }
        assert_eq!(told("2026-11-26T03:10:00.000000999Z"), "2026-11-26T03:10:00Z");
    }

    #[test]
    fn an_instant_is_written_as_rfc_3339_has_it() {
        for text in [
            "",
            "now",
            "2026-11-26",
            "2026-11-26T03:10Z",
            "2026-11-26T03:10:00",
            "2026-11-26 03:10:00Z",
            "2026-11-26T03:10:00+0100",
            "2026-11-26T03:10:00\u{2212}01:00",
            "2026-11-26T03:10:00Z ",
            "2026-02-29T03:10:00Z",
            "+12026-01-01T00:00:00Z",
            "-0001-01-01T00:00:00Z",
            "-262143-01-02T00:00:00Z",
            "20260101T000000Z",
        ] {
            assert!(told(text).starts_with("must be an instant"), "{text}");
        }
    }

    #[test]
    fn the_year_has_four_digits_in_utc() {
        for text in [
            "0000-12-31T23:59:59Z",
            "0001-01-01T00:00:00+00:01",
            "9999-12-31T23:59:59-00:01",
        ] {
            assert_eq!(told(text), "must be in the years 0001 to 9999 of UTC", "{text}");
        }
        assert_eq!(told("0000-12-31T23:59:59-00:01"), "0001-01-01T00:00:59Z");
    }

    #[test]
    fn a_leap_second_is_refused() {
        for text in ["2016-12-31T23:59:60Z", "2016-12-31T23:59:60.5Z"] {
            assert!(told(text).starts_with("must not be a leap second"), "{text}");
        }
    }

    #[test]
    fn an_instant_is_kept_as_it_is_answered() {
        let instant = DateTime::read(&Given::Text("2026-11-26T03:10:00.25Z")).unwrap();
        let kept = serde_json::to_string(&instant).unwrap();
        assert_eq!(kept, format!("\"{instant}\""));
        assert_eq!(serde_json::from_str::<DateTime>(&kept).unwrap(), instant);
    }
}
