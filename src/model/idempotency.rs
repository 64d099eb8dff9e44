//! Idempotency keys: a mutation that is repeated with its key is carried out once.

use aws_lc_rs::digest::{SHA256, digest};
use chrono::TimeDelta;
use serde_json::{Map, Value};

use super::{Checked, text};
use crate::error::under;

/// The maximum length of a key, in characters.
const LONGEST_KEY: usize = 100;

/// A key that a client chose for one mutation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// The mutation's name.
    pub mutation: String,
    /// The key.
    pub key: String,
    /// The SHA-256 of the input, whatever the order of its fields.
    pub input_hash: Vec<u8>,
}

impl IdempotencyKey {
    /// The time after which a key is forgotten.
    pub const KEPT: TimeDelta = TimeDelta::hours(24);

    /// Checks a key of 1 to 100 characters.
    pub fn check(mutation: &str, key: &str, input: Value) -> Checked<Self> {
        let key = text::required(key.to_owned(), LONGEST_KEY);
        let input = sorted(input).to_string();
        Ok(Self {
            mutation: mutation.to_owned(),
            key: key.map_err(|refusals| under("idempotencyKey", refusals))?,
            input_hash: digest(&SHA256, input.as_bytes()).as_ref().to_vec(),
        })
    }
}

/// Returns the value with the fields of each object in the order of their names.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<(String, Value)> = fields.into_iter().collect();
            fields.sort_by(|(one, _), (other, _)| one.cmp(other));
            let sorted = fields.into_iter().map(|(name, value)| (name, sorted(value)));
            Value::Object(sorted.collect::<Map<_, _>>())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        value => value,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_order_of_fields_is_no_difference_and_every_value_is() {
        let hash = |input| {
            IdempotencyKey::check("createNote", "7", input)
                .unwrap()
                .input_hash
        };
        let note = hash(json!({ "text": "Hi", "of": { "a": 1, "b": [1, 2] } }));
        assert_eq!(note, hash(json!({ "of": { "b": [1, 2], "a": 1 }, "text": "Hi" })));
        assert_ne!(note, hash(json!({ "of": { "b": [2, 1], "a": 1 }, "text": "Hi" })));
    }

    #[test]
    fn a_key_has_1_to_100_characters() {
        let check = |key: &str| IdempotencyKey::check("createNote", key, Value::Null);
        assert!(check(&"é".repeat(100)).is_ok());
        for key in [" ", &"é".repeat(101)] {
            assert_eq!(
                check(key).unwrap_err()[0].field,
                Some(vec!["idempotencyKey".to_owned()])
            );
        }
    }
}
