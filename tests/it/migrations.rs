//! Migrations of a PostgreSQL database that is in use.

use std::path::Path;

use external_contacts::clock::Clock;
use external_contacts::id::Ids;
use external_contacts::store::{DatabaseUrl, Store};
use sqlx::migrate::{Migrate as _, Migrator};
use sqlx::{Connection as _, Executor as _, PgConnection};
use tokio::task::{LocalSet, spawn_local};
use tokio::time::timeout;

use crate::support::{SOON, TestApp, postgres};

async fn migrate(url: DatabaseUrl) {
    let store = Store::open(&url, 1, Clock::system(), Ids::random())
        .await
        .unwrap();
    store.migrate().await.unwrap();
    store.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_migration_lets_others_read_while_it_waits_for_a_long_reader() {
    let database = postgres::empty().await;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/postgres");
    let mut migrator = Migrator::new(folder).await.unwrap();
    migrator
        .migrations
        .to_mut()
        .retain(|migration| migration.version < 10);
    let mut reader = PgConnection::connect(&database.url).await.unwrap();
    migrator.run_direct(None, &mut reader, false).await.unwrap();
    // As a dump does.
    reader
        .execute("BEGIN; LOCK TABLE changes IN ACCESS SHARE MODE")
        .await
        .unwrap();

    let story = async {
        let migration = spawn_local(migrate(database.url.parse().unwrap()));
        let mut other = PgConnection::connect(&database.url).await.unwrap();
        let waiting = "SELECT COUNT(*) FROM pg_locks WHERE NOT granted AND database =
            (SELECT oid FROM pg_database WHERE datname = current_database())";
        for waits in [true, false, true] {
            while sqlx::query_scalar::<_, i64>(waiting)
                .fetch_one(&mut other)
                .await
                .unwrap()
                .min(1)
                != i64::from(waits)
            {
                assert!(
                    !migration.is_finished(),
                    "it cannot be done while the reader is there"
                );
            }
        }
        let read = other.execute("SELECT COUNT(*) FROM changes");
        timeout(SOON, read).await.expect("a reader goes first").unwrap();
        reader.execute("COMMIT").await.unwrap();

        timeout(SOON, migration).await.expect("it goes on").unwrap();
        other.execute("SELECT xid FROM changes").await.unwrap();
    };
    LocalSet::new().run_until(story).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_is_up_to_date_needs_no_lock() {
    let app = TestApp::on_postgres().await;
    let DatabaseUrl::Postgres(url) = &app.url else {
        unreachable!()
    };
    let mut migrates = PgConnection::connect(url).await.unwrap();
    migrates.lock().await.unwrap();

    timeout(SOON, migrate(app.url.clone()))
        .await
        .expect("it waits for nothing");
}
