//! Names of generated people.

use fastrand::Rng;

use crate::demo::names::{Culture, Names};
use crate::model::words;

/// A person's name.
pub struct PersonName {
    /// The given name.
    pub first: String,
    /// A given name, an initial, or nothing.
    pub middle: Option<String>,
    /// The family name.
    pub last: String,
}

impl PersonName {
    /// Makes the name of a person who lives in a country. A few names are frequent, and many are borne by a handful.
    pub fn of(names: &Names, country: &str, rng: &mut Rng) -> Self {
        let Some(culture) = names.culture(country, rng) else {
            return Self {
                first: String::new(),
                middle: None,
                last: String::new(),
            };
        };
        let first = first(culture, rng);
        let middle = match rng.u8(0..20) {
            0..5 => Some(culture.first.pick(rng).to_owned()),
            5..12 => Some(rng.uppercase().to_string()),
            _ => None,
        };
        Self {
            first,
            middle,
            last: last(culture, rng),
        }
    }

    /// Returns the first and last name.
    pub fn full(&self) -> String {
        format!("{} {}", self.first, self.last)
    }

    /// Returns the first and the last name as they stand in addresses: letters and digits of ASCII.
    pub fn ascii(&self) -> (String, String) {
        (ascii(&self.first), ascii(&self.last))
    }
}

fn first(culture: &Culture, rng: &mut Rng) -> String {
    if culture.openings.is_empty() || rng.u8(0..100) >= 12 {
        return culture.first.pick(rng).to_owned();
    }
    joined([&culture.openings, &culture.closings].map(|parts| parts.pick(rng)))
}

/// Returns a family name: a frequent one; one of two or, rarely, of three parts; or two in one.
fn last(culture: &Culture, rng: &mut Rng) -> String {
    let part = rng.u8(0..100);
    let last = match part {
        _ if culture.stems.is_empty() => culture.last.pick(rng).to_owned(),
        0..42 => joined([&culture.stems, &culture.ends].map(|parts| parts.pick(rng))),
        42..45 => joined([&culture.stems, &culture.inner, &culture.ends].map(|parts| parts.pick(rng))),
        _ => culture.last.pick(rng).to_owned(),
    };
    if part < 95 {
        return last;
    }
    format!("{last}-{}", culture.last.pick(rng))
}

/// Joins the parts of a name, without a letter twice where they meet.
fn joined<const PARTS: usize>(parts: [&str; PARTS]) -> String {
    let mut name = String::new();
    for part in parts {
        let repeats = name.chars().last() == part.chars().next();
        name.push_str(part.get(usize::from(repeats)..).unwrap_or(part));
    }
    name
}

/// Returns the letters and digits of a text as they stand in addresses.
pub fn ascii(text: &str) -> String {
    let letters = words(text).concat();
    letters.chars().filter(char::is_ascii_alphanumeric).collect()
}
