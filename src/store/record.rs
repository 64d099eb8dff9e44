//! Reading and writing of every record that is declared with `stored!`, one or many at once.
//!
//! A declaration (`declaration.rs`) names the columns of a record's table and what follows a change: the entity limit,
//! external ids, the search index, the feed of changes. The texts of the statements and their values come from it while
//! compiling, so a new column is one line. Rules that only one noun has stand in its own file and call these methods.

use std::collections::{HashMap, HashSet};

use serde::Serialize;
use tracing::instrument;
use uuid::Uuid;

use super::alias::SURVIVORS;
use super::at_once::AtOnce;
use super::bind::{Bind, IdList, Values};
use super::declaration::Stored;
use super::engine::{Sql, Text};
use super::new_change::NewChange;
use super::rows::MOST_VALUES;
use super::words::WordRows;
use super::{Table, Tx};
use crate::error::{Error, Result};
use crate::id::TypedId;
use crate::model::IndexEntry;

impl Tx {
    /// Returns a record, or the one that it was merged into, locked until the transaction ends.
    pub async fn find_locked<T: Stored>(&mut self, id: T::Id) -> Result<Option<T>> {
        self.find(T::SQL.find_locked, id).await
    }

    /// Returns a record, locked to delete it. One that was merged into another is not found: the other is not meant.
    pub async fn find_to_delete<T: Stored>(&mut self, id: T::Id) -> Result<Option<T>> {
        let found = self.find_itself(T::SQL.find_to_delete, id.uuid()).await?;
        if found.is_none() {
            self.look_up_aliases::<T>(&[id.uuid()]).await?;
        }
        Ok(found)
    }

    /// Returns a record, or the one that it was merged into, which stays as it is until the transaction ends.
    pub async fn find_shared<T: Stored>(&mut self, id: T::Id) -> Result<Option<T>> {
        self.find(T::SQL.find_shared, id).await
    }

    /// Returns a record, or the one that it was merged into, which may be changed but not deleted until the transaction ends.
    pub async fn find_kept<T: Stored>(&mut self, id: T::Id) -> Result<Option<T>> {
        self.find(T::SQL.find_kept, id).await
    }

    async fn find<T: Stored>(&mut self, text: Text, id: T::Id) -> Result<Option<T>> {
        let mut found = self.find_itself(text.clone(), id.uuid()).await?;
        for _ in 0..SURVIVORS {
            if found.is_some() {
                break;
            }
            let survivors = self.seek_survivors::<T>(&[id.uuid()], &HashSet::new()).await?;
            let Some(survivor) = survivors.first() else { break };
            found = self.find_itself(text.clone(), *survivor).await?;
        }
        Ok(found)
    }

    async fn find_itself<T: Stored>(&mut self, text: Text, id: Uuid) -> Result<Option<T>> {
        self.fetch_optional(Sql {
            text,
            binds: vec![&id],
        })
        .await
    }

    /// Inserts a new record. Refuses it if the tenant is at its limit, or if an external id is taken.
    #[instrument(level = "debug", skip_all)]
    pub async fn insert<T: Stored>(&mut self, record: &T) -> Result<()> {
        if T::COUNTED && self.engine().writes_at_once() && !self.is_repeated {
            return self.insert_at_once(record).await;
        }
        self.reserve_for::<T>(1).await?;
        let entry = record.index_entry();
        let values = record.values(entry.as_ref().unwrap_or(&IndexEntry::default()));
        self.execute(Sql {
            text: T::SQL.insert.clone(),
            binds: references(&values),
        })
        .await?;
        drop(values);
        self.replace_external_ids(record_id(record), &[], record.external_ids())
            .await?;
        if entry.is_some() {
            self.reindex(record.uuid(), None, entry).await?;
        }
        self.record_all(Vec::from_iter(T::change(None, Some(record))?))
            .await
    }

    /// Inserts a record with its words, its change and its room by one statement.
    async fn insert_at_once<T: Stored>(&mut self, record: &T) -> Result<()> {
        self.flush_released().await?;
        let entry = record.index_entry().unwrap_or_default();
        self.learn(entry.names.iter().cloned().collect()).await?;
        let room = self.any_room(1);
        let values = record.values(&entry);
        let words = WordRows::of(record.uuid(), &entry, entry.words.iter().cloned().collect());
        let change = Vec::from_iter(T::change(None, Some(record))?);
        let change = self.with_ids(change);
        let recorded = self.record_of(&change);
        let mut all = AtOnce::with(self.engine(), room.take());
        all.add(Sql {
            text: T::SQL.insert.clone(),
            binds: references(&values),
        });
        if !entry.words.is_empty() {
            all.add(words.insert());
        }
        if !change.is_empty() {
            all.add(recorded.sql());
        }
        let (taken,): (i64,) = self.fetch_one(all.sql()).await?;
        if taken == 0 {
            // Nothing of this is committed: it is done again with all slots locked.
            return Err(Error::Contended);
        }
        self.replace_external_ids(record_id(record), &[], record.external_ids())
            .await
    }

