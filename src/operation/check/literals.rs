//! Rules about the values in a document that the compiler's validation leaves out.
//!
//! They hold for arguments of fields and of directives: every field of an input object occurs once; a `@oneOf` input has
//! exactly one field, which is not null; variables inside lists and input objects have types that fit; and a custom scalar
//! has a value that it accepts.

use std::collections::HashSet;

use apollo_compiler::ast::{Argument, DirectiveList, InputValueDefinition, Type, Value};
use apollo_compiler::executable::{Operation, Selection, SelectionSet, VariableDefinition};
use apollo_compiler::parser::SourceSpan;
use apollo_compiler::{ExecutableDocument, Name, Node, Schema};

use super::mistakes::undefined_variable;
use crate::model::{Given, check_scalar};
use crate::operation::schema::{input_object, is_one_of, one_of_message};
use crate::operation::value::number;

/// The message and the position of a violated rule.
pub(super) type Violation = (String, Option<SourceSpan>);

/// Checks the values that each operation uses, with its variables. The document is valid otherwise.
pub(super) fn check_literals(schema: &Schema, document: &ExecutableDocument) -> Vec<Violation> {
    let check = |operation: &Node<Operation>| {
        let mut rules = Rules {
            schema,
            document,
            operation,
            opened: HashSet::new(),
            violations: Vec::new(),
        };
        for variable in &operation.variables {
            if let Some(default) = &variable.default_value {
                rules.value(Some(&variable.ty), default, false);
            }
        }
        rules.selections(&operation.selection_set);
        rules.violations
    };
    document.operations.iter().flat_map(check).collect()
}

struct Rules<'a> {
    schema: &'a Schema,
    document: &'a ExecutableDocument,
    operation: &'a Operation,
    opened: HashSet<&'a Name>,
    violations: Vec<Violation>,
}

impl<'a> Rules<'a> {
    fn selections(&mut self, set: &'a SelectionSet) {
        for selection in &set.selections {
            self.directives(selection.directives());
            match selection {
                Selection::Field(field) => {
                    self.arguments(&field.arguments, &field.definition.arguments);
                    self.selections(&field.selection_set);
                }
                Selection::InlineFragment(fragment) => self.selections(&fragment.selection_set),
                Selection::FragmentSpread(spread) if self.opened.insert(&spread.fragment_name) => {
                    if let Some(fragment) = self.document.fragments.get(&spread.fragment_name) {
                        self.selections(&fragment.selection_set);
                    }
                }
                Selection::FragmentSpread(_) => {}
            }
        }
    }

    fn directives(&mut self, directives: &'a DirectiveList) {
        for directive in directives {
            if let Some(definition) = self.schema.directive_definitions.get(&directive.name) {
                self.arguments(&directive.arguments, &definition.arguments);
            }
        }
    }

    fn arguments(&mut self, given: &[Node<Argument>], defined: &[Node<InputValueDefinition>]) {
        for argument in given {
            if let Some(definition) = defined.iter().find(|definition| definition.name == argument.name) {
                let has_default = definition.default_value.is_some();
                self.value(Some(&definition.ty), &argument.value, has_default);
            }
        }
    }

    /// Checks a value. `of` is the expected type; `None` inside a scalar that accepts any shape. `has_default` tells whether
    /// there is a default if the value turns out to be absent.
    fn value(&mut self, of: Option<&Type>, value: &Node<Value>, has_default: bool) {
        if let Some(of) = of {
            self.scalar(of, value);
        }
        match value.as_ref() {
            Value::Variable(name) => self.variable(of, name, value, has_default),
            Value::List(items) => {
                let of = of.filter(|of| of.is_list()).map(Type::item_type);
                for item in items {
                    self.value(of, item, false);
                }
            }
            Value::Object(fields) => self.object(of, value, fields),
            _ => {}
        }
    }

    /// Checks the value of a custom scalar, which may stand for a list with a single item.
    fn scalar(&mut self, of: &Type, value: &Node<Value>) {
        let is_list = of.is_list() && value.as_list().is_some();
        if is_list || value.is_null() || value.as_variable().is_some() {
            return;
        }
        let name = of.inner_named_type();
        if let Err(reason) = check_literal(name, value) {
            let message = format!("a value of `{name}` {reason}");
            self.violations.push((message, value.location()));
        }
    }

    /// Checks that a variable is defined, and `IsVariableUsageAllowed` of the specification except for `@oneOf` inputs.
    fn variable(&mut self, of: Option<&Type>, name: &Name, value: &Node<Value>, has_default: bool) {
        let defined = &self.operation.variables;
        let Some(variable) = defined.iter().find(|variable| variable.name == *name) else {
            let message = undefined_variable(self.operation.name.as_ref(), defined, name);
            return self.violations.push((message, value.location()));
        };
        let Some(of) = of else {
            return;
        };
        let may_be_absent = has_value_by_default(variable) || has_default;
        let fits = if of.is_non_null() && !variable.ty.is_non_null() {
            may_be_absent && variable.ty.is_assignable_to(&of.clone().nullable())
        } else {
            variable.ty.is_assignable_to(of)
        };
        if !fits {
            let message = format!(
                "variable `${name}` of type `{}` cannot be used where `{of}` is expected",
                variable.ty
            );
            self.violations.push((message, value.location()));
        }
    }

    fn object(&mut self, of: Option<&Type>, value: &Node<Value>, fields: &[(Name, Node<Value>)]) {
        let mut names = HashSet::new();
        for (name, value) in fields {
            if !names.insert(name) {
                let message = format!("the input field `{name}` is given more than once");
                self.violations.push((message, value.location()));
            }
        }
        let schema = self.schema;
        let input = of.and_then(|of| input_object(schema, of));
        if let Some(input) = input.filter(|input| is_one_of(input)) {
            let one = fields.first().is_some_and(|(_, value)| !self.may_be_null(value));
            if fields.len() != 1 || !one {
                self.violations
                    .push((one_of_message(&input.name), value.location()));
            }
        }
        for (name, value) in fields {
            let definition = input.and_then(|input| input.fields.get(name));
            let of = definition.map(|definition| &*definition.ty);
            let has_default = definition.is_some_and(|definition| definition.default_value.is_some());
            self.value(of, value, has_default);
        }
    }

    /// Whether a value is null, or a variable that may be. `IsVariableUsageAllowed` accepts a nullable variable whose default
    /// is not null; if null is sent for it all the same, the field that uses it fails.
    fn may_be_null(&self, value: &Value) -> bool {
        let Some(name) = value.as_variable() else {
            return value.is_null();
        };
        let mut variables = self.operation.variables.iter();
        variables.any(|variable| {
            variable.name == *name && !variable.ty.is_non_null() && !has_value_by_default(variable)
        })
    }
}

/// Checks a value of a custom scalar. Numbers are checked as they are written, which shows whether digits would be lost,
/// and as a resolver gets them.
fn check_literal(scalar: &Name, value: &Value) -> Result<(), &'static str> {
    match value {
        Value::String(text) => check_scalar(scalar, &Given::Text(text)),
        Value::Int(_) | Value::Float(_) => {
            let digits = value.to_string();
            check_scalar(scalar, &Given::Number(digits.as_str().into()))?;
            check_scalar(scalar, &Given::from(&number(&digits)))
        }
        _ => check_scalar(scalar, &Given::Other),
    }
}

/// Whether a variable has a default that is not null.
fn has_value_by_default(variable: &VariableDefinition) -> bool {
    let default = variable.default_value.as_ref();
    default.is_some_and(|default| !default.is_null())
}
