//! U+0000 in every text that the schema takes: refused by name, on both engines alike.

use apollo_compiler::Schema;
use apollo_compiler::ast::Type;
use apollo_compiler::schema::{ExtendedType, FieldDefinition};
use external_contacts::graphql;
use external_contacts::limits::{CallerLimits, Limits};
use serde_json::{Value, json};

use crate::permission::{id_of, world};
use crate::support::{TestCaller, on_both_engines};

/// The most levels of input objects inside each other.
const DEEPEST: usize = 4;

/// A value with U+0000 in one text, and the path to that text.
struct Sample {
    value: Value,
    path: Vec<String>,
}

impl Sample {
    fn below(mut self, step: &str, value: impl FnOnce(Value) -> Value) -> Self {
        self.path.insert(0, step.to_owned());
        self.value = value(self.value);
        self
    }
}

/// The samples of a type: one for every text in it.
fn samples(schema: &Schema, ty: &Type, world: &Value, depth: usize) -> Vec<Sample> {
    if ty.is_list() {
        let items = samples(schema, ty.item_type(), world, depth);
        return items
            .into_iter()
            .map(|item| item.below("0", |value| json!([value])))
            .collect();
    }
    match (
        ty.inner_named_type().as_str(),
        &schema.types[ty.inner_named_type()],
    ) {
        ("Int" | "Float" | "Boolean", _) | (_, ExtendedType::Enum(_)) => Vec::new(),
        ("_Any", _) => vec![Sample {
            value: json!({ "__typename": "Contact", "id": "a\0b" }),
            path: vec!["id".to_owned()],
        }],
        (_, ExtendedType::Scalar(_)) => vec![Sample {
            value: json!("a\0b"),
            path: Vec::new(),
        }],
        (_, ExtendedType::InputObject(_)) if depth == DEEPEST => Vec::new(),
        (_, ExtendedType::InputObject(input)) => {
            let is_one_of = input.directives.get("oneOf").is_some();
            let of_field = |(name, field): (&apollo_compiler::Name, &FieldType)| {
                let all = samples(schema, &field.ty, world, depth + 1);
                let wrap = |sample: Sample| {
                    sample.below(name, |value| {
                        let mut object = if is_one_of {
                            json!({})
                        } else {
                            valid(schema, ty, name, world)
                        };
                        object[name.as_str()] = value;
                        object
                    })
                };
                all.into_iter().map(wrap).collect::<Vec<_>>()
            };
            input.fields.iter().flat_map(of_field).collect()
        }
        (named, _) => panic!("{named} is no input type"),
    }
}

type FieldType = apollo_compiler::schema::Component<apollo_compiler::ast::InputValueDefinition>;

/// An acceptable value, with required fields only.
fn valid(schema: &Schema, ty: &Type, name: &str, world: &Value) -> Value {
    if name == "members" && ty.is_list() {
        return json!([{ "id": world["changed"] }, { "id": world["other"] }]);
    }
    if ty.is_list() {
        return json!([valid(schema, ty.item_type(), name, world)]);
    }
    match ty.inner_named_type().as_str() {
        "ID" if name == "id" => world["changed"].clone(),
        "ID" => world[id_of(name)].clone(),
        "Int" => json!(1),
        "Boolean" => json!(true),
        "String" if name == "number" => json!("+12025550123"),
        "String" if name == "address" => json!("ada@example.com"),
        "String" => json!("ada"),
        "DateTime" => json!("2026-01-01T00:00:00Z"),
        "Date" => json!("2026-01-01"),
        "Decimal" => json!("1"),
        "URL" => json!("https://example.com"),
        "_Any" => json!({ "__typename": "Contact", "id": world["contact"] }),
        named => match &schema.types[named] {
            ExtendedType::Enum(of) => json!(of.values.keys().next().unwrap().as_str()),
            ExtendedType::InputObject(input) => {
                let one_of = input.directives.get("oneOf").is_some();
                // A contact needs a name, although neither of its two is required.
                let is_needed = |name: &str| name == "lastName";
                let fields = input
                    .fields
                    .iter()
                    .filter(|(name, field)| one_of || field.is_required() || is_needed(name));
                fields
                    .take(if one_of { 1 } else { usize::MAX })
                    .map(|(name, field)| (name.to_string(), valid(schema, &field.ty, name, world)))
                    .collect::<serde_json::Map<_, _>>()
                    .into()
            }
            _ => panic!("no value of {named} is known"),
        },
    }
}

