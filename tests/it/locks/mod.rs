//! Mutations at the same time: none needs a second attempt, and an upsert is never refused because another came first.

mod pairs;

use std::sync::Arc;

use external_contacts::auth::Caller;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use self::pairs::{MUTATIONS, Records};
use crate::support::{TestApp, TestCaller, on_both_engines};

const AT_ONCE: usize = 16;

/// Makes the input of one of many upserts of a key.
type Upsert = fn(usize, &Value) -> Value;

/// The document of a mutation.
fn document(mutation: &str) -> String {
    let (first, rest) = mutation.split_at(1);
    let input = format!("{}{rest}Input", first.to_uppercase());
    let created = if mutation.starts_with("upsert") && !mutation.ends_with('s') {
        "created"
    } else {
        ""
    };
    format!(
        "mutation ($input: {input}!) {{ {mutation}(input: $input) {{ {created} userErrors {{ code message }} }} }}"
    )
}

async fn run(caller: &TestCaller<'_>, mutation: &str, input: Value) -> Value {
    let mut answer = caller.run(&document(mutation), json!({ "input": input })).await;
    assert_eq!(answer.get("errors"), None, "{mutation} {input}: {answer}");
    answer["data"][mutation].take()
}

/// Runs mutations at once, half of them on either server, and returns their payloads.
async fn at_once(
    servers: &[Arc<TestApp>],
    caller: &Caller,
    mutations: Vec<(&'static str, Value)>,
) -> Vec<Value> {
    let mut running = JoinSet::new();
    for (place, (mutation, input)) in mutations.into_iter().enumerate() {
        let server = servers[place % servers.len()].clone();
        let caller = caller.clone();
        running.spawn(async move { run(&server.caller_over_own_store(caller), mutation, input).await });
    }
    running.join_all().await
}

async fn two_servers(app: &TestApp) -> Vec<Arc<TestApp>> {
    vec![Arc::new(app.again().await), Arc::new(app.again().await)]
}

fn contended(servers: &[Arc<TestApp>]) -> u64 {
    servers.iter().map(|server| server.store.contended()).sum()
}

on_both_engines! {
    async fn of_many_upserts_of_one_key_one_creates_and_the_others_update(app: &TestApp) {
        let admin = app.admin().await;
        let servers = two_servers(app).await;
        let key = json!({ "source": "crm", "value": "7" });
        let upserts: [(&str, Upsert); 8] = [
            ("upsertContact", |n, _| json!({ "key": { "emailAddress": "ada@engines.example" }, "lastName": format!("Nr {n}") })),
            ("upsertContact", |n, _| json!({ "key": { "phoneNumber": "+13175550100" }, "lastName": format!("Nr {n}") })),
            ("upsertContact", |n, _| json!({ "key": { "socialHandle": { "network": "X", "handle": "ada" } }, "lastName": format!("Nr {n}") })),
            ("upsertOrganization", |n, _| json!({ "key": { "domain": "engines.example" }, "name": format!("Nr {n}") })),
            ("upsertContact", |n, key| json!({ "key": { "externalId": key }, "lastName": format!("Nr {n}") })),
            ("upsertOrganization", |n, key| json!({ "key": { "externalId": key }, "name": format!("Nr {n}") })),
            ("upsertUser", |n, _| json!({ "subject": "ada", "title": format!("Nr {n}") })),
            ("recordInteraction", |n, _| json!({
                "externalId": "call-7", "mediaType": "CALL", "direction": "INBOUND",
                "startedAt": "2026-03-01T12:00:00Z", "subjectLine": format!("Nr {n}"),
            })),
        ];
        for (mutation, input) in upserts {
            let mutations = (0..AT_ONCE).map(|n| (mutation, input(n, &key))).collect();
            let payloads = at_once(&servers, &admin.caller, mutations).await;
            for payload in &payloads {
                assert_eq!(payload["userErrors"], json!([]), "{mutation}");
            }
            if mutation.starts_with("upsert") {
                let created = payloads.iter().filter(|payload| payload["created"] == true).count();
                assert_eq!(created, 1, "{mutation}: {payloads:?}");
            }
        }
        let data = admin.data("{ contactBy(key: { externalId: { source: \"crm\", value: \"7\" } }) { version } }", json!({})).await;
        assert_eq!(data["contactBy"]["version"], AT_ONCE, "each upsert is a version");
        assert_eq!(contended(&servers), 0);
    }
}

/// The number of tests that share the pairs.
const SHARES: usize = 4;

/// Runs each of a share of the pairs of mutations at once.
async fn run_pairs(share: usize) {
    let app = TestApp::on_postgres().await;
    let admin = app.admin().await;
    let servers = two_servers(&app).await;
    let mut chance = fastrand::Rng::with_seed(16 + share as u64);
    let mut before = 0;
    let pairs = MUTATIONS
        .iter()
        .enumerate()
        .flat_map(|(place, one)| MUTATIONS[place..].iter().map(move |other| (one, other)));
    for (one, other) in pairs.skip(share).step_by(SHARES) {
        let records = Records::made_by(&admin).await;
        let mutations = (0..AT_ONCE)
            .map(|n| {
                let (mutation, make) = if n % 4 < 2 { one } else { other };
                (*mutation, make(&records, &mut chance))
            })
            .collect();
        at_once(&servers, &admin.caller, mutations).await;
        let after = contended(&servers);
        assert_eq!(after, before, "{} beside {}", one.0, other.0);
        before = after;
    }
}

macro_rules! no_pair_of_mutations_is_in_each_others_way {
    ($($name:ident: $share:literal;)*) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $name() {
            run_pairs($share).await;
        }
    )*};
}

no_pair_of_mutations_is_in_each_others_way! {
    no_pair_is_in_each_others_way_in_the_first_share: 0;
    no_pair_is_in_each_others_way_in_the_second_share: 1;
    no_pair_is_in_each_others_way_in_the_third_share: 2;
    no_pair_is_in_each_others_way_in_the_fourth_share: 3;
}
