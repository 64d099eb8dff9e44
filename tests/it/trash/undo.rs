//! Generated histories of deletions, each of them undone: every table is as it was before.

use std::collections::BTreeSet;

use fastrand::Rng;
use serde_json::{Value, json};

use super::UPDATE_ORGANIZATION;
use crate::support::operations::{CREATE_CONTACT, RECORD_INTERACTION, UPDATE_CONTACT};
use crate::support::rows::{Rows, rows_of_tenant_without};
use crate::support::{TestApp, TestCaller, on_both_engines};

/// The columns of every record that a restoration changes.
const CHANGED: [&str; 3] = ["version", "updated_at", "updated_by"];

/// The records of a tenant, as far as they can be deleted.
pub struct World {
    pub organizations: Vec<Value>,
    pub contacts: Vec<Value>,
    others: Vec<Value>,
}

impl World {
    pub async fn made_by(admin: &TestCaller<'_>, rng: &mut Rng) -> Self {
        let mut world = Self {
            organizations: Vec::new(),
            contacts: Vec::new(),
            others: Vec::new(),
        };
        let users = [admin.user("ada").await, admin.user("ben").await];
        for place in 0..4 {
            let organization = admin.organization(&format!("Company {place}")).await;
            world.others.push(
                admin
                    .relationship(&users[place % 2], &organization, "Owner")
                    .await,
            );
            world
                .others
                .push(admin.note(&organization, &format!("About company {place}")).await);
            world.organizations.push(organization);
        }
        for place in 0..10 {
            let employer = rng.choice(&world.organizations).filter(|_| rng.u8(0..5) > 0);
            let input = json!({
                "firstName": format!("Person{place}"), "lastName": rng.choice(["Lovelace", "Babbage"]),
                "organizationId": employer, "tags": ["vip"], "title": "Engineer",
                "externalIds": [{ "source": "crm", "value": place.to_string() }],
                "phoneNumbers": [{ "input": format!("+120255501{place:02}") }],
                "emailAddresses": [{ "address": format!("p{place}@example.com"), "primary": true }],
                "socialHandles": [{ "network": "LINKEDIN", "handle": format!("p{place}") }],
                "addresses": [{ "city": "London", "countryCode": "GB" }],
                "surveyOptOut": place % 2 == 0, "externalSystemUrl": "https://crm.example.com/7",
            });
            let contact = admin.done(CREATE_CONTACT, input).await["contact"]["id"].take();
            let call = json!({ "mediaType": "CALL", "direction": "INBOUND", "startedAt": "2026-03-01T12:00:00Z",
                "contactId": contact, "organizationId": employer });
            admin.done(RECORD_INTERACTION, call).await;
            world
                .others
                .push(admin.note(&contact, &format!("About person {place}")).await);
            if let Some(employer) = employer.filter(|_| rng.bool()) {
                let leads = json!({ "id": employer, "primaryContactId": contact, "tags": ["key account"],
                    "externalIds": [{ "source": "erp", "value": employer }],
                    "phoneNumber": { "input": "+12025550199" }, "annualRevenue": { "amount": "10.5", "currency": "EUR" },
                    "websites": ["https://example.com"], "address": { "city": "Oslo", "countryCode": "NO" },
                    "tickers": [{ "symbol": "ENG", "exchange": "LSE" }], "employeeCount": 7 });
                admin.done(UPDATE_ORGANIZATION, leads).await;
            }
            world.contacts.push(contact);
        }
        world
    }

    pub fn all(&self) -> impl Iterator<Item = &Value> {
        self.organizations
            .iter()
            .chain(&self.contacts)
            .chain(&self.others)
    }
}

/// The rows of every table that a restoration brings back.
pub async fn rows(app: &TestApp) -> Rows {
    app.store.system().settle_references().await.unwrap();
    let mut rows = rows_of_tenant_without(app, &app.tenant, &CHANGED).await;
    rows.retain(|table, _| table != "changes");
    rows
}

/// Deletes some records, one after the other, and returns them in this order.
async fn deletions(admin: &TestCaller<'_>, world: &World, rng: &mut Rng) -> Vec<Value> {
    let mut left: Vec<&Value> = world.all().collect();
    rng.shuffle(&mut left);
    let mut deleted = Vec::new();
    for id in left.into_iter().take(rng.usize(3..14)) {
        let exists = admin
            .data("query ($id: ID!) { node(id: $id) { id } }", json!({ "id": id }))
            .await;
        if exists["node"] != Value::Null {
            admin.delete(id).await;
            deleted.push(id.clone());
        }
    }
    deleted
}

