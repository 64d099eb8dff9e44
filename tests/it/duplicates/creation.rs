//! Creations of records that may be there already.

use external_contacts::model::Permission;
use serde_json::{Value, json};

use super::told;
use crate::support::on_both_engines;

const CREATE: &str =
    "mutation ($input: CreateContactInput!) { createContact(input: $input) { contact { displayName }
    possibleDuplicates { score reasons { kind value } record { ... on Contact { displayName } } }
    userErrors { code field message recordId } } }";
const CREATE_ALL: &str = "mutation ($input: CreateContactsInput!) { createContacts(input: $input) { results {
    possibleDuplicates { score record { __typename } } userErrors { code } } } }";
const LIKE_ADA: &str = "90 Ada: SAME_EMAIL ada@example.com, SIMILAR_NAME Ada";

fn ada() -> Value {
    json!({ "lastName": "Ada", "emailAddresses": [{ "address": "ada@example.com" }] })
}

fn ada_with(field: &str, value: impl Into<Value>) -> Value {
    let mut input = ada();
    input[field] = value.into();
    input
}

on_both_engines! {
    async fn a_duplicate_is_created_or_refused_as_the_input_says(app: &TestApp) {
        let admin = app.admin().await;
        let first = admin.payload(CREATE, ada_with("onDuplicate", "REFUSE")).await;
        assert_eq!([&first["contact"]["displayName"], &first["possibleDuplicates"]], [&json!("Ada"), &json!([])]);
        let listed = admin.data("{ contacts { nodes { id } } }", json!({})).await;
        let id = &listed["contacts"]["nodes"][0]["id"];

        let refused = admin.payload(CREATE, ada_with("onDuplicate", "REFUSE")).await;
        assert_eq!(refused["contact"], Value::Null);
        assert_eq!(told(&refused["possibleDuplicates"]), [LIKE_ADA]);
        let message = "may be there already; use the similar record, or create this one without refusing duplicates";
        assert_eq!(refused["userErrors"], json!([{ "code": "DUPLICATE", "field": ["onDuplicate"], "message": message, "recordId": id }]));
        assert_eq!(app.tenant.managed_entities().await.unwrap(), 1);

        // A score below 80 refuses nothing.
        admin.payload(CREATE, json!({ "firstName": "Ben", "lastName": "Gomez", "phoneNumbers": [{ "input": "+12025550123" }] })).await;
        let cleo = json!({ "firstName": "Cleo", "lastName": "Adams", "phoneNumbers": [{ "input": "+12025550123" }], "onDuplicate": "REFUSE" });
        let other = admin.payload(CREATE, cleo).await;
        assert_eq!(other["contact"]["displayName"], "Cleo Adams");
        assert_eq!(told(&other["possibleDuplicates"]), ["50 Ben Gomez: SAME_PHONE +12025550123"]);
        let second = admin.payload(CREATE, ada()).await;
        assert_eq!(second["contact"]["displayName"], "Ada");
        assert_eq!(told(&second["possibleDuplicates"])[0], LIKE_ADA);
        let invalid = admin.payload(CREATE, json!({ "title": "Nobody", "onDuplicate": "REFUSE" })).await;
        assert_eq!(invalid["possibleDuplicates"], Value::Null);
    }

    async fn a_dry_run_checks_a_contact_while_it_is_typed(app: &TestApp) {
        let admin = app.admin().await;
        admin.payload(CREATE, ada()).await;
        let typed = admin.payload(CREATE, ada_with("dryRun", true)).await;
        assert_eq!(told(&typed["possibleDuplicates"]), [LIKE_ADA]);
        assert_eq!(app.tenant.managed_entities().await.unwrap(), 1);
    }

    async fn a_repeated_creation_is_no_duplicate_of_itself(app: &TestApp) {
        let admin = app.admin().await;
        let mut input = ada_with("onDuplicate", "REFUSE");
        input["idempotencyKey"] = json!("1");
        let first = admin.payload(CREATE, input.clone()).await;
        assert_eq!(admin.payload(CREATE, input).await, first);
        assert_eq!(first["contact"]["displayName"], "Ada");
    }

    async fn of_creations_at_once_that_refuse_duplicates_one_is_accepted(app: &TestApp) {
        let admin = app.admin().await;
        let company = admin.organization("Engines").await;
        let inputs = [
            ada_with("onDuplicate", "REFUSE"),
            json!({ "firstName": "Ben", "lastName": "Gomez", "organizationId": company, "onDuplicate": "REFUSE" }),
        ];
        for input in inputs {
            let creations = (0..8).map(|_| admin.payload(CREATE, input.clone()));
            let payloads = futures_util::future::join_all(creations).await;
            let refused = payloads.iter().filter(|payload| payload["userErrors"][0]["code"] == "DUPLICATE").count();
            assert_eq!(refused, 7, "{payloads:?}");
        }
        assert_eq!(app.tenant.managed_entities().await.unwrap(), 3);
    }

    async fn the_employer_of_a_refused_contact_may_be_merged(app: &TestApp) {
        let admin = app.admin().await;
        let (company, part) = (admin.organization("Engines").await, admin.organization("Engines Ltd").await);
        admin.merge(&[&company, &part]).await;
        let input = json!({ "firstName": "Ada", "lastName": "Lovelace", "organizationId": part, "onDuplicate": "REFUSE" });
        admin.payload(CREATE, input.clone()).await;
        let refused = admin.payload(CREATE, input).await;
        assert_eq!(told(&refused["possibleDuplicates"]), ["80 Ada Lovelace: SAME_NAME_AND_ORGANIZATION Ada Lovelace"]);
    }

    async fn the_items_of_a_bulk_have_their_duplicates_by_one_statement(app: &TestApp) {
        let admin = app.admin().await;
        let mut counts = Vec::new();
        for size in [1, 10] {
            let items: Vec<Value> = (0..size).map(|number| json!({ "firstName": "Ada", "lastName": format!("{number}"),
                "emailAddresses": [{ "address": format!("{number}@example.com") }] })).collect();
            admin.data(CREATE_ALL, json!({ "input": { "items": items } })).await;
            let before = app.store.statements();
            let data = admin.data(CREATE_ALL, json!({ "input": { "items": items } })).await;
            counts.push(app.store.statements() - before);
            let results = data["createContacts"]["results"].as_array().unwrap().clone();
            assert!(results.iter().all(|result| result["possibleDuplicates"][0]["score"] == 95), "{results:?}");
        }
        assert_eq!(counts[0], counts[1]);
    }

    async fn who_may_not_view_contacts_learns_only_that_there_is_one(app: &TestApp) {
        let admin = app.admin().await;
        admin.payload(CREATE, ada()).await;
        let caller = app.caller([Permission::ContactAdd]).await;
        let errors = caller.errors(CREATE, json!({ "input": ada() })).await;
        assert!(errors.contains("FORBIDDEN createContact.possibleDuplicates"), "{errors}");
        let create = "mutation ($input: CreateContactInput!) { createContact(input: $input) { userErrors { code field message } } }";
        let refusal = caller.refusal(create, ada_with("onDuplicate", "REFUSE")).await;
        assert!(refusal.starts_with("DUPLICATE onDuplicate"), "{refusal}");
    }
}
