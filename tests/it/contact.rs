//! Contacts.

use insta::assert_snapshot;
use serde_json::json;

use crate::support::on_both_engines;
use crate::support::operations::{CREATE_CONTACT, DELETE_CONTACT, UPDATE_CONTACT, UPSERT_CONTACT};

on_both_engines! {
    async fn a_contact_is_created_read_and_found_in_the_list(app: &TestApp) {
        let admin = app.admin().await;

        let made = admin.done(CREATE_CONTACT, json!({ "firstName": " Ada ", "lastName": "Lovelace" })).await;

        assert_eq!(made["contact"]["displayName"], "Ada Lovelace");
        assert_eq!(made["contact"]["createdBy"]["name"], "admin");
        let id = made["contact"]["id"].clone();
        let read = admin
            .data(
                "query ($id: ID!) { contact(id: $id) { firstName version } contacts { nodes { id } totalCount { value precision } } }",
                json!({ "id": id }),
            )
            .await;
        assert_eq!(
            read,
            json!({
                "contact": { "firstName": "Ada", "version": 1 },
                "contacts": { "nodes": [{ "id": id }], "totalCount": { "value": 1, "precision": "EXACT" } },
            })
        );
    }

    async fn an_omitted_field_is_left_alone_and_null_clears_it(app: &TestApp) {
        let admin = app.admin().await;
        let made = admin.done(CREATE_CONTACT, json!({ "lastName": "Lovelace", "title": "Countess" })).await;
        let id = made["contact"]["id"].clone();

        let kept = admin.done(UPDATE_CONTACT, json!({ "id": id, "firstName": "Ada" })).await;
        let cleared = admin.done(UPDATE_CONTACT, json!({ "id": id, "title": null })).await;

        assert_eq!(kept["contact"]["title"], "Countess");
        assert_eq!(cleared["contact"], json!({ "id": id, "displayName": "Ada Lovelace", "title": null, "version": 3 }));
    }

    async fn a_change_of_another_version_is_refused_and_shows_the_contact_as_it_is(app: &TestApp) {
        let admin = app.admin().await;
        let id = admin.contact("Lovelace").await;

        let payload = admin.payload(UPDATE_CONTACT, json!({ "id": id, "expectedVersion": 7, "lastName": "Byron" })).await;

        assert_eq!(payload["userErrors"][0]["code"], "VERSION_CONFLICT");
        assert_eq!(payload["contact"]["displayName"], "Lovelace");
    }

    async fn a_nameless_contact_is_refused(app: &TestApp) {
        let admin = app.admin().await;

        let refusal = admin.refusal(CREATE_CONTACT, json!({ "firstName": " ", "title": "Countess" })).await;

        assert_snapshot!(refusal, @"INVALID lastName: a contact needs a first name or a last name");
    }

    async fn a_deleted_contact_is_gone(app: &TestApp) {
        let admin = app.admin().await;
        let id = admin.contact("Lovelace").await;

        let deleted = admin.done(DELETE_CONTACT, json!({ "id": id })).await;
        let again = admin.refusal(DELETE_CONTACT, json!({ "id": id })).await;

        assert_eq!(deleted["deletedContactId"], id);
        assert_snapshot!(again, @"NOT_FOUND id: there is no contact with this id");
    }

    async fn pages_follow_each_other_in_both_directions(app: &TestApp) {
        let admin = app.admin().await;
        for name in ["Dora", "Ben", "Ada", "Eve", "Carl"] {
            admin.contact(name).await;
        }
        let query = "query ($first: Int, $after: String, $last: Int, $before: String) {
            contacts(first: $first, after: $after, last: $last, before: $before) {
              nodes { lastName } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }";

        let one = admin.data(query, json!({ "first": 2 })).await;
        let two = admin.data(query, json!({ "first": 2, "after": one["contacts"]["pageInfo"]["endCursor"] })).await;
        let back = admin.data(query, json!({ "last": 2, "before": two["contacts"]["pageInfo"]["startCursor"] })).await;
        let end = admin.data(query, json!({ "last": 2 })).await;

        let names = |page: &serde_json::Value| {
            let nodes = page["contacts"]["nodes"].as_array().unwrap();
            nodes.iter().map(|node| node["lastName"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(names(&one), ["Ada", "Ben"]);
        assert_eq!(names(&two), ["Carl", "Dora"]);
        assert_eq!(names(&back), ["Ada", "Ben"]);
        assert_eq!(names(&end), ["Dora", "Eve"]);
        assert_eq!(one["contacts"]["pageInfo"]["hasPreviousPage"], false);
        assert_eq!(two["contacts"]["pageInfo"]["hasNextPage"], true);
        assert_eq!(end["contacts"]["pageInfo"]["hasNextPage"], false);
    }

    async fn a_key_does_not_pass_the_rules_of_external_ids(app: &TestApp) {
        let admin = app.admin().await;
        let ids = |count: usize| -> Vec<_> { (0..count).map(|n| json!({ "source": format!("s{n}"), "value": "1" })).collect() };
        let input = |key: &str, count| json!({ "key": { "externalId": { "source": key, "value": "2" } }, "lastName": "Lovelace", "externalIds": ids(count) });

        let twice = admin.payload(UPSERT_CONTACT, input("s0", 1)).await;
        let eleven = admin.payload(UPSERT_CONTACT, input("crm", 10)).await;
        let ten = admin.done(UPSERT_CONTACT, input("crm", 9)).await;

        assert_eq!(twice["userErrors"][0]["field"], json!(["key", "externalId", "value"]));
        assert_eq!(eleven["userErrors"][0]["field"], json!(["key", "externalId"]));
        assert_eq!(ten["contact"]["externalIds"].as_array().map(Vec::len), Some(10));
        let more = admin.payload(UPSERT_CONTACT, input("crm", 10)).await;
        assert_eq!(more["contact"], json!(null), "{more}");
    }
}
