//! The scalar for days.

use std::fmt;

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use serde::{Deserialize, Serialize};

use super::Given;

/// A calendar day without a time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, sqlx::Type)]
#[serde(transparent)]
#[sqlx(transparent)]
pub struct Date(pub chrono::NaiveDate);

/// A calendar day without a time or time zone, written `YYYY-MM-DD`: `2026-02-28`.
#[Scalar(
    name = "Date",
    specified_by_url = "https://scalars.graphql.org/andimarek/local-date.html"
)]
impl ScalarType for Date {
    fn parse(value: Value) -> InputValueResult<Self> {
        Self::read(&Given::from(&value)).map_err(InputValueError::custom)
    }

    fn to_value(&self) -> Value {
        Value::String(self.to_string())
    }
}

impl Date {
    /// Reads a value. The message of a refusal continues after the name of the value.
    pub fn read(given: &Given) -> Result<Self, &'static str> {
        let day = match given {
            // chrono also reads `2026-2-8` and years of five digits, which do not sort as text.
            Given::Text(text) if text.len() == "YYYY-MM-DD".len() => text.parse().ok(),
            _ => None,
        };
        day.map(Self)
            .ok_or("must be a day of the calendar, written YYYY-MM-DD")
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::scalar::tests::given;

    #[test]
    fn a_date_is_written_one_way() {
        let day: Date = given("2024-02-29").unwrap();
        assert_eq!(day.to_value(), Value::from("2024-02-29"));
        assert_eq!(serde_json::to_string(&day).unwrap(), r#""2024-02-29""#);
        for text in [
            "2023-02-29",
            "2024-2-29",
            "+12024-02-29",
            "2024-02-29T00:00:00Z",
            "29.02.2024",
            "",
        ] {
            assert!(given::<Date>(text).is_none(), "{text}");
        }
        assert!(given::<Date>(20_240_229).is_none());
    }
}
