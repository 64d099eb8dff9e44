//! How large the values are that an operation's arguments take.
//!
//! Where a variable is used, its value stands (see `document`): a body of the size that is allowed could have a document
//! that uses one large value a thousand times.

use apollo_compiler::ast;
use apollo_compiler::response::{JsonMap, JsonValue};

use super::answer::Answer;
use super::measure::within;
use super::plan::{Inner, Plan, Planned};
use crate::limits::Limits;

/// What a value takes beside its text, in bytes.
const NODE: usize = 32;

/// Refuses arguments whose values take more than the limit, a variable counted wherever it is used.
pub(super) fn check(plan: &Plan, variables: &JsonMap, limits: &Limits) -> Result<(), Answer> {
    let sizes = variables.iter().map(|(name, value)| (name.as_str(), size(value)));
    let sizes: Vec<(&str, usize)> = sizes.filter(|(_, size)| *size > 4 * NODE).collect();
    if sizes.is_empty() {
        return Ok(());
    }
    let bytes = Uses { sizes }.plan(plan);
    within(limits.argument_bytes, bytes, "bytes of values in its arguments")
}

/// Of the values that are worth counting.
struct Uses<'a> {
    sizes: Vec<(&'a str, usize)>,
}

impl Uses<'_> {
    fn plan(&self, plan: &Plan) -> usize {
        let bytes = plan.fields.iter().map(|planned| self.field(planned));
        bytes.fold(0, usize::saturating_add)
    }

    fn field(&self, planned: &Planned) -> usize {
        let own = planned
            .field
            .arguments
            .iter()
            .map(|argument| self.literal(&argument.value));
        let own = own.fold(0, usize::saturating_add);
        let inner = match &planned.inner {
            Inner::TypeName | Inner::Leaf => 0,
            Inner::Object(plan) => self.plan(plan),
            Inner::Abstract(plans) => plans
                .iter()
                .map(|plan| self.plan(plan))
                .fold(0, usize::saturating_add),
        };
        own.saturating_add(inner)
    }

    fn literal(&self, value: &ast::Value) -> usize {
        match value {
            ast::Value::Variable(name) => {
                let known = self.sizes.iter().find(|(variable, _)| *variable == name.as_str());
                known.map_or(0, |(_, size)| *size)
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
