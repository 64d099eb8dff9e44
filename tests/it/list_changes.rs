//! Changes to lists, item by item.

use std::sync::Arc;

use external_contacts::auth::Caller;
use insta::assert_snapshot;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::changes::settled;
use crate::support::operations::{CREATE_CONTACT, CREATE_ORGANIZATION, UPSERT_CONTACT};
use crate::support::{TestApp, TestCaller, on_both_engines, refusals};

const UPDATE: &str = "mutation ($input: UpdateContactInput!) { updateContact(input: $input) {
    contact { version tags phoneNumbers { e164 extension label primary } emailAddresses { address }
      socialHandles { network handle } externalIds { source value } } userErrors { code field message recordId } } }";
const UPDATE_ORGANIZATION: &str = "mutation ($input: UpdateOrganizationInput!) { updateOrganization(input: $input) {
    organization { version tags websites externalIds { source value } } userErrors { code field message recordId } } }";
const UPDATE_MANY: &str = "mutation ($input: UpdateContactsInput!) { updateContacts(input: $input) {
    results { contact { tags externalIds { value } } } userErrors { code field message recordId } } }";
const UPSERT_MANY: &str = "mutation ($input: UpsertContactsInput!) { upsertContacts(input: $input) {
    results { contact { tags } } userErrors { code field message recordId } } }";

/// Changes lists of one contact at once, half of the callers on either server.
async fn at_once(app: &TestApp, caller: &Caller, inputs: Vec<Value>) {
    let servers = [Arc::new(app.again().await), Arc::new(app.again().await)];
    let mut running = JoinSet::new();
    for (place, input) in inputs.into_iter().enumerate() {
        let (server, caller) = (servers[place % 2].clone(), caller.clone());
        running.spawn(async move {
            server.caller_over_own_store(caller).done(UPDATE, input).await;
        });
    }
    running.join_all().await;
    let contended: u64 = servers.iter().map(|server| server.store.contended()).sum();
    assert_eq!(contended, 0, "none needs a second attempt");
}

async fn create(admin: &TestCaller<'_>, input: Value) -> Value {
    admin.done(CREATE_CONTACT, input).await["contact"]["id"].take()
}

