//! Compares an answer with the reference's.

pub mod choice;
mod errors;
mod introspection;

use std::fmt::{self, Display};

use external_contacts::operation::Answer;

use self::choice::Choice;
use crate::case::{Case, Run};

/// The outcome of an operation on this server.
pub struct Outcome {
    /// JSON text; none if the request was refused.
    pub data: Option<String>,
    /// The path of every error, as JSON.
    pub paths: Vec<serde_json::Value>,
    /// Code and message of every error.
    pub told: Vec<String>,
    pub calls: Vec<String>,
}

impl Outcome {
    pub fn new(answer: &Answer, calls: Vec<String>) -> Self {
        let errors = serde_json::to_value(answer.errors()).unwrap();
        let errors = errors.as_array().unwrap();
        Self {
            data: answer.data().map(|data| serde_json::to_string(data).unwrap()),
            paths: errors
                .iter()
                .map(|error| {
                    error
                        .get("path")
                        .cloned()
                        .unwrap_or_else(|| serde_json::json!([]))
                })
                .collect(),
            told: errors
                .iter()
                .map(|error| format!("{} {}", error["extensions"]["code"], error["message"]))
                .collect(),
            calls,
        }
    }
}

/// The verdict of a comparison.
pub enum Verdict {
    Same,
    /// The answers differ as the specification lets them.
    Chosen(Vec<Choice>),
    Differs(String),
}

impl Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Same => f.write_str("same"),
            Self::Chosen(choices) => write!(f, "{choices:?}"),
            Self::Differs(why) => f.write_str(why),
        }
    }
}

/// Compares an answer with that of the reference.
pub fn compare(case: &Case, run: &Run, outcome: &Outcome) -> Verdict {
    let mut choices = Vec::new();
    match differs(case, run, outcome, &mut choices) {
        Some(why) => Verdict::Differs(why),
        None if choices.is_empty() => Verdict::Same,
        None => Verdict::Chosen(choices),
    }
}

fn differs(case: &Case, run: &Run, outcome: &Outcome, choices: &mut Vec<Choice>) -> Option<String> {
    if outcome.data.is_none() && outcome.told.is_empty() {
        return Some("refused without an error".to_owned());
    }
    match (&run.data, &outcome.data) {
        (None, None) => choice::limit(case, outcome),
        (None, Some(_)) => {
            let Some(choice) = choice::run(case) else {
                return Some("only the reference refuses".to_owned());
            };
            choices.push(choice);
            None
        }
        (Some(_), None) => {
            let Some(choice) = choice::refusal(run, outcome) else {
                return Some("only the reference runs it".to_owned());
            };
            choices.push(choice);
            None
        }
        (Some(expected), Some(data)) => {
            if expected != data {
                let Some(choice) = introspection::choice(expected, data) else {
                    return Some("data differs".to_owned());
                };
                choices.push(choice);
            }
            errors::differ(run, outcome, data, choices).or_else(|| calls(run, outcome, choices))
        }
    }
}

fn calls(run: &Run, outcome: &Outcome, choices: &mut Vec<Choice>) -> Option<String> {
    if run.calls == outcome.calls {
        return None;
    }
    let Some(choice) = choice::calls(run, outcome) else {
        return Some("other changes were made".to_owned());
    };
    choices.push(choice);
    None
}
