//! The messages about fields and types that the schema does not have.

use apollo_compiler::schema::ExtendedType;
use apollo_compiler::{Name, Schema};

use crate::operation::suggestion::{did_you_mean, list_names};

/// The most types that a message lists.
const TYPES: usize = 5;

/// Writes the message about a field that a type does not have. It suggests, in this order, an inline fragment on the types
/// that have the field, the entries of a connection, and fields with a similar name.
pub(super) fn unknown_field(schema: &Schema, parent: &str, name: &str) -> String {
    let suggestion = inline_fragment(schema, parent, name)
        .or_else(|| entries(schema, parent, name))
        .unwrap_or_else(|| did_you_mean(name, field_names(schema, parent)));
    format!("type `{parent}` does not have a field `{name}`{suggestion}")
}

/// Writes the message about a type that the schema does not have. It suggests types for which `is_possible` holds.
pub(super) fn unknown_type(schema: &Schema, name: &str, is_possible: fn(&ExtendedType) -> bool) -> String {
    let possible = schema
        .types
        .iter()
        .filter(|(_, definition)| is_possible(definition));
    let suggestion = did_you_mean(name, possible.map(|(name, _)| name.as_str()));
    format!("unknown type `{name}`{suggestion}")
}

fn inline_fragment(schema: &Schema, parent: &str, field: &str) -> Option<String> {
    let types = schema.types.keys();
    let possible = types.filter(|name| schema.is_subtype(parent, name) && has_field(schema, name, field));
    let names: Vec<&str> = possible.map(Name::as_str).take(TYPES).collect();
    (!names.is_empty()).then(|| format!("; use an inline fragment on {}", list_names(&names)))
}

/// Suggests `nodes` for a field that the entries of a connection have.
fn entries(schema: &Schema, parent: &str, field: &str) -> Option<String> {
    let nodes = schema.type_field(parent, "nodes").ok()?;
    let entry = nodes.ty.inner_named_type();
    has_field(schema, entry, field).then(|| format!("; did you mean `nodes {{ {field} }}`?"))
}

fn has_field(schema: &Schema, parent: &str, field: &str) -> bool {
    field_names(schema, parent).any(|name| name == field)
}

fn field_names<'s>(schema: &'s Schema, parent: &str) -> Box<dyn Iterator<Item = &'s str> + 's> {
    match schema.types.get(parent) {
        Some(ExtendedType::Object(object)) => Box::new(object.fields.keys().map(Name::as_str)),
        Some(ExtendedType::Interface(interface)) => Box::new(interface.fields.keys().map(Name::as_str)),
        _ => Box::new(std::iter::empty()),
    }
}
