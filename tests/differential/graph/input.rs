//! The graph's inputs, and the reports of resolvers about their arguments.

use async_graphql::{
    Enum, ID, InputObject, InputValueResult, MaybeUndefined, Name, OneofObject, Scalar, ScalarType, Value,
};

#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub(super) enum Style {
    Short,
    Long,
}

/// The behaviour of a field with a `mode`.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub(super) enum Mode {
    Fine,
    Fail,
    Null,
}

/// Any value; objects keep the order of their keys.
#[derive(Clone)]
pub(super) struct Json(pub(super) Value);

#[Scalar]
impl ScalarType for Json {
    fn parse(value: Value) -> InputValueResult<Self> {
        Ok(Self(value))
    }

    fn to_value(&self) -> Value {
        self.0.clone()
    }
}

#[derive(InputObject)]
pub(super) struct Change {
    title: MaybeUndefined<String>,
    #[graphql(default = 7)]
    size: i32,
    style: MaybeUndefined<Style>,
    inner: MaybeUndefined<Box<Change>>,
    tags: MaybeUndefined<Vec<String>>,
    #[graphql(default_with = "Some(true)")]
    open: Option<bool>,
    key: MaybeUndefined<Key>,
    ratio: MaybeUndefined<f64>,
    steps: MaybeUndefined<Vec<Option<Vec<i32>>>>,
}

#[derive(OneofObject)]
pub(super) enum Key {
    Id(ID),
    Name(String),
    Change(Box<Change>),
    Numbers(Vec<i32>),
}

/// The report of an argument; `None` if it was absent.
pub(super) trait Tell {
    fn tell(&self) -> Option<Value>;
}

impl<T: Tell> Tell for MaybeUndefined<T> {
    fn tell(&self) -> Option<Value> {
        match self {
            Self::Undefined => None,
            Self::Null => Some(Value::Null),
            Self::Value(value) => value.tell(),
        }
    }
}

impl<T: Tell> Tell for Option<T> {
    fn tell(&self) -> Option<Value> {
        self.as_ref().map_or(Some(Value::Null), Tell::tell)
    }
}

impl<T: Tell> Tell for Vec<T> {
    fn tell(&self) -> Option<Value> {
        Some(Value::List(self.iter().filter_map(Tell::tell).collect()))
    }
}

impl<T: Tell> Tell for Box<T> {
    fn tell(&self) -> Option<Value> {
        self.as_ref().tell()
    }
}

macro_rules! tell {
    ($($of:ty: $value:ident => $told:expr;)*) => {
        $(impl Tell for $of {
            fn tell(&self) -> Option<Value> {
                let $value = self;
                Some($told)
            }
        })*
    };
}

tell! {
    i32: value => Value::from(*value);
    bool: value => Value::from(*value);
    String: value => Value::from(value.as_str());
    ID: value => Value::from(value.as_str());
    Style: value => Value::from(match value { Style::Short => "SHORT", Style::Long => "LONG" });
    Mode: value => Value::from(match value { Mode::Fine => "FINE", Mode::Fail => "FAIL", Mode::Null => "NULL" });
    // As JavaScript writes it: without a fraction if there is none, and without the sign of zero.
    f64: value => serde_json::from_str(&format!("{}", value + 0.0)).map_or(Value::Null, Value::Number);
    Json: value => value.0.clone();
    Change: value => told(&[
        ("title", value.title.tell()),
        ("size", value.size.tell()),
        ("style", value.style.tell()),
        ("inner", value.inner.tell()),
        ("tags", value.tags.tell()),
        ("open", value.open.tell()),
        ("key", value.key.tell()),
        ("ratio", value.ratio.tell()),
        ("steps", value.steps.tell()),
    ]);
    Key: value => match value {
        Key::Id(id) => told(&[("id", id.tell())]),
        Key::Name(name) => told(&[("name", name.tell())]),
        Key::Change(change) => told(&[("change", change.tell())]),
        Key::Numbers(numbers) => told(&[("numbers", numbers.tell())]),
    };
}

/// An object of what was given.
pub(super) fn told(given: &[(&str, Option<Value>)]) -> Value {
    let given = given.iter();
    Value::Object(
        given
            .filter_map(|(name, told)| Some((Name::new(name), told.clone()?)))
            .collect(),
    )
}

/// Returns the arguments as JSON text.
pub(super) fn echo(given: &[(&str, Option<Value>)]) -> String {
    serde_json::to_string(&told(given)).unwrap()
}
