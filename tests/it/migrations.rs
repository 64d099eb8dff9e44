//! Migrations of databases that are in use, or have records of earlier versions.

use external_contacts::clock::Clock;
use external_contacts::id::Ids;
use external_contacts::store::{DatabaseUrl, Store};
use sqlx::migrate::Migrate as _;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, SqliteConnection};
use tokio::task::{LocalSet, spawn_local};
use tokio::time::timeout;

use crate::support::migrations::migrations_before;
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
    let migrator = migrations_before(10, "postgres").await;
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

/// The rows of one contact, as versions before the marks wrote them.
const EARLIER_ROWS: [&str; 3] = [
    "INSERT INTO tenants (name, display_name, default_region, managed_entity_limit, created_at)
     VALUES ('acme', 'Acme', 'US', 10, '2026-01-01T00:00:00Z')",
    "INSERT INTO contacts (tenant_id, id, version, created_at, updated_at, first_name, last_name, tags, external_ids,
                           phone_numbers, email_addresses, addresses, social_handles, survey_opt_out, sort_name,
                           sort_first, search_text)
     VALUES (1, ID, 1, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', 'Ada', 'King', '[]', '[]', '[]', '[]', '[]',
             '[]', FALSE, 'king ada', 'ada king', ' cbad_berlin nada nking p3210555202 ')",
    "INSERT INTO search_words (tenant_id, word, sort_key, id)
     VALUES (1, 'cbad_berlin', 'king ada', ID), (1, 'nada', 'king ada', ID), (1, 'nking', 'king ada', ID)",
];
/// The rows of the search index with their marks.
const MARKED_ROWS: &str =
    "SELECT word || marks FROM search_words UNION ALL SELECT search_marks FROM contacts ORDER BY 1";
const MARKS: [&str; 4] = [
    " 3210 ada bad berlin king ",
    "cbad_berlin",
    "nada 3210 ada bad berlin king ",
    "nking 3210 ada bad berlin king ",
];

#[tokio::test]
async fn contacts_of_an_earlier_version_get_marks_on_postgres() {
    let database = postgres::empty().await;
    let mut connection = PgConnection::connect(&database.url).await.unwrap();
    let migrator = migrations_before(14, "postgres").await;
    migrator.run_direct(None, &mut connection, false).await.unwrap();
    for rows in EARLIER_ROWS {
        let id = "'00000000-0000-7000-8000-000000000001'";
        connection
            .execute(AssertSqlSafe(rows.replace("ID", id)))
            .await
            .unwrap();
    }

    migrate(database.url.parse().unwrap()).await;

    let marks: Vec<String> = sqlx::query_scalar(MARKED_ROWS)
        .fetch_all(&mut connection)
        .await
        .unwrap();
    assert_eq!(marks, MARKS);
}

#[tokio::test]
async fn contacts_of_an_earlier_version_get_marks_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let url = DatabaseUrl::embedded(folder.path());
    let DatabaseUrl::Sqlite(file) = &url else {
        unreachable!()
    };
    let options = SqliteConnectOptions::new().filename(file).create_if_missing(true);
    let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
    let migrator = migrations_before(14, "sqlite").await;
    migrator.run_direct(None, &mut connection, false).await.unwrap();
    for rows in EARLIER_ROWS {
        let id = "x'00000000000070008000000000000001'";
        connection
            .execute(AssertSqlSafe(rows.replace("ID", id)))
            .await
            .unwrap();
    }
    connection.close().await.unwrap();

    migrate(url.clone()).await;

    let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
    let marks: Vec<String> = sqlx::query_scalar(MARKED_ROWS)
        .fetch_all(&mut connection)
        .await
        .unwrap();
    assert_eq!(marks, MARKS);
    connection.close().await.unwrap();
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
