//! Mutations repeated with an idempotency key: one effect, and the first answer again.

use std::collections::BTreeSet;
use std::sync::Arc;

use apollo_compiler::Schema;
use apollo_compiler::schema::ExtendedType;
use chrono::TimeDelta;
use external_contacts::graphql;
use external_contacts::limits::{CallerLimits, Limits};
use external_contacts::model::{Permission, Permissions};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::support::operations::{CREATE_CONTACT, DELETE_CONTACT};
use crate::support::{TestApp, TestCaller, on_both_engines};

/// Mutations that take no key, each with the reason why a repetition does no harm.
const IDEMPOTENT: &[(&str, &str)] = &[
    ("deactivateUser", "sets a state"),
    ("deleteContact", "a second deletion is NOT_FOUND"),
    ("deleteContacts", "a second deletion is NOT_FOUND"),
    ("deleteNote", "a second deletion is NOT_FOUND"),
    ("deleteNotes", "a second deletion is NOT_FOUND"),
    ("deleteOrganization", "a second deletion is NOT_FOUND"),
    ("deleteOrganizations", "a second deletion is NOT_FOUND"),
    ("deleteRelationship", "a second deletion is NOT_FOUND"),
    ("deleteRelationships", "a second deletion is NOT_FOUND"),
    ("mergeContacts", "a second merge names one record twice"),
    ("mergeOrganizations", "a second merge names one record twice"),
    ("purgeTrash", "a second purge is NOT_FOUND"),
    ("reactivateUser", "sets a state"),
    ("restoreContact", "a second restoration is NOT_FOUND"),
    ("restoreNote", "a second restoration is NOT_FOUND"),
    ("restoreOrganization", "a second restoration is NOT_FOUND"),
    ("restoreRelationship", "a second restoration is NOT_FOUND"),
    ("undoContactMerge", "a merge is undone once"),
    ("undoOrganizationMerge", "a merge is undone once"),
    ("undoRelationshipTransfer", "a second undo is NOT_FOUND"),
    (
        "updateContact",
        "sets values; expectedVersion guards the changes of others",
    ),
    (
        "updateContacts",
        "sets values; expectedVersion guards the changes of others",
    ),
    (
        "updateNote",
        "sets values; expectedVersion guards the changes of others",
    ),
    (
        "updateNotes",
        "sets values; expectedVersion guards the changes of others",
    ),
    (
        "updateOrganization",
        "sets values; expectedVersion guards the changes of others",
    ),
    (
        "updateOrganizations",
        "sets values; expectedVersion guards the changes of others",
    ),
    (
        "updateRelationship",
        "sets values; expectedVersion guards the changes of others",
    ),
    (
        "updateRelationships",
        "sets values; expectedVersion guards the changes of others",
    ),
    ("updateTenant", "sets values"),
    (
        "updateWrapUpCode",
        "sets values; expectedVersion guards the changes of others",
    ),
    (
        "updateWrapUpCodes",
        "sets values; expectedVersion guards the changes of others",
    ),
    ("upsertContact", "its key finds the record that the first created"),
    (
        "upsertContacts",
        "their keys find the records that the first created",
    ),
    (
        "upsertOrganization",
        "its key finds the record that the first created",
    ),
    (
        "upsertOrganizations",
        "their keys find the records that the first created",
    ),
    ("upsertUser", "its subject finds the user that the first created"),
    (
        "upsertUsers",
        "their subjects find the users that the first created",
    ),
];

/// The mutations of the schema that take a key, and those that do not.
fn mutations() -> (BTreeSet<String>, BTreeSet<String>) {
    let sdl = graphql::operation_sdl(&graphql::schema(Limits::default(), CallerLimits::default()));
    let schema = Schema::parse_and_validate(sdl, "schema.graphql").unwrap();
    let Some(ExtendedType::Object(mutations)) = schema.types.get("Mutation") else {
        panic!("there are mutations")
    };
    let takes_key = |input: &str| {
        let Some(ExtendedType::InputObject(input)) = schema.types.get(input) else {
            panic!("{input} is an input")
        };
        input.fields.contains_key("idempotencyKey")
    };
    mutations
        .fields
        .iter()
        .map(|(name, field)| {
            (
                name.to_string(),
                field.arguments[0].ty.inner_named_type().to_string(),
            )
        })
        .fold(Default::default(), |(mut with, mut without), (name, input)| {
            if takes_key(&input) {
                with.insert(name);
            } else {
                without.insert(name);
            }
            (with, without)
        })
}

