//! Citus: a cluster of several nodes, which `TEST_CITUS_URL` names (`scripts/test citus`).

mod cluster;

use external_contacts::clock::Clock;
use external_contacts::id::Ids;
use external_contacts::store::{DatabaseUrl, OpenError, Store};
use serde_json::json;
use url::Url;

use crate::answers::answers_as_recorded;
use crate::changes::overlap::overlap;
use crate::changes::{last_cursor, settled};
use crate::support::TestApp;
use cluster::{Cluster, connect};

fn database(node: &Url) -> DatabaseUrl {
    node.as_str().parse().unwrap()
}

async fn migrate(node: &Url) -> Result<i64, OpenError> {
    let store = Store::open(&database(node), 1, Clock::system(), Ids::random())
        .await
        .unwrap();
    let migrated = store.migrate().await;
    store.close().await;
    migrated
}

/// Each table with its kind, by name, and the number of foreign keys.
async fn tables(coordinator: &Url) -> (Vec<(String, String)>, i64) {
    let mut connection = connect(coordinator).await;
    let tables = sqlx::query_as(
        "SELECT CAST(table_name AS TEXT), citus_table_type || ' ' || distribution_column FROM citus_tables ORDER BY 1",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    let keys = sqlx::query_scalar(
        "SELECT COUNT(*) FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace",
    )
    .fetch_one(&mut connection)
    .await
    .unwrap();
    (tables, keys)
}

/// Whether the tables are distributed, those without a tenant copied, and the foreign keys as they were.
async fn assert_distributed(coordinator: &Url) {
    let (tables, keys) = tables(coordinator).await;
    let copied: Vec<&str> = tables
        .iter()
        .filter(|(_, kind)| kind == "reference <none>")
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(copied, ["epochs", "tenants"]);
    let distributed = tables.iter().filter(|(_, kind)| kind == "distributed tenant_id");
    assert_eq!(distributed.count(), tables.len() - copied.len(), "{tables:?}");
    let plain = TestApp::on_postgres().await;
    let DatabaseUrl::Postgres(plain) = &plain.url else {
        unreachable!("it is a server")
    };
    let mut connection = connect(&plain.parse().unwrap()).await;
    let (with_tenant, plain_keys): (i64, i64) = sqlx::query_as(
        "SELECT (SELECT COUNT(*) FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid
                  WHERE a.attname = 'tenant_id' AND c.relkind = 'r'),
                (SELECT COUNT(*) FROM pg_constraint WHERE contype = 'f')",
    )
    .fetch_one(&mut connection)
    .await
    .unwrap();
    assert_eq!(i64::try_from(tables.len() - copied.len()).unwrap(), with_tenant);
    assert_eq!(keys, plain_keys);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a Citus cluster"]
async fn an_empty_database_is_distributed_once() {
    let cluster = Cluster::start().await;
    let version = migrate(cluster.coordinator()).await.unwrap();
    assert_distributed(cluster.coordinator()).await;
    assert_eq!(migrate(cluster.coordinator()).await.unwrap(), version);

    let refused = migrate(cluster.first()).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "--database-url leads to a worker of Citus; name the coordinator"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a Citus cluster"]
async fn a_database_in_use_is_distributed_and_its_cursors_stay_valid() {
    let cluster = Cluster::without_citus().await;
    let plain = TestApp::new_at(database(cluster.coordinator())).await;
    let admin = plain.admin().await;
    external_contacts::demo::fill(&plain.tenant, &|_, _| {})
        .await
        .unwrap();
    admin.contact("Lovelace").await;
    let last_five =
        "query ($after: String) { changes(last: 5, before: $after) { nodes { cursor entityId version } } }";
    let before = admin.data(last_five, json!({})).await;
    let cursor = before["changes"]["nodes"][4]["cursor"].clone();
    cluster.add_citus().await;

    migrate(cluster.coordinator()).await.unwrap();
    assert_distributed(cluster.coordinator()).await;

    // A server that opened the database before must not write without a number.
    let query = "mutation { createContact(input: { lastName: \"Byron\" }) { contact { id } } }";
    let refused = admin.errors(query, json!({})).await;
    assert!(refused.starts_with("INTERNAL"), "{refused}");
    let app = plain.again().await;
    let admin = app.caller_over_own_store(admin.caller.clone());
    assert_eq!(admin.data(last_five, json!({})).await, before);
    let hopper = admin.contact("Hopper").await;
    let query = "query ($after: String) { changes(after: $after) { nodes { entityId } } }";
    let after = admin.data(query, json!({ "after": cursor })).await;
    assert_eq!(after["changes"]["nodes"], json!([{ "entityId": hopper }]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a Citus cluster"]
async fn answers_are_those_of_one_node_and_each_statement_runs_on_one_shard() {
    let cluster = Cluster::start().await;
    let app = TestApp::repeatable_at(database(cluster.coordinator())).await;
    let before = cluster.executions().await;

    answers_as_recorded(&app).await;

    let after = cluster.executions().await;
    println!("figure: citus: {} executions on one shard", after.0 - before.0);
    assert!(after.0 - before.0 > 1000, "{before:?} {after:?}");
    assert_eq!(after.1, before.1, "statements ran on several shards");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a Citus cluster"]
async fn nothing_is_lost_while_a_node_is_added_and_the_tenant_moves() {
    let cluster = Cluster::start().await;
    let app = TestApp::new_at(database(cluster.coordinator())).await;
    let tenant = app.tenant.record().id;
    let moving = async {
        cluster.add_last().await;
        cluster.move_tenant(tenant, cluster.last()).await;
        cluster.move_tenant(tenant, cluster.first()).await;
    };
    Box::pin(overlap(&app, moving)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a Citus cluster"]
async fn a_follower_on_another_server_sees_each_change_at_once() {
    let cluster = Cluster::start().await;
    let app = TestApp::new_at(database(cluster.coordinator())).await;
    let admin = app.admin().await;
    admin.contact("Lovelace").await;
    let cursor = last_cursor(&admin, 1).await;
    let other = app.again().await;
    let follower = other.caller_over_own_store(admin.caller.clone());
    let mut events = follower.follow(crate::changes::FOLLOW, json!({ "after": cursor }));
    for number in 0..20 {
        let name = format!("Nr {number}");
        admin.contact(&name).await;
        assert_eq!(events.change().await["entity"]["lastName"], name);
    }
    settled(&admin, "", "cursor", 21).await;
}
