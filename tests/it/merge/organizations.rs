//! Organizations that become one.

use serde_json::{Value, json};

use super::MERGE_ORGANIZATIONS;
use crate::support::on_both_engines;
use crate::support::operations::{CREATE_CONTACT, RECORD_INTERACTION};

on_both_engines! {
    async fn the_survivor_has_what_belonged_to_the_others(app: &TestApp) {
        let admin = app.admin().await;
        let (ada, ben) = (admin.user("ada").await, admin.user("ben").await);
        let (first, second) = (admin.organization("Engines").await, admin.organization("Engines Ltd").await);
        let contact = json!({ "lastName": "Lovelace", "organizationId": second });
        let contact = admin.done(CREATE_CONTACT, contact).await["contact"]["id"].take();
        let lead = json!({ "id": second, "primaryContactId": contact, "industry": "Machines" });
        admin.done(crate::trash::UPDATE_ORGANIZATION, lead).await;
        let held = admin.relationship(&ada, &first, "Owner").await;
        let repeated = admin.relationship(&ada, &second, "owner").await;
        let other = admin.relationship(&ben, &second, "Owner").await;
        let note = admin.note(&second, "Builds engines").await;
        let call = json!({ "mediaType": "CALL", "direction": "INBOUND", "startedAt": "2026-03-01T12:00:00Z",
            "organizationId": second });
        let call = admin.done(RECORD_INTERACTION, call).await["interaction"]["id"].take();

        let merged = admin.merge(&[&first, &second]).await;
        assert_eq!(merged["organization"], json!({ "id": first, "name": "Engines", "version": 2, "industry": "Machines",
            "tags": [], "primaryContact": { "displayName": "Lovelace" }, "externalIds": [], "mergedIds": [second] }));
        assert_eq!(merged["merge"]["moved"], json!([{ "recordId": second, "notes": 1, "interactions": 1,
            "relationships": 2, "contacts": 1 }]));
        let shown = "query ($first: ID!, $contact: ID!, $repeated: ID!) {
            organization(id: $first) { notes { nodes { id } } interactions { nodes { id } } contacts { nodes { id } }
              relationships(filter: { current: true }) { nodes { id version } }
              merges { nodes { memberLabels } } }
            contact(id: $contact) { version organization { id } }
            relationship(id: $repeated) { version endedOn organization { id } }
            searchContacts(query: \"lovelace engines\") { nodes { id } }
            organizations { nodes { id } } }";
        let shown = admin.data(shown, json!({ "first": first, "contact": contact, "repeated": repeated })).await;
        let mut relationships = shown["organization"]["relationships"]["nodes"].as_array().unwrap().clone();
        relationships.sort_by_key(|it| it["id"].to_string());
        assert_eq!(relationships, [json!({ "id": held, "version": 1 }), json!({ "id": other, "version": 1 })]);
        let organization = &shown["organization"];
        assert_eq!(organization["notes"]["nodes"], json!([{ "id": note }]));
        assert_eq!(organization["interactions"]["nodes"], json!([{ "id": call }]));
        assert_eq!(organization["contacts"]["nodes"], json!([{ "id": contact }]));
        assert_eq!(organization["merges"]["nodes"], json!([{ "memberLabels": ["Engines Ltd"] }]));
        assert_eq!(shown["contact"], json!({ "version": 1, "organization": { "id": first } }));
        let ended = &shown["relationship"];
        assert_eq!((&ended["version"], ended["endedOn"].is_string(), &ended["organization"]["id"]), (&json!(2), true, &first));
        assert_eq!(shown["searchContacts"]["nodes"], json!([{ "id": contact }]));
        assert_eq!(shown["organizations"]["nodes"], json!([{ "id": first }]));
    }

    async fn a_primary_contact_works_for_one_of_them(app: &TestApp) {
        let admin = app.admin().await;
        let (first, second) = (admin.organization("Engines").await, admin.organization("Engines Ltd").await);
        let inside = json!({ "lastName": "Lovelace", "organizationId": second });
        let inside = admin.done(CREATE_CONTACT, inside).await["contact"]["id"].take();
        let outside = admin.done(CREATE_CONTACT, json!({ "lastName": "Babbage" })).await["contact"]["id"].take();
        let with = |lead: &Value| json!({ "members": crate::merge::members(&[&first, &second]),
            "values": { "primaryContactId": lead, "name": "Engines Inc" } });
        assert_eq!(
            admin.refusal(MERGE_ORGANIZATIONS, with(&outside)).await,
            "INVALID values.primaryContactId: must be a contact who works for one of these organizations"
        );
        let missing = json!("contact_00000000-0000-7000-8000-000000000000");
        assert_eq!(
            admin.refusal(MERGE_ORGANIZATIONS, with(&missing)).await,
            "NOT_FOUND values.primaryContactId: there is no contact with this id"
        );
        let merged = admin.done(MERGE_ORGANIZATIONS, with(&inside)).await;
        assert_eq!(merged["organization"]["name"], "Engines Inc");
        assert_eq!(merged["organization"]["primaryContact"]["displayName"], "Lovelace");
    }

    async fn contacts_who_have_not_returned_return_after_a_deletion_of_the_survivor(app: &TestApp) {
        let admin = app.admin().await;
        let (first, second) = (admin.organization("Engines").await, admin.organization("Engines Ltd").await);
        admin.contacts_of(&second, 700).await;
        let merge = admin.merge(&[&first, &second]).await["merge"]["id"].take();
        app.store.system().settle_references().await.unwrap();
        let staff = "query ($id: ID!) { organization(id: $id) { contacts(last: 1) { nodes { id } totalCount { value } } } }";
        let last = admin.data(staff, json!({ "id": first })).await["organization"]["contacts"]["nodes"][0]["id"].take();
        let lead = json!({ "id": first, "primaryContactId": last });
        admin.done(crate::trash::UPDATE_ORGANIZATION, lead).await;

        let parted = admin.part(&first, &merge).await;
        assert_eq!((&parted["kept"], &parted["lost"]), (&json!([]), &json!([])));
        admin.delete(&first).await;
        app.store.system().settle_references().await.unwrap();
        let data = admin.data(staff, json!({ "id": second })).await;
        assert_eq!(data["organization"]["contacts"]["totalCount"]["value"], 700);
        admin.restore(&first).await;
        app.store.system().settle_references().await.unwrap();
        let left = "query ($id: ID!) { organization(id: $id) { primaryContact { id } contacts { totalCount { value } } } }";
        let left = admin.data(left, json!({ "id": first })).await;
        assert_eq!(left["organization"], json!({ "primaryContact": null, "contacts": { "totalCount": { "value": 0 } } }));
    }

    async fn the_contacts_after_the_first_follow(app: &TestApp) {
        let admin = app.admin().await;
        let (first, second) = (admin.organization("Engines").await, admin.organization("Engines Ltd").await);
        admin.contacts_of(&second, 700).await;
        let staff = "query ($id: ID!) { organization(id: $id) { contacts { totalCount { value } } } }";
        let count = async |id: &Value| admin.data(staff, json!({ "id": id })).await["organization"]["contacts"]["totalCount"]["value"].clone();

        let merged = admin.merge(&[&first, &second]).await;
        assert_eq!(merged["merge"]["moved"][0]["contacts"], 700);
        assert_eq!(count(&first).await, 500);
        assert_eq!(
            admin.no_merge(&[&admin.organization("Other").await, &first]).await,
            "INVALID members.1.id: has contacts that are still being moved after an earlier mutation; try again in a few seconds"
        );
        app.store.system().settle_references().await.unwrap();
        assert_eq!(count(&first).await, 700);

        let parted = admin.part(&first, &merged["merge"]["id"]).await;
        assert_eq!(parted["movedBack"][0]["contacts"], 700);
        app.store.system().settle_references().await.unwrap();
        assert_eq!((count(&first).await, count(&second).await), (json!(0), json!(700)));

        // Undone before all have followed, and with the survivor in the trash meanwhile.
        let again = admin.merge(&[&first, &second]).await;
        admin.part(&first, &again["merge"]["id"]).await;
        app.store.system().settle_references().await.unwrap();
        assert_eq!((count(&first).await, count(&second).await), (json!(0), json!(700)));
        admin.merge(&[&first, &second]).await;
        admin.delete(&first).await;
        app.store.system().settle_references().await.unwrap();
        let without = "{ contacts(filter: { hasOrganization: false }) { totalCount { value } } }";
        assert_eq!(admin.data(without, json!({})).await["contacts"]["totalCount"]["value"], 700);
        admin.restore(&first).await;
        app.store.system().settle_references().await.unwrap();
        assert_eq!(count(&first).await, 700);
    }
}
