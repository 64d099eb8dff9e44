//! Records as they are written: the cells of a row, or a line of JSON.

use serde_json::Value;

use super::Object;
use super::layout::{Field, Parts, Shape};
use super::texts::join;

/// The names of the columns of an exported table.
pub fn header(fields: &[Field]) -> Vec<String> {
    let mut names = Vec::new();
    for field in exported(fields) {
        let name = field.name;
        match field.shape {
            Shape::One | Shape::Texts(_) => names.push(name.to_owned()),
            Shape::Parts(parts) => names.extend(parts.names.iter().map(|part| format!("{name}.{part}"))),
            Shape::List { parts, shown } => {
                for number in 1..=shown {
                    names.extend(parts.names.iter().map(|part| format!("{name}.{number}.{part}")));
                }
                names.push(format!("{name}.rest"));
            }
        }
    }
    names
}

/// The cells of a record in an exported table.
pub fn cells(fields: &[Field], record: &Object) -> Vec<String> {
    let mut cells = Vec::new();
    for field in exported(fields) {
        let value = record.get(field.name).unwrap_or(&Value::Null);
        match field.shape {
            Shape::One => cells.push(cell(value, '\n')),
            Shape::Texts(separator) => cells.push(cell(value, separator)),
            Shape::Parts(parts) => push_parts(&mut cells, parts, value),
            Shape::List { parts, shown } => {
                let entries = value.as_array().map(Vec::as_slice).unwrap_or_default();
                for place in 0..shown {
                    push_parts(&mut cells, parts, entries.get(place).unwrap_or(&Value::Null));
                }
                let rest = entries.get(shown..).unwrap_or_default();
                let ordered: Vec<String> = rest.iter().map(|entry| line_of_parts(parts, entry)).collect();
                cells.push(if ordered.is_empty() {
                    String::new()
                } else {
                    format!("[{}]", ordered.join(","))
                });
            }
        }
    }
    cells
}

/// A record as a line of JSON, with its fields in their order.
pub fn line(fields: &[Field], record: &Object) -> String {
    let members: Vec<String> = exported(fields)
        .map(|field| {
            let value = record.get(field.name).unwrap_or(&Value::Null);
            let text = match field.shape {
                Shape::One | Shape::Texts(_) => value.to_string(),
                Shape::Parts(parts) => line_of_parts(parts, value),
                Shape::List { parts, .. } => {
                    let entries = value.as_array().map(Vec::as_slice).unwrap_or_default();
                    let entries: Vec<String> =
                        entries.iter().map(|entry| line_of_parts(parts, entry)).collect();
                    format!("[{}]", entries.join(","))
                }
            };
            format!("{}:{text}", Value::from(field.name))
        })
        .collect();
    format!("{{{}}}", members.join(","))
}

fn exported(fields: &[Field]) -> impl Iterator<Item = &Field> {
    fields.iter().filter(|field| field.is_exported)
}

fn line_of_parts(parts: Parts, value: &Value) -> String {
    let Value::Object(object) = value else {
        return value.to_string();
    };
    let members: Vec<String> = parts
        .names
        .iter()
        .map(|part| {
            format!(
                "{}:{}",
                Value::from(*part),
                object.get(*part).unwrap_or(&Value::Null)
            )
        })
        .collect();
    format!("{{{}}}", members.join(","))
}

fn push_parts(cells: &mut Vec<String>, parts: Parts, value: &Value) {
    for part in parts.names {
        cells.push(cell(value.get(part).unwrap_or(&Value::Null), '\n'));
    }
}

fn cell(value: &Value, separator: char) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(texts) => join(
            &texts.iter().filter_map(Value::as_str).collect::<Vec<_>>(),
            separator,
        ),
        other => other.to_string(),
    }
}
