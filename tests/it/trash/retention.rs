//! The end of deleted records: purged, expired, or never kept.

use chrono::TimeDelta;
use external_contacts::model::Permissions;
use serde_json::{Value, json};

use super::PURGE;
use crate::support::operations::RECORD_INTERACTION;
use crate::support::rows::execute;
use crate::support::{TestApp, TestCaller, on_both_engines};

const UPDATE_TENANT: &str = "mutation ($input: UpdateTenantInput!) {
    updateTenant(input: $input) { tenant { retention { trashDays } trashedRecords { value } }
      userErrors { code field message } } }";

/// A contact with a call.
async fn called(admin: &TestCaller<'_>) -> Value {
    let contact = admin.contact("Lovelace").await;
    let call = json!({ "mediaType": "CALL", "direction": "INBOUND", "startedAt": "2026-03-01T12:00:00Z",
        "contactId": contact });
    admin.done(RECORD_INTERACTION, call).await;
    contact
}

async fn calls_of(admin: &TestCaller<'_>, contact: &Value) -> Value {
    let query =
        "query ($id: ID!) { interactions(filter: { contactId: { eq: $id } }) { totalCount { value } } }";
    admin.data(query, json!({ "id": contact })).await["interactions"]["totalCount"]["value"].take()
}

async fn sweep(app: &TestApp) {
    app.store.system().sweep_trash().await.unwrap();
    app.store.system().settle_references().await.unwrap();
}

/// A caller with the tenant as it is now.
async fn admin_again(app: &TestApp) -> TestCaller<'_> {
    let tenant = app.store.system().tenant("acme").await.unwrap().unwrap();
    app.caller_of(&tenant, "admin", Permissions::all()).await
}

on_both_engines! {
    async fn purged_records_are_gone(app: &TestApp) {
        let admin = app.admin().await;
        let (contact, kept) = (called(&admin).await, admin.contact("Babbage").await);
        admin.note(&contact, "Likes engines").await;
        admin.delete(&contact).await;
        admin.delete(&kept).await;
        sweep(app).await;
        assert_eq!(calls_of(&admin, &contact).await, 1, "its interactions wait for it");

        let none = json!({ "ids": [contact, contact.as_str().unwrap().replace("contact", "note"), "x"] });
        assert_eq!(admin.refusal(PURGE, none).await, "INVALID ids.2: is not the id of a record");
        let absent = json!({ "ids": [contact, contact.as_str().unwrap().replace("contact", "note")] });
        assert_eq!(
            admin.refusal(PURGE, absent).await,
            "NOT_FOUND ids.1: there is no deleted record with this id"
        );
        let purged = admin.done(PURGE, json!({ "ids": [contact] })).await;
        assert_eq!(purged["purgedIds"], json!([contact]));
        assert_eq!(admin.trash().await, [kept]);
        assert!(admin.no_restoration(&contact).await.starts_with("NOT_FOUND id"));
        sweep(app).await;
        assert_eq!(calls_of(&admin, &contact).await, 0);
    }

    async fn as_much_as_one_deletion_takes_is_purged(app: &TestApp) {
        let admin = app.admin().await;
        let contact = admin.contact("Lovelace").await;
        admin.delete(&contact).await;
        execute(app, "UPDATE trashed_records SET notes = 10001").await;
        let refusal = admin.refusal(PURGE, json!({ "ids": [contact] })).await;
        assert!(refusal.starts_with("TOO_LARGE"), "{refusal}");
        execute(app, "UPDATE trashed_records SET notes = 9999, relationships = 1").await;
        admin.done(PURGE, json!({ "ids": [contact] })).await;
    }

    async fn records_are_kept_for_30_days(app: &TestApp) {
        let admin = app.admin().await;
        let (contact, later) = (called(&admin).await, admin.contact("Babbage").await);
        admin.delete(&contact).await;
        app.pass(TimeDelta::days(1));
        admin.delete(&later).await;
        app.pass(TimeDelta::days(29) - TimeDelta::minutes(1));
        sweep(app).await;
        assert_eq!(admin.trash().await, [later.clone(), contact.clone()]);

        app.pass(TimeDelta::minutes(2));
        assert_eq!(admin.trash().await, std::slice::from_ref(&later), "before any sweep");
        assert!(admin.no_restoration(&contact).await.starts_with("NOT_FOUND id"));
        sweep(app).await;
        assert_eq!(calls_of(&admin, &contact).await, 0);
        admin.restore(&later).await;
    }

    async fn a_tenant_shortens_the_time_and_does_not_lengthen_it(app: &TestApp) {
        let admin = app.admin().await;
        let contact = called(&admin).await;
        admin.delete(&contact).await;
        app.pass(TimeDelta::days(8));
        let days = |days: Value| json!({ "retention": { "trashDays": days } });
        for refused in [-1, 31] {
            assert_eq!(
                admin.refusal(UPDATE_TENANT, days(json!(refused))).await,
                "INVALID retention.trashDays: must be between 0 and 30"
            );
        }
        let tenant = admin.done(UPDATE_TENANT, days(json!(7))).await;
        assert_eq!(tenant["tenant"]["retention"]["trashDays"], 7);

        let admin = admin_again(app).await;
        assert_eq!(admin.trash().await, Vec::<Value>::new());
        let tenant = admin.done(UPDATE_TENANT, days(Value::Null)).await;
        assert_eq!(tenant["tenant"]["retention"]["trashDays"], 30);
        let admin = admin_again(app).await;
        assert_eq!(admin.trash().await, [contact]);
    }

    async fn a_tenant_with_more_days_than_the_operator_allows_by_now_is_updated(app: &TestApp) {
        let admin = app.admin().await;
        admin.done(UPDATE_TENANT, json!({ "retention": { "trashDays": 7 } })).await;
        app.store.keep_trash(3);
        let renamed = admin.done(UPDATE_TENANT, json!({ "displayName": "Acme" })).await;
        assert_eq!(renamed["tenant"]["retention"]["trashDays"], 3);
    }

    async fn without_a_trash_deletions_are_final(app: &TestApp) {
        app.store.keep_trash(0);
        let admin = app.admin().await;
        let contact = called(&admin).await;
        admin.delete(&contact).await;

        assert_eq!(admin.trash().await, Vec::<Value>::new());
        assert!(admin.no_restoration(&contact).await.starts_with("NOT_FOUND id"));
        assert_eq!(calls_of(&admin, &contact).await, 0);
    }

    async fn the_trash_has_no_more_records_than_the_tenant_may_have(app: &TestApp) {
        let admin = app.admin().await;
        let mut deleted = Vec::new();
        for name in ["Ada", "Ben", "Cleo", "Dan"] {
            let contact = admin.contact(name).await;
            admin.delete(&contact).await;
            deleted.insert(0, contact);
        }
        app.tenant.set_limit(4).await.unwrap();
        sweep(app).await;
        assert_eq!(admin.trash().await, deleted);
        app.tenant.set_limit(3).await.unwrap();
        sweep(app).await;
        assert_eq!(admin.trash().await, deleted[..3]);
    }
}