async fn exact(app: &TestApp, seed: u64) {
    let mut rng = Rng::with_seed(seed);
    let admin = app.admin().await;
    let world = World::made_by(&admin, &mut rng).await;
    let before = rows(app).await;
    for round in 0..8 {
        let deleted = deletions(&admin, &world, &mut rng).await;
        let between = rows(app).await;
        assert_ne!(before, between);
        assert_eq!(between["interactions"], before["interactions"]);
        for id in deleted.iter().rev() {
            if rng.u8(0..3) == 0 {
                app.store.system().settle_references().await.unwrap();
            }
            let restored = admin.restore(id).await;
            let none = json!([]);
            assert_eq!(
                restored.get("lost").unwrap_or(&none),
                &none,
                "round {round}: {id}"
            );
        }
        let after = rows(app).await;
        for (table, rows) in &before {
            assert_eq!(rows, &after[table], "round {round} of {seed}: {table}");
        }
    }
}

/// Undoes deletions in any order, between other changes: what returns is what was deleted, apart from what is told.
async fn told(app: &TestApp, seed: u64) {
    let mut rng = Rng::with_seed(seed);
    let admin = app.admin().await;
    let world = World::made_by(&admin, &mut rng).await;
    for round in 0..6 {
        let mut deleted = deletions(&admin, &world, &mut rng).await;
        for number in 0..3 {
            let taken = json!({ "lastName": format!("Taker {round} {number}"),
                "externalIds": [{ "source": "crm", "value": rng.usize(0..10).to_string() }] });
            admin.payload(CREATE_CONTACT, taken).await;
            let (contact, employer) = (rng.choice(&world.contacts), rng.choice(&world.organizations));
            admin
                .payload(
                    UPDATE_CONTACT,
                    json!({ "id": contact, "organizationId": employer }),
                )
                .await;
        }
        rng.shuffle(&mut deleted);
        let mut waiting: Vec<Value> = deleted;
        // A part can only return once its record is there.
        while !waiting.is_empty() {
            let mut refused = Vec::new();
            let count = waiting.len();
            for id in waiting {
                let refusal = admin.payload(super::restoration(&id), json!({ "id": id })).await;
                if refusal["userErrors"] == json!([]) {
                    continue;
                }
                let message = refusal["userErrors"][0]["message"].as_str().unwrap();
                assert!(message.contains("restore that"), "{id}: {message}");
                refused.push(id);
            }
            assert!(refused.len() < count, "{refused:?}");
            waiting = refused;
        }
        app.store.system().settle_references().await.unwrap();
        assert_eq!(admin.trash().await, Vec::<Value>::new());
        assert_all_there(&admin, &world).await;
    }
}

/// Asserts that every record exists, and that no two contacts have an external id.
async fn assert_all_there(admin: &TestCaller<'_>, world: &World) {
    let ids: Vec<&Value> = world.all().collect();
    let found = admin
        .data(
            "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }",
            json!({ "ids": ids }),
        )
        .await;
    let found: Vec<&Value> = found["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| &node["id"])
        .collect();
    assert_eq!(found, ids);
    let query = "{ contacts(first: 100) { nodes { externalIds { value } organization { id } } }
        organizations { nodes { id primaryContact { organization { id } } } } }";
    let data = admin.data(query, json!({})).await;
    let contacts = data["contacts"]["nodes"].as_array().unwrap();
    let keys: Vec<&str> = contacts
        .iter()
        .flat_map(|contact| contact["externalIds"].as_array().unwrap())
        .map(|key| key["value"].as_str().unwrap())
        .collect();
    assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), keys.len(), "{keys:?}");
    for organization in data["organizations"]["nodes"].as_array().unwrap() {
        let employer = &organization["primaryContact"]["organization"]["id"];
        assert!(
            employer.is_null() || *employer == organization["id"],
            "{organization}"
        );
    }
}

on_both_engines! {
    async fn a_history_of_deletions_is_undone_exactly(app: &TestApp) {
        for seed in [5, 6] {
            exact(app, seed).await;
            purge_all(app).await;
        }
    }

    async fn what_changed_between_is_told(app: &TestApp) {
        told(app, 7).await;
    }
}

/// Deletes every record for good, so that another history begins.
pub async fn purge_all(app: &TestApp) {
    let admin = app.admin().await;
    for kind in ["contacts", "organizations"] {
        let data = admin
            .data(
                &format!("{{ {kind}(first: 100) {{ nodes {{ id }} }} }}"),
                json!({}),
            )
            .await;
        for node in data[kind]["nodes"].as_array().unwrap() {
            admin.delete(&node["id"]).await;
        }
    }
    let trash = admin.trash().await;
    admin.done(super::PURGE, json!({ "ids": trash })).await;
}
