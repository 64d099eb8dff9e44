//! Loading many new records: by COPY on PostgreSQL, by long statements on SQLite.
//!
//! A [`Load`] has all rows of new records in the form that the engine takes. It needs no connection, so that it is made on
//! one thread while the database works on the load before.

use std::collections::BTreeSet;

use tracing::instrument;
use uuid::Uuid;

use super::bind::{Values, values};
use super::encoded::{EncodedRows, encode};
use super::engine::Engine;
use super::external_id::{EXTERNAL_IDS, owned};
use super::record::recorded;
use super::words::{self, WORDS, marks_of};
use super::{Stored, Tenant, Tx};
use crate::error::Result;
use crate::id::TypedId as _;
use crate::model::IndexEntry;

/// The rows of new records in every table: of their own, of their external ids and words.
pub struct Load {
    engine: Engine,
    tenant_id: i32,
    /// Tables with their columns, and rows for them.
    tables: Vec<(&'static str, EncodedRows)>,
    /// Words for the vocabulary.
    names: BTreeSet<String>,
    /// The number of managed entities.
    counted: i64,
}

impl Load {
    /// Creates a load of nothing for a tenant.
    pub fn of(tenant: &Tenant) -> Self {
        Self::new(tenant.engine(), tenant.record.id)
    }

    const fn new(engine: Engine, tenant_id: i32) -> Self {
        Self {
            engine,
            tenant_id,
            tables: Vec::new(),
            names: BTreeSet::new(),
            counted: 0,
        }
    }

    /// Adds new records. Those that they refer to are there already, or were added before.
    pub fn add<T: Stored>(&mut self, records: &[T]) -> Result<()> {
        if T::COUNTED {
            self.counted += i64::try_from(records.len()).unwrap_or(i64::MAX);
        }
        let mut entries: Vec<(&T, Option<IndexEntry>)> = records
            .iter()
            .map(|record| (record, record.index_entry()))
            .collect();
        // In the order of the key, as all rows are, so that a load meets each page of an index once.
        entries.sort_unstable_by_key(|(record, _)| record.uuid());
        let none = IndexEntry::default();
        self.add_rows(T::SQL.into, &entries, |(record, entry)| {
            record.values(entry.as_ref().unwrap_or(&none))
        })?;
        let mut external_ids: Vec<_> = owned(records.iter()).collect();
        external_ids.sort_unstable_by_key(|(_, id)| (&id.source, &id.value));
        self.add_rows(EXTERNAL_IDS, &external_ids, |(owner, id)| {
            values![T::Id::KIND, &id.source, &id.value, *owner]
        })?;
        let entries = entries
            .into_iter()
            .filter_map(|(record, entry)| Some((record.uuid(), entry?)));
        self.add_words(entries.collect())
    }

    /// Adds the words of records to the search index.
    fn add_words(&mut self, entries: Vec<(Uuid, IndexEntry)>) -> Result<()> {
        let marks = marks_of(&entries);
        let rows = words::rows(&entries, &marks);
        let rows: Vec<_> = rows.into_iter().collect();
        self.add_rows(WORDS, &rows, |((word, sort_key, id), row)| {
            let (created_at, updated_at) = row.times.unzip();
            values![*word, *sort_key, *id, row.marks, created_at, updated_at]
        })?;
        self.names
            .extend(entries.into_iter().flat_map(|(_, entry)| entry.names));
        Ok(())
    }

    /// Adds rows to a table, which is named with its columns; `values` returns the values of a row after the tenant.
    pub(super) fn add_rows<'a, R>(
        &mut self,
        into: &'static str,
        rows: &'a [R],
        values: impl Fn(&'a R) -> Values<'a>,
    ) -> Result<()> {
        if !rows.is_empty() {
            let rows = encode(self.engine, self.tenant_id, rows, values)?;
            self.tables.push((into, rows));
        }
        Ok(())
    }
}

impl Tx {
    /// Loads new records as [`insert_all`](Self::insert_all) inserts them, in less time where they are hundreds.
    #[instrument(level = "debug", skip_all)]
    pub async fn load_all<T: Stored>(&mut self, records: &[T]) -> Result<()> {
        if self.has_taken_external_ids(records).await? {
            // Its refusals name them.
            return self.insert_all(records).await;
        }
        let mut load = self.empty_load();
        load.add(records)?;
        self.load_and_record(&load, records).await
    }

    /// Creates a load of nothing.
    pub(super) fn empty_load(&self) -> Load {
        Load::new(self.engine(), self.tenant_id)
    }

    /// Loads new records, and tells the feed of changes.
    pub(super) async fn load_and_record<T: Stored>(&mut self, load: &Load, records: &[T]) -> Result<()> {
        self.load(load).await?;
        let changes = records.iter().map(|record| T::change(None, Some(record)));
        self.load_changes(recorded(changes)?).await
    }

    /// Loads new records, without telling the feed of changes: those of a past from which it keeps no changes. Fails as
    /// contended if an external id is taken.
    #[instrument(level = "debug", skip_all)]
    pub async fn load(&mut self, load: &Load) -> Result<()> {
        if load.counted > 0 {
            self.reserve(load.counted).await?;
        }
        self.load_reserved(load).await
    }

    /// Loads new records, whose room is reserved, without telling the feed of changes.
    pub(super) async fn load_reserved(&mut self, load: &Load) -> Result<()> {
        self.learn(load.names.iter().cloned().collect()).await?;
        for (into, rows) in &load.tables {
            self.load_rows(into, rows).await?;
        }
        Ok(())
    }
}
