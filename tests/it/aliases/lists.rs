//! Lists that are filtered by the id of a merged record, and the changes of its survivor.

use serde_json::{Value, json};

use super::{contacts, organizations};
use crate::changes::{FOLLOW, settled};
use crate::support::on_both_engines;
use crate::support::operations::{CREATE_RELATIONSHIP, RECORD_INTERACTION, UPDATE_CONTACT};

const LISTS: &str = "query ($contact: IdFilter, $organization: IdFilter) {
    contacts(filter: { organizationId: $organization }) { nodes { id } totalCount { value } }
    sorted: contacts(filter: { organizationId: $organization }, orderBy: { field: NAME, direction: DESC }, first: 2) { nodes { id } }
    relationships(filter: { organizationId: $organization }) { nodes { id } totalCount { value } }
    notes(filter: { organizationId: $organization }) { nodes { id } totalCount { value } }
    notesOfContact: notes(filter: { contactId: $contact, pinned: false }) { nodes { id } totalCount { value } }
    interactions(filter: { organizationId: $organization }) { nodes { id } totalCount { value } }
    interactionsOfContact: interactions(filter: { contactId: $contact, mediaType: { eq: CALL } }) { nodes { id } totalCount { value } } }";

const CHANGES: &str = "query ($id: ID!, $first: Int, $after: String) { node(id: $id) { ... on Contact {
    changes(first: $first, after: $after) { nodes { entityId action version } edges { cursor }
      pageInfo { hasNextPage endCursor } totalCount { value } } } } }";

