//! The managed-entity limit is exact, also for concurrent creates.

use std::sync::Arc;

use external_contacts::model::Permissions;
use external_contacts::store::{DatabaseUrl, Tenant};
use insta::assert_snapshot;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::support::operations::{CREATE_CONTACT, DELETE_CONTACT};
use crate::support::{TestApp, on_both_engines};

const COUNT: &str = "{ contacts { totalCount { value } } }";

/// The number of transactions of a PostgreSQL database that were ended because they waited for each other in a circle.
async fn deadlocks(url: &DatabaseUrl) -> i64 {
    let DatabaseUrl::Postgres(url) = url else {
        panic!("only PostgreSQL has several writers");
    };
    let pool = sqlx::PgPool::connect(url).await.unwrap();
    sqlx::query_scalar("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        .fetch_one(&pool)
        .await
        .unwrap()
}

/// Two servers over one database, each with its own connections.
async fn two_servers(app: &TestApp) -> [TestApp; 2] {
    [app.again().await, app.again().await]
}

/// Creates contacts, many at once, until 41 more are made and 23 are refused.
async fn create_up_to_the_limit(app: &TestApp, servers: &[Arc<TestApp>]) {
    let before = app.tenant.managed_entities().await.unwrap();
    app.tenant
        .set_limit(i32::try_from(before).unwrap() + 41)
        .await
        .unwrap();
    let mut creators = JoinSet::new();
    for number in 0..64 {
        let server = servers[number % 2].clone();
        creators.spawn(async move {
            let caller = server.admin().await;
            caller
                .payload(CREATE_CONTACT, json!({ "lastName": format!("Nr {number}") }))
                .await
        });
    }
    let payloads = creators.join_all().await;

    let made = payloads
        .iter()
        .filter(|payload| payload["contact"] != Value::Null)
        .count();
    let refused = payloads
        .iter()
        .filter(|payload| payload["userErrors"][0]["code"] == "ENTITY_LIMIT_REACHED")
        .count();
    assert_eq!((made, refused), (41, 23));
    assert_eq!(app.tenant.managed_entities().await.unwrap(), before + 41);
}

#[tokio::test(flavor = "multi_thread")]
async fn creators_at_the_limit_do_not_wait_in_a_circle() {
    let app = TestApp::on_postgres().await;
    let servers = two_servers(&app).await.map(Arc::new);
    for _ in 0..10 {
        create_up_to_the_limit(&app, &servers).await;
    }
    // The statistics have what a connection did once it is closed.
    for server in &servers {
        server.store.close().await;
    }
    assert_eq!(deadlocks(&app.url).await, 0);
}

on_both_engines! {
    async fn concurrent_creators_on_two_servers_never_pass_the_limit(app: &TestApp) {
        let servers = two_servers(app).await.map(Arc::new);
        create_up_to_the_limit(app, &servers).await;
        assert_eq!(app.admin().await.data(COUNT, json!({})).await["contacts"]["totalCount"]["value"], 41);
    }

    async fn the_refusal_names_the_limit_and_writes_nothing(app: &TestApp) {
        app.tenant.set_limit(0).await.unwrap();
        let admin = app.admin().await;

        let refusal = admin.refusal(CREATE_CONTACT, json!({ "lastName": "Lovelace" })).await;

        assert_snapshot!(refusal, @"ENTITY_LIMIT_REACHED : the limit of 0 organizations, contacts, relationships and notes is reached; delete some, or ask the operator of this service to raise the limit");
        assert_eq!(admin.data(COUNT, json!({})).await["contacts"]["totalCount"]["value"], 0);
    }

    async fn a_deleted_contact_gives_its_room_back(app: &TestApp) {
        app.tenant.set_limit(1).await.unwrap();
        let admin = app.admin().await;
        let ada = admin.contact("Lovelace").await;
        assert!(admin.refusal(CREATE_CONTACT, json!({ "lastName": "Byron" })).await.starts_with("ENTITY_LIMIT_REACHED"));

        admin.done(DELETE_CONTACT, json!({ "id": ada })).await;

        admin.contact("Byron").await;
        assert_eq!(app.tenant.managed_entities().await.unwrap(), 1);
    }

    async fn a_lowered_limit_keeps_what_there_is_and_a_raised_one_is_felt_at_once(app: &TestApp) {
        let admin = app.admin().await;
        let mut last = Value::Null;
        for name in ["Ada", "Ben", "Carl"] {
            last = admin.contact(name).await;
        }

        app.tenant.set_limit(2).await.unwrap();
        assert_eq!(app.tenant.managed_entities().await.unwrap(), 3);
        admin.done(DELETE_CONTACT, json!({ "id": last })).await;
        assert!(admin.refusal(CREATE_CONTACT, json!({ "lastName": "Dora" })).await.starts_with("ENTITY_LIMIT_REACHED"));

        app.tenant.set_limit(3).await.unwrap();
        admin.contact("Dora").await;
    }

    async fn tenants_have_room_of_their_own(app: &TestApp) {
        let other: Tenant = app.tenant("other").await;
        app.tenant.set_limit(0).await.unwrap();

        let caller = app.caller_of(&other, "somebody", Permissions::all()).await;
        caller.contact("Lovelace").await;

        assert_eq!(other.managed_entities().await.unwrap(), 1);
        assert_eq!(app.tenant.managed_entities().await.unwrap(), 0);
    }
}