/// The operation that gives a field this value for one of its arguments, and acceptable ones for those it requires.
fn operation(
    schema: &Schema,
    on: &str,
    field: &FieldDefinition,
    argument: &str,
    world: &Value,
) -> (String, Value) {
    let (mut definitions, mut arguments, mut variables) = (Vec::new(), Vec::new(), json!({}));
    for defined in &field.arguments {
        if defined.name == argument || defined.is_required() {
            definitions.push(format!("${}: {}", defined.name, defined.ty));
            arguments.push(format!("{0}: ${0}", defined.name));
            variables[defined.name.as_str()] = valid(schema, &defined.ty, &defined.name, world);
        }
    }
    let selection = match &schema.types[field.ty.inner_named_type()] {
        ExtendedType::Scalar(_) | ExtendedType::Enum(_) => "",
        _ if on == "Mutation" => " { userErrors { code field message } }",
        _ => " { __typename }",
    };
    let asked = format!("{}({}){selection}", field.name, arguments.join(", "));
    let definitions = definitions.join(", ");
    let query = match on {
        "Query" | "Mutation" | "Subscription" => {
            format!("{} ({definitions}) {{ {asked} }}", on.to_lowercase())
        }
        "Identification" => {
            let point = "{ phoneNumber: \"+12025550123\" }";
            format!("query ({definitions}) {{ identify(contactPoint: {point}) {{ {asked} }} }}")
        }
        kind => {
            let noun = format!("{}{}", kind[..1].to_lowercase(), &kind[1..]);
            let id = &world[&noun];
            assert!(id.is_string(), "{kind}.{} cannot be asked", field.name);
            format!("query ({definitions}) {{ node(id: {id}) {{ ... on {kind} {{ {asked} }} }} }}")
        }
    };
    (query, variables)
}

/// Asserts that the answer refuses the text at this path, and nothing else.
async fn assert_refused(caller: &TestCaller<'_>, query: &str, variables: &Value, path: &[String]) {
    let answer = if query.starts_with("subscription") {
        let prepared = caller.refused_subscription(query, variables.clone());
        prepared.unwrap_or_else(|| panic!("{query} {variables} began"))
    } else {
        caller.run(query, variables.clone()).await
    };
    let shown = || format!("{query}\n{variables}\n{answer}");
    if let Some(error) = answer["errors"].get(0) {
        assert_eq!(error["extensions"]["code"], "BAD_USER_INPUT", "{}", shown());
        let named = path.iter().rfind(|step| step.parse::<usize>().is_err());
        let message = error["message"].as_str().unwrap();
        assert!(
            named.is_none_or(|name| message.contains(name.as_str())),
            "{}",
            shown()
        );
        return;
    }
    let payload = answer["data"].as_object().and_then(|data| data.values().next());
    let errors = payload.map_or(&Value::Null, |payload| &payload["userErrors"]);
    let at_path = |error: &Value| error["code"] == "INVALID" && error["field"] == json!(path);
    assert!(
        errors.as_array().is_some_and(|errors| errors.iter().any(at_path)),
        "{}",
        shown()
    );
}

on_both_engines! {
    async fn no_text_with_it_is_accepted_anywhere(app: &TestApp) {
        let schema = graphql::schema(Limits::default(), CallerLimits::default()).sdl();
        let schema = Schema::parse(schema, "schema.graphql").unwrap();
        let admin = app.admin().await;
        let mut world = world(&admin).await;
        let others = [admin.contact("Other").await, admin.organization("Other").await];
        let mut refused = 0;

        for (on, definition) in &schema.types {
            let ExtendedType::Object(object) = definition else { continue };
            if on.starts_with("__") {
                continue;
            }
            for field in object.fields.values() {
                // The record that a mutation changes is of the kind that its name ends with.
                let kinds = ["organization", "user", "relationship", "note", "wrapUpCode", "interaction", "contact"];
                let is_meant = |kind: &&str| field.name.to_lowercase().trim_end_matches('s').ends_with(&kind.to_lowercase());
                let kind = kinds.into_iter().find(is_meant).unwrap_or("contact");
                world["changed"] = world[kind].clone();
                world["other"] = others[usize::from(kind == "organization")].clone();
                for argument in &field.arguments {
                    for sample in samples(&schema, &argument.ty, &world, 0) {
                        let (query, mut variables) = operation(&schema, on, field, &argument.name, &world);
                        variables[argument.name.as_str()] = sample.value;
                        assert_refused(&admin, &query, &variables, &sample.path).await;
                        refused += 1;
                    }
                }
            }
        }

        assert!(refused > 300, "only {refused} texts were found");
    }
}
