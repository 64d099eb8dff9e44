//! Changes: what was done to a record, when and by whom.

use async_graphql::{Enum, SimpleObject};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{Contact, DateTime, Interaction, Note, Organization, Permission, Relationship};
use crate::error::{Error, Result};
use crate::id::{ContactId, OrganizationId, TypedId, UserId};
use crate::page::{Cursor, Key};

/// The most characters of a value that are kept.
const LONGEST_VALUE: usize = 1000;
/// What a place among the changes is called in cursors.
const ORDER: &str = "changes";

/// A kind of record whose changes are written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum, sqlx::Type)]
#[sqlx(type_name = "text", rename_all = "lowercase")]
pub enum EntityKind {
    /// Contacts. Requires `externalContacts:contact:view`.
    Contact,
    /// Organizations. Requires `externalContacts:organization:view`.
    Organization,
    /// Relationships. Requires `externalContacts:relationship:view`.
    Relationship,
    /// Notes. Requires `externalContacts:note:view`.
    Note,
    /// Interactions. Requires `externalContacts:interaction:view`.
    Interaction,
}

impl EntityKind {
    /// Every kind there is.
    pub const ALL: [Self; 5] = [
        Self::Contact,
        Self::Organization,
        Self::Relationship,
        Self::Note,
        Self::Interaction,
    ];

    /// What it takes to see records of this kind, and what became of them.
    pub const fn permission(self) -> Permission {
        match self {
            Self::Contact => Permission::ContactView,
            Self::Organization => Permission::OrganizationView,
            Self::Relationship => Permission::RelationshipView,
            Self::Note => Permission::NoteView,
            Self::Interaction => Permission::InteractionView,
        }
    }
}

/// What was done to a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum, sqlx::Type)]
#[sqlx(type_name = "text", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ChangeAction {
    /// It was made.
    Created,
    /// It was changed.
    Updated,
    /// It was deleted.
    Deleted,
}

/// What became of one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, SimpleObject)]
pub struct FieldChange {
    /// The field's name.
    pub field: String,
    /// What it was: a text as it is, anything else as JSON, cut after 1,000 characters; null when there was nothing.
    pub before: Option<String>,
    /// What it is since, written the same way; null when there is nothing.
    pub after: Option<String>,
}

/// What was done to a record, when and by whom.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject, sqlx::FromRow)]
#[graphql(complex)]
pub struct Change {
    /// What was done.
    pub action: ChangeAction,
    /// The kind of the record.
    pub kind: EntityKind,
    /// The record's version since; of a deleted record, its last.
    pub version: i32,
    /// When it was done.
    pub changed_at: DateTime,
    /// What became of the fields that changed, by name; none of what was created or deleted, and none of changes from
    /// before fields were recorded.
    #[sqlx(json)]
    pub fields: Vec<FieldChange>,
    /// Which of the changes at its place.
    #[graphql(skip)]
    pub id: Uuid,
    /// Its place in the order of COMMIT.
    #[graphql(skip)]
    pub xid: i64,
    /// The database's epoch, in which the place means something.
    #[graphql(skip)]
    pub epoch: Uuid,
    /// The record.
    #[graphql(skip)]
    pub entity_id: Uuid,
    /// Who did it; nobody when the service did.
    #[graphql(skip)]
    pub user_id: Option<UserId>,
    /// The contact it concerns.
    #[graphql(skip)]
    pub contact_id: Option<ContactId>,
    /// The organization it concerns.
    #[graphql(skip)]
    pub organization_id: Option<OrganizationId>,
}

impl Change {
    /// Where it stands among all changes.
    pub const fn place(&self) -> Place {
        Place {
            xid: self.xid,
            id: self.id,
        }
    }

    /// Where it stands, so that a client can come back.
    pub fn cursor(&self) -> Cursor {
        Cursor {
            order: ORDER.to_owned(),
            keys: vec![Key::Text(self.epoch.to_string()), Key::Number(self.xid)],
            id: self.id,
        }
    }
}

