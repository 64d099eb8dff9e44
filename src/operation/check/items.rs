//! The items of bulk mutations, and their number.

use apollo_compiler::ast;
use apollo_compiler::response::{JsonMap, JsonValue};

use crate::error::ITEMS;
use crate::limits::Limits;
use crate::operation::answer::Answer;
use crate::operation::limit::check_limit;
use crate::operation::plan::{Plan, PlannedField};

/// The argument of a mutation.
const INPUT: &str = "input";

/// Refuses a bulk mutation with too many items.
pub(in crate::operation) fn check_items(
    plan: &Plan,
    variables: &JsonMap,
    limits: &Limits,
) -> Result<(), Answer> {
    let mut counts = plan.fields.iter().filter_map(|field| items(field, variables));
    counts.try_for_each(|count| check_limit(limits.items, count, "items in a bulk mutation"))
}

/// Returns the number of items of a bulk mutation; `None` for other fields.
pub(super) fn items(field: &PlannedField, variables: &JsonMap) -> Option<usize> {
    match field.argument(INPUT)? {
        ast::Value::Variable(name) => {
            let input = variables.get(name.as_str())?.as_object()?;
            input.get(ITEMS).map(count)
        }
        ast::Value::Object(fields) => {
            let (_, items) = fields.iter().find(|(name, _)| name == ITEMS)?;
            match &**items {
                ast::Value::Variable(name) => variables.get(name.as_str()).map(count),
                ast::Value::List(items) => Some(items.len()),
                _ => Some(1),
            }
        }
        _ => None,
    }
}

/// The number of items of a list; one value stands for a list of one.
fn count(items: &JsonValue) -> usize {
    items.as_array().map_or(1, Vec::len)
}
