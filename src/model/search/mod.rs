//! Search: the query, and the rank of a record as a result.
//!
//! Every word of a query is a [`Term`]; a term can match in several [`Way`]s, each made of words in the form of
//! [`super::Found`]. Both the match and its rank are read from the record's `search_text`, so that one rule ranks and
//! filters.

mod facet;
mod query;

use std::collections::HashMap;
use std::fmt::Write as _;

use uuid::Uuid;

pub use facet::{Facet, FacetValue, Facets};
pub use query::Query;

use super::{lettered, lettered_whole};
use crate::id::OrganizationId;

/// The maximum number of results that can be reached.
pub const CAP: usize = 1000;

/// The separator of the parts of a rank, which sorts before every letter.
const BETWEEN: char = '\u{1}';

/// A search among contacts or among organizations.
#[derive(Clone, Debug)]
pub struct Search {
    /// The kind of record to search.
    pub subject: Subject,
    /// The terms of the query, all of which must match.
    pub terms: Vec<Term>,
    /// The conditions of the filter, as words. They do not affect the order.
    pub filters: Vec<Term>,
    /// The organization that must employ the contacts.
    pub organization_id: Option<OrganizationId>,
}

/// The kind of record that a search finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// Organizations.
    Organizations,
    /// Contacts.
    Contacts,
}

/// One word of a query.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Term {
    /// The alternatives, best first, of which any must match.
    pub ways: Vec<Way>,
    /// The word itself if it may be a misspelt name.
    pub name: Option<String>,
}

/// An alternative for a term to match: all of its words must be present.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// The words.
    pub words: Vec<Sought>,
    /// The kind of the match.
    pub by: By,
}

/// The kind of a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The record's own words.
    Itself,
    /// The name of the contact's employer.
    Organization,
    /// A word of a name that is one typo away.
    Typo,
}

/// A word to search for, with its letter in front.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sought {
    /// The word as stored.
    pub word: String,
    /// Whether the word must match as a whole, not only as a beginning.
    pub whole: bool,
}

impl Sought {
    /// Matches this word only.
    pub fn whole(letter: char, word: &str) -> Self {
        Self {
            word: lettered_whole(letter, word.to_owned()),
            whole: true,
        }
    }

    /// Matches this word and words that begin with it.
    pub fn start(letter: char, word: &str) -> Self {
        Self {
            word: lettered(letter, word),
            whole: false,
        }
    }

    /// Returns the text that a matching record's `search_text` contains; `whole` ignores longer words.
    pub fn needle(&self, whole: bool) -> String {
        let end = if whole || self.whole { " " } else { "" };
        format!(" {}{end}", self.word)
    }

    /// Returns the first matching word of a record.
    fn first<'t>(&self, text: &'t str) -> Option<&'t str> {
        let matches = |word: &&str| match word.strip_prefix(self.word.as_str()) {
            Some(rest) => rest.is_empty() || !self.whole,
            None => false,
        };
        text.split(' ').filter(matches).min()
    }
}

impl Way {
    /// Creates an alternative that matches by this word of the record.
    pub fn of(word: Sought) -> Self {
        Self {
            words: vec![word],
            by: By::Itself,
        }
    }

    /// Returns the word that probably has the fewest matches.
    pub fn rarest(&self) -> Option<&Sought> {
        self.words.iter().max_by_key(|sought| sought.word.len())
    }

    /// Returns the rank of a record with this text: the class of the match, then the words.
    fn rank(&self, text: &str) -> Option<(Class, String)> {
        let found: Vec<&str> = self
            .words
            .iter()
            .map(|sought| sought.first(text))
            .collect::<Option<_>>()?;
        let is_exact = || {
            self.words
                .iter()
                .zip(&found)
                .all(|(sought, found)| sought.word == *found)
        };
        let class = match self.by {
            By::Typo => Class::Typo,
            By::Organization => Class::Organization,
            By::Itself if is_exact() => Class::Exact,
            By::Itself => Class::Longer,
        };
        Some((class, found.join(" ")))
    }
}

/// The class of a match, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    Exact,
    Longer,
    Organization,
    Typo,
}

impl Class {
    const fn digit(self) -> char {
        match self {
            Self::Exact => '0',
            Self::Longer => '1',
            Self::Organization => '2',
            Self::Typo => '3',
        }
    }
}

impl Term {
    /// Creates the condition of a filter's value.
    pub fn filter(letter: char, value: &str) -> Self {
        Self {
            ways: vec![Way::of(Sought::whole(letter, &super::fold(value)))],
            name: None,
        }
    }

    fn rank(&self, text: &str) -> Option<(Class, usize, String)> {
        self.ways
            .iter()
            .enumerate()
            .filter_map(|(place, way)| way.rank(text).map(|(class, words)| (class, place, words)))
            .min()
    }
}

impl Search {
    /// Iterates over all conditions that must match.
    pub fn conditions(&self) -> impl Iterator<Item = &Term> {
        self.terms.iter().chain(&self.filters)
    }

    /// Iterates over all conditions, mutably.
    pub fn conditions_mut(&mut self) -> impl Iterator<Item = &mut Term> {
        self.terms.iter_mut().chain(&mut self.filters)
    }

    /// Returns the rank of a record with this text, or `None` if it does not match. Records in which all terms match
    /// exactly come before longer words, then matches by the employer's name, then typos; equal classes are ordered by
    /// the words that matched.
    pub fn rank(&self, text: &str) -> Option<String> {
        self.filters
            .iter()
            .try_for_each(|term| term.rank(text).map(drop))?;
        let ranks: Vec<_> = self
            .terms
            .iter()
            .map(|term| term.rank(text))
            .collect::<Option<_>>()?;
        let class = ranks.iter().map(|(class, ..)| *class).max()?;
        let mut rank = class.digit().to_string();
        for (_, place, words) in ranks {
            rank.push(BETWEEN);
            // Writing to a String cannot fail.
            let _ = write!(rank, "{place:02}{words}");
        }
        Some(rank)
    }
}

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

/// Results while they are collected: each record once, at its best rank.
#[derive(Clone, Debug, Default)]
pub struct Gathered {
    hits: HashMap<Uuid, Hit>,
    /// Whether there are, or may be, more results that were not examined.
    pub more: bool,
}

impl Gathered {
    /// Adds a result.
    pub fn add(&mut self, hit: Hit) {
        let known = self.hits.entry(hit.id).or_insert_with(|| hit.clone());
        if hit < *known {
            *known = hit;
        }
    }

    /// Returns the number of results so far.
    pub fn len(&self) -> usize {
        self.hits.len()
    }

    /// Whether there are no results so far.
    pub fn is_empty(&self) -> bool {
        self.hits.is_empty()
    }

    /// Whether further results would not be shown.
    pub fn is_full(&self) -> bool {
        self.hits.len() > CAP
    }

    /// Returns the results in order.
    pub fn hits(self) -> Hits {
        let capped = self.more || self.is_full();
        let mut hits: Vec<Hit> = self.hits.into_values().collect();
        hits.sort_unstable();
        hits.truncate(CAP);
        Hits { hits, capped }
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
