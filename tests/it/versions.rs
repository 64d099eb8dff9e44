//! Updates with `expectedVersion` by many clients at once, over two servers: none is lost, and the history of the record
//! is linearizable.

use std::collections::BTreeMap;
use std::time::Instant;

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::operations::CREATE_CONTACT;
use crate::support::{TestCaller, on_both_engines};

const CLIENTS: usize = 16;
/// The updates that each client tries.
const TRIES: usize = 8;

const READ: &str = "query ($id: ID!) { contact(id: $id) { version title } }";
const UPDATE: &str = "mutation ($input: UpdateContactInput!) {
    updateContact(input: $input) { contact { version title } userErrors { code } } }";

/// An operation that a client saw the end of, with the version and the title that it returned.
struct Seen {
    began: Instant,
    ended: Instant,
    version: i64,
    title: String,
    is_write: bool,
}

on_both_engines! {
    async fn each_accepted_update_makes_one_version_and_each_read_lies_between(app: &TestApp) {
        let other = app.again().await;
        let admin = app.admin().await;
        let made = admin.done(CREATE_CONTACT, json!({ "lastName": "Lovelace", "title": "first" })).await;
        let id = made["contact"]["id"].clone();

        let clients = (0..CLIENTS).map(|number| {
            let (server, id) = (if number % 2 == 0 { app } else { &other }, id.clone());
            async move { client(&server.admin().await, number, &id).await }
        });
        let histories = join_all(clients).await;

        let seen: Vec<&Seen> = histories.iter().flatten().collect();
        check(&seen);
        for history in &histories {
            assert!(history.is_sorted_by_key(|seen| seen.version), "a client went back in time");
        }
    }
}

/// Reads and updates in turns; an update expects the version that was just read.
async fn client(caller: &TestCaller<'_>, number: usize, id: &Value) -> Vec<Seen> {
    let mut history = Vec::new();
    for attempt in 0..TRIES {
        let began = Instant::now();
        let read = caller.data(READ, json!({ "id": id })).await;
        history.push(seen(began, &read["contact"], false));
        let title = format!("{number} {attempt}");
        let input = json!({ "id": id, "expectedVersion": read["contact"]["version"], "title": title });
        let began = Instant::now();
        let payload = caller.payload(UPDATE, input).await;
        match payload["userErrors"][0]["code"].as_str() {
            None => history.push(seen(began, &payload["contact"], true)),
            Some(code) => assert_eq!(code, "VERSION_CONFLICT"),
        }
    }
    history
}

fn seen(began: Instant, contact: &Value, is_write: bool) -> Seen {
    Seen {
        began,
        ended: Instant::now(),
        version: contact["version"].as_i64().unwrap(),
        title: contact["title"].as_str().unwrap().to_owned(),
        is_write,
    }
}

/// With one writer a version, the order of versions is the only possible one: it must agree with time.
fn check(seen: &[&Seen]) {
    let mut titles = BTreeMap::from([(1, "first")]);
    for write in seen.iter().filter(|seen| seen.is_write) {
        let earlier = titles.insert(write.version, &write.title);
        assert_eq!(earlier, None, "two updates made version {}", write.version);
    }
    let versions: Vec<i64> = titles.keys().copied().collect();
    let expected: Vec<i64> = (1..).take(titles.len()).collect();
    assert_eq!(versions, expected, "a version was lost");
    assert!(
        titles.len() > TRIES,
        "hardly anything was written: {}",
        titles.len()
    );
    for one in seen {
        assert_eq!(titles[&one.version], one.title, "version {}", one.version);
        for other in seen.iter().filter(|other| one.ended < other.began) {
            let may_repeat = !other.is_write;
            assert!(
                one.version < other.version || (may_repeat && one.version == other.version),
                "version {} was seen after version {}",
                other.version,
                one.version
            );
        }
    }
}
