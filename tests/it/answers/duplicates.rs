//! Records that may be the same as others.

use serde_json::{Value, json};

use super::fields::DUPLICATES;
use super::group::Group;

pub async fn record(group: &mut Group<'_>) {
    let contact = contacts(group).await;
    let organization = organizations(group).await;
    for (kind, id) in [("contact", contact), ("organization", organization)] {
        let query = format!("query ($id: ID!) {{ {kind}(id: $id) {{ {DUPLICATES} }} }}");
        group
            .ask(format!("the duplicates of: {kind}"), &query, json!({ "id": id }))
            .await;
    }
}

/// Creates a contact and others that are like it. Returns the first.
async fn contacts(group: &mut Group<'_>) -> Value {
    let engines = json!({ "name": "Engines" });
    let engines =
        group.change("an employer", "createOrganization", engines).await["organization"]["id"].take();
    let handles = json!([{ "network": "X", "handle": "ada" }]);
    let london = json!([{ "city": "London" }]);
    let mut first = Value::Null;
    for (title, input) in [
        (
            "the first",
            json!({ "firstName": "Ada", "lastName": "Lovelace", "organizationId": engines, "addresses": london,
            "emailAddresses": [{ "address": "ada@engines.example" }], "phoneNumbers": [{ "input": "+442079460001" }],
            "socialHandles": handles }),
        ),
        (
            "the same address and name",
            json!({ "firstName": "Ada", "lastName": "Lovelace",
            "emailAddresses": [{ "address": "ada@engines.example" }], "onDuplicate": "CREATE" }),
        ),
        (
            "refused",
            json!({ "lastName": "Byron", "emailAddresses": [{ "address": "ada@engines.example" }], "onDuplicate": "REFUSE" }),
        ),
        (
            "refused and not valid",
            json!({ "title": "Nobody", "onDuplicate": "REFUSE" }),
        ),
        (
            "not refused",
            json!({ "firstName": "Ben", "lastName": "Gomez", "phoneNumbers": [{ "input": "+442079460001" }],
            "onDuplicate": "REFUSE" }),
        ),
        (
            "the same number, a similar name",
            json!({ "firstName": "A.", "lastName": "Lovelace",
            "phoneNumbers": [{ "input": "+442079460001" }] }),
        ),
        (
            "the same handle",
            json!({ "lastName": "King", "socialHandles": handles }),
        ),
        (
            "the same name and employer",
            json!({ "firstName": "Ada", "lastName": "Lovelace", "organizationId": engines }),
        ),
        (
            "a similar name, the same employer",
            json!({ "firstName": "Ada", "lastName": "Lovelacce", "organizationId": engines }),
        ),
        (
            "the same name and city",
            json!({ "firstName": "Ada", "lastName": "Lovelace", "addresses": london }),
        ),
    ] {
        let created = group
            .change(format!("contact: {title}"), "createContact", input)
            .await["contact"]["id"]
            .take();
        if first.is_null() {
            first = created;
        }
    }
    first
}

/// Creates an organization and others that are like it. Returns the first.
async fn organizations(group: &mut Group<'_>) -> Value {
    let linz = json!({ "city": "Linz" });
    let mut first = Value::Null;
    for (title, input) in [
        (
            "the first",
            json!({ "name": "Acme Robotics GmbH", "websites": ["https://acme.example"], "address": linz,
            "phoneNumber": { "input": "+12025550123" } }),
        ),
        (
            "the same website",
            json!({ "name": "Rowan Holding", "websites": ["https://www.acme.example/about"] }),
        ),
        (
            "refused",
            json!({ "name": "Acme Robotics", "websites": ["https://acme.example"], "onDuplicate": "REFUSE" }),
        ),
        (
            "the same number",
            json!({ "name": "Mills", "phoneNumber": { "input": "+12025550123" } }),
        ),
        (
            "the same name and city",
            json!({ "name": "ACME Robotics Ltd", "address": linz }),
        ),
        (
            "a similar name, the same city",
            json!({ "name": "Acme Robotcs", "address": linz }),
        ),
        ("the same name", json!({ "name": "Acme Robotics Inc." })),
    ] {
        let title = format!("organization: {title}");
        let created = group.change(title, "createOrganization", input).await["organization"]["id"].take();
        if first.is_null() {
            first = created;
        }
    }
    first
}
