//! The kinds of records in files: reading, matching, applying and writing of each.

mod contact;
mod interaction;
mod note;
mod organization;
mod relationship;
mod user;
mod wrap_up_code;

use clap::ValueEnum;
use serde_json::Value;
use uuid::Uuid;

pub use self::contact::Contacts;
pub use self::interaction::Interactions;
pub use self::note::Notes;
pub use self::organization::Organizations;
pub use self::relationship::Relationships;
pub use self::user::Users;
pub use self::wrap_up_code::WrapUpCodes;
use super::Object;
use super::fields::{Fields, date_time, id, integer};
use super::reference::{Known, References};
use crate::error::{Result, UserError};
use crate::id::{TypedId, UserId};
use crate::model::{
    self, Checked, DateTime, ExternalId, ExternalIdInput, PhoneNumber, Record, Region, WordKind, index_value,
};
use crate::store::{Stored, Tenant, TextKey, Tx};

/// A way to find the record that a row is about. The id in a row, if there is one, always finds first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Match {
    /// By the keys in other systems.
    ExternalId,
    /// By the e-mail addresses.
    Email,
    /// By the phone numbers.
    Phone,
}

/// A key by which a record is found.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Key {
    /// The id.
    Id(Uuid),
    /// A key that only one record has.
    Unique(Vec<String>),
    /// A word of the search index, which several records may have.
    Word(String),
}

impl Key {
    fn external_id(id: &ExternalId) -> Self {
        Self::Unique(vec![id.source.clone(), id.value.clone()])
    }

    fn word(kind: WordKind, value: String) -> Self {
        Self::Word(index_value(kind, value))
    }
}

/// The id of a row, and the times, authors and version of a restored record.
#[derive(Clone, Debug)]
pub struct Stamp {
    /// The id.
    pub id: Option<Uuid>,
    created_at: Option<DateTime>,
    created_by: Option<UserId>,
    updated_at: Option<DateTime>,
    updated_by: Option<UserId>,
    version: Option<i32>,
}

impl Stamp {
    /// Reads the stamp of a row.
    pub fn read<I: TypedId>(fields: &mut Fields<'_>) -> Self {
        let version = fields.value("version", integer);
        if version.is_some_and(|version| version < 1) {
            fields.refuse("version", "must be 1 or more");
        }
        Self {
            id: fields.value("id", id::<I>).map(TypedId::uuid),
            created_at: fields.value("createdAt", date_time),
            created_by: fields.value("createdBy", id),
            updated_at: fields.value("updatedAt", date_time),
            updated_by: fields.value("updatedBy", id),
            version,
        }
    }

    /// Whether the row is a record as it was.
    pub const fn is_restored(&self) -> bool {
        self.version.is_some()
    }

    /// Returns the stamp of a new record: what the row has of it, and otherwise that of a record which is created now.
    pub fn of_new(&self, now: &Record) -> Record {
        let created_at = self.created_at.unwrap_or(now.created_at);
        // A restored record without an author was written by the service.
        let otherwise = now.created_by.filter(|_| !self.is_restored());
        let created_by = self.created_by.or(otherwise);
        Record {
            created_at,
            created_by,
            updated_at: self.updated_at.unwrap_or(created_at),
            updated_by: self.updated_by.or(created_by.filter(|_| !self.is_restored())),
            version: self.version.unwrap_or(1),
        }
    }
}

/// The data that all rows of a chunk are applied with.
#[derive(Clone, Copy)]
pub struct Context<'c> {
    /// The records that rows refer to.
    pub known: &'c Known,
    /// The region of phone numbers without a country code.
    pub region: &'c Region,
    /// The present instant.
    pub now: DateTime,
}

/// A record that was created or changed by rows.
pub struct Applied<N: Noun> {
    /// The record as it was; `None` if it is new.
    pub before: Option<N::Record>,
    /// The record as it is now.
    pub after: N::Record,
    /// The part of the last row that is no field of the record.
    pub extra: N::Extra,
}

