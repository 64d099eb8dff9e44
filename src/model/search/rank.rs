//! The rank of a record as a result of a search.

use std::fmt::Write as _;

use super::{Alternative, MatchKind, Search, Term, WordQuery};

/// The separator of the parts of a rank, which sorts before every letter.
const SEPARATOR: char = '\u{1}';

/// The class of a match, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    Exact,
    Longer,
    Employer,
    Typo,
}

impl Class {
    /// The first character of the ranks of this class.
    pub(super) const fn digit(self) -> char {
        match self {
            Self::Exact => '0',
            Self::Longer => '1',
            Self::Employer => '2',
            Self::Typo => '3',
        }
    }
}

/// The words of a record's text in their order, in which those with the same beginning stand together.
struct Words<'t>(Vec<&'t str>);

impl<'t> Words<'t> {
    fn of(text: &'t str) -> Self {
        let mut words: Vec<&str> = text.split(' ').collect();
        words.sort_unstable();
        Self(words)
    }
}

impl WordQuery {
    /// Returns the first matching word of a record.
    fn first<'t>(&self, words: &Words<'t>) -> Option<&'t str> {
        let place = words.0.partition_point(|word| *word < self.word.as_str());
        let rest = words.0.get(place)?.strip_prefix(self.word.as_str())?;
        let is_match = rest.is_empty() || !self.whole;
        words.0.get(place).copied().filter(|_| is_match)
    }
}

impl Alternative {
    /// Returns the rank of a record with these words: the class of the match, then the words that match.
    fn rank(&self, words: &Words<'_>) -> Option<(Class, String)> {
        let matches: Vec<&str> = self
            .words
            .iter()
            .map(|query| query.first(words))
            .collect::<Option<_>>()?;
        let is_exact = || {
            let mut pairs = self.words.iter().zip(&matches);
            pairs.all(|(query, word)| query.word == *word)
        };
        let class = match self.by {
            MatchKind::Typo => Class::Typo,
            MatchKind::Employer => Class::Employer,
            MatchKind::Own if is_exact() => Class::Exact,
            MatchKind::Own => Class::Longer,
        };
        Some((class, matches.join(" ")))
    }
}

impl Term {
    /// Returns the best rank of a record with these words: the class, the alternative's position, and the words that match.
    fn rank(&self, words: &Words<'_>) -> Option<(Class, usize, String)> {
        let ranks = self.alternatives.iter().enumerate();
        ranks
            .filter_map(|(position, alternative)| {
                alternative
                    .rank(words)
                    .map(|(class, words)| (class, position, words))
            })
            .min()
    }
}

impl Search {
    /// Returns the rank of a record with this text, or `None` if it does not match. Records in which all terms match
    /// exactly come before longer words, then matches by the employer's name, then typos; equal classes are ordered by
    /// the words that matched.
    pub fn rank(&self, text: &str) -> Option<String> {
        let words = Words::of(text);
        self.filters
            .iter()
            .try_for_each(|term| term.rank(&words).map(drop))?;
        let ranks: Vec<_> = self
            .terms
            .iter()
            .map(|term| term.rank(&words))
            .collect::<Option<_>>()?;
        let class = ranks.iter().map(|(class, ..)| *class).max()?;
        let mut rank = class.digit().to_string();
        for (_, position, words) in ranks {
            rank.push(SEPARATOR);
            // Writing to a String cannot fail.
            let _ = write!(rank, "{position:02}{words}");
        }
        Some(rank)
    }
}
