//! The order of changes: those of one record appear in the order of its versions.

use std::collections::HashMap;
use std::sync::Arc;

use external_contacts::auth::Caller;
use external_contacts::id::ContactId;
use external_contacts::model::Contact;
use external_contacts::store::Tenant;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{FOLLOW, delete_contact, last_cursor, note, settled};
use crate::support::{TestApp, TestCaller, in_every_order};

const CREATE_RELATIONSHIP: &str = "mutation ($input: CreateRelationshipInput!) {
    createRelationship(input: $input) { userErrors { code } } }";
const WRITERS: u64 = 16;
const ROUNDS: usize = 12;
/// The changes before the writers begin.
const MADE: usize = 11;

async fn rename(tenant: &Tenant, id: ContactId, name: &str) {
    let mut tx = tenant.begin(None).await.unwrap();
    let contact: Contact = tx.find_locked(id).await.unwrap().unwrap();
    let mut renamed = contact.clone();
    renamed.last_name = Some(name.to_owned());
    let done = tx.update(&contact, renamed).await.map(drop);
    tx.end(done).await.unwrap();
}

/// The kind of interleaving that a number taken at the beginning gets wrong: the transaction that begins first comes last.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transaction_that_waited_for_a_record_comes_after_the_one_it_waited_for() {
    let app = TestApp::on_postgres().await;
    let admin = app.admin().await;
    let id = admin.contact("Version 1").await;
    let other = admin.contact("Other").await;
    let cursor = last_cursor(&admin, 2).await;
    let contact_id: ContactId = id.as_str().unwrap().parse().unwrap();
    let other_id: ContactId = other.as_str().unwrap().parse().unwrap();

    // The lock of another record gives the first transaction its number.
    let mut first = app.tenant.begin(None).await.unwrap();
    let _: Option<Contact> = first.find_locked(other_id).await.unwrap();
    // Three transactions with later numbers change the record, each after the one before.
    for version in 2..5 {
        rename(&app.tenant, contact_id, &format!("Version {version}")).await;
    }
    let before: Contact = first.find_locked(contact_id).await.unwrap().unwrap();
    let mut after = before.clone();
    after.last_name = Some("Version 5".to_owned());
    let done = first.update(&before, after).await.map(drop);
    first.end(done).await.unwrap();
    let mut tx = app.tenant.begin(None).await.unwrap();
    let contact: Contact = tx.find_locked(contact_id).await.unwrap().unwrap();
    let done = tx.delete_contacts(std::slice::from_ref(&contact)).await.map(drop);
    tx.end(done).await.unwrap();

    let read = settled(&admin, "", "version action entityId", 7).await;
    let seen: Vec<_> = read.iter().filter(|change| change["entityId"] == id).collect();
    let versions: Vec<_> = seen
        .iter()
        .map(|change| change["version"].as_i64().unwrap())
        .collect();
    assert_eq!(versions, [1, 2, 3, 4, 5, 5]);
    assert_eq!(seen[5]["action"], "DELETED");
    let mut events = admin.follow(FOLLOW, json!({ "after": cursor }));
    let followed: Vec<_> = events.changes(5).await;
    let followed: Vec<_> = followed
        .iter()
        .map(|change| change["version"].as_i64().unwrap())
        .collect();
    assert_eq!(followed, [2, 3, 4, 5, 5]);
}

/// The records that all writers change.
struct Records {
    contacts: Vec<Value>,
    organizations: Vec<Value>,
    users: Vec<Value>,
    notes: Vec<Value>,
}

impl Records {
    async fn made_by(admin: &TestCaller<'_>) -> Self {
        let (mut contacts, mut notes) = (Vec::new(), Vec::new());
        for name in ["Ada", "Grace", "Emmy"] {
            let contact = admin.contact(name).await;
            notes.push(note(admin, json!({ "subjectId": contact, "text": "First" })).await);
            contacts.push(contact);
        }
        let organizations = vec![
            admin.organization("Acme").await,
            admin.organization("Initech").await,
        ];
        let users = vec![admin.user("ann").await, admin.user("ben").await];
        for organization in &organizations {
            let input = json!({ "userId": users[0], "organizationId": organization, "type": "Owner" });
            admin.done(CREATE_RELATIONSHIP, input).await;
        }
        Self {
            contacts,
            organizations,
            users,
            notes,
        }
    }

