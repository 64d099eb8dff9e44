//! The trash: deleted records that can be restored.

use async_graphql::SimpleObject;
use uuid::Uuid;

use super::{DateTime, DateTimeRange, EntityKind, ExternalId};
use crate::id::{TypedId, UserId};

/// A deleted record that can be restored. The notes and relationships that were deleted with a record are part of it and
/// restored with it.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject, sqlx::FromRow)]
#[graphql(complex)]
pub struct TrashedRecord {
    /// The kind of the record.
    pub kind: EntityKind,
    /// The record's name: the display name of a contact, the name of an organization, the type of a relationship, or the first
    /// 80 characters of a note.
    pub label: String,
    /// The time of the deletion.
    pub deleted_at: DateTime,
    /// The number of notes that were deleted with the record.
    pub notes: i32,
    /// The number of relationships that were deleted with the record.
    pub relationships: i32,
    /// The record's id.
    #[graphql(skip)]
    pub id: Uuid,
    /// The user who deleted the record; `None` if the service did.
    #[graphql(skip)]
    pub deleted_by: Option<UserId>,
}

/// Filters a list of deleted records. All conditions must match.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TrashFilter {
    /// Matches records of these kinds.
    pub kinds: Vec<EntityKind>,
    /// Matches records that one of these users deleted.
    pub deleted_by_ids: Option<Vec<UserId>>,
    /// Matches records by the time of their deletion.
    pub deleted_at: DateTimeRange,
    /// Matches records that were deleted at this time or later: those before it can no longer be restored.
    pub kept_since: DateTime,
}

/// A part of a record or of a transfer that could not be restored.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject)]
pub struct RestoreLoss {
    /// The path of the field, such as `["externalIds"]`.
    pub field: Vec<String>,
    /// The reason.
    pub message: String,
    /// The value that the field had: an id, or an external id as `source:value`.
    pub value: Option<String>,
}

impl RestoreLoss {
    /// Creates the loss of an external id that another record has got meanwhile.
    pub fn of_external_id(external_id: &ExternalId, owner: impl TypedId) -> Self {
        let value = format!("{}:{}", external_id.source, external_id.value);
        Self::new(
            "externalIds",
            format!("{owner} has this external id by now"),
            &value,
        )
    }

    /// Creates the loss of a value of this field.
    pub fn new(field: &str, message: impl Into<String>, value: &impl ToString) -> Self {
        Self {
            field: vec![field.to_owned()],
            message: message.into(),
            value: Some(value.to_string()),
        }
    }
}
