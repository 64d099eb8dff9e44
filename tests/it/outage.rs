//! Databases that go away, in part or as a whole.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use external_contacts::store::{DatabaseUrl, Store};
use serde_json::{Value, json};

use crate::support::disk::SmallDisk;
use crate::support::postgres::own::OwnServer;
use crate::support::proxy::Proxy;
use crate::support::{SOON, TestApp, TestCaller};

const CREATE: &str = "mutation { createContact(input: { lastName: \"Lovelace\" }) { contact { version } } }";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_whose_answer_is_lost_is_unknown_and_not_repeated() {
    let app = TestApp::on_postgres().await;
    let admin = app.admin().await;
    let proxy = Proxy::start(&app.url).await;
    let behind = TestApp::at(proxy.url.clone()).await;
    let caller = behind.caller_over_own_store(admin.caller.clone());
    caller.data(CREATE, json!({})).await;

    proxy.lose_next_commit();
    let errors = caller.errors(CREATE, json!({})).await;

    assert!(
        errors.starts_with("UNAVAILABLE createContact: ") && errors.contains("it is unknown whether"),
        "{errors}"
    );
    let count = "{ contacts { totalCount { value } } }";
    assert_eq!(
        admin.data(count, json!({})).await["contacts"]["totalCount"]["value"],
        2
    );
    // The next change works.
    caller.data(CREATE, json!({})).await;
}

/// Waits until the database is as ready as it should be.
async fn ready(store: &Store, expected: bool) {
    let began = Instant::now();
    while store.system().is_ready().await != expected {
        assert!(began.elapsed() < SOON, "not {expected} after {SOON:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// An app over a file.
async fn app_at(path: PathBuf) -> TestApp {
    TestApp::new_at(DatabaseUrl::Sqlite(path)).await
}

fn count(data: &Value) -> &Value {
    &data["contacts"]["totalCount"]["value"]
}

const COUNT: &str = "{ contacts { totalCount { value } } }";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writes_work_again_when_a_full_disk_has_space() {
    let disk = SmallDisk::mount("4m");
    let app = app_at(disk.path().join("a.sqlite")).await;
    let admin = app.admin().await;
    admin.data(CREATE, json!({})).await;
    ready(&app.store, true).await;

    let filler = disk.fill();
    // What fits in the log as it is may still be written.
    let mut written = 1;
    let refused = loop {
        let errors = admin.errors(CREATE, json!({})).await;
        if !errors.is_empty() {
            break errors;
        }
        written += 1;
    };
    ready(&app.store, false).await;
    assert_eq!(count(&admin.data(COUNT, json!({})).await), written);
    std::fs::remove_file(filler).unwrap();

    assert!(refused.starts_with("UNAVAILABLE createContact: "), "{refused}");
    admin.data(CREATE, json!({})).await;
    ready(&app.store, true).await;
    assert_eq!(count(&admin.data(COUNT, json!({})).await), written + 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_is_deleted_or_replaced_takes_no_writes() {
    for replaces in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.sqlite");
        let app = app_at(path.clone()).await;
        let admin = app.admin().await;
        admin.data(CREATE, json!({})).await;

        let aside = folder.path().join("aside");
        std::fs::rename(&path, &aside).unwrap();
        if replaces {
            std::fs::copy(&aside, &path).unwrap();
        }
        // At once, before anything looked for the file.
        let refused = admin.errors(CREATE, json!({})).await;
        ready(&app.store, false).await;
        let later = admin.errors(CREATE, json!({})).await;
        std::fs::rename(&aside, &path).unwrap();
        ready(&app.store, true).await;

        assert!(refused.starts_with("UNAVAILABLE createContact: "), "{refused}");
        assert!(later.starts_with("UNAVAILABLE createContact: "), "{later}");
        admin.data(CREATE, json!({})).await;
        assert_eq!(count(&admin.data(COUNT, json!({})).await), 2);
    }
}

/// Whether a request still waits for the database before it is refused.
async fn admin_waits(admin: &TestCaller<'_>) -> bool {
    let began = Instant::now();
    admin.errors(COUNT, json!({})).await;
    began.elapsed() > Duration::from_secs(1)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_outage_of_postgres_is_answered_at_once_and_survived_by_subscriptions() {
    let server = OwnServer::start();
    let app = TestApp::of_server(&server).await;
    let admin = app.admin().await;
    admin.data(CREATE, json!({})).await;
    let cursor = admin.data("{ changes { nodes { cursor } } }", json!({})).await;
    let cursor = cursor["changes"]["nodes"][0]["cursor"].clone();
    let follow = "subscription ($after: String) { changes(after: $after) { entityId } }";
    let mut events = admin.follow(follow, json!({ "after": cursor }));
    admin.data(CREATE, json!({})).await;
    events.change().await;

    for hangs in [false, true] {
        if hangs {
            server.signal("STOP");
        } else {
            server.stop();
        }
        let began = Instant::now();
        ready(&app.store, false).await;
        assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
        // A server that hangs is first waited for.
        let began = Instant::now();
        while app.store.system().is_ready().await || admin_waits(&admin).await {
            assert!(began.elapsed() < SOON, "the outage is not known");
        }
        for query in [COUNT, CREATE, COUNT] {
            let began = Instant::now();
            let errors = admin.errors(query, json!({})).await;
            assert!(errors.starts_with("UNAVAILABLE "), "{errors}");
            assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
        }
        if hangs {
            server.signal("CONT");
        } else {
            server.start_again();
        }
        ready(&app.store, true).await;
        admin.data(CREATE, json!({})).await;
        events.change().await;
    }
    assert_eq!(count(&admin.data(COUNT, json!({})).await), 4);
}
