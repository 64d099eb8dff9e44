//! Validation of a document against the schema.

use std::collections::HashSet;

use apollo_compiler::ast::Document;
use apollo_compiler::executable::{Operation, Selection, SelectionSet};
use apollo_compiler::validation::{DiagnosticList, Valid};
use apollo_compiler::{ExecutableDocument, Name, Node, Schema};

use super::literals::check_literals;
use crate::error::Code;
use crate::limits::Limits;
use crate::operation::answer::Answer;
use crate::operation::error::position;
use crate::operation::read::{diagnostics, refusal};

/// Validates a document whose size was checked. A refusal names every error once, with all its positions.
pub(in crate::operation) fn validate(
    schema: &Valid<Schema>,
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
            return Err(refusal(
                Code::ValidationFailed,
                diagnostics(&failed.errors),
                limits,
            ));
        }
    };
    let violations = check_literals(schema, &document);
    if violations.is_empty() {
        return Ok(document);
    }
    let violations = violations
        .into_iter()
        .map(|(message, span)| (message, position(&document.sources, span).into_iter().collect()));
    Err(refusal(Code::ValidationFailed, violations, limits))
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
