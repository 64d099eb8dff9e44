//! Changes to lists, item by item, and upserts that add to what is there.

use serde_json::{Value, json};

use super::group::Group;

pub async fn record(group: &mut Group<'_>) {
    let taken = json!({ "lastName": "Babbage", "externalIds": [{ "source": "erp", "value": "1" }] });
    group
        .change("a contact with an external id", "createContact", taken)
        .await;
    contacts(group).await;
    organizations(group).await;
    upserted_contacts(group).await;
    upserted_organizations(group).await;
}

async fn contacts(group: &mut Group<'_>) {
    let ada = json!({ "lastName": "Lovelace", "tags": ["vip"], "phoneNumbers": [{ "input": "317 555 0100 ext. 5", "primary": true }],
        "externalIds": [{ "source": "crm", "value": "1" }] });
    let ada = group.change("a contact with lists", "createContact", ada).await["contact"]["id"].take();
    let added = json!({
        "addTags": ["partner", "VIP"], "addPhoneNumbers": [{ "input": "+1 317 555 0101", "label": "MOBILE", "primary": true }],
        "addEmailAddresses": [{ "address": "ada@engines.example" }], "addSocialHandles": [{ "network": "X", "handle": "ada" }],
        "addExternalIds": [{ "source": "hr", "value": "1" }],
    });
    let removed = json!({
        "removeTags": ["Partner"], "removePhoneNumbers": ["+13175550100", "911"], "removeEmailAddresses": ["ADA@engines.example"],
        "removeSocialHandles": [{ "network": "X", "handle": "Ada" }], "removeExternalIds": [{ "source": "crm", "value": "1" }],
    });
    let wrong = json!({
        "addTags": [""], "addPhoneNumbers": [{ "input": "911" }, { "input": " " }], "addEmailAddresses": [{ "address": "nonsense" }],
        "removePhoneNumbers": [""], "removeExternalIds": [{ "source": "", "value": "1" }],
    });
    for (title, fields) in [
        ("items added", json!({ "lists": added })),
        ("items added again", json!({ "lists": added })),
        ("items removed", json!({ "lists": removed })),
        ("none", json!({ "lists": null })),
        ("wrong items", json!({ "lists": wrong })),
        (
            "an item both added and removed",
            json!({ "lists": { "addTags": ["a"], "removeTags": ["A"] } }),
        ),
        (
            "items beside the whole list",
            json!({ "tags": ["a"], "lists": { "addTags": ["b"], "removeTags": ["c"] } }),
        ),
        (
            "too many items",
            json!({ "lists": { "addTags": (0..50).map(|tag| tag.to_string()).collect::<Vec<_>>() } }),
        ),
        (
            "an external id that is taken",
            json!({ "lists": { "addExternalIds": [{ "source": "web", "value": "1" }, { "source": "erp", "value": "1" }] } }),
        ),
        (
            "another value of a source",
            json!({ "lists": { "addExternalIds": [{ "source": "hr", "value": "2" }] } }),
        ),
    ] {
        let mut input = fields;
        input["id"] = ada.clone();
        group
            .change(format!("update: {title}"), "updateContact", input)
            .await;
    }
    let key = |value: &str| json!({ "externalId": { "source": "hr", "value": value } });
    let item =
        |value: &str, lists: Value| json!({ "key": key(value), "lastName": "Lovelace", "lists": lists });
    let upsert = item("1", json!({ "addTags": ["upserted"] }));
    group.change("upsert: items added", "upsertContact", upsert).await;
    let taken = json!({ "addExternalIds": [{ "source": "erp", "value": "1" }] });
    let items = json!([item("1", json!({ "removeTags": ["upserted"] })), item("2", taken)]);
    let input = json!({ "items": items, "policy": "EACH" });
    group
        .change("upsertContacts: items removed", "upsertContacts", input)
        .await;
}

async fn organizations(group: &mut Group<'_>) {
    let apex =
        json!({ "name": "Apex", "tags": ["customer"], "externalIds": [{ "source": "crm", "value": "1" }] });
    let apex = group
        .change("an organization with lists", "createOrganization", apex)
        .await["organization"]["id"]
        .take();
    let changed = json!({
        "addTags": ["partner"], "removeTags": ["Customer"], "addWebsites": ["https://apex.example"], "removeWebsites": ["https://old.example"],
        "addExternalIds": [{ "source": "crm", "value": "2" }], "removeExternalIds": [{ "source": "crm", "value": "1" }],
    });
    for (title, lists) in [
        ("items added and removed", changed),
        (
            "wrong items",
            json!({ "addWebsites": ["nonsense"], "removeTags": [""] }),
        ),
    ] {
        let input = json!({ "id": apex, "lists": lists });
        group
            .change(format!("update: {title}"), "updateOrganization", input)
            .await;
    }
    let input = json!({ "key": { "externalId": { "source": "crm", "value": "2" } }, "lists": { "addTags": ["upserted"] } });
    group
        .change("upsert: items added", "upsertOrganization", input)
        .await;
}