/// A kind of record.
pub trait Noun: Sized + Send + Sync + 'static {
    /// The record.
    type Record: Stored;
    /// A row, read.
    type Draft: Send;
    /// The part of a row that is no field of the record.
    type Extra: Send + Sync + Default + PartialEq;

    /// Reads a row.
    fn read(fields: &mut Fields<'_>) -> Self::Draft;

    /// The id and the times of a row.
    fn stamp(draft: &Self::Draft) -> &Stamp;

    /// The keys by which a row finds its record, beside the id: the first one that finds decides.
    fn keys(draft: &Self::Draft, ways: &[Match], region: &Region) -> Vec<Key>;

    /// Unique keys that the row gives its record, whether or not it is found by them.
    fn claims(draft: &Self::Draft) -> Vec<Key> {
        let _ = draft;
        Vec::new()
    }

    /// The unique key of a row that is known only with its references.
    fn key(draft: &Self::Draft, with: Context<'_>) -> Option<Key> {
        let _ = (draft, with);
        None
    }

    /// The keys that a record has.
    fn held(record: &Self::Record) -> Vec<Key>;

    /// Adds the references of a row.
    fn refer(draft: &Self::Draft, to: &mut References) {
        let _ = (draft, to);
    }

    /// Finds the ids of the records that may have one of these keys.
    fn find(tx: &mut Tx, keys: Vec<Key>) -> impl Future<Output = Result<Vec<Uuid>>> + Send;

    /// The values of a row that are left out, while the rest of the row is imported.
    fn left_out(draft: &Self::Draft, with: Context<'_>) -> Vec<UserError> {
        let _ = (draft, with);
        Vec::new()
    }

    /// Creates an empty record.
    fn create(id: Uuid, record: Record, draft: &Self::Draft, with: Context<'_>) -> Checked<Self::Record>;

    /// Applies a row to a record.
    fn apply(
        draft: Self::Draft,
        record: &mut Self::Record,
        is_new: bool,
        with: Context<'_>,
    ) -> Checked<Self::Extra>;

    /// The refusal of a key that another record has.
    fn taken(key: &Key) -> UserError;

    /// Writes what rows created and changed.
    fn write(tx: &mut Tx, applied: Vec<Applied<Self>>) -> impl Future<Output = Result<()>> + Send {
        async {
            let (new, changed) = split(applied);
            insert(tx, &new).await?;
            tx.update_all(changed).await.map(drop)
        }
    }

    /// Returns the fields of a record, without its stamp.
    fn export(record: &Self::Record) -> Result<Object>;

    /// Adds the fields of exported records that other records have, and clears the references to records that are deleted.
    fn complete(
        tenant: &Tenant,
        records: &[Self::Record],
        objects: &mut [Object],
    ) -> impl Future<Output = Result<()>> + Send {
        let _ = (tenant, records, objects);
        async { Ok(()) }
    }
}

/// Returns the fields of a record that is serialized as the API has it.
fn serialized<R: serde::Serialize>(record: &R) -> Result<Object> {
    match serde_json::to_value(record).map_err(crate::error::Error::internal)? {
        Value::Object(object) => Ok(object),
        _ => Ok(Object::new()),
    }
}

/// Records that changed, each as it was and as it is.
type Changed<R> = Vec<(R, R)>;

/// The records that are new, and those that changed.
fn split<N: Noun>(applied: Vec<Applied<N>>) -> (Vec<N::Record>, Changed<N::Record>) {
    let (mut new, mut changed) = (Vec::new(), Vec::new());
    for Applied { before, after, .. } in applied {
        match before {
            Some(before) => changed.push((before, after)),
            None => new.push(after),
        }
    }
    (new, changed)
}

/// Finds owners of external ids and, by the search index, of e-mail addresses and phone numbers.
async fn find_by_keys<I: TypedId>(tx: &mut Tx, keys: Vec<Key>) -> Result<Vec<Uuid>> {
    let (mut external, mut words) = (Vec::new(), Vec::new());
    for key in keys {
        match key {
            Key::Unique(parts) => {
                let [source, value] = <[String; 2]>::try_from(parts).unwrap_or_default();
                external.push(ExternalId { source, value });
            }
            Key::Word(word) => words.push(word),
            Key::Id(_) => {}
        }
    }
    let names: Vec<[&str; 2]> = external
        .iter()
        .map(|id| [id.source.as_str(), id.value.as_str()])
        .collect();
    let names: Vec<&[&str]> = names.iter().map(<[&str; 2]>::as_slice).collect();
    tx.lock_keys(I::KIND, &names).await?;
    let owners: Vec<(ExternalId, I)> = tx.find_by_external_ids(&external).await?;
    let mut found: Vec<Uuid> = owners.into_iter().map(|(_, id)| id.uuid()).collect();
    found.extend(tx.find_by_words(words).await?);
    Ok(found)
}

/// Finds the records that have a key in a column of their own, after locking the keys.
async fn find_by_text(tx: &mut Tx, kind: &str, column: TextKey, keys: Vec<Key>) -> Result<Vec<Uuid>> {
    let texts: Vec<String> = keys
        .into_iter()
        .filter_map(|key| match key {
            Key::Unique(parts) => parts.into_iter().next(),
            Key::Id(_) | Key::Word(_) => None,
        })
        .collect();
    let names: Vec<[&str; 1]> = texts.iter().map(|text| [text.as_str()]).collect();
    let names: Vec<&[&str]> = names.iter().map(<[&str; 1]>::as_slice).collect();
    tx.lock_keys(kind, &names).await?;
    let found = tx.find_by_texts(column, texts).await?;
    Ok(found.into_iter().map(|(_, id)| id).collect())
}

/// Inserts new records: in the fastest way, since there may be hundreds.
async fn insert<R: Stored>(tx: &mut Tx, new: &[R]) -> Result<()> {
    if new.is_empty() {
        return Ok(());
    }
    tx.load_all(new).await
}

/// The keys of a record's phone number.
fn phone_keys(kind: WordKind, number: &PhoneNumber) -> impl Iterator<Item = Key> + use<> {
    words_of_number(kind, number.e164.as_deref().unwrap_or(&number.input))
}

/// The keys of a phone number in a row.
fn given_phone_keys(kind: WordKind, input: &str, region: &Region) -> impl Iterator<Item = Key> + use<> {
    let e164 = PhoneNumber::e164_of(input, region);
    words_of_number(kind, e164.as_deref().unwrap_or(input))
}

/// Clears a field of exported records where the record that it names, at the same place of `referred`, does not exist: it was
/// deleted.
async fn clear_missing<R: Stored, I: Iterator<Item = Option<R::Id>>>(
    tenant: &Tenant,
    field: &'static str,
    referred: I,
    objects: &mut [Object],
) -> Result<()> {
    let referred: Vec<Option<Uuid>> = referred.map(|id| id.map(TypedId::uuid)).collect();
    let existing = tenant
        .existing::<R>(referred.iter().flatten().copied().collect())
        .await?;
    for (referred, object) in referred.iter().zip(objects) {
        if referred.is_some_and(|id| !existing.contains(&id)) {
            object.insert(field.to_owned(), Value::Null);
        }
    }
    Ok(())
}

fn words_of_number(kind: WordKind, number: &str) -> impl Iterator<Item = Key> + use<> {
    let words = model::phone_keys(number).into_iter();
    words.map(move |word| Key::word(kind, word))
}

/// The external ids of a row as keys. Those that are refused later are left out.
fn external_keys(given: &[ExternalIdInput]) -> Vec<Key> {
    let checked = given.iter().filter_map(|id| ExternalId::check(id.clone()).ok());
    checked.map(|id| Key::external_id(&id)).collect()
}

/// The external ids of a record after a row: those of the row replace those of the same source, and others stay.
fn merged(present: &[ExternalId], given: Vec<ExternalIdInput>) -> Vec<ExternalIdInput> {
    let input = |id: &ExternalId| ExternalIdInput {
        source: id.source.clone(),
        value: id.value.clone(),
    };
    let mut merged: Vec<ExternalIdInput> = Vec::new();
    let mut given = given;
    for id in present {
        match given.iter().position(|new| new.source.trim() == id.source) {
            Some(place) => merged.push(given.remove(place)),
            None => merged.push(input(id)),
        }
    }
    merged.extend(given);
    merged
}
