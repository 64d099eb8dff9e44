//! The records that upserts find by keys.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::bulk::{Claims, Found, Room, changed_twice};
use super::record::Named;
use crate::error::{Error, Result, UserError, UserErrorCode};
use crate::id::{OrganizationId, TypedId};
use crate::model::{Checked, ExternalId, UpsertKey};
use crate::store::{MOST_RECOGNIZED, Read as _, Stored, Tx, find_by_words};

/// Locks keys of a kind of record, and external ids that records are to get. A word is locked whether or not a record has it,
/// so that of two upserts that would create a record one waits and then finds it.
pub(super) async fn lock_keys<I: TypedId>(
    tx: &mut Tx,
    keys: &[&UpsertKey],
    external_ids: &[ExternalId],
) -> Result<()> {
    let of_keys = keys.iter().filter_map(|key| key.external_id());
    let mut names: Vec<[&str; 2]> = of_keys
        .chain(external_ids)
        .map(|id| [id.source.as_str(), id.value.as_str()])
        .collect();
    let words = keys.iter().flat_map(|key| &key.words);
    names.extend(words.map(|word| ["", word.as_str()]));
    let names: Vec<&[&str]> = names.iter().map(<[&str; 2]>::as_slice).collect();
    tx.lock_keys(I::KIND, &names).await
}

/// Returns the record with a key, which is named in this field, or `None`; refuses a key of several records.
pub(super) async fn find_by_key<I: TypedId>(
    tx: &mut Tx,
    key: &UpsertKey,
    field: &'static str,
) -> Result<Option<I>> {
    match key.external_id() {
        Some(id) => tx.find_by_external_id(id).await,
        None => Ok(Matches::of(tx, &[key], &[]).await?.find(key, field)?),
    }
}

/// Refuses to go on with a record that lost the key after it was found by it: the transaction runs again.
pub(super) fn check_found<R: Stored>(key: &UpsertKey, record: Option<&R>) -> Result<()> {
    let entry = record
        .filter(|_| key.external_id().is_none())
        .and_then(Stored::index_entry);
    match entry {
        Some(entry) if !key.finds(&entry) => Err(Error::Contended),
        _ => Ok(()),
    }
}

/// The refusal of a key that no organization has.
pub(super) fn no_organization_of_key(field: &'static str) -> UserError {
    UserError::new(UserErrorCode::NotFound, "there is no organization with this key").under(field)
}

/// The records of a kind that have keys.
pub(super) struct Matches<I> {
    owners: HashMap<ExternalId, I>,
    by_words: HashMap<String, Vec<I>>,
}

impl<I: TypedId> Matches<I> {
    /// Finds the records that have keys, and the owners of more external ids.
    pub async fn of(tx: &mut Tx, keys: &[&UpsertKey], external_ids: &[ExternalId]) -> Result<Self> {
        let of_keys = keys.iter().filter_map(|key| key.external_id());
        let owners = tx.find_by_external_ids(of_keys.chain(external_ids)).await?;
        let words: BTreeSet<String> = keys.iter().flat_map(|key| key.words.clone()).collect();
        let by_words = find_by_words(tx, words).await?.into_iter();
        let ids = |ids: Vec<uuid::Uuid>| ids.into_iter().map(I::from_uuid).collect();
        Ok(Self {
            owners: owners.into_iter().collect(),
            by_words: by_words.map(|(word, found)| (word, ids(found))).collect(),
        })
    }

    /// Returns the record with a key, which is named in this field, or `None`; refuses a key of several records.
    pub fn find(&self, key: &UpsertKey, field: &'static str) -> Checked<Option<I>> {
        if let Some(id) = key.external_id() {
            return Ok(self.owners.get(id).copied());
        }
        let found = key.words.iter().filter_map(|word| self.by_words.get(word));
        let mut distinct: Vec<I> = Vec::new();
        for id in found.flatten() {
            if !distinct.contains(id) {
                distinct.push(*id);
            }
        }
        if let [] | [_] = distinct[..] {
            return Ok(distinct.first().copied());
        }
        let candidates = distinct.into_iter().take(MOST_RECOGNIZED);
        Err(vec![UserError::ambiguous(candidates).under(field)])
    }
}

