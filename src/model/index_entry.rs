//! The words that a record is found by, each with the letter of its [`WordKind`] in front.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::form::{has_unspaced, inner_words, joined_words, respelled_words, words_of_text};
use super::{
    DateTime, EmailAddress, ExternalId, PhoneNumber, Record, SocialHandle, WordKind, digits, fold, is_marked,
    marks, shortened, words,
};

/// The maximum length of a word after its letter, in characters; a longer one does not fit a page of an index.
const LONGEST: usize = 63;
/// The mark at the end of another form of a word: it is found by its beginning only, so that it ranks after the word that
/// the query has exactly. It never occurs in folded text.
const FORM: char = '\u{3}';
/// The word of a name that has a sign for "and".
pub const AND: &str = "&";

/// The search index entry of a record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IndexEntry {
    /// The record's position in the order of the results.
    pub sort_key: String,
    /// The record's words, each with its letter.
    pub words: BTreeSet<String>,
    /// The words of the record's name without the letter, which misspelt words are compared with.
    pub names: BTreeSet<String>,
    /// The contact's employer, whose mark its rows carry.
    pub employer: Option<Uuid>,
    /// The times of the record's creation and last change, for the rows of words that lists are filtered by.
    pub times: Option<(DateTime, DateTime)>,
}

impl IndexEntry {
    /// Creates an entry without words at this position.
    pub fn at(sort_key: &str) -> Self {
        Self {
            sort_key: sort_key.to_owned(),
            ..Self::default()
        }
    }

    /// Adds the times of the record, which lists are ordered by.
    #[must_use]
    pub fn with_times(self, record: &Record) -> Self {
        let times = Some((record.created_at, record.updated_at));
        Self { times, ..self }
    }

    /// Adds the words of a name, and the forms in which people type it.
    pub fn name(&mut self, kind: WordKind, name: Option<&str>) {
        let name = name.unwrap_or_default();
        let words = words(name);
        self.add(kind, &words);
        self.add_forms(kind, joined_words(name));
        self.add_other_writings(kind, name);
        if fold(name).split(' ').any(|part| matches!(part, "&" | "+")) {
            self.words.insert(index_word(kind, AND));
        }
        self.names
            .extend(words.into_iter().filter(|word| word.chars().count() > 1));
    }

    /// Adds a name that is typed as one word in scripts without spaces: the family name, then the given name.
    pub fn full_name(&mut self, kind: WordKind, family: Option<&str>, given: Option<&str>) {
        if let Some((family, given)) = family.zip(given)
            && has_unspaced(family)
            && has_unspaced(given)
        {
            self.add_forms(kind, vec![words(family).concat() + &words(given).concat()]);
        }
    }

    /// Adds each word of a short text.
    pub fn text(&mut self, kind: WordKind, text: Option<&str>) {
        let text = text.unwrap_or_default();
        self.add(kind, &words(text));
        self.add_other_writings(kind, text);
    }

    /// Adds each word of a long text, and the pairs of characters in scripts without spaces.
    pub fn long_text(&mut self, kind: WordKind, text: &str) {
        self.add(kind, &words(text));
        if !text.is_ascii() {
            self.add(kind, &words_of_text(text));
            self.add(kind, &respelled_words(text));
        }
    }

    /// Adds the words of tags of several words, and other writings of all. A tag of one word is found as a value.
    pub fn tag_words(&mut self, kind: WordKind, tags: &[String]) {
        for tag in tags {
            if words(tag).len() > 1 {
                self.text(kind, Some(tag));
            } else {
                self.add_other_writings(kind, tag);
            }
        }
    }

    fn add(&mut self, kind: WordKind, words: &[String]) {
        self.words.extend(words.iter().map(|word| index_word(kind, word)));
    }

    /// Adds the words respelled, and the parts of words in scripts without spaces.
    fn add_other_writings(&mut self, kind: WordKind, text: &str) {
        self.add_forms(kind, respelled_words(text));
        self.add_forms(kind, inner_words(text));
    }

