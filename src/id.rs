//! Ids: `UUIDv7` values, shown with the name of their kind in front (`contact_0192f7c4-…`).
//!
//! The same text is the Relay global id, the federation key and the id in the log.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::parser::types::Field;
use async_graphql::registry::Registry;
use async_graphql::{ContextSelectionSet, ID, OutputType, Positioned, ServerResult, Value};
use chrono::{DateTime, Utc};
use serde::Serializer;
use uuid::Uuid;

/// A generator of ids.
#[derive(Clone, Debug)]
pub struct Ids(Arc<Mutex<fastrand::Rng>>);

impl Ids {
    /// Creates a generator of unpredictable ids.
    pub fn random() -> Self {
        Self(Arc::new(Mutex::new(fastrand::Rng::new())))
    }

    /// Creates a generator that makes the same ids every time, for reproducible data.
    pub fn seeded(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(fastrand::Rng::with_seed(seed))))
    }

    /// Returns the least id of this instant: no id made at this instant or later sorts before it.
    pub fn first_at(&self, at: DateTime<Utc>) -> Uuid {
        let millis = u64::try_from(at.timestamp_millis()).unwrap_or_default();
        uuid::Builder::from_unix_timestamp_millis(millis, &[0; 10]).into_uuid()
    }

    /// Makes an id. Ids sort by the instant they were made at, to a quarter of a microsecond (RFC 9562, section 6.2,
    /// method 3: the 12 bits after the milliseconds hold the fraction).
    pub fn new_at(&self, at: DateTime<Utc>) -> Uuid {
        let mut random = [0; 10];
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .fill(&mut random);
        let fraction = u16::try_from(at.timestamp_subsec_micros() % 1000 * 4096 / 1000).unwrap_or_default();
        let [high, low] = fraction.to_be_bytes();
        let millis = u64::try_from(at.timestamp_millis()).unwrap_or_default();
        let [_, _, tail @ ..] = random;
        let mut bytes = [0; 10];
        for (to, from) in bytes.iter_mut().zip([high, low].into_iter().chain(tail)) {
            *to = from;
        }
        uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()
    }
}

/// The common interface of the ids of records.
pub trait TypedId:
    Copy + Eq + std::hash::Hash + Send + Sync + fmt::Display + FromStr<Err = NotAnId> + Into<NodeId> + 'static
{
    /// The name of the kind, which precedes the underscore.
    const KIND: &'static str;

    /// Returns the id without its kind.
    fn uuid(self) -> Uuid;

    /// The id of this kind with this UUID.
    fn from_uuid(uuid: Uuid) -> Self;
}

/// An error: the text is not an id of the expected kind.
#[derive(Debug, thiserror::Error)]
#[error("is not the id of {0}, which looks like `{1}_0192f7c4-1c2d-7e3f-8a4b-5c6d7e8f9a0b`")]
pub struct NotAnId(&'static str, &'static str);

impl NotAnId {
    /// Names the kinds that were asked for, and one kind as the example.
    pub const fn of(kinds: &'static str, example: &'static str) -> Self {
        Self(kinds, example)
    }
}

/// Declares types of ids, each shown with the name of its kind in front.
macro_rules! id_types {
    ($($(#[$doc:meta])* $name:ident = $kind:literal ($article:literal)),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, sqlx::Type)]
        #[serde(transparent)]
        #[sqlx(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Creates the id with this UUID.
            pub const fn new(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($kind, "_{}"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                uuid_of(text, $kind).map(Self).ok_or(NotAnId(concat!($article, " ", $kind), $kind))
            }
        }

        impl OutputType for $name {
            fn type_name() -> Cow<'static, str> {
                <ID as OutputType>::type_name()
            }

            fn create_type_info(registry: &mut Registry) -> String {
                <ID as OutputType>::create_type_info(registry)
            }

            async fn resolve(
                &self,
                _: &ContextSelectionSet<'_>,
                _: &Positioned<Field>,
            ) -> ServerResult<Value> {
                Ok(Value::String(self.to_string()))
            }
        }
    )*};
}

/// Declares the ids of the records that `node` returns, and the id of any of these.
macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $kind:literal ($article:literal)),* $(,)?) => {
        id_types! {
            $($(#[$doc])* $name = $kind ($article)),*
        }

    $(
        impl TypedId for $name {
            const KIND: &'static str = $kind;

            fn uuid(self) -> Uuid {
                self.0
            }

            fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl From<&$name> for GlobalId {
            fn from(id: &$name) -> Self {
                Self(id.to_string())
            }
        }

        impl From<$name> for NodeId {
            fn from(id: $name) -> Self {
                Self::$name(id)
            }
        }
    )*

        /// The id of any node.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        pub enum NodeId {
            $(#[doc = concat!("Of ", $article, " ", $kind, ".")] $name($name)),*
        }

        impl NodeId {
            /// Parses an id of any kind; returns `None` for any other text.
            pub fn read(text: &str) -> Option<Self> {
                let (kind, _) = text.split_once('_')?;
                match kind {
                    $($kind => text.parse().ok().map(Self::$name),)*
                    _ => None,
                }
            }

            /// Returns the id without its kind.
            pub fn uuid(self) -> Uuid {
                match self {
                    $(Self::$name(id) => id.uuid(),)*
                }
            }
        }

        impl fmt::Display for NodeId {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    $(Self::$name(id) => id.fmt(f),)*
                }
            }
        }

        impl From<NodeId> for GlobalId {
            fn from(id: NodeId) -> Self {
                match id {
                    $(NodeId::$name(id) => (&id).into(),)*
                }
            }
        }
    };
}