    /// Inserts new records as [`insert`](Self::insert) does each, by a number of statements that grows with the size of
    /// the values and not with the number of records.
    #[instrument(level = "debug", skip_all)]
    pub async fn insert_all<T: Stored>(&mut self, records: &[T]) -> Result<()> {
        self.reserve_for::<T>(records.len()).await?;
        self.insert_unrecorded(records).await?;
        let changes = records.iter().map(|record| T::change(None, Some(record)));
        self.record_all(recorded(changes)?).await
    }

    /// Inserts new records whose room is reserved, as [`insert_all`](Self::insert_all) does, without telling the feed of changes.
    pub(super) async fn insert_unrecorded<T: Stored>(&mut self, records: &[T]) -> Result<()> {
        let entries: Vec<(&T, IndexEntry)> = records
            .iter()
            .map(|record| (record, record.index_entry().unwrap_or_default()))
            .collect();
        self.insert_rows(
            T::SQL.insert_into,
            "",
            &entries,
            MOST_VALUES,
            |(record, entry)| record.values(entry),
        )
        .await?;
        self.add_external_ids(records).await?;
        let words: Vec<(Uuid, IndexEntry)> = entries
            .into_iter()
            .filter(|(_, entry)| *entry != IndexEntry::default())
            .map(|(record, entry)| (record.uuid(), entry))
            .collect();
        self.index_all(&[], &words).await
    }

    /// Inserts new records whose room is reserved and whose external ids are free, by a number of statements that does not
    /// grow with their number.
    #[instrument(level = "debug", skip_all)]
    pub async fn insert_reserved<T: Stored>(&mut self, records: &[T]) -> Result<()> {
        if records.is_empty() {
            return Ok(());
        }
        let mut load = self.empty_load();
        load.add(records)?;
        self.load_reserved(&load).await?;
        let changes = records.iter().map(|record| T::change(None, Some(record)));
        self.record_all(recorded(changes)?).await
    }

    /// Saves records as they became: updates those that have a state before as [`update_all`](Self::update_all) does, and
    /// inserts the others as [`insert_reserved`](Self::insert_reserved) does. Takes and returns them in the same order.
    pub async fn save_all<T: Stored>(&mut self, records: Vec<(Option<T>, T)>) -> Result<Vec<T>> {
        let (mut new, mut changed) = (Vec::new(), Vec::new());
        let mut are_new = Vec::with_capacity(records.len());
        for (before, after) in records {
            are_new.push(before.is_none());
            match before {
                Some(before) => changed.push((before, after)),
                None => new.push(after),
            }
        }
        // An update may give up an external id that a new record has.
        let mut changed = self.update_all(changed).await?.into_iter();
        self.insert_reserved(&new).await?;
        let mut new = new.into_iter();
        let saved = are_new.into_iter();
        Ok(saved
            .filter_map(|is_new| if is_new { new.next() } else { changed.next() })
            .collect())
    }

    /// Updates a record to what it became, counts its version, and returns it. Writes nothing if nothing changed.
    /// Refuses the change if an external id is taken.
    #[instrument(level = "debug", skip_all)]
    pub async fn update<T: Stored>(&mut self, before: &T, mut after: T) -> Result<T> {
        if *before == after {
            return Ok(after);
        }
        after.record_mut().touch(self.now(), self.actor());
        let entry = after.index_entry();
        let mut values = after.values(entry.as_ref().unwrap_or(&IndexEntry::default()));
        values.truncate(T::SQL.updated);
        let updated = self
            .execute(Sql {
                text: T::SQL.update.clone(),
                binds: references(&values),
            })
            .await?;
        check_rows::<T>(1, updated)?;
        drop(values);
        self.replace_external_ids(record_id(&after), before.external_ids(), after.external_ids())
            .await?;
        if entry.is_some() {
            self.reindex(after.uuid(), before.index_entry(), entry).await?;
        }
        self.record_all(Vec::from_iter(T::change(Some(before), Some(&after))?))
            .await?;
        Ok(after)
    }

    /// Updates records as [`update`](Self::update) does each, by a number of statements that does not grow with the
    /// number of records. Takes and returns them in the same order.
    #[instrument(level = "debug", skip_all)]
    pub async fn update_all<T: Stored>(&mut self, pairs: Vec<(T, T)>) -> Result<Vec<T>> {
        let (now, actor) = (self.now(), self.actor());
        let (mut changed, mut results) = (Vec::new(), Vec::with_capacity(pairs.len()));
        for (before, mut after) in pairs {
            if before != after {
                after.record_mut().touch(now, actor);
                changed.push((before, after.clone()));
            }
            results.push(after);
        }
        let entries: Vec<(&T, IndexEntry)> = changed
            .iter()
            .map(|(_, after)| (after, after.index_entry().unwrap_or_default()))
            .collect();
        self.update_rows(&entries).await?;
        let words = |records: Vec<&T>| -> Vec<(Uuid, IndexEntry)> {
            let indexed = records.into_iter();
            indexed
                .filter_map(|record| Some((record.uuid(), record.index_entry()?)))
                .collect()
        };
        self.move_external_ids(&changed).await?;
        let before = words(changed.iter().map(|(before, _)| before).collect());
        let after = words(changed.iter().map(|(_, after)| after).collect());
        self.index_all(&before, &after).await?;
        let news = changed
            .iter()
            .map(|(before, after)| T::change(Some(before), Some(after)));
        self.record_all(recorded(news)?).await?;
        Ok(results)
    }

