//! The clues of phone numbers.

use super::clue::{Clue, Fact};
use crate::model::{PhoneNumber, WordKind, digits, index_value, phone_keys};

/// The minimum length of a number that was not understood, in digits: a shorter one is an extension, or no number at all.
const SHORTEST: usize = 7;

/// Returns the clues of a phone number.
pub fn phone_clues(kind: WordKind, number: &PhoneNumber) -> Vec<Clue> {
    let value = number.e164.as_deref().unwrap_or(&number.input);
    if number.e164.is_none() && digits(value).len() < SHORTEST {
        return Vec::new();
    }
    let clue = |key| Clue::word(Fact::Phone, index_value(kind, key), value);
    phone_keys(value).into_iter().map(clue).collect()
}
