//! Creating, updating and deleting notes, and each refusal.

use external_contacts::model::Permission;
use serde_json::{Value, json};

use super::fields;
use super::group::Group;

pub async fn record(group: &mut Group<'_>) {
    let ada = group
        .change("a contact", "createContact", json!({ "lastName": "Lovelace" }))
        .await["contact"]["id"]
        .take();
    let acme = group
        .change("an organization", "createOrganization", json!({ "name": "Acme" }))
        .await;
    let acme = acme["organization"]["id"].clone();
    let note = created(group, &ada, &acme).await;
    updated(group, &note).await;
    others(group, &ada, &note).await;
    deleted(group, &note).await;
    orders(group, &ada).await;
}

async fn created(group: &mut Group<'_>, ada: &Value, acme: &Value) -> Value {
    let input = json!({ "subjectId": ada, "text": " Likes engines\nand tea " });
    let note = group.change("create: about a contact", "createNote", input).await["note"]["id"].take();
    for (title, input) in [
        (
            "about an organization, pinned",
            json!({ "subjectId": acme, "text": "Pays late", "pinned": true }),
        ),
        (
            "not pinned",
            json!({ "subjectId": ada, "text": "Second", "pinned": false }),
        ),
        (
            "null pinned",
            json!({ "subjectId": ada, "text": "Third", "pinned": null }),
        ),
        ("about nothing", json!({ "text": "x" })),
        (
            "about a contact that does not exist",
            json!({ "subjectId": "contact_0192f7c4-1c2d-7e3f-8a4b-5c6d7e8f9a0b", "text": "x" }),
        ),
        (
            "about an organization that does not exist",
            json!({ "subjectId": "organization_0192f7c4-1c2d-7e3f-8a4b-5c6d7e8f9a0b", "text": "x" }),
        ),
        (
            "about a user",
            json!({ "subjectId": "user_0192f7c4-1c2d-7e3f-8a4b-5c6d7e8f9a0b", "text": "x" }),
        ),
        ("not an id", json!({ "subjectId": "nonsense", "text": "x" })),
        ("a blank text", json!({ "subjectId": ada, "text": " \n " })),
        (
            "a long text",
            json!({ "subjectId": ada, "text": "x".repeat(32_001) }),
        ),
        (
            "a control character",
            json!({ "subjectId": ada, "text": "a\u{0}b" }),
        ),
        (
            "everything at once",
            json!({ "subjectId": "nonsense", "text": "" }),
        ),
    ] {
        group
            .change(format!("create: {title}"), "createNote", input)
            .await;
    }
    note
}

async fn updated(group: &mut Group<'_>, note: &Value) {
    for (title, fields) in [
        ("nothing", json!({})),
        ("the same text", json!({ "text": "Likes engines\nand tea" })),
        ("a text", json!({ "text": "Likes tea", "expectedVersion": 1 })),
        ("pinned", json!({ "pinned": true })),
        ("null pinned", json!({ "pinned": null })),
        ("the text cleared", json!({ "text": null })),
        ("a long text", json!({ "text": "x".repeat(32_001) })),
        (
            "an earlier version",
            json!({ "text": "Late", "expectedVersion": 1 }),
        ),
    ] {
        let mut input = fields;
        input["id"] = note.clone();
        group
            .change(format!("update: {title}"), "updateNote", input)
            .await;
    }
    for (title, id) in [
        ("not found", "note_0192f7c4-1c2d-7e3f-8a4b-5c6d7e8f9a0b"),
        ("not an id", "nonsense"),
    ] {
        group
            .change(
                format!("update: {title}"),
                "updateNote",
                json!({ "id": id, "text": "x" }),
            )
            .await;
    }
}

/// Notes by another author can be changed only with the permission for any note.
async fn others(group: &mut Group<'_>, ada: &Value, note: &Value) {
    use Permission::{ContactView, NoteAdd, NoteDelete, NoteEdit, NoteEditAny, NoteView};
    let own = [ContactView, NoteView, NoteAdd, NoteEdit, NoteDelete];
    let any = [ContactView, NoteView, NoteEdit, NoteEditAny, NoteDelete];
    let (create, update, delete) = (
        fields::mutation("createNote"),
        fields::mutation("updateNote"),
        fields::mutation("deleteNote"),
    );
    let mine = json!({ "input": { "subjectId": ada, "text": "Mine" } });
    let mine =
        group.ask_as(&own, "somebody's own note", &create, mine).await["data"]["createNote"]["note"]["id"]
            .take();
    let text = |id: &Value| json!({ "input": { "id": id, "text": "Changed" } });
    group
        .ask_as(&own, "update: one's own note", &update, text(&mine))
        .await;
    group
        .ask_as(&own, "update: another's note", &update, text(note))
        .await;
    group
        .ask_as(
            &own,
            "delete: another's note",
            &delete,
            json!({ "input": { "id": note } }),
        )
        .await;
    group
        .ask_as(
            &any,
            "update: another's note, with the permission",
            &update,
            text(note),
        )
        .await;
    group
        .ask_as(
            &own,
            "delete: one's own note",
            &delete,
            json!({ "input": { "id": mine } }),
        )
        .await;
    let blind = [NoteEdit, NoteEditAny];
    group
        .ask_as(
            &blind,
            "update: without the permission to view",
            &update,
            text(note),
        )
        .await;
}

async fn deleted(group: &mut Group<'_>, note: &Value) {
    for (title, input) in [
        ("an earlier version", json!({ "id": note, "expectedVersion": 1 })),
        ("not an id", json!({ "id": "nonsense" })),
        ("any version", json!({ "id": note })),
        ("again", json!({ "id": note })),
    ] {
        group
            .change(format!("delete: {title}"), "deleteNote", input)
            .await;
    }
}

async fn orders(group: &mut Group<'_>, ada: &Value) {
    for (text, pinned) in [("1", false), ("2", true), ("3", false), ("4", true)] {
        let input = json!({ "subjectId": ada, "text": text, "pinned": pinned });
        group.change("a note to be ordered", "createNote", input).await;
    }
    for field in ["PINNED_THEN_NEWEST", "CREATED_AT"] {
        for direction in ["ASC", "DESC"] {
            let query = "query ($orderBy: NoteOrder) { notes(orderBy: $orderBy) { nodes { text pinned } } }";
            let order = json!({ "orderBy": { "field": field, "direction": direction } });
            group.ask(format!("by {field} {direction}"), query, order).await;
        }
    }
}
