//! The canned data, and how it is read as the types of the graph.

use std::collections::HashMap;
use std::sync::LazyLock;

use async_graphql::indexmap::IndexMap;
use async_graphql::{Error, ID, Name, Result, Value};
use serde::Deserialize;

use super::slot::Slot;
use super::{Contact, Entity, Found, Json, Measured, Note, Organization, Party, Style};

/// The data that both sides read.
#[derive(Deserialize)]
pub(super) struct Canned {
    /// Fields, as `Type.field`, that wait before they answer.
    slow: Vec<String>,
    root: IndexMap<Name, Value>,
    records: HashMap<String, Record>,
}

#[derive(Deserialize)]
pub(super) struct Record {
    #[serde(rename = "type")]
    of: String,
    #[serde(flatten)]
    fields: IndexMap<Name, Value>,
}

static CANNED: LazyLock<Canned> =
    LazyLock::new(|| serde_json::from_str(include_str!("../canned.json")).unwrap());

/// A record by its id.
#[derive(Clone, Copy)]
pub(super) struct Held {
    pub(super) id: &'static str,
    record: &'static Record,
}

impl Held {
    pub(super) fn find(id: &str) -> Option<Self> {
        let (id, record) = CANNED.records.get_key_value(id)?;
        Some(Self { id, record })
    }

    pub(super) async fn read<T: Read>(&self, field: &str) -> Result<T> {
        wait(&self.record.of, field).await;
        T::read(self.record.fields.get(field).unwrap_or(&Value::Null))
    }

    fn of(&self, kind: &str) -> Option<Self> {
        (self.record.of == kind).then_some(*self)
    }
}

/// Reads a field of the root.
pub(super) async fn root<T: Read>(field: &str) -> Result<T> {
    wait("Query", field).await;
    T::read(CANNED.root.get(field).unwrap_or(&Value::Null))
}

/// Lets others go first, if the field is a slow one.
pub(super) async fn wait(of: &str, field: &str) {
    let name = format!("{of}.{field}");
    if CANNED.slow.contains(&name) {
        tokio::task::yield_now().await;
        tokio::task::yield_now().await;
    }
}

/// A type that a canned value can be read as; `{"$fail": "why"}` is a failure for every type.
pub(super) trait Read: Sized {
    fn value(value: &Value) -> Option<Self>;

    fn read(value: &Value) -> Result<Self> {
        if let Some(why) = marked(value, "$fail") {
            return Err(Error::new(why));
        }
        Self::value(value).ok_or_else(|| Error::new(format!("canned data of another type: {value}")))
    }
}

fn marked<'v>(value: &'v Value, mark: &str) -> Option<&'v str> {
    match value {
        Value::Object(fields) => match fields.get(mark) {
            Some(Value::String(text)) => Some(text),
            _ => None,
        },
        _ => None,
    }
}

fn held(value: &Value) -> Option<Held> {
    Held::find(marked(value, "$ref")?)
}

impl<T: Read> Read for Option<T> {
    fn value(_: &Value) -> Option<Self> {
        None
    }

    fn read(value: &Value) -> Result<Self> {
        match value {
            Value::Null => Ok(None),
            value => T::read(value).map(Some),
        }
    }
}

impl<T: Read> Read for Vec<T> {
    fn value(_: &Value) -> Option<Self> {
        None
    }

    fn read(value: &Value) -> Result<Self> {
        match value {
            Value::List(items) => items.iter().map(T::read).collect(),
            value => Err(Error::new(marked(value, "$fail").unwrap_or("no list"))),
        }
    }
}

impl<T: Read> Read for Slot<T> {
    fn value(_: &Value) -> Option<Self> {
        None
    }

    fn read(value: &Value) -> Result<Self> {
        Ok(match value {
            Value::Null => Self::Hole,
            value => T::read(value).map_or_else(Self::Failed, Self::Filled),
        })
    }
}

macro_rules! read {
    ($($of:ty: $value:ident => $read:expr;)*) => {
        $(impl Read for $of {
            fn value($value: &Value) -> Option<Self> {
                $read
            }
        })*
    };
}

read! {
    String: value => match value { Value::String(text) => Some(text.clone()), _ => None };
    ID: value => match value { Value::String(text) => Some(text.into()), _ => None };
    bool: value => match value { Value::Boolean(truth) => Some(*truth), _ => None };
    i32: value => match value { Value::Number(number) => number.as_i64()?.try_into().ok(), _ => None };
    f64: value => match value { Value::Number(number) => number.as_f64(), _ => None };
    Json: value => Some(Json(value.clone()));
    Style: value => match value {
        Value::String(text) if text == "SHORT" => Some(Style::Short),
        Value::String(text) if text == "LONG" => Some(Style::Long),
        _ => None,
    };
    Contact: value => held(value)?.of("Contact").map(Contact);
    Organization: value => held(value)?.of("Organization").map(Organization);
    Note: value => held(value)?.of("Note").map(Note);
    Entity: value => Contact::value(value).map(Self::Contact)
        .or_else(|| Organization::value(value).map(Self::Organization))
        .or_else(|| Note::value(value).map(Self::Note));
    Found: value => Contact::value(value).map(Self::Contact)
        .or_else(|| Organization::value(value).map(Self::Organization))
        .or_else(|| Note::value(value).map(Self::Note));
    Party: value => Contact::value(value).map(Self::Contact)
        .or_else(|| Organization::value(value).map(Self::Organization));
    Measured: value => Contact::value(value).map(Self::Contact)
        .or_else(|| Organization::value(value).map(Self::Organization));
}

/// The record of an id, as one of the graph's types.
pub(super) fn of_id<T: Read>(id: &str) -> Option<T> {
    Held::find(id)?;
    let mut reference = IndexMap::new();
    reference.insert(Name::new("$ref"), Value::String(id.to_owned()));
    T::value(&Value::Object(reference))
}
