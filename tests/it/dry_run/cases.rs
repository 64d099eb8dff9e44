//! A case for each mutation that takes `dryRun`: what its payload shows, and inputs of which each is tried in turn.

use serde_json::{Value, json};

use crate::support::TestCaller;

/// An id of a contact that does not exist.
const ABSENT: &str = "contact_0192f7c4-1c2d-7e3f-8a4b-5c6d7e8f9a0b";

/// The inputs of a mutation about subjects of its own.
pub struct Case {
    pub mutation: &'static str,
    /// The fields of its payload, or of each result of a bulk.
    fields: &'static str,
    /// Inputs that are accepted, and some that are refused.
    pub inputs: fn(&Subjects) -> Vec<Value>,
}

impl Case {
    /// The document of the mutation.
    pub fn document(&self) -> String {
        let (mutation, fields, errors) = (self.mutation, self.fields, "userErrors { code field message }");
        let fields = if is_bulk(mutation) {
            format!("results {{ {fields} {errors} }}")
        } else {
            fields.to_owned()
        };
        let (first, rest) = mutation.split_at(1);
        let input = format!("{}{rest}Input", first.to_uppercase());
        format!("mutation ($input: {input}!) {{ {mutation}(input: $input) {{ {fields} {errors} }} }}")
    }

    /// The document of the mutation without records, which require permissions of their own.
    pub fn bare_document(&self) -> String {
        let bare = Self {
            fields: "__typename",
            ..*self
        };
        bare.document()
    }
}

fn is_bulk(mutation: &str) -> bool {
    mutation.ends_with('s') && mutation != "transferRelationships" && !mutation.starts_with("merge")
}

/// The records that the inputs of one case are about. Each organization has an employee, a relationship, a note and an
/// interaction; each contact has a note and an interaction.
pub struct Subjects {
    /// The number of the case, which makes names new.
    case: usize,
    users: Vec<Value>,
    organizations: Vec<Value>,
    contacts: Vec<Value>,
    relationships: Vec<Value>,
    notes: Vec<Value>,
    /// An organization, a contact, a relationship and a note in the trash.
    deleted: Vec<Value>,
    /// A transfer of two relationships, of which one was ended.
    transfer: Value,
    /// A merge of contacts and one of organizations.
    merges: Vec<Value>,
}

impl Subjects {
    /// Creates the records of a case.
    pub async fn made_by(admin: &TestCaller<'_>, case: usize) -> Self {
        let mut made = Self {
            case,
            users: Vec::new(),
            organizations: Vec::new(),
            contacts: Vec::new(),
            relationships: Vec::new(),
            notes: Vec::new(),
            deleted: Vec::new(),
            transfer: Value::Null,
            merges: Vec::new(),
        };
        for name in ["from", "to"] {
            made.users.push(admin.user(&format!("{name}-{case}")).await);
        }
        for place in 0..3 {
            let organization = admin.organization(&format!("Engines {case} {place}")).await;
            let contact = admin.employee("Lovelace", &organization).await;
            let input = json!({
                "relationship": { "userId": made.users[0], "organizationId": organization, "type": "Owner" },
                "note": { "subjectId": organization, "text": "Builds engines" },
                "other": { "subjectId": contact, "text": "Likes engines" },
                "call": { "mediaType": "CALL", "direction": "INBOUND", "startedAt": "2026-03-01T12:00:00Z",
                    "contactId": contact, "organizationId": organization },
            });
            let data = admin.data(BELONGINGS, input).await;
            made.relationships
                .push(data["createRelationship"]["relationship"]["id"].clone());
            made.notes.push(data["note"]["note"]["id"].clone());
            made.organizations.push(organization);
            made.contacts.push(contact);
        }
        made.delete_some(admin).await;
        let lender = admin.user(&format!("lender-{case}")).await;
        for user in [&lender, &made.users[1]] {
            admin.relationship(user, &made.organizations[0], "Lender").await;
        }
        admin
            .relationship(&lender, &made.organizations[1], "Lender")
            .await;
        let transfer = json!({ "fromUserId": lender, "toUserId": made.users[1] });
        made.transfer = admin.done(TRANSFER, transfer).await["transferId"].take();
        made.merge_some(admin).await;
        made
    }