/// A place among a tenant's changes, within an epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The transaction.
    pub xid: i64,
    /// Which of its changes.
    pub id: Uuid,
}

/// A place as a client knows it: it may be of a database as it was once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownPlace {
    /// The epoch it is of.
    pub epoch: Uuid,
    /// The place in that epoch.
    pub place: Place,
}

impl KnownPlace {
    /// What the cursors of changes say their order is.
    pub const ORDER: &'static str = ORDER;

    /// Reads the text of a cursor of changes.
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
            place: Place {
                xid: *xid,
                id: cursor.id,
            },
        })
    }

    /// Whether the change is still the one at this place.
    pub fn is_of(&self, change: &Change) -> bool {
        self.epoch == change.epoch && self.place == change.place()
    }
}

/// What narrows a list of changes; conditions combine by *and*.
#[derive(Clone, Debug, Default)]
pub struct ChangeFilter {
    /// Of records of these kinds.
    pub kinds: Vec<EntityKind>,
    /// That concern this contact.
    pub contact_id: Option<ContactId>,
    /// That concern this organization.
    pub organization_id: Option<OrganizationId>,
}

impl ChangeFilter {
    /// Whether a change is among them.
    pub fn accepts(&self, change: &Change) -> bool {
        self.kinds.contains(&change.kind)
            && (self.contact_id.is_none() || self.contact_id == change.contact_id)
            && (self.organization_id.is_none() || self.organization_id == change.organization_id)
    }
}

/// The contact and the organization that a change concerns, as they were then.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Concerned {
    /// The contact.
    pub contact_id: Option<ContactId>,
    /// The organization.
    pub organization_id: Option<OrganizationId>,
}

/// A record whose changes are written down. What of it is serialized is compared, by the names it is serialized with.
pub trait Recorded: Serialize {
    /// Its kind.
    const KIND: EntityKind;

    /// Its id.
    fn entity_id(&self) -> Uuid;

    /// How often it was changed, and one.
    fn version(&self) -> i32;

    /// What its changes concern.
    fn concerned(&self) -> Concerned;
}

macro_rules! recorded {
    ($($record:ident: |$it:ident| $contact:expr, $organization:expr;)*) => {$(
        impl Recorded for $record {
            const KIND: EntityKind = EntityKind::$record;

            fn entity_id(&self) -> Uuid {
                self.id.uuid()
            }

            fn version(&self) -> i32 {
                self.record.version
            }

            fn concerned(&self) -> Concerned {
                let $it = self;
                Concerned { contact_id: $contact, organization_id: $organization }
            }
        }
    )*};
}

recorded! {
    Contact: |it| Some(it.id), it.organization_id;
    Organization: |it| None, Some(it.id);
    Relationship: |it| None, Some(it.organization_id);
    Note: |it| it.contact_id, it.organization_id;
    Interaction: |it| it.contact_id, it.organization_id;
}

/// What became of the fields that differ, by name.
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

fn fields<R: Recorded>(record: &R) -> serde_json::Result<Map<String, Value>> {
    match serde_json::to_value(record)? {
        Value::Object(fields) => Ok(fields),
        _ => Ok(Map::new()),
    }
}

fn shown(value: &Value) -> Option<String> {
    let text = match value {
        Value::Null => return None,
        Value::String(text) => text.clone(),
        value => value.to_string(),
    };
    Some(text.chars().take(LONGEST_VALUE).collect())
}

#[cfg(test)]
mod tests {
    use crate::id::NoteId;
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
            version: 1,
            changed_at: DateTime(EPOCH),
            fields: Vec::new(),
            id: Uuid::max(),
            xid: 7,
            epoch: Uuid::max(),
            entity_id: Uuid::nil(),
            user_id: None,
            contact_id: None,
            organization_id: None,
        };
        let cursor = change.cursor().encode();
        assert!(KnownPlace::read(&cursor).unwrap().is_of(&change));
        let other = Change {
            epoch: Uuid::nil(),
            ..change
        };
        assert!(!KnownPlace::read(&cursor).unwrap().is_of(&other));
    }
}
