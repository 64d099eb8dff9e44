//! The representations of entities that a gateway asks for, and their number.

use apollo_compiler::response::JsonMap;
use async_graphql::Value;

use crate::limits::Limits;
use crate::operation::answer::Answer;
use crate::operation::limit::check_limit;
use crate::operation::plan::{Plan, PlannedField};
use crate::operation::value::substitute;

/// Refuses a field with too many representations: each runs with a copy of the selection. Gateways that ask for several
/// types in one operation use one field for each; the limit is per field, and the cost limits them together.
pub(in crate::operation) fn check_representations(
    plan: &Plan,
    variables: &JsonMap,
    limits: &Limits,
) -> Result<(), Answer> {
    let mut fields = plan.fields.iter().filter(|field| is_entities(field));
    fields.try_for_each(|field| {
        let count = representations(field, variables).map_or(0, |items| items.len());
        let what = "representations of entities in a field";
        check_limit(limits.representations, count, what)
    })
}

/// Whether a field is the one through which a gateway reads entities.
pub(in crate::operation) fn is_entities(field: &PlannedField) -> bool {
    field.name == "_entities"
}

/// Returns the representations of an `_entities` field; `None` if a variable makes the argument null.
pub(in crate::operation) fn representations(field: &PlannedField, variables: &JsonMap) -> Option<Vec<Value>> {
    let argument = field.argument("representations");
    match argument.and_then(|value| substitute(value, variables)) {
        Some(Value::List(items)) => Some(items),
        Some(Value::Null) => None,
        Some(item) => Some(vec![item]),
        None => Some(Vec::new()),
    }
}
