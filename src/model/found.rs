//! The words a record is found by.
//!
//! The first letter of a word says of what it is, so that names, tags and the digits of phones do not
//! collide: for contacts `n` name, `t` word of a title, `j` title, `g` tag, `k` word of a tag of several, `e` e-mail address, `d` e-mail domain, `p` digits
//! of a phone number from the last to the first, `c` city, `y` country; for organizations the same in
//! upper case (`N G K P C Y`, `D` of their websites), `I` industry and `T` company type; for notes `w`.

use std::collections::BTreeSet;

use super::{PhoneNumber, digits, fold, words};

/// Most characters of a word: a longer one does not fit a page of an index.
const LONGEST: usize = 64;

/// What search keeps of a record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Its place in the order of the answers.
    pub sort_key: String,
    /// Its words, each with its letter.
    pub words: BTreeSet<String>,
    /// The words of its name, without the letter: what a misspelt word is compared with.
    pub names: BTreeSet<String>,
}

impl Found {
    /// A record that stands here in the order.
    pub fn at(sort_key: &str) -> Self {
        Self {
            sort_key: sort_key.to_owned(),
            ..Self::default()
        }
    }

    /// The words of a name.
    pub fn name(&mut self, letter: char, name: Option<&str>) {
        let words = words(name.unwrap_or_default());
        self.words.extend(words.iter().map(|word| lettered(letter, word)));
        self.names
            .extend(words.into_iter().filter(|word| word.chars().count() > 1));
    }

    /// Each word of a text.
    pub fn text(&mut self, letter: char, text: Option<&str>) {
        let words = words(text.unwrap_or_default());
        self.words.extend(words.iter().map(|word| lettered(letter, word)));
    }

    /// Tags: each as a whole, which filters ask for, and the words of those of several, which search asks for too.
    pub fn tags(&mut self, whole: char, word: char, tags: &[String]) {
        for tag in tags {
            self.whole(whole, Some(tag));
            if words(tag).len() > 1 {
                self.text(word, Some(tag));
            }
        }
    }

    /// A value as a whole, folded.
    pub fn whole(&mut self, letter: char, value: Option<&str>) {
        if let Some(value) = value.map(fold).filter(|value| !value.is_empty()) {
            self.words.insert(lettered(letter, &value));
        }
    }

    /// A phone number, from its last digit to its first.
    pub fn phone(&mut self, letter: char, number: &PhoneNumber) {
        let digits = digits(number.e164.as_deref().unwrap_or(&number.input));
        if !digits.is_empty() {
            self.words
                .insert(lettered(letter, &digits.chars().rev().collect::<String>()));
        }
    }

    /// All words in one text, a space around each.
    pub fn search_text(&self) -> String {
        let mut text = String::from(" ");
        for word in &self.words {
            text.push_str(word);
            text.push(' ');
        }
        text
    }
}

/// A word as the table of words has it. A value of several words keeps its spaces as `_`, so that the words of
/// [`Found::search_text`] stay apart.
pub fn lettered(letter: char, word: &str) -> String {
    std::iter::once(letter)
        .chain(
            word.chars()
                .take(LONGEST - 1)
                .map(|c| if c == ' ' { '_' } else { c }),
        )
        .collect()
}
