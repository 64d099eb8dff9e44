//! Imports of rows with the ids of merged records.

use external_contacts::transfer::Kind;
use serde_json::json;

use super::{contacts, organizations};
use crate::support::on_both_engines;
use crate::transfer::Import;

on_both_engines! {
    async fn rows_that_refer_to_an_alias_refer_to_the_survivor(app: &TestApp) {
        let admin = app.admin().await;
        let (ada, ann) = contacts(app, &admin).await;
        let (apex, apex_inc) = organizations(app, &admin).await;
        let text = |id: &serde_json::Value| id.as_str().unwrap().to_owned();

        let table = format!("lastName,organizationId\nBen,{}\nCay,{}\n", text(&apex_inc), text(&apex));
        let imported = Import::of(&app.tenant, Kind::Contacts).table(&table).await;
        assert_eq!((imported.created, imported.refused), (2, 0));
        let table = format!("text,subjectId,authorId\nLate,{},{}\n", text(&ann), admin.user("Grace").await.as_str().unwrap());
        let import = Import::of(&app.tenant, Kind::Notes);
        let imported = import.table(&table).await;
        assert_eq!((imported.created, imported.refused), (1, 0), "{:?}", import.remarks());

        app.execute("DELETE FROM aliases").await;
        let query = "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Contact { notes { totalCount { value } } }
            ... on Organization { contacts { totalCount { value } } } } }";
        let data = admin.data(query, json!({ "ids": [ada, apex] })).await;
        assert_eq!(data["nodes"], json!([{ "notes": { "totalCount": { "value": 1 } } }, { "contacts": { "totalCount": { "value": 2 } } }]));
    }

    async fn a_row_that_names_a_merged_record_is_refused(app: &TestApp) {
        let admin = app.admin().await;
        let (ada, ann) = contacts(app, &admin).await;
        let import = Import::of(&app.tenant, Kind::Contacts);
        let imported = import.table(&format!("id,lastName\n{},Annie\n", ann.as_str().unwrap())).await;

        assert_eq!((imported.created, imported.updated, imported.refused), (0, 0, 1));
        let message = format!("names a record that is now part of {}; use that id, or leave the id out", ada.as_str().unwrap());
        assert_eq!(import.remarks(), [format!("2,refused,id,\"{message}\"")]);
    }
}
