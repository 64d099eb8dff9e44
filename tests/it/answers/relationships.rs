//! Creating, updating, deleting and transferring relationships, and each refusal.

use serde_json::{Value, json};

use super::group::Group;

const NO_USER: &str = "user_0192f7c4-1c2d-7e3f-8a4b-5c6d7e8f9a0b";
const NO_ORGANIZATION: &str = "organization_0192f7c4-1c2d-7e3f-8a4b-5c6d7e8f9a0b";

const NO_TRANSFER: &str = "transfer_0192f7c4-1c2d-7e3f-8a4b-5c6d7e8f9a0b";
const ALL: &str = "{ relationships(orderBy: { field: CREATED_AT }) { nodes { type startedOn endedOn version user { name } organization { name } } } }";

/// The users and organizations of relationships.
struct Parties {
    ann: Value,
    bob: Value,
    acme: Value,
    zenith: Value,
}

pub async fn record(group: &mut Group<'_>) {
    let parties = parties(group).await;
    created(group, &parties).await;
    let id = updated(group, &parties).await;
    deleted(group, &id).await;
    let transfers = transferred(group, &parties).await;
    undone(group, &parties, &transfers).await;
}

async fn parties(group: &mut Group<'_>) -> Parties {
    let mut ids = Vec::new();
    for name in ["Ann", "Bob"] {
        let input = json!({ "subject": name.to_lowercase(), "name": name });
        ids.push(group.change("a user", "upsertUser", input).await["user"]["id"].take());
    }
    for name in ["Acme", "Zenith"] {
        let made = group
            .change("an organization", "createOrganization", json!({ "name": name }))
            .await;
        ids.push(made["organization"]["id"].clone());
    }
    let [ann, bob, acme, zenith] = ids.try_into().unwrap();
    Parties {
        ann,
        bob,
        acme,
        zenith,
    }
}

async fn created(
    group: &mut Group<'_>,
    Parties {
        ann, acme, zenith, ..
    }: &Parties,
) {
    let with = |more: Value| {
        let mut input = json!({ "userId": ann, "organizationId": acme });
        input
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        input
    };
    for (title, input) in [
        (
            "current",
            with(json!({ "type": " Account Manager ", "startedOn": "2026-01-01" })),
        ),
        ("another type", with(json!({ "type": "Support Lead" }))),
        (
            "over",
            with(json!({ "type": "Owner", "startedOn": "2020-01-01", "endedOn": "2021-01-01" })),
        ),
        (
            "over, a second time",
            with(json!({ "type": "Owner", "startedOn": "2021-01-01", "endedOn": "2022-01-01" })),
        ),
        (
            "another organization",
            with(json!({ "type": "Account Manager", "organizationId": zenith, "endedOn": null })),
        ),
        (
            "a second current one of its type",
            with(json!({ "type": "account manager" })),
        ),
        ("a blank type", with(json!({ "type": " " }))),
        ("a long type", with(json!({ "type": "x".repeat(101) }))),
        (
            "an end before the start",
            with(json!({ "type": "Owner", "startedOn": "2022-01-02", "endedOn": "2022-01-01" })),
        ),
        (
            "no such user",
            with(json!({ "type": "Owner", "userId": NO_USER })),
        ),
        (
            "neither of the two",
            with(json!({ "type": "Owner", "userId": NO_USER, "organizationId": NO_ORGANIZATION })),
        ),
        (
            "ids that are none",
            with(json!({ "type": "Owner", "userId": "x", "organizationId": "y" })),
        ),
        (
            "everything at once",
            json!({ "type": "", "userId": "x", "organizationId": "y", "startedOn": "2022-01-02", "endedOn": "2022-01-01" }),
        ),
    ] {
        group
            .change(format!("create: {title}"), "createRelationship", input)
            .await;
    }
    group.read("the types in use", "{ relationshipTypes }").await;
}

async fn updated(group: &mut Group<'_>, Parties { bob, acme, .. }: &Parties) -> Value {
    let input = json!({ "userId": bob, "organizationId": acme, "type": "Sponsor" });
    let id = group
        .change("create: to be updated", "createRelationship", input)
        .await["relationship"]["id"]
        .take();
    let other = json!({ "userId": bob, "organizationId": acme, "type": "Adviser", "endedOn": "2026-02-01" });
    let other = group.change("create: over", "createRelationship", other).await["relationship"]["id"].take();
    for (title, fields) in [
        ("nothing", json!({})),
        ("the same value", json!({ "type": "Sponsor" })),
        (
            "its first day",
            json!({ "startedOn": "2026-01-01", "expectedVersion": 1 }),
        ),
        ("its last day", json!({ "endedOn": "2026-02-01" })),
        ("current again", json!({ "endedOn": null })),
        ("its type", json!({ "type": "Adviser" })),
        ("the type cleared", json!({ "type": null })),
        ("an end before the start", json!({ "endedOn": "2025-12-31" })),
        (
            "an earlier version",
            json!({ "type": "Late", "expectedVersion": 1 }),
        ),
    ] {
        let mut input = fields;
        input["id"] = id.clone();
        group
            .change(format!("update: {title}"), "updateRelationship", input)
            .await;
    }
    let second = json!({ "id": other, "endedOn": null });
    group
        .change(
            "update: a second current one of its type",
            "updateRelationship",
            second,
        )
        .await;
    for (title, id) in [
        ("not found", "relationship_0192f7c4-1c2d-7e3f-8a4b-5c6d7e8f9a0b"),
        ("not an id", "nonsense"),
    ] {
        group
            .change(
                format!("update: {title}"),
                "updateRelationship",
                json!({ "id": id, "type": "X" }),
            )
            .await;
    }
    id
}

