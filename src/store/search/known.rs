//! The numbers of candidates, as far as they are known.

use std::collections::{BTreeSet, HashMap};
use std::time::{Duration, Instant};

use moka::Expiry;
use moka::sync::Cache;
use uuid::Uuid;

use super::source::{Range, Source};
use super::{COUNTED_FIRST, MOST_ORGANIZATIONS};

/// Ranges of words, and lists of texts that marks contain.
pub type Marked = (Vec<Range>, Vec<Vec<String>>);

/// The counts and organizations that a search has read. With corrections it is planned anew, and only what they add is read.
#[derive(Debug, Default)]
pub struct Known {
    /// The numbers of candidates by source.
    pub counts: HashMap<Source, Count>,
    /// The organizations by the range of words that one of their words is in.
    pub organizations: HashMap<Range, Vec<Uuid>>,
    /// The organizations by the ranges of words that one of their words is in, and lists of texts of which their marks contain all of
    /// one.
    pub marked: HashMap<Marked, Vec<Uuid>>,
    /// The words of the vocabulary that words of the query may stand for, and others like them, once they are read.
    pub vocabulary: Option<BTreeSet<String>>,
    /// Whether all matches without corrections are known.
    pub has_matches: bool,
}

impl Known {
    /// Whether more organizations may have a word in this range.
    pub fn is_full(&self, range: &Range) -> bool {
        let organizations = self.organizations.get(range);
        organizations.is_some_and(|organizations| organizations.len() >= MOST_ORGANIZATIONS)
    }

    /// Returns the number of candidates of a source, [`Count::UNKNOWN`] if they were not counted.
    pub fn count_of(&self, source: &Source) -> Count {
        self.counts.get(source).copied().unwrap_or(Count::UNKNOWN)
    }
}

/// A number of candidates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// The candidates that were counted.
    pub counted: i64,
    /// Whether there are no others.
    pub is_complete: bool,
}

impl Count {
    /// No candidates.
    pub const NONE: Self = Self {
        counted: 0,
        is_complete: true,
    };

    /// Any number of candidates, also none.
    pub const UNKNOWN: Self = Self {
        counted: 1,
        is_complete: false,
    };

    /// Returns the count of what was counted up to one more than `most`.
    pub const fn of(counted: i64, most: i64) -> Self {
        Self {
            counted,
            is_complete: counted <= most,
        }
    }

    /// Returns the count as it is if no more than one after `most` are counted.
    pub const fn up_to(self, most: i64) -> Self {
        if self.counted > most {
            Self {
                counted: most + 1,
                is_complete: false,
            }
        } else {
            self
        }
    }

    /// Whether there are candidates, or may be.
    pub const fn is_some(self) -> bool {
        self.counted > 0
    }
}

impl std::iter::Sum for Count {
    fn sum<I: Iterator<Item = Self>>(counts: I) -> Self {
        counts.fold(Self::NONE, |sum, count| Self {
            counted: sum.counted + count.counted,
            is_complete: sum.is_complete && count.is_complete,
        })
    }
}

/// The maximum number of ranges of words whose counts are kept, of some 200 bytes each.
const MOST_COMMON: u64 = 20_000;
/// The time for which a complete count is kept: too short for a word to become so common that not all of its candidates are
/// examined by one statement.
const KEPT_COMPLETE: Duration = Duration::from_secs(30);
/// The time for which it is known that a word has more candidates than are counted.
const KEPT_INCOMPLETE: Duration = Duration::from_mins(10);

/// The counts of common words, by which searches choose where to start. To count them takes longer than to search. They are
/// as old as some minutes, which may make a search slower and never changes its results: a word that is not common is
/// counted each time.
pub struct CommonWords(Cache<(i32, Range), Count>);

impl Default for CommonWords {
    fn default() -> Self {
        let builder = Cache::builder().max_capacity(MOST_COMMON);
        Self(builder.expire_after(ByCount).build())
    }
}

impl CommonWords {
    /// Returns the number of candidates of a tenant's common word.
    pub fn count_of(&self, tenant: i32, source: &Source) -> Option<Count> {
        match source {
            Source::Words(range) => self.0.get(&(tenant, range.clone())),
            Source::Ranges(_) | Source::Employees(_) => None,
        }
    }

    /// Keeps the number of candidates of a word if it is common.
    pub fn insert(&self, tenant: i32, source: &Source, count: Count) {
        if let Source::Words(range) = source
            && count.counted > COUNTED_FIRST
        {
            self.0.insert((tenant, range.clone()), count);
        }
    }
}

/// Expires counts from their last reading in the database on.
struct ByCount;

impl ByCount {
    const fn kept(count: Count) -> Duration {
        if count.is_complete {
            KEPT_COMPLETE
        } else {
            KEPT_INCOMPLETE
        }
    }
}

impl Expiry<(i32, Range), Count> for ByCount {
    fn expire_after_create(&self, _: &(i32, Range), count: &Count, _: Instant) -> Option<Duration> {
        Some(Self::kept(*count))
    }

    fn expire_after_update(
        &self,
        _: &(i32, Range),
        count: &Count,
        _: Instant,
        _: Option<Duration>,
    ) -> Option<Duration> {
        Some(Self::kept(*count))
    }
}
