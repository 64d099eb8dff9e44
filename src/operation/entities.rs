//! `_entities`, one representation at a time.
//!
//! async-graphql resolves all representations as one field: when one fails or is not found, all are
//! lost, and the paths of errors do not say which one they are about. So the document asks for each
//! representation under a key of its own (they still run concurrently, and loaders still see them
//! together), and the answers are put together again afterwards.

use apollo_compiler::response::JsonMap;
use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::Field;
use async_graphql::{Name, PathSegment, Positioned, Response, ServerError, Value};

use super::answer::{Answer, Code, error};
use super::document::give;
use super::measure::within;
use super::plan::{Plan, Planned};
use super::variables::literal;
use crate::limits::Limits;

/// The argument that holds the representations.
const ARGUMENT: &str = "representations";
/// What async-graphql says when there is no such entity; in the answer it is null.
const NOT_FOUND: &str = "Entity not found.";

/// Refuses to ask for too many entities at once: each has a copy of the selection. Gateways that ask for several kinds
/// in one operation have a field for each, and the limit is on each; the cost bounds them together.
pub(super) fn check(plan: &Plan, variables: &JsonMap, limits: &Limits) -> Result<(), Answer> {
    let mut asked = plan.fields.iter().filter(|planned| is_entities(planned));
    asked.try_for_each(|planned| {
        let count = representations(planned, variables).map_or(0, |items| items.len());
        within(
            limits.representations,
            count,
            "representations of entities in a field",
        )
    })
}

/// Whether this is the field through which a gateway reaches entities.
pub(super) fn is_entities(planned: &Planned) -> bool {
    planned.name == "_entities"
}

/// A field for every representation in place of `field`, which is `planned` without its arguments. What stands for
/// nothing is not run.
pub(super) fn split(planned: &Planned, field: &Field, variables: &JsonMap) -> Vec<Field> {
    let one = |(index, item): (usize, Value)| {
        let mut one = field.clone();
        one.alias = Some(Positioned::new(key(&planned.key, index), planned.at));
        give(&mut one, ARGUMENT, Value::List(vec![item]));
        one
    };
    let items = representations(planned, variables).unwrap_or_default();
    let items = items.into_iter().enumerate();
    items.filter(|(_, item)| names_a_type(item)).map(one).collect()
}

/// Puts the entities together again, and points their errors at the right place.
pub(super) fn join(plan: &Plan, variables: &JsonMap, response: &mut Response) {
    for planned in plan.fields.iter().filter(|planned| is_entities(planned)) {
        let Some(items) = representations(planned, variables) else {
            let message = "`representations` must not be null";
            let mut refusal = error(Code::BadUserInput, message, Some(planned.at));
            refusal.path.push(PathSegment::Field(planned.key.to_string()));
            response.errors.push(refusal);
            continue;
        };
        let mut found = match std::mem::take(&mut response.data) {
            Value::Object(found) => found,
            _ => IndexMap::new(),
        };
        let entities = (0..items.len()).map(|index| only(found.swap_remove(&key(&planned.key, index))));
        let entities = Value::List(entities.collect());
        found.insert(planned.key.clone(), entities);
        response.data = Value::Object(found);
        response.errors.retain(|error| !is_not_found(error));
        for error in &mut response.errors {
            point(error, &planned.key);
        }
        let nameless = items.iter().enumerate().filter(|(_, item)| !names_a_type(item));
        response
            .errors
            .extend(nameless.map(|(index, _)| refusal(planned, index)));
    }
}

/// `None` when a variable makes null of them, which the field refuses as a whole.
fn representations(planned: &Planned, variables: &JsonMap) -> Option<Vec<Value>> {
    let argument = planned.field.specified_argument_by_name(ARGUMENT);
    match argument.and_then(|value| literal(value, variables)) {
        Some(Value::List(items)) => Some(items),
        Some(Value::Null) => None,
        Some(item) => Some(vec![item]),
        None => Some(Vec::new()),
    }
}

/// Whether this says what kind of entity it stands for. async-graphql refuses what does not without saying which one it
/// was, and passes over what is no object.
fn names_a_type(item: &Value) -> bool {
    matches!(item, Value::Object(fields) if matches!(fields.get("__typename"), Some(Value::String(_))))
}

fn refusal(planned: &Planned, index: usize) -> ServerError {
    let message = "a representation is an object with `__typename`, and `id`";
    let mut refusal = error(Code::BadUserInput, message, Some(planned.at));
    refusal.path = at(&planned.key, index).into();
    refusal
}

/// The key of one representation. No alias can be the same: names have no colon.
fn key(all: &Name, index: usize) -> Name {
    Name::new(format!("{all}:{index}"))
}

fn only(answer: Option<Value>) -> Value {
    match answer {
        Some(Value::List(items)) => items.into_iter().next().unwrap_or_default(),
        _ => Value::Null,
    }
}

/// Which representation the first step of an error's path stands for.
fn index(error: &ServerError, all: &Name) -> Option<usize> {
    match error.path.first()? {
        PathSegment::Field(key) => key.strip_prefix(all.as_str())?.strip_prefix(':')?.parse().ok(),
        PathSegment::Index(_) => None,
    }
}

/// This error comes without a path.
fn is_not_found(error: &ServerError) -> bool {
    error.message == NOT_FOUND && error.path.is_empty() && error.extensions.is_none()
}

fn point(error: &mut ServerError, all: &Name) {
    if let Some(index) = index(error, all) {
        error.path.splice(..1, at(all, index));
    }
}

/// Where in the answer an entity stands.
fn at(all: &Name, index: usize) -> [PathSegment; 2] {
    [PathSegment::Field(all.to_string()), PathSegment::Index(index)]
}
