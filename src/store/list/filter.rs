//! The ways in which nouns add conditions to lists.

use super::condition::{Condition, Conditions, Filter, Value};
use super::link::{Link, WORDS};
use super::reference::References;
use crate::id::TypedId;
use crate::model::{
    DateTime, DateTimeRange, ExternalId, NameMatch, Ranges, WordKind, fold, index_value, sort_key_start,
};

/// Sorts after every text that continues the characters before it.
const LAST: char = char::MAX;

impl Conditions {
    /// Adds a condition: the columns have one of these rows of values.
    pub fn one_of(&mut self, columns: &'static [&'static str], rows: Vec<Vec<Value>>) {
        let rows = distinct(rows);
        self.add(Condition::OneOf { columns, rows });
    }

    /// Adds a condition: the column has one of these ids.
    pub fn one_of_ids<I: TypedId>(&mut self, column: &'static [&'static str; 1], ids: Option<&[I]>) {
        if let Some(ids) = ids {
            self.one_of(column, ids.iter().map(|id| vec![Value::Id(id.uuid())]).collect());
        }
    }

    /// Adds a condition: the column refers to one of these contacts or organizations, which may have been merged into others.
    pub fn refers_to<I: TypedId>(&mut self, column: &'static str, ids: Option<&[I]>) {
        self.references(column, ids, false);
    }

    /// Adds a condition: the column had the id of this contact or organization, or of one that is a part of it by now.
    pub fn referred_to<I: TypedId>(&mut self, column: &'static str, id: Option<&I>) {
        self.references(column, id.map(std::slice::from_ref), true);
    }

    fn references<I: TypedId>(&mut self, column: &'static str, ids: Option<&[I]>, has_aliases: bool) {
        if let Some(ids) = ids {
            self.add(Condition::Refers(References {
                column,
                ids: distinct(ids.iter().map(|id| id.uuid()).collect()),
                has_aliases,
            }));
        }
    }

    /// Adds a condition: the column has one of these texts.
    pub fn one_of_texts(&mut self, column: &'static [&'static str; 1], texts: Option<Vec<String>>) {
        if let Some(texts) = texts {
            self.one_of(
                column,
                texts.into_iter().map(|text| vec![Value::Text(text)]).collect(),
            );
        }
    }

    /// Adds a condition: the column has this value.
    pub fn flag(&mut self, column: &'static [&'static str; 1], flag: Option<bool>) {
        if let Some(flag) = flag {
            self.one_of(column, vec![vec![Value::Flag(flag)]]);
        }
    }

    /// Adds a condition: the record is linked to one of these ids.
    pub fn linked_ids<I: TypedId>(&mut self, link: &'static Link, ids: Option<&[I]>) {
        if let Some(ids) = ids {
            let values = distinct(ids.iter().map(|id| Value::Id(id.uuid())).collect());
            self.add(Condition::Linked { link, values });
        }
    }

    /// Adds a condition: the record is found by one of these values as a whole (see [`crate::model::IndexEntry`]).
    pub fn found_by(&mut self, kind: WordKind, values: Option<&[String]>) {
        if let Some(values) = values {
            self.words(kind, values.iter().map(|value| fold(value)));
        }
    }

    fn words(&mut self, kind: WordKind, values: impl Iterator<Item = String>) {
        let words = values.map(|value| Value::Text(index_value(kind, value)));
        self.add(Condition::Linked {
            link: &WORDS,
            values: distinct(words.collect()),
        });
    }

    /// Adds a condition: the sort key begins with this name, or its first part is this name.
    pub fn name(&mut self, column: &'static str, name: Option<&NameMatch>) {
        let start = match name {
            None => return,
            Some(NameMatch::Whole(name)) => sort_key_start(name),
            Some(NameMatch::Start(name)) => fold(name),
        };
        self.add(Condition::Range {
            column,
            before: Some(Value::Text(format!("{start}{LAST}"))),
            from: Some(Value::Text(start)),
        });
    }

    /// Adds a condition: the record has this external id.
    pub fn external_id(&mut self, kind: &'static str, key: Option<&ExternalId>) {
        if let Some(key) = key {
            let key = key.clone();
            self.add(Condition::ExternalId { kind, key });
        }
    }

    /// Adds a condition: the column has an instant in this range.
    pub fn within(&mut self, column: &'static str, range: DateTimeRange) {
        let DateTimeRange { from, before } = range;
        if from.is_some() || before.is_some() {
            self.add(Condition::Range {
                column,
                from: from.map(Value::Instant),
                before: before.map(Value::Instant),
            });
        }
    }

    /// Adds a condition: the column has this instant or a later one.
    pub fn since(&mut self, column: &'static str, from: DateTime) {
        let before = None;
        self.within(
            column,
            DateTimeRange {
                from: Some(from),
                before,
            },
        );
    }

    /// Adds conditions: the record was created and updated in these ranges.
    pub fn ranges(&mut self, ranges: &Ranges) {
        self.within("created_at", ranges.created_at);
        self.within("updated_at", ranges.updated_at);
    }

    /// Adds conditions that no index serves.
    pub fn unindexed(&mut self, add: impl FnOnce(&mut Self)) {
        let mut conditions = Self::default();
        add(&mut conditions);
        self.0.extend(
            conditions
                .0
                .into_iter()
                .map(|it| Condition::Unindexed(Box::new(it))),
        );
    }
}

/// Narrows a list to the records that have one of some words in the search index.
pub struct WordFilter(WordKind, Vec<String>);

impl WordFilter {
    /// Creates a filter for values of this kind, in the form in which they are indexed.
    pub const fn new(kind: WordKind, values: Vec<String>) -> Self {
        Self(kind, values)
    }
}

impl Filter for WordFilter {
    fn conditions(&self, to: &mut Conditions) {
        to.words(self.0, self.1.iter().cloned());
    }
}

/// Returns the values, each once.
fn distinct<T: PartialEq>(values: Vec<T>) -> Vec<T> {
    let mut distinct = Vec::with_capacity(values.len());
    for value in values {
        if !distinct.contains(&value) {
            distinct.push(value);
        }
    }
    distinct
}
