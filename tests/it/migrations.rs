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

/// Replaces `#1` to `#9` by ids in an engine's form.
fn with_ids(rows: &str, form: impl Fn(u8) -> String) -> AssertSqlSafe<String> {
    let replaced = |text: String, number: u8| text.replace(&format!("#{number}"), &form(number));
    AssertSqlSafe((1..=9).fold(rows.to_owned(), replaced))
}

/// Migrates a database with rows that the program wrote before a version, and returns the sorted texts that a statement
/// selects then.
async fn migrated_on_postgres(version: i64, rows: &[&str], select: &'static str) -> Vec<String> {
    let database = postgres::empty().await;
    let mut connection = PgConnection::connect(&database.url).await.unwrap();
    let migrator = migrations_before(version, "postgres").await;
    migrator.run_direct(None, &mut connection, false).await.unwrap();
    for rows in rows {
        let rows = with_ids(rows, |number| {
            format!("'00000000-0000-7000-8000-00000000000{number}'")
        });
        connection.execute(rows).await.unwrap();
    }

    migrate(database.url.parse().unwrap()).await;

    let mut texts: Vec<String> = sqlx::query_scalar(select)
        .fetch_all(&mut connection)
        .await
        .unwrap();
    texts.sort_unstable();
    texts
}

/// Does the same on SQLite.
async fn migrated_on_sqlite(version: i64, rows: &[&str], select: &'static str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let url = DatabaseUrl::embedded(folder.path());
    let DatabaseUrl::Sqlite(file) = &url else {
        unreachable!()
    };
    let options = SqliteConnectOptions::new().filename(file).create_if_missing(true);
    let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
    let migrator = migrations_before(version, "sqlite").await;
    migrator.run_direct(None, &mut connection, false).await.unwrap();
    for rows in rows {
        let rows = with_ids(rows, |number| {
            format!("x'0000000000007000800000000000000{number}'")
        });
        connection.execute(rows).await.unwrap();
    }
    connection.close().await.unwrap();

    migrate(url.clone()).await;

    let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
    let mut texts: Vec<String> = sqlx::query_scalar(select)
        .fetch_all(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    texts.sort_unstable();
    texts
}

const TENANT: &str =
    "INSERT INTO tenants (name, display_name, default_region, managed_entity_limit, created_at)
    VALUES ('acme', 'Acme', 'US', 10, '2026-01-01T00:00:00Z')";
/// A contact, as versions before the marks wrote it.
const CONTACT: &str = "
    INSERT INTO contacts (tenant_id, id, version, created_at, updated_at, first_name, last_name, tags, external_ids,
                          phone_numbers, email_addresses, addresses, social_handles, survey_opt_out, sort_name,
                          sort_first, search_text)
    VALUES (1, #1, 2, '2026-01-01T12:00:00+00:00', '2026-01-02T12:00:00+00:00', 'Ada', 'King', '[]', '[]', '[]', '[]',
            '[]', '[]', FALSE, 'king ada', 'ada king', ' cbad_berlin nada nking p3210555202 ')";

#[tokio::test]
async fn contacts_of_an_earlier_version_get_marks() {
    let words = "INSERT INTO search_words (tenant_id, word, sort_key, id)
        VALUES (1, 'cbad_berlin', 'king ada', #1), (1, 'nada', 'king ada', #1), (1, 'nking', 'king ada', #1)";
    let rows = [TENANT, CONTACT, words];
    let select = "SELECT word || marks FROM search_words UNION ALL SELECT search_marks FROM contacts";
    let marks = [
        "@.... 3210 ada bad berlin king ",
        "cbad_berlin",
        "nada@.... 3210 ada bad berlin king ",
        "nking@.... 3210 ada bad berlin king ",
    ];

    assert_eq!(migrated_on_postgres(14, &rows, select).await, marks);
    assert_eq!(migrated_on_sqlite(14, &rows, select).await, marks);
}

/// An organization and its words, the words of a contact, and an interaction with an agent who wrapped it up, as versions
/// before the times wrote them.
const UNTIMED_ROWS: [&str; 9] = [
    TENANT,
    CONTACT,
    "INSERT INTO organizations (tenant_id, id, version, created_at, updated_at, name, address, phone_number, fax_number,
                                annual_revenue, websites, tags, tickers, external_ids, sort_name, search_text)
     VALUES (1, #2, 2, '2026-01-03T12:00:00+00:00', '2026-01-04T12:00:00+00:00', 'Acme', 'null', 'null', 'null', 'null',
             '[]', '[]', '[]', '[]', 'acme', ' Nacme ')",
    "INSERT INTO users (tenant_id, id, version, created_at, updated_at, subject, active, sort_name)
     VALUES (1, #3, 1, '2026-01-05T12:00:00+00:00', '2026-01-05T12:00:00+00:00', 'ann', TRUE, '')",
    "INSERT INTO wrap_up_codes (tenant_id, id, version, created_at, updated_at, name, active, name_key)
     VALUES (1, #4, 1, '2026-01-05T12:00:00+00:00', '2026-01-05T12:00:00+00:00', 'Open', TRUE, 'open')",
    "INSERT INTO interactions (tenant_id, id, version, created_at, updated_at, media_type, direction, started_at, agent_ids,
                               wrap_ups)
     VALUES (1, #5, 1, '2026-01-07T12:00:00+00:00', '2026-01-07T12:00:00+00:00', 'CALL', 'INBOUND',
             '2026-01-06T12:00:00+00:00', '[]', '[]')",
    "INSERT INTO interaction_agents (tenant_id, user_id, interaction_id) VALUES (1, #3, #5)",
    "INSERT INTO wrap_ups (tenant_id, wrap_up_code_id, interaction_id, user_id) VALUES (1, #4, #5, #3)",
    "INSERT INTO search_words (tenant_id, word, sort_key, id)
     VALUES (1, 'nking', 'king ada', #1), (1, 'gvip', 'king ada', #1), (1, 'jboss', 'king ada', #1),
            (1, 'cberlin', 'king ada', #1), (1, 'yde', 'king ada', #1), (1, 'Nacme', 'acme', #2), (1, 'Gkey', 'acme', #2),
            (1, 'Coslo', 'acme', #2), (1, 'Yno', 'acme', #2), (1, 'Ifood', 'acme', #2), (1, 'Tpartner', 'acme', #2)",
];
const TIMED_ROWS: &str = "
    SELECT word || COALESCE(' ' || substr(CAST(created_at AS TEXT), 1, 10)
                         || ' ' || substr(CAST(updated_at AS TEXT), 1, 10), '')
      FROM search_words
    UNION ALL SELECT '1 agent ' || substr(CAST(started_at AS TEXT), 1, 10) FROM interaction_agents
    UNION ALL SELECT '2 wrap-up ' || substr(CAST(started_at AS TEXT), 1, 10) FROM wrap_ups";

#[tokio::test]
async fn words_agents_and_wrap_ups_of_an_earlier_version_get_times() {
    let times = [
        "1 agent 2026-01-06",
        "2 wrap-up 2026-01-06",
        "Coslo 2026-01-03 2026-01-04",
        "Gkey 2026-01-03 2026-01-04",
        "Ifood 2026-01-03 2026-01-04",
        "Nacme",
        "Tpartner 2026-01-03 2026-01-04",
        "Yno 2026-01-03 2026-01-04",
        "cberlin 2026-01-01 2026-01-02",
        "gvip 2026-01-01 2026-01-02",
        "jboss 2026-01-01 2026-01-02",
        "nking",
        "yde 2026-01-01 2026-01-02",
    ];

    assert_eq!(migrated_on_postgres(16, &UNTIMED_ROWS, TIMED_ROWS).await, times);
    assert_eq!(migrated_on_sqlite(16, &UNTIMED_ROWS, TIMED_ROWS).await, times);
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
