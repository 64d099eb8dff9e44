//! Notes.

use external_contacts::model::{Permission, Permissions};
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::{TestCaller, on_both_engines};

const CREATE: &str = "mutation ($input: CreateNoteInput!) {
    createNote(input: $input) { note { id text pinned version author { name }
      subject { ... on Contact { displayName } ... on Organization { name } } } userErrors { code field message } } }";
const UPDATE: &str = "mutation ($input: UpdateNoteInput!) {
    updateNote(input: $input) { note { id text pinned version updatedBy { name } } userErrors { code field message } } }";
const DELETE: &str = "mutation ($input: DeleteNoteInput!) {
    deleteNote(input: $input) { deletedNoteId note { text } userErrors { code field message } } }";
const TEXTS: &str = "query ($filter: NoteFilter, $orderBy: NoteOrder) {
    notes(filter: $filter, orderBy: $orderBy) { nodes { text } totalCount { value precision } } }";

async fn note(caller: &TestCaller<'_>, contact: &Value, text: &str, pinned: bool) -> Value {
    let input = json!({ "subjectId": contact, "text": text, "pinned": pinned });
    caller.done(CREATE, input).await["note"]["id"].take()
}

fn texts(page: &Value) -> Vec<String> {
    let nodes = page["nodes"].as_array().unwrap();
    nodes
        .iter()
        .map(|node| node["text"].as_str().unwrap().to_owned())
        .collect()
}

async fn listed(caller: &TestCaller<'_>, filter: Value, order: Value) -> Vec<String> {
    let data = caller
        .data(TEXTS, json!({ "filter": filter, "orderBy": order }))
        .await;
    texts(&data["notes"])
}

async fn managed(caller: &TestCaller<'_>) -> Value {
    let data = caller
        .data("{ viewer { tenant { managedEntities } } }", json!({}))
        .await;
    data["viewer"]["tenant"]["managedEntities"].clone()
}

