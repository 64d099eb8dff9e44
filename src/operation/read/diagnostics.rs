//! Errors of the compiler as a client sees them.

use apollo_compiler::validation::DiagnosticList;
use async_graphql::indexmap::IndexMap;
use async_graphql::{Pos, ServerError};

use crate::error::Code;
use crate::limits::Limits;
use crate::operation::answer::Answer;
use crate::operation::error::error;

/// Lists the message and the positions of every error that the compiler found, without those that follow from another.
pub(in crate::operation) fn diagnostics(found: &DiagnosticList) -> impl Iterator<Item = (String, Vec<Pos>)> {
    let errors: Vec<_> = found.iter().map(|diagnostic| diagnostic.to_json()).collect();
    let follows = |message: &str| message.ends_with("must have a subselection set");
    // A field whose selections are all invalid is reported as one without selections, too.
    let is_alone = errors.iter().all(|error| follows(&error.message));
    let errors = errors
        .into_iter()
        .filter(move |error| is_alone || !follows(&error.message));
    errors.map(|error| {
        let positions = error.locations.iter().map(|location| Pos {
            line: location.line,
            column: location.column,
        });
        (error.message, positions.collect())
    })
}

/// Makes a request error that names every message once, with all its positions. A short document can have thousands of
/// errors, so both the errors and the positions of each are limited.
pub(in crate::operation) fn refusal(
    code: Code,
    found: impl IntoIterator<Item = (String, Vec<Pos>)>,
    limits: &Limits,
) -> Answer {
    let limit = usize::try_from(limits.reported_errors).unwrap_or(usize::MAX);
    let mut errors = IndexMap::<String, ServerError>::new();
    for (message, positions) in found {
        if errors.len() == limit && !errors.contains_key(&message) {
            continue;
        }
        let error = errors
            .entry(message)
            .or_insert_with_key(|message| error(code, message, None));
        let rest = limit.saturating_sub(error.locations.len());
        error.locations.extend(positions.into_iter().take(rest));
    }
    Answer::refusal(errors.into_values().collect())
}
