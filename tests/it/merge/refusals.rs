//! Merges that are refused.

use chrono::TimeDelta;
use external_contacts::model::Permission;
use serde_json::{Value, json};

use super::{MERGE_CONTACTS, UNDO_CONTACT_MERGE};
use crate::support::on_both_engines;
use crate::support::operations::{CREATE_CONTACT, UPDATE_CONTACT};

on_both_engines! {
    async fn members_are_several_records_of_the_kind(app: &TestApp) {
        let admin = app.admin().await;
        let (ada, ben) = (admin.contact("Ada").await, admin.contact("Ben").await);
        let company = admin.organization("Engines").await;
        assert_eq!(admin.no_merge(&[&ada]).await, "INVALID members: must be 2 to 25 records; there are 1");
        let many: Vec<&Value> = std::iter::repeat_n(&ada, 26).collect();
        assert_eq!(admin.no_merge(&many).await, "INVALID members: must be 2 to 25 records; there are 26");
        let twice = "must be another record than those before it; this one is the same, or part of the same by now";
        assert_eq!(admin.no_merge(&[&ada, &ben, &ada]).await, format!("INVALID members.2.id: {twice}"));
        let wrong = admin.no_merge(&[&ada, &company]).await;
        assert!(wrong.starts_with("INVALID members.1.id: is not the id of a contact"), "{wrong}");
        let missing = json!("contact_00000000-0000-7000-8000-000000000000");
        assert_eq!(admin.no_merge(&[&missing, &ada]).await, "NOT_FOUND members.0.id: there is no contact with this id");
        let members = json!([{ "id": ada, "expectedVersion": 1 }, { "id": ben, "expectedVersion": 2 }]);
        let refusal = admin.refusal(MERGE_CONTACTS, json!({ "members": members })).await;
        assert!(refusal.starts_with("VERSION_CONFLICT members.1.expectedVersion"), "{refusal}");

        admin.merge(&[&ada, &ben]).await;
        let cleo = admin.contact("Cleo").await;
        assert_eq!(admin.no_merge(&[&cleo, &ben, &ada]).await, format!("INVALID members.2.id: {twice}"));
        // A record by the id of one of its parts.
        let merged = admin.merge(&[&cleo, &ben]).await;
        let mut parts = vec![ada, ben];
        parts.sort_by_key(Value::to_string);
        assert_eq!(merged["contact"]["mergedIds"], json!(parts));
    }

    async fn lists_stay_within_their_limits(app: &TestApp) {
        let admin = app.admin().await;
        let numbered = |start: usize| (start..start + 15).map(|n| json!({ "input": format!("+120255501{n:02}") })).collect::<Vec<_>>();
        let mut ids = Vec::new();
        for start in [0, 20] {
            let input = json!({ "lastName": "Ada", "phoneNumbers": numbered(start) });
            ids.push(admin.done(CREATE_CONTACT, input).await["contact"]["id"].take());
        }
        assert_eq!(
            admin.no_merge(&[&ids[0], &ids[1]]).await,
            "INVALID values.phoneNumbers: would have 30 entries together, and a list has at most 20; give the ones to keep"
        );
        let members = crate::merge::members(&[&ids[0], &ids[1]]);
        let input = json!({ "members": members, "values": { "phoneNumbers": numbered(40), "firstName": "x".repeat(1001) } });
        let refusal = admin.refusal(MERGE_CONTACTS, input).await;
        assert!(refusal.starts_with("INVALID values.firstName"), "{refusal}");
        let input = json!({ "members": members, "values": { "phoneNumbers": numbered(40) } });
        let merged = admin.done(MERGE_CONTACTS, input).await;
        assert_eq!(merged["contact"]["phoneNumbers"].as_array().unwrap().len(), 15);
    }

    async fn merging_takes_a_permission_of_its_own(app: &TestApp) {
        let admin = app.admin().await;
        let (ada, ben) = (admin.contact("Ada").await, admin.contact("Ben").await);
        let merged = admin.merge(&[&ada, &ben]).await;
        let merge = &merged["merge"]["id"];
        let node = "query ($id: ID!) { node(id: $id) { id ... on Merge { memberIds survivor { __typename } } } }";
        let shown = admin.data(node, json!({ "id": merge })).await;
        assert_eq!(shown["node"], json!({ "id": merge, "memberIds": [ben], "survivor": { "__typename": "Contact" } }));
        let others = Permission::ALL.iter().copied().filter(|it| *it != Permission::ContactMerge);
        let other = app.caller(others).await;
        let input = json!({ "input": { "members": crate::merge::members(&[&ada, &ben]) } });
        assert!(other.errors(MERGE_CONTACTS, input).await.starts_with("FORBIDDEN mergeContacts"));
        let input = json!({ "input": { "mergeId": merge } });
        assert!(other.errors(UNDO_CONTACT_MERGE, input).await.starts_with("FORBIDDEN undoContactMerge"));
        assert!(other.errors(node, json!({ "id": merge })).await.starts_with("FORBIDDEN node"));
        let list = "query ($id: ID!) { contact(id: $id) { mergedIds merges { nodes { id } } } }";
        assert!(other.errors(list, json!({ "id": ada })).await.starts_with("FORBIDDEN contact.merges"));
    }

    async fn who_may_not_view_the_records_sees_nothing_of_them(app: &TestApp) {
        let admin = app.admin().await;
        let (ada, ben) = (admin.contact("Ada").await, admin.contact("Ben").await);
        let merger = app.caller([Permission::ContactMerge]).await;
        let input = json!({ "members": crate::merge::members(&[&ada, &ben]), "dryRun": true });
        for hidden in ["fields { value }", "memberLabels", "survivor { __typename }"] {
            let query = format!("mutation ($input: MergeContactsInput!) {{ mergeContacts(input: $input) {{
                merge {{ memberIds {hidden} }} userErrors {{ code }} }} }}");
            let answer = merger.run(&query, json!({ "input": input })).await;
            assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN", "{hidden}");
            assert_eq!(answer["data"]["mergeContacts"]["merge"]["memberIds"], json!([ben]));
        }
    }

    async fn a_merge_is_undone_once_and_in_time(app: &TestApp) {
        let admin = app.admin().await;
        let (ada, ben, cleo) = (admin.contact("Ada").await, admin.contact("Ben").await, admin.contact("Cleo").await);
        let first = admin.merge(&[&ada, &ben]).await["merge"]["id"].take();
        let second = admin.merge(&[&ada, &cleo]).await["merge"]["id"].take();
        let text = |id: &Value| id.as_str().unwrap().to_owned();
        assert_eq!(
            admin.no_parting(&ada, &first).await,
            format!("INVALID mergeId: is not the last merge of this contact; undo {} first", text(&second))
        );
        let dora = admin.contact("Dora").await;
        let third = admin.merge(&[&dora, &ada]).await["merge"]["id"].take();
        let refusal = admin.no_parting(&ada, &second).await;
        assert!(refusal.ends_with(&format!("undo {} first", text(&third))), "{refusal}");
        admin.part(&ada, &third).await;
        admin.delete(&ada).await;
        let refusal = admin.no_parting(&ada, &second).await;
        assert!(refusal.ends_with(&format!("restore {} first", text(&ada))), "{refusal}");
        admin.restore(&ada).await;
        admin.part(&ada, &second).await;
        assert_eq!(admin.no_parting(&ada, &second).await, "INVALID mergeId: was undone already");
        let company = admin.organization("Engines").await;
        assert_eq!(admin.no_parting(&company, &first).await, "NOT_FOUND mergeId: there is no merge with this id");
        app.pass(TimeDelta::days(31));
        assert_eq!(
            admin.no_parting(&ada, &first).await,
            "EXPIRED mergeId: can no longer be undone: its time is over"
        );
        let until = "query ($id: ID!) { node(id: $id) { ... on Merge { undoableUntil undoneAt } } }";
        assert_eq!(admin.data(until, json!({ "id": first })).await["node"], json!({ "undoableUntil": null, "undoneAt": null }));
        app.store.system().sweep_trash().await.unwrap();
        assert_eq!(
            admin.no_parting(&ada, &first).await,
            "EXPIRED mergeId: can no longer be undone: its time is over"
        );
    }

    async fn a_refused_merge_changes_nothing(app: &TestApp) {
        let admin = app.admin().await;
        let (ada, ben) = (admin.contact("Ada").await, admin.contact("Ben").await);
        let other = json!({ "lastName": "Other", "externalIds": [{ "source": "crm", "value": "7" }] });
        admin.done(CREATE_CONTACT, other).await;
        let before = crate::support::rows::rows_of_tenant(app, &app.tenant).await;
        let input = json!({ "members": crate::merge::members(&[&ada, &ben]),
            "values": { "externalIds": [{ "source": "crm", "value": "7" }] } });
        let refusal = admin.refusal(MERGE_CONTACTS, input).await;
        assert!(refusal.starts_with("TAKEN values.externalIds.0"), "{refusal}");
        assert_eq!(crate::support::rows::rows_of_tenant(app, &app.tenant).await, before);
    }

    async fn without_a_trash_merges_are_final(app: &TestApp) {
        app.store.keep_trash(0);
        let admin = app.admin().await;
        let (ada, ben) = (admin.contact("Ada").await, admin.contact("Ben").await);
        let merged = admin.merge(&[&ada, &ben]).await;
        assert_eq!(merged["merge"]["undoableUntil"], Value::Null);
        let refusal = admin.no_parting(&ada, &merged["merge"]["id"]).await;
        assert!(refusal.starts_with("EXPIRED mergeId"), "{refusal}");
        admin.done(UPDATE_CONTACT, json!({ "id": ada, "title": "Countess" })).await;
        admin.delete(&ada).await;
        let rows = crate::support::rows::rows_of_tenant(app, &app.tenant).await;
        for table in ["aliases", "merges", "undo_records", "undo_links"] {
            assert_eq!(rows[table], Vec::<String>::new(), "{table}");
        }
    }
}
