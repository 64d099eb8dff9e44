//! The messages about fields and types that the schema does not have.

use std::collections::BTreeSet;

use apollo_compiler::schema::ExtendedType;
use apollo_compiler::{Name, Schema};

use crate::operation::params::Introspection;
use crate::operation::suggestion::list_names;

/// The most types that a message lists.
const TYPES: usize = 5;

/// Writes the message about a field that a type does not have. It suggests, in this order, an inline fragment on the types
/// that have the field, the entries of a connection or an edge, and fields with a similar name.
pub(super) fn unknown_field(
    schema: &Schema,
    introspection: Introspection,
    parent: &str,
    name: &str,
) -> String {
    let suggestion = match introspection {
        Introspection::Allowed => {
            inline_fragment(schema, parent, name).or_else(|| entry(schema, parent, name))
        }
        Introspection::Refused => None,
    };
    let suggestion =
        suggestion.unwrap_or_else(|| introspection.did_you_mean(name, field_names(schema, parent)));
    format!("type `{parent}` does not have a field `{name}`{suggestion}")
}

/// Writes the message about a type that the schema does not have. It suggests types for which `is_possible` holds.
pub(super) fn unknown_type(
    schema: &Schema,
    introspection: Introspection,
    name: &str,
    is_possible: fn(&ExtendedType) -> bool,
) -> String {
    let types = schema.types.iter();
    let possible = types.filter(|(_, definition)| is_possible(definition));
    let suggestion = introspection.did_you_mean(name, possible.map(|(name, _)| name.as_str()));
    format!("unknown type `{name}`{suggestion}")
}

/// Suggests the types that have a field, of those that an interface or a union can be, and interfaces that these
/// implement first.
fn inline_fragment(schema: &Schema, parent: &str, field: &str) -> Option<String> {
    let types = schema.types.keys();
    let possible = types.filter(|name| schema.is_subtype(parent, name) && has_field(schema, name, field));
    let objects: Vec<&str> = possible.map(Name::as_str).collect();
    let interfaces: BTreeSet<&str> = objects
        .iter()
        .flat_map(|object| interfaces(schema, object))
        .filter(|interface| *interface != parent && has_field(schema, interface, field))
        .collect();
    let names: Vec<&str> = interfaces.into_iter().chain(objects).take(TYPES).collect();
    (!names.is_empty()).then(|| format!("; use an inline fragment on {}", list_names(&names)))
}

fn interfaces<'s>(schema: &'s Schema, object: &str) -> impl Iterator<Item = &'s str> {
    let object = schema.types.get(object).and_then(ExtendedType::as_object);
    let interfaces = object
        .into_iter()
        .flat_map(|object| &object.implements_interfaces);
    interfaces.map(|interface| interface.name.as_str())
}

/// Suggests `nodes` or `node` for a field that the entries of a connection or the entry of an edge have.
fn entry(schema: &Schema, parent: &str, field: &str) -> Option<String> {
    let entry = ["nodes", "node"].into_iter().find(|entry| {
        let definition = schema.type_field(parent, entry);
        definition.is_ok_and(|definition| has_field(schema, definition.ty.inner_named_type(), field))
    })?;
    Some(format!("; did you mean `{entry} {{ {field} }}`?"))
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
