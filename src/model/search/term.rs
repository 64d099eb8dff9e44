//! The alternatives by which the parts of a query match.

use super::token::{FEWEST_DIGITS, Token, Word};
use super::{Alternative, MatchKind, Term, WordQuery};
use crate::model::{AND, Matching, PhoneNumber, Subject, WordKind, digits, fold, handle_start, site_domain};

/// The minimum length of a word that may be misspelt, in letters.
const FEWEST_LETTERS: usize = 4;
/// The words for "and" in names, which may have a sign instead.
const CONJUNCTIONS: [&str; 9] = ["and", "und", "et", "y", "e", "i", "en", "og", "och"];

/// The conditions under which a query is read.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    /// The kind of record to search.
    pub subject: Subject,
    /// Whether contacts also match by their employer's name.
    pub employers: bool,
    /// Whether the query has several parts.
    pub has_companions: bool,
    /// The folded query if it may be an external id that consists of several parts.
    pub whole: Option<&'a str>,
}

impl Term {
    /// Creates the term of a part of a query.
    pub(super) fn of(token: &Token, scope: Scope<'_>) -> Self {
        let mut alternatives = Alternatives::new(scope);
        match token {
            Token::Word(word) => alternatives.add_word(word),
            Token::Phone { typed, e164 } => alternatives.add_number(typed, e164.as_deref()),
            Token::Email { address, words } => alternatives.add_email(address, words),
            Token::Site { domain, words } => {
                alternatives.add_whole(Matching::Domain, domain);
                alternatives.add_words(words);
            }
        }
        if let Some(whole) = scope.whole {
            alternatives.add_whole(Matching::Whole, whole);
        }
        Self {
            alternatives: alternatives.all,
            spelling_candidate: spelling_candidate(token),
        }
    }
}

/// The alternatives of a term while they are collected, best first, each once.
struct Alternatives<'a> {
    scope: Scope<'a>,
    all: Vec<Alternative>,
}

impl<'a> Alternatives<'a> {
    const fn new(scope: Scope<'a>) -> Self {
        Self {
            scope,
            all: Vec::new(),
        }
    }

    fn add(&mut self, alternative: Alternative) {
        if !self.all.contains(&alternative) {
            self.all.push(alternative);
        }
    }

    fn kinds(&self, matching: Matching) -> impl Iterator<Item = WordKind> + use<> {
        WordKind::matched(self.scope.subject, matching)
    }

    /// Adds words that begin like the text, of each kind that is matched in this way.
    fn add_start(&mut self, matching: Matching, text: &str) {
        for kind in self.kinds(matching) {
            self.add(Alternative::of(WordQuery::start(kind, text)));
        }
    }

    /// Adds the text as a whole, for each kind that is matched in this way.
    fn add_whole(&mut self, matching: Matching, text: &str) {
        let folded = fold(text);
        for kind in self.kinds(matching) {
            self.add(Alternative::of(WordQuery::whole(kind, &folded)));
        }
    }

    /// Adds words that begin like these, all of the same kind.
    fn add_words(&mut self, words: &[String]) {
        for kind in self.kinds(Matching::Words) {
            self.add(all_of(kind, words));
        }
    }

    fn add_word(&mut self, word: &Word) {
        let name = WordKind::name_of(self.scope.subject);
        self.add_words(&word.words);
        self.add_part(word);
        if self.scope.has_companions {
            self.add_companions(&word.words);
        }
        for joined in &word.joined {
            self.add(Alternative::of(WordQuery::start(name, joined)));
        }
        if let Some(respelled) = &word.respelled {
            self.add(all_of(name, respelled));
        }
        let is_conjunction = matches!(&word.words[..], [only] if CONJUNCTIONS.contains(&only.as_str()));
        if is_conjunction {
            self.add(Alternative::of(WordQuery::whole(name, AND)));
        }
        if self.scope.employers {
            let sign = is_conjunction.then(|| vec![WordQuery::whole(WordKind::OrganizationName, AND)]);
            let respelled = word.respelled.as_deref().map(starts_of_employers);
            for words in [Some(starts_of_employers(&word.words)), respelled, sign]
                .into_iter()
                .flatten()
            {
                self.add(Alternative {
                    words,
                    by: MatchKind::Employer,
                });
            }
        }
    }

