//! Permissions for changes, and the history of one record.

use external_contacts::model::Permission;
use insta::assert_snapshot;
use serde_json::{Value, json};

use super::{CHANGE, FOLLOW, note, settled, update};
use crate::support::in_every_order;

fn kinds(changes: &[Value]) -> Vec<&str> {
    changes
        .iter()
        .map(|change| change["kind"].as_str().unwrap())
        .collect()
}

in_every_order! {
    async fn changes_are_narrowed_to_a_contact_or_an_organization(app: &TestApp) {
        let admin = app.admin().await;
        let apex = admin.organization("Apex").await;
        let zenith = admin.organization("Zenith").await;
        let ada = admin.contact("Lovelace").await;
        let grace = admin.contact("Hopper").await;
        update(&admin, json!({ "id": ada, "organizationId": apex })).await;
        update(&admin, json!({ "id": grace, "organizationId": zenith })).await;
        note(&admin, json!({ "subjectId": ada, "text": "Likes tea" })).await;
        note(&admin, json!({ "subjectId": apex, "text": "Pays late" })).await;
        let all = settled(&admin, "", "kind", 8).await;

        let of_ada = settled(&admin, &format!("contactId: {ada}"), "kind version", 3).await;
        let of_apex = settled(&admin, &format!("organizationId: {apex}"), "kind entityId", 3).await;
        let both = settled(&admin, &format!("contactId: {ada}, organizationId: {apex}"), "kind", 1).await;

        assert_eq!(all.len(), 8);
        assert_eq!(kinds(&of_ada), ["CONTACT", "CONTACT", "NOTE"]);
        assert_eq!(kinds(&of_apex), ["ORGANIZATION", "CONTACT", "NOTE"]);
        assert_eq!(of_apex[1]["entityId"], ada);
        assert_eq!(kinds(&both), ["CONTACT"]);
    }

    async fn each_kind_needs_its_permission(app: &TestApp) {
        let admin = app.admin().await;
        let ada = admin.contact("Lovelace").await;
        note(&admin, json!({ "subjectId": ada, "text": "Likes tea" })).await;
        settled(&admin, "", "kind", 2).await;
        let notes = app.caller([Permission::NoteView]).await;
        let nobody = app.caller([Permission::TenantView]).await;

        let seen = settled(&notes, "", "kind entity { __typename }", 1).await;

        assert_eq!(seen, [json!({ "kind": "NOTE", "entity": { "__typename": "Note" } })]);
        let ask = "query ($entities: [EntityKind!], $contactId: ID, $organizationId: ID) {
            changes(entities: $entities, contactId: $contactId, organizationId: $organizationId) { nodes { kind } } }";
        assert_snapshot!(notes.errors(ask, json!({ "entities": ["NOTE", "CONTACT"] })).await, @"FORBIDDEN changes: needs the permission externalContacts:contact:view");
        assert_snapshot!(notes.errors(ask, json!({ "contactId": ada })).await, @"FORBIDDEN changes: needs the permission externalContacts:contact:view");
        assert_snapshot!(notes.errors(ask, json!({ "organizationId": "organization_0192f7c4-1c2d-7e3f-8a4b-5c6d7e8f9a0b" })).await, @"FORBIDDEN changes: needs the permission externalContacts:organization:view");
        assert_snapshot!(nobody.errors(ask, json!({})).await, @"FORBIDDEN changes: needs the permission externalContacts:contact:view");
        assert_snapshot!(admin.errors(ask, json!({ "entities": [] })).await, @"BAD_USER_INPUT changes: `entities` must name at least one kind, or be left out");
        assert_snapshot!(admin.errors(ask, json!({ "contactId": "nonsense" })).await, @"BAD_USER_INPUT changes: `contactId` is not the id of a contact, which looks like `contact_0192f7c4-1c2d-7e3f-8a4b-5c6d7e8f9a0b`");
        let mut refused = notes.follow(FOLLOW, json!({ "entities": ["CONTACT"] }));
        let answer = refused.answer().await.unwrap();
        assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN");
        assert_eq!(answer["errors"][0]["path"], json!(["changes"]));
        assert_eq!(refused.answer().await, None);
    }

    async fn nobody_sees_the_changes_of_another_tenant(app: &TestApp) {
        let admin = app.admin().await;
        let ada = admin.contact("Lovelace").await;
        let cursor = settled(&admin, "", "cursor", 1).await[0]["cursor"].clone();
        let other = app.tenant("other").await;
        let stranger = app.caller_of(&other, "admin", external_contacts::model::Permissions::all()).await;

        assert_eq!(settled(&stranger, &format!("contactId: {ada}"), "kind", 0).await, Vec::<Value>::new());
        let ask = "query ($after: String) { changes(after: $after) { nodes { kind } } }";
        assert!(stranger.errors(ask, json!({ "after": cursor })).await.starts_with("CURSOR_EXPIRED changes: "));
    }

    async fn a_record_tells_its_own_history_the_newest_first(app: &TestApp) {
        let admin = app.admin().await;
        let ada = admin.contact("Lovelace").await;
        note(&admin, json!({ "subjectId": ada, "text": "Likes tea" })).await;
        for title in ["Analyst", "Countess", "Director"] {
            update(&admin, json!({ "id": ada, "title": title })).await;
        }

        let query = format!("query ($id: ID!, $after: String) {{ contact(id: $id) {{
            changes(first: 2, after: $after) {{ totalCount {{ value }} pageInfo {{ endCursor hasNextPage }}
                nodes {{ {CHANGE} }} }} }} }}");
        let first = admin.data(&query, json!({ "id": ada })).await;
        let first = &first["contact"]["changes"];
        let second = admin.data(&query, json!({ "id": ada, "after": first["pageInfo"]["endCursor"] })).await;
        let second = &second["contact"]["changes"];

        assert_eq!(first["totalCount"]["value"], 4);
        assert_eq!(first["nodes"][0]["fields"], json!([{ "field": "title", "before": "Countess", "after": "Director" }]));
        assert_eq!(first["nodes"][1]["version"], 3);
        assert_eq!(first["pageInfo"]["hasNextPage"], true);
        assert_eq!(second["nodes"][0]["fields"], json!([{ "field": "title", "before": null, "after": "Analyst" }]));
        assert_eq!(second["nodes"][1]["action"], "CREATED");
        assert_eq!(second["pageInfo"]["hasNextPage"], false);
    }

    async fn changes_and_their_records_cost_the_same_statements_whatever_their_number(app: &TestApp) {
        let admin = app.admin().await;
        let apex = admin.organization("Apex").await;
        for number in 0..100 {
            let id = admin.contact(&format!("Nr {number}")).await;
            if number % 10 == 0 {
                update(&admin, json!({ "id": id, "organizationId": apex })).await;
            }
        }
        settled(&admin, "", "kind", 111).await;
        let page = "query ($first: Int!) { changes(first: $first, entities: [CONTACT]) { nodes {
            changedBy { name } entity { ... on Contact { lastName notes { nodes { id } } changes(first: 2) { nodes { action } } } } } } }";

        for first in [1, 20, 100] {
            let before = app.store.statements();
            let data = admin.data(page, json!({ "first": first })).await;
            // The changes; their contacts and users; the contacts' notes and changes.
            assert_eq!(app.store.statements() - before, 5, "{first}");
            let nodes = data["changes"]["nodes"].as_array().unwrap();
            assert_eq!(nodes.len(), first);
            assert!(nodes.iter().all(|node| node["entity"]["changes"]["nodes"][0]["action"].is_string()));
        }
    }
}
