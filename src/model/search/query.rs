//! The parser of search queries.

use super::{Search, Term};
use crate::error::{Error, Result};
use crate::model::{PhoneNumber, Region, Subject, digits, fold, words};

/// The maximum number of words of a query.
const MOST_TERMS: usize = 8;
/// The maximum length of a query, in characters.
const LONGEST: usize = 300;
/// The minimum number of digits that may be the end of a phone number.
pub(super) const FEWEST_DIGITS: usize = 4;

/// A query: at most eight tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    tokens: Vec<Token>,
}

/// One part of a query, which must match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token {
    /// An e-mail address, its beginning, or `@` and a domain.
    Email(String),
    /// Digits that may be a phone number.
    Phone {
        /// The folded input.
        typed: String,
        /// The number in E.164 format, if it can be read.
        e164: Option<String>,
    },
    /// A word, or several that belong together because they are joined by dots.
    Word {
        /// The folded input.
        typed: String,
        /// The words.
        words: Vec<String>,
    },
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
        let mut tokens = Vec::new();
        let mut number: Vec<&str> = Vec::new();
        for part in text.split_whitespace() {
            let has_number = digits(&number.concat()).len() >= FEWEST_DIGITS;
            let bare = part.strip_prefix("tel:").unwrap_or(part);
            if is_punctuated(bare) || (has_number && is_extension(part)) {
                number.push(part);
            } else {
                tokens.extend(numeric(&number, region));
                number.clear();
                tokens.extend(worded(part));
            }
        }
        tokens.extend(numeric(&number, region));
        match tokens.len() {
            count if count > MOST_TERMS => Err(Error::argument(
                "query",
                format!("has {count} words; the most is {MOST_TERMS}"),
            )),
            _ => Ok(Self { tokens }),
        }
    }

    /// Whether the query has neither a word nor a number, as when only its first bracket or sign is typed. It finds nothing.
    pub const fn is_empty(&self) -> bool {
        self.tokens.is_empty()
    }

    /// Returns the query in a canonical spelling, so that cursors of other queries can be refused.
    pub fn text(&self) -> String {
        let typed = |token: &Token| match token {
            Token::Email(typed) | Token::Phone { typed, .. } | Token::Word { typed, .. } => typed.clone(),
        };
        self.tokens.iter().map(typed).collect::<Vec<_>>().join(" ")
    }

    /// Returns the search among records of this subject. With `employers`, contacts also match by their employer's name.
    pub fn among(&self, subject: Subject, employers: bool) -> Search {
        let terms = self
            .tokens
            .iter()
            .map(|token| Term::of(token, subject, employers));
        Search {
            subject,
            terms: terms.collect(),
            filters: Vec::new(),
            organization_id: None,
        }
    }

    /// Returns the words of the query in the form that texts have them.
    pub fn words(&self) -> Vec<String> {
        let mut all: Vec<String> = Vec::new();
        for word in self.text().split(' ').flat_map(plain_words) {
            if !all.contains(&word) {
                all.push(word);
            }
        }
        all
    }
}

/// Returns the words of a part. A word with an apostrophe is only joined: `O'Brien` gives `obrien`, which records have
/// as well.
fn plain_words(part: &str) -> Vec<String> {
    let joined: String = part
        .chars()
        .filter(|c| !matches!(c, '\'' | '’' | '‘' | 'ʼ' | '`'))
        .collect();
    words(&joined)
}

/// Whether the part consists of digits and the punctuation of numbers.
fn is_punctuated(part: &str) -> bool {
    part.chars().all(|c| c.is_ascii_digit() || "+-()./".contains(c))
}

/// Whether the part may stand between a number and its extension, or before its digits.
fn is_extension(part: &str) -> bool {
    let part = part.to_ascii_lowercase();
    let word = part.trim_end_matches(|c: char| c.is_ascii_digit());
    ["x", "ext", "ext.", "extension"].contains(&word)
}

/// Parses a run of numeric parts: one phone number, however punctuated, or words if there are few digits.
fn numeric(parts: &[&str], region: &Region) -> Vec<Token> {
    let typed = parts.join(" ");
    if digits(&typed).len() < FEWEST_DIGITS {
        return parts.iter().flat_map(|part| worded(part)).collect();
    }
    vec![Token::Phone {
        e164: PhoneNumber::e164_of(&typed, region),
        typed,
    }]
}

fn worded(part: &str) -> Vec<Token> {
    let typed = fold(part.trim_matches(|c: char| !c.is_alphanumeric() && c != '@'));
    if typed.contains('@') && typed.chars().any(char::is_alphanumeric) {
        return vec![Token::Email(typed)];
    }
    let words = plain_words(&typed);
    if words.len() > 1 && typed.contains('.') {
        return vec![Token::Word { typed, words }];
    }
    words
        .into_iter()
        .map(|word| Token::Word {
            typed: word.clone(),
            words: vec![word],
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<Token> {
        Query::read(text, &Region::default()).unwrap().tokens
    }

    fn word(word: &str) -> Token {
        Token::Word {
            typed: word.to_owned(),
            words: vec![word.to_owned()],
        }
    }

    #[test]
    fn words_are_folded_and_cut() {
        assert_eq!(
            read(" José  O'Brien-Smith, "),
            ["jose", "obrien", "smith"].map(word)
        );
    }

    #[test]
    fn digits_are_one_phone_number_however_punctuated() {
        let [Token::Phone { typed, e164 }] = &read("(202) 555-0123")[..] else {
            panic!("one number")
        };
        assert_eq!(
            (typed.as_str(), e164.as_deref()),
            ("(202) 555-0123", Some("+12025550123"))
        );
        for text in [
            "202 555 0123 ext. 9",
            "202-555-0123 x9",
            "(202) 555-0123 extension 9",
            "tel:+12025550123",
        ] {
            let [Token::Phone { e164, .. }] = &read(text)[..] else {
                panic!("one number: {text}")
            };
            assert_eq!(e164.as_deref(), Some("+12025550123"), "{text}");
        }
        assert_eq!(read("42 ann"), ["42", "ann"].map(word));
        assert_eq!(read("42 x 9"), ["42", "x", "9"].map(word));
    }

    #[test]
    fn addresses_and_domains_stay_whole() {
        assert_eq!(read("Ann@Acme.com"), [Token::Email("ann@acme.com".to_owned())]);
        assert_eq!(
            read("acme.com"),
            [Token::Word {
                typed: "acme.com".to_owned(),
                words: vec!["acme".to_owned(), "com".to_owned()]
            }]
        );
    }

    #[test]
    fn a_query_without_words_is_empty() {
        for text in ["", " - ", "(", "+", "@", "\"\""] {
            assert_eq!(read(text), [], "{text}");
        }
    }

    #[test]
    fn a_query_with_too_many_words_is_refused() {
        let refusal = |text: &str| Query::read(text, &Region::default()).unwrap_err().to_string();

        assert_eq!(refusal("a b c d e f g h i"), "`query` has 9 words; the most is 8");
        assert_eq!(refusal(&"x".repeat(301)), "`query` is longer than 300 characters");
    }
}
