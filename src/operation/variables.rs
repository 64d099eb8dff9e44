//! The values of an operation's variables, and JSON and literals as values that resolvers read.

use std::fmt;

use apollo_compiler::ast::Type;
use apollo_compiler::executable::{Operation, VariableDefinition};
use apollo_compiler::parser::SourceMap;
use apollo_compiler::response::{JsonMap, JsonValue};
use apollo_compiler::schema::{ExtendedType, InputObjectType, ScalarType};
use apollo_compiler::validation::Valid;
use apollo_compiler::{Node, Schema, ast};
use async_graphql::{Name, ServerError, Value};

use super::answer::{Answer, Code, error, set};
use super::parse::place;
use super::rules::{is_one_of, one_of};
use crate::limits::Limits;
use crate::model::{Given, check_scalar};

/// Checks the sent values against the declared types and fills in defaults (`CoerceVariableValues` of the
/// specification). A variable that was not sent and has no default is not among the values: absent is not null.
pub(super) fn coerce(
    schema: &Valid<Schema>,
    sources: &SourceMap,
    operation: &Operation,
    mut sent: JsonMap,
    limits: &Limits,
) -> Result<JsonMap, Answer> {
    let mut values = JsonMap::with_capacity(operation.variables.len());
    let mut refusals = Vec::new();
    for variable in &operation.variables {
        match value_of(schema, variable, sent.remove(variable.name.as_str())) {
            Ok(Some(value)) => drop(values.insert(variable.name.as_str(), value)),
            Ok(None) => {}
            Err(wrong) => refusals.push(wrong.told(sources, variable)),
        }
    }
    if refusals.is_empty() {
        return Ok(values);
    }
    refusals.truncate(usize::try_from(limits.reported_errors).unwrap_or(usize::MAX));
    Err(Answer::refusal(refusals))
}

fn value_of(
    schema: &Valid<Schema>,
    variable: &VariableDefinition,
    sent: Option<JsonValue>,
) -> Result<Option<JsonValue>, Wrong> {
    let default = || variable.default_value.as_deref().map(plain);
    match sent.or_else(default) {
        Some(value) => fit(schema, &variable.ty, value).map(Some),
        None if variable.ty.is_non_null() => {
            Err(Wrong::new(format!("must be given: it is a {}", variable.ty)))
        }
        None => Ok(None),
    }
}

/// A value that does not fit its type: what is wrong, and where inside the variable, innermost step first.
struct Wrong {
    reason: String,
    steps: Vec<Step>,
}

enum Step {
    Field(String),
    Item(usize),
}

impl Wrong {
    fn new(reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
            steps: Vec::new(),
        }
    }

    fn below(mut self, step: Step) -> Self {
        self.steps.push(step);
        self
    }

    /// The request error: it names the variable and the place inside it, in words and for programs.
    fn told(self, sources: &SourceMap, variable: &Node<VariableDefinition>) -> ServerError {
        let steps: String = self.steps.iter().rev().map(ToString::to_string).collect();
        let message = format!("`${}{steps}` {}", variable.name, self.reason);
        let mut error = error(Code::BadUserInput, message, place(sources, variable.location()));
        let path = std::iter::once(Value::String(variable.name.to_string()))
            .chain(self.steps.into_iter().rev().map(Value::from));
        set(&mut error, "variable", Value::List(path.collect()));
        error
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(name) => write!(f, ".{name}"),
            Self::Item(index) => write!(f, "[{index}]"),
        }
    }
}

impl From<Step> for Value {
    fn from(step: Step) -> Self {
        match step {
            Step::Field(name) => Self::String(name),
            Step::Item(index) => Self::from(index),
        }
    }
}

/// The value as its type has it: a single value in a list's place as a list, defaults of input fields filled in.
fn fit(schema: &Schema, of: &Type, value: JsonValue) -> Result<JsonValue, Wrong> {
    if value.is_null() {
        return if of.is_non_null() {
            Err(Wrong::new(format!("must not be null: it is a {of}")))
        } else {
            Ok(value)
        };
    }
    if of.is_list() {
        return match value {
            JsonValue::Array(items) => items
                .into_iter()
                .enumerate()
                .map(|(index, item)| {
                    fit(schema, of.item_type(), item).map_err(|wrong| wrong.below(Step::Item(index)))
                })
                .collect(),
            single => Ok(JsonValue::Array(vec![fit(schema, of.item_type(), single)?])),
        };
    }
    match schema.types.get(of.inner_named_type()) {
        Some(ExtendedType::Scalar(scalar)) => scalar_value(scalar, value),
        Some(ExtendedType::Enum(values)) => match value.as_str() {
            Some(name) if values.values.contains_key(name) => Ok(value),
            _ => Err(Wrong::new(format!(
                "must be one of the values of {}",
                values.name
            ))),
        },
        Some(ExtendedType::InputObject(input)) => input_value(schema, input, value),
        _ => Err(Wrong::new(format!("is of {of}, which is no input type"))),
    }
}

