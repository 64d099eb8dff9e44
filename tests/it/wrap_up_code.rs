//! Wrap-up codes.

use external_contacts::model::Permissions;
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::on_both_engines;

const CREATE: &str = "mutation ($input: CreateWrapUpCodeInput!) {
    createWrapUpCode(input: $input) { wrapUpCode { id name description active version } userErrors { code field message } } }";
const UPDATE: &str = "mutation ($input: UpdateWrapUpCodeInput!) {
    updateWrapUpCode(input: $input) { wrapUpCode { id name description active version } userErrors { code field message } } }";
const LIST: &str = "query ($filter: WrapUpCodeFilter, $orderBy: WrapUpCodeOrder) {
    wrapUpCodes(filter: $filter, orderBy: $orderBy) { nodes { name } } }";

on_both_engines! {
    async fn a_wrap_up_code_is_made_changed_and_retired(app: &TestApp) {
        let admin = app.admin().await;

        let made = admin.done(CREATE, json!({ "name": " Resolved ", "description": "All is well" })).await;
        let id = made["wrapUpCode"]["id"].clone();
        let retired = admin.done(UPDATE, json!({ "id": id, "active": false })).await;
        let cleared = admin.done(UPDATE, json!({ "id": id, "description": null })).await;

        assert_eq!(made["wrapUpCode"]["active"], true);
        assert_eq!(
            retired["wrapUpCode"],
            json!({ "id": id, "name": "Resolved", "description": "All is well", "active": false, "version": 2 })
        );
        assert_eq!(cleared["wrapUpCode"]["description"], Value::Null);
        assert_eq!(cleared["wrapUpCode"]["version"], 3);
    }

    async fn a_name_is_needed_and_unique_within_the_tenant(app: &TestApp) {
        let admin = app.admin().await;
        let other = app.tenant("other").await;
        let stranger = app.caller_of(&other, "stranger", Permissions::all()).await;
        admin.done(CREATE, json!({ "name": "Réglé" })).await;
        let second = admin.done(CREATE, json!({ "name": "Open" })).await["wrapUpCode"]["id"].take();

        stranger.done(CREATE, json!({ "name": "Réglé" })).await;
        assert_snapshot!(admin.refusal(CREATE, json!({ "name": "REGLE" })).await,
            @"TAKEN name: another wrap-up code has this name");
        assert_snapshot!(admin.refusal(UPDATE, json!({ "id": second, "name": "regle" })).await,
            @"TAKEN name: another wrap-up code has this name");
        assert!(admin.refusal(CREATE, json!({ "name": " " })).await.starts_with("INVALID name"));
        assert!(admin.refusal(UPDATE, json!({ "id": second, "name": null })).await.starts_with("INVALID name"));
        assert!(admin.refusal(CREATE, json!({ "name": "x".repeat(201) })).await.starts_with("INVALID name"));
        assert!(admin.refusal(UPDATE, json!({ "id": second, "active": null })).await.starts_with("INVALID active"));
        assert_snapshot!(stranger.refusal(UPDATE, json!({ "id": second, "name": "Mine" })).await,
            @"NOT_FOUND id: there is no wrap-up code with this id");
        admin.done(UPDATE, json!({ "id": second, "name": "OPEN" })).await;
    }

    async fn a_change_of_another_version_is_refused(app: &TestApp) {
        let admin = app.admin().await;
        let id = admin.done(CREATE, json!({ "name": "Open" })).await["wrapUpCode"]["id"].take();

        let payload = admin.payload(UPDATE, json!({ "id": id, "expectedVersion": 2, "name": "Shut" })).await;

        assert_eq!(payload["userErrors"][0]["code"], "VERSION_CONFLICT");
        assert_eq!(payload["wrapUpCode"]["name"], "Open");
    }

    async fn wrap_up_codes_are_listed_by_name_and_narrowed(app: &TestApp) {
        let admin = app.admin().await;
        for (name, active) in [("b", true), ("C", false), ("a", true)] {
            admin.done(CREATE, json!({ "name": name, "active": active })).await;
        }
        let list = async |filter: Value, order: Value| {
            let data = admin.data(LIST, json!({ "filter": filter, "orderBy": order })).await;
            let nodes = data["wrapUpCodes"]["nodes"].as_array().unwrap().clone();
            nodes.iter().map(|node| node["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };

        assert_eq!(list(Value::Null, Value::Null).await, ["a", "b", "C"]);
        assert_eq!(list(Value::Null, json!({ "field": "NAME", "direction": "DESC" })).await, ["C", "b", "a"]);
        assert_eq!(list(json!({ "active": true }), Value::Null).await, ["a", "b"]);
        let stranger_tenant = app.tenant("other").await;
        let stranger = app.caller_of(&stranger_tenant, "stranger", Permissions::all()).await;
        assert_eq!(stranger.data(LIST, json!({})).await["wrapUpCodes"]["nodes"], json!([]));
    }
}
