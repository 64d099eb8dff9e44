//! Exact numbers in the graph.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use serde::{Deserialize, Serialize};

/// An exact decimal number of at most 28 digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Decimal(pub rust_decimal::Decimal);

/// An exact decimal number of up to 28 digits, answered as text so that no digit is lost: `"1250000.50"`.
/// Given as text or as a number; prefer text.
#[Scalar(
    name = "Decimal",
    specified_by_url = "https://www.w3.org/TR/xmlschema11-2/#decimal"
)]
impl ScalarType for Decimal {
    fn parse(value: Value) -> InputValueResult<Self> {
        let number = match &value {
            Value::String(text) => exact(text.trim()),
            Value::Number(number) => {
                let text = number.to_string();
                exact(&text).or_else(|| rust_decimal::Decimal::from_scientific(&text).ok())
            }
            _ => return Err(InputValueError::expected_type(value)),
        };
        number.map(Self).ok_or_else(|| {
            InputValueError::custom("must be a decimal number of at most 28 digits, such as \"1250000.50\"")
        })
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// The number, unless it would have to be rounded. An underscore between digits is Rust's way, not the standard's.
fn exact(text: &str) -> Option<rust_decimal::Decimal> {
    (!text.contains('_'))
        .then(|| rust_decimal::Decimal::from_str_exact(text).ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::scalar::tests::given;

    #[test]
    fn a_decimal_loses_no_digit() {
        for text in ["0.1", "1250000.50", "-3", "7922816251426433759354395033.5"] {
            assert_eq!(given::<Decimal>(text).unwrap().to_value(), Value::from(text));
        }
        let amount: Decimal = given("12.30").unwrap();
        assert_eq!(serde_json::to_string(&amount).unwrap(), r#""12.30""#);
        assert_eq!(serde_json::from_str::<Decimal>(r#""12.30""#).unwrap(), amount);
    }

    #[test]
    fn a_decimal_may_be_given_as_a_number() {
        assert_eq!(given::<Decimal>(42), given("42"));
        let number = |text| Value::Number(serde_json::from_str(text).unwrap());
        assert_eq!(given::<Decimal>(number("0.1")), given("0.1"));
        assert_eq!(given::<Decimal>(number("2.5e20")), given("250000000000000000000"));
        assert_eq!(given::<Decimal>(number("1e300")), None);
    }

    #[test]
    fn what_is_no_decimal_or_would_be_rounded_is_refused() {
        for text in [
            "",
            "ten",
            "1,5",
            "1_000",
            "NaN",
            "Infinity",
            "0x10",
            "0.00000000000000000000000000001",
        ] {
            assert_eq!(given::<Decimal>(text), None, "{text}");
        }
        assert_eq!(given::<Decimal>(true), None);
    }
}
