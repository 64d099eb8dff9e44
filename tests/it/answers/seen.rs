//! The names of the schema that an operation and its answer exercise.

use std::collections::BTreeSet;

use apollo_compiler::ast;
use apollo_compiler::executable::{Field, Selection, SelectionSet};
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Schema};
use serde_json_bytes::{ByteString, Map, Value};

/// The elements exercised so far.
pub struct Seen<'a> {
    schema: &'a Valid<Schema>,
    /// Fields that were answered with a value, arguments and input fields that were given, enum values of either.
    pub names: BTreeSet<String>,
    /// Mutations that were accepted.
    pub succeeded: BTreeSet<String>,
    /// Mutations that had user errors.
    pub refused: BTreeSet<String>,
}

/// The context in which a selection is read.
#[derive(Clone, Copy)]
struct Given<'a> {
    document: &'a ExecutableDocument,
    variables: Option<&'a Value>,
}

impl<'a> Seen<'a> {
    pub fn new(schema: &'a Valid<Schema>) -> Self {
        Self {
            schema,
            names: BTreeSet::new(),
            succeeded: BTreeSet::new(),
            refused: BTreeSet::new(),
        }
    }

    /// Adds what an operation exercises; one that did not run exercises nothing.
    pub fn operation(
        &mut self,
        query: &str,
        name: Option<&str>,
        variables: Option<&Value>,
        answer: Option<&Value>,
    ) {
        let Ok(document) = ExecutableDocument::parse_and_validate(self.schema, query, "operation.graphql")
        else {
            return;
        };
        let Some(data @ Value::Object(_)) = answer.and_then(|answer| answer.get("data")) else {
            return;
        };
        let Ok(operation) = document.operations.get(name) else {
            return;
        };
        let given = Given {
            document: &document,
            variables,
        };
        for field in operation.root_fields(&document) {
            self.payload(field, data.get(field.response_key().as_str()));
        }
        self.selection(&operation.selection_set, &[data], given);
    }

    fn payload(&mut self, field: &Field, payload: Option<&Value>) {
        let errors = payload.and_then(|payload| payload.get("userErrors"));
        if let Some(Value::Array(errors)) = errors {
            let mutations = if errors.is_empty() {
                &mut self.succeeded
            } else {
                &mut self.refused
            };
            mutations.insert(field.name.to_string());
        }
    }

    fn selection(&mut self, selections: &SelectionSet, objects: &[&Value], given: Given<'_>) {
        for selection in &selections.selections {
            match selection {
                Selection::Field(field) => self.field(selections.ty.as_str(), field, objects, given),
                Selection::InlineFragment(fragment) => {
                    self.selection(&fragment.selection_set, objects, given);
                }
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = given.document.fragments.get(&spread.fragment_name) {
                        self.selection(&fragment.selection_set, objects, given);
                    }
                }
            }
        }
    }

    fn field(&mut self, parent: &str, field: &Field, objects: &[&Value], given: Given<'_>) {
        let mut values = Vec::new();
        for object in objects {
            flatten(object.get(field.response_key().as_str()), &mut values);
        }
        let type_name = field.definition.ty.inner_named_type();
        if !values.is_empty() {
            self.names.insert(format!("{parent}.{}", field.name));
        }
        for value in &values {
            self.enum_value(type_name, value);
        }
        for argument in &field.arguments {
            let definition = field.definition.argument_by_name(&argument.name);
            if let (Some(value), Some(definition)) = (literal(&argument.value, given.variables), definition) {
                self.names
                    .insert(format!("{parent}.{}({})", field.name, argument.name));
                self.input(definition.ty.inner_named_type(), &value);
            }
        }
        self.selection(&field.selection_set, &values, given);
    }

    /// A value that was given for a type of input.
    fn input(&mut self, type_name: &str, value: &Value) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.input(type_name, item)),
            Value::Object(fields) => {
                let Some(ExtendedType::InputObject(definition)) = self.schema.types.get(type_name) else {
                    return;
                };
                for (name, value) in fields {
                    if let Some(field) = definition.fields.get(name.as_str()) {
                        self.names.insert(format!("{type_name}.{}", name.as_str()));
                        self.input(field.ty.inner_named_type(), value);
                    }
                }
            }
            value => self.enum_value(type_name, value),
        }
    }

    fn enum_value(&mut self, type_name: &str, value: &Value) {
        if let (Some(ExtendedType::Enum(_)), Some(name)) = (self.schema.types.get(type_name), value.as_str())
        {
            self.names.insert(format!("{type_name}.{name}"));
        }
    }
}

/// The values of a field, those of lists one by one; neither null nor an empty list is one.
fn flatten<'a>(value: Option<&'a Value>, values: &mut Vec<&'a Value>) {
    match value {
        None | Some(Value::Null) => {}
        Some(Value::Array(items)) => items.iter().for_each(|item| flatten(Some(item), values)),
        Some(value) => values.push(value),
    }
}

/// Returns an argument's value with its variables filled in; `None` if its variable is absent.
fn literal(value: &ast::Value, variables: Option<&Value>) -> Option<Value> {
    Some(match value {
        ast::Value::Variable(name) => variables?.get(name.as_str())?.clone(),
        ast::Value::Null => Value::Null,
        ast::Value::Enum(name) => name.as_str().into(),
        ast::Value::String(text) => text.as_str().into(),
        ast::Value::Boolean(value) => (*value).into(),
        ast::Value::Int(_) | ast::Value::Float(_) => 0.into(),
        ast::Value::List(items) => {
            Value::Array(items.iter().filter_map(|item| literal(item, variables)).collect())
        }
        ast::Value::Object(fields) => {
            let fields = fields.iter().filter_map(|(name, value)| {
                let value = literal(value, variables)?;
                Some((ByteString::from(name.as_str()), value))
            });
            Value::Object(fields.collect::<Map<_, _>>())
        }
    })
}
