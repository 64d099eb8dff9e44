//! Callers and senders who are recognized by their contact points, and those who are not.

mod generated;
mod many;

use std::collections::BTreeMap;

use external_contacts::model::{Permission, Permissions};
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::operations::{CREATE_CONTACT, CREATE_ORGANIZATION, DELETE_CONTACT};
use crate::support::{TestCaller, on_both_engines};

const RECORD: &str = "mutation ($input: RecordInteractionInput!) {
    recordInteraction(input: $input) {
      interaction { id version linkedBy contactPoint { kind input normalized network }
        contact { displayName } organization { name } candidates { displayName } }
      userErrors { code field message } } }";
const RECORD_MANY: &str = "mutation ($input: RecordInteractionsInput!) {
    recordInteractions(input: $input) {
      results { interaction { id linkedBy contact { displayName } organization { name } } }
      userErrors { code field message } } }";
const LINK: &str = "mutation ($input: LinkInteractionInput!) {
    linkInteraction(input: $input) { interaction { linkedBy contact { displayName } organization { name } }
      linkedEarlier hasMore userErrors { code field message } } }";
const LISTED: &str = "query ($filter: InteractionFilter) {
    interactions(filter: $filter, first: 100) { nodes { externalId contact { displayName } } totalCount { value } } }";
const IDENTIFY: &str = "query ($point: ContactPointInput!) {
    identify(contactPoint: $point) { contactPoint { kind input normalized network }
      contacts { displayName } organizations { name } unlinkedInteractions { nodes { externalId } totalCount { value } } } }";

fn phone(number: &str) -> Value {
    json!({ "phoneNumber": number })
}

fn email(address: &str) -> Value {
    json!({ "emailAddress": address })
}

fn handle(network: &str, handle: &str) -> Value {
    json!({ "socialHandle": { "network": network, "handle": handle } })
}

/// A call that began at this minute.
fn call(minute: usize, point: &Value) -> Value {
    json!({
        "externalId": format!("c{minute}"), "mediaType": "CALL", "direction": "INBOUND", "contactPoint": point,
        "startedAt": format!("2026-01-02T{:02}:{:02}:00Z", minute / 60, minute % 60),
    })
}

fn with(mut input: Value, field: &str, value: Value) -> Value {
    input[field] = value;
    input
}

async fn person(caller: &TestCaller<'_>, last_name: &str, numbers: &[&str]) -> Value {
    let numbers: Vec<Value> = numbers.iter().map(|number| json!({ "input": number })).collect();
    let input = json!({ "lastName": last_name, "phoneNumbers": numbers });
    caller.done(CREATE_CONTACT, input).await["contact"]["id"].take()
}

async fn record(caller: &TestCaller<'_>, input: Value) -> Value {
    caller.done(RECORD, input).await["interaction"].take()
}

async fn listed(caller: &TestCaller<'_>, filter: Value) -> Vec<String> {
    let mut page = caller.data(LISTED, json!({ "filter": filter })).await;
    let nodes = page["interactions"]["nodes"].take();
    nodes
        .as_array()
        .unwrap()
        .iter()
        .map(|node| node["externalId"].as_str().unwrap().to_owned())
        .collect()
}

async fn contacts(caller: &TestCaller<'_>) -> Value {
    caller
        .data("{ contacts { totalCount { value } } }", json!({}))
        .await["contacts"]["totalCount"]["value"]
        .take()
}

