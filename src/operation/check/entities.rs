//! The representations of entities that a gateway asks for, and their number.

use apollo_compiler::ast;
use apollo_compiler::response::{JsonMap, JsonValue};
use async_graphql::Value;

use crate::limits::Limits;
use crate::operation::answer::Answer;
use crate::operation::limit::check_limit;
use crate::operation::plan::{Plan, PlannedField};
use crate::operation::value::substitute;

/// The member of a representation that names its type.
const TYPE_NAME: &str = "__typename";

/// Refuses a field with too many representations: each may run with a copy of the selection. Gateways that ask for several
/// types in one operation use one field for each; the limit is per field, and the cost limits them together.
pub(in crate::operation) fn check_representations(
    plan: &Plan,
    variables: &JsonMap,
    limits: &Limits,
) -> Result<(), Answer> {
    let mut fields = plan.fields.iter().filter(|field| is_entities(field));
    fields.try_for_each(|field| {
        let count = representation_types(field, variables).map_or(0, |types| types.len());
        let what = "representations of entities in a field";
        check_limit(limits.representations, count, what)
    })
}

/// Whether a field is the one through which a gateway reads entities.
pub(in crate::operation) fn is_entities(field: &PlannedField) -> bool {
    field.name == "_entities"
}

/// Returns the type that each representation of an `_entities` field names, in their order; `None` for one that names none.
/// Returns `None` if a variable makes the argument null.
pub(in crate::operation) fn representation_types<'v>(
    field: &'v PlannedField,
    variables: &'v JsonMap,
) -> Option<Vec<Option<&'v str>>> {
    let types = match field.argument("representations") {
        None => Vec::new(),
        Some(ast::Value::Null) => return None,
        Some(ast::Value::List(items)) => items.iter().map(|item| written_type(item, variables)).collect(),
        Some(ast::Value::Variable(name)) => match variables.get(name.as_str()) {
            None => Vec::new(),
            Some(JsonValue::Null) => return None,
            Some(JsonValue::Array(items)) => items.iter().map(given_type).collect(),
            Some(item) => vec![given_type(item)],
        },
        Some(item) => vec![written_type(item, variables)],
    };
    Some(types)
}

/// Returns the representations of an `_entities` field, in their order; none if a variable makes the argument null.
pub(in crate::operation) fn representations(field: &PlannedField, variables: &JsonMap) -> Vec<Value> {
    let argument = field.argument("representations");
    match argument.and_then(|value| substitute(value, variables)) {
        Some(Value::List(items)) => items,
        Some(Value::Null) | None => Vec::new(),
        Some(item) => vec![item],
    }
}

fn written_type<'v>(item: &'v ast::Value, variables: &'v JsonMap) -> Option<&'v str> {
    match item {
        ast::Value::Variable(name) => variables.get(name.as_str()).and_then(given_type),
        ast::Value::Object(fields) => {
            let (_, name) = fields.iter().find(|(name, _)| name == TYPE_NAME)?;
            match &**name {
                ast::Value::String(name) => Some(name),
                ast::Value::Variable(name) => variables.get(name.as_str())?.as_str(),
                _ => None,
            }
        }
        _ => None,
    }
}

fn given_type(item: &JsonValue) -> Option<&str> {
    item.as_object()?.get(TYPE_NAME)?.as_str()
}
