//! Changing, linking to and deleting by the id of a merged record.

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::{UPDATE_ORGANIZATION, contacts, organizations};
use crate::support::on_both_engines;
use crate::support::operations::{
    CREATE_NOTE, CREATE_RELATIONSHIP, DELETE_CONTACT, RECORD_INTERACTION, UPDATE_CONTACT,
};

const UPDATE_CONTACTS: &str = "mutation ($input: UpdateContactsInput!) {
    updateContacts(input: $input) { results { contact { id title organization { id } } userErrors { code field message } }
      userErrors { code field message } } }";
const UPDATE_ORGANIZATIONS: &str = "mutation ($input: UpdateOrganizationsInput!) {
    updateOrganizations(input: $input) { results { organization { id name } userErrors { code field message } }
      userErrors { code field message } } }";
const DELETE_ORGANIZATION: &str = "mutation ($input: DeleteOrganizationInput!) {
    deleteOrganization(input: $input) { deletedOrganizationId userErrors { code field message } } }";
const DELETE_CONTACTS: &str = "mutation ($input: DeleteContactsInput!) {
    deleteContacts(input: $input) { results { deletedContactId } userErrors { code field message } } }";
const DELETE_ORGANIZATIONS: &str = "mutation ($input: DeleteOrganizationsInput!) {
    deleteOrganizations(input: $input) { results { deletedOrganizationId } userErrors { code field message } } }";
const CREATE_CONTACTS: &str = "mutation ($input: CreateContactsInput!) {
    createContacts(input: $input) { results { contact { organization { id } } } userErrors { code field message } } }";
const CREATE_NOTES: &str = "mutation ($input: CreateNotesInput!) {
    createNotes(input: $input) { results { note { id } } userErrors { code field message } } }";
const CREATE_RELATIONSHIPS: &str = "mutation ($input: CreateRelationshipsInput!) {
    createRelationships(input: $input) { results { relationship { organization { id } } } userErrors { code field message } } }";
const LINK: &str = "mutation ($input: LinkInteractionInput!) {
    linkInteraction(input: $input) { interaction { contact { id } organization { id } } userErrors { code field message } } }";
const RECORD_SEVERAL: &str = "mutation ($input: RecordInteractionsInput!) {
    recordInteractions(input: $input) { results { interaction { contact { id } organization { id } } }
      userErrors { code field message } } }";
const TRANSFER: &str = "mutation ($input: TransferRelationshipsInput!) {
    transferRelationships(input: $input) { moved userErrors { code field message } } }";

/// The stored references of a table, each once.
const REFERENCES: &str = "{ contacts { nodes { organization { id } } } notes { nodes { subject { ... on Contact { id } ... on Organization { id } } } }
    relationships { nodes { organization { id } } } interactions { nodes { contact { id } organization { id } } } }";

