//! Changes: the action on a record, its time and its author.

use std::collections::HashSet;

use async_graphql::{Enum, SimpleObject};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::noun::nouns;
use super::{Contact, DateTime, Interaction, Note, Organization, Permission, Relationship};
use crate::error::{Error, Result};
use crate::id::{ContactId, InteractionId, NodeId, NoteId, OrganizationId, RelationshipId, TypedId, UserId};
use crate::page::{Cursor, Key};

/// The maximum length of a value that is kept, in characters.
const LONGEST_VALUE: usize = 1000;
/// The maximum length of the part of a note that names it, in characters.
const LONGEST_LABEL: usize = 80;
/// The name of the order of changes in cursors.
const ORDER: &str = "changes";

macro_rules! entity_kind {
    (
        recorded {$(
            $noun:ident($id:ident) $field:ident, $entity:ident: $one:tt, $many:tt, $permission:ident = $name:tt;
        )*}
        $($others:tt)*
    ) => {
        /// A kind of record whose changes are recorded.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum, sqlx::Type)]
        #[sqlx(type_name = "text", rename_all = "lowercase")]
        pub enum EntityKind {$(
            #[doc = concat!($many, ". Requires `", $name, "`.")]
            $noun,
        )*}

        impl EntityKind {
            /// All kinds.
            pub const ALL: &'static [Self] = &[$(Self::$noun),*];

            /// Returns the permission required to view records of this kind and their changes.
            pub const fn permission(self) -> Permission {
                match self {
                    $(Self::$noun => Permission::$permission,)*
                }
            }

            /// Returns the id of a record of this kind.
            pub const fn node_id(self, id: Uuid) -> NodeId {
                match self {
                    $(Self::$noun => NodeId::$id($id::new(id)),)*
                }
            }
        }
    };
}
nouns!(entity_kind);

/// An action on a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum, sqlx::Type)]
#[sqlx(type_name = "text", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ChangeAction {
    /// The record was created.
    Created,
    /// The record was changed.
    Updated,
    /// The record was deleted.
    Deleted,
    /// The record, which had been deleted, was restored.
    Restored,
    /// The record became part of another one, to which everything that belonged to it now belongs.
    Merged,
    /// The record is a record of its own again: the merge that had made it part of another one was undone.
    Unmerged,
}

impl ChangeAction {
    /// Whether records become parts of another one, or cease to be: their changes concern the other from then on.
    pub const fn regroups(self) -> bool {
        matches!(self, Self::Merged | Self::Unmerged)
    }
}

/// A change to one field of a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, SimpleObject)]
pub struct FieldChange {
    /// The field's name.
    pub field: String,
    /// The value before the change: text as is, other values as JSON, cut off after 1,000 characters. Null if there was
    /// none.
    pub before: Option<String>,
    /// The value after the change, in the same form. Null if there is none.
    pub after: Option<String>,
}

/// A change to a record: its creation, an update, its deletion or restoration, or its merging into another one.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject, sqlx::FromRow)]
#[graphql(complex)]
pub struct Change {
    /// The action on the record.
    pub action: ChangeAction,
    /// The kind of the record.
    pub kind: EntityKind,
    /// The record's name at the time of the change, also if it has been deleted since: the display name of a contact, the name
    /// of an organization, the type of a relationship, or the first 80 characters of a note. Null for interactions, and for
    /// changes made before names were recorded.
    pub label: Option<String>,
    /// The record's version after the change or, for a deleted or merged record, its last version.
    pub version: i32,
    /// The time of the change.
    pub changed_at: DateTime,
    /// The fields that changed, by name. Empty unless the record was updated, and for changes made before fields were recorded.
    #[sqlx(json)]
    pub fields: Vec<FieldChange>,
    /// The change's id.
    #[graphql(skip)]
    pub id: Uuid,
    /// The change's position in commit order.
    #[graphql(skip)]
    pub xid: i64,
    /// The order of changes at the same position.
    #[graphql(skip)]
    pub seq: i64,
    /// The epoch of the database in which the position is valid.
    #[graphql(skip)]
    pub epoch: Uuid,
    /// The record.
    #[graphql(skip)]
    pub entity_id: Uuid,
    /// The user who made the change; `None` if the service did.
    #[graphql(skip)]
    pub user_id: Option<UserId>,
    /// The contact that the change concerns.
    #[graphql(skip)]
    pub contact_id: Option<ContactId>,
    /// The organization that the change concerns.
    #[graphql(skip)]
    pub organization_id: Option<OrganizationId>,
    /// The record that this one became part of.
    #[graphql(skip)]
    pub merged_into_id: Option<Uuid>,
}

