//! Search: the query, and the rank of a record as a result.
//!
//! Every word of a query is a [`Term`]; a term matches by any of its [`Alternative`]s, each made of words in the form of
//! [`super::IndexEntry`]. Both the match and its rank are read from the record's `search_text`, so that one rule ranks
//! and filters.

mod checks;
mod facet;
mod hit;
mod query;
mod rank;
mod term;
mod token;

pub use checks::MarkCheck;
pub use facet::{EMPLOYER, Facet, FacetValue, Facets};
pub use hit::{CAP, Hit, Hits};
pub use query::Query;

use super::{Subject, WordKind, fold, index_value, index_word};
use crate::id::OrganizationId;

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

/// One word of a query.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Term {
    /// The alternatives, best first, of which any must match.
    pub alternatives: Vec<Alternative>,
    /// The word itself if it may be a misspelt name.
    pub spelling_candidate: Option<String>,
}

/// An alternative for a term to match: all of its words must be present.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alternative {
    /// The words.
    pub words: Vec<WordQuery>,
    /// The kind of the match.
    pub by: MatchKind,
}

/// The kind of a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MatchKind {
    /// A match of the record's own words.
    Own,
    /// A match of the name of the contact's employer.
    Employer,
    /// A match of a word of a name that is one typo away.
    Typo,
}

/// A word to search for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WordQuery {
    /// The kind of the word.
    pub kind: WordKind,
    /// The word as stored, with the letter of its kind in front.
    pub word: String,
    /// Whether the word must match as a whole, not only as a beginning.
    pub whole: bool,
}

impl WordQuery {
    /// Matches this word only.
    pub fn whole(kind: WordKind, word: &str) -> Self {
        Self {
            kind,
            word: index_value(kind, word.to_owned()),
            whole: true,
        }
    }

    /// Matches this word and words that begin with it.
    pub fn start(kind: WordKind, word: &str) -> Self {
        Self {
            kind,
            word: index_word(kind, word),
            whole: false,
        }
    }

    /// Returns the text that a matching record's `search_text` contains; `whole` ignores longer words.
    pub fn needle(&self, whole: bool) -> String {
        let end = if whole || self.whole { " " } else { "" };
        format!(" {}{end}", self.word)
    }
}

impl Alternative {
    /// Creates an alternative that matches by this word of the record.
    pub fn of(word: WordQuery) -> Self {
        Self {
            words: vec![word],
            by: MatchKind::Own,
        }
    }

    /// Returns the word that probably has the fewest matches.
    pub fn rarest(&self) -> Option<&WordQuery> {
        self.words.iter().max_by_key(|query| query.word.len())
    }
}

impl Term {
    /// Creates the condition of a filter's value.
    pub fn filter(kind: WordKind, value: &str) -> Self {
        Self {
            alternatives: vec![Alternative::of(WordQuery::whole(kind, &fold(value)))],
            spelling_candidate: None,
        }
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

    /// Whether the alternative matches words of the contacts' employers instead of the records' own words.
    pub fn is_by_employer(&self, alternative: &Alternative) -> bool {
        let subject = alternative.rarest().and_then(|query| query.kind.subject());
        subject.is_some_and(|subject| subject != self.subject)
    }

    /// Whether words of the contacts' employers are needed.
    pub fn reads_employers(&self) -> bool {
        self.conditions()
            .flat_map(|term| &term.alternatives)
            .any(|alternative| self.is_by_employer(alternative))
    }
}
