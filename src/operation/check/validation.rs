//! Validation of a document against the schema.

use std::collections::HashSet;

use apollo_compiler::ast::Document;
use apollo_compiler::executable::{Operation, Selection, SelectionSet};
use apollo_compiler::validation::{DiagnosticList, Valid};
use apollo_compiler::{ExecutableDocument, Name, Node, Schema};
use async_graphql::indexmap::IndexMap;
use async_graphql::{Pos, ServerError};

use super::literals::check_literals;
use super::mistakes::{Mistakes, find_mistakes};
use crate::error::Code;
use crate::limits::Limits;
use crate::operation::answer::Answer;
use crate::operation::error::{error, position};
use crate::operation::params::Introspection;

/// The beginnings of the compiler's messages about two fields with one key in the answer.
const CONFLICTS: [&str; 3] = [
    "operation must not provide conflicting field arguments",
    "operation must not select different types",
    "cannot select different fields into the same alias",
];

/// Validates a document whose size was checked. A refusal names every error once, with all its positions. It suggests names
/// of the schema to a caller who may read the schema.
pub(in crate::operation) fn validate(
    schema: &Valid<Schema>,
    introspection: Introspection,
    document: &Document,
    limits: &Limits,
) -> Result<Valid<ExecutableDocument>, Answer> {
    let document = match document.to_executable_validate(schema) {
        Ok(document) => document,
        // The compiler counts the fields at the root of a subscription, where the specification counts keys.
        Err(failed) if count_root_fields(&failed.errors) && have_one_root_key(&failed.partial) => {
            Valid::assume_valid(failed.partial)
        }
        Err(failed) => {
            let mistakes = find_mistakes(schema, introspection, document);
            return Err(refusal(diagnostics(mistakes, &failed.errors), limits));
        }
    };
    let violations = check_literals(schema, &document);
    if violations.is_empty() {
        return Ok(document);
    }
    let violations = violations
        .into_iter()
        .map(|(message, span)| (message, position(&document.sources, span).into_iter().collect()));
    Err(refusal(violations, limits))
}

/// Lists the messages and the positions of all errors, in the order of the document. The compiler's errors at positions
/// that are explained better, or that follow from another error, are left out.
fn diagnostics(mistakes: Mistakes, found: &DiagnosticList) -> Vec<(String, Vec<Pos>)> {
    let compiler = found.iter().map(|diagnostic| {
        let error = diagnostic.to_json();
        let positions = error.locations.iter().map(|location| Pos {
            line: location.line,
            column: location.column,
        });
        (with_hint(error.message), positions.collect::<Vec<_>>())
    });
    let is_explained = |positions: &[Pos]| {
        let first = positions.first();
        first.is_some_and(|first| mistakes.explained.contains(first))
    };
    let mut errors: Vec<_> = compiler
        .filter(|(_, positions)| !is_explained(positions))
        .collect();
    let mistakes = mistakes.found.into_iter();
    errors.extend(mistakes.map(|(message, position)| (message, vec![position])));
    errors.sort_by_key(|(_, positions)| positions.first().copied());
    errors
}

/// Adds the way out of a conflict between two fields.
fn with_hint(mut message: String) -> String {
    if CONFLICTS.iter().any(|conflict| message.starts_with(conflict)) {
        message.push_str("; use different aliases to get both");
    }
    message
}

/// Makes a request error that names every message once, with all its positions. A short document can have thousands of
/// errors, so both the errors and the positions of each are limited.
fn refusal(found: impl IntoIterator<Item = (String, Vec<Pos>)>, limits: &Limits) -> Answer {
    let limit = usize::try_from(limits.reported_errors).unwrap_or(usize::MAX);
    let mut errors = IndexMap::<String, ServerError>::new();
    for (message, positions) in found {
        if errors.len() == limit && !errors.contains_key(&message) {
            continue;
        }
        let error = errors
            .entry(message)
            .or_insert_with_key(|message| error(Code::ValidationFailed, message, None));
        let rest = limit.saturating_sub(error.locations.len());
        error.locations.extend(positions.into_iter().take(rest));
    }
    Answer::refusal(errors.into_values().collect())
}

/// Whether all errors are about subscriptions with several root fields.
fn count_root_fields(found: &DiagnosticList) -> bool {
    let mut errors = found.iter().map(|diagnostic| diagnostic.to_json());
    errors.all(|error| error.message.ends_with("can only have one root field"))
}

/// Whether every subscription has a single key at its root, however often it occurs: "Single Root Field" of the
/// specification.
fn have_one_root_key(document: &ExecutableDocument) -> bool {
    let one_key = |operation: &Node<Operation>| {
        let mut keys = HashSet::new();
        root_keys(document, &operation.selection_set, &mut HashSet::new(), &mut keys);
        keys.len() <= 1
    };
    let mut subscriptions = document
        .operations
        .iter()
        .filter(|operation| operation.is_subscription());
    subscriptions.all(one_key)
}

fn root_keys<'a>(
    document: &'a ExecutableDocument,
    set: &'a SelectionSet,
    opened: &mut HashSet<&'a Name>,
    keys: &mut HashSet<&'a Name>,
) {
    for selection in &set.selections {
        match selection {
            Selection::Field(field) => drop(keys.insert(field.response_key())),
            Selection::InlineFragment(fragment) => root_keys(document, &fragment.selection_set, opened, keys),
            Selection::FragmentSpread(spread) => {
                let fragment = document.fragments.get(&spread.fragment_name);
                if let Some(fragment) = fragment.filter(|_| opened.insert(&spread.fragment_name)) {
                    root_keys(document, &fragment.selection_set, opened, keys);
                }
            }
        }
    }
}
