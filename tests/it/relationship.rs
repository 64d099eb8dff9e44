//! Relationships.

use external_contacts::model::{Permission, Permissions, User};
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::{TestApp, TestCaller, on_both_engines};

const CREATE: &str = "mutation ($input: CreateRelationshipInput!) {
    createRelationship(input: $input) {
      relationship { id type version user { name } organization { name } } userErrors { code field message } } }";
const UPDATE: &str = "mutation ($input: UpdateRelationshipInput!) {
    updateRelationship(input: $input) {
      relationship { id type startedOn endedOn version } userErrors { code field message } } }";
const DELETE: &str = "mutation ($input: DeleteRelationshipInput!) {
    deleteRelationship(input: $input) {
      deletedRelationshipId relationship { version } userErrors { code field message } } }";
const TRANSFER: &str = "mutation ($input: TransferRelationshipsInput!) {
    transferRelationships(input: $input) { moved ended hasMore transferId userErrors { code field message } } }";
const UNDO: &str = "mutation ($input: UndoRelationshipTransferInput!) {
    undoRelationshipTransfer(input: $input) { movedBack reopened userErrors { code field message } } }";
const READ: &str = "query ($id: ID!) { relationship(id: $id) {
    type startedOn endedOn version user { name } organization { name } updatedBy { name } } }";
