//! Restoring of deleted records.

use external_contacts::model::{Permission, Permissions};
use serde_json::{Value, json};

use super::{PURGE, RESTORE_CONTACT, RESTORE_NOTE, RESTORE_ORGANIZATION, UPDATE_ORGANIZATION};
use crate::changes::last_cursor;
use crate::support::operations::{CREATE_CONTACT, CREATE_RELATIONSHIP, RECORD_INTERACTION, UPDATE_CONTACT};
use crate::support::{TestCaller, on_both_engines};

const FOLLOW: &str = "subscription ($after: String) { changes(after: $after) { action label version } }";
const SHOWN: &str = "query ($contact: ID!, $organization: ID!, $interaction: ID!) {
    contact(id: $contact) { displayName version organization { name } notes { nodes { id version } }
      interactions { nodes { id } } }
    organization(id: $organization) { name version primaryContact { id } contacts { nodes { id } }
      notes { nodes { id version } } relationships { nodes { id version } } interactions { nodes { id } } }
    interaction(id: $interaction) { version contact { id } organization { id } }
    node(id: $contact) { id }
    contacts { nodes { id } } organizations { nodes { id } }
    byKey: contacts(filter: { externalId: { source: \"crm\", value: \"7\" } }) { nodes { id } }
    ofContact: interactions(filter: { contactId: { eq: $contact } }) { totalCount { value } }
    linked: interactions(filter: { hasContact: true }) { totalCount { value } }
    searchContacts(query: \"lovelace\") { nodes { id } }
    viewer { tenant { managedEntities trashedRecords { value precision } } } }";

/// An organization with a primary contact, a note, a relationship and an interaction with both.
struct Company {
    organization: Value,
    contact: Value,
    note: Value,
    other_note: Value,
    relationship: Value,
    interaction: Value,
}

impl Company {
    async fn made_by(admin: &TestCaller<'_>) -> Self {
        let organization = admin.organization("Engines").await;
        let contact = json!({ "lastName": "Lovelace", "organizationId": organization,
            "externalIds": [{ "source": "crm", "value": "7" }, { "source": "erp", "value": "8" }] });
        let contact = admin.done(CREATE_CONTACT, contact).await["contact"]["id"].take();
        let leads = json!({ "id": organization, "primaryContactId": contact });
        admin.done(UPDATE_ORGANIZATION, leads).await;
        let user = admin.user("ada").await;
        let call = json!({ "mediaType": "CALL", "direction": "INBOUND", "startedAt": "2026-03-01T12:00:00Z",
            "contactId": contact, "organizationId": organization });
        Self {
            note: admin.note(&contact, "Likes engines").await,
            other_note: admin.note(&organization, "Builds engines").await,
            relationship: admin.relationship(&user, &organization, "Owner").await,
            interaction: admin.done(RECORD_INTERACTION, call).await["interaction"]["id"].take(),
            organization,
            contact,
        }
    }

    async fn shown_to(&self, admin: &TestCaller<'_>) -> Value {
        let variables = json!({ "contact": self.contact, "organization": self.organization,
            "interaction": self.interaction });
        admin.data(SHOWN, variables).await
    }
}

/// The value without the versions of the records that were restored.
fn without_versions(mut shown: Value) -> Value {
    fn forget(value: &mut Value) {
        match value {
            Value::Object(fields) => {
                fields.retain(|name, _| name != "version");
                fields.values_mut().for_each(forget);
            }
            Value::Array(items) => items.iter_mut().for_each(forget),
            _ => {}
        }
    }
    forget(&mut shown);
    shown
}

on_both_engines! {
    async fn a_contact_returns_as_it_was(app: &TestApp) {
        let admin = app.admin().await;
        let company = Company::made_by(&admin).await;
        let before = company.shown_to(&admin).await;
        assert_eq!(before["organization"]["primaryContact"]["id"], company.contact);
        let cursor = last_cursor(&admin, 7).await;

        let deleted = admin.delete(&company.contact).await;
        assert_eq!((&deleted["deletedNotes"], &deleted["detachedInteractions"]), (&json!(1), &json!(1)));
        let meanwhile = company.shown_to(&admin).await;
        for part in ["contact", "node"] {
            assert_eq!(meanwhile[part], Value::Null);
        }
        for list in ["contacts", "byKey", "searchContacts"] {
            assert_eq!(meanwhile[list]["nodes"], json!([]), "{list}");
        }
        assert_eq!(meanwhile["organization"]["primaryContact"], Value::Null);
        assert_eq!(meanwhile["organization"]["version"], before["organization"]["version"]);
        assert_eq!(meanwhile["interaction"]["contact"], Value::Null);
        for list in ["ofContact", "linked"] {
            assert_eq!(meanwhile[list]["totalCount"]["value"], 1, "{list}");
        }
        let tenant = &meanwhile["viewer"]["tenant"];
        assert_eq!(tenant["managedEntities"], json!(before["viewer"]["tenant"]["managedEntities"].as_i64().unwrap() - 2));
        assert_eq!(tenant["trashedRecords"], json!({ "value": 1, "precision": "EXACT" }));

        let restored = admin.restore(&company.contact).await;
        assert_eq!(restored["contact"]["version"], 2);
        assert_eq!((&restored["restoredNotes"], &restored["lost"]), (&json!(1), &json!([])));
        let after = company.shown_to(&admin).await;
        assert_eq!(without_versions(after.clone()), without_versions(before));
        assert_eq!(after["contact"]["notes"]["nodes"][0]["version"], 2);
        assert_eq!(after["interaction"]["version"], 1);
        assert_eq!(admin.trash().await, Vec::<Value>::new());
        assert_eq!(
            admin.no_restoration(&company.contact).await,
            "NOT_FOUND id: there is no deleted contact with this id"
        );

        let mut events = admin.follow(FOLLOW, json!({ "after": cursor }));
        let told: Vec<String> = events.changes(4).await.iter().map(|change| {
            let text = |field: &str| change[field].as_str().unwrap_or_default().to_owned();
            format!("{} {} {}", text("action"), text("label"), change["version"])
        }).collect();
        assert_eq!(
            told,
            ["DELETED Likes engines 1", "DELETED Lovelace 1", "RESTORED Lovelace 2", "RESTORED Likes engines 2"]
        );
    }

    async fn an_organization_returns_as_it_was(app: &TestApp) {
        let admin = app.admin().await;
        let company = Company::made_by(&admin).await;
        let before = company.shown_to(&admin).await;

        let deleted = admin.delete(&company.organization).await;
        assert_eq!((&deleted["deletedNotes"], &deleted["deletedRelationships"]), (&json!(1), &json!(1)));
        assert_eq!((&deleted["detachedContacts"], &deleted["detachedInteractions"]), (&json!(1), &json!(1)));
        let meanwhile = company.shown_to(&admin).await;
        assert_eq!(meanwhile["organization"], Value::Null);
        assert_eq!(meanwhile["contact"]["organization"], Value::Null);
        assert_eq!(meanwhile["contact"]["version"], before["contact"]["version"]);
        assert_eq!(meanwhile["interaction"]["organization"], Value::Null);
        let without = "{ contacts(filter: { hasOrganization: false }) { nodes { id } } }";
        assert_eq!(admin.data(without, json!({})).await["contacts"]["nodes"][0]["id"], company.contact);

        let restored = admin.restore(&company.organization).await;
        assert_eq!(restored["organization"]["primaryContact"]["displayName"], "Lovelace");
        assert_eq!(
            [&restored["restoredNotes"], &restored["restoredRelationships"], &restored["reattachedContacts"]],
            [&json!(1), &json!(1), &json!(1)]
        );
        assert_eq!(restored["lost"], json!([]));
        let after = company.shown_to(&admin).await;
        assert_eq!(without_versions(after), without_versions(before));
        let found = "{ searchContacts(query: \"lovelace engines\") { nodes { id } } }";
        assert_eq!(admin.data(found, json!({})).await["searchContacts"]["nodes"], json!([{ "id": company.contact }]));
    }

    async fn external_ids_that_others_have_by_now_are_lost(app: &TestApp) {
        let admin = app.admin().await;
        let company = Company::made_by(&admin).await;
        admin.delete(&company.contact).await;
        let other = json!({ "lastName": "Babbage", "externalIds": [{ "source": "crm", "value": "7" }] });
        let other = admin.done(CREATE_CONTACT, other).await["contact"]["id"].take();

        let restored = admin.restore(&company.contact).await;
        assert_eq!(restored["contact"]["externalIds"], json!([{ "value": "8" }]));
        let message = format!("{} has this external id by now", other.as_str().unwrap());
        assert_eq!(
            restored["lost"],
            json!([{ "field": ["externalIds"], "message": message, "value": "crm:7" }])
        );
        let found = company.shown_to(&admin).await["byKey"]["nodes"].take();
        assert_eq!(found, json!([{ "id": other }]));
    }

    async fn a_contact_whose_employer_is_deleted_returns_to_it_with_it(app: &TestApp) {
        let admin = app.admin().await;
        let company = Company::made_by(&admin).await;
        admin.delete(&company.contact).await;
        admin.delete(&company.organization).await;

        let restored = admin.restore(&company.contact).await;
        assert_eq!(restored["contact"]["organization"], Value::Null);
        assert_eq!(restored["lost"][0]["field"], json!(["organization"]));
        assert_eq!(restored["lost"][0]["value"], company.organization);

        let restored = admin.restore(&company.organization).await;
        assert_eq!(restored["reattachedContacts"], 1);
        assert_eq!(company.shown_to(&admin).await["contact"]["organization"]["name"], "Engines");
    }

    async fn a_contact_that_is_deleted_after_its_employer_and_restored_after_it_works_there_again(app: &TestApp) {
        let admin = app.admin().await;
        let company = Company::made_by(&admin).await;
        admin.delete(&company.organization).await;
        admin.delete(&company.contact).await;

        let restored = admin.restore(&company.organization).await;
        assert_eq!(restored["reattachedContacts"], 0);
        assert_eq!(restored["lost"][0]["field"], json!(["primaryContact"]));
        let restored = admin.restore(&company.contact).await;
        assert_eq!(restored["contact"]["organization"]["name"], "Engines");
        assert_eq!(restored["lost"], json!([]));
        let leads = company.shown_to(&admin).await["organization"]["primaryContact"]["id"].take();
        assert_eq!(leads, company.contact);
    }

    async fn a_primary_contact_that_is_restored_before_its_organization_leads_it_again(app: &TestApp) {
        let admin = app.admin().await;
        let company = Company::made_by(&admin).await;
        admin.delete(&company.contact).await;
        admin.delete(&company.organization).await;
        admin.restore(&company.contact).await;

        let restored = admin.restore(&company.organization).await;
        assert_eq!(restored["organization"]["primaryContact"]["displayName"], "Lovelace");
        assert_eq!(restored["lost"], json!([]));
    }

    async fn a_contact_with_another_employer_by_now_keeps_it(app: &TestApp) {
        let admin = app.admin().await;
        let company = Company::made_by(&admin).await;
        admin.delete(&company.organization).await;
        let other = admin.organization("Looms").await;
        admin.done(UPDATE_CONTACT, json!({ "id": company.contact, "organizationId": other })).await;

        let restored = admin.restore(&company.organization).await;
        assert_eq!(restored["reattachedContacts"], 0);
        assert_eq!(restored["organization"]["primaryContact"], Value::Null);
        assert_eq!(restored["lost"][0]["field"], json!(["primaryContact"]));
        assert_eq!(company.shown_to(&admin).await["contact"]["organization"]["name"], "Looms");
    }

    async fn parts_return_with_what_they_were_deleted_with(app: &TestApp) {
        let admin = app.admin().await;
        let company = Company::made_by(&admin).await;
        admin.delete(&company.note).await;
        let second = admin.note(&company.contact, "Likes looms").await;
        admin.delete(&company.contact).await;
        let with = |id: &Value| {
            let id = id.as_str().unwrap();
            format!("NOT_FOUND id: was deleted together with {id}; restore that, and it returns with it")
        };
        assert_eq!(admin.no_restoration(&second).await, with(&company.contact));
        let of_deleted = format!(
            "NOT_FOUND id: belongs to the deleted contact {}; restore that first",
            company.contact.as_str().unwrap()
        );
        assert_eq!(admin.no_restoration(&company.note).await, of_deleted);
        assert_eq!(admin.restore(&company.contact).await["restoredNotes"], 1);
        assert_eq!(admin.restore(&company.note).await["note"]["version"], 2);

        admin.delete(&company.organization).await;
        assert_eq!(admin.no_restoration(&company.relationship).await, with(&company.organization));
        assert_eq!(admin.no_restoration(&company.other_note).await, with(&company.organization));
        admin.restore(&company.organization).await;
        assert_eq!(admin.trash().await, Vec::<Value>::new());
    }

    async fn a_relationship_is_not_current_twice(app: &TestApp) {
        let admin = app.admin().await;
        let company = Company::made_by(&admin).await;
        admin.delete(&company.relationship).await;
        let user = admin.user("ada").await;
        let input = json!({ "userId": user, "organizationId": company.organization, "type": "owner" });
        let second = admin.done(CREATE_RELATIONSHIP, input).await["relationship"]["id"].take();

        assert!(admin.no_restoration(&company.relationship).await.starts_with("TAKEN type: this user has a current"));
        admin.delete(&second).await;
        assert_eq!(admin.restore(&company.relationship).await["relationship"]["type"], "Owner");
        assert!(admin.no_restoration(&second).await.starts_with("TAKEN type"));
    }

    async fn what_does_not_fit_into_the_limit_stays_in_the_trash(app: &TestApp) {
        let admin = app.admin().await;
        let company = Company::made_by(&admin).await;
        admin.delete(&company.contact).await;
        app.tenant.set_limit(4).await.unwrap();

        assert!(admin.no_restoration(&company.contact).await.starts_with("ENTITY_LIMIT_REACHED"));
        assert_eq!(admin.trash().await, std::slice::from_ref(&company.contact));
        app.tenant.set_limit(5).await.unwrap();
        assert_eq!(admin.restore(&company.contact).await["restoredNotes"], 1);
    }

    async fn notes_of_others_take_a_permission_of_their_own(app: &TestApp) {
        let admin = app.admin().await;
        let company = Company::made_by(&admin).await;
        admin.delete(&company.note).await;

        let permissions = Permissions::all().without(Permission::NoteEditAny);
        let other = app.caller_of(&app.tenant, "other", permissions).await;
        let errors = other.errors(RESTORE_NOTE, json!({ "input": { "id": company.note } })).await;
        assert!(errors.starts_with("FORBIDDEN restoreNote"), "{errors}");
        let own = other.note(&company.contact, "Mine").await;
        other.delete(&own).await;
        assert_eq!(other.restore(&own).await["note"]["text"], "Mine");
    }

    async fn another_tenant_restores_nothing(app: &TestApp) {
        let admin = app.admin().await;
        let company = Company::made_by(&admin).await;
        admin.delete(&company.contact).await;
        let beta = app.tenant("beta").await;
        let other = app.caller_of(&beta, "admin", Permissions::all()).await;

        assert_eq!(
            other.no_restoration(&company.contact).await,
            "NOT_FOUND id: there is no deleted contact with this id"
        );
        assert_eq!(other.trash().await, Vec::<Value>::new());
        assert_eq!(
            other.refusal(PURGE, json!({ "ids": [company.contact] })).await,
            "NOT_FOUND ids.0: there is no deleted record with this id"
        );
    }

    async fn a_contact_and_its_employer_are_restored_at_the_same_time(app: &TestApp) {
        let admin = app.admin().await;
        let company = Company::made_by(&admin).await;
        for round in 0..12 {
            // The employer is deleted before its contact or after it.
            let mut order = [&company.organization, &company.contact];
            order.rotate_left(round % 2);
            for id in order {
                admin.delete(id).await;
            }
            let restored = tokio::join!(admin.restore(&company.contact), admin.restore(&company.organization));
            app.store.system().settle_references().await.unwrap();
            let shown = company.shown_to(&admin).await;
            assert_eq!(shown["contact"]["organization"]["name"], "Engines", "round {round}: {restored:?}");
        }
    }

    async fn an_id_of_another_kind_is_refused(app: &TestApp) {
        let admin = app.admin().await;
        let company = Company::made_by(&admin).await;
        admin.delete(&company.contact).await;
        for (mutation, id) in [(RESTORE_ORGANIZATION, &company.contact), (RESTORE_CONTACT, &company.organization)] {
            let refusal = admin.refusal(mutation, json!({ "id": id })).await;
            assert!(refusal.starts_with("INVALID id: is not the id of a"), "{refusal}");
        }
    }
}
