//! Transfers of relationships that are undone.

mod generated;

use std::collections::BTreeMap;

use chrono::TimeDelta;
use external_contacts::model::Permissions;
use serde_json::{Value, json};

use super::PURGE;
use crate::changes::settled;
use crate::support::rows::{Rows, execute, rows_of_tenant_without};
use crate::support::{TestApp, TestCaller, on_both_engines};

const TRANSFER: &str = "mutation ($input: TransferRelationshipsInput!) {
    transferRelationships(input: $input) { moved ended transferId userErrors { code field message } } }";
const UNDO: &str = "mutation ($input: UndoRelationshipTransferInput!) {
    undoRelationshipTransfer(input: $input) { movedBack reopened lost { field message value }
      userErrors { code field message } } }";
const UPDATE: &str = "mutation ($input: UpdateRelationshipInput!) {
    updateRelationship(input: $input) { relationship { version } userErrors { code field message } } }";
const DEACTIVATE: &str = "mutation ($input: DeactivateUserInput!) {
    deactivateUser(input: $input) { user { id } userErrors { code field message } } }";
const ALL: &str = "{ relationships(first: 100) { nodes {
    id type startedOn endedOn version user { id } organization { id } } } }";

/// The columns of every record that an undo changes.
const CHANGED: [&str; 3] = ["version", "updated_at", "updated_by"];

impl TestCaller<'_> {
    /// Transfers all relationships of a user, and returns the payload.
    async fn transfer(&self, from: &Value, to: &Value) -> Value {
        self.done(TRANSFER, json!({ "fromUserId": from, "toUserId": to }))
            .await
    }

    /// Undoes a transfer, and returns the payload.
    async fn undo(&self, transfer: &Value) -> Value {
        self.done(UNDO, json!({ "transferId": transfer })).await
    }

    async fn no_undo(&self, transfer: &Value) -> String {
        self.refusal(UNDO, json!({ "transferId": transfer })).await
    }

    /// The relationships that exist, by id.
    async fn relationships(&self) -> BTreeMap<String, Value> {
        let mut data = self.data(ALL, json!({})).await;
        let nodes = data["relationships"]["nodes"].as_array_mut().unwrap();
        assert!(nodes.len() < 100);
        let all = nodes.iter_mut().map(|node| {
            let id = node["id"].as_str().unwrap().to_owned();
            (id, node.take())
        });
        all.collect()
    }

    async fn update_relationship(&self, mut fields: Value, id: &Value) {
        fields["id"] = id.clone();
        self.done(UPDATE, fields).await;
    }
}

/// The rows of every table that an undo brings back. A transfer that was undone stays known.
async fn rows(app: &TestApp) -> Rows {
    let mut rows = rows_of_tenant_without(app, &app.tenant, &CHANGED).await;
    rows.retain(|table, _| !["changes", "transfers"].contains(&table.as_str()));
    rows
}

