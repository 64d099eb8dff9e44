//! Followers of a PostgreSQL server that crashes or is replaced.

use std::pin::pin;
use std::process::Command;
use std::time::{Duration, Instant};

use external_contacts::model::{ChangeFilter, EntityKind};
use futures_util::StreamExt as _;
use serde_json::json;
use sqlx::{Connection as _, Executor as _, PgConnection};

use super::{FOLLOW, last_cursor};
use crate::support::postgres::own::OwnServer;
use crate::support::{SOON, TestApp, in_every_order};

/// Rolls back transactions that have numbers, and write nothing that waits for the log.
fn numbered_and_rolled_back() -> sqlx::AssertSqlSafe<String> {
    sqlx::AssertSqlSafe("BEGIN; SELECT pg_current_xact_id(); ROLLBACK;".repeat(200))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn numbers_of_transactions_that_a_crash_gives_out_again_hide_no_change() {
    let server = OwnServer::start();
    let app = TestApp::of_server(&server).await;
    let admin = app.admin().await;
    admin.contact("Lovelace").await;
    let mut connection = PgConnection::connect(&server.url()).await.unwrap();
    connection
        .execute("ALTER SYSTEM SET autovacuum = off")
        .await
        .unwrap();
    connection.execute("SELECT pg_reload_conf()").await.unwrap();
    let number = "SELECT CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS TEXT) AS BIGINT)";
    // It would write the log of what is rolled back soon.
    let writer: i32 = sqlx::query_scalar("SELECT pid FROM pg_stat_activity WHERE backend_type = 'walwriter'")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    signal(writer, "STOP");
    connection.execute(numbered_and_rolled_back()).await.unwrap();
    let before: i64 = sqlx::query_scalar(number)
        .fetch_one(&mut connection)
        .await
        .unwrap();
    let everything = ChangeFilter {
        kinds: EntityKind::ALL.to_vec(),
        ..ChangeFilter::default()
    };
    let changes = app.tenant.follow(everything, None).await.unwrap();
    signal(writer, "KILL");

    let mut changes = pin!(changes);
    let began = Instant::now();
    while !admin
        .errors(
            "mutation { createContact(input: { lastName: \"Hopper\" }) { contact { id } } }",
            json!({}),
        )
        .await
        .is_empty()
    {
        assert!(began.elapsed() < SOON, "the server is not back");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let mut connection = PgConnection::connect(&server.url()).await.unwrap();
    let after: i64 = sqlx::query_scalar(number)
        .fetch_one(&mut connection)
        .await
        .unwrap();
    assert!(
        after < before,
        "the crash gave no number out again: {before}, {after}"
    );
    let change = tokio::time::timeout(SOON, changes.next())
        .await
        .expect("the change is not missed");
    assert_eq!(change.unwrap().unwrap().version, 1);
}

fn signal(process: i32, name: &str) {
    let sent = Command::new("kill")
        .args(["-s", name, &process.to_string()])
        .status()
        .unwrap();
    assert!(sent.success());
}

in_every_order! {
    async fn when_cursors_are_expired_streams_end_at_the_next_change(app: &TestApp) {
        let admin = app.admin().await;
        admin.contact("Lovelace").await;
        let old = last_cursor(&admin, 1).await;
        let mut events = admin.follow(FOLLOW, json!({ "after": old }));
        admin.contact("Hopper").await;
        assert_eq!(events.change().await["entity"]["lastName"], "Hopper");

        app.store.system().expire_cursors().await.unwrap();
        admin.contact("Noether").await;

        let answer = events.answer().await.unwrap();
        assert_eq!(answer["errors"][0]["extensions"]["code"], "CURSOR_EXPIRED");
        assert_eq!(events.answer().await, None);
        let new = last_cursor(&admin, 3).await;
        let mut events = admin.follow(FOLLOW, json!({ "after": new }));
        admin.contact("Curie").await;
        assert_eq!(events.change().await["entity"]["lastName"], "Curie");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_timeline_begins_an_epoch_and_keeps_positions() {
    let app = TestApp::on_postgres().await;
    let admin = app.admin().await;
    admin.contact("Lovelace").await;
    let old = last_cursor(&admin, 1).await;
    let external_contacts::store::DatabaseUrl::Postgres(url) = &app.url else {
        panic!("on PostgreSQL");
    };
    let mut connection = PgConnection::connect(url).await.unwrap();
    let position = "SELECT xid FROM changes";
    let before: i64 = sqlx::query_scalar(position)
        .fetch_one(&mut connection)
        .await
        .unwrap();
    connection
        .execute("UPDATE epochs SET timeline = '00000000'")
        .await
        .unwrap();

    app.store.system().begin_epoch().await.unwrap();

    let after: i64 = sqlx::query_scalar(position)
        .fetch_one(&mut connection)
        .await
        .unwrap();
    assert_eq!(after, before);
    assert_ne!(last_cursor(&admin, 1).await, old);
    let query = "query ($after: String!) { changes(after: $after) { nodes { cursor } } }";
    let refused = admin.errors(query, json!({ "after": old })).await;
    assert!(refused.starts_with("CURSOR_EXPIRED "), "{refused}");
}