fn scalar_value(scalar: &ScalarType, value: JsonValue) -> Result<JsonValue, Wrong> {
    let fitted = match scalar.name.as_str() {
        "Int" => whole(&value)
            .and_then(|number| i32::try_from(number).ok())
            .map(JsonValue::from),
        "Float" => value.is_number().then_some(value),
        "String" => value.is_string().then_some(value),
        "Boolean" => value.is_boolean().then_some(value),
        "ID" if value.is_string() => Some(value),
        "ID" => whole(&value).map(|number| JsonValue::from(number.to_string())),
        name => {
            return check_scalar(name, &given(&value))
                .map(|()| value)
                .map_err(Wrong::new);
        }
    };
    fitted.ok_or_else(|| Wrong::new(format!("must be a value of {}", scalar.name)))
}

fn given(value: &JsonValue) -> Given<'_> {
    match value {
        JsonValue::String(text) => Given::Text(text.as_str()),
        JsonValue::Number(number) => Given::Number(number.to_string().into()),
        _ => Given::Other,
    }
}

/// A whole number; JSON does not tell 1 from 1.0.
fn whole(value: &JsonValue) -> Option<i64> {
    value.as_i64().or_else(|| {
        let number = value.as_f64()?;
        // Beyond this, not every whole number is one of its own.
        #[expect(clippy::cast_possible_truncation, reason = "it is whole and small enough")]
        (number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0).then_some(number as i64)
    })
}

fn input_value(schema: &Schema, input: &InputObjectType, value: JsonValue) -> Result<JsonValue, Wrong> {
    let JsonValue::Object(mut sent) = value else {
        return Err(Wrong::new(format!("must be an object of {}", input.name)));
    };
    if let Some(name) = sent.keys().find(|name| !input.fields.contains_key(name.as_str())) {
        return Err(
            Wrong::new(format!("is no field of {}", input.name)).below(Step::Field(name.as_str().to_owned()))
        );
    }
    if is_one_of(input) && (sent.len() != 1 || sent.values().any(JsonValue::is_null)) {
        return Err(Wrong::new(format!("is not right: {}", one_of(&input.name))));
    }
    let mut fitted = JsonMap::with_capacity(input.fields.len());
    for (name, field) in &input.fields {
        let default = || field.default_value.as_deref().map(plain);
        let below = |wrong: Wrong| wrong.below(Step::Field(name.to_string()));
        match sent.remove(name.as_str()).or_else(default) {
            Some(value) => drop(fitted.insert(name.as_str(), fit(schema, &field.ty, value).map_err(below)?)),
            None if field.ty.is_non_null() => {
                return Err(below(Wrong::new(format!("must be given: it is a {}", field.ty))));
            }
            None => {}
        }
    }
    Ok(JsonValue::Object(fitted))
}

/// A constant of the text as JSON. A number too large for JSON stays text, which every number type refuses.
fn plain(value: &ast::Value) -> JsonValue {
    match value {
        ast::Value::Null | ast::Value::Variable(_) => JsonValue::Null,
        ast::Value::Enum(name) => name.as_str().into(),
        ast::Value::String(text) => text.as_str().into(),
        ast::Value::Boolean(truth) => (*truth).into(),
        ast::Value::Int(number) => plain_number(number.as_str()),
        ast::Value::Float(number) => plain_number(number.as_str()),
        ast::Value::List(items) => items.iter().map(|item| plain(item)).collect(),
        ast::Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| (name.as_str(), plain(value)))
            .collect(),
    }
}

fn plain_number(digits: &str) -> JsonValue {
    json_number(digits).map_or_else(|| digits.into(), JsonValue::Number)
}

/// Zero has no sign where it is an integer: JSON would make a float of `-0`.
fn json_number(digits: &str) -> Option<serde_json::Number> {
    let integer = digits.parse::<i64>().map(serde_json::Number::from);
    integer.or_else(|_| digits.parse()).ok()
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
pub(super) fn number(digits: &str) -> Value {
    json_number(digits).map_or_else(|| Value::String(digits.to_owned()), Value::Number)
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
