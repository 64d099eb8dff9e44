//! The memory that the arguments of an operation take.
//!
//! The document that runs contains the value of a variable wherever the variable is used. Without a limit, a request of
//! the accepted size could use one large value a thousand times.

use apollo_compiler::ast;
use apollo_compiler::response::{JsonMap, JsonValue};

use crate::limits::Limits;
use crate::operation::answer::Answer;
use crate::operation::limit::check_limit;
use crate::operation::plan::{Fold, Plan, PlannedField};

/// The estimated bytes of a value beside its text.
const NODE: usize = 32;

/// Refuses arguments whose values take more bytes than the limit. A variable counts wherever it is used.
pub(in crate::operation) fn check_argument_size(
    plan: &Plan,
    variables: &JsonMap,
    limits: &Limits,
) -> Result<(), Answer> {
    let sizes = variables.iter().map(|(name, value)| (name.as_str(), size(value)));
    let sizes: Vec<(&str, usize)> = sizes.filter(|(_, size)| *size > 4 * NODE).collect();
    if sizes.is_empty() {
        return Ok(());
    }
    let bytes = plan.fold(&ArgumentSize { sizes }, ());
    check_limit(limits.argument_bytes, bytes, "bytes of values in its arguments")
}

/// The sum of the sizes of arguments, by the sizes of the variables that are large enough to matter.
struct ArgumentSize<'a> {
    sizes: Vec<(&'a str, usize)>,
}

impl Fold for ArgumentSize<'_> {
    type Place = ();
    type Output = usize;

    fn place_below(&self, _: &PlannedField, (): ()) {}

    fn field(&self, field: &PlannedField, (): (), selection: Option<usize>) -> usize {
        let arguments = field.arguments.iter();
        let own = self.object(arguments.map(|argument| self.literal(&argument.value)));
        own.saturating_add(selection.unwrap_or_default())
    }

    fn object(&self, fields: impl Iterator<Item = usize>) -> usize {
        fields.fold(0, usize::saturating_add)
    }

    /// The document that runs has the fields of every possible type.
    fn possible_types<'p>(&self, _: &PlannedField, plans: impl Iterator<Item = (&'p Plan, usize)>) -> usize {
        self.object(plans.map(|(_, size)| size))
    }
}

impl ArgumentSize<'_> {
    fn literal(&self, value: &ast::Value) -> usize {
        match value {
            ast::Value::Variable(name) => {
                let mut sizes = self.sizes.iter();
                let size = sizes.find(|(variable, _)| *variable == name.as_str());
                size.map_or(0, |(_, size)| *size)
            }
            ast::Value::List(items) => items.iter().map(|item| self.literal(item)).sum(),
            ast::Value::Object(fields) => fields.iter().map(|(_, value)| self.literal(value)).sum(),
            _ => 0,
        }
    }
}

fn size(value: &JsonValue) -> usize {
    NODE + match value {
        JsonValue::Null | JsonValue::Bool(_) | JsonValue::Number(_) => 0,
        JsonValue::String(text) => text.as_str().len(),
        JsonValue::Array(items) => items.iter().map(size).sum(),
        JsonValue::Object(fields) => fields
            .iter()
            .map(|(name, value)| name.as_str().len() + size(value))
            .sum(),
    }
}
