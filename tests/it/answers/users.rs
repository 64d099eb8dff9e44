//! Users and the tenant itself.

use serde_json::json;

use super::group::Group;

pub async fn record(group: &mut Group<'_>) {
    for (title, input) in [
        (
            "a new one",
            json!({ "subject": "ann", "name": " Ann ", "email": "Ann@Acme.example", "title": "Agent" }),
        ),
        ("the same again", json!({ "subject": "ann", "name": "Ann" })),
        (
            "fields cleared",
            json!({ "subject": "ann", "email": null, "title": "" }),
        ),
        ("a subject alone", json!({ "subject": "bob" })),
        ("an empty subject", json!({ "subject": " " })),
        ("a long subject", json!({ "subject": "x".repeat(256) })),
        (
            "long texts",
            json!({ "subject": "cy", "name": "x".repeat(1001), "title": "x".repeat(1001) }),
        ),
        (
            "an e-mail address that is none",
            json!({ "subject": "cy", "email": "nonsense" }),
        ),
    ] {
        group
            .change(format!("upsert: {title}"), "upsertUser", input)
            .await;
    }
    let ann = group
        .read(
            "users",
            "{ users { nodes { id name active version } } viewer { user { id } } }",
        )
        .await;
    let find = |name: &str| {
        let nodes = ann["data"]["users"]["nodes"].as_array().unwrap();
        nodes.iter().find(|node| node["name"] == name).unwrap()["id"].clone()
    };
    let (ann, admin) = (find("Ann"), ann["data"]["viewer"]["user"]["id"].clone());
    for (title, mutation, input) in [
        (
            "deactivate",
            "deactivateUser",
            json!({ "id": ann, "expectedVersion": 2 }),
        ),
        ("deactivate again", "deactivateUser", json!({ "id": ann })),
        (
            "deactivate an earlier version",
            "deactivateUser",
            json!({ "id": ann, "expectedVersion": 1 }),
        ),
        ("deactivate oneself", "deactivateUser", json!({ "id": admin })),
        (
            "deactivate nobody",
            "deactivateUser",
            json!({ "id": "user_0192f7c4-1c2d-7e3f-8a4b-5c6d7e8f9a0b" }),
        ),
        (
            "deactivate what is no id",
            "deactivateUser",
            json!({ "id": "nonsense" }),
        ),
        (
            "reactivate an earlier version",
            "reactivateUser",
            json!({ "id": ann, "expectedVersion": 1 }),
        ),
        (
            "reactivate",
            "reactivateUser",
            json!({ "id": ann, "expectedVersion": 3 }),
        ),
        ("reactivate again", "reactivateUser", json!({ "id": ann })),
        (
            "reactivate nobody",
            "reactivateUser",
            json!({ "id": "user_0192f7c4-1c2d-7e3f-8a4b-5c6d7e8f9a0b" }),
        ),
    ] {
        group.change(title, mutation, input).await;
    }
    let inactive = "{ users(filter: { active: false }) { nodes { name } } }";
    group.read("users who are inactive", inactive).await;
    tenant(group).await;
}

async fn tenant(group: &mut Group<'_>) {
    for (title, input) in [
        ("nothing", json!({})),
        (
            "a name and a region",
            json!({ "displayName": " Users Inc. ", "defaultRegion": "de" }),
        ),
        ("a blank name", json!({ "displayName": " " })),
        ("a long name", json!({ "displayName": "x".repeat(1001) })),
        ("an unknown region", json!({ "defaultRegion": "Germany" })),
        ("nulls", json!({ "displayName": null, "defaultRegion": null })),
    ] {
        group
            .change(format!("tenant: {title}"), "updateTenant", input)
            .await;
    }
    let german = json!({ "lastName": "Schmidt", "phoneNumbers": [{ "input": "030 901820" }] });
    group
        .change("a phone number without its country", "createContact", german)
        .await;
}