/// Upserts of contacts by contact points.
async fn upserted_contacts(group: &mut Group<'_>) {
    for name in ["Looms", "Looms Holding"] {
        let looms = json!({ "name": name, "websites": ["https://looms.example"] });
        group
            .change("an organization of a shared domain", "createOrganization", looms)
            .await;
    }
    for name in ["Twin", "Twin too"] {
        let twin = json!({ "lastName": name, "emailAddresses": [{ "address": "twin@looms.example" }] });
        group.change("a shared address", "createContact", twin).await;
    }
    let email = json!({ "emailAddress": "Joan@Park.example" });
    let fill = json!({ "key": email, "mode": "FILL", "lastName": "Murray", "title": "Analyst", "tags": ["new"],
        "emailAddresses": [{ "address": "joan@home.example", "primary": true }], "lists": { "addSocialHandles": [{ "network": "X", "handle": "joan" }] } });
    let handle = |handle: &str| json!({ "socialHandle": { "network": "LINKEDIN", "handle": handle } });
    let apex = json!({ "domain": "apex.example" });
    for (title, input) in [
        (
            "by an e-mail address",
            json!({ "key": email, "lastName": "Clarke", "mode": "OVERWRITE" }),
        ),
        (
            "by the address again",
            json!({ "key": { "emailAddress": "joan@park.example" }, "lastName": "Clarke" }),
        ),
        ("what is empty", fill),
        (
            "by a phone number",
            json!({ "key": { "phoneNumber": "(317) 555-0142" }, "lastName": "Turing" }),
        ),
        (
            "by the number again",
            json!({ "key": { "phoneNumber": "+13175550142" }, "organizationKey": apex }),
        ),
        (
            "by a handle",
            json!({ "key": handle("@hut8"), "lastName": "Alexander" }),
        ),
        (
            "by the handle again",
            json!({ "key": handle("HUT8"), "title": "Champion" }),
        ),
        (
            "a key of several",
            json!({ "key": { "emailAddress": "twin@looms.example" }, "title": "X" }),
        ),
        (
            "an employer of several",
            json!({ "key": email, "organizationKey": { "domain": "looms.example" } }),
        ),
        (
            "an employer without one",
            json!({ "key": email, "organizationKey": { "domain": "none.example" } }),
        ),
        (
            "wrong keys",
            json!({ "key": { "emailAddress": "x" }, "organizationKey": { "domain": "x" } }),
        ),
        (
            "a wrong domain",
            json!({ "key": email, "organizationKey": { "domain": "x" } }),
        ),
        (
            "no number",
            json!({ "key": { "phoneNumber": "anonymous" }, "lastName": "X" }),
        ),
        (
            "removals while filling",
            json!({ "key": email, "mode": "FILL", "lists": { "removeTags": ["vip"] } }),
        ),
    ] {
        group
            .change(format!("upsert: {title}"), "upsertContact", input)
            .await;
    }
    let items = json!([
        { "key": email, "title": "Cryptanalyst" }, { "key": { "emailAddress": "new@park.example" }, "lastName": "New" },
        { "key": { "emailAddress": "NEW@park.example" }, "lastName": "Twice" }, { "key": { "emailAddress": "twin@looms.example" } },
    ]);
    let input = json!({ "items": items, "policy": "EACH" });
    group
        .change("upsertContacts: by contact points", "upsertContacts", input)
        .await;
}

/// Upserts of organizations by domains.
async fn upserted_organizations(group: &mut Group<'_>) {
    for (title, input) in [
        (
            "by a domain",
            json!({ "key": { "domain": "mills.example" }, "name": "Mills" }),
        ),
        (
            "what is empty",
            json!({ "key": { "domain": "www.mills.example" }, "mode": "FILL", "name": "Other", "industry": "Grain" }),
        ),
        (
            "a domain of several",
            json!({ "key": { "domain": "looms.example" }, "name": "Looms" }),
        ),
        (
            "a wrong domain",
            json!({ "key": { "domain": "https://mills.example" }, "name": "Mills" }),
        ),
    ] {
        group
            .change(format!("upsert: {title}"), "upsertOrganization", input)
            .await;
    }
}
