//! The entities of a gateway, resolved one representation at a time.
//!
//! async-graphql resolves all representations as one field: when one fails or is not found, all are lost, and the paths
//! of errors do not tell which one they are about. The document therefore has a field for each representation (they run
//! concurrently, and loaders see them together), and their results are joined afterwards.

use apollo_compiler::response::JsonMap;
use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::Field;
use async_graphql::{Name, PathSegment, Response, ServerError, Value};

use super::syntax::{add_argument, at};
use crate::error::Code;
use crate::operation::check::{is_entities, representations};
use crate::operation::error::error;
use crate::operation::plan::{Plan, PlannedField, Selection};

/// The message of async-graphql about an entity that does not exist. In the answer the entity is null.
const NOT_FOUND: &str = "Entity not found.";

/// Makes a field for every representation from `field`, which is `planned` without its arguments. Representations of no
/// entity of this subgraph have none.
pub(super) fn split(planned: &PlannedField, field: &Field, variables: &JsonMap) -> Vec<Field> {
    let items = representations(planned, variables).unwrap_or_default();
    let items = items.into_iter().enumerate();
    let valid = items.filter(|(_, item)| find_fault(planned, item).is_none());
    valid
        .map(|(index, item)| {
            let mut one = field.clone();
            one.alias = Some(at(planned.position, key(&planned.key, index)));
            add_argument(&mut one, "representations", Value::List(vec![item]));
            one
        })
        .collect()
}

/// Joins the entities in one list, and corrects the paths of their errors.
pub(super) fn join(plan: &Plan, variables: &JsonMap, response: &mut Response) {
    for planned in plan.fields.iter().filter(|planned| is_entities(planned)) {
        let Some(items) = representations(planned, variables) else {
            let message = "`representations` must not be null";
            let mut refusal = error(Code::BadUserInput, message, Some(planned.position));
            refusal.path.push(PathSegment::Field(planned.key.to_string()));
            response.errors.push(refusal);
            continue;
        };
        let mut data = match std::mem::take(&mut response.data) {
            Value::Object(data) => data,
            _ => IndexMap::new(),
        };
        let indexes = 0..items.len();
        let entities = indexes.map(|index| single(data.swap_remove(&key(&planned.key, index))));
        let entities = Value::List(entities.collect());
        data.insert(planned.key.clone(), entities);
        response.data = Value::Object(data);
        response.errors.retain(|error| !is_not_found(error));
        for error in &mut response.errors {
            correct_path(error, &planned.key);
        }
        let faults = items.iter().enumerate();
        let faults = faults.filter_map(|(index, item)| Some((index, find_fault(planned, item)?)));
        response
            .errors
            .extend(faults.map(|(index, message)| refusal(planned, index, message)));
    }
}

/// Returns the message about a representation that stands for no entity of this subgraph. async-graphql refuses one
/// without a type without telling which one, and ignores a value that is not an object and a type that is not an entity.
fn find_fault(planned: &PlannedField, item: &Value) -> Option<String> {
    let type_name = match item {
        Value::Object(fields) => fields.get("__typename"),
        _ => None,
    };
    let Some(Value::String(type_name)) = type_name else {
        return Some("a representation must be an object with `__typename` and `id`".to_owned());
    };
    let is_entity = match &planned.selection {
        Selection::Abstract(plans) => plans.iter().any(|plan| plan.object_type == type_name.as_str()),
        _ => true,
    };
    (!is_entity).then(|| format!("`{type_name}` is not an entity of this subgraph"))
}

fn refusal(planned: &PlannedField, index: usize, message: String) -> ServerError {
    let mut refusal = error(Code::BadUserInput, message, Some(planned.position));
    refusal.path = path(&planned.key, index).into();
    refusal
}

/// The key of one representation. No alias can be the same: names have no colon.
fn key(list: &Name, index: usize) -> Name {
    Name::new(format!("{list}:{index}"))
}

fn single(entities: Option<Value>) -> Value {
    match entities {
        Some(Value::List(items)) => items.into_iter().next().unwrap_or_default(),
        _ => Value::Null,
    }
}

/// Whether an error is about an entity that does not exist. It comes without a path.
fn is_not_found(error: &ServerError) -> bool {
    error.message == NOT_FOUND && error.path.is_empty() && error.extensions.is_none()
}

/// Replaces the key of a representation at the beginning of an error's path by its place in the list.
fn correct_path(error: &mut ServerError, list: &Name) {
    let index = match error.path.first() {
        Some(PathSegment::Field(key)) => key
            .strip_prefix(list.as_str())
            .and_then(|rest| rest.strip_prefix(':'))
            .and_then(|index| index.parse().ok()),
        _ => None,
    };
    if let Some(index) = index {
        error.path.splice(..1, path(list, index));
    }
}

fn path(list: &Name, index: usize) -> [PathSegment; 2] {
    [PathSegment::Field(list.to_string()), PathSegment::Index(index)]
}
