//! Bulk mutations of every kind, under both policies.

use serde_json::{Value, json};

use super::group::Group;

/// An id of a contact that does not exist.
const ABSENT: &str = "contact_0192f7c4-1c2d-7e3f-8a4b-5c6d7e8f9a0b";

pub async fn record(group: &mut Group<'_>) {
    let key = json!({ "source": "crm", "value": "A-1" });
    let input = json!({ "name": "Analytical Engines", "externalIds": [key] });
    let organization =
        group.change("an employer", "createOrganization", input).await["organization"]["id"].take();
    contacts(group, &organization, &key).await;
    organizations(group).await;
    let contact = group
        .change("a contact", "createContact", json!({ "lastName": "Byron" }))
        .await["contact"]["id"]
        .take();
    let user = group
        .change("a user", "upsertUser", json!({ "subject": "ann" }))
        .await["user"]["id"]
        .take();
    relationships(group, &user, &organization).await;
    notes(group, &contact).await;
    interactions(group, &contact, &organization, &user).await;
    codes_and_users(group).await;
}

/// Runs items that are partly refused under both policies; returns the results of those that were accepted.
async fn both(group: &mut Group<'_>, mutation: &str, items: Value) -> Vec<Value> {
    let input = json!({ "items": items });
    group
        .change(format!("{mutation}: all or nothing"), mutation, input)
        .await;
    let input = json!({ "items": items, "policy": "EACH" });
    let payload = group.change(format!("{mutation}: each"), mutation, input).await;
    if mutation.starts_with("up") {
        let mut again = items[0].clone();
        again.as_object_mut().unwrap().remove("expectedVersion");
        accept(group, mutation, json!([again])).await;
    }
    payload["results"].as_array().unwrap().clone()
}

/// Runs items that are all accepted.
async fn accept(group: &mut Group<'_>, mutation: &str, items: Value) {
    let input = json!({ "items": items });
    group
        .change(format!("{mutation}: all accepted"), mutation, input)
        .await;
}

async fn contacts(group: &mut Group<'_>, organization: &Value, key: &Value) {
    let every_field = json!({
        "organizationId": organization, "salutation": "Dr.", "firstName": "Ada", "middleName": "King", "lastName": "Lovelace",
        "title": "Head of Computing", "tags": ["vip"], "externalIds": [{ "source": "crm", "value": "1" }],
        "phoneNumbers": [{ "input": "+1 212 555 0100" }], "emailAddresses": [{ "address": "ada@engines.example" }],
        "addresses": [{ "city": "London" }], "socialHandles": [{ "network": "X", "handle": "ada" }], "surveyOptOut": true,
        "externalSystemUrl": "https://crm.example/contacts/1",
    });
    let input = json!({ "items": [every_field, { "lastName": "Babbage" }], "policy": "ALL_OR_NOTHING", "idempotencyKey": "1" });
    let payload = group
        .change("createContacts: every field", "createContacts", input)
        .await;
    let ada = payload["results"][0]["contact"]["id"].clone();
    let items = json!([
        { "lastName": "Hopper" }, { "title": "Nobody" }, { "lastName": "X", "externalIds": [{ "source": "crm", "value": "1" }] },
        { "lastName": "X", "organizationId": ABSENT }, { "firstName": "Grace", "emailAddresses": [{ "address": "x" }] },
    ]);
    let created = both(group, "createContacts", items).await;
    let hopper = created[0]["contact"]["id"].clone();
    let items = json!([
        { "id": ada, "title": "Countess", "expectedVersion": 1 }, { "id": hopper, "title": "Late", "expectedVersion": 7 },
        { "id": ABSENT }, { "id": ada, "title": "Twice" }, { "id": hopper, "firstName": "Grace", "tags": [""] },
    ]);
    both(group, "updateContacts", items).await;
    let items = json!([
        { "key": { "externalId": { "source": "crm", "value": "1" } }, "title": "Analyst", "organizationKey": null },
        { "key": { "externalId": { "source": "hr", "value": "2" } }, "lastName": "Turing", "organizationKey": { "externalId": key } },
        { "key": { "externalId": { "source": "hr", "value": "2" } }, "lastName": "Twice" }, { "key": { "externalId": { "source": "hr", "value": "3" } } },
        { "key": { "externalId": { "source": "hr", "value": "4" } }, "lastName": "X", "organizationKey": { "externalId": { "source": "crm", "value": "none" } } },
    ]);
    both(group, "upsertContacts", items).await;
    let note = json!({ "subjectId": ada, "text": "Likes engines" });
    group
        .change("a note about the first contact", "createNote", note)
        .await;
    let items = json!([
        { "id": ada }, { "id": hopper, "expectedVersion": 7 }, { "id": ada }, { "id": ABSENT }, { "id": "nonsense" },
    ]);
    both(group, "deleteContacts", items).await;
    let names = "{ contacts { nodes { displayName title version organization { name } } } }";
    group.read("the contacts that are left", names).await;
    group
        .change(
            "deleteContacts: no items",
            "deleteContacts",
            json!({ "items": [] }),
        )
        .await;
    let input = json!({ "items": vec![json!({ "lastName": "X" }); 101] });
    group
        .change("createContacts: too many items", "createContacts", input)
        .await;
}

