//! JSON that reads well in a diff: what fits into a line stands in one.

use std::fmt::Write as _;

use serde_json_bytes::Value;

/// The longest line that several values share.
const WIDTH: usize = 120;

/// The text of a recorded file.
pub fn document(entries: &[Value]) -> String {
    let entries: Vec<String> = entries.iter().map(entry).collect();
    format!("[\n{}\n]\n", entries.join(",\n"))
}

/// The text of one operation in it.
pub fn entry(entry: &Value) -> String {
    let mut text = String::new();
    write(&mut text, entry, 0);
    text
}

fn write(text: &mut String, value: &Value, depth: usize) {
    let flat = inline(value);
    let is_entry = depth == 0;
    if !is_entry && flat.chars().count() + 2 * depth <= WIDTH {
        text.push_str(&flat);
        return;
    }
    let indent = "  ".repeat(depth + 1);
    match value {
        Value::Object(fields) => {
            text.push('{');
            for (place, (key, value)) in fields.iter().enumerate() {
                let _ = write!(text, "{}\n{indent}{}: ", comma(place), quoted(key.as_str()));
                write(text, value, depth + 1);
            }
            let _ = write!(text, "\n{}}}", "  ".repeat(depth));
        }
        Value::Array(items) => {
            text.push('[');
            for (place, value) in items.iter().enumerate() {
                let _ = write!(text, "{}\n{indent}", comma(place));
                write(text, value, depth + 1);
            }
            let _ = write!(text, "\n{}]", "  ".repeat(depth));
        }
        _ => text.push_str(&flat),
    }
}

/// Formats the value on one line, with spaces.
fn inline(value: &Value) -> String {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            let fields = fields
                .iter()
                .map(|(key, value)| format!("{}: {}", quoted(key.as_str()), inline(value)));
            format!("{{ {} }}", fields.collect::<Vec<_>>().join(", "))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(inline).collect::<Vec<_>>().join(", ")),
        value => value.to_string(),
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn comma(place: usize) -> &'static str {
    if place == 0 { "" } else { "," }
}
