//! All SQL, and nothing but SQL.
//!
//! [`Store`] is the database. [`Tenant`] gives every read of one tenant's data, each statement on any free connection:
//! they run side by side and are not one snapshot. [`Tx`] gives every write of one tenant's data: what one transaction
//! does commits together or not at all. Statements across tenants are methods of [`Store`] itself (`tenant.rs`,
//! `migrate.rs`).

mod bulk;
mod change;
mod contact;
pub(crate) mod engine;
mod external_id;
mod feed;
mod filter;
mod interaction;
mod list;
mod migrate;
mod note;
mod open;
mod organization;
mod relationship;
mod room;
mod search;
mod tenant;
mod tx;
mod user;
mod words;
mod wrap_up_code;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use sqlx::{PgPool, SqlitePool};

pub use bulk::Learnt;
pub use change::{CHANGES_OF_ENTITY, ChangeOrder, place_of};
pub use contact::{CONTACTS_OF_ORGANIZATION, RemovedContact};
pub use interaction::{INTERACTIONS_OF_CONTACT, INTERACTIONS_OF_ORGANIZATION};
pub use list::{Column, Edge, Filter, Listed, Sort, SortField};
pub use note::{NOTES_OF_AUTHOR, NOTES_OF_CONTACT, NOTES_OF_ORGANIZATION};
pub use open::{DatabaseUrl, OpenError};
pub use organization::RemovedOrganization;
pub use relationship::{Transfer, Transferred, relationships_of_organization, relationships_of_user};
pub use search::WordFilter;
pub(crate) use tx::change;
pub use tx::{Attempts, LONGEST_CHANGE, LONGEST_LOAD, Tx};

use crate::clock::Clock;
use crate::error::Result;
use crate::id::Ids;
use crate::model::TenantRecord;
use engine::{Handle, Row, Sql, sql};
use feed::Feeds;

/// The database of this program, whichever engine keeps it. Clones share it.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    database: Database,
    clock: Clock,
    ids: Ids,
    /// How many statements were run since the start.
    statements: AtomicU64,
    /// Who follows the changes.
    feeds: Feeds,
}

enum Database {
    Postgres {
        pool: PgPool,
        /// Connections apart, for signals.
        signals: PgPool,
    },
    Sqlite {
        readers: SqlitePool,
        writer: SqlitePool,
        file: PathBuf,
    },
}

impl Store {
    /// What time it is here.
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// How many statements were run since the start, transactions' own BEGIN and COMMIT left out.
    pub fn statements(&self) -> u64 {
        self.0.statements.load(Ordering::Relaxed)
    }

    /// Whether the database answers.
    pub async fn is_ready(&self) -> bool {
        let answer: Result<Option<(i32,)>> = self.fetch_optional(0, sql!("SELECT 1 WHERE $1 = 0")).await;
        answer.is_ok()
    }

    /// The data of one tenant.
    pub fn of(&self, record: TenantRecord) -> Tenant {
        Tenant {
            store: self.clone(),
            record: Arc::new(record),
        }
    }

    fn reader(&self) -> Handle<'_> {
        self.0.statements.fetch_add(1, Ordering::Relaxed);
        match &self.0.database {
            Database::Postgres { pool, .. } => Handle::PostgresPool(pool),
            Database::Sqlite { readers, .. } => Handle::SqlitePool(readers),
        }
    }

    async fn fetch_all<T: Row>(&self, tenant: i32, sql: Sql<'_>) -> Result<Vec<T>> {
        self.reader().fetch_all(tenant, sql).await
    }

    async fn fetch_optional<T: Row>(&self, tenant: i32, sql: Sql<'_>) -> Result<Option<T>> {
        self.reader().fetch_optional(tenant, sql).await
    }

    fn is_postgres(&self) -> bool {
        matches!(self.0.database, Database::Postgres { .. })
    }
}

/// Every read of one tenant's data.
#[derive(Clone)]
pub struct Tenant {
    store: Store,
    record: Arc<TenantRecord>,
}

impl Tenant {
    /// The tenant as it was when the request began.
    pub fn record(&self) -> &TenantRecord {
        &self.record
    }

    /// What time it is here.
    pub fn clock(&self) -> &Clock {
        self.store.clock()
    }

    async fn fetch_all<T: Row>(&self, sql: Sql<'_>) -> Result<Vec<T>> {
        self.store.fetch_all(self.record.id, sql).await
    }

    async fn fetch_optional<T: Row>(&self, sql: Sql<'_>) -> Result<Option<T>> {
        self.store.fetch_optional(self.record.id, sql).await
    }
}