async fn organizations(group: &mut Group<'_>) {
    let every_field = json!({
        "name": "Difference Engines", "companyType": "Customer", "industry": "Machines", "address": { "city": "London" },
        "phoneNumber": { "input": "+44 20 7946 0958" }, "faxNumber": { "input": "+44 20 7946 0959" }, "employeeCount": 7,
        "annualRevenue": { "amount": "100", "currency": "GBP" }, "websites": ["https://engines.example"], "tags": ["vip"],
        "tickers": [{ "symbol": "ENG", "exchange": "LSE" }], "externalSystemUrl": "https://crm.example/1",
        "externalIds": [{ "source": "crm", "value": "B-1" }],
    });
    let input =
        json!({ "items": [every_field, { "name": "Looms" }], "policy": "EACH", "idempotencyKey": "1" });
    let payload = group
        .change("createOrganizations: every field", "createOrganizations", input)
        .await;
    let [engines, looms] = [0, 1].map(|place| payload["results"][place]["organization"]["id"].clone());
    let items = json!([
        { "name": "Mills" }, { "name": " " }, { "name": "X", "externalIds": [{ "source": "crm", "value": "B-1" }] },
        { "name": "X", "employeeCount": -1 },
    ]);
    both(group, "createOrganizations", items).await;
    let employee = json!({ "lastName": "Ada", "organizationId": looms });
    let ada = group.change("an employee", "createContact", employee).await["contact"]["id"].take();
    let items = json!([
        { "id": looms, "primaryContactId": ada, "industry": "Cloth", "expectedVersion": 1 },
        { "id": engines, "primaryContactId": ada }, { "id": ABSENT }, { "id": looms, "name": "Twice" },
    ]);
    both(group, "updateOrganizations", items).await;
    let items = json!([
        { "key": { "externalId": { "source": "crm", "value": "B-1" } }, "name": "Analytical Looms" },
        { "key": { "externalId": { "source": "crm", "value": "B-2" } }, "name": "Mills" }, { "key": { "externalId": { "source": "crm", "value": "B-3" } } },
        { "key": { "externalId": { "source": "crm", "value": "B-1" } }, "industry": "Twice" },
    ]);
    both(group, "upsertOrganizations", items).await;
    let items =
        json!([{ "id": looms }, { "id": engines, "expectedVersion": 9 }, { "id": looms }, { "id": ABSENT }]);
    both(group, "deleteOrganizations", items).await;
    accept(group, "deleteOrganizations", json!([{ "id": engines }])).await;
}

async fn relationships(group: &mut Group<'_>, user: &Value, organization: &Value) {
    let role = |r#type: &str| json!({ "userId": user, "organizationId": organization, "type": r#type });
    let mut ended = role("Seller");
    ended["startedOn"] = json!("2026-01-01");
    ended["endedOn"] = json!("2026-02-01");
    let input = json!({ "items": [role("Owner"), ended], "idempotencyKey": "1" });
    let payload = group
        .change("createRelationships", "createRelationships", input)
        .await;
    let [owner, seller] = [0, 1].map(|place| payload["results"][place]["relationship"]["id"].clone());
    let items = json!([role("Buyer"), role("owner"), role("buyer"), { "userId": ABSENT, "organizationId": organization, "type": "X" }]);
    both(group, "createRelationships", items).await;
    let items = json!([
        { "id": owner, "type": "Advisor" }, { "id": seller, "type": "Owner", "endedOn": null }, { "id": owner, "type": "X" },
        { "id": ABSENT },
    ]);
    both(group, "updateRelationships", items).await;
    both(
        group,
        "deleteRelationships",
        json!([{ "id": owner }, { "id": owner }, { "id": seller, "expectedVersion": 9 }]),
    )
    .await;
    accept(group, "deleteRelationships", json!([{ "id": seller }])).await;
}

