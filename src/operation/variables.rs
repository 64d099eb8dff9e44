//! The values of an operation's variables, and JSON and literals as values that resolvers read.

use apollo_compiler::executable::Operation;
use apollo_compiler::parser::SourceMap;
use apollo_compiler::request::coerce_variable_values;
use apollo_compiler::response::{JsonMap, JsonValue};
use apollo_compiler::validation::Valid;
use apollo_compiler::{Schema, ast};
use async_graphql::{Name, Value};

use super::answer::{Answer, Code};
use super::parse::place;
use super::rules::check_json;

/// Checks the sent values against the declared types and fills in defaults. A variable that was
/// not sent and has no default is not among the values: absent is not null.
pub(super) fn coerce(
    schema: &Valid<Schema>,
    sources: &SourceMap,
    operation: &Operation,
    sent: serde_json::Map<String, serde_json::Value>,
) -> Result<Valid<JsonMap>, Answer> {
    let sent = sent
        .into_iter()
        .map(|(name, value)| (name.into(), value.into()))
        .collect();
    let values = coerce_variable_values(schema, operation, &sent).map_err(|refused| {
        let message = refused.message().to_string();
        Answer::refuse(Code::BadUserInput, message, place(sources, refused.location()))
    })?;
    for variable in &operation.variables {
        let value = values.get(variable.name.as_str());
        if let Some(message) = value.and_then(|value| check_json(schema, &variable.ty, value)) {
            let at = place(sources, variable.location());
            return Err(Answer::refuse(Code::BadUserInput, message, at));
        }
    }
    Ok(values)
}

/// A literal, with the variables in it replaced by their values. `None` when it is a variable that
/// has no value: then the argument or input field it was for is absent as well.
pub(super) fn literal(value: &ast::Value, variables: &JsonMap) -> Option<Value> {
    Some(match value {
        ast::Value::Variable(name) => return variables.get(name.as_str()).map(json),
        ast::Value::Null => Value::Null,
        ast::Value::Enum(name) => Value::Enum(Name::new(name)),
        ast::Value::String(text) => Value::String(text.clone()),
        ast::Value::Boolean(truth) => Value::Boolean(*truth),
        ast::Value::Int(number) => self::number(number.as_str()),
        ast::Value::Float(number) => self::number(number.as_str()),
        ast::Value::List(items) => Value::List(
            items
                .iter()
                .map(|item| literal(item, variables).unwrap_or_default())
                .collect(),
        ),
        ast::Value::Object(fields) => Value::Object(
            fields
                .iter()
                .filter_map(|(name, value)| Some((Name::new(name), literal(value, variables)?)))
                .collect(),
        ),
    })
}

/// A number as it is written. One that is too large for JSON stays text, which every number type refuses.
fn number(digits: &str) -> Value {
    digits
        .parse()
        .map_or_else(|_| Value::String(digits.to_owned()), Value::Number)
}

fn json(value: &JsonValue) -> Value {
    match value {
        JsonValue::Null => Value::Null,
        JsonValue::Bool(truth) => Value::Boolean(*truth),
        JsonValue::Number(number) => Value::Number(number.clone()),
        JsonValue::String(text) => Value::String(text.as_str().to_owned()),
        JsonValue::Array(items) => Value::List(items.iter().map(json).collect()),
        JsonValue::Object(fields) => Value::Object(
            fields
                .iter()
                .map(|(name, value)| (Name::new(name.as_str()), json(value)))
                .collect(),
        ),
    }
}
