//! Points on which the specification leaves a choice, and graphql-js and this server choose differently. Nothing else
//! may differ.

use super::Outcome;
use super::errors::{Group, sorted};
use crate::case::{Case, Run};

/// The reason why two answers that differ are both right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Choice {
    /// Several failures made the same place null. The specification (6.4.4) asks for one error; graphql-js tells those
    /// that it met before it gave up on the place, this server may tell more.
    OtherErrorsOfOneNull,
    /// `if` of `@skip` or `@include` at the root is null, by a variable that has a default. No step of the specification
    /// defines this error: graphql-js answers null for all of `data`, this server refuses the request. Below the root,
    /// both report it where an object is reached.
    ConditionIsNull,
    /// A change that must not be null was null, so that all of `data` is. The changes after it may be cancelled
    /// (6.4.4) or not: graphql-js leaves them out, this server makes them.
    ChangesAfterNull,
    /// A number that no float can be, as `1e400`: the specification (3.5.2) lets a service refuse it, since `Float` is
    /// finite. graphql-js makes it infinite, and null when it comes out.
    FloatBeyondRange,
    /// The depth limit of introspection is each server's own; graphql-js counts it for all operations of a document,
    /// this server for the one that runs.
    DepthOfIntrospection,
    /// An integer of more than 64 bits for an `ID` in a variable: JSON libraries round it. The specification (3.5.5) accepts
    /// integers as appropriate for the ids of a service. graphql-js accepts the rounded one, this server refuses it.
    LongId,
    /// Introspection lists types, directives and possible types in no order that the specification tells.
    OrderOfDefinitions,
    /// No choice, but a fault of async-graphql that is left: an item which fails in a list in a list, where neither the
    /// item nor anything up to the outer item may be null, is told at the outer item's path. The item's own index is
    /// lost. It takes a resolver that gives failures as items of such a list.
    OuterItemOfFailure,
}

/// Both refuse; says what is wrong with that. Operations are made to stay within the limits.
pub fn limit(case: &Case, outcome: &Outcome) -> Option<String> {
    let deep = case.rules.iter().any(|rule| rule == "MaxIntrospectionDepth");
    let limited = outcome
        .told
        .iter()
        .any(|told| told.contains("LIMIT_EXCEEDED") || told.contains("INTERNAL"));
    (limited && !deep).then(|| "refused for a limit".to_owned())
}

/// Only graphql-js refuses.
pub fn run(case: &Case) -> Option<Choice> {
    (case.rules == ["MaxIntrospectionDepth"]).then_some(Choice::DepthOfIntrospection)
}

/// Only this server refuses.
pub fn refusal(run: &Run, outcome: &Outcome) -> Option<Choice> {
    let [told] = outcome.told.as_slice() else {
        return None;
    };
    let is_input = told.starts_with("\"BAD_USER_INPUT\"");
    if is_input && told.contains("`if` of @") && run.variables.contains("null") {
        return Some(Choice::ConditionIsNull);
    }
    if is_input && told.contains("must be a value of `ID`") && has_long_integer(&run.variables) {
        return Some(Choice::LongId);
    }
    told.contains("non-finite 64-bit")
        .then_some(Choice::FloatBeyondRange)
}

/// Whether there is an integer that does not fit 64 bits.
fn has_long_integer(text: &str) -> bool {
    let words = text.split(|c: char| !(c.is_alphanumeric() || matches!(c, '.' | '+' | '-')));
    let is_integer = |word: &&str| {
        word.trim_start_matches('-')
            .bytes()
            .all(|byte| byte.is_ascii_digit())
    };
    words
        .filter(|word| !word.is_empty())
        .filter(is_integer)
        .any(|word| word.parse::<i64>().is_err())
}

/// The errors of one null differ.
pub fn errors(run: &Run, group: &Group<'_>) -> Option<Choice> {
    let below = |path: &&serde_json::Value| path.to_string() != group.place;
    if group.expected.is_empty() || group.told.is_empty() || !group.expected.iter().any(below) {
        return None;
    }
    let possible: Vec<_> = run.possible.iter().collect();
    let told = sorted(&group.told);
    let once = told.windows(2).all(|pair| pair[0] != pair[1]);
    let outer = |path: &&&serde_json::Value| {
        !possible.contains(*path) && possible.iter().any(|inner| is_outer_item(path, inner))
    };
    if !once
        || !group
            .told
            .iter()
            .all(|path| possible.contains(path) || outer(&path))
    {
        return None;
    }
    Some(if group.told.iter().any(|path| outer(&path)) {
        Choice::OuterItemOfFailure
    } else {
        Choice::OtherErrorsOfOneNull
    })
}

/// Whether `outer` is an item of a list, and `inner` an item of a list in it.
fn is_outer_item(outer: &serde_json::Value, inner: &serde_json::Value) -> bool {
    let (Some(outer), Some(inner)) = (outer.as_array(), inner.as_array()) else {
        return false;
    };
    inner.len() > outer.len()
        && inner.starts_with(outer)
        && inner[outer.len().saturating_sub(1)..]
            .iter()
            .all(serde_json::Value::is_u64)
}

/// Other changes were made.
pub fn calls(run: &Run, outcome: &Outcome) -> Option<Choice> {
    let nulled = run.data.as_deref() == Some("null");
    (nulled && outcome.calls.starts_with(&run.calls)).then_some(Choice::ChangesAfterNull)
}
