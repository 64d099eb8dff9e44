//! The comparisons of filters, one vocabulary for all nouns.

use async_graphql::{Enum, ID, InputObject};

use crate::error::{Error, Result};
use crate::id::TypedId;
use crate::model::{LONGEST_START, NameMatch, fold};

/// The most values of `in`.
const MOST_VALUES: usize = 100;

/// Which way a list goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub enum OrderDirection {
    /// The least first: A to Z, old to new.
    #[default]
    Asc,
    /// The greatest first: Z to A, new to old.
    Desc,
}

impl OrderDirection {
    /// Whether the greatest comes first.
    pub fn is_descending(self) -> bool {
        self == Self::Desc
    }
}

/// Compares ids.
#[derive(Clone, Debug, InputObject)]
pub struct IdFilter {
    /// Is this.
    pub eq: Option<ID>,
    /// Is one of these, at most 100.
    #[graphql(name = "in")]
    pub one_of: Option<Vec<ID>>,
}

impl IdFilter {
    /// The ids that are wanted.
    pub fn ids<I: TypedId>(self, argument: &'static str) -> Result<Vec<I>> {
        values(argument, self.eq, self.one_of)?
            .iter()
            .map(|id| Error::id(argument, id))
            .collect()
    }
}

/// Compares a value as a whole; case and accents do not matter.
#[derive(Clone, Debug, InputObject)]
pub struct StringFilter {
    /// Is this.
    pub eq: Option<String>,
    /// Is one of these, at most 100.
    #[graphql(name = "in")]
    pub one_of: Option<Vec<String>>,
}

impl StringFilter {
    /// The values that are wanted.
    pub fn values(self, argument: &'static str) -> Result<Vec<String>> {
        values(argument, self.eq, self.one_of)
    }
}

/// Compares a name; case and accents do not matter. Give one of the two.
#[derive(Clone, Debug, InputObject)]
pub struct NameFilter {
    /// Is this.
    pub eq: Option<String>,
    /// Begins with this.
    pub starts_with: Option<String>,
}

impl NameFilter {
    /// The comparison that is meant.
    pub fn name(self, argument: &'static str) -> Result<NameMatch> {
        match (self.eq, self.starts_with) {
            (Some(whole), None) => Ok(NameMatch::Whole(whole)),
            (None, Some(start)) => start_of_name(argument, start),
            _ => Err(Error::argument(
                argument,
                "takes exactly one of `eq` and `startsWith`",
            )),
        }
    }
}

/// A comparison by the beginning of a name, unless it is longer than what is kept to compare.
pub fn start_of_name(argument: &'static str, start: String) -> Result<NameMatch> {
    if fold(&start).chars().count() > LONGEST_START {
        let reason = format!(
            "must have a `startsWith` of at most {LONGEST_START} characters; use `eq` for a whole name"
        );
        return Err(Error::argument(argument, reason));
    }
    Ok(NameMatch::Start(start))
}

/// The values that a comparison by `eq` or `in` wants.
pub fn values<T>(argument: &'static str, eq: Option<T>, one_of: Option<Vec<T>>) -> Result<Vec<T>> {
    match (eq, one_of) {
        (Some(value), None) => Ok(vec![value]),
        (None, Some(values)) if values.len() <= MOST_VALUES => Ok(values),
        (None, Some(_)) => Err(Error::argument(
            argument,
            format!("takes at most {MOST_VALUES} values"),
        )),
        _ => Err(Error::argument(argument, "takes exactly one of `eq` and `in`")),
    }
}
