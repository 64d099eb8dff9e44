//! The record that a row is about, and what a row may do to it.

use external_contacts::transfer::{Format, Kind, Match};
use serde_json::json;

use super::{Import, columns, exported};
use crate::support::on_both_engines;
use crate::support::operations::{CREATE_CONTACT, DELETE_CONTACT};

on_both_engines! {
    async fn rows_that_repeat_a_key_are_applied_in_the_order_of_the_file(app: &TestApp) {
        let import = Import::of(&app.tenant, Kind::Contacts);
        let imported = import.table(
            "externalIds.crm,lastName,title\n1,Lovelace,Countess\n2,Hopper,Admiral\n1,King,\n1,,Analyst\n2,Hopper,Admiral\n",
        ).await;

        assert_eq!((imported.created, imported.updated, imported.unchanged, imported.refused), (2, 2, 1, 0));
        let kept = columns(&app.tenant, Kind::Contacts, &["lastName", "title", "version"]).await;
        assert_eq!(kept, ["Hopper|Admiral|1", "King|Analyst|1"]);

        let again = import.table("externalIds.crm,lastName,title\n1,Byron,\n3,Curie,\n").await;
        assert_eq!((again.created, again.updated), (1, 1));
        let kept = columns(&app.tenant, Kind::Contacts, &["lastName", "title", "version"]).await;
        assert_eq!(kept, ["Byron|Analyst|2", "Curie||1", "Hopper|Admiral|1"]);
    }

    async fn a_row_that_names_a_deleted_record_is_refused(app: &TestApp) {
        let admin = app.admin().await;
        let (deleted, kept) = (admin.contact("Lovelace").await, admin.contact("Hopper").await);
        admin.done(DELETE_CONTACT, json!({ "id": deleted })).await;
        let import = Import::of(&app.tenant, Kind::Contacts);
        let table = format!("id,lastName,title\n{},Lovelace,Countess\n{},Hopper,Admiral\n", deleted.as_str().unwrap(), kept.as_str().unwrap());
        let imported = import.table(&table).await;

        assert_eq!((imported.created, imported.updated, imported.refused), (0, 1, 1));
        assert_eq!(import.remarks(), ["2,refused,id,\"names a deleted record; restore or purge it, or leave the id out\""]);
    }

    async fn a_record_is_found_by_its_address_or_number(app: &TestApp) {
        let admin = app.admin().await;
        for (name, email, phone) in [("Ada", "ada@example.com", "+13175550101"), ("Bob", "BOB@example.com", "+13175550102"),
            ("Twin", "twin@example.com", "+13175550103"), ("Twin", "twins@example.com", "(317) 555-0103")] {
            let contact = json!({ "lastName": name, "emailAddresses": [{ "address": email }], "phoneNumbers": [{ "input": phone }] });
            admin.done(CREATE_CONTACT, contact).await;
        }
        let import = Import::of(&app.tenant, Kind::Contacts).by(&[Match::Email, Match::Phone]);
        let imported = import.table(
            "emailAddresses.1.address,phoneNumbers.1.input,title\nADA@example.com,,by mail\nbob2@example.com,317-555-0102,by phone\n\
             ,+1 317 555 0103,by both\ntwin@example.com,317 555 0103,by mail first\n",
        ).await;

        assert_eq!((imported.created, imported.updated, imported.refused), (0, 3, 1));
        assert_eq!(import.remarks(), ["4,refused,,2 records match this row; give the id of the one that it is about"]);
        let kept = columns(&app.tenant, Kind::Contacts, &["lastName", "title", "emailAddresses.1.address"]).await;
        assert_eq!(kept, [
            "Ada|by mail|ADA@example.com", "Bob|by phone|bob2@example.com", "Twin|by mail first|twin@example.com",
            "Twin||twins@example.com",
        ]);
    }

    async fn an_employer_is_named_by_its_key_or_its_name(app: &TestApp) {
        let organizations = Import::of(&app.tenant, Kind::Organizations);
        organizations.table("name,externalIds.crm\nAnalytical Engines,7\nTwin,8\nTwin,9\n").await;
        let import = Import::of(&app.tenant, Kind::Contacts);
        let imported = import.table(
            "lastName,organizationKey.crm,organizationName\nAda,7,\nBob,,analytical engines\nCy,70,\nDee,,Twin\nEve,,Unknown\nFay,,\n",
        ).await;

        assert_eq!((imported.created, imported.refused), (3, 3));
        assert_eq!(import.remarks(), [
            "4,refused,organizationKey,there is no organization with this key",
            "5,refused,organizationName,2 organizations have this name",
            "6,refused,organizationName,there is no organization with this name",
        ]);
        let id = columns(&app.tenant, Kind::Organizations, &["id", "name"]).await;
        let engines = id.iter().find_map(|line| line.strip_suffix("|Analytical Engines")).unwrap();
        let kept = columns(&app.tenant, Kind::Contacts, &["lastName", "organizationId"]).await;
        assert_eq!(kept, [format!("Ada|{engines}"), format!("Bob|{engines}"), "Fay|".to_owned()]);
    }

    async fn empty_cells_clear_fields_only_if_asked_for(app: &TestApp) {
        let table = "externalIds.crm,lastName,title,phoneNumbers.1.input\n1,Lovelace,,\n";
        let mut import = Import::of(&app.tenant, Kind::Contacts);
        import.table("externalIds.crm,lastName,title,phoneNumbers.1.input\n1,Lovelace,Countess,+13175550101\n").await;
        let kept = || columns(&app.tenant, Kind::Contacts, &["title", "phoneNumbers.1.input", "externalIds.1.value"]);

        assert_eq!(import.table(table).await.unchanged, 1);
        assert_eq!(kept().await, ["Countess|+13175550101|1"]);
        import.clears_empty = true;
        assert_eq!(import.table(table).await.updated, 1);
        assert_eq!(kept().await, ["||1"]);
        let line = r#"{"externalIds":[{"source":"crm","value":"1"}],"title":"Analyst"}"#;
        import.bytes(line.as_bytes(), Format::Jsonl).await;
        assert_eq!(kept().await, ["Analyst||1"]);
    }

    async fn refused_rows_are_told_and_good_rows_go_in(app: &TestApp) {
        let import = Import::of(&app.tenant, Kind::Contacts).map("Surname", "lastName");
        let table = "Surname,Shoe size,emailAddresses.2.address,externalIds.crm,phoneNumbers.1.label,id,version\n\
            Ada,9,ada@example.com,1,,,\n,9,,,,,\nBob,9,bob,,ROUND,contact_1,0\nCy,9,cy@example.com,,,,\nDee,9,,,WORK,,\n";
        let imported = import.table(table).await;

        assert_eq!((imported.created, imported.refused, imported.ignored), (2, 3, 1));
        let labels = "WORK, MOBILE, HOME, MAIN, FAX, ASSISTANT, BILLING, SHIPPING, OTHER";
        assert_eq!(import.remarks(), [
            "1,ignored,Shoe size,there is no field of this name; use --map to give it one".to_owned(),
            "4,refused,version,must be 1 or more".to_owned(),
            "4,refused,id,\"is not the id of a contact, which looks like `contact_0192f7c4-1c2d-7e3f-8a4b-5c6d7e8f9a0b`\"".to_owned(),
            format!("4,refused,phoneNumbers.1.label,\"must be one of {labels}\""),
            "3,refused,lastName,a contact needs a first name or a last name".to_owned(),
            "6,refused,phoneNumbers.1.input,must not be empty; give 1 to 100 characters".to_owned(),
        ]);
    }

    async fn a_key_of_another_record_is_refused(app: &TestApp) {
        let import = Import::of(&app.tenant, Kind::Contacts).by(&[Match::Email]);
        let imported = import.table(
            "lastName,externalIds.crm,emailAddresses\nAda,1,ada@example.com\nBob,1,bob@example.com\nCy,2,ada@example.com\n\
             Dee,1,dee@example.com\n",
        ).await;

        assert_eq!((imported.created, imported.updated, imported.refused), (2, 1, 1));
        assert_eq!(import.remarks(), ["3,refused,externalIds,another contact has one of these external ids"]);
        let kept = columns(&app.tenant, Kind::Contacts, &["lastName", "externalIds.1.value"]).await;
        assert_eq!(kept, ["Cy|2", "Dee|1"]);
    }

    async fn the_entity_limit_is_respected(app: &TestApp) {
        app.tenant.set_limit(3).await.unwrap();
        let table = "externalIds.crm,lastName\n1,A\n2,B\n3,C\n4,D\n1,E\n";
        let mut import = Import::of(&app.tenant, Kind::Contacts);
        import.is_rehearsal = true;
        let rehearsed = import.table(table).await;
        assert_eq!(columns(&app.tenant, Kind::Contacts, &["lastName"]).await, [""; 0]);

        import.is_rehearsal = false;
        let imported = import.table(table).await;

        assert_eq!(imported, rehearsed);
        assert_eq!((imported.created, imported.updated, imported.refused), (3, 1, 1));
        let message = "the limit of 3 organizations, contacts, relationships and notes is reached; \
            delete some, or ask the operator of this service to raise the limit";
        assert_eq!(import.remarks(), [format!("5,refused,,\"{message}\"")]);
        assert_eq!(columns(&app.tenant, Kind::Contacts, &["lastName"]).await, ["B", "C", "E"]);
        assert_eq!(app.tenant.managed_entities().await.unwrap(), 3);
    }

    async fn other_kinds_are_found_by_their_own_keys(app: &TestApp) {
        let import = |kind| Import::of(&app.tenant, kind);
        import(Kind::Users).table("subject,name\nada,Ada\nada,Ada Lovelace\n").await;
        import(Kind::WrapUpCodes).table("name,description\nResolved,one\nRÉSOLVED,two\n").await;
        import(Kind::Organizations).table("name,externalIds.crm\nEngines,7\n").await;
        import(Kind::Contacts).table("lastName,externalIds.crm\nBob,8\n").await;
        let relationships = "userSubject,organizationKey.crm,type,startedOn,endedOn\nada,7,Account Manager,,\n\
            ada,7,account manager,2024-01-01,\nada,7,Account Manager,,2024-12-31\nada,7,Account Manager,,\nnobody,7,X,,\n";
        let relationship = import(Kind::Relationships);
        let imported = relationship.table(relationships).await;
        assert_eq!((imported.created, imported.updated, imported.refused), (2, 2, 1));
        assert_eq!(relationship.remarks(), ["6,refused,userSubject,there is no user with this name"]);
        let notes = import(Kind::Notes);
        let imported = notes.table("contactKey.crm,organizationKey.crm,authorSubject,text\n8,,ada,One\n,7,ada,Two\n9,,ada,No\n,,ada,No\n").await;
        assert_eq!((imported.created, imported.refused), (2, 2));
        let calls = "externalId,mediaType,direction,startedAt,contactKey.crm,organizationKey.crm,queueName\n\
            c1,call,inbound,2026-01-02T03:04:05Z,8,7,\nc1,,,,,,Sales\nc2,fax,inbound,,,,\n";
        let interactions = import(Kind::Interactions);
        let imported = interactions.table(calls).await;
        assert_eq!((imported.created, imported.updated, imported.refused), (1, 1, 1));

        let of = |kind, names: &'static [&'static str]| columns(&app.tenant, kind, names);
        assert_eq!(of(Kind::Users, &["subject", "name"]).await, ["ada|Ada Lovelace"]);
        assert_eq!(of(Kind::WrapUpCodes, &["name", "description"]).await, ["RÉSOLVED|two"]);
        assert_eq!(of(Kind::Relationships, &["type", "startedOn", "endedOn"]).await, [
            "Account Manager|2024-01-01|2024-12-31", "Account Manager||",
        ]);
        assert_eq!(of(Kind::Notes, &["text"]).await, ["One", "Two"]);
        assert_eq!(of(Kind::Interactions, &["externalId", "queueName"]).await, ["c1|Sales"]);
        assert!(exported(&app.tenant, Kind::Notes, Format::Jsonl).await.contains("\"pinned\":false"));
    }

    async fn a_chunk_takes_the_same_number_of_statements_whatever_its_rows(app: &TestApp) {
        let mut counts = Vec::new();
        for (from, count) in [(0, 2), (2, 40)] {
            let rows: Vec<String> = (from..from + count).map(|n| format!("{n},Same\n")).collect();
            let rows = rows.concat();
            let tenant = app.tenant.counted_anew();
            Import::of(&tenant, Kind::Contacts).table(&format!("externalIds.crm,lastName\n{rows}")).await;
            counts.push(tenant.statements());
        }
        assert_eq!(counts[1], counts[0] - 1, "the second has no new word for the vocabulary: {counts:?}");
    }
}
