//! The mutations that are paired, and the records that they are about.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::{document, run};
use crate::support::TestCaller;

/// The records that a pair of mutations is run on.
pub struct Records(HashMap<&'static str, Vec<Value>>);

impl Records {
    pub async fn made_by(admin: &TestCaller<'_>) -> Self {
        let mut records: HashMap<_, Vec<_>> = HashMap::new();
        let lender = admin.user("Lender").await;
        for name in ["One", "Two"] {
            let organization = admin.organization(name).await;
            let user = admin.user(name).await;
            // An earlier pair may have deactivated it.
            run(admin, "reactivateUser", json!({ "id": user })).await;
            let contact = admin.employee(name, &organization).await;
            let primary = json!({ "id": organization, "primaryContactId": contact });
            run(admin, "updateOrganization", primary).await;
            let made = [
                (
                    "relationship",
                    "createRelationship",
                    json!({
                    "userId": lender, "organizationId": organization, "type": "Owner" }),
                ),
                (
                    "note",
                    "createNote",
                    json!({ "subjectId": contact, "text": name }),
                ),
                (
                    "interaction",
                    "recordInteraction",
                    json!({
                    "mediaType": "CALL", "direction": "INBOUND", "startedAt": "2026-03-01T12:00:00Z",
                    "contactPoint": { "phoneNumber": "+12025550142" } }),
                ),
            ];
            for (noun, mutation, input) in made {
                let query = document(mutation).replace("userErrors", &format!("{noun} {{ id }} userErrors"));
                let made = admin.data(&query, json!({ "input": input })).await;
                records
                    .entry(noun)
                    .or_default()
                    .push(made[mutation][noun]["id"].clone());
            }
            let query = document("transferRelationships").replace("userErrors", "transferId userErrors");
            let input = json!({ "fromUserId": lender, "toUserId": user, "organizationIds": [organization] });
            let made = admin.data(&query, json!({ "input": input })).await;
            let transfer = made["transferRelationships"]["transferId"].clone();
            records.entry("transfer").or_default().push(transfer);
            records.entry("organization").or_default().push(organization);
            records.entry("user").or_default().push(user);
            records.entry("contact").or_default().push(contact);
        }
        let organization = admin.organization("Three").await;
        let contact = admin.employee("Three", &organization).await;
        let note = admin.note(&contact, "Three").await;
        let relationship = admin
            .relationship(&records["user"][0], &organization, "Three")
            .await;
        let deletions = [
            ("deleteNote", &note),
            ("deleteRelationship", &relationship),
            ("deleteContact", &contact),
            ("deleteOrganization", &organization),
        ];
        for (mutation, id) in deletions {
            run(admin, mutation, json!({ "id": id })).await;
        }
        for (kind, mutation) in [
            ("contactMerge", "mergeContacts"),
            ("organizationMerge", "mergeOrganizations"),
        ] {
            let query = document(mutation).replace("userErrors", "merge { id } userErrors");
            let survivors = records[kind.trim_end_matches("Merge")].clone();
            for survivor in survivors {
                let part = match kind {
                    "contactMerge" => admin.contact("Part").await,
                    _ => admin.organization("Part").await,
                };
                let input = json!({ "members": [{ "id": survivor }, { "id": part }] });
                let made = admin.data(&query, json!({ "input": input })).await;
                records
                    .entry(kind)
                    .or_default()
                    .push(made[mutation]["merge"]["id"].clone());
            }
        }
        records.insert("deleted", vec![contact, organization]);
        records.insert("deletedPart", vec![note, relationship]);
        Self(records)
    }

    fn both(&self, noun: &str) -> [Value; 2] {
        [self.0[noun][0].clone(), self.0[noun][1].clone()]
    }

    fn any(&self, noun: &str, chance: &mut fastrand::Rng) -> Value {
        self.0[noun][chance.usize(..2)].clone()
    }
}

/// The items of a bulk mutation, in a random order.
fn shuffled<T, const N: usize>(
    chance: &mut fastrand::Rng,
    mut about: [T; N],
    item: impl Fn(T, &mut fastrand::Rng) -> Value,
) -> Vec<Value> {
    chance.shuffle(&mut about);
    about.into_iter().map(|one| item(one, chance)).collect()
}

/// The mutations that are paired. Each makes a random input about few records, so that many meet.
pub type Make = fn(&Records, &mut fastrand::Rng) -> Value;

pub const MUTATIONS: &[(&str, Make)] = &[
    ("createContact", |r, c| {
        json!({
        "lastName": "New", "organizationId": r.any("organization", c),
        "externalIds": [{ "source": "crm", "value": c.u8(..3).to_string() }] })
    }),
    ("updateContact", |r, c| {
        json!({
        "id": r.any("contact", c), "organizationId": r.any("organization", c), "title": c.u8(..).to_string() })
    }),
    ("updateContact", |r, c| {
        let mut values = ["1", "2"];
        c.shuffle(&mut values);
        json!({ "id": r.any("contact", c), "externalIds": [
            { "source": "crm", "value": values[0] }, { "source": "erp", "value": values[1] }] })
    }),
    ("deleteContact", |r, c| json!({ "id": r.any("contact", c) })),
    ("upsertContact", |r, c| {
        let mut sources = ["crm", "erp"];
        c.shuffle(&mut sources);
        let _ = r;
        json!({ "key": { "externalId": { "source": sources[0], "value": "1" } }, "lastName": c.u8(..).to_string(),
            "externalIds": [{ "source": sources[1], "value": "1" }, { "source": sources[0], "value": "1" }] })
    }),
    ("createContacts", |r, c| {
        let item = |value: &str, c: &mut fastrand::Rng| {
            json!({ "lastName": "New", "organizationId": r.any("organization", c),
            "externalIds": [{ "source": "crm", "value": value }] })
        };
        json!({ "policy": "EACH", "items": shuffled(c, ["0", "1", "2"], item) })
    }),
    ("updateContacts", |r, c| {
        let item = |id: Value, c: &mut fastrand::Rng| {
            json!({ "id": id, "organizationId": r.any("organization", c),
            "title": c.u8(..).to_string(), "externalIds": [{ "source": "crm", "value": c.u8(..3).to_string() }] })
        };
        json!({ "policy": "EACH", "items": shuffled(c, r.both("contact"), item) })
    }),
    ("upsertContacts", |_, c| {
        let item = |value: &str, c: &mut fastrand::Rng| {
            json!({ "key": { "externalId": { "source": "crm", "value": value } },
            "lastName": c.u8(..).to_string(), "organizationKey": { "externalId": { "source": "crm", "value": c.u8(..2).to_string() } } })
        };
        json!({ "policy": "EACH", "items": shuffled(c, ["0", "1", "2"], item) })
    }),
    (
        "deleteContacts",
        |r, c| json!({ "policy": "EACH", "items": shuffled(c, r.both("contact"), |id, _| json!({ "id": id })) }),
    ),
    ("createOrganization", |_, c| {
        json!({
        "name": "New", "externalIds": [{ "source": "crm", "value": c.u8(..3).to_string() }] })
    }),
    ("updateOrganization", |r, c| {
        json!({
        "id": r.any("organization", c), "primaryContactId": r.any("contact", c), "industry": c.u8(..).to_string() })
    }),
    (
        "deleteOrganization",
        |r, c| json!({ "id": r.any("organization", c) }),
    ),
    ("upsertOrganization", |_, c| {
        json!({
        "key": { "externalId": { "source": "crm", "value": c.u8(..2).to_string() } }, "name": c.u8(..).to_string() })
    }),
    ("createRelationship", |r, c| {
        json!({
        "userId": r.any("user", c), "organizationId": r.any("organization", c), "type": "Owner" })
    }),
    ("updateRelationship", |r, c| {
        json!({
        "id": r.any("relationship", c), "type": (["Owner", "Seller"][c.usize(..2)]) })
    }),
    (
        "deleteRelationship",
        |r, c| json!({ "id": r.any("relationship", c) }),
    ),
    ("transferRelationships", |r, c| {
        let from = c.usize(..2);
        json!({ "fromUserId": r.0["user"][from], "toUserId": r.0["user"][1 - from] })
    }),
    (
        "mergeContacts",
        |r, c| json!({ "members": shuffled(c, r.both("contact"), |id, _| json!({ "id": id })) }),
    ),
    (
        "mergeOrganizations",
        |r, c| json!({ "members": shuffled(c, r.both("organization"), |id, _| json!({ "id": id })) }),
    ),
    (
        "undoContactMerge",
        |r, c| json!({ "mergeId": r.any("contactMerge", c) }),
    ),
    (
        "undoOrganizationMerge",
        |r, c| json!({ "mergeId": r.any("organizationMerge", c) }),
    ),
    (
        "undoRelationshipTransfer",
        |r, c| json!({ "transferId": r.any("transfer", c) }),
    ),
    (
        "createNote",
        |r, c| json!({ "subjectId": r.any(["contact", "organization"][c.usize(..2)], c), "text": "New" }),
    ),
    (
        "updateNote",
        |r, c| json!({ "id": r.any("note", c), "text": c.u8(..).to_string() }),
    ),
    ("deleteNote", |r, c| json!({ "id": r.any("note", c) })),
    ("recordInteraction", |r, c| {
        json!({
        "externalId": c.u8(..2).to_string(), "mediaType": "CALL", "direction": "INBOUND",
        "startedAt": "2026-03-01T12:00:00Z", "contactId": r.any("contact", c),
        "contactPoint": { "phoneNumber": "+12025550142" } })
    }),
    ("linkInteraction", |r, c| {
        json!({
        "id": r.any("interaction", c), "contactId": r.any("contact", c) })
    }),
    ("linkInteraction", |r, c| {
        json!({
        "id": r.any("interaction", c), "contactId": r.any("contact", c), "includeEarlier": true })
    }),
    ("linkInteraction", |r, c| {
        json!({
        "id": r.any("interaction", c), "organizationId": r.any("organization", c) })
    }),
    (
        "upsertUser",
        |_, c| json!({ "subject": (["One", "New"][c.usize(..2)]), "title": c.u8(..).to_string() }),
    ),
    ("deactivateUser", |r, c| json!({ "id": r.any("user", c) })),
    ("updateOrganizations", |r, c| {
        let item = |id: Value, c: &mut fastrand::Rng| json!({ "id": id, "primaryContactId": r.any("contact", c), "externalIds": [{ "source": "crm", "value": c.u8(..3).to_string() }] });
        json!({ "policy": "EACH", "items": shuffled(c, r.both("organization"), item) })
    }),
    ("upsertOrganizations", |_, c| {
        let item = |value: &str, c: &mut fastrand::Rng| json!({ "key": { "externalId": { "source": "crm", "value": value } }, "name": c.u8(..).to_string() });
        json!({ "policy": "EACH", "items": shuffled(c, ["0", "1", "2"], item) })
    }),
    (
        "deleteOrganizations",
        |r, c| json!({ "policy": "EACH", "items": shuffled(c, r.both("organization"), |id, _| json!({ "id": id })) }),
    ),
    ("createRelationships", |r, c| {
        let item = |user: Value, c: &mut fastrand::Rng| json!({ "userId": user, "organizationId": r.any("organization", c), "type": "Seller" });
        json!({ "policy": "EACH", "items": shuffled(c, r.both("user"), item) })
    }),
    ("updateRelationships", |r, c| {
        let item = |id: Value, c: &mut fastrand::Rng| json!({ "id": id, "type": (["Owner", "Seller"][c.usize(..2)]) });
        json!({ "policy": "EACH", "items": shuffled(c, r.both("relationship"), item) })
    }),
    ("createNotes", |r, c| {
        let subjects = [r.any("contact", c), r.any("organization", c)];
        json!({ "policy": "EACH", "items": shuffled(c, subjects, |id, _| json!({ "subjectId": id, "text": "New" })) })
    }),
    (
        "deleteNotes",
        |r, c| json!({ "policy": "EACH", "items": shuffled(c, r.both("note"), |id, _| json!({ "id": id })) }),
    ),
    ("recordInteractions", |r, c| {
        let item = |id: &str, c: &mut fastrand::Rng| {
            json!({ "externalId": id, "mediaType": "CALL", "direction": "INBOUND", "startedAt": "2026-03-01T12:00:00Z",
                "contactId": r.any("contact", c), "agentIds": r.both("user") })
        };
        json!({ "policy": "EACH", "items": shuffled(c, ["0", "1"], item) })
    }),
    ("upsertUsers", |_, c| {
        let item = |subject: &str, c: &mut fastrand::Rng| json!({ "subject": subject, "title": c.u8(..).to_string() });
        json!({ "policy": "EACH", "items": shuffled(c, ["One", "New"], item) })
    }),
    ("createWrapUpCodes", |_, c| {
        let item = |name: &str, _: &mut fastrand::Rng| json!({ "name": name });
        json!({ "policy": "EACH", "items": shuffled(c, ["0", "1"], item) })
    }),
    (
        "createWrapUpCode",
        |_, c| json!({ "name": c.u8(..2).to_string() }),
    ),
    (
        "restoreContact",
        |r, c| json!({ "id": ([&r.0["contact"][0], &r.0["contact"][1], &r.0["deleted"][0]][c.usize(..3)]) }),
    ),
    (
        "restoreOrganization",
        |r, c| json!({ "id": ([&r.0["organization"][0], &r.0["organization"][1], &r.0["deleted"][1]][c.usize(..3)]) }),
    ),
    (
        "restoreRelationship",
        |r, c| json!({ "id": ([&r.0["relationship"][0], &r.0["relationship"][1], &r.0["deletedPart"][1]][c.usize(..3)]) }),
    ),
    (
        "restoreNote",
        |r, c| json!({ "id": ([&r.0["note"][0], &r.0["note"][1], &r.0["deletedPart"][0]][c.usize(..3)]) }),
    ),
    (
        "purgeTrash",
        |r, c| json!({ "ids": shuffled(c, r.both("deleted"), |id, _| id) }),
    ),
    (
        "updateTenant",
        |_, c| json!({ "displayName": c.u8(..).to_string() }),
    ),
];