    /// Merges an organization with its contact into another one, and this contact into another one.
    async fn merge_some(&mut self, admin: &TestCaller<'_>) {
        let organization = admin.organization(&format!("Mines {}", self.case)).await;
        let contact = admin.employee("Newcomen", &organization).await;
        admin.note(&contact, "Pumps").await;
        admin.relationship(&self.users[0], &organization, "Owner").await;
        let survivors = [
            admin.employee("Watt", &organization).await,
            admin.organization("Pumps").await,
        ];
        for (survivor, member) in survivors.iter().zip([&contact, &organization]) {
            let merged = admin.merge(&[survivor, member]).await;
            self.merges.push(merged["merge"]["id"].clone());
        }
    }

    /// Creates an organization and a contact, and a note and a relationship of others, and deletes them.
    async fn delete_some(&mut self, admin: &TestCaller<'_>) {
        let organization = admin.organization(&format!("Mills {}", self.case)).await;
        let contact = admin.employee("Arkwright", &organization).await;
        let relationship =
            json!({ "userId": self.users[0], "organizationId": self.organizations[0], "type": "Former" });
        let input = json!({
            "relationship": relationship,
            "note": { "subjectId": self.organizations[0], "text": "Built mills" },
            "other": { "subjectId": contact, "text": "Spins" },
            "call": { "mediaType": "CALL", "direction": "INBOUND", "startedAt": "2026-03-01T12:00:00Z",
                "contactId": contact },
        });
        let data = admin.data(BELONGINGS, input).await;
        let deleted = json!({
            "contact": { "id": contact },
            "organization": { "id": organization },
            "relationship": { "id": data["createRelationship"]["relationship"]["id"] },
            "note": { "id": data["note"]["note"]["id"] },
        });
        for kind in ["organization", "contact", "relationship", "note"] {
            self.deleted.push(deleted[kind]["id"].clone());
        }
        admin.data(DELETIONS, deleted).await;
    }

    fn key(&self, value: &str) -> Value {
        json!({ "source": "crm", "value": format!("{}-{value}", self.case) })
    }
}

const BELONGINGS: &str =
    "mutation ($relationship: CreateRelationshipInput!, $note: CreateNoteInput!, $other: CreateNoteInput!,
        $call: RecordInteractionInput!) {
    createRelationship(input: $relationship) { relationship { id } userErrors { message } }
    note: createNote(input: $note) { note { id } userErrors { message } }
    other: createNote(input: $other) { note { id } userErrors { message } }
    recordInteraction(input: $call) { interaction { id } userErrors { message } } }";

const TRANSFER: &str = "mutation ($input: TransferRelationshipsInput!) {
    transferRelationships(input: $input) { transferId userErrors { code field message } } }";

const DELETIONS: &str = "mutation ($contact: DeleteContactInput!, $organization: DeleteOrganizationInput!,
        $relationship: DeleteRelationshipInput!, $note: DeleteNoteInput!) {
    deleteContact(input: $contact) { userErrors { message } }
    deleteOrganization(input: $organization) { userErrors { message } }
    deleteRelationship(input: $relationship) { userErrors { message } }
    deleteNote(input: $note) { userErrors { message } } }";

/// Inputs of a restoration: of a deleted record, again, and of none.
fn restorations(id: &Value) -> Vec<Value> {
    vec![
        json!({ "id": id }),
        json!({ "id": id }),
        json!({ "id": "nonsense" }),
    ]
}

/// Inputs of a deletion: of a record, at a wrong version, of none, and again.
fn deletions(ids: &[Value]) -> Vec<Value> {
    vec![
        json!({ "id": ids[1], "expectedVersion": 7 }),
        json!({ "id": ids[0], "expectedVersion": 1 }),
        json!({ "id": ids[0] }),
        json!({ "id": "nonsense" }),
    ]
}

/// Inputs of a bulk whose first and last items are accepted: as a whole, each, and with those items alone.
fn bulks(items: &Value, alone: &Value) -> Vec<Value> {
    vec![
        json!({ "items": items }),
        json!({ "items": items, "policy": "EACH" }),
        json!({ "items": [alone] }),
    ]
}