impl Matches<OrganizationId> {
    /// Returns the employer with a key.
    pub fn employer(&self, key: &UpsertKey) -> Checked<OrganizationId> {
        let employer = self.find(key, "organizationKey")?;
        employer.ok_or_else(|| vec![no_organization_of_key("organizationKey")])
    }
}

/// The records that the items of a bulk create or update by keys.
pub(super) struct Keyed<R: Named> {
    matches: Matches<R::Id>,
    found: Found<R>,
    claims: Claims<ExternalId, R::Id>,
    /// The words of the records of earlier items, if items have keys that are found by words.
    given: Option<HashSet<String>>,
    room: Room,
}

impl<R: Named> Keyed<R> {
    /// Locks the records that have the keys of items, and reserves room for those that do not exist.
    pub async fn lock(tx: &mut Tx, matches: Matches<R::Id>, keys: &[&UpsertKey]) -> Result<Self> {
        let by_key: Vec<(&UpsertKey, Option<R::Id>)> = keys
            .iter()
            .filter_map(|key| Some((*key, matches.find(key, "key").ok()?)))
            .collect();
        let known: HashSet<R::Id> = by_key.iter().filter_map(|(_, id)| *id).collect();
        let found = tx
            .lock_all::<R>(known.iter().map(|id| id.uuid()).collect())
            .await?;
        let found = Found::of(found);
        if by_key
            .iter()
            .any(|(_, id)| id.is_some_and(|id| tx.current_id(id) != id))
        {
            // It was merged into another one after it was found: the transaction runs again, and finds that.
            return Err(Error::Contended);
        }
        for (key, id) in &by_key {
            check_found(key, id.and_then(|id| found.get(id)))?;
        }
        let is_found = |id: &R::Id| found.get(*id).is_some();
        let new = by_key
            .iter()
            .filter(|(_, id)| !id.is_some_and(|id| is_found(&id)));
        let room = Room::reserve::<R>(tx, new.count()).await?;
        // The others were deleted before they were locked.
        let is_there = |id: &R::Id| !known.contains(id) || is_found(id);
        let there = matches.owners.iter().filter(|(_, owner)| is_there(owner));
        let claims = Claims::of(there.map(|(key, owner)| (key.clone(), *owner)));
        let has_words = keys.iter().any(|key| key.external_id().is_none());
        Ok(Self {
            matches,
            found,
            claims,
            given: has_words.then(HashSet::new),
            room,
        })
    }

    /// Whether a key belongs to a record that exists.
    pub fn finds_any(&self) -> bool {
        !self.found.is_empty()
    }

    /// Returns the record with the key of an item; `None` if it is to be created.
    pub fn take(&mut self, key: &UpsertKey) -> Checked<Option<R>> {
        let known = self.matches.find(key, "key")?;
        if let Some(given) = &self.given
            && key.words.iter().any(|word| given.contains(word))
        {
            return Err(vec![changed_twice("key")]);
        }
        let found = match known {
            Some(id) => self.found.take_any_version(id, "key")?,
            None => None,
        };
        if found.is_none() {
            if key.external_id().is_some_and(|id| self.claims.is_taken(id)) {
                return Err(vec![changed_twice("key")]);
            }
            self.room.check()?;
        }
        Ok(found)
    }

    /// Gives the record of an item its external ids, and room if it is new.
    pub fn give(&mut self, before: Option<&R>, after: &R) -> Checked<()> {
        let had = before.map(Stored::external_ids).unwrap_or_default();
        let id = R::Id::from_uuid(after.uuid());
        self.claims.give(id, had, after.external_ids())?;
        if let Some(given) = &mut self.given {
            given.extend(after.index_entry().into_iter().flat_map(|entry| entry.words));
        }
        if before.is_none() {
            self.room.take();
        }
        Ok(())
    }

    /// Gives back room that was not used.
    pub fn give_back(self, tx: &mut Tx) {
        self.room.give_back::<R>(tx);
    }
}
