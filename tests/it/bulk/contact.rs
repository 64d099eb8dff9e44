//! Bulk mutations for contacts.

use external_contacts::model::{Permission, Permissions};
use insta::assert_snapshot;
use serde_json::{Value, json};

use super::{Bulk, document, refusals};
use crate::changes::settled;
use crate::support::operations::{CREATE_CONTACT, CREATE_ORGANIZATION};
use crate::support::{TestCaller, on_both_engines};

const UNKNOWN: &str = "contact_0192f7c4-1c2d-7e3f-8a4b-5c6d7e8f9a0b";

/// Returns a bulk mutation for contacts that selects what most tests look at.
fn bulk<'a>(caller: &'a TestCaller<'a>, mutation: &'static str) -> Bulk<'a> {
    let fields = match mutation {
        "deleteContacts" => "deletedContactId deletedNotes detachedInteractions contact { version }",
        "upsertContacts" => "created contact { id displayName title version }",
        _ => "contact { id displayName title version }",
    };
    Bulk {
        caller,
        mutation,
        fields,
    }
}

/// Creates contacts with these last names and returns their ids.
async fn contacts<const N: usize>(admin: &TestCaller<'_>, names: [&str; N]) -> [Value; N] {
    let items: Vec<Value> = names.iter().map(|name| json!({ "lastName": name })).collect();
    let results = bulk(admin, "createContacts").done(json!(items)).await;
    let ids: Vec<Value> = results
        .iter()
        .map(|result| result["contact"]["id"].clone())
        .collect();
    ids.try_into().unwrap()
}

async fn names(admin: &TestCaller<'_>) -> Vec<String> {
    let data = admin
        .data("{ contacts { nodes { displayName } } }", json!({}))
        .await;
    let nodes = data["contacts"]["nodes"].as_array().unwrap().iter();
    nodes
        .map(|node| node["displayName"].as_str().unwrap().to_owned())
        .collect()
}

/// The changes of contacts so far: action, version and name of each, in their order.
async fn changes(admin: &TestCaller<'_>, count: usize) -> Vec<String> {
    let fields = "action version entity { ... on Contact { displayName } }";
    let nodes = settled(admin, "entities: [CONTACT]", fields, count).await;
    let line = |node: &Value| {
        let name = node["entity"]["displayName"].as_str().unwrap_or("gone");
        format!("{} {} {name}", node["action"].as_str().unwrap(), node["version"])
    };
    nodes.iter().map(line).collect()
}

/// The ids of the contacts that a search finds.
async fn found(admin: &TestCaller<'_>, query: &str) -> usize {
    let search = "query ($query: String!) { search(query: $query) { nodes { __typename } } }";
    let data = admin.data(search, json!({ "query": query })).await;
    data["search"]["nodes"].as_array().unwrap().len()
}

