//! Tests of the store on both engines, each over a database of its own.

mod cancelled;
mod explained;
mod failures;
mod group_commit;
mod imports;
mod lists;
mod loose_references;
mod nodes;
mod noun;
mod plans;
mod search_model;
mod search_plans;
mod search_starts;
mod search_texts;
mod shares;
mod slices;
mod sqlite;
mod statistics;
mod texts;
mod trash;
mod unmarked;
mod words;

#[path = "../../../tests/it/support/postgres/server.rs"]
mod server;

use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};

use super::engine::{SystemSql, Text};
use super::{DatabaseUrl, Store, Tenant};
use crate::clock::Clock;
use crate::id::Ids;
use crate::model::Region;

/// The instant at which the clock of every test begins.
const START: DateTime<Utc> = DateTime::UNIX_EPOCH;

/// Makes of each story a test on SQLite and one on PostgreSQL.
macro_rules! on_both_engines {
    ($($(#[$attribute:meta])* async fn $name:ident($store:ident: &TestStore) $body:block)*) => {$(
        mod $name {
            use super::*;

            $(#[$attribute])*
            async fn story($store: &$crate::store::tests::TestStore) $body

            #[tokio::test]
            async fn on_sqlite() {
                story(&$crate::store::tests::TestStore::on_sqlite().await).await;
            }

            #[tokio::test]
            async fn on_postgres() {
                story(&$crate::store::tests::TestStore::on_postgres().await).await;
            }
        }
    )*};
}
use on_both_engines;

/// A database with the product's tables and no tenant.
struct TestStore {
    store: Store,
    url: DatabaseUrl,
    /// The folder of the SQLite file, deleted with this value. PostgreSQL's databases go with the server.
    _folder: Option<tempfile::TempDir>,
}

impl TestStore {
    async fn on_sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self::at(DatabaseUrl::embedded(folder.path()), Some(folder)).await
    }

    async fn on_postgres() -> Self {
        let name = format!("store_{}", Ids::random().new_at(START).simple());
        let mut server = PgConnection::connect(&server::url("postgres")).await.unwrap();
        let create = AssertSqlSafe(format!("CREATE DATABASE {name}"));
        server.execute(create).await.unwrap();
        Self::at(server::url(&name).parse().unwrap(), None).await
    }

    async fn at(url: DatabaseUrl, folder: Option<tempfile::TempDir>) -> Self {
        let store = Store::open(&url, 2, ticking(), Ids::random()).await.unwrap();
        store.migrate().await.unwrap();
        Self {
            store,
            url,
            _folder: folder,
        }
    }

    async fn tenant(&self, name: &str) -> Tenant {
        let name = name.parse().unwrap();
        let added = self.store.system().add_tenant(&name, &Region::default()).await;
        added.unwrap().expect("there is no such tenant yet")
    }

    /// Opens the database once more.
    async fn again(&self, connections: u32) -> Store {
        Store::open(&self.url, connections, ticking(), Ids::random())
            .await
            .unwrap()
    }

    /// Creates a table, with the text of either engine.
    async fn create_table(&self, postgres: &'static str, sqlite: &'static str) {
        let mut tx = self.store.system().begin().await.unwrap();
        let text = Text::Static {
            postgres,
            citus: postgres,
            sqlite,
        };
        let created = tx.execute(SystemSql { text, binds: vec![] }).await;
        tx.end(created).await.unwrap();
    }
}

/// A clock that goes on by a second whenever it is read, so that changes sort in the order of their transactions.
fn ticking() -> Clock {
    let seconds = AtomicI64::new(0);
    Clock::telling(move || START + TimeDelta::seconds(seconds.fetch_add(1, Ordering::Relaxed)))
}
