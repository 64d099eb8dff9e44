//! Reading of a record's fields, with everything that is wrong about them.

use async_graphql::resolver_utils::EnumType;
use serde_json::Value;

use super::Object;
use super::texts::split;
use crate::error::{Refusals, UserError};
use crate::id::TypedId;
use crate::model::{Checked, Date, DateTime, Decimal, Given, Patch, Url};

/// The fields of a record, or of a part of one, and the refusals of those that were read.
pub struct Fields<'r> {
    object: &'r Object,
    refusals: Refusals,
}

impl<'r> Fields<'r> {
    /// The fields of a record.
    pub fn of(object: &'r Object) -> Self {
        Self {
            object,
            refusals: Refusals::default(),
        }
    }

    /// Returns the change of a field: none if it is absent, null clears it.
    pub fn patch<T>(&mut self, name: &str, read: impl FnOnce(&'r Value) -> Checked<T>) -> Patch<T> {
        match self.object.get(name) {
            None => Patch::Keep,
            Some(Value::Null) => Patch::Clear,
            Some(value) => self.refusals.check(name, read(value)).into(),
        }
    }

    /// Returns the value of a field, if there is one.
    pub fn value<T>(&mut self, name: &str, read: impl FnOnce(&'r Value) -> Checked<T>) -> Option<T> {
        self.patch(name, read).value()
    }

    /// Returns the value of a field that must be there.
    pub fn required<T>(&mut self, name: &str, read: impl FnOnce(&'r Value) -> Checked<T>) -> Option<T> {
        match self.patch(name, read) {
            Patch::Set(value) => Some(value),
            Patch::Keep if self.object.get(name).is_some() => None,
            Patch::Keep | Patch::Clear => {
                self.refuse(name, "must not be empty");
                None
            }
        }
    }

    /// Adds a refusal.
    pub fn refuse(&mut self, name: &str, message: &str) {
        self.refusals.add(UserError::invalid(message).under(name));
    }

    /// Returns the refusals as an error, if there are any.
    pub fn finish(self) -> Checked<()> {
        self.refusals.finish()
    }
}

fn refused<T>(message: &str) -> Checked<T> {
    Err(vec![UserError::invalid(message)])
}

/// Reads a text; a number or a flag is a text, too.
pub fn text(value: &Value) -> Checked<String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(flag) => Ok(flag.to_string()),
        _ => refused("must be a text"),
    }
}

/// Reads a flag, written as programs and people write them.
pub fn flag(value: &Value) -> Checked<bool> {
    if let Value::Bool(flag) = value {
        return Ok(*flag);
    }
    match text(value)?.trim().to_ascii_lowercase().as_str() {
        "true" | "yes" | "y" | "1" => Ok(true),
        "false" | "no" | "n" | "0" => Ok(false),
        _ => refused("must be true or false"),
    }
}

/// Reads a whole number.
pub fn integer(value: &Value) -> Checked<i32> {
    let number = text(value)?.trim().parse();
    number.or_else(|_| refused("must be a whole number of at most 2147483647"))
}

/// Reads an id.
pub fn id<I: TypedId>(value: &Value) -> Checked<I> {
    UserError::id(text(value)?.trim())
}

/// Reads the name of a choice, in upper or lower case.
pub fn choice<T: EnumType>(value: &Value) -> Checked<T> {
    let name = text(value)?.trim().to_ascii_uppercase();
    let known = T::items().iter().find(|item| item.name == name);
    known.map(|item| item.value).ok_or_else(|| {
        let names: Vec<&str> = T::items().iter().map(|item| item.name).collect();
        vec![UserError::invalid(format!("must be one of {}", names.join(", ")))]
    })
}

/// Reads a day.
pub fn date(value: &Value) -> Checked<Date> {
    scalar(value, Date::read)
}

/// Reads an instant.
pub fn date_time(value: &Value) -> Checked<DateTime> {
    scalar(value, DateTime::read)
}

/// Reads an exact number.
pub fn decimal(value: &Value) -> Checked<Decimal> {
    match value {
        Value::Number(number) => scalar_of(&Given::Number(number.to_string().into()), Decimal::read),
        value => scalar(value, Decimal::read),
    }
}

/// Reads a URL, which is checked later.
pub fn url(value: &Value) -> Checked<Url> {
    text(value).map(Url)
}

fn scalar<T>(value: &Value, read: impl FnOnce(&Given<'_>) -> Result<T, &'static str>) -> Checked<T> {
    scalar_of(&Given::Text(text(value)?.trim()), read)
}

fn scalar_of<T>(given: &Given<'_>, read: impl FnOnce(&Given<'_>) -> Result<T, &'static str>) -> Checked<T> {
    read(given).or_else(refused)
}

/// Reads a list of texts: a list, or a text with separators.
pub fn texts(separator: char) -> impl Fn(&Value) -> Checked<Vec<String>> {
    move |value| match value {
        Value::Array(entries) => each(entries, text),
        value => split(&text(value)?, separator).map_or_else(|| refused("must be a list of texts"), Ok),
    }
}

/// Reads a list of ids: a list, or a text with separators.
pub fn ids<I: TypedId>(value: &Value) -> Checked<Vec<I>> {
    let texts = texts(';')(value)?;
    let values: Vec<Value> = texts.into_iter().map(Value::from).collect();
    each(&values, id)
}

/// Reads an object.
pub fn object<'r, T>(read: impl Fn(&mut Fields<'r>) -> T) -> impl Fn(&'r Value) -> Checked<T> {
    move |value| {
        let Value::Object(object) = value else {
            return refused("must be an object");
        };
        let mut fields = Fields::of(object);
        let value = read(&mut fields);
        fields.finish().map(|()| value)
    }
}

/// Reads a list of objects.
pub fn list<'r, T>(read: impl Fn(&mut Fields<'r>) -> T) -> impl Fn(&'r Value) -> Checked<Vec<T>> {
    move |value| match value {
        Value::Array(entries) => each(entries, |entry| object(&read)(entry)),
        _ => refused("must be a list of objects"),
    }
}

fn each<'r, T>(entries: &'r [Value], read: impl Fn(&'r Value) -> Checked<T>) -> Checked<Vec<T>> {
    let mut refusals = Refusals::default();
    let read = entries
        .iter()
        .enumerate()
        .filter_map(|(place, entry)| refusals.check(&place.to_string(), read(entry)))
        .collect();
    refusals.finish().map(|()| read)
}
