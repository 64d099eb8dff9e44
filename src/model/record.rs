//! The data common to all records: creation, last change and version.

use async_graphql::{InputObject, SimpleObject};
use chrono::Utc;

use super::DateTime;
use crate::id::UserId;

/// The creation, the last change and the version of a record.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject)]
#[graphql(complex)]
pub struct Record {
    /// The time the record was created.
    pub created_at: DateTime,
    /// The time the record was last changed; equal to `createdAt` before the first change.
    pub updated_at: DateTime,
    /// The record's version: 1 at creation, incremented by every change. Pass it as `expectedVersion` to refuse a
    /// change if the record was changed in the meantime.
    pub version: i32,
    /// The user who created the record; `None` if the service did.
    #[graphql(skip)]
    pub created_by: Option<UserId>,
    /// The user who last changed the record; `None` if the service did.
    #[graphql(skip)]
    pub updated_by: Option<UserId>,
}

impl Record {
    /// Creates the data of a record that is created now.
    pub const fn new(now: chrono::DateTime<Utc>, actor: Option<UserId>) -> Self {
        Self {
            created_at: DateTime(now),
            updated_at: DateTime(now),
            version: 1,
            created_by: actor,
            updated_by: actor,
        }
    }

    /// Counts one more change.
    pub fn touch(&mut self, now: chrono::DateTime<Utc>, actor: Option<UserId>) {
        self.version += 1;
        self.updated_at = DateTime(now);
        self.updated_by = actor;
    }
}

/// A range of time that includes `from` and excludes `before`. Either bound may be absent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, InputObject)]
pub struct DateTimeRange {
    /// The earliest time in the range.
    pub from: Option<DateTime>,
    /// The time before which the range ends.
    pub before: Option<DateTime>,
}

/// Filters every list by the times of creation and last change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Ranges {
    /// The time of creation.
    pub created_at: DateTimeRange,
    /// The time of the last change.
    pub updated_at: DateTimeRange,
}

/// A comparison of names, ignoring case and accents.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum NameMatch {
    /// The whole name.
    Whole(String),
    /// The beginning of the name.
    Start(String),
}
