//! The recorded content of a change.

use serde_json::{Value, json};

use super::{CHANGE, delete_contact, note, settled, update};
use crate::support::in_every_order;

in_every_order! {
    async fn creating_changing_and_deleting_is_written_down(app: &TestApp) {
        let admin = app.admin().await;
        let id = admin.contact("Lovelace").await;
        update(&admin, json!({ "id": id, "lastName": "Byron", "tags": ["poet", "vip"], "title": "Countess" })).await;
        update(&admin, json!({ "id": id, "tags": [], "title": null, "surveyOptOut": true })).await;
        delete_contact(&admin, &id).await;

        let changes = settled(&admin, "", CHANGE, 4).await;

        let told: Vec<_> = changes
            .iter()
            .map(|change| json!([
                change["action"], change["kind"], change["version"], change["changedBy"]["name"], change["changedFields"],
            ]))
            .collect();
        assert_eq!(told, [
            json!(["CREATED", "CONTACT", 1, "admin", []]),
            json!(["UPDATED", "CONTACT", 2, "admin", ["lastName", "tags", "title"]]),
            json!(["UPDATED", "CONTACT", 3, "admin", ["surveyOptOut", "tags", "title"]]),
            json!(["DELETED", "CONTACT", 3, "admin", []]),
        ]);
        assert!(changes.iter().all(|change| change["entityId"] == id));
        assert_eq!(changes[0]["fields"], json!([]));
        assert_eq!(changes[3]["fields"], json!([]));
        let field = |name: &str, before: Value, after: Value| json!({ "field": name, "before": before, "after": after });
        assert_eq!(changes[1]["fields"], json!([
            field("lastName", json!("Lovelace"), json!("Byron")),
            field("tags", json!("[]"), json!("[\"poet\",\"vip\"]")),
            field("title", Value::Null, json!("Countess")),
        ]));
        assert_eq!(changes[2]["fields"], json!([
            field("surveyOptOut", json!("false"), json!("true")),
            field("tags", json!("[\"poet\",\"vip\"]"), json!("[]")),
            field("title", json!("Countess"), Value::Null),
        ]));
    }

    async fn long_values_are_cut_at_1000_characters(app: &TestApp) {
        let admin = app.admin().await;
        let id = admin.contact("Lovelace").await;
        let note = note(&admin, json!({ "subjectId": id, "text": "ä".repeat(1500) })).await;
        let edit = "mutation ($input: UpdateNoteInput!) { updateNote(input: $input) { userErrors { message } } }";
        admin.done(edit, json!({ "id": note, "text": "ö".repeat(2000) })).await;

        let changes = settled(&admin, "entities: [NOTE]", CHANGE, 2).await;

        assert_eq!(changes[1]["fields"][0]["before"], "ä".repeat(1000));
        assert_eq!(changes[1]["fields"][0]["after"], "ö".repeat(1000));
    }

    async fn what_changes_nothing_is_not_written_down(app: &TestApp) {
        let admin = app.admin().await;
        let id = admin.contact("Lovelace").await;
        update(&admin, json!({ "id": id, "lastName": "Lovelace", "tags": [] })).await;
        let refused = "mutation ($input: UpdateContactInput!) {
            updateContact(input: $input) { userErrors { code field message } } }";
        let input = json!({ "id": id, "lastName": "Byron", "expectedVersion": 7 });
        assert!(admin.refusal(refused, input).await.starts_with("VERSION_CONFLICT"));
        update(&admin, json!({ "id": id, "lastName": "Byron" })).await;

        let changes = settled(&admin, "", "action version", 2).await;

        assert_eq!(changes, [
            json!({ "action": "CREATED", "version": 1 }),
            json!({ "action": "UPDATED", "version": 2 }),
        ]);
    }

    async fn what_goes_with_an_organization_or_a_contact_is_written_down(app: &TestApp) {
        let admin = app.admin().await;
        let apex = admin.organization("Apex").await;
        let ada = admin.contact("Lovelace").await;
        note(&admin, json!({ "subjectId": apex, "text": "Pays late" })).await;
        note(&admin, json!({ "subjectId": ada, "text": "Likes tea" })).await;
        let relate = "mutation ($input: CreateRelationshipInput!) {
            createRelationship(input: $input) { relationship { id } userErrors { message } } }";
        let user = format!("user_{}", external_contacts::id::TypedId::uuid(admin.caller.user.id));
        admin.done(relate, json!({ "userId": user, "organizationId": apex, "type": "Owner" })).await;
        let delete = "mutation ($input: DeleteOrganizationInput!) {
            deleteOrganization(input: $input) { userErrors { message } } }";
        admin.done(delete, json!({ "id": apex })).await;
        delete_contact(&admin, &ada).await;

        let all = settled(&admin, "", "action kind entity { __typename }", 10).await;
        let deleted: Vec<_> = all.iter().filter(|change| change["action"] == "DELETED").collect();

        let kinds: Vec<_> = deleted.iter().map(|change| change["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["RELATIONSHIP", "NOTE", "ORGANIZATION", "NOTE", "CONTACT"]);
        assert!(all.iter().all(|change| change["entity"].is_null()), "{all:?}");
    }

    async fn transferred_relationships_say_from_whom_and_to_whom(app: &TestApp) {
        let admin = app.admin().await;
        let user = async |name: &str| {
            let make = "mutation ($input: UpsertUserInput!) {
                upsertUser(input: $input) { user { id } userErrors { message } } }";
            admin.done(make, json!({ "subject": name, "name": name })).await["user"]["id"].clone()
        };
        let (grace, edsger) = (user("Grace").await, user("Edsger").await);
        let apex = admin.organization("Apex").await;
        let zenith = admin.organization("Zenith").await;
        let relate = "mutation ($input: CreateRelationshipInput!) {
            createRelationship(input: $input) { relationship { id } userErrors { message } } }";
        for (user, organization) in [(&grace, &apex), (&grace, &zenith), (&edsger, &zenith)] {
            admin.done(relate, json!({ "userId": user, "organizationId": organization, "type": "Owner" })).await;
        }
        let transfer = "mutation ($input: TransferRelationshipsInput!) {
            transferRelationships(input: $input) { userErrors { message } } }";
        admin.done(transfer, json!({ "fromUserId": grace, "toUserId": edsger })).await;

        let all = settled(&admin, "entities: [RELATIONSHIP]", CHANGE, 5).await;
        let about_apex = format!("organizationId: {apex}, entities: [RELATIONSHIP]");
        let moved = settled(&admin, &about_apex, CHANGE, 2).await;

        assert_eq!(all[3]["fields"], json!([{ "field": "endedOn", "before": null, "after": "2026-03-01" }]));
        assert_eq!(all[4]["fields"], json!([{ "field": "userId", "before": grace, "after": edsger }]));
        assert_eq!(moved[1], all[4]);
    }

    async fn interactions_are_followed_too(app: &TestApp) {
        let admin = app.admin().await;
        let ada = admin.contact("Lovelace").await;
        let record = "mutation ($input: RecordInteractionInput!) {
            recordInteraction(input: $input) { interaction { id } userErrors { message } } }";
        let input = json!({ "externalId": "c-1", "mediaType": "CALL", "direction": "INBOUND",
            "startedAt": "2026-02-01T10:00:00Z", "contactId": ada });
        let call = admin.done(record, input).await["interaction"]["id"].clone();
        let code = "mutation ($input: CreateWrapUpCodeInput!) {
            createWrapUpCode(input: $input) { wrapUpCode { id } userErrors { message } } }";
        let code = admin.done(code, json!({ "name": "Resolved" })).await["wrapUpCode"]["id"].clone();
        let wrap_up = "mutation ($input: WrapUpInteractionInput!) {
            wrapUpInteraction(input: $input) { userErrors { message } } }";
        admin.done(wrap_up, json!({ "id": call, "codeId": code, "note": "Wants a quote" })).await;

        let args = format!("contactId: {ada}, entities: [INTERACTION]");
        let changes = settled(&admin, &args, CHANGE, 2).await;

        assert_eq!(changes[0]["action"], "CREATED");
        assert_eq!(changes[1]["changedFields"], json!(["agentIds", "wrapUps"]));
        let after = changes[1]["fields"][1]["after"].as_str().unwrap();
        assert!(after.contains("\"note\":\"Wants a quote\"") && after.contains(code.as_str().unwrap()), "{after}");
    }
}
