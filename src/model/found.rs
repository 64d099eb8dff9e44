//! The words that a record is found by.
//!
//! The first letter of a word gives its kind, so that names, tags and digits of phone numbers do not collide. For
//! contacts: `n` name, `t` word of a title, `j` title, `g` tag, `k` word of a tag of several words, `e` e-mail address,
//! `d` e-mail domain, `p` reversed digits of a phone number, `c` city, `y` country. For organizations, the same in
//! upper case (`N G K P C Y`, `D` the domain of a website), `I` industry and `T` company type. For notes: `w`.

use std::collections::BTreeSet;

use super::{EmailAddress, PhoneNumber, digits, fold, shortened, words};

/// The maximum length of a word after its letter, in characters; a longer one does not fit a page of an index.
const LONGEST: usize = 63;

/// The search index entry of a record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The record's position in the order of the results.
    pub sort_key: String,
    /// The record's words, each with its letter.
    pub words: BTreeSet<String>,
    /// The words of the record's name without the letter, which misspelt words are compared with.
    pub names: BTreeSet<String>,
}

impl Found {
    /// Creates an entry without words at this position.
    pub fn at(sort_key: &str) -> Self {
        Self {
            sort_key: sort_key.to_owned(),
            ..Self::default()
        }
    }

    /// Adds the words of a name.
    pub fn name(&mut self, letter: char, name: Option<&str>) {
        let words = words(name.unwrap_or_default());
        self.words.extend(words.iter().map(|word| lettered(letter, word)));
        self.names
            .extend(words.into_iter().filter(|word| word.chars().count() > 1));
    }

    /// Adds each word of a text.
    pub fn text(&mut self, letter: char, text: Option<&str>) {
        let words = words(text.unwrap_or_default());
        self.words.extend(words.iter().map(|word| lettered(letter, word)));
    }

    /// Adds tags: each as a whole, for filters, and the words of tags of several words, for search.
    pub fn tags(&mut self, whole: char, word: char, tags: &[String]) {
        for tag in tags {
            self.whole(whole, Some(tag));
            if words(tag).len() > 1 {
                self.text(word, Some(tag));
            }
        }
    }

    /// Adds a folded value as a whole.
    pub fn whole(&mut self, letter: char, value: Option<&str>) {
        if let Some(value) = value.map(fold).filter(|value| !value.is_empty()) {
            self.words.insert(lettered_whole(letter, value));
        }
    }

    /// Adds an e-mail address as a whole and by its domain. An address with accents is also found without them: by the
    /// domain's letter, so that it is not taken for the address without accents.
    pub fn email(&mut self, address: char, domain: char, email: &EmailAddress) {
        let (key, folded) = (EmailAddress::folded(&email.address), fold(&email.address));
        self.whole(domain, folded.rsplit_once('@').map(|(_, domain)| domain));
        if key != folded {
            self.whole(domain, Some(&folded));
        }
        self.words.insert(lettered_whole(address, key));
    }

    /// Adds a phone number in the form of [`phone_key`].
    pub fn phone(&mut self, letter: char, number: &PhoneNumber) {
        let key = phone_key(number.e164.as_deref().unwrap_or(&number.input));
        self.words.extend(key.map(|key| lettered_whole(letter, key)));
    }

    /// Returns all words in one text, each surrounded by spaces.
    pub fn search_text(&self) -> String {
        let mut text = String::from(" ");
        for word in &self.words {
            text.push_str(word);
            text.push(' ');
        }
        text
    }
}

/// Returns the text that a phone number is found by: its reversed digits or, without digits, the text as typed. Returns
/// `None` if there is none.
pub fn phone_key(number: &str) -> Option<String> {
    let reversed: String = digits(number).chars().rev().collect();
    let key = if reversed.is_empty() {
        fold(number)
    } else {
        reversed
    };
    (!key.is_empty()).then_some(key)
}

/// Returns the beginning of a word, or a word of a text, in the form of the table of words. Spaces become `_`, so that
/// the words of [`Found::search_text`] stay separate, and `_` becomes a character that folded text cannot have, so that
/// the two stay distinct.
pub fn lettered(letter: char, word: &str) -> String {
    let kept = word.chars().take(LONGEST).map(|c| match c {
        ' ' => '_',
        '_' => '\u{2017}',
        other => other,
    });
    std::iter::once(letter).chain(kept).collect()
}

/// Returns a value in the form of the table of words, distinct from every other value, however long they are.
pub fn lettered_whole(letter: char, value: String) -> String {
    lettered(letter, &shortened(value, LONGEST))
}
