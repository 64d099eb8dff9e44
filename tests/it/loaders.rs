//! The number of statements for a screen, which does not depend on the size of its lists.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::support::{TestCaller, on_both_engines};

/// An organization, its people with their notes, who looks after it, and its notes.
const SCREEN: &str = "query ($id: ID!, $people: Int!) { organization(id: $id) { name
    contacts(first: $people) { nodes { displayName notes(first: 3) { nodes { text author { name } } } } }
    relationships { nodes { type user { name } } }
    notes(first: 10) { nodes { text author { name } } } } }";

/// The organization; its contacts, its relationships with their users, and its notes with their authors; the contacts' notes
/// with their authors.
const STATEMENTS: u64 = 5;

/// Creates a record by this mutation and returns its id.
async fn make(admin: &TestCaller<'_>, mutation: &str, noun: &str, fields: String) -> Value {
    let query = format!(
        "mutation {{ made: {mutation}(input: {{{fields}}}) {{ {noun} {{ id }} userErrors {{ message }} }} }}"
    );
    let data = admin.data(&query, json!({})).await;
    assert_eq!(data["made"]["userErrors"], json!([]), "{query}");
    data["made"][noun]["id"].clone()
}

/// An organization with this many people.
async fn organization_of(admin: &TestCaller<'_>, name: &str, people: i32) -> Value {
    let organization = make(
        admin,
        "createOrganization",
        "organization",
        format!("name: \"{name}\""),
    )
    .await;
    for number in 0..people {
        let fields = format!("lastName: \"Nr {number:03}\", organizationId: {organization}");
        make(admin, "createContact", "contact", fields).await;
    }
    organization
}

/// An organization with 100 people, three notes about each, two account managers, and ten notes of its own.
async fn organization(admin: &TestCaller<'_>) -> Value {
    let make = async |mutation: &str, noun: &str, fields: String| make(admin, mutation, noun, fields).await;
    let organization = make("createOrganization", "organization", "name: \"Apex\"".to_owned()).await;
    for name in ["Grace", "Edsger"] {
        let user = make(
            "upsertUser",
            "user",
            format!("subject: \"{name}\", name: \"{name}\""),
        )
        .await;
        let fields = format!("userId: {user}, organizationId: {organization}, type: \"Account Manager\"");
        make("createRelationship", "relationship", fields).await;
    }
    for number in 0..10 {
        make(
            "createNote",
            "note",
            format!("subjectId: {organization}, text: \"Nr {number}\""),
        )
        .await;
    }
    for number in 0..100 {
        let fields = format!("lastName: \"Nr {number:03}\", organizationId: {organization}");
        let contact = make("createContact", "contact", fields).await;
        for text in ["one", "two", "three"] {
            make(
                "createNote",
                "note",
                format!("subjectId: {contact}, text: \"{text}\""),
            )
            .await;
        }
    }
    organization
}