on_both_engines! {
    async fn an_unknown_caller_becomes_known_with_the_whole_past(app: &TestApp) {
        let admin = app.admin().await;
        let acme = admin.organization("Acme").await;
        for (minute, number) in [(1, "+1 202 555 0142"), (2, "(202) 555-0142"), (3, "2025550142")] {
            let call = record(&admin, call(minute, &phone(number))).await;
            assert_eq!(call["contact"], Value::Null);
            assert_eq!(call["linkedBy"], Value::Null);
            assert_eq!(call["candidates"], json!([]));
            assert_eq!(call["contactPoint"], json!({
                "kind": "PHONE", "input": number, "normalized": "+12025550142", "network": null,
            }));
        }
        assert_eq!(contacts(&admin).await, 0, "the server creates none");
        let ringing = record(&admin, call(4, &phone("+12025550142"))).await;
        let unknown = admin.data(IDENTIFY, json!({ "point": phone("202-555-0142") })).await["identify"].take();
        assert_eq!(unknown["contacts"], json!([]));
        assert_eq!(unknown["unlinkedInteractions"]["totalCount"]["value"], 4);

        let ada = admin.done(CREATE_CONTACT, json!({
            "lastName": "Lovelace", "organizationId": acme, "phoneNumbers": [{ "input": "+12025550142" }],
        })).await["contact"]["id"].take();
        let linked = admin.done(LINK, json!({ "id": ringing["id"], "contactId": ada, "includeEarlier": true })).await;

        assert_eq!(linked["interaction"], json!({
            "linkedBy": "USER", "contact": { "displayName": "Lovelace" }, "organization": { "name": "Acme" },
        }));
        assert_eq!((&linked["linkedEarlier"], &linked["hasMore"]), (&json!(3), &json!(false)));
        assert_eq!(listed(&admin, json!({ "contactId": { "eq": ada } })).await, ["c4", "c3", "c2", "c1"]);
        let next = record(&admin, call(5, &phone("+1 (202) 555 0142"))).await;
        assert_eq!(next["linkedBy"], "CONTACT_POINT");
        assert_eq!(next["contact"]["displayName"], "Lovelace");
        assert_eq!(next["organization"]["name"], "Acme");
        assert_eq!(contacts(&admin).await, 1);
    }

    async fn a_contact_point_of_several_contacts_links_none_and_lists_them(app: &TestApp) {
        let admin = app.admin().await;
        let ada = person(&admin, "Lovelace", &["+12025550142"]).await;
        person(&admin, "King", &["202 555 0142"]).await;
        let first = record(&admin, call(1, &phone("+12025550142"))).await;

        assert_eq!(first["contact"], Value::Null);
        assert_eq!(first["candidates"], json!([{ "displayName": "Lovelace" }, { "displayName": "King" }]));
        record(&admin, with(with(call(2, &phone("+12025550142")), "contactId", ada.clone()), "externalId", json!("given"))).await;
        let found = admin.data(IDENTIFY, json!({ "point": phone("+12025550142") })).await["identify"].take();
        assert_eq!(
            found["contacts"],
            json!([{ "displayName": "Lovelace" }, { "displayName": "King" }]),
            "the latest interaction comes first"
        );
        let linked = admin.done(LINK, json!({ "id": first["id"], "contactId": ada })).await;
        assert_eq!(linked["linkedEarlier"], 0);
        let again = record(&admin, call(1, &phone("+12025550142"))).await;
        assert_eq!(again["candidates"], json!([]), "a linked one has none");
    }

    async fn a_link_that_a_user_removed_is_not_made_again(app: &TestApp) {
        let admin = app.admin().await;
        let ada = person(&admin, "Lovelace", &["+12025550142"]).await;
        let made = record(&admin, call(1, &phone("+12025550142"))).await;
        assert_eq!(made["contact"]["displayName"], "Lovelace");
        let removed = admin.done(LINK, json!({ "id": made["id"], "contactId": null, "organizationId": null })).await;
        assert_eq!(removed["interaction"], json!({ "linkedBy": "UNLINKED", "contact": null, "organization": null }));

        let later = record(&admin, call(1, &phone("+12025550142"))).await;
        let never = record(&admin, with(call(2, &phone("+12025550142")), "contactId", Value::Null)).await;
        let other = record(&admin, call(3, &phone("+12025550142"))).await;
        let linked = admin.done(LINK, json!({ "id": other["id"], "contactId": ada, "includeEarlier": true })).await;

        assert_eq!((&later["contact"], &later["linkedBy"]), (&Value::Null, &json!("UNLINKED")));
        assert_eq!((&never["contact"], &never["linkedBy"]), (&Value::Null, &json!("UNLINKED")));
        assert_eq!(linked["linkedEarlier"], 0);
    }

    async fn a_later_call_links_only_what_is_not_linked(app: &TestApp) {
        let admin = app.admin().await;
        let unknown = record(&admin, call(1, &phone("+12025550142"))).await;
        assert_eq!((&unknown["contact"], &unknown["version"]), (&Value::Null, &json!(1)));
        person(&admin, "Lovelace", &["+12025550142"]).await;
        person(&admin, "King", &["+12025550143"]).await;

        let known = record(&admin, call(1, &phone("+12025550142"))).await;
        let same = record(&admin, call(1, &phone("+12025550142"))).await;
        let moved = record(&admin, call(1, &phone("+12025550143"))).await;
        let cleared = record(&admin, call(1, &Value::Null)).await;

        assert_eq!((&known["contact"]["displayName"], &known["version"]), (&json!("Lovelace"), &json!(2)));
        assert_eq!(same["version"], 2, "nothing changed");
        assert_eq!(moved["contact"]["displayName"], "Lovelace");
        assert_eq!(moved["contactPoint"]["normalized"], "+12025550143");
        assert_eq!((&cleared["contactPoint"], &cleared["linkedBy"]), (&Value::Null, &json!("CONTACT_POINT")));
    }

    async fn an_organization_is_linked_if_no_contact_is_known(app: &TestApp) {
        let admin = app.admin().await;
        for (name, domain, number) in [
            ("Acme", "https://www.acme.example/", "+12025550100"),
            ("Post", "https://gmail.com/", "+12025550101"),
            ("Twin A", "https://twin.example/", "+12025550102"),
            ("Twin B", "https://twin.example/about", "+12025550102"),
        ] {
            admin.done(CREATE_ORGANIZATION, json!({
                "name": name, "websites": [domain], "phoneNumber": { "input": number },
            })).await;
        }
        let mut linked = BTreeMap::new();
        for (minute, point) in [
            phone("+12025550100"), email("Someone <someone@ACME.example>"), email("someone@gmail.com"),
            email("someone@twin.example"), phone("+12025550102"), phone("anonymous"), email("MAILER-DAEMON"),
        ].iter().enumerate() {
            let made = record(&admin, call(minute, point)).await;
            assert_eq!(made["contact"], Value::Null, "{point}");
            linked.insert(made["contactPoint"]["input"].as_str().unwrap().to_owned(), made["organization"]["name"].clone());
        }
        admin.done(CREATE_CONTACT, json!({ "lastName": "Lovelace", "emailAddresses": [{ "address": "ada@acme.example" }] })).await;
        let known = record(&admin, call(9, &email("Ada@Acme.example"))).await;

        assert_snapshot!(json!(linked), @r#"{"+12025550100":"Acme","+12025550102":null,"MAILER-DAEMON":null,"Someone <someone@ACME.example>":"Acme","anonymous":null,"someone@gmail.com":null,"someone@twin.example":null}"#);
        assert_eq!(known["contact"]["displayName"], "Lovelace");
        assert_eq!(known["organization"], Value::Null, "that of the contact, who has no employer");
        let found = admin.data(IDENTIFY, json!({ "point": email("ada@acme.example") })).await["identify"].take();
        assert_eq!(found["organizations"], json!([{ "name": "Acme" }]));
        let twins = admin.data(IDENTIFY, json!({ "point": phone("+12025550102") })).await["identify"].take();
        assert_eq!(twins["organizations"], json!([{ "name": "Twin A" }, { "name": "Twin B" }]));
        assert_eq!(
            admin.data(IDENTIFY, json!({ "point": phone("anonymous") })).await["identify"]["unlinkedInteractions"]["nodes"],
            json!([]),
            "a withheld number identifies no one"
        );
    }

    async fn people_are_recognized_by_handles_and_ids_in_their_network(app: &TestApp) {
        let admin = app.admin().await;
        admin.done(CREATE_CONTACT, json!({ "lastName": "Lovelace", "socialHandles": [
            { "network": "X", "handle": "@Ada" }, { "network": "FACEBOOK", "handle": "ada.king", "platformId": "4711" },
        ] })).await;
        admin.done(CREATE_CONTACT, json!({ "lastName": "Byron", "socialHandles": [{ "network": "INSTAGRAM", "handle": "ada" }] })).await;

        let mut linked = Vec::new();
        for (minute, point) in [handle("X", "ADA"), handle("INSTAGRAM", "@ada"), handle("LINE", "ada"), handle("FACEBOOK", "4711")]
            .iter()
            .enumerate()
        {
            linked.push(record(&admin, call(minute, point)).await["contact"]["displayName"].clone());
        }
        let found = admin.data(
            r#"{ a: searchContacts(query: "@ada") { nodes { displayName } } b: searchContacts(query: "4711") { nodes { displayName } }
                 c: searchContacts(query: "ada.king") { nodes { displayName } } }"#,
            json!({}),
        ).await;

        assert_eq!(linked, [json!("Lovelace"), json!("Byron"), Value::Null, json!("Lovelace")]);
        assert_eq!(found, json!({
            "a": { "nodes": [{ "displayName": "Byron" }, { "displayName": "Lovelace" }] },
            "b": { "nodes": [{ "displayName": "Lovelace" }] },
            "c": { "nodes": [{ "displayName": "Lovelace" }] },
        }));
    }

    async fn earlier_interactions_are_linked_to_a_contact_by_a_contact_point(app: &TestApp) {
        let admin = app.admin().await;
        let ada = person(&admin, "Lovelace", &[]).await;
        let known = record(&admin, call(1, &phone("+12025550142"))).await;
        let withheld = record(&admin, call(2, &phone("anonymous"))).await;

        assert_snapshot!(admin.refusal(LINK, json!({ "id": known["id"], "includeEarlier": true })).await,
            @"INVALID includeEarlier: needs a contact to link the earlier interactions to; give `contactId`");
        assert_snapshot!(admin.refusal(LINK, json!({ "id": withheld["id"], "contactId": ada, "includeEarlier": true })).await,
            @"INVALID includeEarlier: needs an interaction with a contact point that others can have as well");
        assert_snapshot!(admin.refusal(RECORD, call(3, &phone(" "))).await,
            @"INVALID contactPoint.phoneNumber: must not be empty; give 1 to 100 characters");
        let linked = record(&admin, with(call(4, &phone("+12025550143")), "contactId", ada.clone())).await;
        assert_snapshot!(admin.refusal(LINK, json!({ "id": linked["id"], "includeEarlier": true })).await,
            @"INVALID includeEarlier: needs a contact to link the earlier interactions to; give `contactId`");
        let unlinked = admin.data(LISTED, json!({ "filter": { "hasContact": true } })).await;
        assert_eq!(unlinked["interactions"]["totalCount"]["value"], 1, "what was refused linked nothing");
    }

    async fn a_deleted_contact_is_not_recognized_and_its_past_can_be_linked_once_it_is_purged(app: &TestApp) {
        let admin = app.admin().await;
        let ada = person(&admin, "Lovelace", &["+12025550142"]).await;
        record(&admin, call(1, &phone("+12025550142"))).await;
        let first = record(&admin, with(call(2, &phone("+12025550142")), "contactId", ada.clone())).await;
        assert_eq!(first["linkedBy"], "USER");
        admin.done(DELETE_CONTACT, json!({ "id": ada })).await;

        let third = record(&admin, call(3, &phone("+12025550142"))).await;
        assert_eq!(third["contact"], Value::Null);
        let king = person(&admin, "King", &["+12025550142"]).await;
        let link = json!({ "id": third["id"], "contactId": king, "includeEarlier": true });
        assert_eq!(admin.done(LINK, link.clone()).await["linkedEarlier"], 0, "the past waits for its contact");

        let purge = "mutation ($input: PurgeTrashInput!) { purgeTrash(input: $input) { userErrors { message } } }";
        admin.done(purge, json!({ "ids": [ada] })).await;
        app.store.system().settle_references().await.unwrap();
        assert_eq!(admin.done(LINK, link).await["linkedEarlier"], 2);
        assert_eq!(listed(&admin, json!({ "contactId": { "eq": king } })).await, ["c3", "c2", "c1"]);
    }

    async fn a_bulk_links_each_of_its_interactions(app: &TestApp) {
        let admin = app.admin().await;
        let acme = admin.organization("Acme").await;
        person(&admin, "Lovelace", &["+12025550141"]).await;
        let king = person(&admin, "King", &["+12025550142", "+12025550143"]).await;
        person(&admin, "Byron", &["+12025550143"]).await;
        let item = |minute, number| call(minute, &phone(number));
        let items = json!([
            item(1, "+12025550141"), item(2, "+12025550142"), item(3, "+12025550143"), item(4, "+12025550144"),
            with(item(5, "+12025550141"), "contactId", king.clone()), with(item(6, "+12025550141"), "contactId", Value::Null),
            with(item(7, "+12025550142"), "organizationId", acme), with(item(8, ""), "contactPoint", Value::Null),
            with(item(9, "x"), "contactPoint", phone("+12025550142")),
        ]);
        let recorded = admin.done(RECORD_MANY, json!({ "items": items })).await;
        let results: Vec<String> = recorded["results"].as_array().unwrap().iter().map(|result| {
            let it = &result["interaction"];
            format!("{} {} {}", it["linkedBy"], it["contact"]["displayName"], it["organization"]["name"])
        }).collect();

        assert_snapshot!(results.join("\n"), @r#"
        "CONTACT_POINT" "Lovelace" null
        "CONTACT_POINT" "King" null
        null null null
        null null null
        "USER" "King" null
        "UNLINKED" null null
        "CONTACT_POINT" "King" "Acme"
        null null null
        "CONTACT_POINT" "King" null
        "#);
    }

    async fn an_absent_organization_is_not_a_decision(app: &TestApp) {
        let admin = app.admin().await;
        let acme = admin.organization("Acme").await;
        let nulls = with(call(1, &phone("+12025550142")), "organizationId", Value::Null);
        let made = record(&admin, nulls.clone()).await;
        assert_eq!(made["linkedBy"], Value::Null);
        person(&admin, "Lovelace", &["+12025550142"]).await;
        let later = record(&admin, nulls).await;
        assert_eq!((&later["contact"]["displayName"], &later["linkedBy"]), (&json!("Lovelace"), &json!("CONTACT_POINT")));

        let given = record(&admin, with(call(2, &phone("+12025550199")), "organizationId", acme)).await;
        assert_eq!((&given["organization"]["name"], &given["linkedBy"]), (&json!("Acme"), &json!("USER")));
        let removed = admin.done(LINK, json!({ "id": given["id"], "organizationId": null })).await;
        assert_eq!(removed["interaction"]["linkedBy"], "UNLINKED");
        let kept = admin.done(LINK, json!({ "id": later["id"], "organizationId": null })).await;
        assert_eq!(kept["interaction"]["linkedBy"], "CONTACT_POINT", "the link to the contact stays");
    }

    async fn a_number_is_a_handle_of_messengers(app: &TestApp) {
        let admin = app.admin().await;
        admin.done(CREATE_CONTACT, json!({ "lastName": "Lovelace", "socialHandles": [
            { "network": "WHATSAPP", "handle": "+1 (202) 555-0142" },
        ] })).await;
        let made = record(&admin, call(1, &handle("WHATSAPP", "12025550142"))).await;
        assert_eq!(made["contact"]["displayName"], "Lovelace");
    }

    async fn each_part_takes_its_own_permission(app: &TestApp) {
        let admin = app.admin().await;
        person(&admin, "Lovelace", &["+12025550142"]).await;
        let reader = app.caller([Permission::ContactView]).await;
        let answer = reader.run(IDENTIFY, json!({ "point": phone("+12025550142") })).await;
        assert_eq!(answer["data"]["identify"]["contacts"], json!([{ "displayName": "Lovelace" }]));
        assert_eq!(answer["data"]["identify"]["organizations"], Value::Null);
        assert_eq!(answer["data"]["identify"]["unlinkedInteractions"], Value::Null);
        assert_eq!(answer["errors"].as_array().unwrap().len(), 2);
        assert_snapshot!(reader.errors(IDENTIFY, json!({ "point": phone("") })).await,
            @"BAD_USER_INPUT identify: `contactPoint` must not be empty; give 1 to 100 characters");

        let other = app.tenant("other").await;
        let stranger = app.caller_of(&other, "stranger", Permissions::all()).await;
        let theirs = stranger.data(IDENTIFY, json!({ "point": phone("+12025550142") })).await;
        assert_eq!(theirs["identify"]["contacts"], json!([]));
        let call = record(&stranger, call(1, &phone("+12025550142"))).await;
        assert_eq!((&call["contact"], &call["candidates"]), (&Value::Null, &json!([])));
    }
}
