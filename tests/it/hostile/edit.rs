//! Edits of what clients send: small changes of something valid reach further than noise.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value};

use super::{text, value};

/// The words that a document is made of, to put in other places.
const WORDS: &[&str] = &[
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "...",
    "on",
    "fragment",
    "query",
    "mutation",
    "subscription",
    "@include(if: true)",
    "@skip(if: null)",
    "$input",
    "!",
    ":",
    "=",
    "|",
    "&",
    "null",
    "true",
    "-1",
    "1e9",
    "\"\"",
    "\"\"\"",
    "#",
    "__typename",
    "__schema { types { name } }",
    "nodes",
    "id",
    "first: 101",
    "after: \"x\"",
    "input: {}",
    "\u{feff}",
    ",",
    "\\u{110000}",
    "\"\\ud800\"",
    "\"\\u0000\"",
];

/// An edit of a text, at a token.
#[derive(Clone, Debug)]
pub enum TextEdit {
    Remove(usize),
    Repeat(usize, usize),
    Swap(usize, usize),
    Replace(usize, String),
    Insert(usize, String),
}

pub fn text_edits() -> impl Strategy<Value = Vec<TextEdit>> {
    let word = || prop_oneof![select(WORDS).prop_map(str::to_owned), text()];
    let edit = prop_oneof![
        any::<usize>().prop_map(TextEdit::Remove),
        (any::<usize>(), 2..80_usize).prop_map(|(at, times)| TextEdit::Repeat(at, times)),
        (any::<usize>(), any::<usize>()).prop_map(|(one, other)| TextEdit::Swap(one, other)),
        (any::<usize>(), word()).prop_map(|(at, word)| TextEdit::Replace(at, word)),
        (any::<usize>(), word()).prop_map(|(at, word)| TextEdit::Insert(at, word)),
    ];
    prop::collection::vec(edit, 1..4)
}

/// Splits a document at changes between letters and signs, and applies edits.
pub fn edit_text(document: &str, edits: &[TextEdit]) -> String {
    let mut tokens: Vec<String> = Vec::new();
    let mut was_word = false;
    for letter in document.chars() {
        let is_word = letter.is_alphanumeric() || letter == '_';
        match tokens.last_mut() {
            Some(token) if is_word && was_word => token.push(letter),
            _ => tokens.push(letter.to_string()),
        }
        was_word = is_word;
    }
    for edit in edits {
        let count = tokens.len();
        if count == 0 {
            break;
        }
        match edit {
            TextEdit::Remove(at) => drop(tokens.remove(at % count)),
            TextEdit::Repeat(at, times) => tokens[at % count] = tokens[at % count].repeat(*times),
            TextEdit::Swap(one, other) => tokens.swap(one % count, other % count),
            TextEdit::Replace(at, word) => tokens[at % count].clone_from(word),
            TextEdit::Insert(at, word) => tokens.insert(at % count, word.clone()),
        }
    }
    tokens.concat()
}

/// An edit of a JSON value, at one of the values inside it.
#[derive(Clone, Debug)]
pub enum ValueEdit {
    Replace(usize, Value),
    Remove(usize),
    Nest(usize, usize),
    Add(usize, String, Value),
}

pub fn value_edits() -> impl Strategy<Value = Vec<ValueEdit>> {
    let edit = prop_oneof![
        3 => (any::<usize>(), value()).prop_map(|(at, value)| ValueEdit::Replace(at, value)),
        3 => (any::<usize>(), text()).prop_map(|(at, text)| ValueEdit::Replace(at, text.into())),
        1 => any::<usize>().prop_map(ValueEdit::Remove),
        1 => (any::<usize>(), 1..200_usize).prop_map(|(at, depth)| ValueEdit::Nest(at, depth)),
        1 => (any::<usize>(), text(), value()).prop_map(|(at, name, value)| ValueEdit::Add(at, name, value)),
    ];
    prop::collection::vec(edit, 1..4)
}

/// Applies edits to a value.
pub fn edit_value(mut whole: Value, edits: &[ValueEdit]) -> Value {
    for edit in edits {
        let count = size(&whole);
        match edit {
            ValueEdit::Replace(at, value) => with(&mut whole, at % count, |target| *target = value.clone()),
            ValueEdit::Remove(at) => with(&mut whole, at % count, |target| match target {
                Value::Object(members) => *members = members.clone().into_iter().skip(1).collect(),
                Value::Array(items) => drop(items.pop()),
                other => *other = Value::Null,
            }),
            ValueEdit::Nest(at, depth) => with(&mut whole, at % count, |target| {
                for _ in 0..*depth {
                    *target = Value::Array(vec![target.take()]);
                }
            }),
            ValueEdit::Add(at, name, value) => with(&mut whole, at % count, |target| match target {
                Value::Object(members) => drop(members.insert(name.clone(), value.clone())),
                Value::Array(items) => items.push(value.clone()),
                other => *other = Map::from_iter([(name.clone(), value.clone())]).into(),
            }),
        }
    }
    whole
}

/// The number of values inside a value, with itself.
fn size(value: &Value) -> usize {
    1 + match value {
        Value::Object(members) => members.values().map(size).sum(),
        Value::Array(items) => items.iter().map(size).sum(),
        _ => 0,
    }
}

/// Changes the value at a position, counted in the order of writing.
fn with(value: &mut Value, at: usize, change: impl FnOnce(&mut Value)) {
    if at == 0 {
        return change(value);
    }
    let mut rest = at - 1;
    let inner: Vec<&mut Value> = match value {
        Value::Object(members) => members.values_mut().collect(),
        Value::Array(items) => items.iter_mut().collect(),
        _ => Vec::new(),
    };
    for item in inner {
        let count = size(item);
        if rest < count {
            return with(item, rest, change);
        }
        rest -= count;
    }
}

#[test]
fn an_edit_reaches_each_value_and_each_token() {
    let whole = serde_json::json!({ "a": [1, { "b": 2 }] });
    assert_eq!(size(&whole), 5);
    for at in 0..5 {
        let edited = edit_value(whole.clone(), &[ValueEdit::Replace(at, Value::Null)]);
        assert_ne!(edited, whole, "{at}");
    }
    assert_eq!(
        edit_text("{ abc }", &[TextEdit::Replace(2, "x".to_owned())]),
        "{ x }"
    );
}
