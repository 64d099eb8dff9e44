//! Dry runs: the payload of the mutation itself, and nothing that it changes.

mod cases;

use std::collections::BTreeSet;

use apollo_compiler::schema::ExtendedType;
use external_contacts::model::Permissions;
use serde_json::{Value, json};

use self::cases::{CASES, Case, Subjects};
use crate::changes::{FOLLOW, last_cursor};
use crate::permission::{guard, schema};
use crate::support::operations::CREATE_CONTACT;
use crate::support::rows::{Rows, all_rows};
use crate::support::{TestApp, TestCaller, on_both_engines, refusals};

/// The mutations whose inputs have a field.
fn mutations_with(field: &str) -> BTreeSet<String> {
    let schema = schema();
    let mutations = schema.get_object("Mutation").unwrap();
    let has_field = |name: &str| {
        let argument = &mutations.fields[name].arguments[0];
        let input = schema.get_input_object(argument.ty.inner_named_type());
        input.unwrap().fields.contains_key(field)
    };
    let names = mutations.fields.keys().map(ToString::to_string);
    names.filter(|name| has_field(name)).collect()
}

fn dry(mut input: Value) -> Value {
    input["dryRun"] = json!(true);
    input
}

fn with_key(mut input: Value, key: &str) -> Value {
    input["idempotencyKey"] = json!(key);
    input
}

/// The payload of a creation without what is new in each: ids and times.
fn comparable(case: &Case, mut payload: Value) -> Value {
    fn forget(value: &mut Value) {
        match value {
            Value::Object(fields) => {
                fields.retain(|name, _| !["id", "createdAt", "updatedAt"].contains(&name.as_str()));
                fields.values_mut().for_each(forget);
            }
            Value::Array(items) => items.iter_mut().for_each(forget),
            _ => {}
        }
    }
    if case.mutation.starts_with("create") {
        forget(&mut payload);
    }
    payload
}

/// Asserts that no row of any table changed.
async fn assert_unchanged(app: &TestApp, before: &Rows, about: &str) {
    let after = all_rows(app).await;
    assert_eq!(
        before.keys().collect::<Vec<_>>(),
        after.keys().collect::<Vec<_>>()
    );
    for (table, rows) in before {
        assert_eq!(rows, &after[table], "{about}: {table}");
    }
}

/// Creates the records of every case.
async fn subjects(admin: &TestCaller<'_>) -> Vec<(&'static Case, Subjects)> {
    let mut all = Vec::new();
    for (number, case) in CASES.iter().enumerate() {
        all.push((case, Subjects::made_by(admin, number).await));
    }
    all
}

/// The first input of a case that is accepted, in a dry run.
async fn accepted(admin: &TestCaller<'_>, case: &Case, subjects: &Subjects) -> Value {
    for input in (case.inputs)(subjects) {
        let payload = admin.payload(&case.document(), dry(input.clone())).await;
        if payload["userErrors"] == json!([]) {
            return input;
        }
    }
    panic!("no input of {} is accepted", case.mutation)
}

#[test]
fn every_mutation_that_takes_it_has_a_case() {
    let cases: BTreeSet<String> = CASES.iter().map(|case| case.mutation.to_owned()).collect();
    assert_eq!(mutations_with("dryRun"), cases);
}

#[test]
fn it_belongs_to_a_mutation_and_not_to_an_item_of_a_bulk() {
    let schema = schema();
    let mutations = &schema.get_object("Mutation").unwrap().fields;
    let of_mutations: BTreeSet<&str> = mutations
        .values()
        .map(|field| field.arguments[0].ty.inner_named_type().as_str())
        .collect();
    for (name, definition) in &schema.types {
        if let ExtendedType::InputObject(input) = definition
            && let Some(field) = input.fields.get("dryRun")
        {
            assert!(of_mutations.contains(name.as_str()), "{name}");
            assert_eq!(field.ty.to_string(), "Boolean!");
            assert_eq!(field.default_value.as_ref().unwrap().to_string(), "false");
        }
        if let ExtendedType::InputObject(input) = definition
            && let Some(items) = input.fields.get("items")
        {
            let item = schema.get_input_object(items.ty.inner_named_type()).unwrap();
            assert!(!item.fields.contains_key("dryRun"), "{name}");
        }
    }
}

