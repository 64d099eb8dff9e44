//! Mutations that are repeated with their idempotency key.

use serde_json::json;

use super::group::Group;

pub async fn record(group: &mut Group<'_>) {
    let keyed = |mut input: serde_json::Value| {
        input["idempotencyKey"] = json!("7d1c");
        input
    };
    let acme = keyed(json!({ "name": "Acme" }));
    let acme = group.change("an organization", "createOrganization", acme).await["organization"]["id"].take();
    let input = keyed(json!({ "lastName": "Lovelace" }));
    let ada = group.change("a contact", "createContact", input.clone()).await["contact"]["id"].take();
    group.change("the contact again", "createContact", input).await;
    let other = keyed(json!({ "lastName": "Hopper" }));
    group
        .change("another contact, the same key", "createContact", other)
        .await;
    let note = keyed(json!({ "subjectId": ada, "text": "Likes engines" }));
    group.change("a note", "createNote", note).await;
    let mut users = Vec::new();
    for subject in ["ann", "ben"] {
        let user = group
            .change("a user", "upsertUser", json!({ "subject": subject }))
            .await["user"]["id"]
            .take();
        users.push(user);
    }
    let relationship = keyed(json!({ "userId": users[0], "organizationId": acme, "type": "Owner" }));
    group
        .change("a relationship", "createRelationship", relationship)
        .await;
    let transfer = keyed(json!({ "fromUserId": users[0], "toUserId": users[1] }));
    group
        .change("a transfer", "transferRelationships", transfer.clone())
        .await;
    group
        .change("the transfer again", "transferRelationships", transfer)
        .await;
    let code = keyed(json!({ "name": "Sold" }));
    let code = group.change("a wrap-up code", "createWrapUpCode", code).await["wrapUpCode"]["id"].take();
    let call = json!({ "mediaType": "CALL", "direction": "INBOUND", "startedAt": "2026-03-01T12:00:00Z" });
    let call = group
        .change("an interaction", "recordInteraction", keyed(call))
        .await["interaction"]["id"]
        .take();
    let link = keyed(json!({ "id": call, "contactId": ada }));
    group.change("a link", "linkInteraction", link.clone()).await;
    group.change("the link again", "linkInteraction", link).await;
    let wrap_up = keyed(json!({ "id": call, "codeId": code }));
    group.change("a wrap-up", "wrapUpInteraction", wrap_up).await;
}
