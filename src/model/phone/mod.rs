//! Phone numbers, in every notation.

mod notation;
mod subscriber;

use async_graphql::{InputObject, SimpleObject};
use phonenumber::metadata::DATABASE;
use phonenumber::{Mode, country};
use serde::{Deserialize, Serialize};

use super::{Checked, ContactPointLabel, Region, each, fold, one_primary, text, whole};
use crate::error::Refusals;
use notation::Notation;
pub use notation::digits;
pub(super) use notation::has_prefix;

/// The maximum length of a number as typed, in characters.
const LONGEST_INPUT: usize = 100;
/// The maximum length of an extension, in characters.
const LONGEST_EXTENSION: usize = 20;
/// The maximum number of phone numbers of a contact.
pub(super) const MOST_NUMBERS: usize = 20;
/// The minimum number of digits that are tried as an international number without a plus.
const FEWEST_INTERNATIONAL: usize = 11;

/// A phone number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, SimpleObject)]
#[serde(rename_all = "camelCase")]
pub struct PhoneNumber {
    /// The number as it was given.
    pub input: String,
    /// The number in E.164 format, such as `+13175550123`. Null if `input` cannot be read as a number of the tenant's
    /// region or, with a country code, of another.
    pub e164: Option<String>,
    /// The extension to dial after the call is answered: given separately, or read from `input` (`… ext. 5`).
    pub extension: Option<String>,
    /// The number's purpose.
    pub label: ContactPointLabel,
    /// Whether this is the number to use first. At most one number of a list is primary.
    pub primary: bool,
}

/// Input for a phone number.
#[derive(Clone, Debug, InputObject)]
pub struct PhoneNumberInput {
    /// The number in any notation, at most 100 characters. Without a country code, it is read as a number of the
    /// tenant's default region. A number that cannot be read is kept and can be found as typed.
    pub input: String,
    /// The extension to dial after the call is answered, at most 20 characters. If absent, it is read from `input`.
    pub extension: Option<String>,
    /// The number's purpose. Defaults to `OTHER`.
    pub label: Option<ContactPointLabel>,
    /// Whether this is the number to use first. Defaults to false. At most one number of a list may be primary.
    pub primary: Option<bool>,
}

impl PhoneNumber {
    /// Reads a number as dialled in `region`. A number that cannot be read is kept without `e164`.
    pub fn check(input: PhoneNumberInput, region: &Region) -> Checked<Self> {
        let PhoneNumberInput {
            input,
            extension,
            label,
            primary,
        } = input;
        let mut refusals = Refusals::default();
        let input = refusals.check("input", text::required(input, LONGEST_INPUT));
        let extension = refusals.check("extension", text::optional(extension, LONGEST_EXTENSION));
        whole(
            refusals,
            input.zip(extension).map(|(input, extension)| {
                let read = parsed(&input, region);
                let (e164, dialled) = read.map_or((None, None), |read| (Some(read.e164), read.extension));
                Self {
                    extension: extension.or(dialled),
                    e164,
                    input,
                    label: label.unwrap_or_default(),
                    primary: primary.unwrap_or_default(),
                }
            }),
        )
    }

    /// Checks a list of at most 20 numbers, of which at most one is primary.
    pub fn list(inputs: Vec<PhoneNumberInput>, region: &Region) -> Checked<Vec<Self>> {
        let numbers = each(inputs, MOST_NUMBERS, |input| Self::check(input, region))?;
        one_primary(numbers, |number| number.primary)
    }

    /// Whether the two are one number, apart from the extension: the same E.164 number or, where neither can be read, the
    /// same text.
    pub fn is_same_number(&self, other: &Self) -> bool {
        match (&self.e164, &other.e164) {
            (Some(one), Some(two)) => one == two,
            (None, None) => fold(&self.input) == fold(&other.input),
            _ => false,
        }
    }

    /// Returns the number in a text in E.164, if the text is one: for look-ups and search. Exchanges leave out the plus:
    /// digits that are no number of the region are tried as an international number.
    pub fn e164_of(text: &str, region: &Region) -> Option<String> {
        let read = parsed(text, region).or_else(|| {
            let digits = Some(digits(text)).filter(|digits| digits.len() >= FEWEST_INTERNATIONAL)?;
            let is_bare = !text.contains(['+', '＋']) && !text.chars().any(char::is_alphabetic);
            let number = is_bare.then(|| phonenumber::parse(None, format!("+{digits}")).ok())??;
            let is_whole = number.is_valid() && e164(&number) == format!("+{digits}");
            is_whole.then(|| Read {
                e164: e164(&number),
                extension: None,
            })
        });
        read.map(|read| read.e164)
    }

    /// Returns a number with the other notation of its subscriber, if there is one: without the digit that marks mobile
    /// numbers, where it may be left out. A number that could not be read has its digits compared as international ones.
    pub fn notations(number: &str) -> Vec<String> {
        let shorter = subscriber::without_mobile_digit(&format!("+{}", digits(number)));
        std::iter::once(number.to_owned()).chain(shorter).collect()
    }
}

/// A number that was read from a text.
struct Read {
    e164: String,
    extension: Option<String>,
}

