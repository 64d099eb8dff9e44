//! Nothing in the schema is left out of the corpus.

use std::collections::BTreeSet;

use apollo_compiler::Schema;
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::validation::Valid;
use external_contacts::graphql;
use external_contacts::limits::{CallerLimits, Limits};
use serde_json_bytes::Value;

use super::seen::Seen;

/// Elements that the corpus leaves out, each with the reason.
const LEFT_OUT: &[(&str, &str)] = &[
    ("Query._service", "`schema.graphql` records the schema itself"),
    ("UserErrorCode.TOO_LARGE", "it takes 10,001 notes"),
    ("_Service.sdl", "as above"),
];

#[test]
fn every_field_argument_and_value_of_the_schema_is_exercised() {
    let schema = schema();
    let seen = seen(&schema);

    let missing: Vec<String> = declared(&schema).difference(&seen.names).cloned().collect();

    let left_out: Vec<&str> = LEFT_OUT.iter().map(|(name, _)| *name).collect();
    assert_eq!(missing, left_out, "not exercised, or left out in vain");
}

#[test]
fn every_mutation_succeeds_and_is_refused() {
    let schema = schema();
    let seen = seen(&schema);
    let Some(ExtendedType::Object(mutations)) = schema.types.get("Mutation") else {
        panic!("there are mutations")
    };

    let all: BTreeSet<String> = mutations.fields.keys().map(ToString::to_string).collect();

    assert_eq!(seen.succeeded, all);
    assert_eq!(seen.refused, all);
}

fn schema() -> Valid<Schema> {
    // With what only gateways use.
    let sdl = graphql::schema(Limits::default(), CallerLimits::default()).sdl();
    Schema::parse_and_validate(sdl, "schema.graphql").unwrap()
}

/// Returns the elements that the recorded operations exercise.
fn seen(schema: &Valid<Schema>) -> Seen<'_> {
    let mut seen = Seen::new(schema);
    for (_, entry) in super::recorded() {
        let Some(Value::String(query)) = entry.get("query") else {
            panic!("an operation is recorded: {entry}")
        };
        let name = entry.get("operationName").and_then(Value::as_str);
        let (variables, answer) = (entry.get("variables"), entry.get("answer"));
        seen.operation(query.as_str(), name, variables, answer);
    }
    seen
}

/// The names of everything in the schema: `Type.field`, `Type.field(argument)`, `Input.field`, `Enum.VALUE`.
fn declared(schema: &Schema) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (name, definition) in schema.types.iter().filter(|(name, _)| !name.starts_with("__")) {
        match definition {
            ExtendedType::Object(object) => {
                for (field, definition) in &object.fields {
                    names.insert(format!("{name}.{field}"));
                    let arguments = definition.arguments.iter();
                    names.extend(arguments.map(|argument| format!("{name}.{field}({})", argument.name)));
                }
            }
            ExtendedType::InputObject(input) => {
                names.extend(input.fields.keys().map(|field| format!("{name}.{field}")));
            }
            ExtendedType::Enum(values) => {
                names.extend(values.values.keys().map(|value| format!("{name}.{value}")));
            }
            ExtendedType::Scalar(_) | ExtendedType::Interface(_) | ExtendedType::Union(_) => {}
        }
    }
    names
}
