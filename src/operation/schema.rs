//! The schema that documents are validated against.

use std::collections::HashMap;

use anyhow::ensure;
use apollo_compiler::ast::{DirectiveList, FieldDefinition, Type};
use apollo_compiler::schema::{Component, ExtendedType, InputObjectType};
use apollo_compiler::validation::{DiagnosticList, Valid};
use apollo_compiler::{Name, Schema};

/// The object types that an interface or a union can be, by its name.
pub(super) type PossibleTypes = HashMap<String, Vec<Name>>;

/// Parses the schema as async-graphql's plain `sdl()` prints it. That export includes `_entities` and `_service` if the
/// schema is federated; the export for a gateway leaves them out.
pub(super) fn parse_schema(sdl: &str) -> anyhow::Result<Valid<Schema>> {
    let invalid = |list: DiagnosticList| anyhow::anyhow!("the schema is not valid: {list}");
    let mut schema = Schema::parse(sdl, "schema.graphql").map_err(|failed| invalid(failed.errors))?;
    add_is_one_of(&mut schema);
    let schema = schema.validate().map_err(|failed| invalid(failed.errors))?;
    ensure_flat_interfaces(&schema)?;
    Ok(schema)
}

/// Fails on an interface that implements another: async-graphql does not return `interfaces` of interfaces, and the
/// completion of an answer can only add an empty list.
fn ensure_flat_interfaces(schema: &Schema) -> anyhow::Result<()> {
    for (name, definition) in &schema.types {
        let is_flat = match definition {
            ExtendedType::Interface(interface) => interface.implements_interfaces.is_empty(),
            _ => true,
        };
        ensure!(is_flat, "the interface `{name}` must not implement another");
    }
    Ok(())
}

/// Adds `__Type.isOneOf`, which came with the September 2025 edition; the compiler's introspection types are older.
fn add_is_one_of(schema: &mut Schema) {
    let name = Name::new_static_unchecked("isOneOf");
    if let Some(ExtendedType::Object(object)) = schema.types.get_mut("__Type") {
        let definition = FieldDefinition {
            description: None,
            name: name.clone(),
            arguments: Vec::new(),
            ty: Type::Named(Name::new_static_unchecked("Boolean")),
            directives: DirectiveList::default(),
        };
        object
            .make_mut()
            .fields
            .entry(name)
            .or_insert_with(|| Component::new(definition));
    }
}

/// Lists the possible types of all interfaces and unions.
pub(super) fn possible_types(schema: &Schema) -> PossibleTypes {
    let objects = || {
        schema
            .types
            .iter()
            .filter(|(_, definition)| definition.is_object())
    };
    let is_abstract = |definition: &ExtendedType| definition.is_interface() || definition.is_union();
    let types = schema
        .types
        .iter()
        .filter(|(_, definition)| is_abstract(definition));
    types
        .map(|(name, _)| {
            let possible = objects().filter(|(object, _)| schema.is_subtype(name, object));
            let possible = possible.map(|(object, _)| object.clone());
            (name.to_string(), possible.collect())
        })
        .collect()
}

/// Returns the input object type of a value, if it is of one.
pub(super) fn input_object<'s>(schema: &'s Schema, of: &Type) -> Option<&'s InputObjectType> {
    match schema.types.get(of.inner_named_type()) {
        Some(ExtendedType::InputObject(input)) => Some(input),
        _ => None,
    }
}

/// Whether exactly one field of an input object must be given.
pub(super) fn is_one_of(input: &InputObjectType) -> bool {
    input.directives.has("oneOf")
}

/// The message about a `@oneOf` input that does not have exactly one field.
pub(super) fn one_of_message(input: &Name) -> String {
    format!("exactly one field of `{input}` must be given, and it must not be null")
}

/// Whether a field reads the schema. Tools nest such fields deeply, and a rule of its own limits them.
pub(super) fn reads_schema(field: &str) -> bool {
    matches!(field, "__schema" | "__type")
}
