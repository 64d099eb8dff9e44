//! The values of an operation's variables.

use std::fmt;

use apollo_compiler::ast::Type;
use apollo_compiler::executable::{Operation, VariableDefinition};
use apollo_compiler::parser::SourceMap;
use apollo_compiler::response::{JsonMap, JsonValue};
use apollo_compiler::schema::{ExtendedType, InputObjectType, ScalarType};
use apollo_compiler::validation::Valid;
use apollo_compiler::{Name, Node, Schema};
use async_graphql::{ServerError, Value};

use crate::error::Code;
use crate::limits::Limits;
use crate::model::{Given, check_scalar};
use crate::operation::answer::Answer;
use crate::operation::error::{error, position, set_extension};
use crate::operation::schema::{is_one_of, one_of_message};
use crate::operation::suggestion::did_you_mean;
use crate::operation::value::{ids_as_text, to_json};

/// Checks the sent values against the declared types and adds defaults, as `CoerceVariableValues` of the specification
/// does. A variable that was not sent and has no default has no value: absent is not null.
pub(in crate::operation) fn coerce_variables(
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
            Err(mismatch) => refusals.push(mismatch.into_error(sources, variable)),
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
) -> Result<Option<JsonValue>, Mismatch> {
    let default = || {
        let default = variable.default_value.as_deref()?;
        let converted = ids_as_text(schema, &variable.ty, default);
        Some(to_json(converted.as_ref().unwrap_or(default)))
    };
    match sent.or_else(default) {
        Some(value) => fit(schema, &variable.ty, value).map(Some),
        None if variable.ty.is_non_null() => {
            Err(Mismatch::new(format!("must be given: it is a {}", variable.ty)))
        }
        None => Ok(None),
    }
}

/// The reason why a value does not fit its type, and the path inside the variable, innermost step first.
struct Mismatch {
    reason: String,
    steps: Vec<Step>,
}

enum Step {
    Field(String),
    Item(usize),
}

impl Mismatch {
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

    /// Makes the request error, which names the variable and the path inside it, in words and for programs.
    fn into_error(self, sources: &SourceMap, variable: &Node<VariableDefinition>) -> ServerError {
        let steps: String = self.steps.iter().rev().map(ToString::to_string).collect();
        let message = format!("`${}{steps}` {}", variable.name, self.reason);
        let mut error = error(
            Code::BadUserInput,
            message,
            position(sources, variable.location()),
        );
        let path = std::iter::once(Value::String(variable.name.to_string()))
            .chain(self.steps.into_iter().rev().map(Value::from));
        set_extension(&mut error, "variable", Value::List(path.collect()));
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

/// Converts a value to its type: a single value in the place of a list becomes a list, and defaults of input fields are
/// added.
fn fit(schema: &Schema, of: &Type, value: JsonValue) -> Result<JsonValue, Mismatch> {
    if value.is_null() {
        return if of.is_non_null() {
            Err(Mismatch::new(format!("must not be null: it is a {of}")))
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
                    fit(schema, of.item_type(), item).map_err(|mismatch| mismatch.below(Step::Item(index)))
                })
                .collect(),
            single => Ok(JsonValue::Array(vec![fit(schema, of.item_type(), single)?])),
        };
    }
    match schema.types.get(of.inner_named_type()) {
        Some(ExtendedType::Scalar(scalar)) => scalar_value(scalar, value),
        Some(ExtendedType::Enum(values)) => match value.as_str() {
            Some(name) if values.values.contains_key(name) => Ok(value),
            name => {
                let known = values.values.keys().map(Name::as_str);
                let suggestion = name.map_or_else(String::new, |name| did_you_mean(name, known));
                let message = format!("must be one of the values of {}{suggestion}", values.name);
                Err(Mismatch::new(message))
            }
        },
        Some(ExtendedType::InputObject(input)) => input_value(schema, input, value),
        _ => Err(Mismatch::new(format!("is of {of}, which is no input type"))),
    }
}

fn scalar_value(scalar: &ScalarType, value: JsonValue) -> Result<JsonValue, Mismatch> {
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
                .map_err(Mismatch::new);
        }
    };
    fitted.ok_or_else(|| Mismatch::new(format!("must be a value of {}", scalar.name)))
}

fn given(value: &JsonValue) -> Given<'_> {
    match value {
        JsonValue::String(text) => Given::Text(text.as_str()),
        JsonValue::Number(number) => Given::Number(number.to_string().into()),
        _ => Given::Other,
    }
}

/// Returns a whole number. JSON does not distinguish 1 from 1.0.
fn whole(value: &JsonValue) -> Option<i64> {
    value.as_i64().or_else(|| {
        let number = value.as_f64()?;
        // Beyond this, floating-point numbers cannot represent every whole number.
        #[expect(clippy::cast_possible_truncation, reason = "it is whole and small enough")]
        (number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0).then_some(number as i64)
    })
}

fn input_value(schema: &Schema, input: &InputObjectType, value: JsonValue) -> Result<JsonValue, Mismatch> {
    let JsonValue::Object(mut sent) = value else {
        return Err(Mismatch::new(format!("must be an object of {}", input.name)));
    };
    let mut names = sent.keys();
    if let Some(name) = names.find(|name| !input.fields.contains_key(name.as_str())) {
        let known = input.fields.keys().map(Name::as_str);
        let message = format!(
            "is no field of {}{}",
            input.name,
            did_you_mean(name.as_str(), known)
        );
        return Err(Mismatch::new(message).below(Step::Field(name.as_str().to_owned())));
    }
    if is_one_of(input) && (sent.len() != 1 || sent.values().any(JsonValue::is_null)) {
        return Err(Mismatch::new(format!(
            "is not right: {}",
            one_of_message(&input.name)
        )));
    }
    let mut fitted = JsonMap::with_capacity(input.fields.len());
    for (name, field) in &input.fields {
        let default = || field.default_value.as_deref().map(to_json);
        let below = |mismatch: Mismatch| mismatch.below(Step::Field(name.to_string()));
        match sent.remove(name.as_str()).or_else(default) {
            Some(value) => drop(fitted.insert(name.as_str(), fit(schema, &field.ty, value).map_err(below)?)),
            None if field.ty.is_non_null() => {
                return Err(below(Mismatch::new(format!(
                    "must be given: it is a {}",
                    field.ty
                ))));
            }
            None => {}
        }
    }
    Ok(JsonValue::Object(fitted))
}
