//! Search: what is looked for, and how well a record answers it.
//!
//! Every word of a query is a [`Term`]; a term can match in several [`Way`]s, each made of words as [`super::Found`] has
//! them. Whether and how well a record matches is read from its `search_text`, so one rule ranks and filters.

mod facet;
mod query;

use std::collections::HashMap;
use std::fmt::Write as _;

use uuid::Uuid;

pub use facet::{Facet, FacetValue, Facets};
pub use query::Query;

use super::{lettered, lettered_whole};
use crate::id::OrganizationId;

/// How many results can be reached at most.
pub const CAP: usize = 1000;

/// What stands between the parts of a rank; sorts before every letter.
const BETWEEN: char = '\u{1}';

/// What is looked for among the contacts, or among the organizations.
#[derive(Clone, Debug)]
pub struct Search {
    /// Among which.
    pub subject: Subject,
    /// What the query asks for: all of it must match.
    pub terms: Vec<Term>,
    /// What else must be true, as words; it does not count in the order.
    pub filters: Vec<Term>,
    /// Where contacts must work.
    pub organization_id: Option<OrganizationId>,
}

/// What a search is among.
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
    /// How it can match, the best first; any will do.
    pub ways: Vec<Way>,
    /// The word itself, where it may be a misspelt name.
    pub name: Option<String>,
}

/// One way in which a term can match: all of its words must be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// The words.
    pub words: Vec<Sought>,
    /// What kind of match this is.
    pub by: By,
}

/// What makes a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The record's own words.
    Itself,
    /// The name of the organization the contact works for.
    Organization,
    /// A word of a name that is one typo away.
    Typo,
}

/// A word that is looked for, its letter in front.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sought {
    /// The word as it is kept.
    pub word: String,
    /// Whether longer words will not do.
    pub whole: bool,
}

impl Sought {
    /// This word and no other.
    pub fn whole(letter: char, word: &str) -> Self {
        Self {
            word: lettered_whole(letter, word.to_owned()),
            whole: true,
        }
    }

    /// This word, and those that begin with it.
    pub fn start(letter: char, word: &str) -> Self {
        Self {
            word: lettered(letter, word),
            whole: false,
        }
    }

    /// What is found in a record's `search_text` when it matches; `whole` as if longer words would not do.
    pub fn needle(&self, whole: bool) -> String {
        let end = if whole || self.whole { " " } else { "" };
        format!(" {}{end}", self.word)
    }

    /// The first of a record's words that matches.
    fn first<'t>(&self, text: &'t str) -> Option<&'t str> {
        let matches = |word: &&str| match word.strip_prefix(self.word.as_str()) {
            Some(rest) => rest.is_empty() || !self.whole,
            None => false,
        };
        text.split(' ').filter(matches).min()
    }
}

impl Way {
    /// Matches by this word of the record.
    pub fn of(word: Sought) -> Self {
        Self {
            words: vec![word],
            by: By::Itself,
        }
    }

    /// The word with the fewest matches, as far as one can tell by looking.
    pub fn rarest(&self) -> Option<&Sought> {
        self.words.iter().max_by_key(|sought| sought.word.len())
    }

    /// How well a record of this text matches: its class, then the words.
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

/// What kind of match comes first.
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
    /// A value a filter asks for.
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
    /// Everything that must match.
    pub fn conditions(&self) -> impl Iterator<Item = &Term> {
        self.terms.iter().chain(&self.filters)
    }

    /// The same, to be changed.
    pub fn conditions_mut(&mut self) -> impl Iterator<Item = &mut Term> {
        self.terms.iter_mut().chain(&mut self.filters)
    }

    /// The place of a record of this text in the order of results; `None` when it is not one. All terms exact before
    /// longer words, before matches by way of the organization, before typos; then by the words that matched.
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

/// One result, and its place in the order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hit {
    /// How well it matches; less is better.
    pub rank: String,
    /// The record's place among those that match as well.
    pub sort_key: String,
    /// The record.
    pub id: Uuid,
}

/// Results while they are gathered: each record once, at its best rank.
#[derive(Clone, Debug, Default)]
pub struct Gathered {
    hits: HashMap<Uuid, Hit>,
    /// Whether there are, or may be, more that were not looked at.
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

    /// How many there are so far.
    pub fn len(&self) -> usize {
        self.hits.len()
    }

    /// Whether nothing was found so far.
    pub fn is_empty(&self) -> bool {
        self.hits.is_empty()
    }

    /// Whether more would not be shown.
    pub fn is_full(&self) -> bool {
        self.hits.len() > CAP
    }

    /// The results in their order.
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
    /// In their order.
    pub hits: Vec<Hit>,
    /// Whether there are more that cannot be reached.
    pub capped: bool,
}