/// The document of a mutation, and an input that succeeds, for each that takes a key.
async fn inputs(admin: &TestCaller<'_>) -> Vec<(&'static str, &'static str, Value)> {
    let organization = admin.organization("Acme").await;
    let contact = admin.employee("Lovelace", &organization).await;
    let (ann, ben) = (admin.user("ann").await, admin.user("ben").await);
    let made = admin
        .data(
            "mutation ($call: RecordInteractionInput!) {
                recordInteraction(input: $call) { interaction { id } }
                createWrapUpCode(input: { name: \"Sold\" }) { wrapUpCode { id } } }",
            json!({ "call": { "mediaType": "CALL", "direction": "INBOUND", "startedAt": "2026-03-01T12:00:00Z" } }),
        )
        .await;
    let (call, code) = (
        &made["recordInteraction"]["interaction"]["id"],
        &made["createWrapUpCode"]["wrapUpCode"]["id"],
    );
    let relationship = json!({ "userId": ann, "organizationId": organization, "type": "Owner" });
    vec![
        (
            "createContact",
            "contact { id version }",
            json!({ "lastName": "Hopper" }),
        ),
        (
            "createContacts",
            "results { contact { id version } }",
            json!({ "items": [{ "lastName": "Hopper" }, { "lastName": "Babbage" }] }),
        ),
        (
            "createNote",
            "note { id version }",
            json!({ "subjectId": contact, "text": "Hi" }),
        ),
        (
            "createNotes",
            "results { note { id version } }",
            json!({ "items": [{ "subjectId": contact, "text": "Hi" }, { "subjectId": organization, "text": "Hi" }] }),
        ),
        (
            "createOrganization",
            "organization { id version }",
            json!({ "name": "Initech" }),
        ),
        (
            "createOrganizations",
            "results { organization { id version } }",
            json!({ "items": [{ "name": "Hooli" }, { "name": "Pied Piper" }] }),
        ),
        (
            "createRelationships",
            "results { relationship { id version } }",
            json!({ "items": [{ "userId": ann, "organizationId": organization, "type": "Seller" }] }),
        ),
        (
            "createWrapUpCodes",
            "results { wrapUpCode { id version } }",
            json!({ "items": [{ "name": "Open" }, { "name": "Closed" }] }),
        ),
        ("createRelationship", "relationship { id version }", relationship),
        (
            "createWrapUpCode",
            "wrapUpCode { id version }",
            json!({ "name": "Lost" }),
        ),
        (
            "linkInteraction",
            "interaction { id version contact { id } }",
            json!({ "id": call, "contactId": contact }),
        ),
        (
            "recordInteraction",
            "created interaction { id version }",
            json!({
            "mediaType": "CALL", "direction": "INBOUND", "startedAt": "2026-03-01T13:00:00Z" }),
        ),
        (
            "recordInteractions",
            "results { created interaction { id version } }",
            json!({ "items": [{ "mediaType": "CALL", "direction": "INBOUND", "startedAt": "2026-03-01T14:00:00Z" }] }),
        ),
        (
            "transferRelationships",
            "moved ended hasMore transferId",
            json!({ "fromUserId": ann, "toUserId": ben }),
        ),
        (
            "wrapUpInteraction",
            "interaction { id version }",
            json!({ "id": call, "codeId": code }),
        ),
    ]
}

fn document(mutation: &str, fields: &str) -> String {
    let (first, rest) = mutation.split_at(1);
    let input = format!("{}{rest}Input", first.to_uppercase());
    format!(
        "mutation ($input: {input}!) {{ {mutation}(input: $input) {{ {fields} userErrors {{ code field message }} }} }}"
    )
}

fn with_key(mut input: Value, key: &str) -> Value {
    input["idempotencyKey"] = json!(key);
    input
}

/// The number of records, which a second effect would change.
async fn count(app: &TestApp, admin: &TestCaller<'_>) -> (i64, Value) {
    let data = admin
        .data("{ contacts { totalCount { value } } wrapUpCodes { totalCount { value } } interactions { totalCount { value } } }", json!({}))
        .await;
    (app.tenant.managed_entities().await.unwrap(), data)
}

#[test]
fn every_mutation_takes_a_key_or_does_no_harm_when_it_is_repeated() {
    let (_, without) = mutations();
    let idempotent: BTreeSet<String> = IDEMPOTENT.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(without, idempotent);
}

on_both_engines! {
    async fn a_mutation_repeated_with_its_key_has_one_effect_and_the_same_answer(app: &TestApp) {
        let admin = app.admin().await;
        let other = app.again().await;
        let inputs = inputs(&admin).await;
        let named: BTreeSet<String> = inputs.iter().map(|(name, ..)| (*name).to_owned()).collect();
        assert_eq!(named, mutations().0, "every mutation that takes a key is repeated");
        for (mutation, fields, input) in inputs {
            let document = document(mutation, fields);
            let variables = json!({ "input": with_key(input, "Key 1") });
            let first = admin.run(&document, variables.clone()).await;
            assert_eq!(first["data"][mutation]["userErrors"], json!([]), "{first}");
            let before = count(app, &admin).await;

            let restarted = other.caller_over_own_store(admin.caller.clone());
            assert_eq!(restarted.run(&document, variables.clone()).await, first, "{mutation}");
            assert_eq!(admin.run(&document, variables).await, first, "{mutation}");
            assert_eq!(count(app, &admin).await, before, "{mutation}");
        }
    }

    async fn when_many_arrive_at_once_one_is_carried_out(app: &TestApp) {
        let admin = app.admin().await;
        let servers = [Arc::new(app.again().await), Arc::new(app.again().await)];
        let mut running = JoinSet::new();
        for number in 0..16 {
            let (server, caller) = (servers[number % 2].clone(), admin.caller.clone());
            running.spawn(async move {
                let input = json!({ "lastName": "Lovelace", "idempotencyKey": "7" });
                server.caller_over_own_store(caller).done(CREATE_CONTACT, input).await["contact"]["id"].to_string()
            });
        }
        let ids: BTreeSet<String> = running.join_all().await.into_iter().collect();

        assert_eq!(ids.len(), 1, "{ids:?}");
        assert_eq!(app.tenant.managed_entities().await.unwrap(), 1);
        assert_eq!(servers.iter().map(|server| server.store.contended()).sum::<u64>(), 0);
    }

    async fn a_key_belongs_to_one_input_of_one_user_for_a_day(app: &TestApp) {
        let admin = app.admin().await;
        let input = |name: &str| json!({ "lastName": name, "idempotencyKey": "7" });
        let id = admin.done(CREATE_CONTACT, input("Lovelace")).await["contact"]["id"].take();
        let refusal = admin.refusal(CREATE_CONTACT, input("Hopper")).await;
        assert!(refusal.starts_with("IDEMPOTENCY_KEY_REUSED idempotencyKey: "), "{refusal}");
        let too_long = json!({ "lastName": "Hopper", "idempotencyKey": "x".repeat(101) });
        let refusal = admin.refusal(CREATE_CONTACT, too_long).await;
        assert!(refusal.starts_with("INVALID idempotencyKey: "), "{refusal}");

        let ann = app.caller_of(&app.tenant, "ann", Permissions::all()).await;
        let other = ann.done(CREATE_CONTACT, input("Lovelace")).await["contact"]["id"].take();
        assert_ne!(other, id);

        admin.done(DELETE_CONTACT, json!({ "id": id })).await;
        let refusal = admin.refusal(CREATE_CONTACT, input("Lovelace")).await;
        assert!(refusal.starts_with("NOT_FOUND idempotencyKey: "), "{refusal}");

        app.pass(TimeDelta::hours(25));
        let anew = admin.done(CREATE_CONTACT, input("Hopper")).await["contact"]["id"].take();
        assert_ne!(anew, id);
        app.pass(TimeDelta::hours(25));
        app.store.system().sweep_idempotency_keys().await.unwrap();
        assert!(!app.tenant.sweep_idempotency_keys(app.now()).await.unwrap());
        assert_ne!(ann.done(CREATE_CONTACT, input("Lovelace")).await["contact"]["id"], other);
    }

    async fn a_refused_mutation_does_not_use_its_key(app: &TestApp) {
        let admin = app.admin().await;
        let refused = json!({ "lastName": "Lovelace", "organizationId": "contact_0", "idempotencyKey": "7" });
        admin.refusal(CREATE_CONTACT, refused).await;
        let missing = "organization_0192f7c4-1c2d-7e3f-8a4b-5c6d7e8f9a0b";
        let refused = json!({ "lastName": "Lovelace", "organizationId": missing, "idempotencyKey": "7" });
        admin.refusal(CREATE_CONTACT, refused).await;

        let input = json!({ "lastName": "Lovelace", "idempotencyKey": "7" });
        let id = admin.done(CREATE_CONTACT, input.clone()).await["contact"]["id"].take();

        let adder = Permissions::from_iter([Permission::ContactAdd]);
        let adder = app.caller_of(&app.tenant, "admin", adder).await;
        let answer = adder.run(CREATE_CONTACT, json!({ "input": input })).await;
        assert_eq!(answer["data"]["createContact"]["contact"], Value::Null, "{answer}");
        assert!(!answer.to_string().contains(id.as_str().unwrap()), "the first result is read with today's permissions");
    }
}