    fn add_forms(&mut self, kind: WordKind, forms: Vec<String>) {
        for form in forms {
            let marked = form.chars().take(LONGEST - 1).chain([FORM]);
            self.words.insert(index_word(kind, &marked.collect::<String>()));
        }
    }

    /// Adds the values of external ids, each as a whole.
    pub fn external_ids(&mut self, kind: WordKind, ids: &[ExternalId]) {
        for id in ids {
            self.whole(kind, Some(&id.value));
        }
    }

    /// Adds the values that filters match.
    pub fn values(&mut self, values: Vec<(WordKind, Vec<&str>)>) {
        for (kind, values) in values {
            for value in values {
                self.whole(kind, Some(value));
            }
        }
    }

    /// Adds a folded value as a whole.
    pub fn whole(&mut self, kind: WordKind, value: Option<&str>) {
        if let Some(value) = value.map(fold).filter(|value| !value.is_empty()) {
            self.words.insert(index_value(kind, value));
        }
    }

    /// Adds an e-mail address as a whole and by its domain. An address with accents is also found without them: by the
    /// domain's letter, so that it is not taken for the address without accents.
    pub fn email(&mut self, address: WordKind, domain: WordKind, email: &EmailAddress) {
        let key = EmailAddress::folded(&email.address);
        let folded = fold(&key);
        self.whole(domain, folded.rsplit_once('@').map(|(_, domain)| domain));
        if key != folded {
            self.whole(domain, Some(&folded));
        }
        self.words.insert(index_value(address, key));
    }

    /// Adds a phone number by each of its [`phone_keys`].
    pub fn phone(&mut self, kind: WordKind, number: &PhoneNumber) {
        let keys = phone_keys(number.e164.as_deref().unwrap_or(&number.input));
        self.words
            .extend(keys.into_iter().map(|key| index_value(kind, key)));
    }

    /// Adds handles in social networks, and the ids there.
    pub fn handles(&mut self, kind: WordKind, handles: &[SocialHandle]) {
        for key in handles.iter().flat_map(SocialHandle::keys) {
            self.words.insert(index_value(kind, key));
        }
    }

    /// Returns the marks of the record, for the rows that carry them.
    pub fn marks(&self) -> String {
        if self.words.iter().any(|word| is_marked(word)) {
            marks(self.words.iter().map(String::as_str), self.employer)
        } else {
            String::new()
        }
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

/// Returns the texts that a phone number is found by, one for each notation of its subscriber; none for an empty number.
/// The index and look-ups of whole numbers share them.
pub fn phone_keys(number: &str) -> Vec<String> {
    let notations = PhoneNumber::notations(number);
    notations
        .iter()
        .filter_map(|notation| phone_key(notation))
        .collect()
}

/// Returns the reversed digits of a number or, without digits, the text as typed. Returns `None` if there is none.
fn phone_key(number: &str) -> Option<String> {
    let reversed: String = digits(number).chars().rev().collect();
    let key = if reversed.is_empty() {
        fold(number)
    } else {
        reversed
    };
    (!key.is_empty()).then_some(key)
}

/// Returns the beginning of a word, or a word of a text, in the form of the table of words. Spaces become `_`, so that
/// the words of [`IndexEntry::search_text`] stay separate, and `_` becomes a character that folded text cannot have, so that
/// the two stay distinct.
pub fn index_word(kind: WordKind, word: &str) -> String {
    let kept = word.chars().take(LONGEST).map(|c| match c {
        ' ' => '_',
        '_' => '\u{2017}',
        other => other,
    });
    std::iter::once(kind.letter()).chain(kept).collect()
}

/// Returns a value in the form of the table of words, distinct from every other value, however long they are.
pub fn index_value(kind: WordKind, value: String) -> String {
    index_word(kind, &shortened(value, LONGEST))
}
