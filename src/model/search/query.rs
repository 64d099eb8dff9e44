//! The parser of search queries.

use super::term::Scope;
use super::token::{Token, tokens};
use super::{Search, Term};
use crate::error::{Error, Result};
use crate::model::form::words_of_text;
use crate::model::{Region, Subject, fold};

/// The maximum number of parts of a query that are searched.
const MOST_TERMS: usize = 8;
/// The maximum number of words that a note is searched by; text without spaces gives one for each two characters.
const MOST_NOTE_WORDS: usize = 12;
/// The maximum number of parts of an external id.
const MOST_ID_PARTS: usize = 3;
/// The maximum length of a query, in characters.
const LONGEST: usize = 300;

/// A query: at most eight parts that must match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// The folded text.
    text: String,
    tokens: Vec<Token>,
}

impl Query {
    /// Parses the text of a query. Phone numbers without a country code are read as numbers of `region`.
    pub fn read(text: &str, region: &Region) -> Result<Self> {
        if text.chars().count() > LONGEST {
            return Err(Error::argument(
                "query",
                format!("is longer than {LONGEST} characters"),
            ));
        }
        let text: String = text
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        Ok(Self {
            tokens: longest(tokens(&text, region)),
            text: fold(&text),
        })
    }

    /// Whether the query has neither a word nor a number, as when only its first bracket or sign is typed. It finds nothing.
    pub const fn is_empty(&self) -> bool {
        self.tokens.is_empty()
    }

    /// Returns the query in a canonical spelling, so that cursors of other queries can be refused.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the search among records of this subject. With `employers`, contacts also match by their employer's name.
    pub fn among(&self, subject: Subject, employers: bool) -> Search {
        let parts = self.text.split(' ').count();
        let is_id = (2..=MOST_ID_PARTS).contains(&parts) && self.text.contains(|c: char| c.is_ascii_digit());
        let scope = Scope {
            subject,
            employers,
            has_companions: self.tokens.len() > 1,
            whole: is_id.then_some(self.text.as_str()),
        };
        Search {
            subject,
            terms: self.tokens.iter().map(|token| Term::of(token, scope)).collect(),
            filters: Vec::new(),
            organization_id: None,
        }
    }

    /// Returns the terms of a search among notes: for each, the words of which a note must contain one.
    pub fn note_terms(&self) -> Vec<Vec<String>> {
        let mut terms: Vec<Vec<String>> = Vec::new();
        for token in &self.tokens {
            let respelled = token.respelled().unwrap_or_default();
            let words = token.words();
            for (place, word) in words.iter().enumerate() {
                let other = respelled.get(place).filter(|other| *other != word);
                for part in words_of_text(word) {
                    let term: Vec<String> = std::iter::once(part).chain(other.cloned()).collect();
                    if !terms.contains(&term) {
                        terms.push(term);
                    }
                }
            }
        }
        terms.truncate(MOST_NOTE_WORDS);
        terms
    }
}

/// Returns the parts that are searched: all of a usual query, and the longest ones of a pasted text.
fn longest(mut tokens: Vec<Token>) -> Vec<Token> {
    let length = |token: &Token| -> usize { token.words().iter().map(|word| word.chars().count()).sum() };
    while tokens.len() > MOST_TERMS {
        // The last of the shortest: a pasted name ends with its least telling words.
        let shortest = tokens
            .iter()
            .enumerate()
            .rev()
            .min_by_key(|(_, token)| length(token));
        let Some((place, _)) = shortest else { break };
        tokens.remove(place);
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Query {
        Query::read(text, &Region::default()).unwrap()
    }

    #[test]
    fn a_query_without_words_is_empty() {
        for text in ["", " - ", "(", "+", "@", "\"\"", "& <>"] {
            assert_eq!(read(text).tokens, [], "{text}");
        }
    }

    #[test]
    fn the_longest_parts_of_a_pasted_name_are_searched() {
        let query = read("Association of the Friends of Old Steam Railways in the Upper Valley e.V.");
        let words: Vec<String> = query.tokens.iter().flat_map(Token::words).collect();
        assert_eq!(
            words,
            [
                "association",
                "the",
                "friends",
                "old",
                "steam",
                "railways",
                "upper",
                "valley"
            ]
        );
        let refusal = Query::read(&"x".repeat(301), &Region::default()).unwrap_err();
        assert_eq!(refusal.to_string(), "`query` is longer than 300 characters");
    }

    #[test]
    fn notes_are_searched_by_words_and_by_parts_of_text_without_spaces() {
        let terms = |text: &str| read(text).note_terms();
        assert_eq!(
            terms("Rückruf ann"),
            [
                vec!["ruckruf".to_owned(), "rueckruf".to_owned()],
                vec!["ann".to_owned()]
            ]
        );
        assert_eq!(terms("要求退货"), [["要求"], ["求退"], ["退货"]]);
        assert_eq!(terms(&"退货要求".repeat(20)).len(), 4, "each once");
    }
}
