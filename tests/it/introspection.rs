//! Introspection shows the same schema as `schema.graphql`.

use std::collections::BTreeSet;

use apollo_compiler::Schema;
use apollo_compiler::schema::ExtendedType;
use external_contacts::graphql;
use serde_json::{Value, json};

use crate::support::TestApp;

/// The names of all types and of everything in them, as introspection answers them.
fn shown(types: &Value) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for definition in types.as_array().unwrap() {
        let name = definition["name"].as_str().unwrap();
        names.insert(name.to_owned());
        for list in ["fields", "inputFields", "enumValues", "possibleTypes"] {
            let members = definition[list].as_array().into_iter().flatten();
            names.extend(members.map(|member| format!("{name}.{}", member["name"].as_str().unwrap())));
        }
    }
    names.retain(|name| !name.starts_with("__"));
    names
}

/// The same, as `schema.graphql` defines them.
fn defined(schema: &Schema) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (name, definition) in &schema.types {
        names.insert(name.to_string());
        let members: Vec<_> = match definition {
            ExtendedType::Object(object) => object.fields.keys().cloned().collect(),
            ExtendedType::Interface(interface) => {
                let objects = schema
                    .types
                    .keys()
                    .filter(|object| schema.is_subtype(name, object));
                interface.fields.keys().chain(objects).cloned().collect()
            }
            ExtendedType::Union(union) => union.members.iter().map(|member| member.name.clone()).collect(),
            ExtendedType::Enum(values) => values.values.keys().cloned().collect(),
            ExtendedType::InputObject(input) => input.fields.keys().cloned().collect(),
            ExtendedType::Scalar(_) => Vec::new(),
        };
        names.extend(members.into_iter().map(|member| format!("{name}.{member}")));
    }
    names.retain(|name| !name.starts_with("__"));
    names
}

#[tokio::test]
async fn introspection_shows_what_the_printed_schema_defines() {
    let app = TestApp::on_sqlite().await;
    let query =
        "{ __schema { description types { name fields(includeDeprecated: true) { name } inputFields { name }
        enumValues(includeDeprecated: true) { name } possibleTypes { name } } } }";
    let found = app.admin().await.data(query, json!({})).await;
    let schema = Schema::parse(graphql::sdl(false), "schema.graphql").unwrap();

    assert_eq!(shown(&found["__schema"]["types"]), defined(&schema));
    let description = schema.schema_definition.description.as_deref().unwrap();
    assert_eq!(found["__schema"]["description"], description);
}

#[tokio::test]
async fn gateways_read_the_schema_from_the_field_for_them() {
    let app = TestApp::on_sqlite().await;
    let query = r#"{ _service { sdl } __type(name: "_Service") { name } }"#;
    let found = app.admin().await.data(query, json!({})).await;

    assert_eq!(found["_service"]["sdl"], graphql::sdl(true));
    assert_eq!(found["__type"], Value::Null);
}
