//! The values of an operation's variables.

use std::fmt;

use apollo_compiler::ast::Type;
use apollo_compiler::executable::{Operation, VariableDefinition};
use apollo_compiler::parser::SourceMap;
use apollo_compiler::response::{JsonMap, JsonValue};
use apollo_compiler::schema::{EnumType, ExtendedType, InputObjectType, ScalarType};
use apollo_compiler::validation::Valid;
use apollo_compiler::{Name, Node, Schema};
use async_graphql::{ServerError, Value};

use crate::error::Code;
use crate::limits::Limits;
use crate::model::{Given, check_scalar};
use crate::operation::answer::Answer;
use crate::operation::error::{beginning, error, position, set_extension};
use crate::operation::params::Introspection;
use crate::operation::schema::{is_one_of, one_of_message};
use crate::operation::value::{ids_as_text, to_json};

/// The coercion of the values that a request sends for the variables of an operation.
#[derive(Clone, Copy)]
pub(in crate::operation) struct VariableCoercion<'a> {
    /// The schema.
    pub schema: &'a Valid<Schema>,
    /// Whether names of the schema may be suggested.
    pub introspection: Introspection,
    /// The text of the operation, for positions.
    pub sources: &'a SourceMap,
}

impl VariableCoercion<'_> {
    /// Checks the sent values against the declared types and adds defaults, as `CoerceVariableValues` of the specification
    /// does. A variable that was not sent and has no default has no value: absent is not null.
    pub(in crate::operation) fn coerce(
        self,
        operation: &Operation,
        mut sent: JsonMap,
        limits: &Limits,
    ) -> Result<JsonMap, Answer> {
        let mut values = JsonMap::with_capacity(operation.variables.len());
        let mut refusals = Vec::new();
        for variable in &operation.variables {
            match self.value_of(variable, sent.remove(variable.name.as_str())) {
                Ok(Some(value)) => drop(values.insert(variable.name.as_str(), value)),
                Ok(None) => {}
                Err(mismatch) => refusals.push(mismatch.into_error(self.sources, variable)),
            }
        }
        if refusals.is_empty() {
            return Ok(values);
        }
        refusals.truncate(usize::try_from(limits.reported_errors).unwrap_or(usize::MAX));
        Err(Answer::refusal(refusals))
    }

    fn value_of(
        self,
        variable: &VariableDefinition,
        sent: Option<JsonValue>,
    ) -> Result<Option<JsonValue>, Mismatch> {
        let default = || {
            let default = variable.default_value.as_deref()?;
            let converted = ids_as_text(self.schema, &variable.ty, default);
            Some(to_json(converted.as_ref().unwrap_or(default)))
        };
        match sent.or_else(default) {
            Some(value) => self.fit(&variable.ty, value).map(Some),
            None if variable.ty.is_non_null() => Err(Mismatch::absent(&variable.ty)),
            None => Ok(None),
        }
    }

    /// Converts a value to its type: a single value in the place of a list becomes a list, and defaults of input fields are
    /// added.
    fn fit(self, of: &Type, value: JsonValue) -> Result<JsonValue, Mismatch> {
        if value.is_null() {
            return if of.is_non_null() {
                Err(Mismatch::new(format!("must not be null: it is of type `{of}`")))
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
                        self.fit(of.item_type(), item)
                            .map_err(|mismatch| mismatch.below(Step::Item(index)))
                    })
                    .collect(),
                single => Ok(JsonValue::Array(vec![self.fit(of.item_type(), single)?])),
            };
        }
        match self.schema.types.get(of.inner_named_type()) {
            Some(ExtendedType::Scalar(scalar)) => scalar_value(scalar, value),
            Some(ExtendedType::Enum(definition)) => self.enum_value(definition, value),
            Some(ExtendedType::InputObject(input)) => self.input_value(input, value),
            _ => Err(Mismatch::new(format!("is of `{of}`, which is no input type"))),
        }
    }

    fn enum_value(self, of: &EnumType, value: JsonValue) -> Result<JsonValue, Mismatch> {
        match value.as_str() {
            Some(name) if of.values.contains_key(name) => Ok(value),
            Some(name) => {
                let known = of.values.keys().map(Name::as_str);
                let suggestion = self.introspection.did_you_mean(name, known);
                let found = shown(&value);
                Err(Mismatch::new(format!(
                    "must be one of the values of `{}`, found `{found}`{suggestion}",
                    of.name
                )))
            }
            None => Err(Mismatch::type_of(&of.name, &value)),
        }
    }

    fn input_value(self, input: &InputObjectType, value: JsonValue) -> Result<JsonValue, Mismatch> {
        let JsonValue::Object(mut sent) = value else {
            let (name, found) = (&input.name, shown(&value));
            return Err(Mismatch::new(format!(
                "must be an object of `{name}`, found `{found}`"
            )));
        };
        let mut names = sent.keys();
        if let Some(name) = names.find(|name| !input.fields.contains_key(name.as_str())) {
            let known = input.fields.keys().map(Name::as_str);
            let suggestion = self.introspection.did_you_mean(name.as_str(), known);
            let message = format!("is not a field of `{}`{suggestion}", input.name);
            return Err(Mismatch::new(message).below(Step::Field(name.as_str().to_owned())));
        }
        if is_one_of(input) && (sent.len() != 1 || sent.values().any(JsonValue::is_null)) {
            let rule = one_of_message(&input.name);
            return Err(Mismatch::new(format!("is not right: {rule}")));
        }
        let mut fitted = JsonMap::with_capacity(input.fields.len());
        for (name, field) in &input.fields {
            let default = || field.default_value.as_deref().map(to_json);
            let below = |mismatch: Mismatch| mismatch.below(Step::Field(name.to_string()));
            match sent.remove(name.as_str()).or_else(default) {
                Some(value) => drop(fitted.insert(name.as_str(), self.fit(&field.ty, value).map_err(below)?)),
                None if field.ty.is_non_null() => return Err(below(Mismatch::absent(&field.ty))),
                None => {}
            }
        }
        Ok(JsonValue::Object(fitted))
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

    fn absent(of: &Type) -> Self {
        Self::new(format!("must be given: it is of type `{of}`"))
    }

    fn type_of(of: &Name, value: &JsonValue) -> Self {
        Self::new(format!("must be a value of `{of}`, found `{}`", shown(value)))
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

fn scalar_value(scalar: &ScalarType, value: JsonValue) -> Result<JsonValue, Mismatch> {
    let fitted = match scalar.name.as_str() {
        "Int" => whole(&value)
            .and_then(|number| i32::try_from(number).ok())
            .map(JsonValue::from),
        "Float" if value.is_number() => return Ok(value),
        "String" | "ID" if value.is_string() => return Ok(value),
        "Boolean" if value.is_boolean() => return Ok(value),
        "ID" => whole(&value).map(|number| JsonValue::from(number.to_string())),
        "Float" | "String" | "Boolean" => None,
        name => {
            return check_scalar(name, &given(&value))
                .map(|()| value)
                .map_err(Mismatch::new);
        }
    };
    fitted.ok_or_else(|| Mismatch::type_of(&scalar.name, &value))
}

/// Writes the beginning of a value.
fn shown(value: &JsonValue) -> String {
    beginning(value.to_string())
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
