//! The conditions of lists as values: a list reads an index by one of them, and checks the others.

use uuid::Uuid;

use super::super::statement::Statement;
use super::link::Link;
use super::reference::References;
use crate::model::{DateTime, EntityKind, ExternalId, InteractionDirection, MediaType};

/// The filter of a list.
pub trait Filter: Send + Sync {
    /// Adds the conditions; a record must meet all of them.
    fn conditions(&self, to: &mut Conditions);
}

/// A value that a condition compares with.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// An id.
    Id(Uuid),
    /// The id of a record, which may have been merged into another one.
    CurrentId(Uuid),
    /// A text.
    Text(String),
    /// An instant.
    Instant(DateTime),
    /// A flag.
    Flag(bool),
    /// A medium of interactions.
    MediaType(MediaType),
    /// A side that began interactions.
    Direction(InteractionDirection),
    /// A kind of changes.
    Kind(EntityKind),
}

/// A condition of a list.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// The columns have one of these rows of values. Indexes have the columns before those of each order.
    OneOf {
        /// The columns.
        columns: &'static [&'static str],
        /// The rows, each once.
        rows: Vec<Vec<Value>>,
    },
    /// The column refers to one of these records. An index has the column before those of each order.
    Refers(References),
    /// The column is null, or is not.
    Null {
        /// The column.
        column: &'static str,
        /// Whether it is null.
        is_null: bool,
        /// Whether indexes have the records that meet the condition in each order.
        is_ordered: bool,
    },
    /// The column has a value in this range. An index begins with the column.
    Range {
        /// The column.
        column: &'static str,
        /// The least value.
        from: Option<Value>,
        /// The value that all are less than.
        before: Option<Value>,
    },
    /// The record is linked to one of these values.
    Linked {
        /// The table of links.
        link: &'static Link,
        /// The values, each once.
        values: Vec<Value>,
    },
    /// The record has this external id; no other record of its kind has it.
    ExternalId {
        /// The kind of record.
        kind: &'static str,
        /// The external id.
        key: ExternalId,
    },
    /// The organization has a current relationship, or has none.
    Owned(bool),
    /// The change is settled: nothing that is committed later comes before it.
    Settled,
    /// A condition that no index serves, on a small table or with few values.
    Unindexed(Box<Self>),
}

/// The conditions of a list, in the order in which they are preferred as the one to read by.
#[derive(Clone, Debug, Default)]
pub struct Conditions(pub Vec<Condition>);

impl Conditions {
    /// Returns the conditions of a filter.
    pub fn of(filter: &dyn Filter) -> Self {
        let mut conditions = Self::default();
        filter.conditions(&mut conditions);
        conditions
    }

    /// Adds a condition.
    pub fn add(&mut self, condition: Condition) {
        self.0.push(condition);
    }

    /// Whether a condition has no value that a record could have.
    pub fn is_impossible(&self) -> bool {
        self.0.iter().any(Condition::is_impossible)
    }
}

impl Condition {
    fn is_impossible(&self) -> bool {
        match self {
            Self::OneOf { rows, .. } => rows.is_empty(),
            Self::Refers(references) => references.ids.is_empty(),
            Self::Linked { values, .. } => values.is_empty(),
            Self::Unindexed(condition) => condition.is_impossible(),
            _ => false,
        }
    }

    /// Whether the condition is on the links of records.
    pub const fn is_linked(&self) -> bool {
        matches!(self, Self::Linked { .. })
    }
}

impl Statement<'_> {
    /// Appends a value of a condition.
    pub fn value(&mut self, value: &Value) -> &mut Self {
        match value {
            Value::Id(id) => self.bind(*id),
            Value::CurrentId(id) => self.current_id(*id),
            Value::Text(text) => self.bind(text.clone()),
            Value::Instant(instant) => self.bind(*instant),
            Value::Flag(flag) => self.bind(*flag),
            Value::MediaType(media_type) => self.bind(*media_type),
            Value::Direction(direction) => self.bind(*direction),
            Value::Kind(kind) => self.bind(*kind),
        }
    }

    /// Appends a condition on the expression before it: it is one of these values.
    pub fn one_of(&mut self, values: &[Value]) -> &mut Self {
        if let [value] = values {
            return self.push(" = ").value(value);
        }
        let ids: Option<Vec<Uuid>> = values.iter().map(Value::id).collect();
        let texts: Option<Vec<String>> = values.iter().map(Value::text).collect();
        match (ids, texts) {
            (Some(ids), _) if !ids.is_empty() => self.push(" ").any_ids(ids),
            (_, Some(texts)) if !texts.is_empty() => self.push(" ").any_texts(texts),
            _ => {
                // PostgreSQL takes no empty list; nothing equals NULL.
                self.push(" IN (NULL");
                for value in values {
                    self.push(", ").value(value);
                }
                self.push(")")
            }
        }
    }
}

impl Value {
    const fn id(&self) -> Option<Uuid> {
        match self {
            Self::Id(id) => Some(*id),
            _ => None,
        }
    }

    fn text(&self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.clone()),
            _ => None,
        }
    }
}
