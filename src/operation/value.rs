//! Conversions of values: from the document and from JSON to those that resolvers read.

use apollo_compiler::ast::{self, Type};
use apollo_compiler::response::{JsonMap, JsonValue};
use apollo_compiler::{Node, Schema};
use async_graphql::{Name, Value};

use super::schema::input_object;

/// Replaces the variables in a value of the document by their values. Returns `None` for a variable that has no value:
/// then the argument or input field is absent as well.
pub(super) fn substitute(value: &ast::Value, variables: &JsonMap) -> Option<Value> {
    Some(match value {
        ast::Value::Variable(name) => return variables.get(name.as_str()).map(from_json),
        ast::Value::Null => Value::Null,
        ast::Value::Enum(name) => Value::Enum(Name::new(name)),
        ast::Value::String(text) => Value::String(text.clone()),
        ast::Value::Boolean(truth) => Value::Boolean(*truth),
        ast::Value::Int(digits) => number(digits.as_str()),
        ast::Value::Float(digits) => number(digits.as_str()),
        ast::Value::List(items) => Value::List(
            items
                .iter()
                .map(|item| substitute(item, variables).unwrap_or_default())
                .collect(),
        ),
        ast::Value::Object(fields) => Value::Object(
            fields
                .iter()
                .filter_map(|(name, value)| Some((Name::new(name), substitute(value, variables)?)))
                .collect(),
        ),
    })
}

/// Writes integers in the place of an `ID` as text, so that no digit of a long one is lost. Returns `None` if there are
/// none.
pub(super) fn ids_as_text(schema: &Schema, of: &Type, value: &ast::Value) -> Option<ast::Value> {
    match value {
        ast::Value::Int(digits) if of.inner_named_type() == "ID" => {
            Some(ast::Value::String(digits.as_str().to_owned()))
        }
        ast::Value::List(items) => {
            let convert = |item: &Node<ast::Value>| ids_as_text(schema, of, item).map(Node::new);
            let converted: Vec<_> = items.iter().map(convert).collect();
            converted.iter().any(Option::is_some).then(|| {
                let items = converted.into_iter().zip(items);
                ast::Value::List(
                    items
                        .map(|(new, old)| new.unwrap_or_else(|| old.clone()))
                        .collect(),
                )
            })
        }
        ast::Value::Object(fields) => {
            let input = input_object(schema, of)?;
            let convert = |(name, value): &(apollo_compiler::Name, Node<ast::Value>)| {
                let of = &input.fields.get(name)?.ty;
                ids_as_text(schema, of, value).map(Node::new)
            };
            let converted: Vec<_> = fields.iter().map(convert).collect();
            converted.iter().any(Option::is_some).then(|| {
                let fields = converted.into_iter().zip(fields);
                let fields =
                    fields.map(|(new, (name, old))| (name.clone(), new.unwrap_or_else(|| old.clone())));
                ast::Value::Object(fields.collect())
            })
        }
        _ => None,
    }
}

/// Converts a constant of the document to JSON. A number too large for JSON becomes text, which every number type
/// refuses.
pub(super) fn to_json(value: &ast::Value) -> JsonValue {
    match value {
        ast::Value::Null | ast::Value::Variable(_) => JsonValue::Null,
        ast::Value::Enum(name) => name.as_str().into(),
        ast::Value::String(text) => text.as_str().into(),
        ast::Value::Boolean(truth) => (*truth).into(),
        ast::Value::Int(digits) => number_to_json(digits.as_str()),
        ast::Value::Float(digits) => number_to_json(digits.as_str()),
        ast::Value::List(items) => items.iter().map(|item| to_json(item)).collect(),
        ast::Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| (name.as_str(), to_json(value)))
            .collect(),
    }
}

/// Converts a number as it is written. One that is too large for JSON becomes text, which every number type refuses.
pub(super) fn number(digits: &str) -> Value {
    json_number(digits).map_or_else(|| Value::String(digits.to_owned()), Value::Number)
}

fn number_to_json(digits: &str) -> JsonValue {
    json_number(digits).map_or_else(|| digits.into(), JsonValue::Number)
}

/// Zero has no sign where it is an integer: JSON would make a float of `-0`.
fn json_number(digits: &str) -> Option<serde_json::Number> {
    let integer = digits.parse::<i64>().map(serde_json::Number::from);
    integer.or_else(|_| digits.parse()).ok()
}

fn from_json(value: &JsonValue) -> Value {
    match value {
        JsonValue::Null => Value::Null,
        JsonValue::Bool(truth) => Value::Boolean(*truth),
        JsonValue::Number(number) => Value::Number(number.clone()),
        JsonValue::String(text) => Value::String(text.as_str().to_owned()),
        JsonValue::Array(items) => Value::List(items.iter().map(from_json).collect()),
        JsonValue::Object(fields) => Value::Object(
            fields
                .iter()
                .map(|(name, value)| (Name::new(name.as_str()), from_json(value)))
                .collect(),
        ),
    }
}