on_both_engines! {
    async fn a_screen_costs_the_same_statements_for_1_20_and_100_people(app: &TestApp) {
        let admin = app.admin().await;
        let id = organization(&admin).await;

        for people in [1, 20, 100] {
            let before = app.store.statements();
            let screen = admin.data(SCREEN, json!({ "id": id, "people": people })).await;
            assert_eq!(app.store.statements() - before, STATEMENTS, "{people}");
            let nodes = screen["organization"]["contacts"]["nodes"].as_array().unwrap();
            assert_eq!(nodes.len(), people);
            assert!(nodes.iter().all(|node| node["notes"]["nodes"].as_array().unwrap().len() == 3));
            assert_eq!(screen["organization"]["relationships"]["nodes"].as_array().unwrap().len(), 2);
            assert_eq!(screen["organization"]["notes"]["nodes"][0]["author"]["name"], "admin");
        }
    }

    async fn a_filtered_and_sorted_level_costs_one_statement(app: &TestApp) {
        let admin = app.admin().await;
        let ids = [organization(&admin).await, organization_of(&admin, "Zenith", 20).await];
        let level = "contacts(first: 3, filter: { lastName: { startsWith: \"nr 00\" } }, orderBy: { field: NAME, direction: DESC })
            { nodes { displayName } totalCount { value } pageInfo { hasNextPage endCursor } }";
        let query = format!("query ($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on Organization {{ {level} }} }} }}");

        let before = app.store.statements();
        let data = admin.data(&query, json!({ "ids": ids })).await;

        assert_eq!(app.store.statements() - before, 3, "the organizations, a page of each one's contacts, their number");
        for organization in data["nodes"].as_array().unwrap() {
            let contacts = &organization["contacts"];
            let names: Vec<&Value> = contacts["nodes"].as_array().unwrap().iter().map(|node| &node["displayName"]).collect();
            assert_eq!(names, ["Nr 009", "Nr 008", "Nr 007"]);
            assert_eq!(contacts["totalCount"]["value"], 10);
            assert_eq!(contacts["pageInfo"]["hasNextPage"], true);
        }
        let after = &data["nodes"][1]["contacts"]["pageInfo"]["endCursor"];
        let next = level.replace("first: 3", "first: 9, after: $after");
        let query = format!("query ($id: ID!, $after: String) {{ organization(id: $id) {{ {next} }} }}");
        let data = admin.data(&query, json!({ "id": ids[1], "after": after })).await;
        let rest = data["organization"]["contacts"]["nodes"].as_array().unwrap();
        assert_eq!((rest.len(), &rest[0]["displayName"], &rest[6]["displayName"]), (7, &json!("Nr 006"), &json!("Nr 000")));
    }

    async fn different_filters_of_one_level_are_told_apart(app: &TestApp) {
        let admin = app.admin().await;
        let id = organization_of(&admin, "Apex", 3).await;
        let query = "query ($id: ID!) { organization(id: $id) {
            all: contacts { nodes { displayName } }
            first: contacts(filter: { lastName: { eq: \"Nr 000\" } }) { nodes { displayName } totalCount { value } }
            none: contacts(filter: { lastName: { eq: \"Nr 9\" } }) { nodes { displayName } totalCount { value } }
            newest: contacts(orderBy: { field: CREATED_AT, direction: DESC }, first: 1) { nodes { displayName } }
            notes(filter: { pinned: true }) { nodes { text } }
            interactions(filter: { direction: INBOUND }) { nodes { id } } } }";

        let organization = &admin.data(query, json!({ "id": id })).await["organization"];

        assert_eq!(organization["all"]["nodes"].as_array().unwrap().len(), 3);
        assert_eq!(organization["first"], json!({ "nodes": [{ "displayName": "Nr 000" }], "totalCount": { "value": 1 } }));
        assert_eq!(organization["none"], json!({ "nodes": [], "totalCount": { "value": 0 } }));
        assert_eq!(organization["newest"]["nodes"], json!([{ "displayName": "Nr 002" }]));
        assert_eq!(organization["notes"]["nodes"], json!([]));
        assert_eq!(organization["interactions"]["nodes"], json!([]));
    }

    async fn a_screen_costs_the_same_statements_among_many_requests(app: &TestApp) {
        const REQUESTS: u64 = 64;
        let admin = app.admin().await;
        let id = organization(&admin).await;
        let server = Arc::new(app.again().await);
        let before = server.store.statements();

        let mut requests = JoinSet::new();
        for number in 0..REQUESTS {
            let (server, id, caller) = (server.clone(), id.clone(), admin.caller.clone());
            requests.spawn(async move {
                let people = [1, 20, 100][usize::try_from(number % 3).unwrap()];
                let caller = server.caller_over_own_store(caller);
                caller.data(SCREEN, json!({ "id": id, "people": people })).await
            });
        }
        let screens = requests.join_all().await;

        assert!(screens.iter().all(|screen| screen["organization"]["name"] == "Apex"));
        assert_eq!(server.store.statements() - before, REQUESTS * STATEMENTS);
    }
}
