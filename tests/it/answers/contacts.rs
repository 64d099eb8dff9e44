//! Creating, updating, upserting and deleting contacts, and each refusal.

use serde_json::{Value, json};

use super::group::Group;

/// An id of a contact that does not exist.
const ABSENT: &str = "contact_0192f7c4-1c2d-7e3f-8a4b-5c6d7e8f9a0b";

pub async fn record(group: &mut Group<'_>) {
    let organization = group
        .change(
            "an employer",
            "createOrganization",
            json!({ "name": "Analytical Engines" }),
        )
        .await;
    let organization = organization["organization"]["id"].clone();
    let key = json!({ "source": "crm", "value": "A-1" });
    let input = json!({ "name": "Difference Engines", "externalIds": [key] });
    group
        .change("another employer", "createOrganization", input)
        .await;

    let ada = created(group, &organization).await;
    refused(group).await;
    points(group).await;
    updated(group, &ada, &organization).await;
    upserted(group).await;
    deleted(group, &ada, &organization).await;
    limited(group).await;
}

async fn created(group: &mut Group<'_>, organization: &Value) -> Value {
    let networks = |names: &[&str]| -> Value {
        names
            .iter()
            .map(|name| json!({ "network": name, "handle": format!("ada.{}", name.to_lowercase()) }))
            .collect()
    };
    let labels = [
        "WORK",
        "MOBILE",
        "HOME",
        "MAIN",
        "FAX",
        "ASSISTANT",
        "BILLING",
        "SHIPPING",
        "OTHER",
    ];
    let numbers: Vec<Value> = labels
        .iter()
        .enumerate()
        .map(|(place, label)| json!({ "input": format!("+1 212 555 01{place:02}"), "label": label, "primary": place == 1 }))
        .collect();
    let input = json!({
        "organizationId": organization, "salutation": " Dr. ", "firstName": " Ada", "middleName": "King", "lastName": "Lovelace ",
        "title": "Head of Computing", "tags": ["vip", " Beta tester ", "vip"], "surveyOptOut": true,
        "externalIds": [{ "source": "crm", "value": "1" }, { "source": "erp", "value": "1" }],
        "phoneNumbers": numbers,
        "emailAddresses": [{ "address": "Ada@Engines.example", "label": "WORK", "primary": true }, { "address": "ada@home.example" }],
        "addresses": [{ "lines": ["12 St James's Square", "", " c/o Byron "], "city": "London", "region": "Greater London",
            "postalCode": "SW1Y 4JH", "countryCode": "gb", "label": "HOME", "primary": true }],
        "socialHandles": networks(&["BLUESKY", "DISCORD", "FACEBOOK", "GITHUB", "INSTAGRAM", "LINE", "LINKEDIN", "MASTODON",
            "SIGNAL", "SLACK", "TEAMS", "TELEGRAM", "THREADS", "TIKTOK", "VIBER", "WECHAT", "WHATSAPP", "X", "XING", "YOUTUBE"]),
        "externalSystemUrl": "https://crm.example/contacts/1",
    });
    let ada = group.change("create: every field", "createContact", input).await["contact"]["id"].take();
    group
        .change(
            "create: a last name alone",
            "createContact",
            json!({ "lastName": "Babbage" }),
        )
        .await;
    group
        .change(
            "create: a first name alone",
            "createContact",
            json!({ "firstName": "Grace" }),
        )
        .await;
    let input = json!({ "lastName": "Hopper", "socialHandles": [{ "network": "OTHER", "handle": "@grace" }],
        "title": null, "tags": [], "phoneNumbers": null, "surveyOptOut": null });
    group
        .change("create: nulls and empty lists", "createContact", input)
        .await;
    ada
}

async fn refused(group: &mut Group<'_>) {
    let long = "x".repeat(1001);
    let external_ids: Vec<Value> = (0..11)
        .map(|number| json!({ "source": "s", "value": number.to_string() }))
        .collect();
    for (title, fields) in [
        ("no name", json!({ "title": "Nobody" })),
        ("blank names", json!({ "firstName": " ", "lastName": "" })),
        (
            "long texts",
            json!({ "lastName": long, "firstName": long, "middleName": long, "salutation": long, "title": long }),
        ),
        ("a control character", json!({ "lastName": "Love\u{0}lace" })),
        (
            "an employer that does not exist",
            json!({ "lastName": "X", "organizationId": "organization_0192f7c4-1c2d-7e3f-8a4b-5c6d7e8f9a0b" }),
        ),
        (
            "an employer that is no organization",
            json!({ "lastName": "X", "organizationId": ABSENT }),
        ),
        (
            "an external id that is taken",
            json!({ "lastName": "X", "externalIds": [{ "source": "erp", "value": "1" }] }),
        ),
        (
            "the same external id twice",
            json!({ "lastName": "X", "externalIds": [{ "source": "a", "value": "1" }, { "source": "a", "value": "1" }] }),
        ),
        (
            "two external ids of one source",
            json!({ "lastName": "X", "externalIds": [{ "source": "a", "value": "1" }, { "source": "a", "value": "2" }] }),
        ),
        (
            "an empty external id",
            json!({ "lastName": "X", "externalIds": [{ "source": "", "value": " " }] }),
        ),
        (
            "too many external ids",
            json!({ "lastName": "X", "externalIds": external_ids }),
        ),
        ("tags", json!({ "lastName": "X", "tags": ["", "x".repeat(101)] })),
        (
            "too many tags",
            json!({ "lastName": "X", "tags": (0..51).map(|tag| tag.to_string()).collect::<Vec<_>>() }),
        ),
        (
            "a URL that is none",
            json!({ "lastName": "X", "externalSystemUrl": "nonsense" }),
        ),
        (
            "everything at once",
            json!({ "tags": [""], "emailAddresses": [{ "address": "x" }], "addresses": [{}], "socialHandles": [{ "network": "X", "handle": "" }] }),
        ),
    ] {
        group
            .change(format!("create: {title}"), "createContact", fields)
            .await;
    }
}

