//! Merges that are undone after something else changed.

use serde_json::{Value, json};

use crate::changes::last_cursor;
use crate::support::on_both_engines;
use crate::support::operations::{CREATE_CONTACT, UPDATE_CONTACT};

on_both_engines! {
    async fn what_changed_since_stays(app: &TestApp) {
        let admin = app.admin().await;
        let company = admin.organization("Engines").await;
        let first = json!({ "lastName": "Lovelace", "externalIds": [{ "source": "crm", "value": "1" }] });
        let first = admin.done(CREATE_CONTACT, first).await["contact"]["id"].take();
        let second = json!({ "firstName": "Ada", "title": "Clerk", "organizationId": company, "tags": ["vip"],
            "externalIds": [{ "source": "crm", "value": "2" }, { "source": "erp", "value": "3" }] });
        let second = admin.done(CREATE_CONTACT, second).await["contact"]["id"].take();
        let (moved, gone) = (admin.note(&second, "Moved").await, admin.note(&second, "Deleted later").await);
        let merge = admin.merge(&[&first, &second]).await["merge"]["id"].take();

        let added = admin.note(&first, "Added later").await;
        admin.delete(&gone).await;
        let change = json!({ "id": first, "title": "Countess", "externalIds": [{ "source": "crm", "value": "1" }] });
        admin.done(UPDATE_CONTACT, change).await;
        let taker = json!({ "lastName": "Taker", "externalIds": [{ "source": "crm", "value": "2" }] });
        let taker = admin.done(CREATE_CONTACT, taker).await["contact"]["id"].take();
        let cursor = last_cursor(&admin, 11).await;
        let parted = admin.part(&first, &merge).await;
        assert_eq!(parted["kept"], json!(["title", "externalIds"]));
        let message = format!("{} has this external id by now", taker.as_str().unwrap());
        assert_eq!(parted["lost"], json!([{ "field": ["restored", "0", "externalIds"], "message": message, "value": "crm:2" }]));
        assert_eq!(parted["restored"], json!([{ "id": second, "displayName": "Ada", "version": 2,
            "externalIds": [{ "source": "erp", "value": "3" }], "organization": { "name": "Engines" } }]));
        assert_eq!(parted["movedBack"], json!([{ "recordId": second, "notes": 1, "interactions": 0, "relationships": 0, "contacts": 0 }]));
        let shown = "query ($first: ID!, $second: ID!) {
            first: contact(id: $first) { displayName title tags organization { name } mergedIds notes { nodes { id } } }
            second: contact(id: $second) { title notes { nodes { id } } } }";
        let shown = admin.data(shown, json!({ "first": first, "second": second })).await;
        assert_eq!(shown["first"], json!({ "displayName": "Lovelace", "title": "Countess", "tags": [], "organization": null,
            "mergedIds": [], "notes": { "nodes": [{ "id": added }] } }));
        assert_eq!(shown["second"], json!({ "title": "Clerk", "notes": { "nodes": [{ "id": moved }] } }));
        // A note that was deleted meanwhile returns to the contact that it is about.
        admin.restore(&gone).await;
        let about = "query ($id: ID!) { note(id: $id) { subject { ... on Contact { id } } } }";
        assert_eq!(admin.data(about, json!({ "id": gone })).await["note"]["subject"]["id"], second);

        let follow = "subscription ($after: String) { changes(after: $after) { action entityId version } }";
        let mut events = admin.follow(follow, json!({ "after": cursor }));
        let told = events.changes(2).await;
        assert_eq!(told[0]["action"], "UPDATED");
        assert_eq!(told[1], json!({ "action": "UNMERGED", "entityId": second, "version": 2 }));
    }

    async fn an_employer_that_is_gone_is_told(app: &TestApp) {
        let admin = app.admin().await;
        let company = admin.organization("Engines").await;
        let (first, second) = (admin.contact("Lovelace").await, admin.employee("Ada", &company).await);
        let merge = admin.merge(&[&first, &second]).await["merge"]["id"].take();
        admin.delete(&company).await;
        let parted = admin.part(&first, &merge).await;
        let message = "the organization is deleted; the contact will work for it again when it is restored";
        assert_eq!(parted["lost"], json!([{ "field": ["restored", "0", "organization"], "message": message, "value": company }]));
        admin.restore(&company).await;
        let staff = "query ($id: ID!) { organization(id: $id) { contacts { nodes { id } } } }";
        let staff = admin.data(staff, json!({ "id": company })).await;
        let mut ids: Vec<Value> = staff["organization"]["contacts"]["nodes"].as_array().unwrap().iter().map(|it| it["id"].clone()).collect();
        ids.sort_by_key(Value::to_string);
        assert!(ids.contains(&second), "{ids:?}");
    }

    async fn relationships_that_changed_stay_ended(app: &TestApp) {
        let admin = app.admin().await;
        let user = admin.user("ada").await;
        let (first, second) = (admin.organization("Engines").await, admin.organization("Engines Ltd").await);
        admin.relationship(&user, &first, "Owner").await;
        let repeated = admin.relationship(&user, &second, "Owner").await;
        let merge = admin.merge(&[&first, &second]).await["merge"]["id"].take();
        let update = "mutation ($input: UpdateRelationshipInput!) { updateRelationship(input: $input) { userErrors { message } } }";
        admin.done(update, json!({ "id": repeated, "endedOn": "2020-01-01" })).await;
        let parted = admin.part(&first, &merge).await;
        assert_eq!(parted["lost"][0]["value"], repeated);
        let shown = "query ($id: ID!) { relationship(id: $id) { endedOn organization { id } } }";
        assert_eq!(admin.data(shown, json!({ "id": repeated })).await["relationship"], json!({ "endedOn": "2020-01-01",
            "organization": { "id": second } }));
    }

    async fn the_survivor_of_a_purge_takes_its_parts_along(app: &TestApp) {
        let admin = app.admin().await;
        let (first, second) = (admin.organization("Engines").await, admin.organization("Engines Ltd").await);
        admin.contacts_of(&second, 501).await;
        admin.merge(&[&first, &second]).await;
        admin.delete(&first).await;
        let purge = "mutation ($input: PurgeTrashInput!) { purgeTrash(input: $input) { userErrors { message } } }";
        admin.done(purge, json!({ "ids": [first] })).await;
        app.store.system().settle_references().await.unwrap();
        let rows = crate::support::rows::rows_of_tenant(app, &app.tenant).await;
        for table in ["aliases", "merges", "undo_records", "undo_links", "unsettled_records"] {
            assert_eq!(rows[table], Vec::<String>::new(), "{table}");
        }
        let without = "{ contacts(filter: { hasOrganization: false }) { totalCount { value } } }";
        assert_eq!(admin.data(without, json!({})).await["contacts"]["totalCount"]["value"], 501);
    }
}
