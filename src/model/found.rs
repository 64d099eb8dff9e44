//! The words a record is found by.
//!
//! The first letter of a word says of what it is, so that names, tags and the digits of phones do not
//! collide: for contacts `n` name, `t` word of a title, `j` title, `g` tag, `k` word of a tag of several, `e` e-mail address, `d` e-mail domain, `p` digits
//! of a phone number from the last to the first, `c` city, `y` country; for organizations the same in
//! upper case (`N G K P C Y`, `D` of their websites), `I` industry and `T` company type; for notes `w`.

use std::collections::BTreeSet;

use super::{EmailAddress, PhoneNumber, digits, fold, shortened, words};

/// Most characters of a word after its letter: a longer one does not fit a page of an index.
const LONGEST: usize = 63;

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
            self.words.insert(lettered_whole(letter, value));
        }
    }

    /// An e-mail address, as a whole and by its domain. With accents, it is found without them, too: as if it were a
    /// domain, so that it is not taken for the address without.
    pub fn email(&mut self, address: char, domain: char, email: &EmailAddress) {
        let (key, folded) = (EmailAddress::folded(&email.address), fold(&email.address));
        self.whole(domain, folded.rsplit_once('@').map(|(_, domain)| domain));
        if key != folded {
            self.whole(domain, Some(&folded));
        }
        self.words.insert(lettered_whole(address, key));
    }

    /// A phone number, as [`phone_key`] has it.
    pub fn phone(&mut self, letter: char, number: &PhoneNumber) {
        let key = phone_key(number.e164.as_deref().unwrap_or(&number.input));
        self.words.extend(key.map(|key| lettered_whole(letter, key)));
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

/// What a phone number is found by: its digits from the last to the first; without any, what was typed. `None` when that
/// is nothing.
pub fn phone_key(number: &str) -> Option<String> {
    let reversed: String = digits(number).chars().rev().collect();
    let key = if reversed.is_empty() {
        fold(number)
    } else {
        reversed
    };
    (!key.is_empty()).then_some(key)
}

/// The beginning of a word, or a word of a text, as the table of words has it. Spaces become `_`, so that the words of
/// [`Found::search_text`] stay apart, and `_` a character that folded text cannot have, so that the two stay apart.
pub fn lettered(letter: char, word: &str) -> String {
    let kept = word.chars().take(LONGEST).map(|c| match c {
        ' ' => '_',
        '_' => '\u{2017}',
        other => other,
    });
    std::iter::once(letter).chain(kept).collect()
}

/// A value as the table of words has it, told from every other, however long they are.
pub fn lettered_whole(letter: char, value: String) -> String {
    lettered(letter, &shortened(value, LONGEST))
}
