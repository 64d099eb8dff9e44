//! The parts of an answer that are not compared: ids, cursors and the times of the run.
//!
//! They are the same in every run, but which id is the fifth to be drawn, how a cursor is written and how often the clock
//! was moved before is no promise to clients. So each gets a number by its first appearance in the operation: which of
//! them are the same is recorded, and no more. Times that the data itself names stay.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use serde_json_bytes::Value;

use crate::support;

/// The keys whose values are cursors.
const CURSORS: [&str; 3] = ["cursor", "startCursor", "endCursor"];
/// The longest text that is recorded as a whole.
const LONGEST: usize = 400;
/// The length of a UUID with its hyphens.
const UUID: usize = 36;

/// The ids and times seen in a group.
#[derive(Default)]
pub struct Stable {
    cursors: HashSet<String>,
}

impl Stable {
    /// Makes the request and the answer of one operation, run at `now`, the same in every run.
    pub fn entry(&mut self, request: &mut Value, answer: &mut Value, now: DateTime<Utc>) {
        collect_cursors(answer, &mut self.cursors);
        let mut names = Names {
            cursors: &self.cursors,
            now,
            seen: Vec::new(),
        };
        if let Some(variables) = request.get_mut("variables") {
            names.visit(variables);
        }
        names.visit(answer);
    }
}

fn collect_cursors(value: &Value, cursors: &mut HashSet<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect_cursors(item, cursors)),
        Value::Object(fields) => {
            for (key, value) in fields {
                match value {
                    Value::String(text) if CURSORS.contains(&key.as_str()) => {
                        cursors.insert(text.as_str().to_owned());
                    }
                    value => collect_cursors(value, cursors),
                }
            }
        }
        _ => {}
    }
}

/// The names given in one operation.
struct Names<'a> {
    cursors: &'a HashSet<String>,
    now: DateTime<Utc>,
    seen: Vec<String>,
}

impl Names<'_> {
    fn visit(&mut self, value: &mut Value) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| self.visit(item)),
            Value::Object(fields) => fields.iter_mut().for_each(|(_, value)| self.visit(value)),
            Value::String(text) => {
                let named = self.text(text.as_str());
                if named != text.as_str() {
                    *value = named.into();
                }
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &str) -> String {
        if self.cursors.contains(text) {
            return self.numbered("cursor", text);
        }
        if let Ok(time) = text.parse::<DateTime<Utc>>()
            && time >= support::start()
            && time <= self.now
        {
            return if time == self.now {
                "now".to_owned()
            } else {
                self.numbered("time", text)
            };
        }
        let length = text.chars().count();
        if length > LONGEST {
            let start: String = text.chars().take(20).collect();
            return format!("{start}… ({length} characters)");
        }
        self.ids(text)
    }

    /// The text with a number in place of each UUID that follows an underscore.
    fn ids(&mut self, text: &str) -> String {
        let Some((kind, rest)) = text.split_once('_') else {
            return text.to_owned();
        };
        match rest.get(..UUID) {
            Some(uuid) if is_made(uuid) => {
                let name = self.numbered("", uuid);
                format!("{kind}{name}{}", self.ids(&rest[UUID..]))
            }
            _ => format!("{kind}_{}", self.ids(rest)),
        }
    }

    /// Counts within a kind of name: `cursor#1`, `time#1`, `#1`.
    fn numbered(&mut self, kind: &str, text: &str) -> String {
        let key = format!("{kind} {text}");
        if !self.seen.contains(&key) {
            self.seen.push(key.clone());
        }
        let same_kind = format!("{kind} ");
        let mut of_kind = self.seen.iter().filter(|seen| seen.starts_with(&same_kind));
        let place = of_kind.position(|seen| *seen == key).unwrap_or_default();
        format!("{kind}#{}", place + 1)
    }
}

/// Whether it was made by this run; those that operations make up stay as they are.
fn is_made(text: &str) -> bool {
    let made = uuid::Uuid::try_parse(text)
        .ok()
        .and_then(|uuid| uuid.get_timestamp());
    made.and_then(|at| i64::try_from(at.to_unix().0).ok())
        .is_some_and(|seconds| seconds >= support::start().timestamp())
}
