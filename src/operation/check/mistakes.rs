//! Mistakes in a document with messages that tell how to correct them: unknown names, missing and superfluous selections,
//! missing arguments and input fields.
//!
//! The compiler finds the same mistakes, and others, but suggests nothing. Its message is used for every error at a
//! position that is not explained here. This runs for invalid documents only.

use std::collections::HashSet;

use apollo_compiler::ast::{
    Argument, Definition, Directive, DirectiveList, Document, Field, InputValueDefinition, Selection, Type,
    Value, VariableDefinition,
};
use apollo_compiler::parser::SourceSpan;
use apollo_compiler::schema::{ExtendedType, FieldDefinition};
use apollo_compiler::{Name, Node, Schema};
use async_graphql::Pos;

use super::unknown_field::{unknown_field, unknown_type};
use crate::operation::error::position;
use crate::operation::suggestion::{did_you_mean, list_names, similar_names};

/// The mistakes of a document.
pub(super) struct Mistakes {
    /// The messages and their positions, in the order of the document.
    pub found: Vec<(String, Pos)>,
    /// The positions that need no other message: those of the mistakes, and of the fields that contain them.
    pub explained: HashSet<Pos>,
}

/// Finds the mistakes of a document whose size was checked.
pub(super) fn find_mistakes(schema: &Schema, document: &Document) -> Mistakes {
    let mut search = Search {
        schema,
        document,
        mistakes: Mistakes {
            found: Vec::new(),
            explained: HashSet::new(),
        },
        skips: false,
        untyped: HashSet::new(),
    };
    for definition in &document.definitions {
        match definition {
            Definition::OperationDefinition(operation) => {
                search.directives(&operation.directives);
                search.variables(&operation.variables);
                if let Some(root) = schema.root_operation(operation.operation_type) {
                    search.selections(root, &operation.selection_set);
                }
            }
            Definition::FragmentDefinition(fragment) => {
                search.directives(&fragment.directives);
                search.fragment(&fragment.type_condition, &fragment.selection_set);
            }
            _ => {}
        }
    }
    search.explain_variables();
    search.mistakes
}

struct Search<'a> {
    schema: &'a Schema,
    document: &'a Document,
    mistakes: Mistakes,
    /// Whether a part of the document was skipped because it belongs to an unknown name.
    skips: bool,
    /// The variables of an unknown type.
    untyped: HashSet<Name>,
}

