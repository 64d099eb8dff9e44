//! Do the same errors stand at the same paths?

use std::collections::BTreeMap;

use serde_json::Value;

use super::Outcome;
use super::choice::{self, Choice};
use crate::case::Run;

/// The errors that made one place null, theirs and ours.
#[derive(Default)]
pub struct Group<'a> {
    pub place: String,
    pub expected: Vec<&'a Value>,
    pub told: Vec<&'a Value>,
}

impl Group<'_> {
    pub fn is_same(&self) -> bool {
        sorted(&self.expected) == sorted(&self.told)
    }
}

/// Returns the paths as texts, in order.
pub fn sorted(paths: &[&Value]) -> Vec<String> {
    let mut texts: Vec<_> = paths.iter().map(ToString::to_string).collect();
    texts.sort();
    texts
}

/// Says what differs, if something does.
pub fn differ(run: &Run, outcome: &Outcome, data: &str, choices: &mut Vec<Choice>) -> Option<String> {
    let data: Value = serde_json::from_str(data).unwrap();
    let mut groups = BTreeMap::<String, Group<'_>>::new();
    for path in &run.errors {
        group(&mut groups, &data, path).expected.push(path);
    }
    for path in &outcome.paths {
        group(&mut groups, &data, path).told.push(path);
    }
    for group in groups.values().filter(|group| !group.is_same()) {
        match choice::errors(run, group) {
            Some(choice) if choices.contains(&choice) => {}
            Some(choice) => choices.push(choice),
            None => return Some(format!("errors differ at {}", group.place)),
        }
    }
    None
}

fn group<'g, 'a>(
    groups: &'g mut BTreeMap<String, Group<'a>>,
    data: &Value,
    path: &Value,
) -> &'g mut Group<'a> {
    let place = nulled(data, path);
    let group = groups.entry(place.clone()).or_default();
    group.place = place;
    group
}

/// The place on a path that is null in the data; the whole path if none is.
fn nulled(mut data: &Value, path: &Value) -> String {
    let steps = path.as_array().unwrap();
    for (index, step) in steps.iter().enumerate() {
        if data.is_null() {
            return Value::from(&steps[..index]).to_string();
        }
        data = match step {
            Value::String(key) => &data[key],
            index => &data[usize::try_from(index.as_u64().unwrap()).unwrap()],
        };
    }
    path.to_string()
}