on_both_engines! {
    async fn the_payload_is_that_of_the_mutation_and_no_row_changes(app: &TestApp) {
        let admin = app.admin().await;
        let subjects = subjects(&admin).await;
        let mut before = all_rows(app).await;
        for (case, subjects) in subjects {
            let (document, mut outcomes) = (case.document(), BTreeSet::new());
            for input in (case.inputs)(&subjects) {
                let about = format!("{} {input}", case.mutation);
                let preview = admin.payload(&document, dry(input.clone())).await;
                assert_unchanged(app, &before, &about).await;

                let done = admin.payload(&document, input).await;
                assert_eq!(comparable(case, preview), comparable(case, done.clone()), "{about}");
                let after = all_rows(app).await;
                outcomes.insert((done["userErrors"] == json!([]), after != before));
                before = after;
            }
            // Accepted and done, refused and not done, and only in a bulk refused and done.
            assert!(outcomes.contains(&(true, true)) && outcomes.contains(&(false, false)), "{}: {outcomes:?}", case.mutation);
            let is_bulk = document.contains("results");
            assert_eq!(outcomes.contains(&(false, true)), is_bulk, "{}: {outcomes:?}", case.mutation);
        }
    }

    async fn it_takes_the_permission_of_the_mutation_and_no_other(app: &TestApp) {
        let schema = schema();
        let admin = app.admin().await;
        for (case, subjects) in subjects(&admin).await {
            let input = json!({ "input": dry(accepted(&admin, case, &subjects).await) });
            let document = case.bare_document();
            let permission = guard(schema.type_field("Mutation", case.mutation).unwrap()).unwrap();
            let of = |permissions| app.caller_of(&app.tenant, "admin", permissions);

            let errors = of(Permissions::all().without(permission)).await.errors(&document, input.clone()).await;
            assert_eq!(errors, format!("FORBIDDEN {}: needs the permission {permission}", case.mutation));
            let data = of(Permissions::from_iter([permission])).await.data(&document, input).await;
            assert_eq!(data[case.mutation]["userErrors"], json!([]), "{}", case.mutation);
        }
    }

    async fn followers_get_nothing(app: &TestApp) {
        let admin = app.admin().await;
        admin.contact("First").await;
        let mut events = admin.follow(FOLLOW, json!({ "after": last_cursor(&admin, 1).await }));
        let input = dry(json!({ "lastName": "Preview" }));
        admin.done(CREATE_CONTACT, input).await;
        admin.contact("Second").await;
        assert_eq!(events.change().await["entity"]["lastName"], "Second");
        last_cursor(&admin, 2).await;
    }

    async fn it_neither_uses_an_idempotency_key_nor_looks_it_up(app: &TestApp) {
        let admin = app.admin().await;
        let with_a_key = mutations_with("idempotencyKey");
        let mut tried = 0;
        for (case, subjects) in subjects(&admin).await {
            if !with_a_key.contains(case.mutation) {
                continue;
            }
            tried += 1;
            let document = case.document();
            let input = with_key(accepted(&admin, case, &subjects).await, "7");
            let before = all_rows(app).await;
            let preview = admin.done(&document, dry(input.clone())).await;
            assert_unchanged(app, &before, case.mutation).await;

            let done = admin.done(&document, input.clone()).await;
            assert_ne!(all_rows(app).await, before, "{}: it was carried out", case.mutation);
            assert_eq!(comparable(case, preview), comparable(case, done.clone()));
            assert_eq!(admin.done(&document, input.clone()).await, done, "{}: the first result again", case.mutation);

            // The same key with another input, since `dryRun` is a part of it, is no reason for a refusal, but an invalid one is.
            let again = refusals(&admin.payload(&document, dry(input.clone())).await);
            assert!(!again.contains("IDEMPOTENCY"), "{}: {again}", case.mutation);
            let refused = admin.payload(&document, dry(with_key(input, " "))).await;
            assert_eq!(refusals(&refused), "INVALID idempotencyKey", "{}", case.mutation);
        }
        assert_eq!(tried, 5);
    }

    async fn however_it_is_written_it_changes_nothing(app: &TestApp) {
        let admin = app.admin().await;
        let before = all_rows(app).await;
        let fields = "{ contact { id displayName } userErrors { message } }";
        for (document, variables) in [
            (format!("mutation {{ createContact(input: {{ lastName: \"A\", dryRun: true }}) {fields} }}"), json!({})),
            (format!("mutation ($dry: Boolean!) {{ createContact(input: {{ lastName: \"A\", dryRun: $dry }}) {fields} }}"), json!({ "dry": true })),
            (format!("mutation ($dry: Boolean! = true) {{ createContact(input: {{ lastName: \"A\", dryRun: $dry }}) {fields} }}"), json!({})),
            (format!("mutation ($input: CreateContactInput! = {{ lastName: \"A\", dryRun: true }}) {{ createContact(input: $input) {fields} }}"), json!({})),
            (format!("mutation {{ ...One __typename }} fragment One on Mutation {{ createContact(input: {{ lastName: \"A\", dryRun: true }}) {fields} }}"), json!({})),
        ] {
            let data = admin.data(&document, variables).await;
            assert_eq!(data["createContact"]["contact"]["displayName"], "A", "{document}");
            assert_unchanged(app, &before, &document).await;
        }
    }

    async fn a_dry_run_and_a_mutation_of_one_operation_do_not_mix(app: &TestApp) {
        let admin = app.admin().await;
        let document = "mutation { one: createContact(input: { lastName: \"Kept\" }) { contact { id } }
            two: createContact(input: { lastName: \"Previewed\", dryRun: true }) { contact { id } }
            three: createContact(input: { lastName: \"Also kept\", dryRun: false }) { contact { id } } }";
        let made = admin.data(document, json!({})).await;
        let ids = ["one", "two", "three"].map(|name| made[name]["contact"]["id"].clone());
        let nodes = admin.data("query ($ids: [ID!]!) { nodes(ids: $ids) { __typename } }", json!({ "ids": ids })).await;
        let contact = json!({ "__typename": "Contact" });
        assert_eq!(nodes["nodes"], json!([contact, null, contact]));
    }

    async fn a_name_that_it_adds_to_the_vocabulary_is_added_again(app: &TestApp) {
        let admin = app.admin().await;
        let zyzzyva = json!({ "lastName": "Zyzzyva" });
        admin.done(CREATE_CONTACT, dry(zyzzyva.clone())).await;
        admin.done(CREATE_CONTACT, zyzzyva).await;
        assert!(all_rows(app).await["vocabulary"].iter().any(|row| row.contains("zyzzyva")));
    }

    async fn the_limit_of_entities_holds_and_no_room_is_taken(app: &TestApp) {
        let admin = app.admin().await;
        let create = |name: &str| json!({ "lastName": name });
        app.tenant.set_limit(1).await.unwrap();
        for _ in 0..3 {
            admin.done(CREATE_CONTACT, dry(create("Preview"))).await;
        }
        admin.done(CREATE_CONTACT, create("Lovelace")).await;
        let refused = admin.payload(CREATE_CONTACT, dry(create("Hopper"))).await;
        assert!(refusals(&refused).starts_with("ENTITY_LIMIT_REACHED"), "{refused}");
    }
}
