//! Mistakes in the values of a document.

use apollo_compiler::ast::{InputValueDefinition, Type, Value};
use apollo_compiler::schema::{EnumType, ExtendedType, InputObjectType};
use apollo_compiler::{Name, Node};

use super::Search;
use crate::operation::error::beginning;

impl Search<'_> {
    /// Searches a value of an argument, an input field or a default. Custom scalars are checked elsewhere.
    pub(super) fn value(&mut self, ty: &Type, value: &Node<Value>) {
        match value.as_ref() {
            Value::Null if ty.is_non_null() => return self.mismatch(ty, value),
            Value::Null | Value::Variable(_) => return,
            Value::List(items) if ty.is_list() => {
                for item in items {
                    self.value(ty.item_type(), item);
                }
                return;
            }
            _ => {}
        }
        let schema = self.schema;
        match schema.types.get(ty.inner_named_type()) {
            Some(ExtendedType::Scalar(scalar)) => self.scalar(&scalar.name, ty, value),
            Some(ExtendedType::Enum(definition)) => self.enum_value(definition, ty, value),
            Some(ExtendedType::InputObject(input)) => match value.as_ref() {
                Value::Object(fields) => self.input_fields(input, fields, value),
                _ => self.mismatch(ty, value),
            },
            _ => {}
        }
    }

    fn mismatch(&mut self, ty: &Type, value: &Node<Value>) {
        self.report(value.location(), |_| {
            format!("expected a value of `{ty}`, found `{}`", shown(value))
        });
    }

    fn scalar(&mut self, scalar: &Name, ty: &Type, value: &Node<Value>) {
        let fits = match (scalar.as_str(), value.as_ref()) {
            ("Int", Value::Int(number)) => {
                if number.try_to_i32().is_err() {
                    self.report(value.location(), |_| {
                        format!("`{}` does not fit `Int`, which has 32 bits", shown(value))
                    });
                }
                true
            }
            ("Int", _) => false,
            ("Float", value) => matches!(value, Value::Int(_) | Value::Float(_)),
            ("String", value) => matches!(value, Value::String(_)),
            ("Boolean", value) => matches!(value, Value::Boolean(_)),
            ("ID", value) => matches!(value, Value::String(_) | Value::Int(_)),
            _ => true,
        };
        if !fits {
            self.mismatch(ty, value);
        }
    }

    fn enum_value(&mut self, of: &EnumType, ty: &Type, value: &Node<Value>) {
        let (name, values) = (&of.name, of.values.keys());
        match value.as_ref() {
            Value::Enum(given) if of.values.contains_key(given) => {}
            Value::Enum(given) => self.report(value.location(), |search| {
                let suggestion = search.did_you_mean(given, values);
                format!("`{given}` is not a value of `{name}`{suggestion}")
            }),
            Value::String(text) => self.report(value.location(), |search| {
                let suggestion = search.did_you_mean(text, values);
                format!("a value of `{name}` must be written without quotes{suggestion}")
            }),
            _ => self.mismatch(ty, value),
        }
    }

    fn input_fields(&mut self, input: &InputObjectType, given: &[(Name, Node<Value>)], object: &Node<Value>) {
        let of = &input.name;
        for (name, value) in given {
            if let Some(definition) = input.fields.get(name) {
                self.value(&definition.ty, value);
            } else {
                self.report(name.location(), |search| {
                    let suggestion = search.did_you_mean(name, input.fields.keys());
                    format!("`{of}` has no field `{name}`{suggestion}")
                });
                self.explain(value.location());
            }
        }
        let is_required = |definition: &InputValueDefinition| definition.is_required();
        for definition in input.fields.values().filter(|definition| is_required(definition)) {
            let (name, ty) = (&definition.name, &definition.ty);
            match given.iter().find(|(given, _)| given == name) {
                // It is reported with the value.
                Some((_, value)) if value.is_null() => self.explain(object.location()),
                Some(_) => {}
                None => self.report(object.location(), |_| {
                    format!("the field `{of}.{name}` of type `{ty}` is required")
                }),
            }
        }
    }
}

/// Writes the beginning of a value, on one line.
fn shown(value: &Value) -> String {
    beginning(value.serialize().no_indent().to_string())
}