impl Change {
    /// Returns the change's position among all changes.
    pub const fn position(&self) -> ChangePosition {
        ChangePosition {
            xid: self.xid,
            seq: self.seq,
            id: self.id,
        }
    }

    /// Returns the cursor with which a client can continue from this change.
    pub fn cursor(&self) -> Cursor {
        Cursor {
            order: ORDER.to_owned(),
            keys: vec![Key::Text(self.epoch.to_string()), Key::Number(self.xid)],
            id: self.id,
        }
    }
}

/// A position among a tenant's changes, within an epoch. The default is before all of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ChangePosition {
    /// The transaction, or a later one that was complete when the change was written.
    pub xid: i64,
    /// The order of changes with the same transaction.
    pub seq: i64,
    /// The change's id.
    pub id: Uuid,
}

/// A position as a client knows it, possibly from an earlier epoch of the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownPosition {
    /// The epoch of the position.
    pub epoch: Uuid,
    /// The transaction of the change at the position.
    pub xid: i64,
    /// The id of the change at the position.
    pub id: Uuid,
}

impl KnownPosition {
    /// The name of the order in cursors of changes.
    pub const ORDER: &'static str = ORDER;

    /// Parses the text of a cursor of changes.
    pub fn read(text: &str) -> Result<Self> {
        Self::of(&Cursor::decode(text, ORDER)?)
    }

    /// Reads a cursor of changes.
    pub fn of(cursor: &Cursor) -> Result<Self> {
        let (Key::Text(epoch), Key::Number(xid)) = (match cursor.keys.as_slice() {
            [epoch, xid] => (epoch, xid),
            _ => return Err(Error::InvalidCursor),
        }) else {
            return Err(Error::InvalidCursor);
        };
        Ok(Self {
            epoch: epoch.parse().map_err(|_| Error::InvalidCursor)?,
            xid: *xid,
            id: cursor.id,
        })
    }

    /// Whether this change is still the one at the position.
    pub fn is_of(&self, change: &Change) -> bool {
        self.epoch == change.epoch && self.xid == change.xid && self.id == change.id
    }
}

/// Filters a list of changes. All conditions must match.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ChangeFilter {
    /// Matches records of these kinds.
    pub kinds: Vec<EntityKind>,
    /// Matches changes that concern this contact.
    pub contact_id: Option<ContactId>,
    /// Matches changes that concern this organization.
    pub organization_id: Option<OrganizationId>,
}

impl ChangeFilter {
    /// Returns the ids of the records that changes must concern.
    pub fn ids(&self) -> impl Iterator<Item = Uuid> {
        let contact = self.contact_id.map(TypedId::uuid);
        contact.into_iter().chain(self.organization_id.map(TypedId::uuid))
    }

    /// Whether a change matches the filter. `ids` are those of its records, and of all that were merged into these.
    pub fn accepts(&self, change: &Change, ids: &HashSet<Uuid>) -> bool {
        let concerns = |id: Option<Uuid>| id.is_some_and(|id| ids.contains(&id));
        self.kinds.contains(&change.kind)
            && (self.contact_id.is_none() || concerns(change.contact_id.map(TypedId::uuid)))
            && (self.organization_id.is_none() || concerns(change.organization_id.map(TypedId::uuid)))
    }
}

/// The contact and the organization that a change concerned at the time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Concerned {
    /// The contact's id.
    pub contact_id: Option<ContactId>,
    /// The organization's id.
    pub organization_id: Option<OrganizationId>,
}

/// A record whose changes are recorded. Its serialized fields are compared, by their serialized names.
pub trait Recorded: Serialize {
    /// The record's kind.
    const KIND: EntityKind;

    /// The contact and the organization that the record's changes concern.
    fn concerned(&self) -> Concerned;

    /// The record's name for people, if it has one.
    fn label(&self) -> Option<String>;
}

macro_rules! recorded {
    ($($record:ident: |$it:ident| $contact:expr, $organization:expr, $label:expr;)*) => {$(
        impl Recorded for $record {
            const KIND: EntityKind = EntityKind::$record;

            fn concerned(&self) -> Concerned {
                let $it = self;
                Concerned { contact_id: $contact, organization_id: $organization }
            }

            fn label(&self) -> Option<String> {
                let $it = self;
                $label
            }
        }
    )*};
}