/// Phone numbers, e-mail addresses, postal addresses and handles.
async fn points(group: &mut Group<'_>) {
    let many = |item: Value, count: usize| json!(vec![item; count]);
    let mut points = Vec::new();
    for input in [
        "(212) 555-0123",
        "+44 20 7946 0958 ext. 12",
        "0800 FLOWERS",
        "desk 12",
        "911",
        "",
        "x".repeat(101).as_str(),
    ] {
        points.push(json!({ "phoneNumbers": [{ "input": input }] }));
    }
    points.extend([
        json!({ "phoneNumbers": [{ "input": "+49 30 901820", "extension": "17" }] }),
        json!({ "phoneNumbers": [{ "input": "+49 30 901820", "extension": "x".repeat(30) }] }),
        json!({ "phoneNumbers": [{ "input": "1", "primary": true }, { "input": "2", "primary": true }] }),
        json!({ "phoneNumbers": many(json!({ "input": "+12125550100" }), 21) }),
        json!({ "emailAddresses": [{ "address": "nonsense" }, { "address": "a@b" }, { "address": " Ä@exämple.org " }] }),
        json!({ "emailAddresses": [{ "address": "a@b.example", "primary": true }, { "address": "c@b.example", "primary": true }] }),
        json!({ "emailAddresses": many(json!({ "address": "a@b.example" }), 21) }),
        json!({ "addresses": [{ "countryCode": "Germany" }, { "countryCode": "XX" }, { "lines": [" "] }] }),
        json!({ "addresses": [{ "lines": ["a", "b", "c", "d"] }, { "city": "x".repeat(101), "postalCode": "x".repeat(26) }] }),
        json!({ "addresses": [{ "city": "A", "primary": true }, { "city": "B", "primary": true }] }),
        json!({ "addresses": many(json!({ "city": "Berlin" }), 11) }),
        json!({ "socialHandles": [{ "network": "X", "handle": " " }, { "network": "X", "handle": "x".repeat(300) }] }),
        json!({ "socialHandles": many(json!({ "network": "X", "handle": "a" }), 21) }),
    ]);
    for mut point in points {
        point["lastName"] = json!("Point");
        group
            .change("create: ways to reach somebody", "createContact", point)
            .await;
    }
}

async fn updated(group: &mut Group<'_>, ada: &Value, organization: &Value) {
    for (title, fields) in [
        ("nothing", json!({})),
        ("the same value", json!({ "title": "Head of Computing" })),
        ("one field", json!({ "title": "Countess" })),
        (
            "other fields",
            json!({ "salutation": "Lady", "addresses": [{ "city": "London" }] }),
        ),
        ("a field cleared", json!({ "title": null, "middleName": "" })),
        (
            "lists replaced",
            json!({ "tags": ["speaker"], "phoneNumbers": [], "socialHandles": null }),
        ),
        ("the employer cleared", json!({ "organizationId": null })),
        (
            "an employer",
            json!({ "organizationId": organization, "expectedVersion": 6 }),
        ),
        ("one of two names cleared", json!({ "firstName": null })),
        ("the other name cleared", json!({ "lastName": null })),
        (
            "an earlier version",
            json!({ "title": "Late", "expectedVersion": 1 }),
        ),
        (
            "an employer that does not exist",
            json!({ "organizationId": "organization_0192f7c4-1c2d-7e3f-8a4b-5c6d7e8f9a0b" }),
        ),
        (
            "an external id that is taken",
            json!({ "externalIds": [{ "source": "crm", "value": "A-1" }, { "source": "erp", "value": "1" }] }),
        ),
        (
            "wrong values",
            json!({ "emailAddresses": [{ "address": "x" }], "externalSystemUrl": null, "surveyOptOut": null }),
        ),
    ] {
        let mut input = fields;
        input["id"] = ada.clone();
        group
            .change(format!("update: {title}"), "updateContact", input)
            .await;
    }
    for (title, id) in [("not found", ABSENT), ("not an id", "nonsense")] {
        group
            .change(
                format!("update: {title}"),
                "updateContact",
                json!({ "id": id, "title": "X" }),
            )
            .await;
    }
    group
        .change(
            "update: an organization",
            "updateContact",
            json!({ "id": organization, "title": "X" }),
        )
        .await;
}

