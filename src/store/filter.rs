//! The conditions of lists, each written once.

use super::Filter;
use super::statement::Statement;
use crate::id::TypedId;
use crate::model::{
    DateTime, DateTimeRange, ExternalId, NameMatch, Ranges, WordKind, fold, index_value, sort_key_start,
};

/// Sorts after every text that continues the characters before it.
const LAST: char = char::MAX;

impl Statement<'_> {
    /// Appends a condition: the column has one of these ids.
    pub fn one_of_ids<I: TypedId>(&mut self, column: &'static str, ids: Option<&[I]>) {
        match ids {
            None => {}
            // An index can be walked in the list's order for one value, but not for several.
            Some([id]) => {
                self.push(" AND ").push(column).push(" = ").bind(id.uuid());
            }
            Some(ids) => {
                let ids = ids.iter().map(|id| id.uuid()).collect();
                self.push(" AND ").push(column).push(" ").any_ids(ids);
            }
        }
    }

    /// Appends a condition: the column has one of these texts.
    pub fn one_of_texts(&mut self, column: &'static str, texts: Option<Vec<String>>) {
        if let Some(texts) = texts {
            self.push(" AND ").push(column).push(" ").any_texts(texts);
        }
    }

    /// Appends a condition: the column has a value, or is null.
    pub fn is_there(&mut self, column: &'static str, there: Option<bool>) {
        if let Some(there) = there {
            self.push(" AND ")
                .push(column)
                .push(if there { " IS NOT NULL" } else { " IS NULL" });
        }
    }

    /// Appends a condition: the column has this value.
    pub fn flag(&mut self, column: &'static str, flag: Option<bool>) {
        if let Some(flag) = flag {
            self.push(" AND ").push(column).push(" = ").bind(flag);
        }
    }

    /// Appends a condition: the sort key begins with this name, or its first part is this name.
    pub fn name(&mut self, column: &'static str, name: Option<&NameMatch>) {
        let start = match name {
            None => return,
            Some(NameMatch::Whole(name)) => sort_key_start(name),
            Some(NameMatch::Start(name)) => fold(name),
        };
        self.push(" AND ").push(column).push(" >= ").bind(start.clone());
        self.push(" AND ")
            .push(column)
            .push(" < ")
            .bind(format!("{start}{LAST}"));
    }

    /// Appends a condition: the record is found by one of these values as a whole (see [`crate::model::IndexEntry`]).
    pub fn found_by(&mut self, kind: WordKind, values: Option<&[String]>) {
        if let Some(values) = values {
            let words = values
                .iter()
                .map(|value| index_value(kind, fold(value)))
                .collect();
            self.push(" AND id IN (SELECT id FROM search_words WHERE tenant_id = $1 AND word ")
                .any_texts(words)
                .push(")");
        }
    }

    /// Appends a condition: the record has this external id.
    pub fn external_id(&mut self, kind: &'static str, key: Option<&ExternalId>) {
        if let Some(key) = key {
            self.push(" AND id IN (SELECT owner_id FROM external_ids WHERE tenant_id = $1 AND kind = ")
                .bind(kind)
                .push(" AND source = ")
                .bind(key.source.clone())
                .push(" AND value = ")
                .bind(key.value.clone())
                .push(")");
        }
    }

    /// Appends a condition: the column has an instant in this range.
    pub fn within(&mut self, column: &'static str, range: DateTimeRange) {
        let mut compare = |with: &'static str, instant: Option<DateTime>| {
            if let Some(instant) = instant {
                self.push(" AND ").push(column).push(with).bind(instant);
            }
        };
        compare(" >= ", range.from);
        compare(" < ", range.before);
    }

    /// Appends conditions: the record was created and updated in these ranges.
    pub fn ranges(&mut self, ranges: &Ranges) {
        self.within("created_at", ranges.created_at);
        self.within("updated_at", ranges.updated_at);
    }
}

/// Narrows a list to the records that have one of some words in the search index.
pub struct WordFilter(Vec<String>);

impl WordFilter {
    /// Creates a filter for values of this kind, in the form in which they are indexed.
    pub fn new(kind: WordKind, values: Vec<String>) -> Self {
        Self(values.into_iter().map(|value| index_value(kind, value)).collect())
    }
}

impl Filter for WordFilter {
    fn conditions<'a>(&'a self, to: &mut Statement<'a>) {
        to.push(" AND id IN (SELECT id FROM search_words WHERE tenant_id = $1 AND word ");
        match &self.0[..] {
            [word] => to.push("= ").bind(word.clone()),
            words => to.any_texts(words.to_vec()),
        }
        .push(")");
    }
}