impl Search<'_> {
    fn report(&mut self, message: String, span: Option<SourceSpan>) {
        if let Some(position) = position(&self.document.sources, span) {
            self.mistakes.found.push((message, position));
            self.mistakes.explained.insert(position);
        }
    }

    fn explain(&mut self, span: Option<SourceSpan>) {
        self.mistakes
            .explained
            .extend(position(&self.document.sources, span));
    }

    /// Explains why the compiler takes variables for unused if the only use is in a part that was skipped.
    fn explain_variables(&mut self) {
        if !self.skips {
            return;
        }
        for definition in &self.document.definitions {
            if let Definition::OperationDefinition(operation) = definition {
                for variable in &operation.variables {
                    self.explain(variable.location());
                }
            }
        }
    }

    fn variables(&mut self, variables: &[Node<VariableDefinition>]) {
        for variable in variables {
            self.directives(&variable.directives);
            let name = variable.ty.inner_named_type();
            if self.schema.types.contains_key(name) {
                if let Some(default) = &variable.default_value {
                    self.value(&variable.ty, default);
                }
            } else {
                let message = unknown_type(self.schema, name, ExtendedType::is_input_type);
                self.report(message, variable.location());
                self.untyped.insert(variable.name.clone());
            }
        }
    }

    fn selections(&mut self, parent: &str, set: &[Selection]) {
        for selection in set {
            match selection {
                Selection::Field(field) => self.field(parent, field),
                Selection::FragmentSpread(spread) => self.directives(&spread.directives),
                Selection::InlineFragment(fragment) => {
                    self.directives(&fragment.directives);
                    match &fragment.type_condition {
                        Some(condition) => self.fragment(condition, &fragment.selection_set),
                        None => self.selections(parent, &fragment.selection_set),
                    }
                }
            }
        }
    }

    fn fragment(&mut self, condition: &Name, set: &[Selection]) {
        if self.schema.types.contains_key(condition) {
            self.selections(condition, set);
        } else {
            let is_composite =
                |definition: &ExtendedType| definition.is_output_type() && !definition.is_leaf();
            let message = unknown_type(self.schema, condition, is_composite);
            self.report(message, condition.location());
            self.skips = true;
        }
    }

    fn field(&mut self, parent: &str, field: &Node<Field>) {
        self.directives(&field.directives);
        let Ok(definition) = self.schema.type_field(parent, &field.name) else {
            if self.schema.types.contains_key(parent) {
                let message = unknown_field(self.schema, parent, &field.name);
                self.report(message, field.name.location());
            }
            self.skips = true;
            return;
        };
        let definition = definition.node.clone();
        let owner = format!("{parent}.{}", field.name);
        self.arguments(&owner, &field.arguments, &definition.arguments, field.location());
        let before = self.mistakes.found.len();
        self.selection_of(field, &definition);
        if self.mistakes.found.len() > before {
            self.explain(field.location());
        }
    }

    /// Checks that an object has a selection and a leaf has none.
    fn selection_of(&mut self, field: &Node<Field>, definition: &FieldDefinition) {
        let of = definition.ty.inner_named_type();
        let is_leaf = self.schema.types.get(of).is_some_and(ExtendedType::is_leaf);
        let (name, ty) = (&field.name, &definition.ty);
        match (is_leaf, field.selection_set.is_empty()) {
            (true, false) => {
                let message = format!("the field `{name}` of type `{ty}` has no fields to select");
                self.report(message, field.location());
            }
            (false, true) => {
                let message = format!(
                    "the field `{name}` of type `{ty}` must have a selection set: `{name} {{ ... }}`"
                );
                self.report(message, field.location());
            }
            _ => self.selections(of, &field.selection_set),
        }
    }

    fn directives(&mut self, directives: &DirectiveList) {
        for directive in directives {
            self.directive(directive);
        }
    }

    fn directive(&mut self, directive: &Node<Directive>) {
        let name = &directive.name;
        let Some(definition) = self.schema.directive_definitions.get(name).cloned() else {
            let known = self.schema.directive_definitions.keys();
            let known: Vec<String> = known.map(|name| format!("@{name}")).collect();
            let name = format!("@{name}");
            let suggestion = did_you_mean(&name, known.iter().map(String::as_str));
            let message = format!("unknown directive `{name}`{suggestion}");
            return self.report(message, directive.location());
        };
        let owner = format!("@{name}");
        self.arguments(
            &owner,
            &directive.arguments,
            &definition.arguments,
            directive.location(),
        );
    }

    fn arguments(
        &mut self,
        owner: &str,
        given: &[Node<Argument>],
        defined: &[Node<InputValueDefinition>],
        span: Option<SourceSpan>,
    ) {
        for argument in given {
            let name = &argument.name;
            if let Some(definition) = defined.iter().find(|definition| definition.name == *name) {
                self.value(&definition.ty, &argument.value);
                let variable = argument.value.as_variable();
                if variable.is_some_and(|variable| self.untyped.contains(variable)) {
                    self.explain(argument.location());
                }
            } else {
                let names = defined.iter().map(|definition| definition.name.as_str());
                let suggestion = did_you_mean(name, names);
                let message = format!("`{owner}` has no argument `{name}`{suggestion}");
                self.report(message, argument.location());
            }
        }
        for definition in defined.iter().filter(|definition| definition.is_required()) {
            let mut given = given.iter();
            let value = given.find(|argument| argument.name == definition.name);
            if value.is_none_or(|argument| argument.value.is_null()) {
                let (name, ty) = (&definition.name, &definition.ty);
                let message = format!("`{owner}` requires the argument `{name}` of type `{ty}`");
                self.report(message, span);
            }
        }
    }

    fn value(&mut self, ty: &Type, value: &Node<Value>) {
        if let Value::List(items) = value.as_ref() {
            for item in items {
                self.value(ty, item);
            }
            return;
        }
        match self.schema.types.get(ty.inner_named_type()) {
            Some(ExtendedType::Enum(definition)) => {
                let values = definition.values.keys().map(Name::as_str);
                self.enum_value(&definition.name, values, value);
            }
            Some(ExtendedType::InputObject(input)) => {
                if let Value::Object(fields) = value.as_ref() {
                    let defined = input.fields.values().map(|field| &field.node);
                    self.input_fields(&input.name, fields, defined, value);
                }
            }
            _ => {}
        }
    }

    fn enum_value<'v>(&mut self, of: &Name, values: impl Iterator<Item = &'v str>, value: &Node<Value>) {
        let values: Vec<&str> = values.collect();
        match value.as_ref() {
            Value::Enum(name) if !values.contains(&name.as_str()) => {
                let suggestion = did_you_mean(name, values);
                let message = format!("`{name}` is not a value of `{of}`{suggestion}");
                self.report(message, value.location());
            }
            Value::String(text) => {
                let similar = similar_names(text, values);
                let suggestion = match similar.as_slice() {
                    [] => String::new(),
                    names => format!(": {}", list_names(names)),
                };
                let message = format!("a value of `{of}` must be written without quotes{suggestion}");
                self.report(message, value.location());
            }
            _ => {}
        }
    }

    fn input_fields<'d>(
        &mut self,
        of: &Name,
        given: &[(Name, Node<Value>)],
        defined: impl Iterator<Item = &'d Node<InputValueDefinition>>,
        object: &Node<Value>,
    ) {
        let defined: Vec<_> = defined.collect();
        for (name, value) in given {
            if let Some(definition) = defined.iter().find(|definition| definition.name == *name) {
                self.value(&definition.ty, value);
            } else {
                let names = defined.iter().map(|definition| definition.name.as_str());
                let message = format!("`{of}` has no field `{name}`{}", did_you_mean(name, names));
                self.report(message, name.location());
                self.explain(value.location());
            }
        }
        for definition in defined.iter().filter(|definition| definition.is_required()) {
            let value = given.iter().find(|(name, _)| *name == definition.name);
            if value.is_none_or(|(_, value)| value.is_null()) {
                let (name, ty) = (&definition.name, &definition.ty);
                let message = format!("`{of}` requires the field `{name}` of type `{ty}`");
                self.report(message, object.location());
            }
        }
    }
}
