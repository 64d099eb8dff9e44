//! Reading by the id of a merged record.

use serde_json::{Value, json};

use super::{contacts, organizations};
use crate::support::on_both_engines;
use crate::support::operations::{DELETE_CONTACT, RECORD_INTERACTION};

const NODES: &str = "query ($ids: [ID!]!) { nodes(ids: $ids) { id
    ... on Contact { displayName organization { name } } ... on Organization { name } } }";

on_both_engines! {
    async fn an_alias_is_read_as_the_survivor_with_its_own_id(app: &TestApp) {
        let admin = app.admin().await;
        let (ada, ann) = contacts(app, &admin).await;
        let (apex, apex_inc) = organizations(app, &admin).await;

        let query = "query ($contact: ID!, $organization: ID!, $of: [_Any!]!) {
            contact(id: $contact) { id displayName emailAddresses { address } }
            organization(id: $organization) { id name tags }
            node(id: $contact) { id }
            _entities(representations: $of) { ... on Contact { id displayName } ... on Organization { id name } } }";
        let of = json!([{ "__typename": "Contact", "id": ann }, { "__typename": "Organization", "id": apex_inc }]);
        let data = admin.data(query, json!({ "contact": ann, "organization": apex_inc, "of": of })).await;

        assert_eq!(data["contact"]["id"], ada);
        assert_eq!(data["contact"]["displayName"], "Ada");
        assert_eq!(data["organization"]["id"], apex);
        assert_eq!(data["node"]["id"], ada);
        assert_eq!(data["_entities"], json!([{ "id": ada, "displayName": "Ada" }, { "id": apex, "name": "Apex" }]));
    }

    async fn all_missing_ids_of_a_level_cost_one_more_statement_and_none_costs_none(app: &TestApp) {
        let admin = app.admin().await;
        let (apex, apex_inc) = organizations(app, &admin).await;
        let ada = admin.employee("Ada", &apex).await;
        let mut ids = vec![ada.clone(), admin.contact("Ben").await];
        let ask = async |ids: &[Value]| {
            let before = app.store.statements();
            let data = admin.data(NODES, json!({ "ids": ids })).await;
            (app.store.statements() - before, data["nodes"].clone())
        };

        assert_eq!(ask(&ids).await.0, 1);
        for name in ["Ann", "Andy"] {
            let member = admin.contact(name).await;
            app.merge(&ada, &member).await;
            ids.push(member);
        }
        let (statements, nodes) = ask(&ids).await;
        assert_eq!(statements, 2);
        for place in [0, 2, 3] {
            assert_eq!(nodes[place], json!({ "id": ada, "displayName": "Ada", "organization": { "name": "Apex" } }));
        }

        let unknown = json!("contact_00000000-0000-7000-8000-000000000000");
        assert_eq!(ask(&[unknown]).await, (2, json!([null])));
        assert_eq!(ask(&[apex_inc]).await, (2, json!([{ "id": apex, "name": "Apex" }])));
    }

    async fn the_alias_of_a_record_in_the_trash_is_unknown(app: &TestApp) {
        let admin = app.admin().await;
        let (ada, ann) = contacts(app, &admin).await;
        admin.done(DELETE_CONTACT, json!({ "id": ada })).await;

        let data = admin.data("query ($id: ID!) { contact(id: $id) { id } node(id: $id) { id } }", json!({ "id": ann })).await;
        assert_eq!(data, json!({ "contact": null, "node": null }));
    }

    async fn a_reference_that_still_has_an_alias_leads_to_the_survivor(app: &TestApp) {
        let admin = app.admin().await;
        let (ada, ann) = contacts(app, &admin).await;
        let input = json!({ "mediaType": "CALL", "direction": "INBOUND", "startedAt": "2026-01-02T03:00:00Z" });
        admin.done(RECORD_INTERACTION, input).await;
        app.execute(&format!("UPDATE interactions SET contact_id = {}", app.literal(&ada))).await;
        let query = "{ interactions { nodes { contact { id displayName } } } changes { nodes { entityId entity { ... on Contact { id } } } } }";
        let before = app.store.statements();
        admin.data(query, json!({})).await;
        let usual = app.store.statements() - before;

        admin.done(DELETE_CONTACT, json!({ "id": ada })).await;
        let data = admin.data(query, json!({})).await;
        assert_eq!(data["interactions"]["nodes"][0]["contact"], Value::Null);

        let ben = admin.contact("Ben").await;
        // As if she had been merged before what refers to her was moved.
        let (tenant, into, id) = (app.tenant.record().id, app.literal(&ben), app.literal(&ada));
        app.execute(&format!("UPDATE aliases SET into_id = {into} WHERE into_id = {id}")).await;
        app.execute(&format!("INSERT INTO aliases (tenant_id, id, into_id, operation_id) VALUES ({tenant}, {id}, {into}, {id})")).await;
        let before = app.store.statements();
        let data = admin.data(query, json!({})).await;
        assert_eq!(data["interactions"]["nodes"][0]["contact"], json!({ "id": ben, "displayName": "Ben" }));
        assert!(app.store.statements() - before <= usual + 3);
        for change in data["changes"]["nodes"].as_array().unwrap() {
            let id = &change["entityId"];
            let is_contact = [&ada, &ann, &ben].contains(&id);
            assert_eq!(change["entity"]["id"], if is_contact { ben.clone() } else { Value::Null });
        }
    }
}
