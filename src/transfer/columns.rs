//! The columns of a table, each with the field that its cells give.

use serde_json::Value;

use super::Object;
use super::fields::choice;
use super::layout::{Field, Parts, Shape};
use crate::model::{ContactPointLabel, SocialNetwork};

/// The columns of a file.
#[derive(Debug)]
pub struct Columns {
    fields: Vec<Field>,
    targets: Vec<Target>,
    /// The entries of each field that is a list, in the order of the record.
    slots: Vec<Vec<Slot>>,
}

/// The use of a column's cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Target {
    /// None.
    Nothing,
    /// The value of a field.
    Whole(usize),
    /// A part of a field.
    Part(usize, &'static str),
    /// A part of an entry of a list.
    Entry(usize, usize, &'static str),
    /// The entries of a list that have no columns, in JSON.
    Rest(usize),
    /// A field that names the source of an external id, and its value.
    Key(usize, usize),
}

/// An entry of a list that columns give, or the source of an external id.
#[derive(Debug)]
struct Slot {
    key: String,
    /// A part that the name of the column gives.
    preset: Option<(&'static str, String)>,
}

impl Columns {
    /// Finds the field of each column by its path, such as `phoneNumbers.1.input`; also returns the places of those that
    /// have none.
    pub fn of<'p>(fields: Vec<Field>, paths: impl IntoIterator<Item = &'p str>) -> (Self, Vec<usize>) {
        let mut columns = Self {
            slots: fields.iter().map(|_| Vec::new()).collect(),
            fields,
            targets: Vec::new(),
        };
        let mut unknown = Vec::new();
        for (place, path) in paths.into_iter().enumerate() {
            let target = columns.target(path);
            if target.is_none() {
                unknown.push(place);
            }
            columns.targets.push(target.unwrap_or(Target::Nothing));
        }
        columns.sort_slots();
        (columns, unknown)
    }

    /// The number of columns.
    pub const fn count(&self) -> usize {
        self.targets.len()
    }

    /// The number of columns that give something.
    pub fn known(&self) -> usize {
        self.targets
            .iter()
            .filter(|target| **target != Target::Nothing)
            .count()
    }

    fn target(&mut self, path: &str) -> Option<Target> {
        let (name, rest) = match path.split_once('.') {
            Some((name, rest)) => (name, Some(rest)),
            None => (path, None),
        };
        let place = self
            .fields
            .iter()
            .position(|field| field.name.eq_ignore_ascii_case(name))?;
        let field = *self.fields.get(place)?;
        match (field.shape, rest) {
            (_, None) => Some(Target::Whole(place)),
            (Shape::One | Shape::Texts(_), Some(_)) => None,
            (Shape::Parts(parts), Some(rest)) => match (parts.find(rest), parts.named) {
                (Some(part), _) => Some(Target::Part(place, part)),
                (None, Some("source")) => {
                    let slot = self.slot(place, rest, Some(("source", rest.to_owned())))?;
                    Some(Target::Key(place, slot))
                }
                _ => None,
            },
            (Shape::List { .. }, Some("rest")) => Some(Target::Rest(place)),
            (Shape::List { parts, .. }, Some(rest)) => self.entry(place, parts, rest),
        }
    }

    /// Finds a part of an entry: by its number, as in `1.input`, or by its label, network or source, as in `WORK.input`.
    fn entry(&mut self, place: usize, parts: Parts, rest: &str) -> Option<Target> {
        let (key, part) = match rest.rsplit_once('.') {
            Some((key, part)) if parts.find(part).is_some() => (key, parts.find(part)?),
            _ => (rest, parts.main),
        };
        let preset = if key.parse::<usize>().is_ok() {
            None
        } else {
            let named = parts.named?;
            Some((named, named_value(named, key)?))
        };
        let slot = self.slot(place, key, preset)?;
        Some(Target::Entry(place, slot, part))
    }

    fn slot(&mut self, place: usize, key: &str, preset: Option<(&'static str, String)>) -> Option<usize> {
        let slots = self.slots.get_mut(place)?;
        let known = slots.iter().position(|slot| slot.key == key);
        known.or_else(|| {
            let key = key.to_owned();
            slots.push(Slot { key, preset });
            Some(slots.len() - 1)
        })
    }

    /// Puts entries with a number in the order of their numbers; others follow in the order of their columns.
    fn sort_slots(&mut self) {
        for (place, slots) in self.slots.iter_mut().enumerate() {
            if !matches!(
                self.fields.get(place).map(|field| field.shape),
                Some(Shape::List { .. })
            ) {
                continue;
            }
            let mut order: Vec<(usize, usize)> = slots
                .iter()
                .enumerate()
                .map(|(at, slot)| (slot.key.parse().unwrap_or(usize::MAX), at))
                .collect();
            order.sort_unstable();
            for target in &mut self.targets {
                if let Target::Entry(field, slot, _) = target
                    && *field == place
                {
                    *slot = order.iter().position(|(_, at)| at == slot).unwrap_or_default();
                }
            }
            slots.sort_by_key(|slot| slot.key.parse().unwrap_or(usize::MAX));
        }
    }

    /// Returns the record that the cells of a row give. An empty cell is null.
    pub fn object<'c>(&self, cells: impl Iterator<Item = &'c str>) -> Object {
        let mut object = Object::new();
        let mut lists: Vec<Vec<Object>> = self
            .slots
            .iter()
            .map(|slots| vec![Object::new(); slots.len()])
            .collect();
        let mut rests: Vec<(usize, Value)> = Vec::new();
        for (target, cell) in self.targets.iter().zip(cells) {
            let (Target::Whole(place)
            | Target::Part(place, _)
            | Target::Entry(place, ..)
            | Target::Rest(place)
            | Target::Key(place, _)) = *target
            else {
                continue;
            };
            let Some(field) = self.fields.get(place) else {
                continue;
            };
            let value = object.entry(field.name).or_insert(Value::Null);
            if cell.trim().is_empty() {
                continue;
            }
            match *target {
                Target::Nothing => {}
                Target::Whole(_) => *value = whole(field.shape, cell),
                Target::Part(_, part) => set(value, part, cell),
                Target::Key(_, slot) => {
                    if let Some((part, source)) = self.preset(place, slot) {
                        set(value, part, source);
                    }
                    set(value, "value", cell);
                }
                Target::Entry(_, slot, part) => {
                    if let Some(entry) = lists.get_mut(place).and_then(|list| list.get_mut(slot)) {
                        add_part(entry, part, cell);
                    }
                }
                Target::Rest(_) => rests.push((place, json_or_text(cell))),
            }
        }
        self.add_lists(&mut object, lists, rests);
        object
    }

    fn preset(&self, place: usize, slot: usize) -> Option<(&'static str, &str)> {
        let preset = self.slots.get(place)?.get(slot)?.preset.as_ref()?;
        Some((preset.0, &preset.1))
    }

    fn add_lists(&self, object: &mut Object, lists: Vec<Vec<Object>>, rests: Vec<(usize, Value)>) {
        for (place, list) in lists.into_iter().enumerate() {
            let Some(Field {
                name,
                shape: Shape::List { .. },
                ..
            }) = self.fields.get(place)
            else {
                continue;
            };
            let mut entries = Vec::new();
            for (slot, mut entry) in list.into_iter().enumerate() {
                if entry.is_empty() {
                    continue;
                }
                if let Some((part, value)) = self.preset(place, slot) {
                    entry.entry(part).or_insert_with(|| value.into());
                }
                entries.push(Value::Object(entry));
            }
            if !entries.is_empty() {
                append(object, name, Value::Array(entries));
            }
        }
        for (place, rest) in rests {
            if let Some(field) = self.fields.get(place) {
                append(object, field.name, rest);
            }
        }
    }
}

/// The value that the name of a column gives to a part: a source as it is, a label or a network without a number behind.
fn named_value(part: &str, key: &str) -> Option<String> {
    if part == "source" {
        return Some(key.to_owned());
    }
    let name = Value::from(key.trim_end_matches(|c: char| c.is_ascii_digit()));
    let is_known = match part {
        "label" => choice::<ContactPointLabel>(&name).is_ok(),
        _ => choice::<SocialNetwork>(&name).is_ok(),
    };
    is_known.then(|| name.as_str().unwrap_or_default().to_ascii_uppercase())
}

/// Adds entries to a list. What is no list stays as it is, and is refused later.
fn append(object: &mut Object, name: &str, more: Value) {
    let value = object.entry(name).or_insert(Value::Null);
    match (value, more) {
        (Value::Array(entries), Value::Array(more)) => entries.extend(more),
        (value, more) => *value = more,
    }
}

fn set(value: &mut Value, part: &str, cell: &str) {
    if !value.is_object() {
        *value = Value::Object(Object::new());
    }
    if let Value::Object(object) = value {
        add_part(object, part, cell);
    }
}

/// Adds a part. Lines of an address that come in several columns follow each other.
fn add_part(object: &mut Object, part: &str, cell: &str) {
    let value = match object.get(part).and_then(Value::as_str) {
        Some(before) if part == "lines" => format!("{before}\n{cell}"),
        _ => cell.to_owned(),
    };
    object.insert(part.to_owned(), value.into());
}

/// A cell that is the whole value of a field: a list or an object is in JSON, or its main part.
fn whole(shape: Shape, cell: &str) -> Value {
    let main = |parts: Parts| Value::Object(Object::from_iter([(parts.main.to_owned(), cell.into())]));
    match shape {
        Shape::One | Shape::Texts(_) => cell.into(),
        Shape::Parts(_) | Shape::List { .. } if cell.trim_start().starts_with(['{', '[']) => {
            json_or_text(cell)
        }
        Shape::Parts(parts) => main(parts),
        Shape::List { parts, .. } => Value::Array(vec![main(parts)]),
    }
}

fn json_or_text(cell: &str) -> Value {
    serde_json::from_str(cell).unwrap_or_else(|_| cell.into())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::transfer::layout::Kind;

    fn row(columns: &[(&str, &str)]) -> Value {
        let (found, unknown) = Columns::of(Kind::Contacts.fields(), columns.iter().map(|(path, _)| *path));
        assert_eq!(unknown, [0; 0], "{columns:?}");
        Value::Object(found.object(columns.iter().map(|(_, cell)| *cell)))
    }

    #[test]
    fn columns_give_the_parts_of_a_record() {
        assert_eq!(
            row(&[
                ("LASTNAME", "Lovelace"),
                ("title", " "),
                ("phoneNumbers.2.input", "2"),
                ("phoneNumbers.1.input", "1"),
                ("phoneNumbers.1.label", "WORK"),
                ("phoneNumbers.3.input", ""),
                ("phoneNumbers.rest", r#"[{"input":"4"}]"#),
                ("organizationKey.source", "crm"),
                ("organizationKey.value", "7"),
            ]),
            json!({
                "lastName": "Lovelace", "title": null, "organizationKey": { "source": "crm", "value": "7" },
                "phoneNumbers": [{ "input": "1", "label": "WORK" }, { "input": "2" }, { "input": "4" }],
            })
        );
    }

    #[test]
    fn the_name_of_a_column_can_give_a_part() {
        assert_eq!(
            row(&[
                ("phoneNumbers.WORK", "1"),
                ("phoneNumbers.work2", "2"),
                ("addresses.HOME.city", "Bath"),
                ("addresses.HOME.lines", "1 Main St"),
                ("externalIds.crm.eu", "7"),
                ("socialHandles.LINKEDIN", ""),
                ("organizationKey.crm", "8"),
                ("emailAddresses", "a@b.example"),
            ]),
            json!({
                "phoneNumbers": [{ "input": "1", "label": "WORK" }, { "input": "2", "label": "WORK" }],
                "addresses": [{ "city": "Bath", "lines": "1 Main St", "label": "HOME" }],
                "externalIds": [{ "source": "crm.eu", "value": "7" }],
                "socialHandles": null,
                "organizationKey": { "source": "crm", "value": "8" },
                "emailAddresses": [{ "address": "a@b.example" }],
            })
        );
    }

    #[test]
    fn a_column_without_a_field_is_told() {
        let paths = [
            "lastName",
            "shoeSize",
            "lastName.x",
            "tags.1",
            "phoneNumbers.1.color",
            "phoneNumbers.SHOE",
            "annualRevenue",
        ];
        let (columns, unknown) = Columns::of(Kind::Contacts.fields(), paths);
        assert_eq!(unknown, [1, 2, 3, 4, 5, 6]);
        assert_eq!(columns.known(), 1);
    }
}
