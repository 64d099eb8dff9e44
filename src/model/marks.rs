//! Marks: a record's words in a short form that the rows of the search index carry, so that other conditions of a search
//! are checked where a row is read, without looking up its record.
//!
//! A word is cut into its segments between punctuation, and each segment to its first characters. A word that begins with
//! another, or equals it, has the marks of the other one: marks never reject a record that matches, and a record that
//! they wrongly accept is rejected by its `search_text`.
//!
//! They begin with [`MARKS`] and the mark of a contact's employer, which stands at a fixed place, so that it is compared with
//! those of thousands of organizations at once.

use std::collections::BTreeSet;

use base64::{Engine, prelude::BASE64_STANDARD_NO_PAD};
use uuid::Uuid;

use super::WordKind;

/// The beginning of all marks but those of earlier versions, which begin with a space and tell no employer. Marks that sort before
/// it do not decide; the record's text does.
pub const MARKS: char = '@';
/// The employer mark of a contact without an employer.
const NO_EMPLOYER: &str = "....";

/// The maximum length of a mark, in characters.
const LONGEST: usize = 8;
/// The length of the mark of a phone number: queries have at least its last four digits.
const DIGITS: usize = 4;
/// The maximum length of the marks of a record, in bytes, so that a row fits a page of an index.
const MOST: usize = 500;

/// Returns the marks of a record with these words, each surrounded by spaces, after that of its employer, or nothing if they
/// are too many: then the record's text decides.
pub fn marks<'w>(words: impl IntoIterator<Item = &'w str>, employer: Option<Uuid>) -> String {
    let marks: BTreeSet<String> = words
        .into_iter()
        .flat_map(|word| {
            segments(word).map(move |segment| segment.chars().take(longest(word)).collect::<String>())
        })
        .collect();
    let employer = employer.map_or_else(|| NO_EMPLOYER.to_owned(), employer_mark);
    let mut text = format!("{MARKS}{employer} ");
    for mark in marks {
        text.push_str(&mark);
        text.push(' ');
    }
    if text.len() > MOST { String::new() } else { text }
}

/// Returns the mark of the contacts of an organization, of four characters: one of 5,000 other organizations has the same with a
/// chance of 1 in 3,000.
pub fn employer_mark(organization: Uuid) -> String {
    let mut folded = [0_u8; 3];
    for (place, byte) in organization.as_bytes().iter().enumerate() {
        if let Some(folded) = folded.get_mut(place % 3) {
            *folded ^= byte;
        }
    }
    BASE64_STANDARD_NO_PAD.encode(folded)
}

/// Returns the texts that the marks of every record with this word contain: of one that equals it if it is `whole`,
/// otherwise of one that begins with it.
pub fn needles(word: &str, whole: bool) -> Vec<String> {
    let longest = longest(word);
    let mut needles: Vec<String> = Vec::new();
    let mut segments = segments(word).peekable();
    while let Some(segment) = segments.next() {
        let is_last = segments.peek().is_none() && word.ends_with(segment);
        let is_open = is_last && !whole || segment.chars().count() > longest;
        let start: String = segment.chars().take(longest).collect();
        needles.push(format!(" {start}{}", if is_open { "" } else { " " }));
    }
    needles
}

/// Whether the row of a stored word carries the marks of its record.
pub fn is_marked(word: &str) -> bool {
    let kind = WordKind::ALL.iter().find(|kind| word.starts_with(kind.letter()));
    kind.is_some_and(|kind| kind.is_marked())
}

/// Returns the segments of a stored word, without the letter of its kind.
fn segments(word: &str) -> impl Iterator<Item = &str> {
    let mut rest = word.chars();
    rest.next();
    rest.as_str()
        .split(is_separator)
        .filter(|segment| !segment.is_empty())
}

/// Whether the character separates segments. The sign for "and" is a word of names.
const fn is_separator(c: char) -> bool {
    c == '\u{2017}' || c.is_ascii_control() || (c.is_ascii_punctuation() && c != '&')
}

/// Returns the maximum length of the marks of this word.
fn longest(word: &str) -> usize {
    let is_number = [WordKind::ContactPhone, WordKind::OrganizationPhone]
        .iter()
        .any(|kind| word.starts_with(kind.letter()));
    if is_number { DIGITS } else { LONGEST }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_the_beginnings_of_segments_each_once() {
        let words = [
            "nsmith",
            "nvanderberg\u{3}",
            "ejohn.smith@acme.com",
            "gkey_account",
            "p3210555202",
        ];
        assert_eq!(
            marks(words, None),
            "@.... 3210 account acme com john key smith vanderbe "
        );
        assert_eq!(marks([], None), "@.... ");
        assert_eq!(marks(["nann"], Some(Uuid::from_u128(1))), "@AQAA ann ");
        let long: Vec<String> = (100..200).map(|number| format!("nword{number}")).collect();
        assert_eq!(marks(long.iter().map(String::as_str), None), "");
    }

    #[test]
    fn what_a_word_begins_with_is_found_in_its_marks() {
        let words = [
            "nsmith",
            "nchristopher",
            "n&",
            "n\u{3}x",
            "ejohn.smith+x@acme.com",
            "gkey_account",
            "p3210555202",
            "p77",
            "xcrm\u{2017}12_34",
            "n山田太郎",
        ];
        for word in words {
            let marks = marks([word], None);
            for (end, _) in word.char_indices().skip(1) {
                let start = word.get(..end).unwrap_or_default();
                if start.starts_with('p') && end <= DIGITS {
                    continue;
                }
                for needle in needles(start, false) {
                    assert!(marks.contains(&needle), "{start:?} in {word:?}: {needle:?}");
                }
            }
            for needle in needles(word, true) {
                assert!(marks.contains(&needle), "{word:?}: {needle:?}");
            }
        }
        assert_eq!(needles("njohn", true), [" john "]);
        assert_eq!(needles("cbad_berlin", true), [" bad ", " berlin "]);
        assert_eq!(needles("ejohn.sm", false), [" john ", " sm"]);
        assert_eq!(needles("nchristopher", true), [" christop"]);
        assert!(!marks(["nbanjo"], None).contains(&needles("njo", false)[0]));
    }
}
