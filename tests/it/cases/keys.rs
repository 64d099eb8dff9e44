//! Values that only one record may have: each refusal leads to the record that has it.

use external_contacts::model::Permission;
use serde_json::{Value, json};

use crate::support::operations::{CREATE_CONTACT, UPDATE_CONTACT};
use crate::support::{TestCaller, on_both_engines};

/// A mutation that answers with the new record's id, or with the record that is in the way.
fn mutation(name: &str, record: &str) -> String {
    let input = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
    format!(
        "mutation ($input: {input}!) {{ {name}(input: $input) {{
            {record} {{ id }} userErrors {{ code field message recordId }} }} }}"
    )
}

/// The id of the record that is in the way of a mutation.
async fn in_the_way(caller: &TestCaller<'_>, mutation: &str, input: Value) -> Value {
    let mut payload = caller.payload(mutation, input).await;
    let errors = payload["userErrors"].as_array_mut().unwrap();
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert_eq!(errors[0]["code"], "TAKEN");
    errors[0]["recordId"].take()
}

fn with_key(value: &str) -> Value {
    json!({ "lastName": "Doe", "externalIds": [{ "source": "crm", "value": value }] })
}

on_both_engines! {
    async fn a_taken_external_id_names_the_record_that_has_it(app: &TestApp) {
        let admin = app.admin().await;
        let (create, update) = (mutation("createContact", "contact"), mutation("updateContact", "contact"));
        let first = admin.done(CREATE_CONTACT, with_key("77")).await["contact"]["id"].take();
        let second = admin.contact("Roe").await;

        assert_eq!(in_the_way(&admin, &create, with_key("77")).await, first);
        let mut change = with_key("77");
        change["id"] = second;
        assert_eq!(in_the_way(&admin, &update, change.clone()).await, first);

        let create = mutation("createOrganization", "organization");
        let mut input = json!({ "name": "Acme", "externalIds": [{ "source": "crm", "value": "77" }] });
        let organization = admin.done(&create, input.clone()).await["organization"]["id"].take();
        input["name"] = json!("Other");
        assert_eq!(in_the_way(&admin, &create, input).await, organization);

        let blind = app.caller([Permission::ContactEdit]).await;
        assert_eq!(in_the_way(&blind, &mutation_without_record(), change).await, Value::Null, "may not view contacts");
        let other = json!({ "id": first, "title": "Dr" });
        assert_eq!(admin.payload(UPDATE_CONTACT, other).await["userErrors"], json!([]));
    }

    async fn a_taken_name_of_a_wrap_up_code_names_the_code(app: &TestApp) {
        let admin = app.admin().await;
        let create = mutation("createWrapUpCode", "wrapUpCode");
        let code = admin.done(&create, json!({ "name": "Café" })).await["wrapUpCode"]["id"].take();

        assert_eq!(in_the_way(&admin, &create, json!({ "name": "CAFE" })).await, code);
        let other = admin.done(&create, json!({ "name": "Tea" })).await["wrapUpCode"]["id"].take();
        let rename = mutation("updateWrapUpCode", "wrapUpCode");
        assert_eq!(in_the_way(&admin, &rename, json!({ "id": other, "name": "cafe" })).await, code);
    }

    async fn a_second_current_relationship_names_the_first(app: &TestApp) {
        let admin = app.admin().await;
        let (user, organization) = (admin.user("uma").await, admin.organization("Acme").await);
        let create = mutation("createRelationship", "relationship");
        let input = json!({ "userId": user, "organizationId": organization, "type": "Owner" });
        let first = admin.done(&create, input.clone()).await["relationship"]["id"].take();

        assert_eq!(in_the_way(&admin, &create, input.clone()).await, first);
        let mut other = input;
        other["type"] = json!("Sponsor");
        let second = admin.done(&create, other).await["relationship"]["id"].take();
        let update = mutation("updateRelationship", "relationship");
        assert_eq!(in_the_way(&admin, &update, json!({ "id": second, "type": "owner" })).await, first);
    }
}

/// `updateContact` for a caller who may not view the contact.
fn mutation_without_record() -> String {
    mutation("updateContact", "contact").replace("contact { id } ", "")
}
