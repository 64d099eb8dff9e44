//! Comparison inputs for filters, shared by all nouns.

use async_graphql::{ID, InputObject};

use super::context::ContextExt;
use super::shown::Shown;
use crate::error::{Error, Result};
use crate::id::TypedId;
use crate::model::{LONGEST_START, NameMatch, fold};
use crate::store::Listed;

/// The maximum number of values of `in`.
const MOST_VALUES: usize = 100;

/// The filter of a noun's lists, as clients give it.
pub trait FilterInput: Default + Send {
    /// The type of the records in the lists.
    type Noun: Shown;

    /// Returns the conditions. Refuses malformed ones, and those that require a permission the caller lacks.
    fn checked(self, ctx: &impl ContextExt) -> Result<<Self::Noun as Listed>::Filter>;
}

/// Compares ids. The id of a contact or an organization that was merged into another one stands for that one.
#[derive(Clone, Debug, InputObject)]
pub struct IdFilter {
    /// Equal to this value.
    pub eq: Option<ID>,
    /// Equal to one of these values, at most 100.
    #[graphql(name = "in")]
    pub one_of: Option<Vec<ID>>,
}

impl IdFilter {
    /// Returns the ids to match.
    pub fn ids<I: TypedId>(self, argument: &'static str) -> Result<Vec<I>> {
        values(argument, self.eq, self.one_of)?
            .iter()
            .map(|id| Error::id(argument, id))
            .collect()
    }
}

/// Compares a whole value, ignoring case and accents.
#[derive(Clone, Debug, InputObject)]
pub struct StringFilter {
    /// Equal to this value.
    pub eq: Option<String>,
    /// Equal to one of these values, at most 100.
    #[graphql(name = "in")]
    pub one_of: Option<Vec<String>>,
}

impl StringFilter {
    /// Returns the values to match.
    pub fn values(self, argument: &'static str) -> Result<Vec<String>> {
        values(argument, self.eq, self.one_of)
    }
}

/// Compares a name, ignoring case and accents. Exactly one of the two fields must be given.
#[derive(Clone, Debug, InputObject)]
pub struct NameFilter {
    /// Equal to this value.
    pub eq: Option<String>,
    /// The text that the name begins with.
    pub starts_with: Option<String>,
}

impl NameFilter {
    /// Returns the comparison.
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

/// Compares by the beginning of a name, which must not be longer than the part of a name that is kept for comparison.
pub fn start_of_name(argument: &'static str, start: String) -> Result<NameMatch> {
    if fold(&start).chars().count() > LONGEST_START {
        let reason = format!(
            "must have a `startsWith` of at most {LONGEST_START} characters; use `eq` for a whole name"
        );
        return Err(Error::argument(argument, reason));
    }
    Ok(NameMatch::Start(start))
}

/// Returns the values that `eq` or `in` match.
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
