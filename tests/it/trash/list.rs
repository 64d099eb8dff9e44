//! The list of deleted records.

use external_contacts::model::Permission;
use serde_json::{Value, json};

use super::TRASH;
use crate::support::{TestCaller, on_both_engines};

/// Deletes an organization with a note and a relationship, a contact and a note; returns their ids, the newest deletion first.
async fn deleted(admin: &TestCaller<'_>) -> Vec<Value> {
    let (organization, contact) = (
        admin.organization("Engines").await,
        admin.contact("Lovelace").await,
    );
    let user = admin.user("ada").await;
    admin.note(&organization, "Builds engines").await;
    admin.relationship(&user, &organization, "Owner").await;
    let note = admin.note(&contact, &"Likes engines. ".repeat(20)).await;
    for id in [&organization, &note, &contact] {
        admin.delete(id).await;
    }
    vec![contact, note, organization]
}

async fn ids(caller: &TestCaller<'_>, variables: Value) -> Vec<Value> {
    let mut data = caller.data(TRASH, variables).await;
    let nodes = data["trash"]["nodes"].as_array_mut().unwrap();
    nodes.iter_mut().map(|node| node["id"].take()).collect()
}

on_both_engines! {
    async fn it_has_the_newest_deletion_first(app: &TestApp) {
        let admin = app.admin().await;
        let deleted = deleted(&admin).await;

        let data = admin.data(TRASH, json!({})).await;
        let nodes = data["trash"]["nodes"].as_array().unwrap();
        assert_eq!(nodes.iter().map(|node| node["id"].clone()).collect::<Vec<_>>(), deleted);
        assert_eq!(data["trash"]["totalCount"], json!({ "value": 3, "precision": "EXACT" }));
        let labels: Vec<&str> = nodes.iter().map(|node| node["label"].as_str().unwrap()).collect();
        let text = "Likes engines. ".repeat(20);
        assert_eq!(labels, ["Lovelace", text.get(..80).unwrap(), "Engines"]);
        let organization = &nodes[2];
        assert_eq!(organization["kind"], "ORGANIZATION");
        assert_eq!((&organization["notes"], &organization["relationships"]), (&json!(1), &json!(1)));
        assert_eq!(organization["deletedBy"]["name"], "admin");
        let time = |field: &str| organization[field].as_str().unwrap().parse::<chrono::DateTime<chrono::Utc>>().unwrap();
        assert_eq!(time("expiresAt") - time("deletedAt"), chrono::TimeDelta::days(30));

        let first = admin.data(TRASH, json!({ "first": 2 })).await;
        assert_eq!(first["trash"]["pageInfo"]["hasNextPage"], true);
        let after = &first["trash"]["pageInfo"]["endCursor"];
        assert_eq!(ids(&admin, json!({ "first": 2, "after": after })).await, deleted[2..]);
        assert_eq!(ids(&admin, json!({ "last": 2, "before": after })).await, deleted[..1]);
    }

    async fn it_is_filtered_by_kind_user_and_time(app: &TestApp) {
        let admin = app.admin().await;
        let deleted = deleted(&admin).await;
        let other = app.caller_of(&app.tenant, "other", external_contacts::model::Permissions::all()).await;
        let looms = other.organization("Looms").await;
        other.delete(&looms).await;

        let of = |filter: Value| json!({ "filter": filter });
        assert_eq!(ids(&admin, of(json!({ "kinds": ["ORGANIZATION"] }))).await, [looms.clone(), deleted[2].clone()]);
        assert_eq!(ids(&admin, of(json!({ "kinds": ["INTERACTION", "NOTE"] }))).await, deleted[1..2]);
        let mine = json!({ "deletedById": { "eq": format!("user_{}", user_id(&admin)) } });
        assert_eq!(ids(&admin, of(mine)).await, deleted);
        let both = json!({ "kinds": ["ORGANIZATION"], "deletedById": { "in": [format!("user_{}", user_id(&other))] } });
        assert_eq!(ids(&admin, of(both)).await, std::slice::from_ref(&looms));

        let data = admin.data(TRASH, json!({})).await;
        let last = &data["trash"]["nodes"][0]["deletedAt"];
        assert_eq!(ids(&admin, of(json!({ "deletedAt": { "from": last } }))).await, [looms]);
        assert_eq!(ids(&admin, of(json!({ "deletedAt": { "before": last } }))).await, deleted);
    }

    async fn it_has_the_kinds_that_the_caller_may_view(app: &TestApp) {
        let admin = app.admin().await;
        let deleted = deleted(&admin).await;

        let steward = app.caller([Permission::TrashView, Permission::ContactView]).await;
        assert_eq!(ids(&steward, json!({})).await, deleted[..1]);
        let errors = steward.errors(TRASH, json!({ "filter": { "kinds": ["CONTACT", "NOTE"] } })).await;
        assert!(errors.starts_with("FORBIDDEN trash: needs the permission externalContacts:note:view"), "{errors}");
        let none = app.caller([Permission::TrashView]).await;
        assert!(none.errors(TRASH, json!({})).await.starts_with("FORBIDDEN trash"));
        let without = app.caller([Permission::ContactView]).await;
        let errors = without.errors(TRASH, json!({})).await;
        assert!(errors.starts_with("FORBIDDEN trash: needs the permission externalContacts:trash:view"), "{errors}");
        let errors = admin.errors(TRASH, json!({ "filter": { "kinds": [] } })).await;
        assert!(errors.starts_with("BAD_USER_INPUT trash: `filter.kinds` must name"), "{errors}");
    }
}

fn user_id(caller: &TestCaller<'_>) -> uuid::Uuid {
    use external_contacts::id::TypedId as _;
    caller.caller.user.id.uuid()
}
