//! Rules of the specification that the compiler's validation leaves out.
//!
//! They are about values written in the text, for fields and for directives: every field of an input object once, of a
//! `@oneOf` input exactly one, which is not null, variables inside lists and input objects only where their types fit, and
//! for a custom scalar only what it takes.

use std::collections::HashSet;

use apollo_compiler::ast::{Argument, DirectiveList, InputValueDefinition, Type, Value};
use apollo_compiler::executable::{Operation, Selection, SelectionSet, VariableDefinition};
use apollo_compiler::parser::SourceSpan;
use apollo_compiler::schema::{ExtendedType, InputObjectType};
use apollo_compiler::{ExecutableDocument, Name, Node, Schema};

use super::variables::number;
use crate::model::{Given, check_scalar};

/// What is wrong, and where.
pub(super) type Broken = (String, Option<SourceSpan>);

/// Checks all literals of a document that is valid otherwise: those that each operation uses, with its variables.
pub(super) fn check(schema: &Schema, document: &ExecutableDocument) -> Vec<Broken> {
    let check = |operation: &Node<Operation>| {
        let mut rules = Rules {
            schema,
            document,
            variables: &operation.variables,
            opened: HashSet::new(),
            broken: Vec::new(),
        };
        for variable in &operation.variables {
            if let Some(default) = &variable.default_value {
                rules.value(Some(&variable.ty), default, false);
            }
        }
        rules.selections(&operation.selection_set);
        rules.broken
    };
    document.operations.iter().flat_map(check).collect()
}

/// Whether every subscription asks for one key at its root, however often: "Single Root Field" of the specification.
pub(super) fn have_one_root_key(document: &ExecutableDocument) -> bool {
    let one_key = |operation: &Node<Operation>| {
        let mut keys = HashSet::new();
        root_keys(document, &operation.selection_set, &mut HashSet::new(), &mut keys);
        keys.len() <= 1
    };
    let mut subscriptions = document
        .operations
        .iter()
        .filter(|operation| operation.is_subscription());
    subscriptions.all(one_key)
}

fn root_keys<'a>(
    document: &'a ExecutableDocument,
    set: &'a SelectionSet,
    opened: &mut HashSet<&'a Name>,
    keys: &mut HashSet<&'a Name>,
) {
    for selection in &set.selections {
        match selection {
            Selection::Field(field) => drop(keys.insert(field.response_key())),
            Selection::InlineFragment(fragment) => root_keys(document, &fragment.selection_set, opened, keys),
            Selection::FragmentSpread(spread) => {
                let fragment = document.fragments.get(&spread.fragment_name);
                if let Some(fragment) = fragment.filter(|_| opened.insert(&spread.fragment_name)) {
                    root_keys(document, &fragment.selection_set, opened, keys);
                }
            }
        }
    }
}

fn input_object<'s>(schema: &'s Schema, of: &Type) -> Option<&'s InputObjectType> {
    match schema.types.get(of.inner_named_type()) {
        Some(ExtendedType::InputObject(input)) => Some(input),
        _ => None,
    }
}

/// Whether exactly one field is to be given.
pub(super) fn is_one_of(input: &InputObjectType) -> bool {
    input.directives.has("oneOf")
}

/// What is wrong when it is not exactly one.
pub(super) fn one_of(input: &Name) -> String {
    format!("exactly one field of `{input}` must be given, and it must not be null")
}

struct Rules<'a> {
    schema: &'a Schema,
    document: &'a ExecutableDocument,
    variables: &'a [Node<VariableDefinition>],
    opened: HashSet<&'a Name>,
    broken: Vec<Broken>,
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

    /// `of`: the type that is expected; nothing inside a scalar that takes any shape. `has_default`: whether something
    /// stands there when the value turns out absent.
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

    /// What stands in the place of a custom scalar, be it the only item of a list.
    fn scalar(&mut self, of: &Type, value: &Node<Value>) {
        let is_several = of.is_list() && value.as_list().is_some();
        if is_several || value.is_null() || value.as_variable().is_some() {
            return;
        }
        let name = of.inner_named_type();
        if let Err(reason) = check_literal(name, value) {
            let message = format!("a value of `{name}` {reason}");
            self.broken.push((message, value.location()));
        }
    }

    /// It is declared, and `IsVariableUsageAllowed` of the specification, but for fields of `@oneOf` inputs.
    fn variable(&mut self, of: Option<&Type>, name: &Name, value: &Node<Value>, has_default: bool) {
        let Some(variable) = self.variables.iter().find(|variable| variable.name == *name) else {
            let message = format!("variable `${name}` is not defined");
            return self.broken.push((message, value.location()));
        };
        let Some(of) = of else {
            return;
        };
        let may_be_absent = is_filled(variable) || has_default;
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
            self.broken.push((message, value.location()));
        }
    }

    fn object(&mut self, of: Option<&Type>, value: &Node<Value>, fields: &[(Name, Node<Value>)]) {
        let mut names = HashSet::new();
        for (name, value) in fields {
            if !names.insert(name) {
                let message = format!("the input field `{name}` is given more than once");
                self.broken.push((message, value.location()));
            }
        }
        let schema = self.schema;
        let input = of.and_then(|of| input_object(schema, of));
        if let Some(input) = input.filter(|input| is_one_of(input)) {
            let one = fields.first().is_some_and(|(_, value)| !self.may_be_null(value));
            if fields.len() != 1 || !one {
                self.broken.push((one_of(&input.name), value.location()));
            }
        }
        for (name, value) in fields {
            let definition = input.and_then(|input| input.fields.get(name));
            let of = definition.map(|definition| &*definition.ty);
            let has_default = definition.is_some_and(|definition| definition.default_value.is_some());
            self.value(of, value, has_default);
        }
    }

    /// Null, or a variable of a type that lets null in. With a default that is not null the specification lets it
    /// stand here (`IsVariableUsageAllowed`); a null that is sent all the same fails where it is used.
    fn may_be_null(&self, value: &Value) -> bool {
        let Some(name) = value.as_variable() else {
            return value.is_null();
        };
        let mut variables = self.variables.iter();
        variables.any(|variable| variable.name == *name && !variable.ty.is_non_null() && !is_filled(variable))
    }
}

/// Numbers are read twice: as they are written, which tells what will be lost of them, and as a resolver gets them.
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

/// Whether it has a default that is not null.
fn is_filled(variable: &VariableDefinition) -> bool {
    let default = variable.default_value.as_ref();
    default.is_some_and(|default| !default.is_null())
}
