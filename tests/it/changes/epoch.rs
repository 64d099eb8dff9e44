//! Cursors that are no longer valid: of other lists, of databases before a restore, of changes that are not kept.

use chrono::TimeDelta;
use external_contacts::clock::Clock;
use external_contacts::model::Region;
use external_contacts::store::DatabaseUrl;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection, Executor as _, PgConnection, SqliteConnection};

use super::{FOLLOW, last_cursor, named, settled};
use crate::support::migrations::migrations_before;
use crate::support::{TestApp, TestCaller, in_every_order, open, postgres};

const READ: &str = "query ($after: String) { changes(after: $after) { nodes { cursor } } }";

/// Runs a statement that the program itself never runs.
async fn meddle(url: &DatabaseUrl, statement: &str) {
    let statement = AssertSqlSafe(statement.to_owned());
    match url {
        DatabaseUrl::Postgres(url) | DatabaseUrl::Pooled { direct: url, .. } => {
            let mut connection = PgConnection::connect(url).await.unwrap();
            connection.execute(statement).await.unwrap();
        }
        DatabaseUrl::Sqlite(path) => {
            let url = format!("sqlite:{}", path.display());
            let mut connection = SqliteConnection::connect(&url).await.unwrap();
            connection.execute(statement).await.unwrap();
        }
    }
}

/// The code with which a cursor is refused, everywhere alike.
async fn refusal(caller: &TestCaller<'_>, cursor: &Value) -> String {
    let read = caller.errors(READ, json!({ "after": cursor })).await;
    let mut events = caller.follow(FOLLOW, json!({ "after": cursor }));
    let answer = events.answer().await.unwrap();
    let code = answer["errors"][0]["extensions"]["code"].as_str().unwrap();
    assert_eq!(events.answer().await, None);
    assert!(
        read.starts_with(&format!("{code} changes: ")),
        "{read} but {code}"
    );
    code.to_owned()
}

in_every_order! {
    async fn cursors_of_other_lists_are_refused(app: &TestApp) {
        let admin = app.admin().await;
        admin.contact("Lovelace").await;
        let contacts = admin.data("{ contacts { pageInfo { endCursor } } }", json!({})).await;

        assert_eq!(refusal(&admin, &contacts["contacts"]["pageInfo"]["endCursor"]).await, "INVALID_CURSOR");
        assert_eq!(refusal(&admin, &json!("nonsense")).await, "INVALID_CURSOR");
    }

    async fn a_change_that_is_not_kept_any_more_expires_its_cursor(app: &TestApp) {
        let admin = app.admin().await;
        admin.contact("Lovelace").await;
        let old = last_cursor(&admin, 1).await;
        app.pass(TimeDelta::days(91));
        admin.contact("Hopper").await;
        let new = last_cursor(&admin, 2).await;

        app.store.system().sweep_changes(app.store.clock().now() - TimeDelta::days(90)).await.unwrap();

        assert_eq!(refusal(&admin, &old).await, "CURSOR_EXPIRED");
        assert_eq!(settled(&admin, "", "cursor", 1).await, [json!({ "cursor": new })]);
        let mut events = admin.follow(FOLLOW, json!({ "after": new }));
        admin.contact("Noether").await;
        assert_eq!(events.change().await["entity"]["lastName"], "Noether");
    }

    async fn old_changes_are_swept_in_batches(app: &TestApp) {
        let admin = app.admin().await;
        for _ in 0..3 {
            let mut tx = app.tenant.begin(None).await.unwrap();
            let contacts: Vec<_> = (0..500).map(|nr| named(&tx, &format!("Nr {nr}"))).collect();
            let added = tx.insert_all(&contacts).await;
            tx.end(added).await.unwrap();
        }
        app.pass(TimeDelta::days(1));
        admin.contact("Lovelace").await;

        let before = app.store.clock().now() - TimeDelta::hours(1);
        assert!(app.tenant.sweep_changes(before).await.unwrap(), "a thousand, and there are more");
        assert!(!app.tenant.sweep_changes(before).await.unwrap());
        assert!(!app.tenant.sweep_changes(before).await.unwrap());
        assert_eq!(settled(&admin, "", "entity { ... on Contact { lastName } }", 1).await[0]["entity"]["lastName"], "Lovelace");
    }

    async fn a_database_restored_to_an_earlier_state_expires_later_cursors(app: &TestApp) {
        let admin = app.admin().await;
        admin.contact("Lovelace").await;
        let kept = last_cursor(&admin, 1).await;
        admin.contact("Hopper").await;
        let lost = last_cursor(&admin, 2).await;

        meddle(&app.url, "DELETE FROM changes WHERE id = (SELECT id FROM changes ORDER BY xid DESC, seq DESC, id DESC LIMIT 1)").await;
        admin.contact("Noether").await;

        assert_eq!(refusal(&admin, &lost).await, "CURSOR_EXPIRED");
        let mut events = admin.follow(FOLLOW, json!({ "after": kept }));
        assert_eq!(events.change().await["entity"]["lastName"], "Noether");
    }

    async fn a_database_restored_elsewhere_begins_a_new_epoch(app: &TestApp) {
        let admin = app.admin().await;
        for name in ["Lovelace", "Hopper", "Noether"] {
            admin.contact(name).await;
        }
        let old = last_cursor(&admin, 3).await;
        let name = "entity { ... on Contact { lastName } }";
        let before = settled(&admin, "", name, 3).await;
        meddle(&app.url, "UPDATE epochs SET fingerprint = 'elsewhere'").await;

        let restored = app.again().await;
        let admin = restored.caller_over_own_store(admin.caller.clone());

        assert_eq!(refusal(&admin, &old).await, "CURSOR_EXPIRED");
        assert_eq!(settled(&admin, "", name, 3).await, before);
        let last = last_cursor(&admin, 3).await;
        assert_ne!(last, old);
        let mut events = admin.follow(FOLLOW, json!({ "after": last }));
        admin.contact("Curie").await;
        assert_eq!(events.change().await["entity"]["lastName"], "Curie");
        assert_eq!(settled(&admin, "", name, 4).await[..3], before);
        // Once is enough.
        let again = restored.again().await;
        let admin = again.caller_over_own_store(admin.caller.clone());
        let mut events = admin.follow(FOLLOW, json!({ "after": last }));
        assert_eq!(events.change().await["entity"]["lastName"], "Curie");
    }
}

