//! Several servers write at once, and readers come and go.

use std::collections::HashSet;
use std::sync::Arc;

use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{FOLLOW, last_cursor, update};
use crate::support::{TestApp, in_every_order};

const SERVERS: usize = 2;
const WRITERS: usize = 3;
const CONTACTS: usize = 25;
/// Each contact is made and changed.
const CHANGES: usize = SERVERS * WRITERS * CONTACTS * 2;
const READERS: u64 = 3;

/// Reads everything, leaving and coming back after a few changes each time, to one server or the other.
async fn read(
    servers: Arc<Vec<TestApp>>,
    caller: external_contacts::auth::Caller,
    cursor: Value,
    seed: u64,
) -> Vec<Value> {
    let mut chance = fastrand::Rng::with_seed(seed);
    let (mut after, mut all) = (cursor, Vec::new());
    while all.len() < CHANGES {
        let server = &servers[chance.usize(..servers.len())];
        let reader = server.caller_over_own_store(caller.clone());
        let mut events = reader.follow(FOLLOW, json!({ "after": after }));
        let some = chance.usize(1..40).min(CHANGES - all.len());
        let changes = events.changes(some).await;
        after = changes[changes.len() - 1]["cursor"].clone();
        all.extend(changes);
    }
    all
}

in_every_order! {
    async fn nothing_is_lost_or_repeated_while_two_servers_write(app: &TestApp) {
        let admin = app.admin().await;
        admin.contact("First").await;
        let cursor = last_cursor(&admin, 1).await;
        let mut servers = Vec::new();
        for _ in 0..SERVERS {
            servers.push(app.again().await);
        }
        let servers = Arc::new(servers);

        let mut readers = JoinSet::new();
        for seed in 0..READERS {
            readers.spawn(read(servers.clone(), admin.caller.clone(), cursor.clone(), seed));
        }
        let mut writers = JoinSet::new();
        for number in 0..SERVERS * WRITERS {
            let (servers, caller) = (servers.clone(), admin.caller.clone());
            writers.spawn(async move {
                let writer = servers[number % SERVERS].caller_over_own_store(caller);
                for nth in 0..CONTACTS {
                    let id = writer.contact(&format!("Nr {number} {nth}")).await;
                    update(&writer, json!({ "id": id, "title": "Engineer" })).await;
                }
            });
        }
        writers.join_all().await;
        let read = readers.join_all().await;

        let told = |changes: &[Value]| -> Vec<(String, i64)> {
            let one = |change: &Value| (change["entityId"].to_string(), change["version"].as_i64().unwrap());
            changes.iter().map(one).collect()
        };
        let first = told(&read[0]);
        let distinct: HashSet<_> = first.iter().collect();
        assert_eq!(distinct.len(), CHANGES, "something came twice, and something else not at all");
        for other in &read[1..] {
            assert_eq!(told(other), first, "not all saw the same order");
        }
        // Of each contact, being made comes before being changed.
        let mut made = HashSet::new();
        for (id, version) in &first {
            assert!(if *version == 1 { made.insert(id) } else { made.contains(id) }, "{id} {version}");
        }
    }
}
