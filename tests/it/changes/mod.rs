//! Changes: their records, the history, and the subscription that follows them.

mod epoch;
mod feed;
mod history;
mod limit;
mod order;
pub mod overlap;
mod record;
mod restart;
mod writers;

use external_contacts::id::ContactId;
use external_contacts::model::{Contact, ContactChanges, Patch, Record, Region};
use external_contacts::store::Tx;
use serde_json::{Value, json};

use crate::support::operations::{DELETE_CONTACT, UPDATE_CONTACT};
use crate::support::{SOON, TestCaller};

/// Everything about a change that is not its place.
const CHANGE: &str =
    "action kind entityId version changedAt changedBy { name } changedFields fields { field before after }";

/// Follows the names and cursors of what is changed.
pub const FOLLOW: &str = "subscription ($entities: [EntityKind!], $contactId: ID, $organizationId: ID, $after: String) {
    changes(entities: $entities, contactId: $contactId, organizationId: $organizationId, after: $after) {
        cursor action kind entityId version
        entity { __typename ... on Contact { lastName } ... on Organization { name } ... on Note { text } } } }";

/// Updates a contact.
async fn update(caller: &TestCaller<'_>, input: Value) {
    caller.done(UPDATE_CONTACT, input).await;
}

/// Writes a note.
async fn note(caller: &TestCaller<'_>, input: Value) -> Value {
    let query = "mutation ($input: CreateNoteInput!) {
        createNote(input: $input) { note { id } userErrors { message } } }";
    caller.done(query, input).await["note"]["id"].take()
}

/// Deletes a contact, and says that it must not be refused.
async fn delete_contact(caller: &TestCaller<'_>, id: &Value) {
    caller.done(DELETE_CONTACT, json!({ "id": id })).await;
}

/// All changes there are, page by page; there must be this many, as soon as those who write at the same time are done.
pub async fn settled(caller: &TestCaller<'_>, args: &str, fields: &str, count: usize) -> Vec<Value> {
    let ask = async {
        loop {
            let all = pages(caller, args, fields).await;
            if all.len() >= count {
                return all;
            }
        }
    };
    let all = tokio::time::timeout(SOON, ask).await.expect("all are told soon");
    assert_eq!(all.len(), count, "{all:#?}");
    all
}

async fn pages(caller: &TestCaller<'_>, args: &str, fields: &str) -> Vec<Value> {
    let query = format!(
        "query ($after: String) {{ changes(first: 7, after: $after {args}) {{
            nodes {{ {fields} }} pageInfo {{ hasNextPage endCursor }} }} }}"
    );
    let (mut all, mut after) = (Vec::new(), Value::Null);
    loop {
        let data = caller.data(&query, json!({ "after": after })).await;
        let page = &data["changes"];
        all.extend(page["nodes"].as_array().unwrap().iter().cloned());
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == false {
            return all;
        }
    }
}

/// The cursor of the last change, once there are this many.
pub async fn last_cursor(caller: &TestCaller<'_>, count: usize) -> Value {
    let all = settled(caller, "", "cursor", count).await;
    all.last().expect("there is one")["cursor"].clone()
}

/// A new contact of this name, which no mutation made.
fn named(tx: &Tx, name: &str) -> Contact {
    let mut contact = Contact::new(ContactId::new(tx.new_id()), Record::new(tx.now(), None));
    let fields = ContactChanges {
        last_name: Patch::Set(name.to_owned()),
        ..ContactChanges::default()
    };
    fields.apply(&mut contact, &Region::default()).unwrap();
    contact
}