on_both_engines! {
    async fn a_note_is_about_a_contact_or_an_organization_and_has_an_author(app: &TestApp) {
        let admin = app.admin().await;
        let ada = admin.contact("Lovelace").await;
        let acme = admin.organization("Acme").await;

        let about_ada = admin.done(CREATE, json!({ "subjectId": ada, "text": " Likes engines " })).await;
        let about_acme = admin.done(CREATE, json!({ "subjectId": acme, "text": "Pays late", "pinned": true })).await;

        assert_eq!(about_ada["note"]["text"], "Likes engines");
        assert_eq!(about_ada["note"]["pinned"], false);
        assert_eq!(about_ada["note"]["author"]["name"], "admin");
        assert_eq!(about_ada["note"]["subject"], json!({ "displayName": "Lovelace" }));
        assert_eq!(about_acme["note"]["subject"], json!({ "name": "Acme" }));
        assert_eq!(about_acme["note"]["pinned"], true);
        let edges = admin.data(
            "query ($ada: ID!, $acme: ID!) {
               contact(id: $ada) { notes { nodes { text } totalCount { value } } }
               organization(id: $acme) { notes { nodes { text } } }
               viewer { user { notes { nodes { text } } } } }",
            json!({ "ada": ada, "acme": acme }),
        ).await;
        assert_eq!(edges["contact"]["notes"], json!({ "nodes": [{ "text": "Likes engines" }], "totalCount": { "value": 1 } }));
        assert_eq!(texts(&edges["organization"]["notes"]), ["Pays late"]);
        assert_eq!(texts(&edges["viewer"]["user"]["notes"]), ["Pays late", "Likes engines"]);
    }

    async fn exactly_one_subject_that_is_there_and_a_text_are_needed(app: &TestApp) {
        let admin = app.admin().await;
        let ada = admin.contact("Lovelace").await;
        let acme = admin.organization("Acme").await;
        let other = app.tenant("other").await;
        let stranger = app.caller_of(&other, "stranger", Permissions::all()).await;
        let theirs = stranger.contact("Theirs").await;
        let no_organization = "organization_0192f7c4-1c2d-7e3f-8a4b-5c6d7e8f9a0b";

        assert_snapshot!(admin.refusal(CREATE, json!({ "subjectId": admin.caller.user.id.to_string(), "text": "x" })).await,
            @"INVALID subjectId: is not the id of a contact or an organization, which looks like `contact_0192f7c4-1c2d-7e3f-8a4b-5c6d7e8f9a0b`");
        assert_snapshot!(admin.refusal(CREATE, json!({ "subjectId": theirs, "text": "x" })).await,
            @"NOT_FOUND subjectId: there is no contact with this id");
        assert_snapshot!(admin.refusal(CREATE, json!({ "subjectId": no_organization, "text": "x" })).await,
            @"NOT_FOUND subjectId: there is no organization with this id");
        assert!(admin.refusal(CREATE, json!({ "subjectId": acme, "text": " " })).await.starts_with("INVALID text"));
        let long = json!({ "subjectId": ada, "text": "x".repeat(32_001) });
        assert!(admin.refusal(CREATE, long).await.starts_with("INVALID text"));
        assert_eq!(listed(&admin, Value::Null, Value::Null).await, [""; 0]);
        assert_eq!(managed(&admin).await, 2);
    }

    async fn pinned_notes_come_first_then_the_newest(app: &TestApp) {
        let admin = app.admin().await;
        let ada = admin.contact("Lovelace").await;
        for (text, pinned) in [("1", false), ("2", true), ("3", false), ("4", true)] {
            note(&admin, &ada, text, pinned).await;
        }
        let order = |field: &str, direction: &str| json!({ "field": field, "direction": direction });

        assert_eq!(listed(&admin, Value::Null, Value::Null).await, ["4", "2", "3", "1"]);
        assert_eq!(listed(&admin, Value::Null, order("PINNED_THEN_NEWEST", "DESC")).await, ["1", "3", "2", "4"]);
        assert_eq!(listed(&admin, Value::Null, order("CREATED_AT", "ASC")).await, ["1", "2", "3", "4"]);
        assert_eq!(listed(&admin, Value::Null, order("CREATED_AT", "DESC")).await, ["4", "3", "2", "1"]);
    }

    async fn pages_follow_each_other_in_both_directions_at_the_root_and_nested(app: &TestApp) {
        let admin = app.admin().await;
        let ada = admin.contact("Lovelace").await;
        for (text, pinned) in [("1", false), ("2", true), ("3", false), ("4", true), ("5", false)] {
            note(&admin, &ada, text, pinned).await;
        }
        let query = "query ($id: ID!, $first: Int, $after: String, $last: Int, $before: String) {
            notes(first: $first, after: $after, last: $last, before: $before) {
              nodes { text } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }
            contact(id: $id) { notes(first: $first, after: $after, last: $last, before: $before) { nodes { text } } } }";

        let one = admin.data(query, json!({ "id": ada, "first": 3 })).await;
        let two = admin.data(query, json!({ "id": ada, "first": 3, "after": one["notes"]["pageInfo"]["endCursor"] })).await;
        let back = admin.data(query, json!({ "id": ada, "last": 2, "before": two["notes"]["pageInfo"]["startCursor"] })).await;

        for (page, expected) in [(&one, vec!["4", "2", "5"]), (&two, vec!["3", "1"]), (&back, vec!["2", "5"])] {
            assert_eq!(texts(&page["notes"]), expected);
            assert_eq!(texts(&page["contact"]["notes"]), expected);
        }
        assert_eq!(one["notes"]["pageInfo"]["hasNextPage"], true);
        assert_eq!(two["notes"]["pageInfo"]["hasNextPage"], false);
        assert_eq!(back["notes"]["pageInfo"]["hasPreviousPage"], true);
    }

    async fn lists_are_narrowed_by_subject_author_pin_and_time(app: &TestApp) {
        let admin = app.admin().await;
        let other = app.caller_of(&app.tenant, "other", Permissions::all()).await;
        let ada = admin.contact("Lovelace").await;
        let acme = admin.organization("Acme").await;
        note(&admin, &ada, "1", true).await;
        note(&other, &ada, "2", false).await;
        admin.done(CREATE, json!({ "subjectId": acme, "text": "3" })).await;
        let made = admin.data("{ notes(filter: { pinned: true }) { nodes { createdAt } } }", json!({})).await;
        let first = &made["notes"]["nodes"][0]["createdAt"];

        assert_eq!(listed(&admin, json!({ "contactId": { "eq": ada } }), Value::Null).await, ["1", "2"]);
        assert_eq!(listed(&admin, json!({ "organizationId": { "in": [acme] } }), Value::Null).await, ["3"]);
        let author = other.caller.user.id.to_string();
        assert_eq!(listed(&admin, json!({ "authorId": { "eq": author } }), Value::Null).await, ["2"]);
        assert_eq!(listed(&admin, json!({ "pinned": false }), Value::Null).await, ["3", "2"]);
        assert_eq!(listed(&admin, json!({ "createdAt": { "before": first } }), Value::Null).await, [""; 0]);
        assert_eq!(listed(&admin, json!({ "createdAt": { "from": first }, "pinned": true }), Value::Null).await, ["1"]);
        let wrong = admin.errors(TEXTS, json!({ "filter": { "contactId": { "eq": acme } } })).await;
        assert!(wrong.starts_with("BAD_USER_INPUT notes: `filter.contactId`"), "{wrong}");
    }

    async fn an_omitted_field_is_left_alone_and_a_text_cannot_be_cleared(app: &TestApp) {
        let admin = app.admin().await;
        let ada = admin.contact("Lovelace").await;
        let id = note(&admin, &ada, "First", true).await;

        let kept = admin.done(UPDATE, json!({ "id": id, "text": "Second" })).await;
        let unpinned = admin.done(UPDATE, json!({ "id": id, "pinned": null })).await;
        let same = admin.done(UPDATE, json!({ "id": id, "pinned": false })).await;
        let cleared = admin.refusal(UPDATE, json!({ "id": id, "text": null })).await;

        assert_eq!(kept["note"]["pinned"], true);
        assert_eq!(unpinned["note"], json!({ "id": id, "text": "Second", "pinned": false, "version": 3, "updatedBy": { "name": "admin" } }));
        assert_eq!(same["note"]["version"], 3);
        assert!(cleared.starts_with("INVALID text"));
    }

    async fn a_change_of_another_version_is_refused_and_shows_the_note_as_it_is(app: &TestApp) {
        let admin = app.admin().await;
        let ada = admin.contact("Lovelace").await;
        let id = note(&admin, &ada, "First", false).await;

        let update = admin.payload(UPDATE, json!({ "id": id, "expectedVersion": 7, "text": "Second" })).await;
        let delete = admin.payload(DELETE, json!({ "id": id, "expectedVersion": 7 })).await;

        for payload in [update, delete] {
            assert_eq!(payload["userErrors"][0]["code"], "VERSION_CONFLICT");
            assert_eq!(payload["userErrors"][0]["field"], json!(["expectedVersion"]));
            assert_eq!(payload["note"]["text"], "First");
        }
    }

    async fn a_deleted_note_is_gone_and_gives_its_room_back(app: &TestApp) {
        let admin = app.admin().await;
        let ada = admin.contact("Lovelace").await;
        let id = note(&admin, &ada, "First", false).await;
        assert_eq!(managed(&admin).await, 2);

        let deleted = admin.done(DELETE, json!({ "id": id })).await;
        let again = admin.refusal(DELETE, json!({ "id": id })).await;

        assert_eq!(deleted["deletedNoteId"], id);
        assert_eq!(managed(&admin).await, 1);
        assert_snapshot!(again, @"NOT_FOUND id: there is no note with this id");
    }

    async fn notes_go_with_their_contact_and_their_organization(app: &TestApp) {
        let admin = app.admin().await;
        let ada = admin.contact("Lovelace").await;
        let acme = admin.organization("Acme").await;
        note(&admin, &ada, "1", false).await;
        note(&admin, &ada, "2", false).await;
        admin.done(CREATE, json!({ "subjectId": acme, "text": "3" })).await;
        let delete = "mutation ($input: DeleteContactInput!) {
            deleteContact(input: $input) { deletedNotes userErrors { message } } }";
        let dissolve = "mutation ($input: DeleteOrganizationInput!) {
            deleteOrganization(input: $input) { deletedNotes userErrors { message } } }";

        let contact = admin.done(delete, json!({ "id": ada })).await;
        let organization = admin.done(dissolve, json!({ "id": acme })).await;

        assert_eq!((&contact["deletedNotes"], &organization["deletedNotes"]), (&json!(2), &json!(1)));
        assert_eq!(listed(&admin, Value::Null, Value::Null).await, [""; 0]);
        assert_eq!(managed(&admin).await, 0);
    }

    async fn notes_of_others_take_one_more_permission(app: &TestApp) {
        let admin = app.admin().await;
        let ada = admin.contact("Lovelace").await;
        let theirs = note(&admin, &ada, "Theirs", false).await;
        let own = [Permission::ContactView, Permission::NoteView, Permission::NoteAdd, Permission::NoteEdit, Permission::NoteDelete];
        let writer = app.caller(own).await;
        let mine = note(&app.caller(own).await, &ada, "Mine", false).await;

        writer.done(UPDATE, json!({ "id": mine, "text": "Mine still" })).await;
        let update = writer.errors(UPDATE, json!({ "input": { "id": theirs, "text": "Mine" } })).await;
        let delete = writer.errors(DELETE, json!({ "input": { "id": theirs } })).await;
        let chief = app.caller(own.into_iter().chain([Permission::NoteEditAny])).await;
        let changed = chief.done(UPDATE, json!({ "id": theirs, "text": "Ours" })).await;

        assert_snapshot!(update, @"FORBIDDEN updateNote: needs the permission externalContacts:note:editAny");
        assert_snapshot!(delete, @"FORBIDDEN deleteNote: needs the permission externalContacts:note:editAny");
        assert_eq!(changed["note"]["text"], "Ours");
        writer.done(DELETE, json!({ "id": mine })).await;
    }

    async fn who_may_not_see_the_subject_gets_the_note_without_it(app: &TestApp) {
        let admin = app.admin().await;
        let ada = admin.contact("Lovelace").await;
        note(&admin, &ada, "About Ada", false).await;
        let reader = app.caller([Permission::NoteView, Permission::OrganizationView]).await;
        let query = "{ notes { nodes { text subject { __typename } } } }";

        let answer = reader.run(query, json!({})).await;
        let errors = reader.errors(query, json!({})).await;
        let filtered = reader.errors(TEXTS, json!({ "filter": { "contactId": { "eq": ada } } })).await;

        assert_eq!(answer["data"]["notes"]["nodes"], json!([{ "text": "About Ada", "subject": null }]));
        assert_snapshot!(errors, @"FORBIDDEN notes.nodes.0.subject: needs the permission externalContacts:contact:view");
        assert_snapshot!(filtered, @"FORBIDDEN notes: needs the permission externalContacts:contact:view");
    }

    async fn another_tenants_note_is_not_found(app: &TestApp) {
        let admin = app.admin().await;
        let ada = admin.contact("Lovelace").await;
        let id = note(&admin, &ada, "Secret", false).await;
        let other = app.tenant("other").await;
        let stranger = app.caller_of(&other, "stranger", Permissions::all()).await;

        let read = stranger.data("query ($id: ID!) { note(id: $id) { text } notes { nodes { text } } }", json!({ "id": id })).await;
        let changed = stranger.refusal(UPDATE, json!({ "id": id, "text": "Mine" })).await;

        assert_eq!(read, json!({ "note": null, "notes": { "nodes": [] } }));
        assert_snapshot!(changed, @"NOT_FOUND id: there is no note with this id");
    }
}
