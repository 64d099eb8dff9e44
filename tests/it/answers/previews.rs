//! Dry runs of every mutation that takes `dryRun`.

use serde_json::{Value, json};

use super::group::Group;

pub async fn record(group: &mut Group<'_>) {
    let acme = json!({ "name": "Acme" });
    let acme = group.change("an organization", "createOrganization", acme).await["organization"]["id"].take();
    let ada = json!({ "lastName": "Lovelace", "organizationId": acme });
    let ada = group.change("a contact", "createContact", ada).await["contact"]["id"].take();
    let note = json!({ "subjectId": ada, "text": "Likes engines" });
    let note = group.change("a note", "createNote", note).await["note"]["id"].take();
    let mut users = Vec::new();
    for subject in ["ann", "ben"] {
        let user = group
            .change("a user", "upsertUser", json!({ "subject": subject }))
            .await;
        users.push(user["user"]["id"].clone());
    }
    let relationship = json!({ "userId": users[0], "organizationId": acme, "type": "Owner" });
    let relationship = group
        .change("a relationship", "createRelationship", relationship)
        .await["relationship"]["id"]
        .take();

    preview(
        group,
        "createContact",
        json!({ "lastName": "Hopper", "organizationId": acme, "idempotencyKey": "7d1c" }),
    )
    .await;
    preview(group, "createContact", json!({ "title": "Nameless" })).await;
    let items = json!([{ "lastName": "Hopper" }, { "title": "Nameless" }]);
    preview(
        group,
        "createContacts",
        json!({ "items": items, "policy": "EACH" }),
    )
    .await;
    preview(group, "createOrganization", json!({ "name": "Looms" })).await;
    preview(
        group,
        "createOrganizations",
        json!({ "items": [{ "name": "Looms" }] }),
    )
    .await;
    let transfer = json!({ "fromUserId": users[0], "toUserId": users[1] });
    preview(group, "transferRelationships", transfer).await;
    for (mutation, id) in [
        ("deleteNote", &note),
        ("deleteRelationship", &relationship),
        ("deleteContact", &ada),
        ("deleteOrganization", &acme),
    ] {
        preview(group, mutation, json!({ "id": id })).await;
        preview(group, mutation, json!({ "id": id, "expectedVersion": 7 })).await;
        preview(group, &format!("{mutation}s"), json!({ "items": [{ "id": id }] })).await;
    }
    let left = "{ contacts { nodes { lastName version notes { nodes { text version } } organization { name version } } }
        changes { nodes { action kind version } } }";
    group.read("everything is as it was", left).await;
}

async fn preview(group: &mut Group<'_>, mutation: &str, mut input: Value) {
    input["dryRun"] = json!(true);
    group
        .change(format!("{mutation} in a dry run"), mutation, input)
        .await;
}