/// A row as the program wrote it before changes could be followed.
fn row(number: u32, kind: &str, uuid: impl Fn(String) -> String) -> String {
    format!(
        "INSERT INTO changes (tenant_id, id, changed_at, kind, entity_id, action, version, detached)
         VALUES (1, {}, '2026-01-01 00:00:00+00:00', '{kind}', {}, 'CREATED', 1, 'null')",
        uuid(format!("0192f7c41c2d7e3f8a4b0000000000{number:02}")),
        uuid(format!("0192f7c41c2d7e3f8a4b5c6d7e8f9a{number:02}")),
    )
}

/// Brings a database with three changes from before up to date, and follows it.
async fn upgrade(url: &DatabaseUrl) {
    let store = open(url, Clock::system()).await;
    let tenant = store
        .system()
        .add_tenant(&"acme".parse().unwrap(), &Region::default())
        .await
        .unwrap();
    assert_eq!(tenant.unwrap().record().id, 1);
    let app = TestApp::at(url.clone()).await;
    let admin = app.admin().await;

    let ids: Vec<Value> = settled(&admin, "", "entityId", 3).await;
    let id = |kind: &str, number: u32| json!({ "entityId": format!("{kind}_0192f7c4-1c2d-7e3f-8a4b-5c6d7e8f9a{number:02}") });
    assert_eq!(ids, [id("contact", 1), id("organization", 2), id("contact", 3)]);
    let of_first = format!("contactId: {}", ids[0]["entityId"]);
    assert_eq!(settled(&admin, &of_first, "entityId", 1).await, ids[..1]);
    let cursors = settled(&admin, "", "cursor", 3).await;
    admin.contact("Lovelace").await;
    let mut events = admin.follow(FOLLOW, json!({ "after": cursors[1]["cursor"] }));
    assert_eq!(events.change().await["entityId"], ids[2]["entityId"]);
    assert_eq!(events.change().await["entity"]["lastName"], "Lovelace");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn changes_from_before_are_kept_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("old.sqlite");
    let mut connection = SqliteConnection::connect(&format!("sqlite:{}?mode=rwc", path.display()))
        .await
        .unwrap();
    migrations_before(10, "sqlite")
        .await
        .run_direct(None, &mut connection, false)
        .await
        .unwrap();
    for (number, kind) in [(3, "contact"), (1, "contact"), (2, "organization")] {
        let row = row(number, kind, |hex| format!("X'{hex}'"));
        connection.execute(AssertSqlSafe(row)).await.unwrap();
    }
    connection.close().await.unwrap();

    upgrade(&DatabaseUrl::Sqlite(path)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn changes_from_before_are_kept_on_postgres() {
    let database = postgres::empty().await;
    let mut connection = PgConnection::connect(&database.url).await.unwrap();
    migrations_before(10, "postgres")
        .await
        .run_direct(None, &mut connection, false)
        .await
        .unwrap();
    for (number, kind) in [(3, "contact"), (1, "contact"), (2, "organization")] {
        let row = row(number, kind, |hex| format!("'{hex}'"));
        connection.execute(AssertSqlSafe(row)).await.unwrap();
    }
    connection.close().await.unwrap();

    upgrade(&database.url.parse().unwrap()).await;
}
