//! The causes of failures, provoked on the engines.

use std::path::Path;
use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, SqliteConnection};
use tokio::net::TcpListener;

use super::server;
use crate::error::Error;
use crate::store::failure::map_database_error;

/// The name of the error that a failure becomes.
fn error_of<T>(done: sqlx::Result<T>) -> &'static str {
    match map_database_error(done.err().expect("it must fail")) {
        Error::Contended => "contended",
        Error::Timeout => "timeout",
        Error::Unavailable => "unavailable",
        Error::UnstorableText => "unstorable",
        Error::Internal(_) => "internal",
        other => panic!("{other:?}"),
    }
}

async fn postgres() -> PgConnection {
    PgConnection::connect(&server::url("postgres")).await.unwrap()
}

/// Runs statements one after the other up to the first that fails.
async fn run(connection: &mut PgConnection, statements: &[&str]) -> sqlx::Result<()> {
    for statement in statements {
        connection.execute(AssertSqlSafe((*statement).to_owned())).await?;
    }
    Ok(())
}

#[tokio::test]
async fn failures_of_statements_on_postgres_have_their_cause() {
    for (statements, expected) in [
        (
            &["SET default_transaction_read_only = on", "CREATE TABLE t (a int)"][..],
            "unavailable",
        ),
        (&["SET statement_timeout = 1", "SELECT pg_sleep(9)"], "timeout"),
        (
            &[
                "SET temp_file_limit = 0",
                "SET work_mem = 64",
                "SELECT count(*) FROM (SELECT g FROM generate_series(1, 99999) g ORDER BY 1 OFFSET 9) s",
            ],
            "unavailable",
        ),
        (&["SELECT pg_terminate_backend(pg_backend_pid())"], "unavailable"),
        (&["SELECT '{\"a\": \"\\u0000\"}'::jsonb ->> 'a'"], "unstorable"),
        (
            &["SET idle_in_transaction_session_timeout = 1", "BEGIN", "SELECT 1"],
            "timeout",
        ),
        (&["SELECT nonsense"], "internal"),
    ] {
        let mut connection = postgres().await;
        let mut done = run(&mut connection, statements).await;
        // The server ends the session while nothing runs, and tells it in place of the next answer.
        while statements.contains(&"BEGIN") && done.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
            done = run(&mut connection, &["SELECT 1"]).await;
        }
        assert_eq!(error_of(done), expected, "{statements:?}");
    }
    let mut connection = postgres().await;
    let done = sqlx::query("SELECT $1::text")
        .bind("a\0b")
        .execute(&mut connection)
        .await;
    assert_eq!(error_of(done), "unstorable");
}

#[tokio::test]
async fn transactions_in_each_others_way_on_postgres_are_contended() {
    let (mut one, mut other) = (postgres().await, postgres().await);
    let table = format!("failures_{}", std::process::id());
    let update = |id: u32| format!("UPDATE {table} SET a = a + 1 WHERE id = {id}");
    run(
        &mut one,
        &[
            &format!("CREATE TABLE {table} (id int PRIMARY KEY, a int)"),
            &format!("INSERT INTO {table} VALUES (1, 0), (2, 0)"),
        ],
    )
    .await
    .unwrap();

    // unique_violation
    let again = format!("INSERT INTO {table} VALUES (1, 0)");
    assert_eq!(error_of(run(&mut one, &[&again]).await), "contended");
    // lock_not_available
    run(&mut one, &["BEGIN", &update(1)]).await.unwrap();
    let waiting = run(&mut other, &["SET lock_timeout = 1", &update(1)]).await;
    assert_eq!(error_of(waiting), "contended");
    // deadlock_detected
    run(&mut other, &["SET lock_timeout = 0", "BEGIN", &update(2)])
        .await
        .unwrap();
    let (second, first) = (update(2), update(1));
    let (to_second, to_first) = ([&*second], [&*first]);
    let (of_one, of_other) = tokio::join!(run(&mut one, &to_second), run(&mut other, &to_first));
    let deadlocked = if of_one.is_err() { of_one } else { of_other };
    assert_eq!(error_of(deadlocked), "contended");
    run(&mut one, &["ROLLBACK"]).await.unwrap();
    run(&mut other, &["ROLLBACK"]).await.unwrap();
    // serialization_failure
    let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ";
    let read = format!("SELECT a FROM {table}");
    run(&mut one, &[begin, &read]).await.unwrap();
    run(&mut other, &[&update(1)]).await.unwrap();
    assert_eq!(error_of(run(&mut one, &[&update(1)]).await), "contended");
    run(&mut one, &["ROLLBACK"]).await.unwrap();
    run(&mut one, &[&format!("DROP TABLE {table}")]).await.unwrap();
}

