//! Bulk mutations for the other kinds of records.

use external_contacts::model::{Permission, Permissions};
use insta::assert_snapshot;
use serde_json::{Value, json};

use super::{Bulk, document, refusals};
use crate::changes::settled;
use crate::support::{TestCaller, on_both_engines};

/// Returns a bulk mutation that selects the id, the version and some fields of a record.
const fn bulk<'a>(caller: &'a TestCaller<'a>, mutation: &'static str, fields: &'static str) -> Bulk<'a> {
    Bulk {
        caller,
        mutation,
        fields,
    }
}

const ORGANIZATION: &str = "organization { id name version primaryContact { id } }";
const RELATIONSHIP: &str = "relationship { id type version endedOn }";
const NOTE: &str = "note { id text version author { name } }";
const INTERACTION: &str =
    "created interaction { id version queueName agents { name } organization { name } contact { id } }";
const CODE: &str = "wrapUpCode { id name version }";
const USER: &str = "created user { id name title version }";

/// The ids of the accepted records of a payload.
fn ids(payload: &Value, noun: &str) -> Vec<Value> {
    let results = payload["results"].as_array().unwrap().iter();
    results
        .map(|result| result[noun]["id"].clone())
        .filter(Value::is_string)
        .collect()
}

/// The actions of all changes of a kind, in their order.
async fn actions(admin: &TestCaller<'_>, kind: &str, count: usize) -> Vec<String> {
    let nodes = settled(admin, &format!("entities: [{kind}]"), "action version", count).await;
    let line = |node: &Value| format!("{} {}", node["action"].as_str().unwrap(), node["version"]);
    nodes.iter().map(line).collect()
}

