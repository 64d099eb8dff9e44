//! Users, the viewer and the tenant.

use external_contacts::graphql::RequestData;
use external_contacts::model::{Permission, Permissions};
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::operations::{DEACTIVATE_USER, REACTIVATE_USER, UPDATE_TENANT, UPSERT_USER};
use crate::support::{TestCaller, on_both_engines};

const NAMES: &str = "query ($filter: UserFilter, $orderBy: UserOrder) {
    users(filter: $filter, orderBy: $orderBy) { nodes { name } } }";

async fn names(caller: &TestCaller<'_>, filter: Value, order: Value) -> Vec<String> {
    let data = caller
        .data(NAMES, json!({ "filter": filter, "orderBy": order }))
        .await;
    let nodes = data["users"]["nodes"].as_array().unwrap();
    nodes
        .iter()
        .map(|node| node["name"].as_str().unwrap().to_owned())
        .collect()
}

on_both_engines! {
    async fn a_user_is_made_before_their_first_token_and_changed_by_their_subject(app: &TestApp) {
        let admin = app.admin().await;

        let made = admin.done(UPSERT_USER, json!({ "subject": "ada", "name": "Ada", "email": "ada@example.com" })).await;
        let changed = admin.done(UPSERT_USER, json!({ "subject": "ada", "title": "Engineer", "email": null })).await;
        let same = admin.done(UPSERT_USER, json!({ "subject": "ada", "title": "Engineer" })).await;
        let seen = app.tenant.seen_user("ada", Some("Somebody else"), Some("ada@example.org")).await.unwrap();

        assert_eq!((&made["created"], &changed["created"]), (&json!(true), &json!(false)));
        assert_eq!(made["user"]["active"], true);
        assert_eq!(
            changed["user"],
            json!({ "id": made["user"]["id"], "subject": "ada", "name": "Ada", "email": null, "title": "Engineer",
                    "active": true, "version": 2 })
        );
        assert_eq!(same["user"]["version"], 2);
        assert_eq!(seen.id.to_string(), made["user"]["id"]);
        assert_eq!((seen.name.as_deref(), seen.email.as_deref()), (Some("Ada"), Some("ada@example.org")));
    }

    async fn everything_that_is_wrong_with_a_user_is_named(app: &TestApp) {
        let admin = app.admin().await;
        let subject = admin.refusal(UPSERT_USER, json!({ "subject": " " })).await;
        let rest = admin
            .payload(UPSERT_USER, json!({ "subject": "x", "name": "x".repeat(1001), "email": "nobody", "title": "x".repeat(1001) }))
            .await;

        assert!(subject.starts_with("INVALID subject"), "{subject}");
        let paths: Vec<&Value> = rest["userErrors"].as_array().unwrap().iter().map(|error| &error["field"]).collect();
        assert_eq!(paths, [&json!(["name"]), &json!(["email"]), &json!(["title"])]);
        assert_eq!(rest["created"], Value::Null);
    }

    async fn a_deactivated_user_stays_and_can_come_back(app: &TestApp) {
        let admin = app.admin().await;
        let ada = admin.done(UPSERT_USER, json!({ "subject": "ada", "name": "Ada" })).await["user"]["id"].take();

        let gone = admin.done(DEACTIVATE_USER, json!({ "id": ada })).await;
        let again = admin.done(DEACTIVATE_USER, json!({ "id": ada })).await;
        assert_eq!(names(&admin, json!({ "active": false }), Value::Null).await, ["Ada"]);
        let stale = admin.payload(REACTIVATE_USER, json!({ "id": ada, "expectedVersion": 1 })).await;
        let back = admin.done(REACTIVATE_USER, json!({ "id": ada, "expectedVersion": 2 })).await;

        assert_eq!(gone["user"], json!({ "name": "Ada", "active": false, "version": 2 }));
        assert_eq!(again["user"]["version"], 2);
        assert_eq!(stale["userErrors"][0]["code"], "VERSION_CONFLICT");
        assert_eq!(stale["user"]["version"], 2);
        assert_eq!(back["user"], json!({ "name": "Ada", "active": true, "version": 3 }));
    }

    async fn nobody_deactivates_themself_or_somebody_elsewhere(app: &TestApp) {
        let admin = app.admin().await;
        let other = app.tenant("other").await;
        let stranger = app.caller_of(&other, "stranger", Permissions::all()).await;

        let own = admin.refusal(DEACTIVATE_USER, json!({ "id": admin.caller.user.id.to_string() })).await;
        let theirs = admin.refusal(DEACTIVATE_USER, json!({ "id": stranger.caller.user.id.to_string() })).await;

        assert_snapshot!(own, @"INVALID id: you cannot deactivate yourself; ask another administrator");
        assert_snapshot!(theirs, @"NOT_FOUND id: there is no user with this id");
    }

    async fn a_changed_user_is_noted_for_whoever_remembers_them(app: &TestApp) {
        let admin = app.admin().await;
        let data = RequestData::new(admin.caller.clone());
        let mutation = r#"mutation { upsertUser(input: { subject: "ada" }) { created } }"#;
        let document = async_graphql::parser::parse_query(mutation).unwrap();
        let answer = app.executor.execute(document, &data).await;

        assert!(answer.errors.is_empty(), "{:?}", answer.errors);
        assert_eq!(data.changed_users(), ["ada"]);
    }

    async fn users_are_listed_by_name_without_case_and_accents(app: &TestApp) {
        let admin = app.admin().await;
        for name in ["Émile", "eva", "Zoe", "Ada"] {
            admin.user(name).await;
        }

        assert_eq!(names(&admin, Value::Null, Value::Null).await, ["Ada", "admin", "Émile", "eva", "Zoe"]);
        assert_eq!(names(&admin, json!({ "name": { "startsWith": "E" } }), Value::Null).await, ["Émile", "eva"]);
        assert_eq!(names(&admin, json!({ "active": false }), Value::Null).await, [""; 0]);
        let descending = json!({ "field": "NAME", "direction": "DESC" });
        assert_eq!(names(&admin, Value::Null, descending).await, ["Zoe", "eva", "Émile", "admin", "Ada"]);
        let page = "query ($first: Int, $after: String, $last: Int, $before: String) {
            users(first: $first, after: $after, last: $last, before: $before) { nodes { name } pageInfo { startCursor endCursor } } }";
        let one = admin.data(page, json!({ "first": 2 })).await;
        let two = admin.data(page, json!({ "first": 2, "after": one["users"]["pageInfo"]["endCursor"] })).await;
        let back = admin.data(page, json!({ "last": 1, "before": two["users"]["pageInfo"]["startCursor"] })).await;
        assert_eq!(two["users"]["nodes"], json!([{ "name": "Émile" }, { "name": "eva" }]));
        assert_eq!(back["users"]["nodes"], json!([{ "name": "admin" }]));
    }

    async fn everybody_sees_the_name_of_a_user_and_few_the_rest(app: &TestApp) {
        let admin = app.admin().await;
        admin.contact("Lovelace").await;
        let reader = app.caller([Permission::ContactView]).await;
        let query = "{ contacts { nodes { createdBy { id name subject email title active version createdAt updatedAt
            createdBy { id } updatedBy { id } notes { nodes { id } } relationships { nodes { id } } } } } }";

        let answer = reader.run(query, json!({})).await;

        let creator = &answer["data"]["contacts"]["nodes"][0]["createdBy"];
        assert_eq!(creator["name"], "admin");
        assert!(creator["id"].is_string());
        let hidden = creator.as_object().unwrap().iter().filter(|(_, value)| value.is_null()).count();
        assert_eq!(hidden, 11);
        assert_eq!(answer["errors"].as_array().unwrap().len(), 11);
        assert_snapshot!(reader.errors(NAMES, json!({})).await,
            @"FORBIDDEN users: needs the permission externalContacts:user:view");
    }

    async fn the_viewer_is_told_who_they_are_and_what_they_may_do(app: &TestApp) {
        let reader = app.caller([Permission::ContactView, Permission::TenantView]).await;

        let data = reader.data(
            "{ viewer { user { name } permissions tenant { name displayName defaultRegion managedEntities managedEntityLimit } } }",
            json!({}),
        ).await;

        assert_eq!(
            data["viewer"],
            json!({
                "user": { "name": "somebody" },
                "permissions": ["externalContacts:contact:view", "externalContacts:tenant:view"],
                "tenant": { "name": "acme", "displayName": "acme", "defaultRegion": "US", "managedEntities": 0,
                            "managedEntityLimit": 10_000_000 },
            })
        );
        let nobody = app.caller([]).await;
        assert_eq!(nobody.data("{ viewer { permissions } }", json!({})).await, json!({ "viewer": { "permissions": [] } }));
        assert_snapshot!(nobody.errors("{ viewer { tenant { name } } }", json!({})).await,
            @"FORBIDDEN viewer.tenant: needs the permission externalContacts:tenant:view");
    }

    async fn a_tenant_changes_its_own_settings(app: &TestApp) {
        let admin = app.admin().await;

        let named = admin.done(UPDATE_TENANT, json!({ "displayName": " Acme Inc. " })).await;
        let moved = admin.done(UPDATE_TENANT, json!({ "defaultRegion": "de" })).await;
        let wrong = admin.payload(UPDATE_TENANT, json!({ "displayName": null, "defaultRegion": "Germany" })).await;
        let long = admin.refusal(UPDATE_TENANT, json!({ "displayName": "x".repeat(201) })).await;

        assert_eq!(named["tenant"], json!({ "name": "acme", "displayName": "Acme Inc.", "defaultRegion": "US" }));
        assert_eq!(moved["tenant"], json!({ "name": "acme", "displayName": "Acme Inc.", "defaultRegion": "DE" }));
        assert_eq!(wrong["userErrors"][0]["field"], json!(["displayName"]));
        assert_eq!(wrong["userErrors"][1]["field"], json!(["defaultRegion"]));
        assert_eq!(wrong["tenant"], Value::Null);
        assert!(long.starts_with("INVALID displayName"));
    }
}
