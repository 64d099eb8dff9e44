//! The results of a search.

use uuid::Uuid;

use super::rank::Class;

/// The maximum number of results that can be reached.
pub const CAP: usize = 1000;

/// A result with its rank.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hit {
    /// The rank; less is better.
    pub rank: String,
    /// The record's position among records of equal rank.
    pub sort_key: String,
    /// The record.
    pub id: Uuid,
}

impl Hit {
    /// Whether the record matches only with the correction of a word.
    pub fn is_corrected(&self) -> bool {
        self.rank.starts_with(Class::Typo.digit())
    }
}

/// The results of a search, at most [`CAP`].
#[derive(Clone, Debug, Default)]
pub struct Hits {
    /// The results in order.
    pub hits: Vec<Hit>,
    /// Whether there are more results than can be reached.
    pub capped: bool,
}
