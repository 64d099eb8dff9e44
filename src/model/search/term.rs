//! The alternatives by which the parts of a query match.

use super::query::{FEWEST_DIGITS, Token};
use super::{Alternative, MatchKind, Term, WordQuery};
use crate::model::{Matching, Subject, WordKind, digits};

/// The minimum length of a word that may be misspelt, in letters.
const FEWEST_LETTERS: usize = 4;

impl Term {
    /// Creates the term of a part of a query. With `employers`, contacts also match by their employer's name.
    pub(super) fn of(token: &Token, subject: Subject, employers: bool) -> Self {
        match token {
            Token::Email(typed) => Self {
                alternatives: addressed(typed, subject),
                spelling_candidate: None,
            },
            Token::Phone { typed, e164 } => Self {
                alternatives: numbered(typed, e164.as_deref(), subject),
                spelling_candidate: None,
            },
            Token::Word { typed, words } => Self {
                alternatives: worded(typed, words, subject, employers),
                spelling_candidate: spelling_candidate(words),
            },
        }
    }
}

fn worded(typed: &str, words: &[String], subject: Subject, employers: bool) -> Vec<Alternative> {
    let kinds = |matching| WordKind::matched(subject, matching);
    let by_words = kinds(Matching::Words).map(|kind| all_of(kind, words));
    let by_start = kinds(Matching::Beginning).map(|kind| Alternative::of(WordQuery::start(kind, typed)));
    let by_whole = kinds(Matching::Whole).map(|kind| Alternative::of(WordQuery::whole(kind, typed)));
    let by_employer = employers.then(|| Alternative {
        by: MatchKind::Employer,
        ..all_of(WordKind::OrganizationName, words)
    });
    by_words
        .chain(by_start)
        .chain(by_whole)
        .chain(by_employer)
        .collect()
}

/// Returns the alternatives for an e-mail address, its beginning, or `@` and a domain.
fn addressed(typed: &str, subject: Subject) -> Vec<Alternative> {
    let queries = match (subject, typed.rsplit_once('@')) {
        (Subject::Contacts, Some(("", domain))) => {
            vec![WordQuery::whole(WordKind::ContactEmailDomain, domain)]
        }
        // As a whole, too: the index has only the beginning of a long one, and one with accents only as a whole.
        (Subject::Contacts, _) => vec![
            WordQuery::start(WordKind::ContactEmail, typed),
            WordQuery::whole(WordKind::ContactEmail, typed),
            WordQuery::whole(WordKind::ContactEmailDomain, typed),
        ],
        (Subject::Organizations, Some((_, domain))) => {
            vec![WordQuery::whole(WordKind::OrganizationDomain, domain)]
        }
        (Subject::Organizations, None) => Vec::new(),
    };
    queries.into_iter().map(Alternative::of).collect()
}

/// Returns the alternatives for digits: a word, the whole of a phone number, or its end.
fn numbered(typed: &str, e164: Option<&str>, subject: Subject) -> Vec<Alternative> {
    let mut alternatives: Vec<Alternative> = Vec::new();
    let mut add = |query: WordQuery| {
        let alternative = Alternative::of(query);
        if !alternatives.contains(&alternative) {
            alternatives.push(alternative);
        }
    };
    for kind in WordKind::matched(subject, Matching::Words) {
        add(WordQuery::start(kind, typed));
    }
    let reversed = |text: &str| digits(text).chars().rev().collect::<String>();
    // A zero in front is dialled within a country only: international forms do not have it.
    let dialled = digits(typed);
    let national = dialled.trim_start_matches('0');
    for kind in WordKind::matched(subject, Matching::Digits) {
        if let Some(e164) = e164 {
            add(WordQuery::whole(kind, &reversed(e164)));
        }
        add(WordQuery::start(kind, &reversed(typed)));
        if national.len() >= FEWEST_DIGITS {
            add(WordQuery::start(kind, &reversed(national)));
        }
    }
    alternatives
}

fn all_of(kind: WordKind, words: &[String]) -> Alternative {
    Alternative {
        words: words.iter().map(|word| WordQuery::start(kind, word)).collect(),
        by: MatchKind::Own,
    }
}

fn spelling_candidate(words: &[String]) -> Option<String> {
    match words {
        [word] if word.chars().count() >= FEWEST_LETTERS && word.chars().all(char::is_alphabetic) => {
            Some(word.clone())
        }
        _ => None,
    }
}