async fn deleted(group: &mut Group<'_>, id: &Value) {
    for (title, input) in [
        ("an earlier version", json!({ "id": id, "expectedVersion": 1 })),
        ("at its version", json!({ "id": id, "expectedVersion": 5 })),
        ("again", json!({ "id": id })),
        ("not an id", json!({ "id": "nonsense" })),
    ] {
        group
            .change(format!("delete: {title}"), "deleteRelationship", input)
            .await;
    }
}

async fn transferred(
    group: &mut Group<'_>,
    Parties {
        ann,
        bob,
        acme,
        zenith,
    }: &Parties,
) -> Vec<Value> {
    let same =
        json!({ "userId": bob, "organizationId": acme, "type": "Support Lead", "startedOn": "2026-02-01" });
    group
        .change(
            "create: the receiver has one of its type",
            "createRelationship",
            same,
        )
        .await;
    let retired = json!({ "subject": "cy", "name": "Cy" });
    let retired = group
        .change("a user to be deactivated", "upsertUser", retired)
        .await["user"]["id"]
        .take();
    group
        .change(
            "the user is deactivated",
            "deactivateUser",
            json!({ "id": retired }),
        )
        .await;
    let mut transfers = Vec::new();
    for (title, input) in [
        ("to oneself", json!({ "fromUserId": ann, "toUserId": ann })),
        ("from nobody", json!({ "fromUserId": NO_USER, "toUserId": bob })),
        ("to nobody", json!({ "fromUserId": ann, "toUserId": NO_USER })),
        (
            "to somebody inactive",
            json!({ "fromUserId": ann, "toUserId": retired }),
        ),
        (
            "ids that are none",
            json!({ "fromUserId": "x", "toUserId": "y", "organizationIds": [acme, "z"] }),
        ),
        (
            "an organization that does not exist",
            json!({ "fromUserId": ann, "toUserId": bob, "organizationIds": [acme, NO_ORGANIZATION] }),
        ),
        (
            "too many organizations",
            json!({ "fromUserId": ann, "toUserId": bob, "organizationIds": vec![acme; 1001] }),
        ),
        (
            "of no organization",
            json!({ "fromUserId": ann, "toUserId": bob, "organizationIds": [] }),
        ),
        (
            "of one organization",
            json!({ "fromUserId": ann, "toUserId": bob, "organizationIds": [zenith] }),
        ),
        ("of all", json!({ "fromUserId": ann, "toUserId": bob })),
        (
            "of all again",
            json!({ "fromUserId": ann, "toUserId": bob, "organizationIds": null }),
        ),
    ] {
        let done = group
            .change(format!("transfer: {title}"), "transferRelationships", input)
            .await;
        transfers.push(done["transferId"].clone());
    }
    group.read("the relationships after that", ALL).await;
    transfers.retain(|transfer| !transfer.is_null());
    transfers
}

async fn undone(group: &mut Group<'_>, Parties { ann, bob, .. }: &Parties, transfers: &[Value]) {
    let [one, all] = transfers else {
        panic!("there are two transfers: {transfers:?}")
    };
    for (title, input) in [
        ("in a dry run", json!({ "transferId": all, "dryRun": true })),
        ("of all", json!({ "transferId": all })),
        ("again", json!({ "transferId": all })),
        ("of nothing", json!({ "transferId": NO_TRANSFER })),
        ("not an id", json!({ "transferId": "nonsense" })),
    ] {
        group
            .change(format!("undo: {title}"), "undoRelationshipTransfer", input)
            .await;
    }
    group.read("the relationships after the undo", ALL).await;
    let days = |days: Value| json!({ "retention": { "trashDays": days } });
    group
        .change("no deleted records are kept", "updateTenant", days(json!(0)))
        .await;
    let name = group.tenant.record().name.clone();
    let tenant = group.app.store.system().tenant(name.as_str()).await.unwrap();
    let before = std::mem::replace(&mut group.tenant, tenant.unwrap());
    group
        .change(
            "undo: too late",
            "undoRelationshipTransfer",
            json!({ "transferId": one }),
        )
        .await;
    group
        .change("they are kept again", "updateTenant", days(Value::Null))
        .await;
    group.tenant = before;
    let back = json!({ "fromUserId": bob, "toUserId": ann });
    group
        .change("transfer: on to another", "transferRelationships", back)
        .await;
    group
        .change(
            "undo: of what moved on",
            "undoRelationshipTransfer",
            json!({ "transferId": one }),
        )
        .await;
}