/// The messages of what could not be undone, by id.
fn losses(undone: &Value) -> BTreeMap<String, String> {
    let lost = undone["lost"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    assert!(lost.iter().all(|loss| loss["field"] == json!(["relationships"])));
    lost.iter()
        .map(|loss| (text(&loss["value"]), text(&loss["message"])))
        .collect()
}

on_both_engines! {
    async fn each_relationship_has_a_change_and_a_version_more(app: &TestApp) {
        let admin = app.admin().await;
        let (ada, ben) = (admin.user("ada").await, admin.user("ben").await);
        let acme = admin.organization("Acme").await;
        let moved = admin.relationship(&ada, &acme, "Owner").await;
        let ended = admin.relationship(&ada, &acme, "Partner").await;
        admin.relationship(&ben, &acme, "Partner").await;
        let transfer = admin.transfer(&ada, &ben).await["transferId"].take();
        assert!(transfer.as_str().unwrap().starts_with("transfer_"));
        admin.done(DEACTIVATE, json!({ "id": ada })).await;

        let back = admin.undo(&transfer).await;

        assert_eq!(back, json!({ "movedBack": 1, "reopened": 1, "lost": [], "userErrors": [] }));
        let all = admin.relationships().await;
        let changes = settled(&admin, "entities: [RELATIONSHIP]", "entityId action version fields { field after }", 7).await;
        for (id, field, after) in [(&moved, "userId", &ada), (&ended, "endedOn", &Value::Null)] {
            assert_eq!(all[id.as_str().unwrap()]["version"], 3);
            let change = changes[5..].iter().find(|change| change["entityId"] == *id).unwrap();
            let expected = json!({ "entityId": id, "action": "UPDATED", "version": 3,
                "fields": [{ "field": field, "after": after }] });
            assert_eq!(*change, expected);
        }
        assert_eq!(admin.no_undo(&transfer).await, "NOT_FOUND transferId: this transfer was undone already");
    }

    async fn what_cannot_be_undone_is_told_with_its_reason(app: &TestApp) {
        let admin = app.admin().await;
        let (ada, ben, cleo) = (admin.user("ada").await, admin.user("ben").await, admin.user("cleo").await);
        let mut ids = Vec::new();
        let mut organizations = Vec::new();
        for place in 0..7 {
            let organization = admin.organization(&format!("Company {place}")).await;
            ids.push(admin.relationship(&ada, &organization, "Owner").await);
            if place > 4 {
                admin.relationship(&ben, &organization, "Owner").await;
            }
            organizations.push(organization);
        }
        let transfer = admin.transfer(&ada, &ben).await;
        assert_eq!((&transfer["moved"], &transfer["ended"]), (&json!(5), &json!(2)));
        // Moved on, moved back by hand, with an equal one, gone for good, ended by hand; then of those that ended: changed, deleted.
        let on = json!({ "fromUserId": ben, "toUserId": cleo, "organizationIds": [organizations[0]] });
        admin.done(TRANSFER, on).await;
        let home = json!({ "fromUserId": ben, "toUserId": ada, "organizationIds": [organizations[1]] });
        admin.done(TRANSFER, home).await;
        let equal = admin.relationship(&ada, &organizations[2], "Owner").await;
        admin.delete(&ids[3]).await;
        admin.done(PURGE, json!({ "ids": [ids[3]] })).await;
        admin.update_relationship(json!({ "endedOn": "2026-03-02" }), &ids[4]).await;
        admin.update_relationship(json!({ "endedOn": "2026-03-02" }), &ids[5]).await;
        admin.delete(&ids[6]).await;

        let back = admin.undo(&transfer["transferId"]).await;

        assert_eq!((&back["movedBack"], &back["reopened"]), (&json!(1), &json!(0)));
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let expected = [
            (0, format!("{} has the relationship by now", text(&cleo))),
            (1, format!("{} has the relationship by now", text(&ada))),
            (2, format!("the user has a current relationship of this type with this organization by now: {}", text(&equal))),
            (3, "the relationship does not exist any longer".to_owned()),
            (5, "its end was changed after the transfer".to_owned()),
            (6, "the relationship is deleted; it will be current again when it is restored".to_owned()),
        ];
        assert_eq!(losses(&back), expected.map(|(place, message)| (text(&ids[place]), message)).into());
        let all = admin.relationships().await;
        let ended = &all[&text(&ids[4])];
        assert_eq!((&ended["user"]["id"], &ended["endedOn"]), (&ada, &json!("2026-03-02")), "{ended}");
    }

    async fn deleted_relationships_return_to_the_giver(app: &TestApp) {
        let admin = app.admin().await;
        let (ada, ben) = (admin.user("ada").await, admin.user("ben").await);
        let (acme, apex) = (admin.organization("Acme").await, admin.organization("Apex").await);
        let alone = admin.relationship(&ada, &acme, "Owner").await;
        let with = admin.relationship(&ada, &apex, "Owner").await;
        let taken = admin.relationship(&ada, &apex, "Partner").await;
        let ended = admin.relationship(&ada, &apex, "Sponsor").await;
        let held = admin.relationship(&ben, &apex, "Sponsor").await;
        let transfer = admin.transfer(&ada, &ben).await;
        let equal = admin.relationship(&ada, &apex, "Partner").await;
        admin.delete(&alone).await;
        admin.delete(&apex).await;

        let back = admin.undo(&transfer["transferId"]).await;

        assert_eq!((&back["movedBack"], &back["reopened"]), (&json!(0), &json!(0)));
        let again = |what: &str| format!("the relationship is deleted; it will {what} again when it is restored");
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let by_now = format!("the user has a current relationship of this type with this organization by now: {}", text(&equal));
        let expected = [
            (text(&alone), again("belong to the user")),
            (text(&with), again("belong to the user")),
            (text(&taken), by_now),
            (text(&ended), again("be current")),
        ];
        assert_eq!(losses(&back), BTreeMap::from(expected));

        admin.restore(&alone).await;
        admin.restore(&apex).await;
        let all = admin.relationships().await;
        for (id, user) in [(&alone, &ada), (&with, &ada), (&taken, &ben), (&ended, &ada), (&held, &ben), (&equal, &ada)] {
            let it = &all[&text(id)];
            assert_eq!((&it["user"]["id"], &it["endedOn"]), (user, &Value::Null), "{it}");
        }
    }

    async fn transfers_are_undone_for_30_days(app: &TestApp) {
        let admin = app.admin().await;
        let (ada, ben) = (admin.user("ada").await, admin.user("ben").await);
        let acme = admin.organization("Acme").await;
        admin.relationship(&ada, &acme, "Owner").await;
        let empty = rows(app).await["undo_links"].clone();
        let first = admin.transfer(&ada, &ben).await["transferId"].take();
        app.pass(TimeDelta::days(1));
        let second = admin.transfer(&ben, &ada).await["transferId"].take();
        assert_eq!(admin.transfer(&ben, &ada).await["transferId"], Value::Null, "nothing to transfer");

        app.pass(TimeDelta::days(29) + TimeDelta::minutes(1));
        let expired = "EXPIRED transferId: is too old: a transfer can be undone for as long as deleted records are kept";
        assert_eq!(admin.no_undo(&first).await, expired);
        app.store.system().sweep_trash().await.unwrap();
        let unknown = "NOT_FOUND transferId: there is no transfer with this id";
        assert_eq!(admin.no_undo(&first).await, unknown);
        assert_eq!(admin.no_undo(&json!("transfer_0192f7c4-1c2d-7e3f-8a4b-5c6d7e8f9a0b")).await, unknown);
        assert!(admin.no_undo(&acme).await.starts_with("INVALID transferId: is not the id of a transfer"));
        assert_eq!(admin.undo(&second).await["movedBack"], 1);

        app.pass(TimeDelta::days(2));
        app.store.system().sweep_trash().await.unwrap();
        assert_eq!(rows(app).await["undo_links"], empty);
        assert_eq!(admin.no_undo(&second).await, unknown);
    }

    async fn many_expired_transfers_are_forgotten(app: &TestApp) {
        let admin = app.admin().await;
        let (ada, ben) = (admin.user("ada").await, admin.user("ben").await);
        let acme = admin.organization("Acme").await;
        admin.relationship(&ada, &acme, "Owner").await;
        for _ in 0..11 {
            admin.transfer(&ada, &ben).await;
            admin.transfer(&ben, &ada).await;
        }
        app.pass(TimeDelta::days(31));
        app.store.system().sweep_trash().await.unwrap();
        let rows = rows_of_tenant_without(app, &app.tenant, &[]).await;
        assert_eq!((rows["transfers"].len(), rows["undo_links"].len()), (0, 0));
    }

    async fn without_a_trash_transfers_are_final(app: &TestApp) {
        app.store.keep_trash(0);
        let admin = app.admin().await;
        let (ada, ben) = (admin.user("ada").await, admin.user("ben").await);
        let acme = admin.organization("Acme").await;
        admin.relationship(&ada, &acme, "Owner").await;
        let transfer = admin.transfer(&ada, &ben).await;
        assert_eq!((&transfer["moved"], &transfer["transferId"]), (&json!(1), &Value::Null));
        assert!(rows_of_tenant_without(app, &app.tenant, &[]).await["transfers"].is_empty());
    }

    async fn the_giver_may_be_gone(app: &TestApp) {
        let admin = app.admin().await;
        let (ada, ben) = (admin.user("ada").await, admin.user("ben").await);
        let acme = admin.organization("Acme").await;
        let owner = admin.relationship(&ada, &acme, "Owner").await;
        let transfer = admin.transfer(&ada, &ben).await["transferId"].take();
        execute(app, "DELETE FROM users WHERE subject = 'ada'").await;
        let back = admin.undo(&transfer).await;
        let expected = [(owner.as_str().unwrap().to_owned(), "the user does not exist any longer".to_owned())];
        assert_eq!(losses(&back), expected.into());
    }

    async fn another_tenants_transfer_is_not_found(app: &TestApp) {
        let admin = app.admin().await;
        let (ada, ben) = (admin.user("ada").await, admin.user("ben").await);
        let acme = admin.organization("Acme").await;
        admin.relationship(&ada, &acme, "Owner").await;
        let transfer = admin.transfer(&ada, &ben).await["transferId"].take();
        let tenant = app.tenant("other").await;
        let stranger = app.caller_of(&tenant, "stranger", Permissions::all()).await;
        assert_eq!(stranger.no_undo(&transfer).await, "NOT_FOUND transferId: there is no transfer with this id");
        assert_eq!(admin.undo(&transfer).await["movedBack"], 1);
    }
}