on_both_engines! {
    async fn an_update_by_an_alias_changes_the_survivor_and_checks_its_version(app: &TestApp) {
        let admin = app.admin().await;
        let (ada, ann) = contacts(app, &admin).await;
        let (apex, apex_inc) = organizations(app, &admin).await;

        let updated = admin.done(UPDATE_CONTACT, json!({ "id": ann, "expectedVersion": 1, "title": "CTO" })).await;
        assert_eq!(updated["contact"]["id"], ada);
        assert_eq!(updated["contact"]["version"], 2);
        assert_snapshot!(
            admin.refusal(UPDATE_CONTACT, json!({ "id": ann, "expectedVersion": 1, "title": "CEO" })).await,
            @"VERSION_CONFLICT expectedVersion: the record has changed: it is at version 2 now; review it and try again"
        );
        let updated = admin.done(UPDATE_ORGANIZATION, json!({ "id": apex_inc, "name": "Apex AG" })).await;
        assert_eq!(updated["organization"], json!({ "id": apex, "name": "Apex AG", "primaryContact": null }));

        let items = json!([{ "id": ann, "title": "CIO", "organizationId": apex_inc }]);
        let updated = admin.done(UPDATE_CONTACTS, json!({ "items": items })).await;
        assert_eq!(updated["results"][0]["contact"], json!({ "id": ada, "title": "CIO", "organization": { "id": apex } }));
        let items = json!([{ "id": apex_inc, "name": "Apex Ltd.", "primaryContactId": ann }]);
        let updated = admin.done(UPDATE_ORGANIZATIONS, json!({ "items": items })).await;
        assert_eq!(updated["results"][0]["organization"], json!({ "id": apex, "name": "Apex Ltd." }));
    }

    async fn a_bulk_changes_a_survivor_once_by_whichever_id(app: &TestApp) {
        let admin = app.admin().await;
        let (ada, ann) = contacts(app, &admin).await;
        let (apex, apex_inc) = organizations(app, &admin).await;
        let items = |one: &Value, other: &Value| json!({ "items": [{ "id": one, "tags": ["a"] }, { "id": other, "tags": ["b"] }] });

        assert_snapshot!(
            admin.refusal(UPDATE_CONTACTS, items(&ann, &ada)).await,
            @"INVALID items.1.id: must not name the record of an earlier item; a bulk changes each record once"
        );
        assert_snapshot!(
            admin.refusal(UPDATE_ORGANIZATIONS, items(&apex, &apex_inc)).await,
            @"INVALID items.1.id: must not name the record of an earlier item; a bulk changes each record once"
        );
    }

    async fn what_is_created_for_an_alias_belongs_to_the_survivor(app: &TestApp) {
        let admin = app.admin().await;
        let (ada, ann) = contacts(app, &admin).await;
        let (apex, apex_inc) = organizations(app, &admin).await;
        let (grace, alan) = (admin.user("Grace").await, admin.user("Alan").await);

        admin.employee("Ben", &apex_inc).await;
        admin.done(UPDATE_CONTACT, json!({ "id": ada, "organizationId": apex_inc })).await;
        let led = admin.done(UPDATE_ORGANIZATION, json!({ "id": apex, "primaryContactId": ann })).await;
        assert_eq!(led["organization"]["primaryContact"]["id"], ada);
        admin.done(CREATE_CONTACTS, json!({ "items": [{ "lastName": "Cay", "organizationId": apex_inc }] })).await;
        for subject in [&ann, &apex_inc] {
            admin.done(CREATE_NOTE, json!({ "subjectId": subject, "text": "Late" })).await;
            admin.done(CREATE_NOTES, json!({ "items": [{ "subjectId": subject, "text": "Early" }] })).await;
        }
        let relationship = |r#type: &str| json!({ "userId": grace, "organizationId": apex_inc, "type": r#type });
        admin.done(CREATE_RELATIONSHIP, relationship("Owner")).await;
        admin.done(CREATE_RELATIONSHIPS, json!({ "items": [relationship("Buyer")] })).await;
        assert!(admin.refusal(CREATE_RELATIONSHIPS, json!({ "items": [relationship("Owner")] })).await.starts_with("TAKEN"));
        let parties = json!({ "contactId": ann, "organizationId": apex_inc });
        let mut call = json!({ "mediaType": "CALL", "direction": "INBOUND", "startedAt": "2026-01-02T03:00:00Z", "externalId": "c1" });
        admin.done(RECORD_INTERACTION, call.clone()).await;
        let found = admin.data("{ interactions { nodes { id } } }", json!({})).await;
        let mut link = parties.clone();
        link["id"] = found["interactions"]["nodes"][0]["id"].clone();
        admin.done(LINK, link).await;
        call["externalId"] = json!("c2");
        call.as_object_mut().unwrap().extend(parties.as_object().unwrap().clone());
        admin.done(RECORD_INTERACTION, call.clone()).await;
        call["externalId"] = json!("c3");
        call.as_object_mut().unwrap().remove("organizationId");
        admin.done(RECORD_SEVERAL, json!({ "items": [call] })).await;
        let transfer = json!({ "fromUserId": grace, "toUserId": alan, "organizationIds": [apex_inc, apex] });
        assert_eq!(admin.done(TRANSFER, transfer).await["moved"], 2);

        // Nothing is read by an alias: if it were, the survivor would not be there without it.
        app.execute("DELETE FROM aliases").await;
        let data = admin.data(REFERENCES, json!({})).await;
        let of = |list: &str, field: &str| -> Vec<Value> {
            let nodes = data[list]["nodes"].as_array().unwrap();
            nodes.iter().map(|node| node[field]["id"].clone()).filter(|id| !id.is_null()).collect()
        };
        assert_eq!(of("contacts", "organization"), vec![apex.clone(); 3]);
        let mut subjects = of("notes", "subject");
        subjects.sort_by_key(Value::to_string);
        assert_eq!(subjects, [&ada, &ada, &apex, &apex].map(Value::clone));
        assert_eq!(of("relationships", "organization"), vec![apex.clone(); 2]);
        assert_eq!(of("interactions", "contact"), vec![ada.clone(); 3]);
        assert_eq!(of("interactions", "organization"), vec![apex.clone(); 3]);
    }

    async fn a_deletion_by_an_alias_is_refused(app: &TestApp) {
        let admin = app.admin().await;
        let (ada, ann) = contacts(app, &admin).await;
        let (apex, apex_inc) = organizations(app, &admin).await;

        for (refusal, survivor) in [
            (admin.refusal(DELETE_CONTACT, json!({ "id": ann })).await, &ada),
            (admin.refusal(DELETE_ORGANIZATION, json!({ "id": apex_inc })).await, &apex),
        ] {
            let survivor = survivor.as_str().unwrap();
            assert_eq!(refusal, format!("MERGED id: is now part of {survivor}; delete that instead"));
        }
        let refused = admin.refusal(DELETE_CONTACTS, json!({ "items": [{ "id": ann }, { "id": ada }] })).await;
        assert!(refused.starts_with("MERGED items.0.id: is now part of contact_"), "{refused}");
        let refused = admin.refusal(DELETE_ORGANIZATIONS, json!({ "items": [{ "id": apex_inc }] })).await;
        assert!(refused.starts_with("MERGED items.0.id: is now part of organization_"), "{refused}");

        admin.done(DELETE_CONTACT, json!({ "id": ada })).await;
        admin.done(DELETE_ORGANIZATION, json!({ "id": apex })).await;
        for (delete, id) in [(DELETE_CONTACT, &ann), (DELETE_ORGANIZATION, &apex_inc)] {
            assert!(admin.refusal(delete, json!({ "id": id })).await.starts_with("NOT_FOUND id"));
        }
    }

    async fn the_alias_of_a_record_in_the_trash_is_not_found(app: &TestApp) {
        let admin = app.admin().await;
        let (ada, ann) = contacts(app, &admin).await;
        let (apex, apex_inc) = organizations(app, &admin).await;
        let user = admin.user("Grace").await;
        admin.done(DELETE_CONTACT, json!({ "id": ada })).await;
        admin.done(DELETE_ORGANIZATION, json!({ "id": apex })).await;

        for (mutation, input) in [
            (UPDATE_CONTACT, json!({ "id": ann, "title": "CTO" })),
            (UPDATE_CONTACTS, json!({ "items": [{ "id": ann, "title": "CTO" }] })),
            (UPDATE_ORGANIZATION, json!({ "id": apex_inc, "name": "Apex AG" })),
            (CREATE_NOTE, json!({ "subjectId": ann, "text": "Late" })),
            (CREATE_NOTES, json!({ "items": [{ "subjectId": apex_inc, "text": "Late" }] })),
            (CREATE_RELATIONSHIP, json!({ "userId": user, "organizationId": apex_inc, "type": "Owner" })),
            (CREATE_CONTACTS, json!({ "items": [{ "lastName": "Cay", "organizationId": apex_inc }] })),
            (TRANSFER, json!({ "fromUserId": user, "toUserId": admin.user("Alan").await, "organizationIds": [apex_inc] })),
        ] {
            let refused = admin.refusal(mutation, input).await;
            assert!(refused.starts_with("NOT_FOUND"), "{refused}");
        }
    }
}