async fn notes(group: &mut Group<'_>, contact: &Value) {
    let items = json!([{ "subjectId": contact, "text": "Likes engines", "pinned": true }, { "subjectId": contact, "text": "Calls" }]);
    let payload = group
        .change(
            "createNotes",
            "createNotes",
            json!({ "items": items, "idempotencyKey": "1" }),
        )
        .await;
    let [one, two] = [0, 1].map(|place| payload["results"][place]["note"]["id"].clone());
    let items = json!([{ "subjectId": contact, "text": "Third" }, { "subjectId": ABSENT, "text": "X" }, { "subjectId": contact, "text": " " }]);
    both(group, "createNotes", items).await;
    let items = json!([{ "id": one, "text": "Loves engines" }, { "id": two, "pinned": true, "expectedVersion": 9 }, { "id": one }]);
    both(group, "updateNotes", items).await;
    both(
        group,
        "deleteNotes",
        json!([{ "id": two }, { "id": two }, { "id": one, "expectedVersion": 1 }]),
    )
    .await;
    accept(group, "deleteNotes", json!([{ "id": one }])).await;
}

async fn interactions(group: &mut Group<'_>, contact: &Value, organization: &Value, user: &Value) {
    let call = |id: &str| json!({ "externalId": id, "mediaType": "CALL", "direction": "INBOUND", "startedAt": "2026-01-02T03:04:05Z" });
    let mut every_field = call("1");
    for (name, value) in [
        ("endedAt", json!("2026-01-02T03:05:00Z")),
        ("subjectLine", json!("Engines")),
        ("queueName", json!("Sales")),
        ("contactId", contact.clone()),
        ("organizationId", organization.clone()),
        ("agentIds", json!([user])),
        ("contactPoint", json!({ "phoneNumber": "+12025550142" })),
    ] {
        every_field[name] = value;
    }
    let input = json!({ "items": [every_field, call("2")], "idempotencyKey": "1" });
    group
        .change("recordInteractions: every field", "recordInteractions", input)
        .await;
    let mut known = call("2");
    known["agentIds"] = json!([user]);
    let mut wrong = call("4");
    wrong["contactId"] = json!(ABSENT);
    let mut late = call("5");
    late["endedAt"] = json!("2026-01-01T00:00:00Z");
    let mut alone = call("6");
    alone["agentIds"] = json!([user, "user_0192f7c4-1c2d-7e3f-8a4b-5c6d7e8f9a0b"]);
    both(
        group,
        "recordInteractions",
        json!([known, call("3"), call("2"), wrong, late, alone]),
    )
    .await;
}

async fn codes_and_users(group: &mut Group<'_>) {
    let items = json!([{ "name": "Sold", "description": "A sale", "active": true }, { "name": "Lost" }]);
    let payload = group
        .change(
            "createWrapUpCodes",
            "createWrapUpCodes",
            json!({ "items": items, "idempotencyKey": "1" }),
        )
        .await;
    let [sold, lost] = [0, 1].map(|place| payload["results"][place]["wrapUpCode"]["id"].clone());
    both(
        group,
        "createWrapUpCodes",
        json!([{ "name": "Open" }, { "name": "SOLD" }, { "name": "open" }, { "name": " " }]),
    )
    .await;
    let items = json!([{ "id": sold, "name": "Won" }, { "id": lost, "name": "Sold" }, { "id": sold }, { "id": ABSENT }]);
    both(group, "updateWrapUpCodes", items).await;
    let items = json!([
        { "subject": "ann", "title": "Manager" }, { "subject": "ben", "name": "Ben", "email": "ben@acme.example" }, { "subject": "ben" },
        { "subject": " " },
    ]);
    both(group, "upsertUsers", items).await;
}
