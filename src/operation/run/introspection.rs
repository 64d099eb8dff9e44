//! The `interfaces` of an interface, which async-graphql leaves null.
//!
//! The specification requires a list. No interface of this schema implements another, which is checked at the start, so
//! that the list is empty. The document requests the kind of every type whose interfaces it requests, beside the fields of
//! the client.

use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::Field;
use async_graphql::{Name, Pos, Value};

use super::syntax::field;
use crate::operation::plan::Plan;

/// The name of the field.
pub(super) const INTERFACES: &str = "interfaces";
/// The key under which a type returns its kind. No alias can be the same: names have no colon.
const KIND: &str = ":kind";

/// Returns the field that requests the kind of a type, if the plan needs it.
pub(super) fn kind_field(plan: &Plan, position: Pos) -> Option<Field> {
    needs_kind(plan).then(|| field(&Name::new(KIND), &Name::new("kind"), position))
}

/// Whether an object is an interface, according to the kind that was requested.
pub(super) fn is_interface(plan: &Plan, found: &IndexMap<Name, Value>) -> bool {
    let kind = found.get(KIND).filter(|_| needs_kind(plan));
    kind.is_some_and(|kind| matches!(kind, Value::Enum(name) if name == "INTERFACE"))
}

fn needs_kind(plan: &Plan) -> bool {
    plan.object_type == "__Type" && plan.fields.iter().any(|field| field.name == INTERFACES)
}