on_both_engines! {
    async fn a_filter_by_an_alias_finds_what_belongs_to_the_survivor_once(app: &TestApp) {
        let admin = app.admin().await;
        let (ada, ann) = contacts(app, &admin).await;
        let (apex, apex_inc) = organizations(app, &admin).await;
        let other = admin.organization("Zenith").await;
        for employer in [&apex, &apex, &other] {
            admin.employee("Ben", employer).await;
        }
        for r#type in ["Owner", "Buyer"] {
            let user = admin.user("Grace").await;
            admin.done(CREATE_RELATIONSHIP, json!({ "userId": user, "organizationId": apex, "type": r#type })).await;
        }
        for subject in [&apex, &ada, &apex, &ada, &other] {
            admin.note(subject, "Late").await;
        }
        for minute in 0..2 {
            let started_at = format!("2026-01-02T03:0{minute}:00Z");
            admin.done(RECORD_INTERACTION, json!({ "mediaType": "CALL", "direction": "INBOUND", "startedAt": started_at,
                "contactId": ada, "organizationId": apex })).await;
        }
        let (apex_ltd, amy) = (admin.organization("Apex Ltd.").await, admin.contact("Amy").await);
        let by_survivor = json!({ "contact": { "eq": ada }, "organization": { "eq": apex } });
        let expected = admin.data(LISTS, by_survivor).await;
        for list in ["contacts", "relationships", "notes", "notesOfContact", "interactions", "interactionsOfContact"] {
            assert_eq!(expected[list]["nodes"].as_array().unwrap().len(), 2, "{list}");
            assert_eq!(expected[list]["totalCount"]["value"], 2, "{list}");
        }
        app.merge(&apex, &apex_ltd).await;
        app.merge(&ada, &amy).await;

        for (contact, organization) in [
            (json!({ "eq": ann }), json!({ "eq": apex_inc })),
            (json!({ "in": [ann] }), json!({ "in": [apex_inc] })),
            (json!({ "in": [ann, ada] }), json!({ "in": [apex, apex_inc] })),
            (json!({ "in": [ann, amy] }), json!({ "in": [apex_ltd, apex_inc] })),
        ] {
            let variables = json!({ "contact": contact, "organization": organization });
            let before = app.store.statements();
            assert_eq!(admin.data(LISTS, variables.clone()).await, expected, "{variables}");
            assert!(app.store.statements() > before);
        }
        let many: Vec<Value> = (0..20).map(|number| json!(format!("organization_00000000-0000-7000-8000-0000000000{number:02}"))).collect();
        let many: Vec<&Value> = many.iter().chain([&apex_inc, &apex]).collect();
        let data = admin.data(LISTS, json!({ "contact": { "eq": ann }, "organization": { "in": many } })).await;
        assert_eq!(data, expected);
    }

    async fn the_changes_of_a_survivor_include_those_of_its_members(app: &TestApp) {
        let admin = app.admin().await;
        let ada = admin.contact("Ada").await;
        let ann = admin.contact("Ann").await;
        let amy = admin.contact("Amy").await;
        for (id, title) in [(&ann, "a"), (&ada, "b"), (&amy, "c"), (&ann, "d")] {
            admin.done(UPDATE_CONTACT, json!({ "id": id, "title": title })).await;
        }
        app.merge(&ada, &ann).await;
        app.merge(&ada, &amy).await;
        admin.done(UPDATE_CONTACT, json!({ "id": ada, "title": "e" })).await;

        // The second of those with the version 2 or 3 tells of the merge.
        let whole = [(&ada, 3), (&amy, 2), (&ann, 3), (&ann, 3), (&amy, 2), (&ada, 2), (&ann, 2), (&amy, 1), (&ann, 1), (&ada, 1)];
        let told = |nodes: &Value| -> Vec<(Value, i64)> {
            let nodes = nodes.as_array().unwrap().iter();
            nodes.map(|node| (node["entityId"].clone(), node["version"].as_i64().unwrap())).collect()
        };
        let expected: Vec<(Value, i64)> = whole.iter().map(|(id, version)| ((*id).clone(), *version)).collect();
        for id in [&ada, &ann] {
            let data = admin.data(CHANGES, json!({ "id": id, "first": 50 })).await;
            assert_eq!(told(&data["node"]["changes"]["nodes"]), expected);
            assert_eq!(data["node"]["changes"]["totalCount"]["value"], 10);
        }
        let (mut after, mut paged) = (Value::Null, Vec::new());
        loop {
            let data = admin.data(CHANGES, json!({ "id": ada, "first": 3, "after": after })).await;
            let page = &data["node"]["changes"];
            paged.extend(told(&page["nodes"]));
            after = page["pageInfo"]["endCursor"].clone();
            if page["pageInfo"]["hasNextPage"] == json!(false) {
                break;
            }
        }
        assert_eq!(paged, expected);
    }

    async fn a_search_is_filtered_by_an_alias(app: &TestApp) {
        let admin = app.admin().await;
        let (apex, apex_inc) = organizations(app, &admin).await;
        let ben = admin.employee("Ben", &apex).await;
        admin.contact("Ben").await;
        let query = "query ($filter: ContactSearchFilter) { searchContacts(query: \"ben\", filter: $filter) { nodes { id } } }";
        for id in [&apex, &apex_inc] {
            let data = admin.data(query, json!({ "filter": { "organizationId": id } })).await;
            assert_eq!(data["searchContacts"]["nodes"], json!([{ "id": ben }]));
        }
    }

    async fn changes_without_aliases_cost_no_statement_more(app: &TestApp) {
        let admin = app.admin().await;
        let ben = admin.contact("Ben").await;
        let (ada, _) = contacts(app, &admin).await;
        let query = "query ($id: ID!) { contact(id: $id) { changes { nodes { version } } } }";
        for (id, statements) in [(&ben, 2), (&ada, 3)] {
            let before = app.store.statements();
            admin.data(query, json!({ "id": id })).await;
            assert_eq!(app.store.statements() - before, statements);
        }
    }

    async fn changes_are_filtered_by_either_id(app: &TestApp) {
        let admin = app.admin().await;
        let (ada, ann) = (admin.contact("Ada").await, admin.contact("Ann").await);
        let (apex, apex_inc) = (admin.organization("Apex").await, admin.organization("Apex Inc.").await);
        admin.contact("Ben").await;
        for subject in [&ann, &apex_inc, &ada] {
            admin.note(subject, "Late").await;
        }
        app.merge(&ada, &ann).await;
        app.merge(&apex, &apex_inc).await;
        admin.note(&ann, "Later").await;

        let fields = "kind entityId version";
        for contact in [&ada, &ann] {
            let args = format!("contactId: {contact}");
            let mut changes = settled(&admin, &args, fields, 6).await;
            assert_eq!([&changes[0]["entityId"], &changes[1]["entityId"], &changes[4]["entityId"]], [&ada, &ann, &ann]);
            changes.retain(|change| change["kind"] == "NOTE");
            let args = format!("contactId: {contact}, entities: [NOTE]");
            assert_eq!(settled(&admin, &args, fields, 3).await, changes);
        }
        for organization in [&apex, &apex_inc] {
            let args = format!("organizationId: {organization}");
            settled(&admin, &args, fields, 4).await;
            let both = format!("{args}, contactId: {ada}");
            settled(&admin, &both, fields, 0).await;
        }
    }

    async fn followed_changes_are_filtered_by_either_id(app: &TestApp) {
        let admin = app.admin().await;
        let start = settled(&admin, "", "cursor", 0).await;
        assert_eq!(start.len(), 0);
        admin.contact("Ben").await;
        let first = settled(&admin, "", "cursor", 1).await;
        let (ada, ann) = contacts(app, &admin).await;
        for id in [&ada, &ann] {
            let mut events = admin.follow(FOLLOW, json!({ "contactId": id, "after": first[0]["cursor"] }));
            let past = events.changes(3).await;
            assert_eq!([&past[0]["entityId"], &past[1]["entityId"], &past[2]["entityId"]], [&ada, &ann, &ann]);
            assert_eq!(past[2]["action"], "MERGED");
            admin.contact("Cay").await;
            let note = admin.note(&ann, "Late").await;
            let live = events.changes(if id == &ada { 1 } else { 2 }).await;
            assert_eq!(live.last().unwrap()["entityId"], note);
        }
    }
}