async fn upserted(group: &mut Group<'_>) {
    let key = json!({ "externalId": { "source": "hr", "value": "7" } });
    let employer = json!({ "externalId": { "source": "crm", "value": "A-1" } });
    for (title, input) in [
        ("without a name", json!({ "key": key })),
        (
            "a new one",
            json!({ "key": key, "lastName": "Turing", "organizationKey": employer }),
        ),
        ("the same again", json!({ "key": key, "lastName": "Turing" })),
        (
            "a field more",
            json!({ "key": key, "firstName": "Alan", "tags": ["vip"] }),
        ),
        (
            "the employer cleared",
            json!({ "key": key, "organizationKey": null }),
        ),
        (
            "an employer nobody knows",
            json!({ "key": key, "organizationKey": { "externalId": { "source": "crm", "value": "none" } } }),
        ),
        (
            "an empty key of the employer",
            json!({ "key": key, "organizationKey": { "externalId": { "source": "", "value": "" } } }),
        ),
        (
            "other external ids",
            json!({ "key": key, "externalIds": [{ "source": "erp", "value": "7" }] }),
        ),
        (
            "the key among them",
            json!({ "key": { "externalId": { "source": "hr", "value": "8" } }, "lastName": "Kept", "externalIds": [{ "source": "hr", "value": "8" }] }),
        ),
        (
            "an external id of another",
            json!({ "key": { "externalId": { "source": "hr", "value": "9" } }, "lastName": "X", "externalIds": [{ "source": "crm", "value": "1" }] }),
        ),
        (
            "an empty key",
            json!({ "key": { "externalId": { "source": " ", "value": "7" } }, "lastName": "X" }),
        ),
        (
            "every field",
            json!({ "key": { "externalId": { "source": "hr", "value": "10" } }, "salutation": "Ms", "firstName": "Joan", "middleName": "E. L.",
            "lastName": "Clarke", "title": "Analyst", "tags": ["a"], "externalIds": [], "phoneNumbers": [{ "input": "+44 20 7946 0958" }],
            "emailAddresses": [{ "address": "joan@park.example" }], "addresses": [{ "city": "Bletchley" }],
            "socialHandles": [{ "network": "LINKEDIN", "handle": "joan" }], "surveyOptOut": true,
            "externalSystemUrl": "https://hr.example/10" }),
        ),
        (
            "wrong values",
            json!({ "key": { "externalId": { "source": "hr", "value": "11" } }, "lastName": "X", "phoneNumbers": [{ "input": "" }] }),
        ),
    ] {
        group
            .change(format!("upsert: {title}"), "upsertContact", input)
            .await;
    }
}

async fn deleted(group: &mut Group<'_>, ada: &Value, organization: &Value) {
    let note = json!({ "subjectId": ada, "text": "Likes engines" });
    group.change("a note about the contact", "createNote", note).await;
    let call = json!({ "externalId": "call-1", "mediaType": "CALL", "direction": "INBOUND",
        "startedAt": "2026-01-02T03:04:05Z", "contactId": ada });
    group
        .change("a call with the contact", "recordInteraction", call)
        .await;
    group
        .change(
            "a primary contact",
            "updateOrganization",
            json!({ "id": organization, "primaryContactId": ada }),
        )
        .await;
    for (title, input) in [
        ("an earlier version", json!({ "id": ada, "expectedVersion": 1 })),
        ("not an id", json!({ "id": "nonsense" })),
        ("with its notes", json!({ "id": ada })),
        ("again", json!({ "id": ada })),
    ] {
        group
            .change(format!("delete: {title}"), "deleteContact", input)
            .await;
    }
    let left = "query ($contact: ID!, $organization: ID!) { contact(id: $contact) { id } notes { nodes { text } }
        organization(id: $organization) { primaryContact { id } version interactions { nodes { externalId contact { id } } } } }";
    group
        .ask(
            "what is left of it",
            left,
            json!({ "contact": ada, "organization": organization }),
        )
        .await;
    let again = json!({ "lastName": "Byron", "externalIds": [{ "source": "erp", "value": "1" }] });
    group
        .change(
            "create: an external id that is free again",
            "createContact",
            again,
        )
        .await;
}

async fn limited(group: &mut Group<'_>) {
    let entities = group.tenant.managed_entities().await.unwrap();
    group
        .tenant
        .set_limit(i32::try_from(entities).unwrap())
        .await
        .unwrap();
    group
        .change("create: no room", "createContact", json!({ "lastName": "X" }))
        .await;
    let input = json!({ "key": { "externalId": { "source": "hr", "value": "12" } }, "lastName": "X" });
    group.change("upsert: no room", "upsertContact", input).await;
    group
        .change(
            "create: no room for an organization",
            "createOrganization",
            json!({ "name": "X" }),
        )
        .await;
    let input = json!({ "key": { "externalId": { "source": "hr", "value": "10" } }, "lastName": "Murray" });
    group
        .change("upsert: an existing one needs none", "upsertContact", input)
        .await;
}