recorded! {
    Contact: |it| Some(it.id), it.organization_id, Some(it.display_name());
    Organization: |it| None, Some(it.id), Some(it.name.clone());
    Relationship: |it| None, Some(it.organization_id), Some(it.r#type.clone());
    Note: |it| it.contact_id, it.organization_id, Some(it.text.chars().take(LONGEST_LABEL).collect());
    Interaction: |it| it.contact_id, it.organization_id, { let _ = it; None };
}

/// Returns the fields that differ, by name.
pub fn differences<R: Recorded>(before: &R, after: &R) -> serde_json::Result<Vec<FieldChange>> {
    let (before, after) = (fields(before)?, fields(after)?);
    Ok(after
        .into_iter()
        .filter_map(|(field, after)| {
            let before = before.get(&field)?;
            (*before != after).then(|| FieldChange {
                before: shown(before),
                after: shown(&after),
                field,
            })
        })
        .collect())
}

pub(super) fn fields<R: Recorded>(record: &R) -> serde_json::Result<Map<String, Value>> {
    match serde_json::to_value(record)? {
        Value::Object(fields) => Ok(fields),
        _ => Ok(Map::new()),
    }
}

pub(super) fn shown(value: &Value) -> Option<String> {
    let text = match value {
        Value::Null => return None,
        Value::String(text) => text.clone(),
        value => value.to_string(),
    };
    Some(text.chars().take(LONGEST_VALUE).collect())
}

#[cfg(test)]
mod tests {
    use crate::model::{Interaction, NoteSubjectId, Record, WrapUp};

    use super::*;

    const EPOCH: chrono::DateTime<chrono::Utc> = chrono::DateTime::UNIX_EPOCH;

    fn note(text: &str) -> Note {
        let mut note = Note::new(
            NoteId::new(Uuid::nil()),
            Record::new(EPOCH, None),
            NoteSubjectId::Contact(ContactId::new(Uuid::nil())),
            UserId::new(Uuid::nil()),
        );
        note.text = text.to_owned();
        note
    }

    #[test]
    fn only_what_people_wrote_is_compared() {
        let mut after = note("Late");
        after.record.touch(EPOCH, Some(UserId::new(Uuid::max())));
        assert_eq!(differences(&note("Late"), &after).unwrap(), []);

        after.pinned = true;
        let pinned = FieldChange {
            field: "pinned".to_owned(),
            before: Some("false".to_owned()),
            after: Some("true".to_owned()),
        };
        assert_eq!(differences(&note("Late"), &after).unwrap(), [pinned]);
    }

    #[test]
    fn long_values_are_cut_between_characters() {
        let changed = differences(&note(&"é".repeat(1000)), &note(&"ü".repeat(1001))).unwrap();

        assert_eq!(changed[0].before, Some("é".repeat(1000)));
        assert_eq!(changed[0].after, Some("ü".repeat(1000)));
    }

    #[test]
    fn ids_are_shown_with_their_kind_wherever_they_stand() {
        let id = Uuid::max();
        let record = Record::new(EPOCH, None);
        let before = Interaction::new(crate::id::InteractionId::new(id), record, None);
        let mut after = before.clone();
        after.contact_id = Some(ContactId::new(id));
        after.agent_ids.push(UserId::new(id));
        after.wrap_ups.push(WrapUp {
            note: None,
            recorded_at: DateTime(EPOCH),
            agent_id: UserId::new(id),
            code_id: crate::id::WrapUpCodeId::new(id),
        });

        let changed = differences(&before, &after).unwrap();
        let after = |field: &str| {
            let change = changed.iter().find(|change| change.field == field);
            change.and_then(|change| change.after.clone()).unwrap()
        };

        assert_eq!(after("contactId"), format!("contact_{id}"));
        assert_eq!(after("agentIds"), format!("[\"user_{id}\"]"));
        assert!(after("wrapUps").contains(&format!("\"codeId\":\"wrapUpCode_{id}\"")));
        assert!(after("wrapUps").contains(&format!("\"agentId\":\"user_{id}\"")));
    }

    #[test]
    fn a_cursor_of_changes_reads_back() {
        let change = Change {
            action: ChangeAction::Created,
            kind: EntityKind::Note,
            label: None,
            version: 1,
            changed_at: DateTime(EPOCH),
            fields: Vec::new(),
            id: Uuid::max(),
            xid: 7,
            seq: 1,
            epoch: Uuid::max(),
            entity_id: Uuid::nil(),
            user_id: None,
            contact_id: None,
            organization_id: None,
            merged_into_id: None,
        };
        let cursor = change.cursor().encode();
        assert!(KnownPosition::read(&cursor).unwrap().is_of(&change));
        let other = Change {
            epoch: Uuid::nil(),
            ..change
        };
        assert!(!KnownPosition::read(&cursor).unwrap().is_of(&other));
    }
}
