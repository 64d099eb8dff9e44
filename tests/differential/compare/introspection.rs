//! Compares introspection results, apart from the choices that the specification leaves open.

use serde_json::Value;

use super::choice::Choice;

/// Returns the choices that make two texts of `data` differ; nothing if they differ in more than the choices about
/// introspection.
pub fn choices(expected: &str, told: &str) -> Vec<Choice> {
    let mut expected: Value = serde_json::from_str(expected).unwrap();
    let mut told: Value = serde_json::from_str(told).unwrap();
    let mut found = Vec::new();
    for (choice, level) in LEVELS {
        let before = (expected.clone(), told.clone());
        level(&mut expected);
        level(&mut told);
        // It matters where it made the two more alike than they were.
        if differences(&expected, &told) < differences(&before.0, &before.1) {
            found.push(choice);
        }
    }
    if expected == told { found } else { Vec::new() }
}

type Level = fn(&mut Value);

/// The steps that remove each choice from an answer.
const LEVELS: [(Choice, Level); 2] = [
    (Choice::DescriptionOfSchema, without_description),
    (Choice::OrderOfDefinitions, in_order),
];

fn without_description(data: &mut Value) {
    for schema in ["__schema", "s"] {
        if let Some(Value::Object(schema)) = data.get_mut(schema) {
            schema.remove("description");
        }
    }
}

fn in_order(data: &mut Value) {
    each_object(data, &mut |fields| {
        for (list, items) in fields {
            if let Value::Array(items) = items
                && ["types", "directives", "possibleTypes"].contains(&list.as_str())
            {
                items.sort_by_key(ToString::to_string);
            }
        }
    });
}

fn each_object(value: &mut Value, change: &mut impl FnMut(&mut serde_json::Map<String, Value>)) {
    match value {
        Value::Object(fields) => {
            fields.values_mut().for_each(|value| each_object(value, change));
            change(fields);
        }
        Value::Array(items) => items.iter_mut().for_each(|value| each_object(value, change)),
        _ => {}
    }
}

fn differences(one: &Value, other: &Value) -> usize {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) if one.len() == other.len() => one
            .iter()
            .map(|(key, value)| differences(value, &other[key]))
            .sum(),
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => one
            .iter()
            .zip(other)
            .map(|(one, other)| differences(one, other))
            .sum(),
        _ => usize::from(one != other),
    }
}
