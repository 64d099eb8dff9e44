//! The character U+0000, which PostgreSQL cannot store in a text.
//!
//! It is refused here for every engine and every argument alike. The inputs of mutations are left to the rules of their
//! fields, whose refusals are user errors with the path of the field.

use apollo_compiler::ast;
use apollo_compiler::response::{JsonMap, JsonValue};

use crate::error::Code;
use crate::operation::answer::Answer;
use crate::operation::plan::{Fold, Plan, PlannedField};

const NULL: char = '\0';

/// Refuses arguments with U+0000 in a text, and names the first. `is_mutation` leaves out the arguments at the root;
/// `has_escapes` tells whether a literal of the document may contain the character at all.
pub(in crate::operation) fn check_null_character(
    plan: &Plan,
    variables: &JsonMap,
    is_mutation: bool,
    has_escapes: bool,
) -> Result<(), Answer> {
    let found = variables
        .iter()
        .filter_map(|(name, value)| Some((name.as_str(), in_json(value)?)));
    let search = Search {
        variables: found.collect(),
    };
    if search.variables.is_empty() && !has_escapes {
        return Ok(());
    }
    plan.fold(&search, is_mutation).map_or(Ok(()), Err)
}

/// Whether a literal of this document may contain U+0000: written as it is, or as an escape.
pub(in crate::operation) fn may_have_null_character(document: &str) -> bool {
    document.contains("\\u") || document.contains(NULL)
}

struct Search<'a> {
    /// The variables that contain the character, with the path to it.
    variables: Vec<(&'a str, String)>,
}

impl Fold for Search<'_> {
    /// Whether the field is at the root of a mutation.
    type Place = bool;
    type Output = Option<Answer>;

    fn place_below(&self, _: &PlannedField, _: bool) -> bool {
        false
    }

    fn field(
        &self,
        field: &PlannedField,
        is_mutation: bool,
        selection: Option<Option<Answer>>,
    ) -> Option<Answer> {
        let arguments = field.arguments.iter().filter(|_| !is_mutation);
        let mut found = arguments.filter_map(|argument| {
            let path = self.in_literal(&argument.value)?;
            let message = format!(
                "`{}{path}` of the field `{}` must not contain the NUL character (U+0000); remove it",
                argument.name, field.name
            );
            Some(Answer::refuse(Code::BadUserInput, message, Some(field.position)))
        });
        found.next().or(selection.flatten())
    }

    fn object(&self, fields: impl Iterator<Item = Option<Answer>>) -> Option<Answer> {
        fields.flatten().next()
    }

    fn possible_types<'p>(
        &self,
        _: &PlannedField,
        plans: impl Iterator<Item = (&'p Plan, Option<Answer>)>,
    ) -> Option<Answer> {
        self.object(plans.map(|(_, found)| found))
    }
}

impl Search<'_> {
    /// Returns the path from a value to the first text with the character.
    fn in_literal(&self, value: &ast::Value) -> Option<String> {
        match value {
            ast::Value::String(text) => text.contains(NULL).then(String::new),
            ast::Value::Variable(name) => {
                let mut variables = self.variables.iter();
                let (_, path) = variables.find(|(variable, _)| *variable == name.as_str())?;
                Some(path.clone())
            }
            ast::Value::List(items) => in_list(items.iter().map(|item| self.in_literal(item))),
            ast::Value::Object(fields) => in_object(
                fields
                    .iter()
                    .map(|(name, value)| (name.as_str(), self.in_literal(value))),
            ),
            _ => None,
        }
    }
}

fn in_json(value: &JsonValue) -> Option<String> {
    match value {
        JsonValue::String(text) => text.as_str().contains(NULL).then(String::new),
        JsonValue::Array(items) => in_list(items.iter().map(in_json)),
        JsonValue::Object(fields) => {
            in_object(fields.iter().map(|(name, value)| (name.as_str(), in_json(value))))
        }
        JsonValue::Null | JsonValue::Bool(_) | JsonValue::Number(_) => None,
    }
}

fn in_list(items: impl Iterator<Item = Option<String>>) -> Option<String> {
    items
        .enumerate()
        .find_map(|(index, found)| Some(format!("[{index}]{}", found?)))
}

fn in_object<'n>(mut fields: impl Iterator<Item = (&'n str, Option<String>)>) -> Option<String> {
    fields.find_map(|(name, found)| Some(format!(".{name}{}", found?)))
}
