//! The scalar for exact decimal numbers.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use serde::{Deserialize, Serialize};

use super::Given;

/// The least integer with more than 28 digits. Some numbers of 29 digits would fit, but not all.
const TOO_LONG: u128 = 10_u128.pow(28);
/// The number of decimal digits that always survive a 64-bit float.
const SURE_DIGITS: usize = 15;

/// An exact decimal number of at most 28 digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Decimal(pub rust_decimal::Decimal);

/// An exact decimal number of up to 28 digits, output as a string so that no digit is lost: `"1250000.50"`.
///
/// Input may be a string or a number; strings are preferred. Most programs keep numbers as 64-bit floats, which lose
/// digits: a number with more than 15 digits is refused unless it is a 64-bit integer.
#[Scalar(
    name = "Decimal",
    specified_by_url = "https://www.w3.org/TR/xmlschema11-2/#decimal"
)]
impl ScalarType for Decimal {
    fn parse(value: Value) -> InputValueResult<Self> {
        Self::read(&Given::from(&value)).map_err(InputValueError::custom)
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

impl Decimal {
    /// Reads a value. The message of a refusal continues after the name of the value.
    pub fn read(given: &Given) -> Result<Self, &'static str> {
        let number = match given {
            Given::Text(text) => exact(text.trim()),
            Given::Number(digits) if may_have_lost_digits(digits) => {
                return Err(
                    "must be given as a string: a number with more than 15 digits may have lost some of them",
                );
            }
            Given::Number(digits) => number(digits),
            Given::Other => None,
        };
        number
            .filter(|number| number.mantissa().unsigned_abs() < TOO_LONG)
            .map(Self)
            .ok_or("must be a decimal number of at most 28 digits, such as \"1250000.50\"")
    }
}

/// Whether a number has passed or will pass through a float that may not hold all of its digits.
fn may_have_lost_digits(number: &str) -> bool {
    let is_whole = number.parse::<i64>().is_ok() || number.parse::<u64>().is_ok();
    let (base, _) = parts(number);
    let digits: String = base.chars().filter(char::is_ascii_digit).collect();
    !is_whole && digits.trim_matches('0').len() > SURE_DIGITS
}

/// Returns the parts of a number before and after the `e`.
fn parts(number: &str) -> (&str, &str) {
    number.split_once(['e', 'E']).unwrap_or((number, "0"))
}

/// Parses a number as JSON and GraphQL write it. `1e3` and `1000.0` are both `1000`: a float does not record how it was
/// written.
fn number(number: &str) -> Option<rust_decimal::Decimal> {
    let (base, exponent) = parts(number);
    let base = if base.contains('.') {
        base.trim_end_matches('0').trim_end_matches('.')
    } else {
        base
    };
    let text = format!("{}e{}", exact(base)?, exponent.trim_start_matches('+'));
    let number = rust_decimal::Decimal::from_scientific(&text).ok()?;
    Some(number.normalize())
}

/// Parses a number unless it would have to be rounded. Underscores between digits are refused: they are Rust's syntax,
/// not the standard's.
fn exact(text: &str) -> Option<rust_decimal::Decimal> {
    (!text.contains('_'))
        .then(|| rust_decimal::Decimal::from_str_exact(text).ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::scalar::tests::given;

    fn text(text: &str) -> Result<String, &'static str> {
        Decimal::read(&Given::Text(text)).map(|decimal| decimal.0.to_string())
    }

    /// Reads a number that is written in an operation.
    fn literal(digits: &str) -> Result<String, &'static str> {
        Decimal::read(&Given::Number(digits.into())).map(|decimal| decimal.0.to_string())
    }

    /// Reads a number among the variables.
    fn variable(digits: &str) -> Result<String, &'static str> {
        let number = Value::Number(serde_json::from_str(digits).unwrap());
        Decimal::read(&Given::from(&number)).map(|decimal| decimal.0.to_string())
    }

    #[test]
    fn a_decimal_loses_no_digit() {
        for text in [
            "0.1",
            "1250000.50",
            "-3",
            "9999999999999999999999999999",
            "-0.1234567890123456789012345678",
            "12345678901234567890.12345678",
        ] {
            assert_eq!(given::<Decimal>(text).unwrap().to_value(), Value::from(text));
        }
        let amount: Decimal = given("12.30").unwrap();
        assert_eq!(serde_json::to_string(&amount).unwrap(), r#""12.30""#);
        assert_eq!(serde_json::from_str::<Decimal>(r#""12.30""#).unwrap(), amount);
    }

    #[test]
    fn a_decimal_has_at_most_28_digits() {
        for digits in [
            "10000000000000000000000000000",
            "12345678901234567890123456789",
            "-1234567890.1234567890123456789",
            "7922816251426433759354395033.5",
            "100000000000000000000000000000000",
        ] {
            let refused = text(digits).unwrap_err();
            assert!(
                refused.starts_with("must be a decimal number of at most 28"),
                "{digits}"
            );
        }
        assert_eq!(text("00000000000000000000000000000001.50").unwrap(), "1.50");
    }

    #[test]
    fn a_decimal_may_be_given_as_a_number() {
        for (digits, told) in [
            ("42", "42"),
            ("0.1", "0.1"),
            ("-12.5", "-12.5"),
            ("1000.0", "1000"),
            ("1e3", "1000"),
            ("1E+3", "1000"),
            ("12.5e-3", "0.0125"),
            ("2.5e20", "250000000000000000000"),
            ("1e27", "1000000000000000000000000000"),
            ("1e-22", "0.0000000000000000000001"),
            ("0.0", "0"),
            ("9007199254740993", "9007199254740993"),
            ("-9223372036854775808", "-9223372036854775808"),
            ("18446744073709551615", "18446744073709551615"),
            ("123456789012.345", "123456789012.345"),
            ("100000000000000000000", "100000000000000000000"),
        ] {
            assert_eq!(literal(digits).as_deref(), Ok(told), "{digits}");
            assert_eq!(variable(digits).as_deref(), Ok(told), "{digits}");
        }
        assert_eq!(literal("1.5000000000000000000000000000000000").unwrap(), "1.5");
        let least = "0.0000000000000000000000000001";
        assert_eq!(literal(least).unwrap(), least);
    }

    #[test]
    fn a_number_that_may_have_lost_digits_is_to_be_given_as_text() {
        for digits in [
            "12345678901234567890123456789",
            "18446744073709551617",
            "0.12345678901234567",
            "123456789012345.6789",
            "1.2345678901234567e10",
        ] {
            for read in [literal, variable] {
                assert!(
                    read(digits).unwrap_err().starts_with("must be given as a string"),
                    "{digits}"
                );
            }
        }
        // JSON gives no hint of these.
        assert!(literal("1.00000000000000000001").is_err());
    }

    #[test]
    fn what_is_no_decimal_or_would_be_rounded_is_refused() {
        for digits in [
            "",
            "ten",
            "1,5",
            "1_000",
            "1e3",
            "NaN",
            "Infinity",
            "0x10",
            "0.00000000000000000000000000001",
        ] {
            assert!(text(digits).is_err(), "{digits}");
        }
        for digits in ["1e28", "1e300", "1e-29", "1e-300"] {
            assert!(literal(digits).is_err() && variable(digits).is_err(), "{digits}");
        }
        assert_eq!(given::<Decimal>(true), None);
    }
}
