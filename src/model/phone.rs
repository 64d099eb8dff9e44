//! Phone numbers, in every notation.

mod notation;

use async_graphql::{InputObject, SimpleObject};
use phonenumber::metadata::DATABASE;
use phonenumber::{Mode, country};
use serde::{Deserialize, Serialize};

use super::{Checked, ContactPointLabel, Region, each, one_primary, text, whole};
use crate::error::Refusals;
use notation::Notation;
pub use notation::digits;

/// The maximum length of a number as typed, in characters.
const LONGEST_INPUT: usize = 100;
/// The maximum length of an extension, in characters.
const LONGEST_EXTENSION: usize = 20;
/// The maximum number of phone numbers of a contact.
const MOST_NUMBERS: usize = 20;
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
    /// The number's purpose.
    #[graphql(default)]
    pub label: ContactPointLabel,
    /// Whether this is the number to use first. At most one number of a list may be primary.
    #[graphql(default)]
    pub primary: bool,
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
                    label,
                    primary,
                }
            }),
        )
    }

    /// Checks a list of at most 20 numbers, of which at most one is primary.
    pub fn list(inputs: Vec<PhoneNumberInput>, region: &Region) -> Checked<Vec<Self>> {
        let numbers = each(inputs, MOST_NUMBERS, |input| Self::check(input, region))?;
        one_primary(numbers, |number| number.primary)
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

    /// The digits without the country code and without the zero dialled before them at home; those of the input
    /// when it could not be read.
    pub fn national_digits(&self) -> String {
        let number = self
            .e164
            .as_deref()
            .and_then(|e164| phonenumber::parse(None, e164).ok());
        number.map_or_else(|| digits(&self.input), |number| number.national().to_string())
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
        read(&abroad).filter(has_digits).filter(is_possible).map(found)
    };
    if is_valid {
        return as_written.map(found);
    }
    // The digits as they are, where the library takes the first of them for a prefix that is dialled within the country.
    in_parentheses()
        .or_else(|| whole_number(given))
        .or_else(|| as_written.filter(is_possible).map(found))
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
    if as_written
        .as_ref()
        .is_some_and(phonenumber::PhoneNumber::is_valid)
    {
        return as_written.map(found);
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
        Some(number) => Some(found(number)),
        None => dialled_abroad(),
    }
}

