//! The notations of phone numbers, brought into the one that the library reads.

use unicode_normalization::UnicodeNormalization;

use crate::model::fold::is_invisible;

/// The zeros of the scripts that write numbers with digits of their own; the other nine digits follow each.
const ZEROS: [char; 35] = [
    '\u{660}', '\u{6f0}', '\u{7c0}', '\u{966}', '\u{9e6}', '\u{a66}', '\u{ae6}', '\u{b66}', '\u{be6}',
    '\u{c66}', '\u{ce6}', '\u{d66}', '\u{de6}', '\u{e50}', '\u{ed0}', '\u{f20}', '\u{1040}', '\u{1090}',
    '\u{17e0}', '\u{1810}', '\u{1946}', '\u{19d0}', '\u{1a80}', '\u{1a90}', '\u{1b50}', '\u{1bb0}',
    '\u{1c40}', '\u{1c50}', '\u{a620}', '\u{a8d0}', '\u{a900}', '\u{a9d0}', '\u{a9f0}', '\u{aa50}',
    '\u{abf0}',
];
/// The words and signs before an extension, those that end like another after it.
const EXTENSION_MARKS: [&str; 14] = [
    ";ext=",
    "extension",
    "extensión",
    "extn",
    "ext",
    "anexo",
    "доб",
    "int",
    "xx",
    "x",
    "p",
    "w",
    "#",
    ",",
];
/// The words before a number that are no part of it.
const PREFIXES: [&str; 10] = [
    "tel",
    "phone",
    "telephone",
    "telefon",
    "mobile",
    "fax",
    "sips",
    "sip",
    "callto",
    "whatsapp",
];
/// The minimum number of digits before an extension.
const FEWEST_DIGITS: usize = 6;
/// The maximum number of digits of an extension.
const MOST_EXTENSION_DIGITS: usize = 20;

/// A phone number's text in its parts.
pub struct Notation {
    /// The number without what stands around it.
    pub number: String,
    /// The digits of the number, if it begins with a plus.
    pub international: Option<String>,
    /// The extension, if one is written after the number.
    pub extension: Option<String>,
}

impl Notation {
    /// Takes a text apart. Returns `None` if a letter stands between digits, which is a slip and no digit.
    pub fn of(text: &str) -> Option<Self> {
        let plain = plain(text);
        let (number, extension) = split_extension(without_address(without_prefix(&plain)));
        if has_stray_letter(number) {
            return None;
        }
        let mut notation = Self {
            number: number.trim().to_owned(),
            international: None,
            extension,
        };
        if notation.number.starts_with('+') {
            notation.international = Some(digits(&notation.keyed()));
        }
        Some(notation)
    }

    /// Whether the number is written with digits, a plus and the usual punctuation alone.
    pub fn is_plain(&self) -> bool {
        let is_usual = |c: char| c.is_ascii_digit() || "+ -./()".contains(c);
        self.number.chars().all(is_usual)
    }

    /// Returns the number with the digits that its letters stand for on a telephone's keys.
    pub fn keyed(&self) -> String {
        self.number.chars().map(key).collect()
    }
}

/// Returns the digits of a text, of whatever script and however punctuated, as ASCII digits.
pub fn digits(text: &str) -> String {
    text.nfkc()
        .map(ascii_digit)
        .filter(char::is_ascii_digit)
        .collect()
}

/// Returns the text with one kind of digits, plus and space, and without invisible characters.
fn plain(text: &str) -> String {
    let visible = text.chars().filter(|&c| !is_invisible(c));
    let plain: String = visible
        .nfkc()
        .map(|c| if c.is_whitespace() { ' ' } else { ascii_digit(c) })
        .collect();
    plain.trim().to_owned()
}

fn ascii_digit(c: char) -> char {
    let value = ZEROS
        .iter()
        .filter_map(|&zero| u32::from(c).checked_sub(u32::from(zero)))
        .find(|&value| value < 10);
    value.and_then(|value| char::from_digit(value, 10)).unwrap_or(c)
}

/// Removes a word such as `tel:` or `Tel.:` before a number.
fn without_prefix(text: &str) -> &str {
    split_prefix(text).map_or(text, |rest| rest.trim_start_matches(['.', ':', ' ']))
}

/// Whether the text begins with a word such as `tel:` that announces a number.
pub fn has_prefix(text: &str) -> bool {
    split_prefix(text).is_some_and(|rest| rest.starts_with(['.', ':', ' ']))
}

fn split_prefix(text: &str) -> Option<&str> {
    let rest = text.trim_start_matches(char::is_alphabetic);
    let name = text.strip_suffix(rest)?.to_lowercase();
    PREFIXES.contains(&name.as_str()).then_some(rest)
}

/// Removes the host of a SIP address.
fn without_address(text: &str) -> &str {
    text.split_once('@').map_or(text, |(number, _)| number)
}

/// Splits the extension from the end of a number.
fn split_extension(text: &str) -> (&str, Option<String>) {
    // Parameters of RFC 3966 other than the extension.
    let text = match text.split_once(";ext=") {
        Some((_, rest)) if rest.contains(';') => {
            text.get(..text.len() - rest.len() + rest.find(';').unwrap_or(0))
        }
        _ => None,
    }
    .unwrap_or(text);
    let end = text.trim_end_matches(['#', ' ']);
    let before = end.trim_end_matches(|c: char| c.is_ascii_digit());
    let extension = end.strip_prefix(before).unwrap_or_default();
    let marked = before.trim_end_matches([' ', '.', ':', '-']).to_lowercase();
    let mark = EXTENSION_MARKS
        .iter()
        .chain(&[";", "~"])
        .find(|mark| marked.ends_with(**mark));
    let Some(number) = mark.and_then(|mark| before.get(..marked.len().checked_sub(mark.len())?)) else {
        return (text, None);
    };
    let is_word = number.ends_with(char::is_alphabetic);
    let is_extension = !is_word
        && (1..=MOST_EXTENSION_DIGITS).contains(&extension.len())
        && digits(number).len() >= FEWEST_DIGITS;
    if is_extension {
        (
            number.trim_end_matches([' ', ',', ';', '(']),
            Some(extension.to_owned()),
        )
    } else {
        (text, None)
    }
}

/// Whether a letter has a digit on both sides: a slip of the keys. Words such as `FLOWERS` stand for digits at the end
/// of a number.
fn has_stray_letter(number: &str) -> bool {
    let mut neighbours = number
        .chars()
        .zip(number.chars().skip(1))
        .zip(number.chars().skip(2));
    neighbours
        .any(|((before, c), after)| before.is_ascii_digit() && c.is_alphabetic() && after.is_ascii_digit())
}

/// The digit on whose key a letter is (ITU-T E.161).
const fn key(c: char) -> char {
    match c.to_ascii_uppercase() {
        'A'..='C' => '2',
        'D'..='F' => '3',
        'G'..='I' => '4',
        'J'..='L' => '5',
        'M'..='O' => '6',
        'P'..='S' => '7',
        'T'..='V' => '8',
        'W'..='Z' => '9',
        other => other,
    }
}