    /// Adds the word, and the part that it stands in, as the beginning of an e-mail address, a domain, an external id and a handle.
    fn add_part(&mut self, word: &Word) {
        let own = match &word.words[..] {
            [only] if *only != word.part => Some(only),
            _ => None,
        };
        for text in std::iter::once(&word.part).chain(own) {
            self.add_start(Matching::Beginning, text);
            if text.contains('.') {
                self.add_whole(Matching::Domain, &site_domain(text));
            }
            self.add_whole(Matching::Whole, text);
            self.add_start(Matching::Handle, &handle_start(text));
        }
    }

    fn add_companions(&mut self, words: &[String]) {
        for kind in self.kinds(Matching::Companion) {
            let words = words.iter().map(|word| WordQuery::whole(kind, word)).collect();
            self.add(Alternative {
                words,
                by: MatchKind::Own,
            });
        }
    }

    /// Adds an e-mail address, its beginning, or `@` and a domain.
    fn add_email(&mut self, address: &str, words: &[String]) {
        match (self.scope.subject, address.rsplit_once('@')) {
            (Subject::Contacts, Some(("", domain))) | (Subject::Organizations, Some((_, domain))) => {
                self.add_whole(Matching::Domain, &site_domain(domain));
            }
            // As a whole, too: the index has only the beginning of a long one, and one with accents only as a whole.
            _ => {
                self.add_start(Matching::Beginning, address);
                for kind in self.kinds(Matching::Beginning) {
                    self.add(Alternative::of(WordQuery::whole(kind, address)));
                }
                self.add_whole(Matching::Domain, address);
                // Accents that are typed and not stored make no difference.
                self.add_start(Matching::Beginning, &fold(address));
            }
        }
        self.add_whole(Matching::Whole, address);
        self.add_start(Matching::Handle, &handle_start(address));
        // `Cyber@Kafe` may be a name; an address with a whole domain is none.
        if !address
            .rsplit_once('@')
            .is_some_and(|(_, domain)| domain.contains('.'))
        {
            self.add_words(words);
        }
    }

    /// Adds digits: a word, the whole of a phone number, or its end.
    fn add_number(&mut self, typed: &str, e164: Option<&str>) {
        self.add_start(Matching::Words, typed);
        self.add_whole(Matching::Whole, typed);
        self.add_start(Matching::Handle, &handle_start(typed));
        let reversed = |text: &str| digits(text).chars().rev().collect::<String>();
        // A zero in front is dialled within a country only: international forms do not have it.
        let dialled = digits(typed);
        let national = dialled.trim_start_matches('0');
        let skipped = usize::from(e164.is_none());
        for notation in PhoneNumber::notations(e164.unwrap_or(typed)).iter().skip(skipped) {
            self.add_whole(Matching::Digits, &reversed(notation));
        }
        if e164.is_some() && typed.contains(char::is_alphabetic) {
            // Letters that stand for digits: the digits alone are another number.
            return;
        }
        self.add_start(Matching::Digits, &reversed(typed));
        if national.len() >= FEWEST_DIGITS {
            self.add_start(Matching::Digits, &reversed(national));
        }
    }
}

fn all_of(kind: WordKind, words: &[String]) -> Alternative {
    Alternative {
        words: words.iter().map(|word| WordQuery::start(kind, word)).collect(),
        by: MatchKind::Own,
    }
}

fn starts_of_employers(words: &[String]) -> Vec<WordQuery> {
    let start = |word: &String| WordQuery::start(WordKind::OrganizationName, word);
    words.iter().map(start).collect()
}

fn spelling_candidate(token: &Token) -> Option<String> {
    let Token::Word(Word { words, .. }) = token else {
        return None;
    };
    match &words[..] {
        [word] if word.chars().count() >= FEWEST_LETTERS && word.chars().all(char::is_alphabetic) => {
            Some(word.clone())
        }
        _ => None,
    }
}
