//! Connections inside of other objects, at one parent and at several.

use serde_json::{Value, json};

use super::fields::{CHANGE, PAGE_INFO};
use super::group::Group;
use super::records;

/// The parent's field, its connection, what identifies an entry.
const CONNECTIONS: [(&str, &str, &str); 10] = [
    ("contact", "notes", "text"),
    ("contact", "interactions", "startedAt subjectLine"),
    ("contact", "changes", "kind action"),
    ("organization", "contacts", "displayName"),
    ("organization", "relationships", "type user { name }"),
    ("organization", "notes", "pinned text"),
    ("organization", "interactions", "startedAt subjectLine"),
    ("organization", "changes", "kind action"),
    ("user", "relationships", "type organization { name }"),
    ("user", "notes", "pinned text"),
];

pub async fn record(group: &mut Group<'_>) {
    let known = records::known(group).await;
    for (parent, connection, entry) in CONNECTIONS {
        paged(group, parent, &known.id(parent), connection, entry).await;
    }
    current(group, &known).await;
    filtered(group).await;
    deep(group).await;
}

async fn paged(group: &mut Group<'_>, parent: &str, id: &Value, connection: &str, entry: &str) {
    let query = format!(
        "query ($id: ID!, $first: Int, $after: String, $last: Int, $before: String) {{ {parent}(id: $id) {{
           {connection}(first: $first, after: $after, last: $last, before: $before) {{
             edges {{ cursor node {{ {entry} }} }} {PAGE_INFO} }} }} }}"
    );
    let title = |what: &str| format!("{parent}.{connection}: {what}");
    let cursor =
        |answer: &Value, cursor: &str| answer["data"][parent][connection]["pageInfo"][cursor].clone();
    let first = group
        .ask(title("the first page"), &query, json!({ "id": id, "first": 2 }))
        .await;
    let after = json!({ "id": id, "first": 1, "after": cursor(&first, "endCursor") });
    let next = group.ask(title("the page after it"), &query, after).await;
    let before = json!({ "id": id, "last": 1, "before": cursor(&next, "startCursor") });
    group.ask(title("the page before that"), &query, before).await;
    group
        .ask(title("the last page"), &query, json!({ "id": id, "last": 1 }))
        .await;
    for (what, page) in [
        ("first of 0", json!({ "id": id, "first": 0 })),
        ("last of 101", json!({ "id": id, "last": 101 })),
        ("first and last", json!({ "id": id, "first": 1, "last": 1 })),
        (
            "after that is no cursor",
            json!({ "id": id, "after": "bm9uc2Vuc2U" }),
        ),
    ] {
        group.ask(title(what), &query, page).await;
    }
    let counted = format!(
        "query ($id: ID!) {{ {parent}(id: $id) {{ {connection}(first: 1) {{ nodes {{ {entry} }} totalCount {{ value precision }} }} }} }}"
    );
    group.ask(title("counted"), &counted, json!({ "id": id })).await;
}

async fn current(group: &mut Group<'_>, known: &records::Known) {
    for (parent, entry) in [
        ("organization", "user { name }"),
        ("user", "organization { name }"),
    ] {
        let query = format!(
            "query ($id: ID!, $current: Boolean) {{ {parent}(id: $id) {{ relationships(filter: {{ current: $current }}, first: 4) {{
               nodes {{ type startedOn endedOn {entry} }} totalCount {{ value precision }} }} }} }}"
        );
        for current in [json!(true), json!(false), Value::Null] {
            let variables = json!({ "id": known.id(parent), "current": current });
            group
                .ask(
                    format!("{parent}.relationships: current {current}"),
                    &query,
                    variables,
                )
                .await;
        }
    }
}

/// Each list inside a record, filtered and sorted otherwise than by default, for several parents.
async fn filtered(group: &mut Group<'_>) {
    for (parents, list, fields) in [
        (
            "contacts",
            "notes(filter: { pinned: false }, orderBy: { field: CREATED_AT })",
            "pinned createdAt",
        ),
        (
            "contacts",
            "interactions(filter: { direction: INBOUND }, orderBy: { field: STARTED_AT, direction: ASC })",
            "direction startedAt",
        ),
        (
            "organizations",
            "contacts(filter: { lastName: { startsWith: \"b\" } }, orderBy: { field: CREATED_AT, direction: DESC })",
            "displayName createdAt",
        ),
        (
            "organizations",
            "contacts(filter: { countryCode: { in: [\"DE\", \"US\"] } }, orderBy: { field: NAME, direction: DESC })",
            "displayName",
        ),
        (
            "organizations",
            "relationships(filter: { current: true }, orderBy: { field: STARTED_ON, direction: DESC })",
            "type startedOn",
        ),
        (
            "organizations",
            "notes(filter: { pinned: true }, orderBy: { field: PINNED_THEN_NEWEST, direction: DESC })",
            "pinned createdAt",
        ),
        (
            "organizations",
            "interactions(filter: { mediaType: { eq: CALL } }, orderBy: { field: STARTED_AT })",
            "mediaType startedAt",
        ),
        (
            "users",
            "relationships(filter: { type: { eq: \"support lead\" } }, orderBy: { field: CREATED_AT })",
            "type createdAt",
        ),
        (
            "users",
            "notes(filter: { createdAt: { from: \"2020-01-01T00:00:00Z\" } }, orderBy: { field: CREATED_AT })",
            "createdAt",
        ),
    ] {
        let query = format!(
            "{{ {parents}(first: 4) {{ nodes {{ {} {{ nodes {{ {fields} }} totalCount {{ value precision }} pageInfo {{
               hasNextPage }} }} }} }} }}",
            list.replacen('(', "(first: 2, ", 1)
        );
        group.read(&format!("{parents} with {list}"), &query).await;
    }
}

async fn deep(group: &mut Group<'_>) {
    for (title, query) in [
        (
            "several parents: people and their notes",
            "{ organizations(first: 3) { nodes { name contacts(first: 2) { nodes { displayName notes(first: 1) { nodes {
               text author { name } } totalCount { value } } } totalCount { value precision } } } } }",
        ),
        (
            "several parents: relationships and interactions",
            "{ organizations(first: 2) { nodes { name relationships(first: 2) { nodes { type user { name title } } }
               interactions(first: 1) { nodes { startedAt agents { name } wrapUps { agent { name } code { name } } } } } } }",
        ),
        (
            "several parents, backwards",
            "{ organizations(first: 2) { nodes { name contacts(last: 2) { nodes { displayName } pageInfo { hasNextPage
               hasPreviousPage } } notes(last: 1) { nodes { text } } } } }",
        ),
        (
            "one connection twice",
            "{ organizations(first: 1) { nodes { one: contacts(first: 1) { nodes { displayName } }
               two: contacts(first: 2) { nodes { displayName title } } } } }",
        ),
        (
            "a contact's employer and its primary contact",
            "{ contacts(first: 2) { nodes { displayName organization { name primaryContact { displayName organization {
               name } } } } } }",
        ),
        (
            "users with what they wrote and look after",
            "{ users(first: 3) { nodes { name notes(first: 1) { nodes { text subject { ... on Contact { displayName }
               ... on Organization { name } } } } relationships(filter: { current: true }, first: 2) { nodes { type
               organization { name } } } } } }",
        ),
    ] {
        group.read(title, query).await;
    }
    let query = format!(
        "{{ organizations(first: 1) {{ nodes {{ changes(first: 2) {{ edges {{ node {{ {CHANGE} }} }} }} }} }} }}"
    );
    group
        .read("the changes of an organization, every field", &query)
        .await;
}
