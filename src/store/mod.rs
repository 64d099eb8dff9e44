//! All SQL, and nothing but SQL.
//!
//! [`Store`] is the database. [`Tenant`] has every read of one tenant's data, each statement on any free connection: they
//! run concurrently and are not one snapshot. [`Tx`] has every write of one tenant's data: what one transaction does
//! commits together or not at all. [`System`] has the statements across tenants. A statement of a tenant cannot be run by
//! `System`, nor the other way round: their types differ.
//!
//! Each noun's file declares how its record is stored (`stored!`); `record.rs` reads and writes every declared record.

mod alias;
mod at_once;
mod backup;
mod batch;
mod bind;
mod change;
mod connection;
mod contact;
mod contact_point;
mod database;
mod declaration;
mod driver;
mod duplicate;
mod encoded;
mod engine;
mod entity_limit;
mod external_id;
mod failure;
mod feed;
mod file_lock;
mod group_commit;
mod health;
mod idempotency;
mod import_progress;
mod inspect;
mod interaction;
mod joined;
mod kept;
mod list;
mod load;
mod lock;
mod loose_reference;
mod merge;
mod migrate;
mod new_change;
mod nodes;
mod note;
mod open;
mod organization;
mod page_query;
mod part;
mod pool;
mod pooler;
mod read;
mod readiness;
mod record;
mod relationship;
mod row_reader;
mod rows;
mod search;
mod seldom;
mod share;
mod sort;
mod statement;
mod statistics;
mod system;
mod table;
mod tenant;
#[cfg(test)]
mod tests;
mod trash;
mod tx;
mod unmarked;
mod user;
mod words;
mod wrap_up_code;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use tokio::sync::Notify;

pub use backup::{BackupError, Tell, back_up, restore};
pub use batch::TextKey;
pub use change::{CHANGES_OF_ENTITY, ChangeOrder, change_cursor};
pub use contact::{CONTACTS_OF_ORGANIZATION, RemovedContact};
pub use contact_point::{
    MOST_RECOGNIZED, MOST_UNLINKED, Recognized, find_by_words, latest_interactions, recognize,
};
pub use declaration::Stored;
pub use duplicate::possible_duplicates;
pub use external_id::external_id_taken;
pub use import_progress::ImportProgress;
pub use inspect::{
    MigrationState, PostgresState, ServerRoute, ServerSettings, SqliteContent, SqliteState, UserRights,
};
pub use interaction::{INTERACTIONS_OF_CONTACT, INTERACTIONS_OF_ORGANIZATION};
pub use joined::{Joined, Other};
pub use list::{Children, Conditions, Edge, Filter, Listed, WordFilter};
pub use load::Load;
pub use merge::{
    CONTACTS_OF_INTERACTIONS, CONTACTS_OF_NOTES, Forms, MERGES_OF_SURVIVOR, MOST_MOVED, MergeFilter,
    MergeOrder, MergeStep, Moved, ORGANIZATIONS_OF_INTERACTIONS, ORGANIZATIONS_OF_NOTES,
    ORGANIZATIONS_OF_RELATIONSHIPS, STAFF, STAFF_AT_ONCE,
};
pub use note::{NOTES_OF_AUTHOR, NOTES_OF_CONTACT, NOTES_OF_ORGANIZATION};
pub use open::{DatabaseUrl, OpenError};
pub use organization::RemovedOrganization;
pub use page_query::PageQuery;
pub use part::Columns;
pub use read::Read;
pub use relationship::{
    PastTransfer, RELATIONSHIPS_OF_ORGANIZATION, RELATIONSHIPS_OF_USER, Transfer, TransferEffect,
    Transferred, second_current,
};
pub use sort::{Column, Sort, SortField};
pub use system::System;
pub use table::{Referred, Table, Wanted};
pub use trash::{DEFAULT_DAYS as DEFAULT_TRASH_DAYS, InTrash, Restored, TrashOrder, check_parts};
pub(crate) use tx::change;
pub use tx::{Attempts, LONGEST_CHANGE, LONGEST_LOAD, Names, Tx};
pub use wrap_up_code::name_taken;