fn found(number: phonenumber::PhoneNumber) -> NumberAndExtension {
    let extension = number.extension().map(ToString::to_string);
    (e164(&number), extension)
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
mod tests {
    use super::*;
    use crate::model::check::told;

    fn input(input: &str) -> PhoneNumberInput {
        PhoneNumberInput {
            input: input.into(),
            extension: None,
            label: ContactPointLabel::Mobile,
            primary: false,
        }
    }

    fn region(code: &str) -> Region {
        code.parse().unwrap()
    }

    #[test]
    fn national_notations_are_read_in_the_region() {
        for (code, text, e164) in [
            ("US", "(317) 555-0123", "+13175550123"),
            ("US", "317.555.0123", "+13175550123"),
            ("US", "1-317-555-0123", "+13175550123"),
            ("US", "(555) 123-4567", "+15551234567"),
            ("DE", "030 / 123 456-78", "+493012345678"),
            ("DE", "(0151) 23456789", "+4915123456789"),
            ("GB", "020 7946 0958", "+442079460958"),
            ("GB", "07700 900123", "+447700900123"),
            ("FR", "01 42 68 53 00", "+33142685300"),
            ("FR", "06.12.34.56.78", "+33612345678"),
            ("IT", "06 698 12345", "+390669812345"),
        ] {
            assert_eq!(
                PhoneNumber::e164_of(text, &region(code)).as_deref(),
                Some(e164),
                "{code} {text}"
            );
        }
    }

    #[test]
    fn a_country_code_wins_over_the_region() {
        for (code, text, e164) in [
            ("US", "+44 161 496 0541", "+441614960541"),
            ("US", "+44 20 7946 0958", "+442079460958"),
            ("US", "+49 (0)30 12345678", "+493012345678"),
            ("US", "+39 (0)6 698 12345", "+390669812345"),
            ("US", "011 49 30 12345678", "+493012345678"),
            ("DE", "00 1 317 555 0123", "+13175550123"),
            ("DE", "tel:+1-317-555-0123", "+13175550123"),
            ("AQ", "+33 1 42 68 53 00", "+33142685300"),
        ] {
            assert_eq!(
                PhoneNumber::e164_of(text, &region(code)).as_deref(),
                Some(e164),
                "{code} {text}"
            );
        }
    }

    #[test]
    fn the_digits_given_are_the_digits_kept() {
        for (text, e164) in [
            ("+3367a829916", None),
            ("+375 801 123 4567", Some("+3758011234567")),
            ("+7 812 315 98 83", Some("+78123159883")),
            ("+7 800 555-35-35", Some("+78005553535")),
            ("+370 800 12 345", Some("+37080012345")),
            ("+49 (0)30 12345678", Some("+493012345678")),
            ("+44 (0)20 7946 0018", Some("+442079460018")),
            ("+39 06 698 12345", Some("+390669812345")),
        ] {
            assert_eq!(
                PhoneNumber::e164_of(text, &region("US")).as_deref(),
                e164,
                "{text}"
            );
        }
    }

    #[test]
    fn space_digits_and_invisible_characters_of_all_kinds_are_read() {
        for text in [
            "+49\t30\u{202f}90\u{2009}182\u{2007}345",
            "+٤٩ ٣٠ ٩٠١٨٢٣٤٥",
            "+४९ ३० ९०१८२३४५",
            "＋４９ ３０ ９０１８２３４５",
            "\u{202a}+49 30 90182345\u{202c}",
            "tel:+49-30-90182345",
            "sip:+493090182345@example.com",
            "Tel.: +49 30 90182345",
            "0049 30 90182345",
            "00493090182345",
            "493090182345",
        ] {
            assert_eq!(
                PhoneNumber::e164_of(text, &region("US")).as_deref(),
                Some("+493090182345"),
                "{text}"
            );
        }
    }

    #[test]
    fn what_cannot_be_read_is_kept() {
        for text in [
            "ask at the desk",
            "4711",
            "555-CALL",
            "+1 317",
            "+999 12345678",
            "🙂",
            "1".repeat(40).as_str(),
        ] {
            let number = PhoneNumber::check(input(text), &region("US")).unwrap();
            assert_eq!((number.input.as_str(), number.e164), (text, None));
        }
    }

    #[test]
    fn an_extension_is_read_from_the_number_when_none_is_given() {
        for text in [
            "317-555-0123 ext. 5",
            "317-555-0123 x5",
            "tel:+1-317-555-0123;ext=5",
            "(317) 555-0123 #5",
        ] {
            let number = PhoneNumber::check(input(text), &region("US")).unwrap();
            assert_eq!(number.e164.as_deref(), Some("+13175550123"), "{text}");
            assert_eq!(number.extension.as_deref(), Some("5"), "{text}");
        }
        let given = PhoneNumberInput {
            extension: Some(" 007 ".into()),
            ..input("317-555-0123 ext. 5")
        };
        assert_eq!(
            PhoneNumber::check(given, &region("US"))
                .unwrap()
                .extension
                .as_deref(),
            Some("007")
        );
    }

    #[test]
    fn an_extension_is_read_in_every_notation() {
        for text in [
            "+16502530000;ext=136",
            "tel:+16502530000;ext=136",
            "+1 650 253 0000 ext. 136",
            "+1 650 253 0000 x136",
            "+1 650 253 0000 anexo 136",
            "+1 650 253 0000 доб. 136",
            "+16502530000p136",
            "+16502530000w136",
            "+16502530000,136",
            "+16502530000,,136#",
            "+16502530000;136",
            "+16502530000 #136",
        ] {
            let number = PhoneNumber::check(input(text), &region("DE")).unwrap();
            assert_eq!(number.e164.as_deref(), Some("+16502530000"), "{text}");
            assert_eq!(number.extension.as_deref(), Some("136"), "{text}");
        }
    }

    #[test]
    fn a_number_must_have_something_and_has_its_limits() {
        let check = |input| PhoneNumber::check(input, &region("US"));
        assert!(
            check(PhoneNumberInput {
                extension: Some("7".repeat(20)),
                ..input(&"x".repeat(100))
            })
            .is_ok()
        );
        assert_eq!(
            told(check(PhoneNumberInput {
                extension: Some("7".repeat(21)),
                ..input(&"x".repeat(101))
            })),
            [
                "input: must have at most 100 characters; it has 101, so shorten it",
                "extension: must have at most 20 characters; it has 21, so shorten it"
            ]
        );
        assert_eq!(
            told(check(input("  "))),
            ["input: must not be empty; give 1 to 100 characters"]
        );
    }

    #[test]
    fn a_list_has_at_most_twenty_numbers_and_one_primary() {
        let list = |inputs| PhoneNumber::list(inputs, &Region::default());
        assert_eq!(list(vec![input("317-555-0123"); 20]).unwrap().len(), 20);
        assert!(list(vec![input("317-555-0123"); 21]).is_err());
        let primary = PhoneNumberInput {
            primary: true,
            ..input("317-555-0123")
        };
        assert!(told(list(vec![primary.clone(), primary]))[0].starts_with("1.primary: "));
        assert!(told(list(vec![input("1"), input("")]))[0].starts_with("1.input: "));
    }

    #[test]
    fn digits_are_found_however_punctuated() {
        assert_eq!(digits("+1 (317) 555-0123"), "13175550123");
        let national = |text, code| {
            PhoneNumber::check(input(text), &region(code))
                .unwrap()
                .national_digits()
        };
        assert_eq!(national("+49 30 12345678", "US"), "3012345678");
        assert_eq!(
            national("06 698 12345", "IT"),
            "0669812345",
            "Italy keeps its zero"
        );
        assert_eq!(national("desk 47-11", "US"), "4711");
    }

    #[test]
    fn a_number_is_stored_in_the_words_of_the_graph() {
        let stored =
            serde_json::to_value(PhoneNumber::check(input("317 555 0123"), &region("US")).unwrap()).unwrap();
        assert_eq!(
            stored,
            serde_json::json!({
                "input": "317 555 0123", "e164": "+13175550123", "extension": null, "label": "MOBILE", "primary": false
            })
        );
    }
}
