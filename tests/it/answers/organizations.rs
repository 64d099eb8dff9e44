//! Creating, updating, upserting and deleting organizations, and each refusal.

use serde_json::{Value, json};

use super::group::Group;

const ABSENT: &str = "organization_0192f7c4-1c2d-7e3f-8a4b-5c6d7e8f9a0b";

pub async fn record(group: &mut Group<'_>) {
    let acme = created(group).await;
    refused(group).await;
    updated(group, &acme).await;
    primary_contact(group, &acme).await;
    upserted(group).await;
    deleted(group, &acme).await;
    orders(group).await;
}

/// Every field but the name.
fn every_field() -> Value {
    json!({
        "companyType": "Customer", "industry": " Logistics ",
        "address": { "lines": ["1 Main St"], "city": "Zürich", "region": "ZH", "postalCode": "8001", "countryCode": "ch", "label": "MAIN", "primary": true },
        "phoneNumber": { "input": "+41 44 668 18 00", "extension": "5", "label": "MAIN", "primary": true },
        "faxNumber": { "input": "(202) 555-0124", "label": "FAX" }, "employeeCount": 12,
        "annualRevenue": { "amount": "1234.50", "currency": "chf" }, "websites": ["https://www.acme.example/", "http://acme.example"],
        "tags": ["vip", "key account"], "tickers": [{ "symbol": "acme", "exchange": "NYSE" }],
        "externalSystemUrl": "https://crm.example/1", "externalIds": [{ "source": "crm", "value": "1" }],
    })
}

async fn created(group: &mut Group<'_>) -> Value {
    let mut input = every_field();
    input["name"] = json!(" Acme ");
    let acme = group
        .change("create: every field", "createOrganization", input)
        .await["organization"]["id"]
        .take();
    group
        .change(
            "create: a name alone",
            "createOrganization",
            json!({ "name": "Zenith" }),
        )
        .await;
    let nulls = json!({ "name": "Nadir", "industry": null, "address": null, "tags": null, "annualRevenue": null, "websites": [] });
    group
        .change("create: nulls and empty lists", "createOrganization", nulls)
        .await;
    acme
}

async fn refused(group: &mut Group<'_>) {
    for (title, fields) in [
        ("a blank name", json!({ "name": " " })),
        (
            "long texts",
            json!({ "name": "x".repeat(1001), "industry": "x".repeat(257), "companyType": "x".repeat(257) }),
        ),
        ("a negative count", json!({ "name": "X", "employeeCount": -1 })),
        (
            "a negative amount",
            json!({ "name": "X", "annualRevenue": { "amount": "-1", "currency": "EUR" } }),
        ),
        (
            "an amount with many digits",
            json!({ "name": "X", "annualRevenue": { "amount": "0.123456789", "currency": "EUR" } }),
        ),
        (
            "an unknown currency",
            json!({ "name": "X", "annualRevenue": { "amount": "1", "currency": "XYZ" } }),
        ),
        (
            "websites",
            json!({ "name": "X", "websites": ["https://a.example", "nonsense", "ftp://b.example"] }),
        ),
        (
            "too many websites",
            json!({ "name": "X", "websites": vec!["https://a.example"; 21] }),
        ),
        (
            "tickers",
            json!({ "name": "X", "tickers": [{ "symbol": "", "exchange": "" }, { "symbol": "x".repeat(101), "exchange": "NYSE" }] }),
        ),
        (
            "too many tickers",
            json!({ "name": "X", "tickers": vec![json!({ "symbol": "A", "exchange": "B" }); 11] }),
        ),
        ("an empty address", json!({ "name": "X", "address": {} })),
        (
            "an unknown country",
            json!({ "name": "X", "address": { "countryCode": "Switzerland" } }),
        ),
        (
            "an empty phone number",
            json!({ "name": "X", "phoneNumber": { "input": " " }, "faxNumber": { "input": "" } }),
        ),
        (
            "an external id that is taken",
            json!({ "name": "X", "externalIds": [{ "source": "crm", "value": "1" }] }),
        ),
        (
            "everything at once",
            json!({ "name": "", "employeeCount": -1, "websites": ["nonsense"], "tags": [""], "address": {} }),
        ),
    ] {
        group
            .change(format!("create: {title}"), "createOrganization", fields)
            .await;
    }
}

