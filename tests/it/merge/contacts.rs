//! Contacts that become one.

use serde_json::{Value, json};

use super::MERGE_CONTACTS;
use crate::changes::last_cursor;
use crate::support::operations::{CREATE_CONTACT, RECORD_INTERACTION};
use crate::support::{TestCaller, on_both_engines};

/// Two contacts of one person: the second has what the first has not.
struct Pair {
    company: Value,
    first: Value,
    second: Value,
    note: Value,
    call: Value,
}

impl Pair {
    async fn made_by(admin: &TestCaller<'_>) -> Self {
        let company = admin.organization("Engines").await;
        let first = json!({ "firstName": "Ada", "lastName": "Lovelace", "tags": ["VIP"],
            "externalIds": [{ "source": "crm", "value": "1" }],
            "phoneNumbers": [{ "input": "+12025550101", "label": "WORK", "primary": true }],
            "emailAddresses": [{ "address": "ada@engines.example" }] });
        let second = json!({ "firstName": "Augusta", "lastName": "Lovelace", "title": "Countess",
            "tags": ["vip", "maths"], "organizationId": company, "surveyOptOut": true,
            "externalIds": [{ "source": "crm", "value": "2" }],
            "phoneNumbers": [{ "input": "+1 202 555 0101", "label": "HOME" },
                { "input": "+12025550102", "primary": true }],
            "emailAddresses": [{ "address": "ADA@engines.example", "primary": true }] });
        let first = admin.done(CREATE_CONTACT, first).await["contact"]["id"].take();
        let second = admin.done(CREATE_CONTACT, second).await["contact"]["id"].take();
        let leads = json!({ "id": company, "primaryContactId": second });
        admin.done(crate::trash::UPDATE_ORGANIZATION, leads).await;
        let call = json!({ "mediaType": "CALL", "direction": "INBOUND", "startedAt": "2026-03-01T12:00:00Z",
            "contactId": second });
        Self {
            note: admin.note(&second, "Likes engines").await,
            call: admin.done(RECORD_INTERACTION, call).await["interaction"]["id"].take(),
            company,
            first,
            second,
        }
    }
}

fn field<'f>(payload: &'f Value, name: &str) -> &'f Value {
    let fields = payload["merge"]["fields"].as_array().unwrap();
    fields.iter().find(|field| field["field"] == name).unwrap()
}