/// Reads the number in a text, if it can be one. The library drops and invents digits in some notations, which would
/// make the number another subscriber's: what it reads is taken only if it has the digits that were given.
fn parsed(text: &str, region: &Region) -> Option<Read> {
    let notation = Notation::of(text)?;
    let number = match &notation.international {
        Some(digits) => international(&notation, digits),
        None => national(&notation, region),
    }?;
    Some(Read {
        extension: notation.extension.or(number.1),
        e164: number.0,
    })
}

type NumberAndExtension = (String, Option<String>);

/// Reads a number with a country code. Without its zero, as in `+49 (0)30 …`, where that makes a better number: some
/// countries keep theirs.
fn international(notation: &Notation, given: &str) -> Option<NumberAndExtension> {
    // What the library reads has these digits too, but for a zero after the code, and costs a thousand times as much: it
    // builds regular expressions of the country, of which it keeps only a few.
    if notation.is_plain()
        && let Some(number) = whole_number(given)
    {
        return Some(number);
    }
    by_library(notation, given)
}

/// Reads a number with a country code by the library.
fn by_library(notation: &Notation, given: &str) -> Option<NumberAndExtension> {
    let read = |text: &str| phonenumber::parse(None, text).ok();
    let has_digits = |number: &phonenumber::PhoneNumber| {
        let code = number.code().value().to_string();
        let national = number.national().to_string();
        given
            .strip_prefix(&code)
            .and_then(|rest| rest.strip_suffix(&national))
            .is_some_and(|dropped| matches!(dropped, "" | "0"))
    };
    let as_written = read(&notation.number).filter(has_digits);
    let is_valid = as_written
        .as_ref()
        .is_some_and(phonenumber::PhoneNumber::is_valid);
    let in_parentheses = || {
        let abroad = notation
            .number
            .contains("(0)")
            .then(|| notation.number.replacen("(0)", "", 1))?;
        read(&abroad)
            .filter(has_digits)
            .filter(is_possible)
            .as_ref()
            .map(found)
    };
    if is_valid {
        return as_written.as_ref().map(found);
    }
    // The digits as they are, where the library takes the first of them for a prefix that is dialled within the country.
    in_parentheses()
        .or_else(|| whole_number(given))
        .or_else(|| as_written.filter(is_possible).as_ref().map(found))
}

/// Returns the digits as a number, if numbers of their country have this length.
fn whole_number(given: &str) -> Option<NumberAndExtension> {
    let (code, national) = (1..=3)
        .filter_map(|length| given.split_at_checked(length))
        .find_map(|(code, national)| {
            let value: u16 = code.parse().ok()?;
            DATABASE.by_code(&value).is_some().then_some((value, national))
        })?;
    (!national.starts_with('0') && has_possible_length(code, national.len()))
        .then(|| (format!("+{given}"), None))
}

/// Reads a number as dialled in the region; one that has no numbering plan of its own has no such numbers.
fn national(notation: &Notation, region: &Region) -> Option<NumberAndExtension> {
    let country: country::Id = region.as_str().parse().ok()?;
    let read = |text: &str| phonenumber::parse(Some(country), text).ok();
    let given = digits(&notation.keyed());
    let has_digits = |number: &phonenumber::PhoneNumber| given.ends_with(&number.national().to_string());
    let as_written = read(&notation.number).filter(has_digits);
    let is_clear = !notation.number.contains("(0)");
    // The library compares a valid number with every kind of every country of its code, so its length is looked at first.
    if as_written
        .as_ref()
        .is_some_and(|number| is_clear && is_possible(number) || phonenumber::PhoneNumber::is_valid(number))
    {
        return as_written.as_ref().map(found);
    }
    let abroad = notation
        .number
        .contains("(0)")
        .then(|| read(&notation.number.replacen("(0)", "", 1)))
        .flatten()
        .filter(has_digits);
    let dialled_abroad = || {
        let number = given.strip_prefix("00").map(|rest| format!("+{rest}"))?;
        international(&Notation::of(&number)?, number.trim_start_matches('+'))
    };
    match abroad.or(as_written).filter(is_possible) {
        Some(number) => Some(found(&number)),
        None => dialled_abroad(),
    }
}

fn found(number: &phonenumber::PhoneNumber) -> NumberAndExtension {
    let extension = number.extension().map(ToString::to_string);
    (e164(number), extension)
}

/// Whether numbers of its country have this length. Whether the area is assigned is not asked: assignments change
/// more often than this program, and a number that is refused could not be called back.
fn is_possible(number: &phonenumber::PhoneNumber) -> bool {
    has_possible_length(number.code().value(), number.national().to_string().len())
}

fn has_possible_length(code: u16, length: usize) -> bool {
    let plans = DATABASE.by_code(&code).unwrap_or_default();
    plans.iter().any(|plan| {
        let kinds = plan.descriptors();
        [
            kinds.fixed_line(),
            kinds.mobile(),
            kinds.toll_free(),
            kinds.premium_rate(),
            kinds.shared_cost(),
            kinds.personal_number(),
            kinds.voip(),
        ]
        .into_iter()
        .flatten()
        .any(|kind| {
            kind.possible_length()
                .iter()
                .any(|&possible| usize::from(possible) == length)
        })
    })
}

fn e164(number: &phonenumber::PhoneNumber) -> String {
    number.format().mode(Mode::E164).to_string()
}

#[cfg(test)]
mod tests;