async fn updated(group: &mut Group<'_>, acme: &Value) {
    for (title, fields) in [
        ("nothing", json!({})),
        ("the same value", json!({ "name": "Acme" })),
        ("a name", json!({ "name": "Acme Holding", "expectedVersion": 1 })),
        (
            "fields cleared",
            json!({ "industry": null, "address": null, "faxNumber": null, "employeeCount": null, "annualRevenue": null }),
        ),
        (
            "lists replaced",
            json!({ "tags": [], "websites": ["https://acme.example/new"], "tickers": null }),
        ),
        ("the name cleared", json!({ "name": null })),
        ("a blank name", json!({ "name": "" })),
        (
            "an earlier version",
            json!({ "name": "Late", "expectedVersion": 1 }),
        ),
        (
            "a primary contact that does not exist",
            json!({ "primaryContactId": "contact_0192f7c4-1c2d-7e3f-8a4b-5c6d7e8f9a0b" }),
        ),
        (
            "a primary contact that is none",
            json!({ "primaryContactId": acme }),
        ),
        (
            "wrong values",
            json!({ "employeeCount": -5, "phoneNumber": { "input": "" } }),
        ),
    ] {
        let mut input = fields;
        input["id"] = acme.clone();
        group
            .change(format!("update: {title}"), "updateOrganization", input)
            .await;
    }
    let mut input = every_field();
    input["id"] = acme.clone();
    group
        .change("update: every field", "updateOrganization", input)
        .await;
    for (title, id) in [("not found", ABSENT), ("not an id", "nonsense")] {
        group
            .change(
                format!("update: {title}"),
                "updateOrganization",
                json!({ "id": id, "name": "X" }),
            )
            .await;
    }
}

async fn primary_contact(group: &mut Group<'_>, acme: &Value) {
    let person = json!({ "lastName": "Wile", "organizationId": acme });
    let own = group.change("one who works there", "createContact", person).await["contact"]["id"].take();
    let person = json!({ "lastName": "Stranger" });
    let other = group.change("one who does not", "createContact", person).await["contact"]["id"].take();
    for (title, contact) in [
        ("another's", &other),
        ("its own", &own),
        ("none", &Value::Null),
        ("its own again", &own),
    ] {
        let input = json!({ "id": acme, "primaryContactId": contact });
        group
            .change(format!("primary contact: {title}"), "updateOrganization", input)
            .await;
    }
    let moved = json!({ "id": own, "organizationId": null });
    group
        .change("the primary contact leaves", "updateContact", moved)
        .await;
    let read = "query ($id: ID!) { organization(id: $id) { version primaryContact { id } contacts { totalCount { value } } } }";
    group
        .ask("the organization after that", read, json!({ "id": acme }))
        .await;
}

async fn upserted(group: &mut Group<'_>) {
    let key = json!({ "externalId": { "source": "erp", "value": "1" } });
    let mut every = every_field();
    every["name"] = json!("Every");
    every["key"] = json!({ "externalId": { "source": "erp", "value": "2" } });
    every["externalIds"] = json!([{ "source": "other", "value": "2" }]);
    for (title, input) in [
        ("without a name", json!({ "key": key })),
        ("a new one", json!({ "key": key, "name": "Upsert" })),
        ("the same again", json!({ "key": key, "name": "Upsert" })),
        ("a field more", json!({ "key": key, "industry": "Food" })),
        ("the name cleared", json!({ "key": key, "name": null })),
        ("every field", every),
        (
            "an external id of another",
            json!({ "key": key, "externalIds": [{ "source": "crm", "value": "1" }] }),
        ),
        (
            "an empty key",
            json!({ "key": { "externalId": { "source": "", "value": "" } }, "name": "X" }),
        ),
    ] {
        group
            .change(format!("upsert: {title}"), "upsertOrganization", input)
            .await;
    }
}

async fn deleted(group: &mut Group<'_>, acme: &Value) {
    let user = group
        .change("a user", "upsertUser", json!({ "subject": "ann", "name": "Ann" }))
        .await["user"]["id"]
        .take();
    let relationship = json!({ "userId": user, "organizationId": acme, "type": "Owner" });
    group
        .change("a relationship with it", "createRelationship", relationship)
        .await;
    group
        .change(
            "a note about it",
            "createNote",
            json!({ "subjectId": acme, "text": "Pays late" }),
        )
        .await;
    let person = json!({ "lastName": "Runner", "organizationId": acme });
    let person = group.change("one who works there", "createContact", person).await["contact"]["id"].take();
    let call = json!({ "mediaType": "CALL", "direction": "OUTBOUND", "startedAt": "2026-01-02T03:04:05Z", "contactId": person });
    group.change("a call with them", "recordInteraction", call).await;
    for (title, input) in [
        ("an earlier version", json!({ "id": acme, "expectedVersion": 1 })),
        ("not an id", json!({ "id": "nonsense" })),
        ("with everything about it", json!({ "id": acme })),
        ("again", json!({ "id": acme })),
    ] {
        group
            .change(format!("delete: {title}"), "deleteOrganization", input)
            .await;
    }
    let left = "query ($id: ID!) { contact(id: $id) { version organization { id } interactions { nodes { organization { id } } } }
        relationships { nodes { id } } notes { nodes { id } } }";
    group
        .ask("what is left of it", left, json!({ "id": person }))
        .await;
}

/// Lists in the order of creation and of the last change, where both are the operations' own.
async fn orders(group: &mut Group<'_>) {
    for field in ["CREATED_AT", "UPDATED_AT", "NAME"] {
        let query = "query ($orderBy: OrganizationOrder) { organizations(orderBy: $orderBy) { nodes { name version } } }";
        for direction in ["ASC", "DESC"] {
            let order = json!({ "orderBy": { "field": field, "direction": direction } });
            group.ask(format!("by {field} {direction}"), query, order).await;
        }
    }
}
