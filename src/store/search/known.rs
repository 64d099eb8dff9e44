//! The numbers of candidates, as far as they are known.

use std::collections::HashMap;

use uuid::Uuid;

use super::source::{Range, Source};

/// The counts and organizations that a search has read. With corrections it is planned anew, and only what they add is read.
#[derive(Debug, Default)]
pub struct Known {
    /// The numbers of candidates by source.
    pub counts: HashMap<Source, Count>,
    /// The organizations by the range of words that one of their words is in.
    pub organizations: HashMap<Range, Vec<Uuid>>,
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

    /// Whether there are candidates.
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
