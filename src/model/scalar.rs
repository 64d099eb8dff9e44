//! Custom scalars of the graph: only those that a standard names.

use std::fmt;

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use serde::{Deserialize, Serialize};

use super::{Checked, each, text};
use crate::error::UserError;

/// How many characters a URL may have.
const LONGEST_URL: usize = 2048;
/// How many websites an organization may have.
const MOST_WEBSITES: usize = 20;

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
        let Value::String(text) = &value else {
            return Err(InputValueError::expected_type(value));
        };
        // chrono also reads `2026-2-8` and years of five digits, which do not sort as text.
        let day = (text.len() == "YYYY-MM-DD".len())
            .then(|| text.parse().ok())
            .flatten();
        day.map(Self)
            .ok_or_else(|| InputValueError::custom("must be a day of the calendar, written YYYY-MM-DD"))
    }

    fn to_value(&self) -> Value {
        Value::String(self.to_string())
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A URL as it was given. One that came in is not to be trusted before [`Url::check`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, sqlx::Type)]
#[serde(transparent)]
#[sqlx(transparent)]
pub struct Url(pub String);

/// An absolute `http` or `https` URL of at most 2,048 characters: `https://example.com/about`. Kept as given.
#[Scalar(name = "URL", specified_by_url = "https://url.spec.whatwg.org/")]
impl ScalarType for Url {
    /// Takes any text: a bad URL in an input is a user error with its path, not an error of the request.
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(text) => Ok(Self(text)),
            other => Err(InputValueError::expected_type(other)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

impl Url {
    /// Trimmed, absolute, `http` or `https`, at most 2,048 characters.
    pub fn check(self) -> Checked<Self> {
        let text = text::required(self.0, LONGEST_URL)?;
        if is_absolute(&text) {
            Ok(Self(text))
        } else {
            let message = "must be an absolute http or https URL, such as https://example.com/about";
            Err(vec![UserError::invalid(message)])
        }
    }

    /// The host's name, without `www.`.
    pub fn domain(&self) -> Option<String> {
        let url = url::Url::parse(&self.0).ok()?;
        let host = url.host_str()?;
        Some(host.strip_prefix("www.").unwrap_or(host).to_owned())
    }
}

/// The URL standard repairs much on reading (`http:host`, line breaks inside); what needs repair is refused,
/// since the text is kept as given and others will read it.
fn is_absolute(text: &str) -> bool {
    let slashes = text.split_once("://").is_some_and(|(scheme, rest)| {
        ["http", "https"]
            .iter()
            .any(|known| scheme.eq_ignore_ascii_case(known))
            && !rest.starts_with(['/', '\\'])
    });
    slashes && !text.contains(|c: char| c.is_whitespace() || c.is_control()) && url::Url::parse(text).is_ok()
}

/// An organization's websites: at most 20.
pub fn websites(urls: Vec<Url>) -> Checked<Vec<Url>> {
    each(urls, MOST_WEBSITES, Url::check)
}

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
    use crate::model::check::told;

    fn given<T: ScalarType>(value: impl Into<Value>) -> Option<T> {
        T::parse(value.into()).ok()
    }

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

    #[test]
    fn a_url_is_kept_as_given() {
        for text in [
            "https://example.com",
            "HTTP://Example.com:8080/a?b=c#d",
            "https://straße.de/ä",
            "http://[::1]/",
        ] {
            assert_eq!(Url(format!(" {text} ")).check().unwrap(), Url(text.into()));
        }
    }

    #[test]
    fn a_url_must_be_absolute_and_of_the_web() {
        let refusal = [": must be an absolute http or https URL, such as https://example.com/about"];
        for text in [
            "example.com",
            "/about",
            "//example.com",
            "ftp://example.com",
            "javascript:alert(1)",
            "javascript://example.com/%0aalert(1)",
            "http:example.com",
            "https:///example.com",
            "https://",
            "https://exa\nmple.com",
            "https://example.com/a b",
        ] {
            assert_eq!(told(Url(text.into()).check()), refusal, "{text}");
        }
        assert!(Url(" ".into()).check().is_err());
    }

    #[test]
    fn a_url_has_at_most_2048_characters() {
        let long = |length: usize| Url(format!("https://example.com/{}", "x".repeat(length - 20)));
        assert!(long(2048).check().is_ok());
        assert_eq!(
            told(long(2049).check()),
            [": must have at most 2048 characters; it has 2049, so shorten it"]
        );
    }

    #[test]
    fn an_organization_has_at_most_twenty_websites() {
        let site = Url("https://example.com".into());
        assert_eq!(websites(vec![site.clone(); 20]).unwrap().len(), 20);
        assert!(websites(vec![site.clone(); 21]).is_err());
        assert!(told(websites(vec![site, Url("nowhere".into())]))[0].starts_with("1: "));
    }

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

    #[test]
    fn every_scalar_is_described_and_names_its_standard() {
        use async_graphql::{EmptyMutation, EmptySubscription, SDLExportOptions, Schema, SimpleObject};

        #[derive(SimpleObject)]
        struct Query {
            date: Date,
            url: Url,
            decimal: Decimal,
        }

        let query = Query {
            date: given("2026-02-28").unwrap(),
            url: Url("https://example.com".into()),
            decimal: given("1").unwrap(),
        };
        let schema = Schema::new(query, EmptyMutation, EmptySubscription);
        let sdl = schema.sdl_with_options(SDLExportOptions::new().include_specified_by());
        for scalar in ["Date", "URL", "Decimal"] {
            let described = format!("\"\"\"\nscalar {scalar} @specifiedBy(url: \"https://");
            assert!(sdl.contains(&described), "{scalar} in\n{sdl}");
        }
    }
}
