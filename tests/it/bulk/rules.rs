//! The rules that all bulk mutations share: limits, statements, repetition.

use std::collections::BTreeMap;

use apollo_compiler::Schema;
use apollo_compiler::schema::ExtendedType;
use external_contacts::graphql;
use serde_json::{Value, json};

use super::{Bulk, document, refusals};
use crate::support::{TestCaller, on_both_engines};

/// The number of items that are tried.
const SIZES: [usize; 3] = [1, 10, 100];

/// Makes the items of a bulk mutation, all of one shape. Names are words that no other call has.
struct Shape {
    mutation: &'static str,
    item: fn(&Subjects, usize) -> Value,
}

/// The records that items are about.
struct Subjects {
    organization: Value,
    user: Value,
    /// The number of the call, which makes names new.
    call: usize,
    organizations: Vec<Value>,
    contacts: Vec<Value>,
    notes: Vec<Value>,
    relationships: Vec<Value>,
    codes: Vec<Value>,
}

impl Subjects {
    /// A word for an item that nothing else has, of letters only.
    fn word(&self, place: usize) -> String {
        let digits = format!("{:02}{place:03}", self.call);
        digits
            .bytes()
            .map(|digit| char::from(digit - b'0' + b'b'))
            .collect()
    }

    fn key(&self, place: usize) -> Value {
        json!({ "source": format!("system {}", place % 5), "value": format!("{}-{place}", self.call) })
    }
}

const SHAPES: &[Shape] = &[
    Shape {
        mutation: "createContacts",
        item: |s, place| {
            json!({ "firstName": s.word(place), "lastName": "Lovelace", "organizationId": s.organization,
                "externalIds": [s.key(place)], "emailAddresses": [{ "address": format!("{}@example.com", s.word(place)) }] })
        },
    },
    Shape {
        mutation: "updateContacts",
        item: |s, place| {
            json!({ "id": s.contacts[place], "expectedVersion": 1, "firstName": s.word(place), "organizationId": s.organization,
                "externalIds": [s.key(place)] })
        },
    },
    Shape {
        mutation: "upsertContacts",
        item: |s, place| json!({ "key": { "externalId": s.key(place) }, "firstName": s.word(place), "organizationKey": { "externalId": { "source": "erp", "value": "1" } } }),
    },
    Shape {
        mutation: "deleteContacts",
        item: |s, place| json!({ "id": s.contacts[place] }),
    },
    Shape {
        mutation: "createOrganizations",
        item: |s, place| json!({ "name": s.word(place), "externalIds": [s.key(place)] }),
    },
    Shape {
        mutation: "updateOrganizations",
        item: |s, place| {
            json!({ "id": s.organizations[place], "name": s.word(place), "primaryContactId": s.contacts[place],
                "externalIds": [s.key(place)] })
        },
    },
    Shape {
        mutation: "upsertOrganizations",
        item: |s, place| json!({ "key": { "externalId": s.key(place) }, "name": s.word(place) }),
    },
    Shape {
        mutation: "deleteOrganizations",
        item: |s, place| json!({ "id": s.organizations[place] }),
    },
    Shape {
        mutation: "createRelationships",
        item: |s, place| json!({ "userId": s.user, "organizationId": s.organization, "type": s.word(place) }),
    },
    Shape {
        mutation: "updateRelationships",
        item: |s, place| json!({ "id": s.relationships[place], "type": s.word(place) }),
    },
    Shape {
        mutation: "deleteRelationships",
        item: |s, place| json!({ "id": s.relationships[place] }),
    },
    Shape {
        mutation: "createNotes",
        item: |s, place| json!({ "subjectId": s.contacts[place], "text": s.word(place) }),
    },
    Shape {
        mutation: "updateNotes",
        item: |s, place| json!({ "id": s.notes[place], "text": s.word(place), "expectedVersion": 1 }),
    },
    Shape {
        mutation: "deleteNotes",
        item: |s, place| json!({ "id": s.notes[place] }),
    },
    Shape {
        mutation: "recordInteractions",
        item: |s, place| {
            json!({ "externalId": s.word(place), "mediaType": "CALL", "direction": "INBOUND", "startedAt": "2026-03-01T12:00:00Z",
                "contactId": s.contacts[place], "agentIds": [s.user] })
        },
    },
    Shape {
        mutation: "createWrapUpCodes",
        item: |s, place| json!({ "name": s.word(place) }),
    },
    Shape {
        mutation: "updateWrapUpCodes",
        item: |s, place| json!({ "id": s.codes[place], "name": s.word(place) }),
    },
    Shape {
        mutation: "upsertUsers",
        item: |s, place| json!({ "subject": s.word(place), "name": s.word(place) }),
    },
];

/// The bulk mutations of the schema, each with whether it takes an idempotency key.
fn bulk_mutations() -> BTreeMap<String, bool> {
    let schema = Schema::parse(graphql::sdl(false), "schema.graphql").unwrap();
    let mutations = &schema.get_object("Mutation").unwrap().fields;
    let inputs = mutations.iter().filter_map(|(name, field)| {
        let input = field.arguments.first()?.ty.inner_named_type();
        match &schema.types[input] {
            ExtendedType::InputObject(input) if input.fields.contains_key("items") => {
                Some((name.to_string(), input.fields.contains_key("idempotencyKey")))
            }
            _ => None,
        }
    });
    inputs.collect()
}