    /// One random change. It may be refused: another writer may have come first.
    async fn change(&self, writer: &TestCaller<'_>, chance: &mut fastrand::Rng) {
        let word = format!("Word {}", chance.u16(..));
        let contact = &self.contacts[chance.usize(..self.contacts.len())];
        let organization = &self.organizations[chance.usize(..self.organizations.len())];
        let query = |mutation: &str, input: &str| {
            format!("mutation ($input: {input}!) {{ {mutation}(input: $input) {{ userErrors {{ code }} }} }}")
        };
        let (query, input) = match chance.u8(..6) {
            0 => (
                query("updateContact", "UpdateContactInput"),
                json!({ "id": contact, "title": word }),
            ),
            1 => {
                let input = json!({ "id": contact, "organizationId": organization });
                (query("updateContact", "UpdateContactInput"), input)
            }
            2 => {
                let input = json!({ "id": organization, "industry": word });
                (query("updateOrganization", "UpdateOrganizationInput"), input)
            }
            3 => {
                let note = &self.notes[chance.usize(..self.notes.len())];
                (
                    query("updateNote", "UpdateNoteInput"),
                    json!({ "id": note, "text": word }),
                )
            }
            4 => {
                let from = chance.usize(..2);
                let input = json!({ "fromUserId": self.users[from], "toUserId": self.users[1 - from] });
                (
                    query("transferRelationships", "TransferRelationshipsInput"),
                    input,
                )
            }
            _ => {
                let input = json!({ "subjectId": contact, "text": word });
                (query("createNote", "CreateNoteInput"), input)
            }
        };
        let answer = writer.run(&query, json!({ "input": input })).await;
        assert_eq!(answer.get("errors"), None, "{answer}");
    }
}

const PAGE: &str = "query ($after: String) { changes(first: 5, after: $after) {
    nodes { cursor entityId version action } pageInfo { hasNextPage } } }";

/// Reads the feed to its end, again and again, until this record is deleted.
pub async fn read(server: Arc<TestApp>, caller: Caller, last: Value) -> Vec<Value> {
    let reader = server.caller_over_own_store(caller);
    let mut all: Vec<Value> = Vec::new();
    loop {
        let after = all.last().map(|change| change["cursor"].clone());
        let mut data = reader.data(PAGE, json!({ "after": after })).await;
        let nodes = data["changes"]["nodes"].take();
        let nodes = nodes.as_array().unwrap();
        all.extend(nodes.iter().cloned());
        let is_last = |change: &Value| change["entityId"] == last && change["action"] == "DELETED";
        if all.last().is_some_and(is_last) {
            return all;
        }
    }
}

/// The versions of each record, in the order of the feed.
fn versions(changes: &[Value]) -> HashMap<String, Vec<(i64, String)>> {
    let mut versions: HashMap<_, Vec<_>> = HashMap::new();
    for change in changes {
        let version = (change["version"].as_i64().unwrap(), change["action"].to_string());
        versions
            .entry(change["entityId"].to_string())
            .or_default()
            .push(version);
    }
    versions
}

in_every_order! {
    async fn versions_ascend_however_many_write(app: &TestApp) {
        let admin = app.admin().await;
        let records = Arc::new(Records::made_by(&admin).await);
        let servers = [Arc::new(app.again().await), Arc::new(app.again().await)];
        let last = admin.contact("Last").await;
        let reader = tokio::spawn(read(servers[0].clone(), admin.caller.clone(), last.clone()));
        let mut events = admin.follow(FOLLOW, json!({ "after": last_cursor(&admin, MADE).await }));

        let mut writers = JoinSet::new();
        for seed in 0..WRITERS {
            let server = servers[usize::from(seed % 2 == 0)].clone();
            let (records, caller) = (records.clone(), admin.caller.clone());
            writers.spawn(async move {
                let writer = server.caller_over_own_store(caller);
                let mut chance = fastrand::Rng::with_seed(seed);
                for _ in 0..ROUNDS {
                    records.change(&writer, &mut chance).await;
                }
            });
        }
        writers.join_all().await;
        for contact in &records.contacts {
            delete_contact(&admin, contact).await;
        }
        delete_contact(&admin, &last).await;

        let meanwhile = reader.await.unwrap();
        let afterwards = settled(&admin, "", "cursor entityId version action", meanwhile.len()).await;
        assert_eq!(meanwhile, afterwards, "a reader skipped something, or saw another order");
        let followed = events.changes(afterwards.len() - MADE).await;
        for (change, followed) in afterwards[MADE..].iter().zip(&followed) {
            assert_eq!(change["cursor"], followed["cursor"]);
        }
        for (record, versions) in versions(&afterwards) {
            for (place, (version, action)) in versions.iter().enumerate() {
                let is_end = action == "\"DELETED\"" && place == versions.len() - 1;
                let expected = i64::try_from(place).unwrap() + i64::from(!is_end);
                assert_eq!(*version, expected, "{record}: {versions:?}");
            }
        }
    }
}