use crate::clock::Clock;
use crate::error::Result;
use crate::id::Ids;
use crate::model::TenantRecord;
use bind::Row;
use connection::{Connection, Query};
use database::Database;
use engine::{Engine, Sql};
use feed::Feeds;
use file_lock::FileLock;
use readiness::Readiness;
use search::known::CommonWords;
use words::KnownNames;

/// The database, whichever engine keeps it. Clones share it.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    database: Database,
    clock: Clock,
    ids: Ids,
    /// The number of statements since the start.
    statements: AtomicU64,
    /// The number of attempts that another transaction was in the way of.
    contended: AtomicU64,
    /// The feeds of changes that are followed.
    feeds: Feeds,
    /// The counts of common words of the search index.
    common_words: CommonWords,
    /// The words of names that the vocabularies are known to have.
    known_names: KnownNames,
    /// The number of days that deleted records are kept, at most.
    trash_days: AtomicU32,
    /// Tells when a change has left references that are still to be settled.
    references_left: Notify,
    /// The last look at whether the database is ready.
    readiness: Readiness,
    /// Keeps the file of SQLite from being replaced while it is open.
    _in_use: Option<FileLock>,
}

impl Store {
    /// The clock.
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// The number of statements since the start, without BEGIN and COMMIT of transactions.
    pub fn statements(&self) -> u64 {
        self.0.statements.load(Ordering::Relaxed)
    }

    /// The number of attempts of changes since the start that another transaction was in the way of. Each ran again, or
    /// gave up. Locks that are taken in one order (`lock.rs`) keep it at 0.
    pub fn contended(&self) -> u64 {
        self.0.contended.load(Ordering::Relaxed)
    }

    /// The statements across tenants.
    pub const fn system(&self) -> System<'_> {
        System::of(self)
    }

    /// Closes every connection once its work is done.
    pub async fn close(&self) {
        self.0.feeds.close();
        self.0.database.close().await;
    }

    /// The data of one tenant.
    pub fn of(&self, record: TenantRecord) -> Tenant {
        Tenant {
            store: self.clone(),
            record: Arc::new(record),
            statements: Arc::default(),
        }
    }

    fn engine(&self) -> Engine {
        self.0.database.engine()
    }

    fn count_statement(&self) {
        self.0.statements.fetch_add(1, Ordering::Relaxed);
    }
}

/// The number of statements of one caller.
#[derive(Default)]
struct StatementCount(AtomicU64);

impl StatementCount {
    /// Counts a statement, for the caller and for the whole store.
    fn add(&self, store: &Store) {
        self.0.fetch_add(1, Ordering::Relaxed);
        store.count_statement();
    }
}

/// Every read of one tenant's data.
#[derive(Clone)]
pub struct Tenant {
    store: Store,
    record: Arc<TenantRecord>,
    /// The number of statements of this caller.
    statements: Arc<StatementCount>,
}

impl Tenant {
    /// The tenant as it was at the beginning of the request.
    pub fn record(&self) -> &TenantRecord {
        &self.record
    }

    /// The same data, with a count of statements that begins at zero.
    #[must_use]
    pub fn counted_anew(&self) -> Self {
        Self {
            statements: Arc::default(),
            ..self.clone()
        }
    }

    /// The number of statements, without BEGIN and COMMIT of transactions, since the counting began.
    pub fn statements(&self) -> u64 {
        self.statements.0.load(Ordering::Relaxed)
    }

    /// The clock.
    pub fn clock(&self) -> &Clock {
        self.store.clock()
    }

    fn engine(&self) -> Engine {
        self.store.engine()
    }

    async fn fetch_all<T: Row>(&self, sql: Sql<'_>) -> Result<Vec<T>> {
        self.statements.add(&self.store);
        let query = Query::of(self.record.id, sql);
        // A large future, which would make those of all resolvers large.
        Box::pin(async { self.reader().await?.fetch_all(query).await }).await
    }

    async fn fetch_optional<T: Row>(&self, sql: Sql<'_>) -> Result<Option<T>> {
        self.statements.add(&self.store);
        let query = Query::of(self.record.id, sql);
        Box::pin(async { self.reader().await?.fetch_optional(query).await }).await
    }

    async fn reader(&self) -> Result<Connection> {
        self.store.0.database.reader(Some(self.record.id)).await
    }
}