on_both_engines! {
    async fn two_who_add_a_number_at_the_same_time_both_keep_theirs(app: &TestApp) {
        let admin = app.admin().await;
        let id = create(&admin, json!({ "lastName": "Lovelace", "phoneNumbers": [{ "input": "+13175550100", "primary": true }] })).await;
        let numbers = (1..=8).map(|n| format!("+1317555010{n}"));
        let inputs = numbers.clone().map(|number| json!({ "id": id, "lists": { "addPhoneNumbers": [{ "input": number }] } }));

        at_once(app, &admin.caller, inputs.collect()).await;

        let query = "query ($id: ID!) { contact(id: $id) { version phoneNumbers { e164 } } }";
        let read = admin.data(query, json!({ "id": id })).await;
        let mut kept: Vec<&str> =
            read["contact"]["phoneNumbers"].as_array().unwrap().iter().map(|number| number["e164"].as_str().unwrap()).collect();
        kept.sort_unstable();
        let mut expected: Vec<String> = numbers.collect();
        expected.insert(0, "+13175550100".to_owned());
        assert_eq!(kept, expected);
        assert_eq!(read["contact"]["version"], 9);
    }

    async fn items_of_every_list_of_a_contact_are_added_and_removed(app: &TestApp) {
        let admin = app.admin().await;
        let id = create(&admin, json!({
            "lastName": "Lovelace", "tags": ["vip", "old"],
            "phoneNumbers": [{ "input": "(317) 555-0100", "primary": true, "label": "WORK" }, { "input": "317 555 0101" }],
            "emailAddresses": [{ "address": "ada@engines.example" }],
            "socialHandles": [{ "network": "X", "handle": "Ada" }],
            "externalIds": [{ "source": "crm", "value": "1" }, { "source": "erp", "value": "1" }],
        })).await;

        let changed = admin.done(UPDATE, json!({ "id": id, "lists": {
            "addTags": ["new", "VIP"], "removeTags": ["Old"],
            "addPhoneNumbers": [{ "input": "+1 317 555 0102", "primary": true, "label": "MOBILE" }], "removePhoneNumbers": ["+13175550101"],
            "addEmailAddresses": [{ "address": "ada@home.example" }], "removeEmailAddresses": ["ADA@engines.example"],
            "addSocialHandles": [{ "network": "LINKEDIN", "handle": "ada" }], "removeSocialHandles": [{ "network": "X", "handle": "ada" }],
            "addExternalIds": [{ "source": "crm", "value": "2" }], "removeExternalIds": [{ "source": "crm", "value": "1" }],
        } })).await;

        assert_eq!(changed["contact"], json!({
            "version": 2, "tags": ["vip", "new"],
            "phoneNumbers": [
                { "e164": "+13175550100", "extension": null, "label": "WORK", "primary": false },
                { "e164": "+13175550102", "extension": null, "label": "MOBILE", "primary": true },
            ],
            "emailAddresses": [{ "address": "ada@home.example" }],
            "socialHandles": [{ "network": "LINKEDIN", "handle": "ada" }],
            "externalIds": [{ "source": "erp", "value": "1" }, { "source": "crm", "value": "2" }],
        }));
        let by = "query ($value: String!) { contactBy(key: { externalId: { source: \"crm\", value: $value } }) { id } }";
        assert_eq!(admin.data(by, json!({ "value": "1" })).await["contactBy"], Value::Null);
        assert_eq!(admin.data(by, json!({ "value": "2" })).await["contactBy"]["id"], id);
        let search = "{ search(query: \"ada@home.example\") { nodes { __typename } } }";
        assert_eq!(admin.data(search, json!({})).await["search"]["nodes"].as_array().unwrap().len(), 1);
    }

    async fn a_change_that_changes_nothing_keeps_the_version(app: &TestApp) {
        let admin = app.admin().await;
        let id = create(&admin, json!({ "lastName": "Lovelace", "tags": ["vip"] })).await;

        let kept = admin.done(UPDATE, json!({ "id": id, "lists": {
            "addTags": ["VIP"], "removeTags": ["unknown"], "addPhoneNumbers": [], "removePhoneNumbers": ["+13175550100"],
            "addExternalIds": null, "removeExternalIds": [{ "source": "crm", "value": "1" }] } })).await;
        let none = admin.done(UPDATE, json!({ "id": id, "tags": ["vip"], "lists": { "addTags": [], "removeTags": null } })).await;

        assert_eq!((&kept["contact"]["version"], &none["contact"]["version"]), (&json!(1), &json!(1)));
        assert_eq!(settled(&admin, "entities: [CONTACT]", "action", 1).await, [json!({ "action": "CREATED" })]);
    }

    async fn items_are_refused_where_they_stand(app: &TestApp) {
        let admin = app.admin().await;
        let numbers: Vec<Value> = (0..20).map(|n| json!({ "input": format!("+131755501{n:02}") })).collect();
        let id = create(&admin, json!({ "lastName": "Lovelace", "phoneNumbers": numbers })).await;
        let refused = async |lists: Value, beside: Value| {
            let mut input = beside;
            input["id"] = id.clone();
            input["lists"] = lists;
            let payload = admin.payload(UPDATE, input).await;
            assert_eq!(payload["contact"], Value::Null, "{payload}");
            refusals(&payload)
        };

        let wrong = json!({
            "addTags": ["ok", " "], "addEmailAddresses": [{ "address": "x" }], "removeEmailAddresses": [""],
            "addSocialHandles": [{ "network": "X", "handle": "" }], "removeExternalIds": [{ "source": "crm", "value": " " }],
        });
        assert_snapshot!(refused(wrong, json!({ "title": "x".repeat(1001) })).await, @r"
        INVALID title
        INVALID lists.addTags.1
        INVALID lists.addEmailAddresses.0.address
        INVALID lists.removeEmailAddresses.0
        INVALID lists.addSocialHandles.0.handle
        INVALID lists.removeExternalIds.0.value
        ");
        let whole = json!({ "addTags": ["a"], "removeTags": ["b"], "addPhoneNumbers": [{ "input": "911" }], "removeEmailAddresses": ["x"] });
        assert_snapshot!(refused(whole, json!({ "tags": ["c"], "emailAddresses": null })).await, @r"
        INVALID lists.addTags
        INVALID lists.removeTags
        INVALID lists.removeEmailAddresses
        ");
        let both = json!({ "addTags": ["a"], "removeTags": ["b", "A"] });
        assert_snapshot!(refused(both, json!({})).await, @"INVALID lists.removeTags.1");
        let many = json!({ "addPhoneNumbers": [{ "input": "911" }] });
        assert_snapshot!(refused(many, json!({})).await, @"INVALID lists.addPhoneNumbers");
        let swapped = json!({ "addPhoneNumbers": [{ "input": "911" }], "removePhoneNumbers": ["+13175550100"] });
        let done = admin.done(UPDATE, json!({ "id": id, "lists": swapped })).await;
        assert_eq!(done["contact"]["phoneNumbers"].as_array().unwrap().len(), 20);
    }

    async fn an_external_id_of_another_is_taken_where_it_is_added(app: &TestApp) {
        let admin = app.admin().await;
        let key = |source: &str, value: &str| json!({ "source": source, "value": value });
        let other = create(&admin, json!({ "lastName": "Other", "externalIds": [key("crm", "1"), key("erp", "1")] })).await;
        let ada = create(&admin, json!({ "lastName": "Ada", "externalIds": [key("hr", "1")] })).await;

        let payload = admin.payload(UPDATE, json!({ "id": ada, "lists": { "addExternalIds": [key("web", "1"), key("crm", "1")] } })).await;
        assert_eq!(refusals(&payload), "TAKEN lists.addExternalIds.1");
        assert_eq!(payload["userErrors"][0]["recordId"], other);
        let upsert = json!({ "key": { "externalId": key("hr", "1") }, "lists": { "addExternalIds": [key("erp", "1")] } });
        assert_eq!(refusals(&admin.payload(UPSERT_CONTACT, upsert).await), "TAKEN lists.addExternalIds.0");

        // In a bulk, a key is free once an earlier item removed it.
        let items = json!({ "policy": "EACH", "items": [
            { "id": ada, "lists": { "addExternalIds": [key("web", "1"), key("erp", "1")] } },
            { "id": other, "lists": { "removeExternalIds": [key("crm", "1")], "addTags": ["moved"] } },
        ] });
        let payload = admin.payload(UPDATE_MANY, items).await;
        assert_eq!(refusals(&payload), "TAKEN items.0.lists.addExternalIds.1");
        assert_eq!(payload["results"][1]["contact"], json!({ "tags": ["moved"], "externalIds": [{ "value": "1" }] }));
        let items = json!({ "items": [
            { "id": other, "lists": { "removeExternalIds": [key("erp", "1")] } },
            { "id": ada, "lists": { "addExternalIds": [key("erp", "1")] } },
        ] });
        assert_eq!(refusals(&admin.payload(UPDATE_MANY, items).await), "");
        let by = "{ contactBy(key: { externalId: { source: \"erp\", value: \"1\" } }) { id } }";
        assert_eq!(admin.data(by, json!({})).await["contactBy"]["id"], ada);
    }

    async fn an_upsert_adds_to_the_lists_of_a_new_and_of_an_existing_contact(app: &TestApp) {
        let admin = app.admin().await;
        let item = |value: &str, tag: &str| json!({ "key": { "externalId": { "source": "hr", "value": value } }, "lastName": "Ada", "lists": { "addTags": [tag] } });
        admin.done(UPSERT_CONTACT, item("1", "first")).await;

        let payload = admin.payload(UPSERT_MANY, json!({ "items": [item("1", "second"), item("2", "third")] })).await;

        assert_eq!(payload["results"], json!([{ "contact": { "tags": ["first", "second"] } }, { "contact": { "tags": ["third"] } }]));
    }

    async fn items_of_the_lists_of_an_organization_are_added_and_removed(app: &TestApp) {
        let admin = app.admin().await;
        let input = json!({ "name": "Apex", "tags": ["a"], "websites": ["https://apex.example"], "externalIds": [{ "source": "crm", "value": "1" }] });
        let id = admin.done(CREATE_ORGANIZATION, input).await["organization"]["id"].take();
        let taken = json!({ "name": "Other", "externalIds": [{ "source": "erp", "value": "1" }] });
        admin.done(CREATE_ORGANIZATION, taken).await;

        let changed = admin.done(UPDATE_ORGANIZATION, json!({ "id": id, "lists": {
            "addTags": ["b"], "removeTags": ["A"], "addWebsites": ["https://apex.example/shop"], "removeWebsites": ["https://apex.example"],
            "addExternalIds": [{ "source": "crm", "value": "2" }], "removeExternalIds": [{ "source": "crm", "value": "1" }] } })).await;
        let refused = admin.payload(UPDATE_ORGANIZATION, json!({ "id": id, "websites": [], "lists": {
            "addWebsites": ["nonsense"], "addTags": [""] } })).await;
        let taken = admin.payload(UPDATE_ORGANIZATION, json!({ "id": id, "lists": { "addExternalIds": [{ "source": "erp", "value": "1" }] } })).await;

        assert_eq!(changed["organization"], json!({
            "version": 2, "tags": ["b"], "websites": ["https://apex.example/shop"], "externalIds": [{ "source": "crm", "value": "2" }] }));
        assert_eq!(refusals(&refused), "INVALID lists.addWebsites");
        assert_eq!(refusals(&taken), "TAKEN lists.addExternalIds.0");
    }
}
