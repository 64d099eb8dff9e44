//! Compares introspection results, apart from the order that the specification leaves open.

use serde_json::Value;

use super::choice::Choice;

/// Returns the choice that makes two texts of `data` differ; `None` if they differ in more than the choice about
/// introspection.
pub fn choice(expected: &str, told: &str) -> Option<Choice> {
    let mut expected: Value = serde_json::from_str(expected).unwrap();
    let mut told: Value = serde_json::from_str(told).unwrap();
    in_order(&mut expected);
    in_order(&mut told);
    (expected == told).then_some(Choice::OrderOfDefinitions)
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
