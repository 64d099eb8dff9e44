//! What every record carries: when it was made and changed, by whom, and how often.

use async_graphql::{InputObject, SimpleObject};
use chrono::Utc;

use super::DateTime;
use crate::id::UserId;

/// When a record was made and changed, by whom, and how often.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject, sqlx::FromRow)]
#[graphql(complex)]
pub struct Record {
    /// When it was created.
    pub created_at: DateTime,
    /// When it was last changed; the same as `createdAt` until then.
    pub updated_at: DateTime,
    /// 1 when it is new, one more with every change. Give it as `expectedVersion` to be sure that
    /// nobody changed it meanwhile.
    pub version: i32,
    /// Who made it; nobody when the service did.
    #[graphql(skip)]
    pub created_by: Option<UserId>,
    /// Who changed it last.
    #[graphql(skip)]
    pub updated_by: Option<UserId>,
}

impl Record {
    /// Of something that is made now.
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

/// A span of time: `from` belongs to it, `before` does not. Either may be left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, InputObject)]
pub struct DateTimeRange {
    /// Not earlier than this.
    pub from: Option<DateTime>,
    /// Earlier than this.
    pub before: Option<DateTime>,
}

/// When the records of a list were made and changed: every list can be narrowed by it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ranges {
    /// When they were created.
    pub created_at: DateTimeRange,
    /// When they were last changed.
    pub updated_at: DateTimeRange,
}

/// How a name is compared; case and accents do not matter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NameMatch {
    /// The whole name.
    Whole(String),
    /// Its beginning.
    Start(String),
}