#[tokio::test]
async fn failures_to_connect_to_postgres_have_their_cause() {
    let options: PgConnectOptions = server::url("postgres").parse().unwrap();
    let role = format!("crowd_{}", std::process::id());
    let mut admin = postgres().await;
    let create = format!("CREATE ROLE {role} LOGIN PASSWORD 'p' CONNECTION LIMIT 0");
    run(&mut admin, &[&create]).await.unwrap();
    // A server that closes every connection.
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let closer = tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            drop(stream);
        }
    });

    for (options, expected) in [
        (options.clone().username(&role).password("p"), "unavailable"),
        (options.clone().password("wrong"), "unavailable"),
        (options.clone().database("nowhere"), "unavailable"),
        (options.clone().port(1), "unavailable"),
        (options.clone().port(port), "unavailable"),
    ] {
        let done = PgConnection::connect_with(&options).await;
        assert_eq!(error_of(done), expected, "{options:?}");
    }
    closer.abort();
    run(&mut admin, &[&format!("DROP ROLE {role}")]).await.unwrap();
}

fn file(path: &Path) -> SqliteConnectOptions {
    let none = Duration::ZERO;
    SqliteConnectOptions::new().filename(path).busy_timeout(none)
}

async fn sqlite(options: &SqliteConnectOptions, statements: &[&str]) -> sqlx::Result<SqliteConnection> {
    let mut connection = SqliteConnection::connect_with(options).await?;
    for statement in statements {
        connection.execute(AssertSqlSafe((*statement).to_owned())).await?;
    }
    Ok(connection)
}

#[tokio::test]
async fn failures_on_sqlite_have_their_cause() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.sqlite");
    let create = "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT)";
    let fill = "INSERT INTO t SELECT value, hex(randomblob(9999)) FROM json_each('[1, 2, 3]')";
    let wal = "PRAGMA journal_mode = WAL";
    let held = sqlite(&file(&path).create_if_missing(true), &[wal, create, fill])
        .await
        .unwrap();
    let write = "INSERT INTO t (a) VALUES (1)";

    // FULL
    let refused = sqlite(
        &file(&path),
        &[
            "PRAGMA max_page_count = 1",
            &fill.replace("value,", "value + 50,"),
        ],
    )
    .await;
    assert_eq!(error_of(refused), "unavailable");
    // READONLY
    assert_eq!(
        error_of(sqlite(&file(&path).read_only(true), &[write]).await),
        "unavailable"
    );
    // CANTOPEN
    let nowhere = folder.path().join("nowhere/a.sqlite");
    assert_eq!(
        error_of(sqlite(&file(&nowhere).create_if_missing(true), &[]).await),
        "unavailable"
    );
    // BUSY
    let writer = sqlite(&file(&path), &["BEGIN IMMEDIATE"]).await.unwrap();
    assert_eq!(error_of(sqlite(&file(&path), &[write]).await), "contended");
    drop(writer);
    // CONSTRAINT_PRIMARYKEY
    assert_eq!(
        error_of(sqlite(&file(&path), &["INSERT INTO t VALUES (1, '')"]).await),
        "contended"
    );
    // BUSY_SNAPSHOT
    let mut reader = sqlite(&file(&path), &["BEGIN", "SELECT a FROM t"]).await.unwrap();
    while let Err(error) = sqlite(&file(&path), &[write]).await {
        // The writer above is closed by a thread of its own.
        assert_eq!(error_of(Err::<(), _>(error)), "contended");
    }
    assert_eq!(error_of(reader.execute(write).await), "contended");
    // INTERRUPT
    let mut interrupted = sqlite(&file(&path), &[]).await.unwrap();
    interrupted
        .lock_handle()
        .await
        .unwrap()
        .set_progress_handler(1, || false);
    assert_eq!(
        error_of(interrupted.execute("SELECT count(*) FROM t, t, t").await),
        "timeout"
    );
    held.close().await.unwrap();
    drop((reader, interrupted));
    // NOTADB and CORRUPT
    let text = folder.path().join("text.sqlite");
    std::fs::write(&text, "some text, and no database at all: ".repeat(100)).unwrap();
    assert_eq!(
        error_of(sqlite(&file(&text), &["SELECT * FROM t"]).await),
        "internal"
    );
    let damaged = folder.path().join("damaged.sqlite");
    sqlite(&file(&damaged).create_if_missing(true), &[create, fill])
        .await
        .unwrap()
        .close()
        .await
        .unwrap();
    let mut bytes = std::fs::read(&damaged).unwrap();
    bytes[4096..].fill(0x55);
    std::fs::write(&damaged, bytes).unwrap();
    assert_eq!(
        error_of(sqlite(&file(&damaged), &["SELECT a FROM t"]).await),
        "internal"
    );
}
