//! Deleted records: their list, their restoration and their end.

use serde_json::{Value, json};

use super::fields::{CHANGE, PAGE_INFO, TENANT};
use super::group::Group;

const DELETED: &str = "id kind label deletedAt deletedBy { name } expiresAt notes relationships";

pub async fn record(group: &mut Group<'_>) {
    let records = Records::made_in(group).await;
    for (mutation, id) in [
        ("deleteNote", &records.note),
        ("deleteRelationship", &records.relationship),
        ("deleteContact", &records.contact),
        ("deleteOrganization", &records.organization),
    ] {
        group
            .change("into the trash", mutation, json!({ "id": id }))
            .await;
    }
    list(group).await;
    restore(group, &records).await;
    let purged = json!({ "ids": [records.contact] });
    group
        .change("a deletion", "deleteContact", json!({ "id": records.contact }))
        .await;
    group
        .change(
            "purging in a dry run",
            "purgeTrash",
            json!({ "ids": [records.contact], "dryRun": true }),
        )
        .await;
    group.change("purging", "purgeTrash", purged.clone()).await;
    group.change("purging again", "purgeTrash", purged).await;
    group
        .change(
            "purging of nothing",
            "purgeTrash",
            json!({ "ids": ["nonsense", records.user] }),
        )
        .await;
    retention(group).await;
    let changes = format!("{{ changes {{ nodes {{ {CHANGE} }} }} }}");
    group
        .read("the changes of deletions and restorations", &changes)
        .await;
}

/// A contact of an organization with a note, a relationship and external ids.
struct Records {
    organization: Value,
    contact: Value,
    relationship: Value,
    note: Value,
    user: Value,
}

impl Records {
    async fn made_in(group: &mut Group<'_>) -> Self {
        let organization = json!({ "name": "Engines", "externalIds": [{ "source": "erp", "value": "9" }] });
        let organization = group
            .change("an organization", "createOrganization", organization)
            .await;
        let organization = organization["organization"]["id"].clone();
        let contact = json!({ "lastName": "Lovelace", "organizationId": organization,
            "externalIds": [{ "source": "crm", "value": "7" }] });
        let contact = group.change("a contact", "createContact", contact).await["contact"]["id"].take();
        let leads = json!({ "id": organization, "primaryContactId": contact });
        group
            .change("its primary contact", "updateOrganization", leads)
            .await;
        let user = group
            .change("a user", "upsertUser", json!({ "subject": "ann" }))
            .await["user"]["id"]
            .take();
        let relationship = json!({ "userId": user, "organizationId": organization, "type": "Owner" });
        let relationship = group
            .change("a relationship", "createRelationship", relationship)
            .await;
        let mut notes = Vec::new();
        for subject in [&contact, &contact, &organization] {
            let note = json!({ "subjectId": subject, "text": "Likes engines" });
            notes.push(group.change("a note", "createNote", note).await["note"]["id"].take());
        }
        let call = json!({ "mediaType": "CALL", "direction": "INBOUND", "startedAt": "2026-03-01T12:00:00Z",
            "contactId": contact, "organizationId": organization });
        group.change("a call", "recordInteraction", call).await;
        Self {
            organization,
            contact,
            relationship: relationship["relationship"]["id"].clone(),
            note: notes.swap_remove(0),
            user,
        }
    }
}

async fn list(group: &mut Group<'_>) {
    let all = format!(
        "{{ trash {{ edges {{ cursor node {{ {DELETED} }} }} nodes {{ {DELETED} }} {PAGE_INFO}
            totalCount {{ value precision }} }} }}"
    );
    group.read("the trash", &all).await;
    let page = format!(
        "query ($filter: TrashFilter, $first: Int, $after: String, $last: Int, $before: String) {{
            trash(filter: $filter, first: $first, after: $after, last: $last, before: $before) {{
                nodes {{ kind label }} {PAGE_INFO} }} }}"
    );
    let first = group.ask("its first page", &page, json!({ "first": 2 })).await;
    let end = first["data"]["trash"]["pageInfo"]["endCursor"].clone();
    group
        .ask("its second page", &page, json!({ "first": 2, "after": end }))
        .await;
    group
        .ask("a page before", &page, json!({ "last": 1, "before": end }))
        .await;
    let deleted = group.read("who deleted", "{ viewer { user { id } } }").await;
    let user = &deleted["data"]["viewer"]["user"]["id"];
    for (title, filter) in [
        ("a kind", json!({ "kinds": ["CONTACT"] })),
        (
            "several kinds",
            json!({ "kinds": ["NOTE", "ORGANIZATION", "INTERACTION"] }),
        ),
        ("no kind", json!({ "kinds": [] })),
        ("a user", json!({ "deletedById": { "eq": user } })),
        (
            "a user and a kind",
            json!({ "deletedById": { "in": [user] }, "kinds": ["RELATIONSHIP"] }),
        ),
        (
            "a time",
            json!({ "deletedAt": { "from": "2026-03-01T12:00:00Z", "before": "2027-01-01T00:00:00Z" } }),
        ),
        (
            "a time before all",
            json!({ "deletedAt": { "before": "2026-01-01T00:00:00Z" } }),
        ),
    ] {
        group
            .ask(
                format!("the trash by {title}"),
                &page,
                json!({ "filter": filter }),
            )
            .await;
    }
}

async fn restore(group: &mut Group<'_>, records: &Records) {
    let taken = json!({ "lastName": "Babbage", "externalIds": [{ "source": "crm", "value": "7" }] });
    group
        .change("another contact with its external id", "createContact", taken)
        .await;
    let taken = json!({ "name": "Looms", "externalIds": [{ "source": "erp", "value": "9" }] });
    group
        .change(
            "another organization with its external id",
            "createOrganization",
            taken,
        )
        .await;
    for (mutation, id) in [
        ("restoreNote", &records.note),
        ("restoreRelationship", &records.relationship),
        ("restoreContact", &records.contact),
        ("restoreOrganization", &records.organization),
        ("restoreNote", &records.note),
        ("restoreRelationship", &records.relationship),
    ] {
        let preview = json!({ "id": id, "dryRun": true });
        group
            .change("a restoration in a dry run", mutation, preview)
            .await;
        group.change("a restoration", mutation, json!({ "id": id })).await;
    }
    for mutation in ["restoreContact", "restoreOrganization"] {
        group.change("no id", mutation, json!({ "id": "nonsense" })).await;
    }
}

async fn retention(group: &mut Group<'_>) {
    for (title, days) in [
        ("fewer days", json!(7)),
        ("too many", json!(31)),
        ("the operator's", Value::Null),
    ] {
        let input = json!({ "retention": { "trashDays": days } });
        group
            .change(format!("retention: {title}"), "updateTenant", input)
            .await;
    }
    group
        .read("the tenant", &format!("{{ viewer {{ tenant {{ {TENANT} }} }} }}"))
        .await;
}