/// Inputs of a bulk deletion.
fn bulk_deletions(ids: &[Value]) -> Vec<Value> {
    let items = json!([
        { "id": ids[0] }, { "id": ids[1], "expectedVersion": 7 }, { "id": ids[0] }, { "id": "nonsense" }, { "id": ids[2] },
    ]);
    bulks(&items, &json!({ "id": ids[1] }))
}

pub const CASES: &[Case] = &[
    Case {
        mutation: "createContact",
        fields: "contact { id displayName version createdAt updatedAt createdBy { name } tags externalIds { source value }
            phoneNumbers { e164 } organization { name } notes { nodes { text } } }
            possibleDuplicates { score reasons { kind value } record { __typename } }",
        inputs: |s| {
            let engineer = json!({ "firstName": "Grace", "lastName": format!("Hopper{}", s.case), "organizationId": s.organizations[0],
                "tags": ["vip"], "externalIds": [s.key("1")], "phoneNumbers": [{ "input": "+13175550100" }] });
            vec![
                engineer.clone(),
                engineer, // has the key of the first
                json!({ "title": "Nameless" }),
                json!({ "lastName": "Turing", "organizationId": ABSENT }),
            ]
        },
    },
    Case {
        mutation: "createContacts",
        fields: "contact { id displayName version createdAt updatedAt tags organization { name } }",
        inputs: |s| {
            let items = json!([
                { "lastName": "Hopper", "externalIds": [s.key("1")] }, { "lastName": "Twice", "externalIds": [s.key("1")] },
                { "title": "Nameless" }, { "lastName": "Turing", "organizationId": s.organizations[0], "tags": ["vip"] },
            ]);
            bulks(&items, &json!({ "lastName": "Noether" }))
        },
    },
    Case {
        mutation: "createOrganization",
        fields: "organization { id name version createdAt updatedAt createdBy { name } websites externalIds { source value }
            contacts { nodes { displayName } } } possibleDuplicates { score reasons { kind value } record { __typename } }",
        inputs: |s| {
            let looms = json!({ "name": format!("Looms {}", s.case), "websites": ["https://looms.example"],
                "externalIds": [s.key("1")] });
            vec![looms.clone(), looms, json!({ "name": " " })]
        },
    },
    Case {
        mutation: "createOrganizations",
        fields: "organization { id name version createdAt updatedAt tags }",
        inputs: |s| {
            let items = json!([
                { "name": "Looms", "externalIds": [s.key("1")] }, { "name": "Twice", "externalIds": [s.key("1")] },
                { "name": "" }, { "name": "Mills", "tags": ["vip"] },
            ]);
            bulks(&items, &json!({ "name": "Forges" }))
        },
    },
    Case {
        mutation: "deleteContact",
        fields: "deletedContactId deletedNotes detachedInteractions contact { id version updatedAt }",
        inputs: |s| deletions(&s.contacts),
    },
    Case {
        mutation: "deleteContacts",
        fields: "deletedContactId deletedNotes detachedInteractions contact { id version updatedAt }",
        inputs: |s| bulk_deletions(&s.contacts),
    },
    Case {
        mutation: "deleteNote",
        fields: "deletedNoteId note { id text version updatedAt }",
        inputs: |s| deletions(&s.notes),
    },
    Case {
        mutation: "deleteNotes",
        fields: "deletedNoteId note { id text version updatedAt }",
        inputs: |s| bulk_deletions(&s.notes),
    },
    Case {
        mutation: "deleteOrganization",
        fields: "deletedOrganizationId deletedRelationships deletedNotes detachedContacts detachedInteractions
            organization { id version updatedAt }",
        inputs: |s| deletions(&s.organizations),
    },
    Case {
        mutation: "deleteOrganizations",
        fields: "deletedOrganizationId deletedRelationships deletedNotes detachedContacts detachedInteractions
            organization { id version updatedAt }",
        inputs: |s| bulk_deletions(&s.organizations),
    },
    Case {
        mutation: "deleteRelationship",
        fields: "deletedRelationshipId relationship { id type version updatedAt }",
        inputs: |s| deletions(&s.relationships),
    },
    Case {
        mutation: "deleteRelationships",
        fields: "deletedRelationshipId relationship { id type version updatedAt }",
        inputs: |s| bulk_deletions(&s.relationships),
    },
    Case {
        mutation: "purgeTrash",
        fields: "purgedIds",
        inputs: |s| vec![json!({ "ids": s.deleted }), json!({ "ids": s.deleted }), json!({ "ids": ["nonsense"] })],
    },
    Case {
        mutation: "restoreContact",
        fields: "contact { id displayName version } restoredNotes lost { field message value }",
        inputs: |s| restorations(&s.deleted[1]),
    },
    Case {
        mutation: "restoreNote",
        fields: "note { id text version }",
        inputs: |s| restorations(&s.deleted[3]),
    },
    Case {
        mutation: "restoreOrganization",
        fields: "organization { id name version } restoredRelationships restoredNotes reattachedContacts
            lost { field message value }",
        inputs: |s| restorations(&s.deleted[0]),
    },
    Case {
        mutation: "restoreRelationship",
        fields: "relationship { id type version }",
        inputs: |s| restorations(&s.deleted[2]),
    },
    Case {
        mutation: "mergeContacts",
        fields: "contact { id displayName version title } merge { kind memberIds memberLabels
            fields { field value recordIds isConflict } moved { recordId notes interactions } undoneAt }",
        inputs: |s| {
            let members = json!([{ "id": s.contacts[0] }, { "id": s.contacts[1] }]);
            vec![
                json!({ "members": members, "values": { "title": "Countess" } }),
                json!({ "members": members }),
                json!({ "members": [{ "id": s.contacts[2] }, { "id": ABSENT }] }),
                json!({ "members": [{ "id": s.contacts[2], "expectedVersion": 9 }, { "id": s.contacts[1] }] }),
            ]
        },
    },
    Case {
        mutation: "mergeOrganizations",
        fields: "organization { id name version } merge { kind memberIds memberLabels
            fields { field value recordIds isConflict }
            moved { recordId notes interactions relationships contacts } undoneAt }",
        inputs: |s| {
            let all: Vec<Value> = s.organizations.iter().map(|id| json!({ "id": id })).collect();
            vec![json!({ "members": all }), json!({ "members": all }), json!({ "members": [all[0]] })]
        },
    },
    Case {
        mutation: "undoContactMerge",
        fields: "merge { kind memberIds undoneBy { name } undoableUntil } restored { id displayName version }
            movedBack { recordId notes interactions } kept lost { field message value }",
        inputs: |s| {
            vec![
                json!({ "mergeId": s.merges[0] }),
                json!({ "mergeId": s.merges[0] }),
                json!({ "mergeId": s.merges[1] }),
                json!({ "mergeId": "nonsense" }),
            ]
        },
    },
    Case {
        mutation: "undoOrganizationMerge",
        fields: "merge { kind memberIds undoneBy { name } undoableUntil } restored { id name version }
            movedBack { recordId notes relationships contacts } kept lost { field message value }",
        inputs: |s| {
            vec![
                json!({ "mergeId": s.merges[1] }),
                json!({ "mergeId": s.merges[1] }),
                json!({ "mergeId": s.merges[0] }),
            ]
        },
    },
    Case {
        mutation: "undoRelationshipTransfer",
        fields: "movedBack reopened lost { field message value }",
        inputs: |s| {
            vec![
                json!({ "transferId": s.transfer }),
                json!({ "transferId": s.transfer }),
                json!({ "transferId": "nonsense" }),
            ]
        },
    },
    Case {
        mutation: "transferRelationships",
        fields: "moved ended hasMore",
        inputs: |s| {
            let (from, to) = (&s.users[0], &s.users[1]);
            vec![
                json!({ "fromUserId": from, "toUserId": to, "organizationIds": [s.organizations[0]] }),
                json!({ "fromUserId": from, "toUserId": to }),
                json!({ "fromUserId": from, "toUserId": from }),
                json!({ "fromUserId": from, "toUserId": ABSENT }),
            ]
        },
    },
];
