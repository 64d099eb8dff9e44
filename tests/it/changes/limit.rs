//! The time limit of a change: followers of changes wait for the oldest transaction.

use std::time::{Duration, Instant};

use external_contacts::store::DatabaseUrl;
use serde_json::json;
use sqlx::{Connection, Executor as _, PgConnection};

use super::{named, settled};
use crate::support::TestApp;

/// Longer than a change may take, and what a busy machine adds.
const FAR_TOO_LONG: Duration = Duration::from_secs(20);

async fn connection(app: &TestApp) -> PgConnection {
    let DatabaseUrl::Postgres(url) = &app.url else {
        panic!("it is PostgreSQL")
    };
    PgConnection::connect(url).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_that_waits_for_too_long_is_given_up() {
    let app = TestApp::on_postgres().await;
    let admin = app.admin().await;
    let ada = admin.contact("Lovelace").await;
    let mut other = connection(&app).await;
    other
        .execute("BEGIN; SELECT 1 FROM contacts FOR UPDATE")
        .await
        .unwrap();

    let begun = Instant::now();
    let query = "mutation ($input: UpdateContactInput!) { updateContact(input: $input) { contact { id } } }";
    let refused = admin
        .errors(query, json!({ "input": { "id": ada, "lastName": "Byron" } }))
        .await;

    assert!(refused.starts_with("TIMEOUT updateContact: "), "{refused}");
    assert!(begun.elapsed() < FAR_TOO_LONG);
    other.execute("ROLLBACK").await.unwrap();
    settled(&admin, "", "version", 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transaction_that_is_left_alone_is_rolled_back() {
    let app = TestApp::on_postgres().await;
    let admin = app.admin().await;
    let mut tx = app.tenant.begin(None).await.unwrap();
    let forgotten = named(&tx, "Forgotten");
    tx.insert(&forgotten).await.unwrap();

    // It holds back what comes later, but not for long.
    admin.contact("Lovelace").await;
    let seen = settled(&admin, "", "entity { ... on Contact { lastName } }", 1).await;

    assert_eq!(seen[0]["entity"]["lastName"], "Lovelace");
    assert!(tx.end(Ok(())).await.is_err());
}
