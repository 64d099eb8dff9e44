//! Transactions that overlap: those that begin first do not commit first.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use external_contacts::error::Error;
use external_contacts::store::Tenant;
use serde_json::json;
use tokio::task::JoinSet;

use super::order::read;
use super::{FOLLOW, delete_contact, last_cursor, named};
use crate::support::TestApp;

const WRITERS: u64 = 8;
/// The fewest contacts that each writer makes.
const LEAST: usize = 15;
/// The longest that a transaction is open after it wrote, in milliseconds.
const LONGEST_PAUSE: u64 = 40;

/// Makes contacts in transactions that stay open for random times, until `is_over`. Returns their ids.
async fn write(tenant: Tenant, seed: u64, is_over: Arc<AtomicBool>) -> Vec<String> {
    let mut chance = fastrand::Rng::with_seed(seed);
    let mut written = Vec::new();
    while written.len() < LEAST || !is_over.load(Ordering::SeqCst) {
        let mut tx = tenant.begin(None).await.unwrap();
        let contact = named(&tx, &format!("Nr {seed} {}", written.len()));
        let done = tx.insert(&contact).await;
        tokio::time::sleep(Duration::from_millis(chance.u64(..LONGEST_PAUSE))).await;
        match tx.end(done).await {
            Ok(()) => written.push(contact.id.to_string()),
            // The program tries again.
            Err(Error::Contended) => {}
            Err(error) => panic!("a write failed: {error:?}"),
        }
    }
    written
}

/// Writes until `meanwhile` has ended. Everything that was written is then read once, and in the same order, by one who pages
/// through the changes and by one who follows them.
pub async fn overlap(app: &TestApp, meanwhile: impl Future<Output = ()>) {
    let admin = app.admin().await;
    let last = admin.contact("Last").await;
    let cursor = last_cursor(&admin, 1).await;
    let reader = Arc::new(app.again().await);
    let reader = tokio::spawn(read(reader, admin.caller.clone(), last.clone()));
    let mut events = admin.follow(FOLLOW, json!({ "after": cursor }));
    let is_over = Arc::new(AtomicBool::new(false));
    let mut writers = JoinSet::new();
    for seed in 0..WRITERS {
        writers.spawn(write(app.tenant.clone(), seed, is_over.clone()));
    }
    meanwhile.await;
    is_over.store(true, Ordering::SeqCst);
    let written = writers.join_all().await.concat();
    delete_contact(&admin, &last).await;

    let paged = reader.await.unwrap();
    let followed = events.changes(written.len() + 1).await;
    let cursors = |changes: &[serde_json::Value]| -> Vec<serde_json::Value> {
        changes.iter().map(|change| change["cursor"].clone()).collect()
    };
    assert_eq!(cursors(&paged[1..]), cursors(&followed));
    let mut read: Vec<&str> = paged[1..paged.len() - 1]
        .iter()
        .map(|change| change["entityId"].as_str().unwrap())
        .collect();
    assert_eq!(read.len(), written.len());
    assert_eq!(read.iter().collect::<HashSet<_>>().len(), written.len());
    read.sort_unstable();
    let mut written: Vec<&str> = written.iter().map(String::as_str).collect();
    written.sort_unstable();
    assert_eq!(read, written);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_on_postgres() {
    overlap(&TestApp::on_postgres().await, async {}).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_where_changes_are_numbered_for_each_tenant() {
    overlap(&TestApp::numbering_changes().await, async {}).await;
}