on_both_engines! {
    async fn organizations_are_created_updated_upserted_and_deleted(app: &TestApp) {
        let admin = app.admin().await;
        let key = |value: &str| json!([{ "source": "crm", "value": value }]);
        let items = json!([{ "name": "Acme", "externalIds": key("1") }, { "name": " " }, { "name": "Apex", "externalIds": key("1") }, { "name": "Zenith" }]);
        let created = bulk(&admin, "createOrganizations", ORGANIZATION).each(items).await;
        assert_snapshot!(refusals(&created), @r"
        INVALID items.1.name
        TAKEN items.2.externalIds.0
        ");
        let [acme, zenith] = <[Value; 2]>::try_from(ids(&created, "organization")).unwrap();
        let (ada, ben) = (admin.employee("Ada", &acme).await, admin.employee("Ben", &zenith).await);

        let items = json!([
            { "id": zenith, "primaryContactId": ada },
            { "id": acme, "primaryContactId": ada, "name": "Acme Works" },
            { "id": acme, "name": "Twice" },
        ]);
        let update = bulk(&admin, "updateOrganizations", ORGANIZATION);
        let updated = update.each(items).await;
        assert_snapshot!(refusals(&updated), @r"
        INVALID items.0.primaryContactId
        INVALID items.2.id
        ");
        assert_eq!(updated["results"][1]["organization"], json!({ "id": acme, "name": "Acme Works", "version": 2, "primaryContact": { "id": ada } }));

        let items = json!([{ "key": { "externalId": key("1")[0] }, "industry": "Space" }, { "key": { "externalId": key("2")[0] } }, { "key": { "externalId": key("3")[0] }, "name": "Hooli" }]);
        let upserted = bulk(&admin, "upsertOrganizations", "created organization { id version }").each(items).await;
        assert_eq!(refusals(&upserted), "INVALID items.1.name");
        assert_eq!(upserted["results"][0], json!({ "created": false, "organization": { "id": acme, "version": 3 }, "userErrors": [] }));
        assert_eq!(upserted["results"][2]["created"], true);

        bulk(&admin, "createNotes", NOTE).done(json!([{ "subjectId": zenith, "text": "One" }, { "subjectId": zenith, "text": "Two" }])).await;
        let fields = "deletedOrganizationId deletedRelationships deletedNotes detachedContacts detachedInteractions";
        let deleted = bulk(&admin, "deleteOrganizations", fields).done(json!([{ "id": acme }, { "id": zenith, "expectedVersion": 1 }])).await;
        let counts: Vec<Value> = deleted.iter().map(|it| json!([it["deletedOrganizationId"], it["deletedNotes"], it["detachedContacts"]])).collect();
        assert_eq!(counts, [json!([acme, 0, 1]), json!([zenith, 2, 1])]);
        let kept = "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Contact { organization { id } } } }";
        let kept = admin.data(kept, json!({ "ids": [ada, ben] })).await;
        assert_eq!(kept["nodes"], json!([{ "organization": null }, { "organization": null }]));
        assert_eq!(app.tenant.managed_entities().await.unwrap(), 3);
    }

    async fn a_role_is_current_once_whatever_the_items(app: &TestApp) {
        let admin = app.admin().await;
        let (organization, ann, ben) = (admin.organization("Acme").await, admin.user("ann").await, admin.user("ben").await);
        let role = |user: &Value, r#type: &str| json!({ "userId": user, "organizationId": organization, "type": r#type });
        let unknown = json!({ "userId": organization, "organizationId": organization, "type": "Owner" });
        let items = json!([role(&ann, "Owner"), role(&ben, "Owner"), role(&ann, "OWNER"), unknown, role(&ann, "Seller")]);

        let created = bulk(&admin, "createRelationships", RELATIONSHIP).each(items).await;
        assert_snapshot!(refusals(&created), @r"
        TAKEN items.2.type
        INVALID items.3.userId
        ");
        let [owner, other, seller] = <[Value; 3]>::try_from(ids(&created, "relationship")).unwrap();

        // The role that the first gives up is free for the next change, and not for an item of this one.
        let items = json!([
            { "id": owner, "endedOn": "2026-03-01" },
            { "id": other, "type": "Seller", "expectedVersion": 2 },
            { "id": seller, "type": "owner" },
            { "id": seller, "type": "Twice" },
        ]);
        let updated = bulk(&admin, "updateRelationships", RELATIONSHIP).each(items).await;
        assert_snapshot!(refusals(&updated), @r"
        VERSION_CONFLICT items.1.expectedVersion
        TAKEN items.2.type
        INVALID items.3.id
        ");
        let taken = bulk(&admin, "updateRelationships", RELATIONSHIP).done(json!([{ "id": seller, "type": "owner" }])).await;
        assert_eq!(taken[0]["relationship"]["type"], "owner");
        let again = bulk(&admin, "createRelationships", RELATIONSHIP).run(json!([role(&ann, "Owner")])).await;
        assert_eq!(refusals(&again), "TAKEN items.0.type");
        assert_eq!(again["results"][0]["userErrors"][0]["recordId"], seller);

        let deleted = bulk(&admin, "deleteRelationships", "deletedRelationshipId").each(json!([{ "id": seller }, { "id": seller }, { "id": owner }])).await;
        assert_eq!(refusals(&deleted), "INVALID items.1.id");
        assert_eq!(actions(&admin, "RELATIONSHIP", 7).await, ["CREATED 1", "CREATED 1", "CREATED 1", "UPDATED 2", "UPDATED 2", "DELETED 2", "DELETED 2"]);
    }

    async fn notes_of_others_take_their_permission(app: &TestApp) {
        let admin = app.admin().await;
        let (organization, contact) = (admin.organization("Acme").await, admin.contact("Ada").await);
        let items = json!([
            { "subjectId": contact, "text": "One" }, { "subjectId": organization, "text": "Two", "pinned": true },
            { "subjectId": "contact_0192f7c4-1c2d-7e3f-8a4b-5c6d7e8f9a0b", "text": "None" }, { "subjectId": contact, "text": " " },
        ]);
        let created = bulk(&admin, "createNotes", NOTE).each(items).await;
        assert_snapshot!(refusals(&created), @r"
        NOT_FOUND items.2.subjectId
        INVALID items.3.text
        ");
        let [one, two] = <[Value; 2]>::try_from(ids(&created, "note")).unwrap();
        let writer = app.caller_of(&app.tenant, "writer", Permissions::all().without(Permission::NoteEditAny)).await;
        let own = bulk(&writer, "createNotes", NOTE).done(json!([{ "subjectId": contact, "text": "Own" }])).await[0]["note"].clone();
        assert_eq!(own["author"]["name"], "writer");

        for (mutation, item) in [("updateNotes", json!({ "id": two, "text": "Mine" })), ("deleteNotes", json!({ "id": two }))] {
            let input = json!({ "input": { "items": [{ "id": own["id"] }, item], "policy": "EACH" } });
            let errors = writer.errors(&document(mutation, "__typename"), input).await;
            assert_eq!(errors, format!("FORBIDDEN {mutation}: needs the permission externalContacts:note:editAny"));
        }
        let items = json!([{ "id": own["id"], "text": "Changed", "expectedVersion": 1 }]);
        bulk(&writer, "updateNotes", NOTE).done(items).await;
        let items = json!([{ "id": one, "text": "First" }, { "id": own["id"], "text": "Late", "expectedVersion": 1 }]);
        let updated = bulk(&admin, "updateNotes", NOTE).each(items).await;
        assert_eq!(refusals(&updated), "VERSION_CONFLICT items.1.expectedVersion");
        assert_eq!(updated["results"][1]["note"]["text"], "Changed");
        let deleted = bulk(&admin, "deleteNotes", "deletedNoteId").done(json!([{ "id": two }, { "id": own["id"] }])).await;
        assert_eq!(json!(deleted), json!([{ "deletedNoteId": two, "userErrors": [] }, { "deletedNoteId": own["id"], "userErrors": [] }]));
        let left = admin.data("{ notes { nodes { text } } }", json!({})).await;
        assert_eq!(left["notes"]["nodes"], json!([{ "text": "First" }]));
    }

    async fn interactions_are_recorded_and_updated_by_their_external_ids(app: &TestApp) {
        let admin = app.admin().await;
        let organization = admin.organization("Acme").await;
        let (ada, ann, ben) = (admin.employee("Ada", &organization).await, admin.user("ann").await, admin.user("ben").await);
        let call = |more: Value| {
            let mut call = json!({ "mediaType": "CALL", "direction": "INBOUND", "startedAt": "2026-03-01T12:00:00Z" });
            call.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            call
        };
        let record = bulk(&admin, "recordInteractions", INTERACTION);
        let first = record.done(json!([
            call(json!({ "externalId": "1", "contactId": ada, "agentIds": [ann] })), call(json!({})),
        ])).await;
        assert_eq!(first[0]["interaction"]["organization"]["name"], "Acme", "the employer of the contact");

        let payload = record.each(json!([
            call(json!({ "externalId": "2", "agentIds": [ann, organization] })),
            call(json!({ "externalId": "1", "queueName": "Sales", "agentIds": [ann, ben] })),
            call(json!({ "externalId": "3", "organizationId": organization })),
            call(json!({ "externalId": "1", "queueName": "Twice" })),
            call(json!({ "externalId": "4", "endedAt": "2026-01-01T00:00:00Z" })),
            call(json!({ "externalId": " " })),
            call(json!({ "agentIds": [ben, "user_0192f7c4-1c2d-7e3f-8a4b-5c6d7e8f9a0b"] })),
        ])).await;
        assert_snapshot!(refusals(&payload), @r"
        INVALID items.0.agentIds.1
        INVALID items.3.externalId
        INVALID items.4.endedAt
        INVALID items.5.externalId
        NOT_FOUND items.6.agentIds.1
        ");
        let results = &payload["results"];
        assert_eq!((&results[1]["created"], &results[2]["created"]), (&json!(false), &json!(true)));
        let known = &results[1]["interaction"];
        assert_eq!((&known["version"], &known["queueName"], &known["contact"]["id"]), (&json!(2), &json!("Sales"), &ada));
        assert_eq!(known["agents"], json!([{ "name": "ann" }, { "name": "ben" }]));
        assert_eq!(actions(&admin, "INTERACTION", 4).await, ["CREATED 1", "CREATED 1", "UPDATED 2", "CREATED 1"]);
        let of_ben = "query ($id: ID!) { interactions(filter: { agentId: { eq: $id } }) { nodes { externalId } } }";
        let of_ben = admin.data(of_ben, json!({ "id": ben })).await;
        assert_eq!(of_ben["interactions"]["nodes"], json!([{ "externalId": "1" }]));
    }

    async fn codes_and_users_keep_their_names_and_subjects_apart(app: &TestApp) {
        let admin = app.admin().await;
        let created = bulk(&admin, "createWrapUpCodes", CODE).each(json!([{ "name": "Sold" }, { "name": "SOLD" }, { "name": "Lost" }])).await;
        assert_eq!(refusals(&created), "TAKEN items.1.name");
        let [sold, lost] = <[Value; 2]>::try_from(ids(&created, "wrapUpCode")).unwrap();
        let items = json!([{ "id": lost, "name": "sold" }, { "id": sold, "name": "Won" }]);
        let updated = bulk(&admin, "updateWrapUpCodes", CODE).run(items).await;
        assert_eq!(refusals(&updated), "TAKEN items.0.name");
        assert_eq!(updated["results"][0]["userErrors"][0]["recordId"], sold);
        let update = bulk(&admin, "updateWrapUpCodes", CODE);
        let items = json!([{ "id": sold, "name": "Won" }, { "id": lost, "name": "sold", "expectedVersion": 1 }]);
        let updated = update.run(items).await;
        assert_eq!(refusals(&updated), "TAKEN items.1.name");
        let mut updated = Vec::new();
        for item in [json!({ "id": sold, "name": "Won" }), json!({ "id": lost, "name": "sold" })] {
            updated.extend(update.done(json!([item])).await);
        }
        let names: Vec<&Value> = updated.iter().map(|it| &it["wrapUpCode"]["name"]).collect();
        assert_eq!(names, ["Won", "sold"]);

        admin.user("ann").await;
        let items = json!([{ "subject": "ben", "name": "Ben" }, { "subject": "ann", "title": "Manager" }, { "subject": "ben", "name": "Twice" }, { "subject": "" }]);
        let upserted = bulk(&admin, "upsertUsers", USER).each(items).await;
        assert_snapshot!(refusals(&upserted), @r"
        INVALID items.2.subject
        INVALID items.3.subject
        ");
        assert_eq!((&upserted["results"][0]["created"], &upserted["results"][1]["created"]), (&json!(true), &json!(false)));
        assert_eq!(upserted["results"][1]["user"]["title"], "Manager");
        let users = admin.data("{ users { nodes { name } } }", json!({})).await;
        assert_eq!(users["users"]["nodes"].as_array().unwrap().len(), 3, "{users}");
    }
}