ids! {
    /// The id of a contact.
    ContactId = "contact" ("a"),
    /// The id of an organization.
    OrganizationId = "organization" ("an"),
    /// The id of a relationship.
    RelationshipId = "relationship" ("a"),
    /// The id of a note.
    NoteId = "note" ("a"),
    /// The id of a user.
    UserId = "user" ("a"),
    /// The id of an interaction.
    InteractionId = "interaction" ("an"),
    /// The id of a wrap-up code.
    WrapUpCodeId = "wrapUpCode" ("a"),
    /// The id of a merge.
    MergeId = "merge" ("a"),
}

id_types! {
    /// The id of a transfer of relationships, which is no record of its own.
    TransferId = "transfer" ("a"),
}

/// An id of any kind as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GlobalId(String);

impl OutputType for GlobalId {
    fn type_name() -> Cow<'static, str> {
        <ID as OutputType>::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <ID as OutputType>::create_type_info(registry)
    }

    async fn resolve(&self, _: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        Ok(Value::String(self.0.clone()))
    }
}

/// Serializes an id as clients know it; its own serialization is the bare UUID, as it is stored.
pub fn global<I: TypedId, S: Serializer>(id: &I, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(id)
}

/// Serializes an id that may be absent, as [`global`] does.
pub fn global_option<I: TypedId, S: Serializer>(id: &Option<I>, to: S) -> Result<S::Ok, S::Error> {
    match id {
        Some(id) => to.collect_str(id),
        None => to.serialize_none(),
    }
}

/// Serializes a list of ids, as [`global`] does.
pub fn global_list<I: TypedId, S: Serializer>(ids: &[I], to: S) -> Result<S::Ok, S::Error> {
    to.collect_seq(ids.iter().map(ToString::to_string))
}

/// Parses a UUID in its only accepted spelling (hyphenated, lower case), so that two different texts are never the same
/// id.
fn uuid_of(text: &str, kind: &str) -> Option<Uuid> {
    let uuid = text.strip_prefix(kind)?.strip_prefix('_')?;
    let parsed = Uuid::try_parse(uuid).ok()?;
    (parsed.hyphenated().encode_lower(&mut Uuid::encode_buffer()) == uuid).then_some(parsed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn an_id_reads_back_as_it_was_written() {
        let id = ContactId::new(Ids::random().new_at(at("2026-01-02T03:04:05.678901Z")));

        assert_eq!(id.to_string().parse::<ContactId>().unwrap(), id);
        assert_eq!(NodeId::read(&id.to_string()), Some(NodeId::ContactId(id)));
    }

    #[test]
    fn ids_of_other_kinds_and_other_spellings_are_refused() {
        let id = "contact_0192f7c4-1c2d-7e3f-8a4b-5c6d7e8f9a0b";
        assert!(id.parse::<ContactId>().is_ok());
        assert!(id.parse::<OrganizationId>().is_err());
        for wrong in [
            "",
            "contact_",
            "0192f7c4-1c2d-7e3f-8a4b-5c6d7e8f9a0b",
            "contact_0192f7c41c2d7e3f8a4b5c6d7e8f9a0b",
            "contact_0192F7C4-1C2D-7E3F-8A4B-5C6D7E8F9A0B",
            "contact_{0192f7c4-1c2d-7e3f-8a4b-5c6d7e8f9a0b}",
        ] {
            assert!(wrong.parse::<ContactId>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn ids_sort_by_the_microsecond_they_were_made_at() {
        let ids = Ids::random();
        let made: Vec<Uuid> = [
            "2026-01-02T03:04:05.678000Z",
            "2026-01-02T03:04:05.678001Z",
            "2026-01-02T03:04:05.678999Z",
            "2026-01-02T03:04:05.679000Z",
        ]
        .into_iter()
        .map(|text| ids.new_at(at(text)))
        .collect();

        assert!(made.is_sorted(), "{made:?}");
        assert!(made.iter().all(|id| id.get_version_num() == 7));
    }

    #[test]
    fn seeded_ids_are_the_same_every_time() {
        let now = at("2026-01-02T03:04:05Z");
        assert_eq!(Ids::seeded(7).new_at(now), Ids::seeded(7).new_at(now));
        assert_ne!(Ids::random().new_at(now), Ids::random().new_at(now));
    }
}