    /// Deletes records, each with what the feed of changes says went with it.
    #[instrument(level = "debug", skip_all)]
    pub(super) async fn delete_all_with<T: Stored, D: Serialize + Sync>(
        &mut self,
        records: &[T],
        detached: &[D],
    ) -> Result<()> {
        self.delete_unrecorded(records).await?;
        let changes = records.iter().zip(detached).map(|(record, detached)| {
            let change = T::change(Some(record), None)?;
            change.map(|change| change.with(detached)).transpose()
        });
        self.record_all(recorded(changes)?).await
    }

    /// Deletes records, by a number of statements that does not grow with their number.
    #[instrument(level = "debug", skip_all)]
    pub(super) async fn delete_all<T: Stored>(&mut self, records: &[T]) -> Result<()> {
        self.delete_unrecorded(records).await?;
        let changes = records.iter().map(|record| T::change(Some(record), None));
        self.record_all(recorded(changes)?).await
    }

    /// Deletes records as [`delete_all`](Self::delete_all) does, without telling the feed of changes.
    pub(super) async fn delete_unrecorded<T: Stored>(&mut self, records: &[T]) -> Result<()> {
        if records.is_empty() {
            return Ok(());
        }
        let ids = IdList(records.iter().map(Table::uuid).collect());
        let deleted = self
            .execute(Sql {
                text: T::SQL.delete.clone(),
                binds: vec![&ids],
            })
            .await?;
        check_rows::<T>(records.len(), deleted)?;
        self.forget(records).await
    }

    /// Removes the external ids and words of records that were deleted, and gives back their room.
    async fn forget<T: Stored>(&mut self, records: &[T]) -> Result<()> {
        if T::COUNTED {
            self.release(i64::try_from(records.len()).unwrap_or(i64::MAX));
        }
        if records.iter().any(|record| !record.external_ids().is_empty()) {
            // A creator that waits for one of them has its room already.
            self.flush_released().await?;
            self.remove_external_ids(records).await?;
        }
        let entries: Vec<(Uuid, IndexEntry)> = records
            .iter()
            .filter_map(|record| Some((record.uuid(), record.index_entry()?)))
            .collect();
        self.index_all(&entries, &[]).await
    }

    async fn update_rows<T: Stored>(&mut self, entries: &[(&T, IndexEntry)]) -> Result<()> {
        let updated = self
            .update_rows_from(T::SQL.update_from, entries, |(record, entry)| {
                let mut values = record.values(entry);
                values.truncate(T::SQL.updated);
                values
            })
            .await?;
        check_rows::<T>(entries.len(), updated)
    }

    /// Reserves room for as many of new records as there is room for, and returns how many.
    pub async fn reserve_room<T: Stored>(&mut self, count: usize) -> Result<usize> {
        if !T::COUNTED || count == 0 {
            return Ok(count);
        }
        let reserved = self
            .reserve_up_to(i64::try_from(count).unwrap_or(i64::MAX))
            .await?;
        Ok(usize::try_from(reserved).unwrap_or_default())
    }

    /// Gives back room that was reserved and is not used.
    pub fn release_room<T: Stored>(&mut self, count: usize) {
        if T::COUNTED {
            self.release(i64::try_from(count).unwrap_or(i64::MAX));
        }
    }

    async fn reserve_for<T: Stored>(&mut self, count: usize) -> Result<()> {
        if T::COUNTED {
            self.reserve(i64::try_from(count).unwrap_or(i64::MAX)).await?;
        }
        Ok(())
    }
}

/// Fails unless a statement changed as many rows as there are records: a record that its caller read and locked exists.
fn check_rows<T: Stored>(records: usize, rows: u64) -> Result<()> {
    if rows == records as u64 {
        return Ok(());
    }
    let table = T::TABLE;
    Err(Error::internal(anyhow::anyhow!(
        "{rows} rows of {table} were changed instead of {records}"
    )))
}

/// The changes that are to be recorded.
pub(super) fn recorded(changes: impl Iterator<Item = Result<Option<NewChange>>>) -> Result<Vec<NewChange>> {
    changes.filter_map(Result::transpose).collect()
}

/// Returns how often each id occurs.
pub(super) fn count_by(ids: impl Iterator<Item = Uuid>) -> HashMap<Uuid, i64> {
    let mut counts = HashMap::new();
    for id in ids {
        *counts.entry(id).or_default() += 1;
    }
    counts
}

fn references<'v>(values: &'v Values<'_>) -> Vec<&'v dyn Bind> {
    values.iter().map(|value| &**value as &dyn Bind).collect()
}

fn record_id<T: Stored>(record: &T) -> T::Id {
    T::Id::from_uuid(record.uuid())
}