on_both_engines! {
    async fn the_survivor_has_what_the_others_had(app: &TestApp) {
        let admin = app.admin().await;
        let Pair { company, first, second, note, call } = Pair::made_by(&admin).await;
        let entities = "{ viewer { tenant { managedEntities } } }";
        let before = admin.data(entities, json!({})).await["viewer"]["tenant"]["managedEntities"].as_i64().unwrap();
        let cursor = last_cursor(&admin, 6).await;

        let merged = admin.merge(&[&first, &second]).await;
        assert_eq!(merged["contact"], json!({
            "id": first, "displayName": "Ada Lovelace", "version": 2, "title": "Countess", "tags": ["VIP", "maths"],
            "surveyOptOut": true, "organization": { "name": "Engines" },
            "externalIds": [{ "source": "crm", "value": "1" }, { "source": "crm", "value": "2" }],
            "phoneNumbers": [{ "e164": "+12025550101", "primary": true, "label": "WORK" },
                { "e164": "+12025550102", "primary": false, "label": "OTHER" }],
            "emailAddresses": [{ "address": "ada@engines.example", "primary": false }],
            "mergedIds": [second],
        }));
        let merge = &merged["merge"];
        assert_eq!((&merge["kind"], &merge["memberIds"], &merge["memberLabels"]),
            (&json!("CONTACT"), &json!([second]), &json!(["Augusta Lovelace"])));
        assert_eq!(merge["moved"], json!([{ "recordId": second, "notes": 1, "interactions": 1, "relationships": 0, "contacts": 0 }]));
        assert_eq!((&merge["undoneAt"], merge["undoableUntil"].is_string()), (&Value::Null, true));
        assert_eq!(field(&merged, "firstName"), &json!({ "field": "firstName", "value": "Ada", "recordIds": [first],
            "discarded": [{ "value": "Augusta", "recordId": second }], "isConflict": true }));
        assert_eq!(field(&merged, "lastName"), &json!({ "field": "lastName", "value": "Lovelace",
            "recordIds": [first, second], "discarded": [], "isConflict": false }));
        assert_eq!(field(&merged, "organizationId"), &json!({ "field": "organizationId", "value": company,
            "recordIds": [second], "discarded": [], "isConflict": false }));
        assert_eq!(field(&merged, "tags"), &json!({ "field": "tags", "value": "[\"VIP\",\"maths\"]",
            "recordIds": [first, second], "discarded": [], "isConflict": false }));
        assert_eq!(field(&merged, "surveyOptOut")["recordIds"], json!([second]));

        let shown = "query ($first: ID!, $company: ID!, $note: ID!, $call: ID!) {
            contact(id: $first) { notes { nodes { id } } interactions { nodes { id } }
              merges { nodes { id memberIds survivor { ... on Contact { id } } mergedBy { name } } totalCount { value } } }
            organization(id: $company) { version primaryContact { id } contacts { nodes { id } } }
            note(id: $note) { version subject { ... on Contact { id } } }
            interaction(id: $call) { version contact { id } }
            contacts { nodes { id } }
            byKey: contactBy(key: { externalId: { source: \"crm\", value: \"2\" } }) { id }
            searchContacts(query: \"countess\") { nodes { id } }
            viewer { tenant { managedEntities } } }";
        let variables = json!({ "first": first, "company": company, "note": note, "call": call });
        let shown = admin.data(shown, variables).await;
        let merge = &merged["merge"]["id"];
        assert_eq!(shown, json!({
            "contact": { "notes": { "nodes": [{ "id": note }] }, "interactions": { "nodes": [{ "id": call }] },
                "merges": { "nodes": [{ "id": merge, "memberIds": [second], "survivor": { "id": first },
                    "mergedBy": { "name": "admin" } }], "totalCount": { "value": 1 } } },
            "organization": { "version": 2, "primaryContact": { "id": first }, "contacts": { "nodes": [{ "id": first }] } },
            "note": { "version": 1, "subject": { "id": first } },
            "interaction": { "version": 1, "contact": { "id": first } },
            "contacts": { "nodes": [{ "id": first }] },
            "byKey": { "id": first },
            "searchContacts": { "nodes": [{ "id": first }] },
            "viewer": { "tenant": { "managedEntities": before - 1 } },
        }));

        let follow = "subscription ($after: String) { changes(after: $after) { action entityId label version mergedIntoId changedFields } }";
        let mut events = admin.follow(follow, json!({ "after": cursor }));
        let told = events.changes(2).await;
        assert_eq!(told[0], json!({ "action": "MERGED", "entityId": second, "label": "Augusta Lovelace", "version": 1,
            "mergedIntoId": first, "changedFields": [] }));
        assert_eq!((&told[1]["action"], &told[1]["entityId"], &told[1]["version"]), (&json!("UPDATED"), &first, &json!(2)));
    }

    async fn values_take_the_place_of_those_that_the_rules_choose(app: &TestApp) {
        let admin = app.admin().await;
        let Pair { first, second, .. } = Pair::made_by(&admin).await;
        let values = json!({ "firstName": "Ada Augusta", "title": null, "organizationId": null,
            "phoneNumbers": [{ "input": "+12025550199" }], "externalIds": [{ "source": "crm", "value": "2" }] });
        let input = json!({ "members": crate::merge::members(&[&first, &second]), "values": values });
        let merged = admin.done(MERGE_CONTACTS, input).await;
        let contact = &merged["contact"];
        assert_eq!((&contact["displayName"], &contact["title"], &contact["organization"]),
            (&json!("Ada Augusta Lovelace"), &Value::Null, &Value::Null));
        assert_eq!(contact["externalIds"], json!([{ "source": "crm", "value": "2" }]));
        assert_eq!(field(&merged, "firstName"), &json!({ "field": "firstName", "value": "Ada Augusta", "recordIds": [],
            "discarded": [{ "value": "Ada", "recordId": first }, { "value": "Augusta", "recordId": second }], "isConflict": true }));
        assert_eq!(field(&merged, "title"), &json!({ "field": "title", "value": null, "recordIds": [],
            "discarded": [{ "value": "Countess", "recordId": second }], "isConflict": true }));
        assert_eq!(field(&merged, "phoneNumbers")["discarded"].as_array().unwrap().len(), 3);
        let leads = "{ organizations { nodes { primaryContact { id } } } }";
        assert_eq!(admin.data(leads, json!({})).await["organizations"]["nodes"][0]["primaryContact"], Value::Null);
    }

    async fn the_last_changed_record_is_preferred(app: &TestApp) {
        let admin = app.admin().await;
        let mut ids = Vec::new();
        for (place, title) in [None, Some("Clerk"), Some("Countess")].into_iter().enumerate() {
            let input = json!({ "lastName": format!("Ada {place}"), "title": title });
            ids.push(admin.done(CREATE_CONTACT, input).await["contact"]["id"].take());
        }
        let change = json!({ "id": ids[1], "salutation": "Lady" });
        admin.done(crate::support::operations::UPDATE_CONTACT, change).await;
        let merged = admin.merge(&[&ids[0], &ids[2], &ids[1]]).await;
        assert_eq!(merged["contact"]["title"], "Clerk");
    }

    async fn twenty_five_contacts_become_one_by_as_many_statements_as_two(app: &TestApp) {
        let admin = app.admin().await;
        let mut counts = Vec::new();
        for size in [3, 25] {
            let mut ids = Vec::new();
            for place in 0..size {
                let input = json!({ "lastName": format!("Ada {size} {place}"),
                    "externalIds": [], "tags": [format!("tag {}", place % 4)] });
                let id = admin.done(CREATE_CONTACT, input).await["contact"]["id"].take();
                admin.note(&id, "Likes engines").await;
                ids.push(id);
            }
            let ids: Vec<&Value> = ids.iter().collect();
            let input = json!({ "members": crate::merge::members(&ids) });
            let start = app.store.statements();
            let payload = admin.data(MERGE_CONTACTS, json!({ "input": input })).await;
            let count = app.store.statements() - start;
            assert_eq!(payload["mergeContacts"]["userErrors"], json!([]));
            let merge = payload["mergeContacts"]["merge"]["id"].clone();
            let undo = json!({ "input": { "mergeId": merge } });
            let start = app.store.statements();
            let payload = admin.data(crate::merge::UNDO_CONTACT_MERGE, undo).await;
            let undone = app.store.statements() - start;
            assert_eq!(payload["undoContactMerge"]["restored"].as_array().unwrap().len(), size - 1);
            counts.push((count, undone));
        }
        assert_eq!(counts[0], counts[1]);
    }
}
