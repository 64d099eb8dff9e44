//! The entities of a gateway.
//!
//! All representations run as one field. An executor need not tell which one an error is about, and may lose all of them when one
//! fails, as async-graphql's does: such an operation runs again, with a field for each representation, whose results are
//! joined afterwards.

use apollo_compiler::response::JsonMap;
use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::Field;
use async_graphql::{Name, PathSegment, Response, ServerError, Value};

use super::syntax::{add_argument, at};
use crate::error::Code;
use crate::operation::check::{is_entities, representation_types, representations};
use crate::operation::error::error;
use crate::operation::plan::{Plan, PlannedField, Selection};

/// The message of async-graphql about an entity that does not exist. In the answer the entity is null.
const NOT_FOUND: &str = "Entity not found.";

/// The fields of the document for the representations of an `_entities` field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entities {
    /// One for all of them.
    Together,
    /// One for each.
    Apart,
}

/// Makes the fields for the representations from `field`, which is `planned` without its arguments. Representations of no
/// entity of this subgraph are left out.
pub(super) fn fields(
    planned: &PlannedField,
    field: Field,
    variables: &JsonMap,
    entities: Entities,
) -> Vec<Field> {
    let types = representation_types(planned, variables).unwrap_or_default();
    let items = types.iter().zip(representations(planned, variables)).enumerate();
    let valid = items.filter(|(_, (name, _))| find_fault(planned, **name).is_none());
    let of = |mut field: Field, items: Vec<Value>| {
        add_argument(&mut field, "representations", Value::List(items));
        field
    };
    match entities {
        Entities::Together => {
            let items: Vec<_> = valid.map(|(_, (_, item))| item).collect();
            let any = !items.is_empty();
            any.then(|| of(field, items)).into_iter().collect()
        }
        Entities::Apart => valid
            .map(|(index, (_, item))| {
                let mut one = field.clone();
                one.alias = Some(at(planned.position, key(&planned.key, index)));
                of(one, vec![item])
            })
            .collect(),
    }
}

/// Whether the representations have to run apart, since one of them failed, and it is not known which one.
pub(super) fn failed_together(plan: &Plan, response: &Response) -> bool {
    let mut lists = plan.fields.iter().filter(|planned| is_entities(planned));
    lists.any(|planned| {
        response.errors.iter().any(|error| match &*error.path {
            [PathSegment::Field(key), PathSegment::Index(_), ..] if *key == *planned.key => false,
            [PathSegment::Field(key), ..] => *key == *planned.key,
            _ => true,
        })
    })
}

/// Puts the entities in one list with those that are null, and corrects the paths of their errors.
pub(super) fn join(plan: &Plan, variables: &JsonMap, response: &mut Response, entities: Entities) {
    for planned in plan.fields.iter().filter(|planned| is_entities(planned)) {
        let Some(types) = representation_types(planned, variables) else {
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
        let mut faults = Vec::new();
        let mut found = items_of(data.swap_remove(&planned.key)).into_iter();
        // The places of the representations that ran.
        let mut places = Vec::with_capacity(types.len());
        let items = types.iter().enumerate().map(|(index, name)| {
            if let Some(message) = find_fault(planned, *name) {
                faults.push(refusal(planned, index, message));
                return Value::Null;
            }
            places.push(index);
            match entities {
                Entities::Together => found.next().unwrap_or_default(),
                Entities::Apart => single(data.swap_remove(&key(&planned.key, index))),
            }
        });
        let items = Value::List(items.collect());
        data.insert(planned.key.clone(), items);
        response.data = Value::Object(data);
        response.errors.retain(|error| !is_not_found(error));
        for error in &mut response.errors {
            correct_path(error, &planned.key, &places);
        }
        response.errors.extend(faults);
    }
}

/// Returns the message about a representation that stands for no entity of this subgraph. async-graphql refuses one
/// without a type without telling which one, and ignores a value that is not an object and a type that is not an entity.
fn find_fault(planned: &PlannedField, type_name: Option<&str>) -> Option<String> {
    let Some(type_name) = type_name else {
        return Some("a representation must be an object with `__typename` and `id`".to_owned());
    };
    let is_entity = match &planned.selection {
        Selection::Abstract(plans) => plans.iter().any(|plan| plan.object_type == type_name),
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

fn items_of(entities: Option<Value>) -> Vec<Value> {
    match entities {
        Some(Value::List(items)) => items,
        _ => Vec::new(),
    }
}

fn single(entities: Option<Value>) -> Value {
    items_of(entities).into_iter().next().unwrap_or_default()
}

/// Whether an error is about an entity that does not exist. It comes without a path.
fn is_not_found(error: &ServerError) -> bool {
    error.message == NOT_FOUND && error.path.is_empty() && error.extensions.is_none()
}

/// Replaces the key of a representation at the beginning of an error's path, or its place among those that ran, by its place in
/// the list.
fn correct_path(error: &mut ServerError, list: &Name, places: &[usize]) {
    let (length, index) = match &*error.path {
        [PathSegment::Field(key), PathSegment::Index(index), ..] if *key == **list => {
            (2, places.get(*index).copied())
        }
        [PathSegment::Field(key), ..] => {
            let index = key
                .strip_prefix(list.as_str())
                .and_then(|rest| rest.strip_prefix(':'));
            (1, index.and_then(|index| index.parse().ok()))
        }
        _ => return,
    };
    if let Some(index) = index {
        error.path.splice(..length, path(list, index));
    }
}

fn path(list: &Name, index: usize) -> [PathSegment; 2] {
    [PathSegment::Field(list.to_string()), PathSegment::Index(index)]
}
