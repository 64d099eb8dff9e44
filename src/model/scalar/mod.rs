//! Custom scalars of the graph, limited to those that a standard names.
//!
//! Each scalar reads a [`Given`] value, both in resolvers and in the validation before execution: see [`check`].

mod date;
mod date_time;
mod decimal;
mod url;

use std::borrow::Cow;

use async_graphql::Value;

pub use self::date::Date;
pub use self::date_time::DateTime;
pub use self::decimal::Decimal;
pub(super) use self::url::MOST_WEBSITES;
pub use self::url::{Url, websites};

/// A value given for a scalar, with the distinctions that custom scalars need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given<'a> {
    /// A text.
    Text(&'a str),
    /// A number as written.
    Number(Cow<'a, str>),
    /// Any other value; no custom scalar accepts it.
    Other,
}

impl<'a> From<&'a Value> for Given<'a> {
    fn from(value: &'a Value) -> Self {
        match value {
            Value::String(text) => Self::Text(text),
            Value::Number(number) => Self::Number(number.to_string().into()),
            _ => Self::Other,
        }
    }
}

/// Checks that the custom scalar of this name accepts a value. The message of a refusal continues after the name of the
/// value. Other scalars accept anything.
pub fn check(scalar: &str, given: &Given) -> Result<(), &'static str> {
    match scalar {
        "Date" => Date::read(given).map(drop),
        "DateTime" => DateTime::read(given).map(drop),
        "Decimal" => Decimal::read(given).map(drop),
        "URL" => Url::read(given).map(drop),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::{ScalarType, Value};

    use super::*;

    /// Reads a scalar from a value.
    pub(super) fn given<T: ScalarType>(value: impl Into<Value>) -> Option<T> {
        T::parse(value.into()).ok()
    }

    #[test]
    fn every_scalar_is_described_and_names_its_standard() {
        use async_graphql::{EmptyMutation, EmptySubscription, SDLExportOptions, Schema, SimpleObject};

        #[derive(SimpleObject)]
        struct Query {
            date: Date,
            instant: DateTime,
            url: Url,
            decimal: Decimal,
        }

        let query = Query {
            date: given("2026-02-28").unwrap(),
            instant: given("2026-02-28T00:00:00Z").unwrap(),
            url: Url("https://example.com".into()),
            decimal: given("1").unwrap(),
        };
        let schema = Schema::new(query, EmptyMutation, EmptySubscription);
        let sdl = schema.sdl_with_options(SDLExportOptions::new().include_specified_by());
        for scalar in ["Date", "DateTime", "URL", "Decimal"] {
            let described = format!("\"\"\"\nscalar {scalar} @specifiedBy(url: \"https://");
            assert!(sdl.contains(&described), "{scalar} in\n{sdl}");
            assert!(check(scalar, &Given::Other).is_err(), "{scalar} is not checked");
        }
    }
}
