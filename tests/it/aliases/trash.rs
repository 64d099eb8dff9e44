//! Restoring what refers to a merged record, and a merged record itself.

use serde_json::{Value, json};

use super::{UPDATE_ORGANIZATION, contacts};
use crate::support::operations::DELETE_CONTACT;
use crate::support::{TestCaller, on_both_engines};

/// The deletion and the restoration of a record of this kind, and what the restoration tells of it.
async fn delete_and(
    admin: &TestCaller<'_>,
    kind: &str,
    id: &Value,
    between: impl AsyncFnOnce(),
    fields: &str,
) -> Value {
    let noun = format!("{}{}", kind[..1].to_uppercase(), &kind[1..]);
    let delete = format!(
        "mutation ($input: Delete{noun}Input!) {{ delete{noun}(input: $input) {{ userErrors {{ code field message }} }} }}"
    );
    admin.done(&delete, json!({ "id": id })).await;
    between().await;
    let restore = format!(
        "mutation ($input: Restore{noun}Input!) {{ restore{noun}(input: $input) {{ {fields} userErrors {{ code field message }} }} }}"
    );
    admin.payload(&restore, json!({ "id": id })).await
}

on_both_engines! {
    async fn what_is_restored_belongs_to_the_survivor(app: &TestApp) {
        let admin = app.admin().await;
        let (ada, ann) = (admin.contact("Ada").await, admin.contact("Ann").await);
        let (apex, apex_inc) = (admin.organization("Apex").await, admin.organization("Apex Inc.").await);
        let zenith = admin.organization("Zenith").await;
        let lena = admin.employee("Lena", &zenith).await;
        let leo = admin.employee("Leo", &zenith).await;
        admin.done(UPDATE_ORGANIZATION, json!({ "id": zenith, "primaryContactId": lena })).await;
        let user = admin.user("Grace").await;
        let ben = admin.employee("Ben", &apex_inc).await;
        let about_ann = admin.note(&ann, "Late").await;
        let about_apex_inc = admin.note(&apex_inc, "Late").await;
        let relationship = admin.relationship(&user, &apex_inc, "Owner").await;

        let restored = delete_and(&admin, "note", &about_ann, async || app.merge(&ada, &ann).await,
            "note { subject { ... on Contact { id } } }").await;
        assert_eq!(restored["note"]["subject"]["id"], ada, "{restored}");
        let restored = delete_and(&admin, "note", &about_apex_inc, async || (), "note { subject { ... on Organization { id } } }").await;
        assert_eq!(restored["note"]["subject"]["id"], apex_inc);
        let delete_note = "mutation ($input: DeleteNoteInput!) { deleteNote(input: $input) { userErrors { code field message } } }";
        admin.done(delete_note, json!({ "id": about_apex_inc })).await;
        admin.done(DELETE_CONTACT, json!({ "id": ben })).await;
        let merge = async || app.merge(&apex, &apex_inc).await;
        let restored = delete_and(&admin, "relationship", &relationship, merge, "relationship { organization { id } }").await;
        assert_eq!(restored["relationship"]["organization"]["id"], apex, "{restored}");
        let restore = "mutation ($input: RestoreNoteInput!) {
            restoreNote(input: $input) { note { subject { ... on Organization { id } } } userErrors { code field message } } }";
        let restored = admin.done(restore, json!({ "id": about_apex_inc })).await;
        assert_eq!(restored["note"]["subject"]["id"], apex);
        let restore = "mutation ($input: RestoreContactInput!) {
            restoreContact(input: $input) { contact { organization { id } } lost { field } userErrors { code field message } } }";
        let restored = admin.done(restore, json!({ "id": ben })).await;
        assert_eq!((&restored["contact"]["organization"]["id"], &restored["lost"]), (&apex, &json!([])));

        let merge = async || app.merge(&leo, &lena).await;
        let restored = delete_and(&admin, "organization", &zenith, merge, "organization { primaryContact { id } } lost { field }").await;
        assert_eq!((&restored["organization"]["primaryContact"]["id"], &restored["lost"]), (&leo, &json!([])), "{restored}");
        app.execute("DELETE FROM aliases").await;
        let data = admin.data("query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Contact { organization { id } }
            ... on Organization { primaryContact { id } } ... on Note { subject { ... on Contact { id } ... on Organization { id } } } } }",
            json!({ "ids": [ben, zenith, about_ann, about_apex_inc] })).await;
        assert_eq!(data["nodes"], json!([{ "organization": { "id": apex } }, { "primaryContact": { "id": leo } },
            { "subject": { "id": ada } }, { "subject": { "id": apex } }]));
    }

    async fn without_the_survivor_its_parts_are_not_restored(app: &TestApp) {
        let admin = app.admin().await;
        let (apex, apex_inc) = (admin.organization("Apex").await, admin.organization("Apex Inc.").await);
        let note = admin.note(&apex_inc, "Late").await;
        let ben = admin.employee("Ben", &apex_inc).await;
        let delete = "mutation ($input: DeleteOrganizationInput!) { deleteOrganization(input: $input) { userErrors { code field message } } }";
        admin.done(DELETE_CONTACT, json!({ "id": ben })).await;
        let merge = async || {
            app.merge(&apex, &apex_inc).await;
            admin.done(delete, json!({ "id": apex })).await;
        };
        let refused = delete_and(&admin, "note", &note, merge, "note { id }").await;
        let survivor = apex.as_str().unwrap();
        let message = format!("belongs to the deleted organization {survivor}; restore that first");
        assert_eq!(refused["userErrors"], json!([{ "code": "NOT_FOUND", "field": ["id"], "message": message }]));

        let restore = "mutation ($input: RestoreContactInput!) {
            restoreContact(input: $input) { contact { organization { id } } lost { field value } userErrors { code field message } } }";
        let restored = admin.done(restore, json!({ "id": ben })).await;
        assert_eq!(restored["lost"], json!([{ "field": ["organization"], "value": apex }]));
        let restore = "mutation ($input: RestoreOrganizationInput!) {
            restoreOrganization(input: $input) { reattachedContacts userErrors { code field message } } }";
        assert_eq!(admin.done(restore, json!({ "id": apex })).await["reattachedContacts"], 1);
    }

    async fn a_merged_record_is_not_restored_but_says_what_it_is_part_of(app: &TestApp) {
        let admin = app.admin().await;
        let (ada, ann) = contacts(app, &admin).await;
        let restore = "mutation ($input: RestoreContactInput!) { restoreContact(input: $input) { userErrors { code field message } } }";
        let refused = admin.refusal(restore, json!({ "id": ann })).await;
        assert_eq!(refused, format!("NOT_FOUND id: is now part of {}", ada.as_str().unwrap()));
    }
}