on_both_engines! {
    async fn contacts_are_created_in_the_order_of_the_input(app: &TestApp) {
        let admin = app.admin().await;
        let organization = admin.organization("Acme").await;
        let items = json!([
            { "lastName": "Zuse", "organizationId": organization },
            { "firstName": "Ada", "lastName": "Lovelace", "emailAddresses": [{ "address": "ada@engines.example" }] },
            { "firstName": "Grace", "externalIds": [{ "source": "crm", "value": "7" }] },
        ]);

        let results = bulk(&admin, "createContacts").done(items).await;

        let created: Vec<&Value> = results.iter().map(|result| &result["contact"]["displayName"]).collect();
        assert_eq!(created, ["Zuse", "Ada Lovelace", "Grace"]);
        assert_eq!(changes(&admin, 3).await, ["CREATED 1 Zuse", "CREATED 1 Ada Lovelace", "CREATED 1 Grace"]);
        for query in ["zuse", "ada lovelace", "ada@engines.example", "7", "acme zuse"] {
            assert_eq!(found(&admin, query).await, 1, "{query}");
        }
        assert_eq!(app.tenant.managed_entities().await.unwrap(), 4);
    }

    async fn all_are_created_or_none_unless_the_policy_is_each(app: &TestApp) {
        let admin = app.admin().await;
        let items = json!([
            { "lastName": "Lovelace" },
            { "title": "Nobody", "tags": [""], "organizationId": "organization_0192f7c4-1c2d-7e3f-8a4b-5c6d7e8f9a0b" },
            { "lastName": "Hopper", "emailAddresses": [{ "address": "a@b.example" }, { "address": "x" }] },
            { "lastName": "Babbage" },
        ]);
        let create = bulk(&admin, "createContacts");

        let payload = create.run(items.clone()).await;
        assert_snapshot!(refusals(&payload), @r"
        INVALID items.1.tags.0
        INVALID items.2.emailAddresses.1.address
        ");
        assert!(payload["results"].as_array().unwrap().iter().all(|result| result["contact"].is_null()));
        assert_eq!(payload["results"][0]["userErrors"], json!([]));
        assert_eq!((app.tenant.managed_entities().await.unwrap(), changes(&admin, 0).await), (0, Vec::new()));

        let again = create.each(items).await;
        assert_eq!(again["userErrors"], payload["userErrors"]);
        assert_eq!(again["results"][3]["contact"]["displayName"], "Babbage");
        assert_eq!(names(&admin).await, ["Babbage", "Lovelace"]);
        assert_eq!(changes(&admin, 2).await, ["CREATED 1 Lovelace", "CREATED 1 Babbage"]);
        assert_eq!(app.tenant.managed_entities().await.unwrap(), 2, "room that was not used is given back");

        let none = create.each(json!([{ "title": "Nobody" }])).await;
        assert_eq!(refusals(&none), "INVALID items.0.lastName");
        assert_eq!(create.done(json!([])).await, Vec::<Value>::new());
    }

    async fn an_external_id_is_given_in_the_order_of_the_items(app: &TestApp) {
        let admin = app.admin().await;
        let with = |name: &str, value: &str| json!({ "lastName": name, "externalIds": [{ "source": "crm", "value": value }] });
        let first = admin.done(CREATE_CONTACT, with("First", "1")).await["contact"]["id"].take();
        let items = json!([with("Second", "2"), with("Third", "1"), with("Fourth", "2"), with("Fifth", "3")]);

        let payload = bulk(&admin, "createContacts").each(items).await;

        assert_snapshot!(refusals(&payload), @r"
        TAKEN items.1.externalIds.0
        TAKEN items.2.externalIds.0
        ");
        assert_eq!(payload["results"][1]["userErrors"][0]["recordId"], first);
        assert_eq!(payload["results"][2]["userErrors"][0]["recordId"], Value::Null);
        let [second, fifth] = [0, 3].map(|place| payload["results"][place]["contact"]["id"].clone());

        // The first gives up its key before the second takes it, and the fifth takes the one of the second too early.
        let moved = |id: &Value, value: &str| json!({ "id": id, "externalIds": [{ "source": "crm", "value": value }] });
        let items = json!([moved(&first, "9"), moved(&fifth, "2"), moved(&second, "1")]);
        let payload = bulk(&admin, "updateContacts").each(items).await;
        assert_eq!(refusals(&payload), "TAKEN items.1.externalIds.0");
        assert_eq!(payload["results"][1]["userErrors"][0]["recordId"], second);
        let keys = "query ($value: String!) { contactBy(key: { externalId: { source: \"crm\", value: $value } }) { displayName } }";
        for (value, name) in [("9", "First"), ("1", "Second"), ("3", "Fifth")] {
            assert_eq!(admin.data(keys, json!({ "value": value })).await["contactBy"]["displayName"], name);
        }
    }

    async fn each_contact_is_updated_once_at_its_expected_version(app: &TestApp) {
        let admin = app.admin().await;
        let [ada, ben, carl] = contacts(&admin, ["Ada", "Ben", "Carl"]).await;
        let stranger = app.caller_of(&app.tenant("other").await, "stranger", Permissions::all()).await;
        let theirs = stranger.contact("Theirs").await;
        let items = json!([
            { "id": ben, "title": "Second", "expectedVersion": 1 },
            { "id": ada, "lastName": "Byron" },
            { "id": ben, "title": "Again" },
            { "id": carl, "title": "Late", "expectedVersion": 7 },
            { "id": theirs, "title": "Mine" },
            { "id": UNKNOWN, "title": "Mine" },
            { "id": "nonsense", "title": "Mine" },
        ]);
        let update = bulk(&admin, "updateContacts");

        let refused = update.run(items.clone()).await;
        let payload = update.each(items).await;

        assert_snapshot!(refusals(&payload), @r"
        INVALID items.2.id
        VERSION_CONFLICT items.3.expectedVersion
        NOT_FOUND items.4.id
        NOT_FOUND items.5.id
        INVALID items.6.id
        ");
        assert_eq!(refusals(&refused), refusals(&payload));
        assert_eq!(refused["results"][0]["contact"], Value::Null);
        let shown: Vec<&Value> = payload["results"].as_array().unwrap().iter().map(|result| &result["contact"]["displayName"]).collect();
        assert_eq!(json!(shown), json!(["Ben", "Byron", null, "Carl", null, null, null]));
        assert_eq!(payload["results"][3]["contact"]["version"], 1, "the contact as it is");
        assert_eq!(changes(&admin, 5).await[3..], ["UPDATED 2 Ben", "UPDATED 2 Byron"]);
        assert_eq!((found(&admin, "byron").await, found(&admin, "ada").await), (1, 0));
        assert_eq!(found(&stranger, "theirs").await, 1);
    }

    async fn contacts_that_leave_are_no_primary_contacts_any_longer(app: &TestApp) {
        let admin = app.admin().await;
        let (old, new) = (admin.organization("Old").await, admin.organization("New").await);
        let (ada, ben) = (admin.employee("Ada", &old).await, admin.employee("Ben", &old).await);
        let primary = "mutation ($input: UpdateOrganizationInput!) {
            updateOrganization(input: $input) { organization { primaryContact { displayName } } userErrors { code field message } } }";
        admin.done(primary, json!({ "id": old, "primaryContactId": ada })).await;

        let items = json!([{ "id": ada, "organizationId": new }, { "id": ben, "title": "Stays", "organizationId": old }]);
        bulk(&admin, "updateContacts").done(items).await;

        let query = "query ($id: ID!) { organization(id: $id) { primaryContact { id } contacts { nodes { id } } } }";
        let read = admin.data(query, json!({ "id": old })).await;
        assert_eq!(read["organization"], json!({ "primaryContact": null, "contacts": { "nodes": [{ "id": ben }] } }));
    }

    async fn contacts_are_upserted_by_their_keys(app: &TestApp) {
        let admin = app.admin().await;
        let key = |value: &str| json!({ "externalId": { "source": "hr", "value": value } });
        let employer = json!({ "source": "erp", "value": "acme" });
        admin.done(CREATE_ORGANIZATION, json!({ "name": "Acme", "externalIds": [employer] })).await;
        let upsert = bulk(&admin, "upsertContacts");
        let first = upsert.done(json!([
            { "key": key("1"), "lastName": "Ada", "organizationKey": { "externalId": employer } },
            { "key": key("2"), "lastName": "Ben" },
        ])).await;
        assert!(first.iter().all(|result| result["created"] == true));

        let payload = upsert.each(json!([
            { "key": key("2"), "title": "Updated" },
            { "key": key("3"), "lastName": "Carl" },
            { "key": key("1"), "organizationKey": { "externalId": { "source": "erp", "value": "none" } } },
            { "key": key("3"), "lastName": "Twice" },
            { "key": key("2"), "title": "Twice" },
            { "key": { "externalId": { "source": " ", "value": "4" } }, "lastName": "Keyless" },
            { "key": key("5") },
            { "key": key("6"), "lastName": "Dora", "organizationKey": { "externalId": { "source": "", "value": "x" } } },
        ])).await;

        assert_snapshot!(refusals(&payload), @r"
        NOT_FOUND items.2.organizationKey
        INVALID items.3.key
        INVALID items.4.key
        INVALID items.5.key.externalId.source
        INVALID items.6.lastName
        INVALID items.7.organizationKey.externalId.source
        ");
        let results = payload["results"].as_array().unwrap();
        assert_eq!(results[0]["contact"]["title"], "Updated");
        assert_eq!((&results[0]["created"], &results[1]["created"], &results[2]["created"]), (&json!(false), &json!(true), &Value::Null));
        assert_eq!(names(&admin).await, ["Ada", "Ben", "Carl"]);
        let acme = "{ organizations { nodes { contacts { nodes { lastName } } } } }";
        let acme = admin.data(acme, json!({})).await;
        assert_eq!(acme["organizations"]["nodes"][0]["contacts"]["nodes"], json!([{ "lastName": "Ada" }]));
    }

    async fn an_upsert_of_an_existing_contact_takes_the_permission_to_edit(app: &TestApp) {
        let admin = app.admin().await;
        let item = |value: &str| json!({ "key": { "externalId": { "source": "hr", "value": value } }, "lastName": "Ada" });
        bulk(&admin, "upsertContacts").done(json!([item("1")])).await;
        let adder = app.caller([Permission::ContactAdd, Permission::ContactView]).await;

        bulk(&adder, "upsertContacts").done(json!([item("2"), item("3")])).await;
        let query = document("upsertContacts", "created");
        let variables = |policy| json!({ "input": { "items": [item("4"), item("1")], "policy": policy } });
        for policy in ["ALL_OR_NOTHING", "EACH"] {
            let errors = adder.errors(&query, variables(policy)).await;
            assert_eq!(errors, "FORBIDDEN upsertContacts: needs the permission externalContacts:contact:edit");
        }
        assert_eq!(app.tenant.managed_entities().await.unwrap(), 3);
    }

    async fn contacts_are_deleted_with_their_notes(app: &TestApp) {
        let admin = app.admin().await;
        let [ada, ben, carl] = contacts(&admin, ["Ada", "Ben", "Carl"]).await;
        let note = "mutation ($input: CreateNoteInput!) { createNote(input: $input) { note { id } userErrors { code field message } } }";
        for (subject, text) in [(&ada, "One"), (&ada, "Two"), (&carl, "Kept")] {
            admin.done(note, json!({ "subjectId": subject, "text": text })).await;
        }
        let interaction = json!({ "mediaType": "CALL", "direction": "INBOUND", "startedAt": "2026-01-01T00:00:00Z", "contactId": ben });
        admin.done(crate::support::operations::RECORD_INTERACTION, interaction).await;
        let delete = bulk(&admin, "deleteContacts");

        let refused = delete.run(json!([{ "id": ada }, { "id": carl, "expectedVersion": 3 }])).await;
        assert_eq!(refusals(&refused), "VERSION_CONFLICT items.1.expectedVersion");
        assert_eq!(refused["results"][1]["contact"]["version"], 1);
        assert_eq!(refused["results"][0]["deletedContactId"], Value::Null);

        let payload = delete.each(json!([{ "id": ben }, { "id": ada, "expectedVersion": 1 }, { "id": ben }, { "id": UNKNOWN }])).await;
        assert_snapshot!(refusals(&payload), @r"
        INVALID items.2.id
        NOT_FOUND items.3.id
        ");
        let counts: Vec<Value> = payload["results"].as_array().unwrap()[..2].iter()
            .map(|result| json!([result["deletedContactId"], result["deletedNotes"], result["detachedInteractions"]])).collect();
        assert_eq!(counts, [json!([ben, 0, 1]), json!([ada, 2, 0])]);
        assert_eq!((names(&admin).await, found(&admin, "two").await, found(&admin, "kept").await), (vec!["Carl".to_owned()], 0, 1));
        assert_eq!(changes(&admin, 5).await[3..], ["DELETED 1 gone", "DELETED 1 gone"]);
        assert_eq!(app.tenant.managed_entities().await.unwrap(), 2);
    }

    async fn the_items_that_fit_within_the_limit_are_created_in_order(app: &TestApp) {
        let admin = app.admin().await;
        app.tenant.set_limit(3).await.unwrap();
        let [_ada] = contacts(&admin, ["Ada"]).await;
        let items = json!([{ "lastName": "Ben" }, { "title": "Nobody" }, { "lastName": "Carl" }, { "lastName": "Dora" }, { "lastName": "Eve" }]);
        let create = bulk(&admin, "createContacts");

        let none = create.run(items.clone()).await;
        assert_eq!(names(&admin).await, ["Ada"]);
        let some = create.each(items).await;
        assert_eq!(names(&admin).await, ["Ada", "Ben", "Carl"]);
        insta::allow_duplicates! {
        for payload in [none, some] {
            assert_snapshot!(refusals(&payload), @r"
            INVALID items.1.lastName
            ENTITY_LIMIT_REACHED items.3
            ENTITY_LIMIT_REACHED items.4
            ");
        }
        }

        let upsert = bulk(&admin, "upsertContacts").each(json!([{ "key": { "externalId": { "source": "hr", "value": "1" } }, "lastName": "Eve" }])).await;
        assert_eq!(refusals(&upsert), "ENTITY_LIMIT_REACHED items.0");
        assert_eq!(app.tenant.managed_entities().await.unwrap(), 3);
        app.tenant.set_limit(4).await.unwrap();
        contacts(&admin, ["Eve"]).await;
    }
}