/// Makes records of each kind, as many as a call needs: each organization has a contact with a note, and a relationship.
async fn subjects(admin: &TestCaller<'_>, call: usize, count: usize) -> Subjects {
    let organization = admin.organization("Acme").await;
    let user = admin.user("ann").await;
    let all = 0..count;
    let make = async |mutation, fields, noun: &str, items: Vec<Value>| -> Vec<Value> {
        let bulk = Bulk {
            caller: admin,
            mutation,
            fields,
        };
        let results = bulk.done(json!(items)).await;
        results.iter().map(|result| result[noun]["id"].clone()).collect()
    };
    let keys = |place: usize| json!([{ "source": format!("old {}", place % 3), "value": format!("{call}-{place}") }]);
    let items = all
        .clone()
        .map(|place| json!({ "name": "Subject", "externalIds": keys(place) }));
    let organizations = make(
        "createOrganizations",
        "organization { id }",
        "organization",
        items.collect(),
    )
    .await;
    let items = all
        .clone()
        .map(|place| json!({ "lastName": "Subject", "organizationId": organizations[place], "externalIds": keys(place) }));
    let contacts = make("createContacts", "contact { id }", "contact", items.collect()).await;
    let items = contacts
        .iter()
        .map(|contact| json!({ "subjectId": contact, "text": "A note" }));
    let notes = make("createNotes", "note { id }", "note", items.collect()).await;
    let items = organizations
        .iter()
        .map(|organization| json!({ "userId": user, "organizationId": organization, "type": "Owner" }));
    let relationships = make(
        "createRelationships",
        "relationship { id }",
        "relationship",
        items.collect(),
    )
    .await;
    let items = all.map(|place| json!({ "name": format!("Code {call} {place}") }));
    let codes = make(
        "createWrapUpCodes",
        "wrapUpCode { id }",
        "wrapUpCode",
        items.collect(),
    )
    .await;
    Subjects {
        organization,
        user,
        call,
        organizations,
        contacts,
        notes,
        relationships,
        codes,
    }
}

#[test]
fn every_bulk_mutation_is_counted() {
    let known: Vec<&str> = SHAPES.iter().map(|shape| shape.mutation).collect();
    let mut declared: Vec<String> = bulk_mutations().into_keys().collect();
    declared.sort_by_key(|name| known.iter().position(|known| known == name));
    assert_eq!(declared, known);
}

on_both_engines! {
    async fn a_bulk_takes_the_same_number_of_statements_whatever_its_size(app: &TestApp) {
        let admin = app.admin().await;
        let erp = json!({ "name": "Engines", "externalIds": [{ "source": "erp", "value": "1" }] });
        admin.done(crate::support::operations::CREATE_ORGANIZATION, erp).await;
        for (number, shape) in SHAPES.iter().enumerate() {
            let mut counts = BTreeMap::new();
            for size in SIZES {
                let subjects = subjects(&admin, number * SIZES.len() + counts.len(), size).await;
                let items: Vec<Value> = (0..size).map(|place| (shape.item)(&subjects, place)).collect();
                let document = document(shape.mutation, "__typename");
                let before = app.store.statements();
                let payload = admin.done(&document, json!({ "items": items })).await;
                counts.insert(size, app.store.statements() - before);
                assert_eq!(payload["results"].as_array().unwrap().len(), size);
            }
            let counts: Vec<u64> = counts.into_values().collect();
            assert!(counts.iter().all(|count| *count == counts[0]), "{}: {counts:?}", shape.mutation);
            assert!(counts[0] < 25, "{}: {counts:?}", shape.mutation);
        }
    }

    async fn a_bulk_of_more_items_than_the_limit_is_refused_before_it_runs(app: &TestApp) {
        let admin = app.admin().await;
        let items = |count: usize| json!({ "input": { "items": vec![json!({ "lastName": "X" }); count] } });
        let document = document("createContacts", "__typename");

        let refused = admin.run(&document, items(101)).await;

        assert_eq!(refused["errors"][0]["extensions"], json!({ "code": "OPERATION_LIMIT_EXCEEDED", "limit": 100, "actual": 101 }));
        assert_eq!(app.tenant.managed_entities().await.unwrap(), 0);
        let data = admin.data("{ viewer { limits { items } } }", json!({})).await;
        assert_eq!(data["viewer"]["limits"]["items"], 100);
        admin.data(&document, items(100)).await;
        assert_eq!(app.tenant.managed_entities().await.unwrap(), 100);
    }

    async fn a_repeated_bulk_answers_each_item_again(app: &TestApp) {
        let admin = app.admin().await;
        let input = json!({ "policy": "EACH", "idempotencyKey": "7",
            "items": [{ "lastName": "Ada" }, { "title": "Nobody" }, { "lastName": "Ben" }] });
        let create = Bulk { caller: &admin, mutation: "createContacts", fields: "contact { id lastName }" };
        let first = create.run_with(input.clone()).await;
        assert_eq!(refusals(&first), "INVALID items.1.lastName");

        assert_eq!(create.run_with(input.clone()).await, first);
        assert_eq!(app.tenant.managed_entities().await.unwrap(), 2);

        let delete = json!({ "id": first["results"][2]["contact"]["id"] });
        admin.done(crate::support::operations::DELETE_CONTACT, delete).await;
        let later = create.run_with(input.clone()).await;
        assert_eq!(later["results"][0], first["results"][0]);
        assert_eq!(refusals(&later), "INVALID items.1.lastName\nNOT_FOUND items.2");

        let mut other = input;
        other["items"][0]["lastName"] = json!("Carl");
        let reused = create.run_with(other).await;
        assert_eq!(refusals(&reused), "IDEMPOTENCY_KEY_REUSED idempotencyKey");
        assert_eq!(reused["results"].as_array().unwrap().len(), 3);
    }
}
