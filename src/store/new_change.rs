//! Changes that are to be recorded.

use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::table::Table;
use crate::error::{Error, Result};
use crate::model::{ChangeAction, Concerned, EntityKind, FieldChange, Recorded, differences};

/// A change that is to be recorded.
pub struct NewChange {
    pub action: ChangeAction,
    pub kind: EntityKind,
    pub entity_id: Uuid,
    pub version: i32,
    pub concerned: Concerned,
    /// The record's name for people.
    pub label: Option<String>,
    pub fields: Vec<FieldChange>,
    /// The numbers of records that were deleted or detached with it.
    pub detached: Value,
    /// The record that this one became part of.
    pub merged_into: Option<Uuid>,
}

impl NewChange {
    /// Returns the change from one state of a record to another: its creation if it did not exist before, its deletion
    /// if it does not exist after. `version` returns the record's version.
    pub fn of<R: Recorded + Table>(
        before: Option<&R>,
        after: Option<&R>,
        version: impl Fn(&R) -> i32,
    ) -> Result<Option<Self>> {
        let (action, record) = match (before, after) {
            (None, None) => return Ok(None),
            (None, Some(after)) => (ChangeAction::Created, after),
            (Some(before), None) => (ChangeAction::Deleted, before),
            (Some(_), Some(after)) => (ChangeAction::Updated, after),
        };
        let fields = match (before, after) {
            (Some(before), Some(after)) => differences(before, after).map_err(Error::internal)?,
            _ => Vec::new(),
        };
        Ok(Some(Self {
            action,
            kind: R::KIND,
            entity_id: record.uuid(),
            version: version(record),
            concerned: record.concerned(),
            label: record.label(),
            fields,
            detached: Value::Null,
            merged_into: None,
        }))
    }

    /// Returns the change of a record that is inserted again.
    #[must_use]
    pub fn restored(self) -> Self {
        Self {
            action: ChangeAction::Restored,
            ..self
        }
    }

    /// Returns the change of a record that became part of another one.
    #[must_use]
    pub fn merged_into(self, survivor: Uuid) -> Self {
        Self {
            action: ChangeAction::Merged,
            merged_into: Some(survivor),
            ..self
        }
    }

    /// Returns the change of a record that is no longer part of another one.
    #[must_use]
    pub fn unmerged(self) -> Self {
        Self {
            action: ChangeAction::Unmerged,
            ..self
        }
    }

    /// Adds what was deleted or detached with the record.
    pub fn with(self, detached: impl Serialize) -> Result<Self> {
        let detached = serde_json::to_value(detached).map_err(Error::internal)?;
        Ok(Self { detached, ..self })
    }
}