const LIST: &str = "query ($filter: RelationshipFilter, $orderBy: RelationshipOrder, $first: Int, $after: String,
                           $last: Int, $before: String) {
    relationships(filter: $filter, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {
      nodes { type } pageInfo { startCursor endCursor } totalCount { value } } }";
const NOBODY: &str = "user_0192f7c4-1c2d-7e3f-8a4b-5c6d7e8f9a0b";
const NOWHERE: &str = "organization_0192f7c4-1c2d-7e3f-8a4b-5c6d7e8f9a0b";

async fn user(app: &TestApp, name: &str) -> Value {
    let caller = app.caller_of(&app.tenant, name, Permissions::default()).await;
    json!(caller.caller.user.id.to_string())
}

async fn relationship(caller: &TestCaller<'_>, user: &Value, organization: &Value, r#type: &str) -> Value {
    let input = json!({ "userId": user, "organizationId": organization, "type": r#type });
    caller.done(CREATE, input).await["relationship"]["id"].take()
}

fn types_of(answer: &Value) -> Vec<String> {
    let nodes = answer["relationships"]["nodes"].as_array().unwrap();
    nodes
        .iter()
        .map(|node| node["type"].as_str().unwrap().to_owned())
        .collect()
}

async fn deactivate(app: &TestApp, subject: &str) {
    let mut tx = app.tenant.begin(None).await.unwrap();
    let before = tx.user_by_subject(subject).await.unwrap().unwrap();
    let after = User {
        active: false,
        ..before.clone()
    };
    let saved = tx.update_user(&before, after).await;
    tx.end(saved).await.unwrap();
}

on_both_engines! {
    async fn a_relationship_connects_a_user_with_an_organization(app: &TestApp) {
        let admin = app.admin().await;
        let (acme, ada) = (admin.organization("Acme").await, user(app, "Ada").await);

        let made = admin.done(CREATE, json!({ "userId": ada, "organizationId": acme, "type": " Account Manager " })).await;

        let mut relationship = made["relationship"].clone();
        relationship["id"].take();
        assert_eq!(
            relationship,
            json!({
                "id": null, "type": "Account Manager", "version": 1,
                "user": { "name": "Ada" }, "organization": { "name": "Acme" },
            })
        );
        assert_eq!(app.tenant.managed_entities().await.unwrap(), 2);
    }

    async fn both_sides_must_be_there_and_have_a_type(app: &TestApp) {
        let admin = app.admin().await;
        let (acme, ada) = (admin.organization("Acme").await, user(app, "Ada").await);

        let missing = admin.refusal(CREATE, json!({ "userId": NOBODY, "organizationId": NOWHERE, "type": "Owner" })).await;
        let confused = admin.refusal(CREATE, json!({ "userId": acme, "organizationId": acme, "type": "Owner" })).await;
        let untyped = admin.refusal(CREATE, json!({ "userId": ada, "organizationId": acme, "type": " " })).await;
        let long = json!({ "userId": ada, "organizationId": acme, "type": "x".repeat(101) });
        let long = admin.refusal(CREATE, long).await;

        assert_snapshot!(missing, @"
        NOT_FOUND userId: there is no user with this id
        NOT_FOUND organizationId: there is no organization with this id
        ");
        assert!(confused.starts_with("INVALID userId: "), "{confused}");
        assert_snapshot!(untyped, @"INVALID type: must not be empty; give 1 to 100 characters");
        assert!(long.starts_with("INVALID type: "), "{long}");
        relationship(&admin, &ada, &acme, &"x".repeat(100)).await;
    }

    async fn the_same_user_organization_and_type_is_not_current_twice(app: &TestApp) {
        let admin = app.admin().await;
        let (acme, ada) = (admin.organization("Acme").await, user(app, "Ada").await);
        let owner = relationship(&admin, &ada, &acme, "Owner").await;
        let partner = relationship(&admin, &ada, &acme, "Partner").await;
        let twin = json!({ "userId": ada, "organizationId": acme, "type": "OWNER" });

        let again = admin.payload(CREATE, twin.clone()).await;
        let renamed = admin.payload(UPDATE, json!({ "id": partner, "type": "owner" })).await;
        for refused in [again, renamed] {
            assert_eq!(refused["userErrors"][0]["code"], "TAKEN");
            assert_eq!(refused["userErrors"][0]["field"], json!(["type"]));
        }

        admin.done(UPDATE, json!({ "id": owner, "endedOn": "2026-03-01" })).await;
        admin.done(CREATE, twin).await;
        let reopened = admin.payload(UPDATE, json!({ "id": owner, "endedOn": null })).await;
        assert_eq!(reopened["userErrors"][0]["code"], "TAKEN");
    }

    async fn it_does_not_end_before_it_began(app: &TestApp) {
        let admin = app.admin().await;
        let (acme, ada) = (admin.organization("Acme").await, user(app, "Ada").await);
        let id = relationship(&admin, &ada, &acme, "Owner").await;

        let same = admin.done(UPDATE, json!({ "id": id, "startedOn": "2026-01-02", "endedOn": "2026-01-02" })).await;
        let refused = admin.refusal(UPDATE, json!({ "id": id, "endedOn": "2026-01-01" })).await;
        let cleared = admin.done(UPDATE, json!({ "id": id, "startedOn": null })).await;

        assert_eq!(same["relationship"]["endedOn"], "2026-01-02");
        assert_snapshot!(refused, @"INVALID endedOn: must not be before startedOn");
        assert_eq!(
            cleared["relationship"],
            json!({ "id": id, "type": "Owner", "startedOn": null, "endedOn": "2026-01-02", "version": 3 })
        );
    }

    async fn a_change_of_another_version_is_refused_and_a_deleted_one_is_gone(app: &TestApp) {
        let admin = app.admin().await;
        let (acme, ada) = (admin.organization("Acme").await, user(app, "Ada").await);
        let id = relationship(&admin, &ada, &acme, "Owner").await;

        let update = admin.payload(UPDATE, json!({ "id": id, "expectedVersion": 2, "type": "Partner" })).await;
        let delete = admin.payload(DELETE, json!({ "id": id, "expectedVersion": 2 })).await;
        assert_eq!(update["userErrors"][0]["code"], "VERSION_CONFLICT");
        assert_eq!(update["relationship"]["type"], "Owner");
        assert_eq!(delete["relationship"], json!({ "version": 1 }));

        let deleted = admin.done(DELETE, json!({ "id": id, "expectedVersion": 1 })).await;
        assert_eq!(deleted["deletedRelationshipId"], id);
        assert_eq!(app.tenant.managed_entities().await.unwrap(), 1);
        let again = admin.refusal(DELETE, json!({ "id": id })).await;
        assert_snapshot!(again, @"NOT_FOUND id: there is no relationship with this id");
    }

    async fn each_filter_narrows_the_list(app: &TestApp) {
        let admin = app.admin().await;
        let (acme, apex) = (admin.organization("Acme").await, admin.organization("Apex").await);
        let (ada, bob) = (user(app, "Ada").await, user(app, "Bob").await);
        relationship(&admin, &ada, &acme, "Élite").await;
        relationship(&admin, &ada, &apex, "Owner").await;
        let past = relationship(&admin, &bob, &acme, "Partner").await;
        admin.done(UPDATE, json!({ "id": past, "endedOn": "2026-03-01" })).await;

        for (filter, expected) in [
            (json!({ "userId": { "eq": ada } }), vec!["Élite", "Owner"]),
            (json!({ "organizationId": { "in": [acme, NOWHERE] } }), vec!["Élite", "Partner"]),
            (json!({ "type": { "in": ["ELITE", "owner"] } }), vec!["Élite", "Owner"]),
            (json!({ "current": true }), vec!["Élite", "Owner"]),
            (json!({ "current": false }), vec!["Partner"]),
            (json!({ "userId": { "eq": ada }, "organizationId": { "eq": acme } }), vec!["Élite"]),
            (json!({ "createdAt": { "before": "2026-03-01T00:00:00Z" } }), vec![]),
        ] {
            let answer = admin.data(LIST, json!({ "filter": filter })).await;
            assert_eq!(types_of(&answer), expected, "{filter}");
            assert_eq!(answer["relationships"]["totalCount"]["value"], expected.len(), "{filter}");
        }
        let types = admin.data("{ relationshipTypes }", json!({})).await;
        assert_eq!(types, json!({ "relationshipTypes": ["Élite", "Owner", "Partner"] }));
    }

    async fn naming_an_organization_needs_the_permission_to_view_organizations(app: &TestApp) {
        let viewer = app.caller([Permission::RelationshipView]).await;

        let errors = viewer.errors(LIST, json!({ "filter": { "organizationId": { "eq": NOWHERE } } })).await;

        assert_snapshot!(errors, @"FORBIDDEN relationships: needs the permission externalContacts:organization:view");
    }

    async fn each_order_is_paged_in_both_directions_and_those_without_a_day_come_last(app: &TestApp) {
        let admin = app.admin().await;
        let (acme, ada) = (admin.organization("Acme").await, user(app, "Ada").await);
        for (r#type, started_on) in
            [("d", json!("2026-01-01")), ("a", Value::Null), ("c", json!("2025-01-01")), ("b", Value::Null), ("e", json!("2025-06-01"))]
        {
            let input = json!({ "userId": ada, "organizationId": acme, "type": r#type, "startedOn": started_on });
            admin.done(CREATE, input).await;
        }

        for (order, expected) in [
            (json!({ "field": "TYPE" }), ["a", "b", "c", "d", "e"]),
            (json!({ "field": "TYPE", "direction": "DESC" }), ["e", "d", "c", "b", "a"]),
            (json!({ "field": "CREATED_AT", "direction": "DESC" }), ["e", "b", "c", "a", "d"]),
            (json!({ "field": "STARTED_ON" }), ["c", "e", "d", "a", "b"]),
            (json!({ "field": "STARTED_ON", "direction": "DESC" }), ["d", "e", "c", "b", "a"]),
        ] {
            let (mut forwards, mut backwards): (Vec<String>, Vec<String>) = Default::default();
            let (mut after, mut before) = (Value::Null, Value::Null);
            for _ in 0..3 {
                let page = admin.data(LIST, json!({ "orderBy": order, "first": 2, "after": after })).await;
                after = page["relationships"]["pageInfo"]["endCursor"].clone();
                forwards.extend(types_of(&page));
                let page = admin.data(LIST, json!({ "orderBy": order, "last": 2, "before": before })).await;
                before = page["relationships"]["pageInfo"]["startCursor"].clone();
                backwards.splice(0..0, types_of(&page));
            }
            assert_eq!(forwards, expected, "{order}");
            assert_eq!(backwards, expected, "{order}");
        }
    }

    async fn both_sides_show_their_current_and_their_past_relationships(app: &TestApp) {
        let admin = app.admin().await;
        let (acme, ada) = (admin.organization("Acme").await, user(app, "Ada").await);
        relationship(&admin, &ada, &acme, "Owner").await;
        let past = relationship(&admin, &ada, &acme, "Partner").await;
        admin.done(UPDATE, json!({ "id": past, "endedOn": "2026-03-01" })).await;
        let fields = "all: relationships { nodes { type } totalCount { value } }
            current: relationships(filter: { current: true }) { nodes { type } totalCount { value } }
            past: relationships(filter: { current: false }) { nodes { type } totalCount { value } }";

        let answer = admin
            .data(
                &format!("query ($id: ID!) {{ organization(id: $id) {{ {fields}
                    one: relationships(first: 1) {{ nodes {{ user {{ {fields} }} }} }} }} }}"),
                json!({ "id": acme }),
            )
            .await;

        let page = |types: &[&str]| {
            let nodes: Vec<Value> = types.iter().map(|r#type| json!({ "type": r#type })).collect();
            json!({ "nodes": nodes, "totalCount": { "value": nodes.len() } })
        };
        let of_acme = &answer["organization"];
        for side in [of_acme, &of_acme["one"]["nodes"][0]["user"]] {
            assert_eq!(side["all"], page(&["Owner", "Partner"]));
            assert_eq!(side["current"], page(&["Owner"]));
            assert_eq!(side["past"], page(&["Partner"]));
        }
    }

    async fn a_transfer_moves_what_the_receiver_has_not_and_ends_what_they_have(app: &TestApp) {
        let admin = app.admin().await;
        let (acme, apex) = (admin.organization("Acme").await, admin.organization("Apex").await);
        let (ada, bob) = (user(app, "Ada").await, user(app, "Bob").await);
        let moved = relationship(&admin, &ada, &acme, "Owner").await;
        let held = relationship(&admin, &ada, &apex, "Owner").await;
        let past = relationship(&admin, &ada, &acme, "Partner").await;
        let future = relationship(&admin, &ada, &apex, "Partner").await;
        admin.done(UPDATE, json!({ "id": past, "endedOn": "2026-01-01" })).await;
        admin.done(UPDATE, json!({ "id": future, "startedOn": "2027-01-01" })).await;
        relationship(&admin, &bob, &apex, "OWNER").await;
        relationship(&admin, &bob, &apex, "partner").await;

        let mut done = admin.done(TRANSFER, json!({ "fromUserId": ada, "toUserId": bob })).await;

        assert!(done.as_object_mut().unwrap().remove("transferId").unwrap().is_string());
        assert_eq!(done, json!({ "moved": 1, "ended": 2, "hasMore": false, "userErrors": [] }));
        for (id, user, ended_on, version) in [
            (moved, "Bob", Value::Null, 2),
            (held, "Ada", json!("2026-03-01"), 2),
            (past, "Ada", json!("2026-01-01"), 2),
            (future, "Ada", json!("2027-01-01"), 3),
        ] {
            let read = admin.data(READ, json!({ "id": id })).await["relationship"].take();
            assert_eq!((&read["user"]["name"], &read["endedOn"], &read["version"]), (&json!(user), &ended_on, &json!(version)));
        }
        let again = admin.done(TRANSFER, json!({ "fromUserId": ada, "toUserId": bob })).await;
        assert_eq!(again["moved"], 0);
    }

    async fn a_transfer_keeps_to_the_organizations_it_names(app: &TestApp) {
        let admin = app.admin().await;
        let (acme, apex) = (admin.organization("Acme").await, admin.organization("Apex").await);
        let (ada, bob) = (user(app, "Ada").await, user(app, "Bob").await);
        relationship(&admin, &ada, &acme, "Owner").await;
        relationship(&admin, &ada, &apex, "Owner").await;
        let of = |organizations: Value| json!({ "fromUserId": ada, "toUserId": bob, "organizationIds": organizations });

        assert_eq!(admin.done(TRANSFER, of(json!([]))).await["moved"], 0);
        assert_eq!(admin.done(TRANSFER, of(json!([apex]))).await["moved"], 1);
        let left = admin.data(LIST, json!({ "filter": { "userId": { "eq": ada } } })).await;
        assert_eq!(left["relationships"]["totalCount"]["value"], 1);
        assert_snapshot!(admin.refusal(TRANSFER, of(json!([apex, NOWHERE]))).await, @"NOT_FOUND organizationIds.1: there is no organization with this id");
        assert_snapshot!(admin.refusal(TRANSFER, of(json!(vec![apex; 1001]))).await, @"INVALID organizationIds: takes at most 1000 organizations; use several calls");
    }

    async fn a_transfer_needs_two_users_and_an_active_receiver(app: &TestApp) {
        let admin = app.admin().await;
        let (ada, bob) = (user(app, "Ada").await, user(app, "Bob").await);
        deactivate(app, "Bob").await;

        for (from, to, expected) in [
            (&ada, &ada, "INVALID toUserId: must be another user than fromUserId"),
            (&ada, &bob, "INVALID toUserId: must be an active user"),
            (&json!(NOBODY), &ada, "NOT_FOUND fromUserId: there is no user with this id"),
            (&ada, &json!(NOBODY), "NOT_FOUND toUserId: there is no user with this id"),
        ] {
            assert_eq!(admin.refusal(TRANSFER, json!({ "fromUserId": from, "toUserId": to })).await, expected);
        }
        let back = admin.done(TRANSFER, json!({ "fromUserId": bob, "toUserId": ada })).await;
        assert_eq!(back["moved"], 0);
    }

    async fn a_transfer_of_very_many_goes_on_with_the_next_call_in_few_statements(app: &TestApp) {
        let admin = app.admin().await;
        let (acme, bob) = (admin.organization("Acme").await, user(app, "Bob").await);
        let ada = user(app, "Ada").await;
        for number in 0..1001 {
            relationship(&admin, &ada, &acme, &format!("Type {number}")).await;
        }
        let before = app.store.statements();

        let mut one = admin.done(TRANSFER, json!({ "fromUserId": ada, "toUserId": bob })).await;

        let statements = app.store.statements() - before;
        assert!(statements <= 10, "{statements} statements");
        let transfer = one.as_object_mut().unwrap().remove("transferId").unwrap();
        assert_eq!(one, json!({ "moved": 1000, "ended": 0, "hasMore": true, "userErrors": [] }));
        let mut two = admin.done(TRANSFER, json!({ "fromUserId": ada, "toUserId": bob })).await;
        assert!(two.as_object_mut().unwrap().remove("transferId").unwrap().is_string());
        assert_eq!(two, json!({ "moved": 1, "ended": 0, "hasMore": false, "userErrors": [] }));
        let types = admin.data("{ relationshipTypes }", json!({})).await;
        assert_eq!(types["relationshipTypes"].as_array().unwrap().len(), 1000);

        let before = app.store.statements();
        let undone = admin.done(UNDO, json!({ "transferId": transfer })).await;
        let statements = app.store.statements() - before;
        assert!(statements <= 11, "{statements} statements");
        assert_eq!(undone, json!({ "movedBack": 1000, "reopened": 0, "userErrors": [] }));
    }

    async fn another_tenants_relationship_is_not_found(app: &TestApp) {
        let admin = app.admin().await;
        let (acme, ada) = (admin.organization("Acme").await, user(app, "Ada").await);
        let id = relationship(&admin, &ada, &acme, "Owner").await;
        let tenant = app.tenant("other").await;
        let stranger = app.caller_of(&tenant, "stranger", Permissions::all()).await;
        let me = stranger.caller.user.id.to_string();

        assert_eq!(stranger.data(READ, json!({ "id": id })).await["relationship"], Value::Null);
        assert_eq!(stranger.data(LIST, json!({})).await["relationships"]["totalCount"]["value"], 0);
        assert_eq!(stranger.data("{ relationshipTypes }", json!({})).await, json!({ "relationshipTypes": [] }));
        for (query, input, path) in [
            (UPDATE, json!({ "id": id, "type": "Ours" }), "NOT_FOUND id"),
            (DELETE, json!({ "id": id }), "NOT_FOUND id"),
            (CREATE, json!({ "userId": me, "organizationId": acme, "type": "Ours" }), "NOT_FOUND organizationId"),
            (TRANSFER, json!({ "fromUserId": ada, "toUserId": me }), "NOT_FOUND fromUserId"),
        ] {
            let refusal = stranger.refusal(query, input).await;
            assert!(refusal.starts_with(path), "{refusal}");
        }
    }
}
