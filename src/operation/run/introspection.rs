//! Corrections of introspection as async-graphql answers it.
//!
//! The `interfaces` of an interface are null, where the specification requires a list. No interface of this schema
//! implements another, which is checked at the start, so that the list is empty.
//!
//! The types and fields of Apollo Federation are not shown. Only gateways use them, and these read the schema from
//! `_service`; to generated clients and in GraphiQL they are noise, and their scalar `_Any` has no mapping.
//!
//! Both depend on fields that the client need not have selected. The document selects them beside those of the client.

use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::Field;
use async_graphql::{Name, Value};

use super::syntax::field;
use crate::operation::plan::{Plan, PlannedField, Selection};

/// The name of the field.
pub(super) const INTERFACES: &str = "interfaces";
/// The keys under which types return their kind, and types and fields their name. No alias can be the same: names have
/// no colon.
const KIND: &str = ":kind";
const NAME: &str = ":name";

/// Returns the fields that the document selects beside those of the client.
pub(super) fn added_fields(planned: &PlannedField) -> impl Iterator<Item = Field> {
    let kind = match &planned.selection {
        Selection::Object(plan) => needs_kind(plan).then_some((KIND, "kind")),
        _ => None,
    };
    let name = hides_plumbing(planned).then_some((NAME, "name"));
    let fields = kind.into_iter().chain(name);
    fields.map(|(key, name)| field(&Name::new(key), &Name::new(name), planned.position))
}

/// Whether an object is an interface, according to the kind that was selected.
pub(super) fn is_interface(plan: &Plan, found: &IndexMap<Name, Value>) -> bool {
    let kind = found.get(KIND).filter(|_| needs_kind(plan));
    kind.is_some_and(|kind| matches!(kind, Value::Enum(name) if name == "INTERFACE"))
}

/// Whether a field can lead to types or fields that are not shown. Other fields of introspection lead to them from such
/// types and fields only.
pub(super) fn hides_plumbing(planned: &PlannedField) -> bool {
    let of = match &planned.selection {
        Selection::Object(plan) => plan.object_type.as_str(),
        _ => return false,
    };
    matches!(
        (of, planned.name.as_str()),
        ("__Type", "__type" | "types") | ("__Field", "fields")
    )
}

/// Removes the types or fields that only gateways use from the value of a field that can lead to them.
pub(super) fn hide_plumbing(value: &mut Value) {
    match value {
        Value::List(items) => items.retain(|item| !is_plumbing(item)),
        other if is_plumbing(other) => *other = Value::Null,
        _ => {}
    }
}

/// Whether a type or a field is one that only gateways use. Their names begin with a single underscore.
fn is_plumbing(found: &Value) -> bool {
    let name = match found {
        Value::Object(found) => found.get(NAME),
        _ => None,
    };
    matches!(name, Some(Value::String(name)) if name.starts_with('_') && !name.starts_with("__"))
}

fn needs_kind(plan: &Plan) -> bool {
    plan.object_type == "__Type" && plan.fields.iter().any(|field| field.name == INTERFACES)
}
