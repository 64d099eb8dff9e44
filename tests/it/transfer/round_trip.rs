//! What is exported is imported as it was.

use external_contacts::demo;
use external_contacts::transfer::{Format, Kind};
use serde_json::{Value, json};

use super::{Import, exported};
use crate::support::operations::{
    CREATE_CONTACT, CREATE_NOTE, CREATE_ORGANIZATION, CREATE_RELATIONSHIP, DELETE_CONTACT,
    RECORD_INTERACTION, UPSERT_USER,
};
use crate::support::{TestApp, TestCaller, on_both_engines};

const CREATE_CODE: &str = "mutation ($input: CreateWrapUpCodeInput!) {
    createWrapUpCode(input: $input) { wrapUpCode { id } userErrors { code field message } } }";
const WRAP_UP: &str = "mutation ($input: WrapUpInteractionInput!) {
    wrapUpInteraction(input: $input) { interaction { version } userErrors { code field message } } }";
const UPDATE_ORGANIZATION: &str = "mutation ($input: UpdateOrganizationInput!) {
    updateOrganization(input: $input) { organization { version } userErrors { code field message } } }";

/// A text with everything that formats have a meaning for.
const AWKWARD: &str = "=SUM(A1); \"quoted\", 'x'\r\nsecond line\ttab \\n {\"a\": [1]} \u{202b}אדה\u{202c} 👩\u{200d}🚀 é e\u{301} #";

on_both_engines! {
    async fn every_field_of_every_record_comes_back(app: &TestApp) {
        demo::fill(&app.tenant, &|_, _| {}).await.unwrap();
        add_awkward_records(&app.admin().await).await;
        for format in [Format::Csv, Format::Jsonl] {
            let copy = app.tenant(if format == Format::Csv { "table" } else { "lines" }).await;
            for kind in Kind::ALL {
                let file = exported(&app.tenant, kind, format).await;
                let import = Import::of(&copy, kind);
                let imported = import.bytes(file.as_bytes(), format).await;

                assert_eq!(import.remarks(), [""; 0], "{kind:?}");
                assert_eq!((imported.created, imported.updated + imported.unchanged), (imported.rows, 0), "{kind:?}");
            }
            for kind in Kind::ALL {
                let (given, copied) =
                    (exported(&app.tenant, kind, format).await, exported(&copy, kind, format).await);
                let difference = given.lines().zip(copied.lines()).find(|(one, other)| one != other);
                assert_eq!(difference, None, "{kind:?}");
                assert_eq!(given.len(), copied.len(), "{kind:?}");
            }
            assert_eq!(copy.managed_entities().await.unwrap(), app.tenant.managed_entities().await.unwrap());
            for kind in Kind::ALL {
                let file = exported(&copy, kind, format).await;
                let again = Import::of(&copy, kind).bytes(file.as_bytes(), format).await;
                let records = again.rows - again.updated;
                assert_eq!((again.created, again.unchanged), (0, records), "{kind:?} {again:?}");
                assert_eq!(exported(&copy, kind, format).await, file, "{kind:?}");
            }
        }
    }

    async fn interactions_with_a_deleted_contact_are_imported_without_one(app: &TestApp) {
        let admin = app.admin().await;
        let contact = admin.contact("Lovelace").await;
        let call = json!({ "externalId": "call-1", "mediaType": "CALL", "direction": "INBOUND",
            "startedAt": "2026-01-05T10:00:00Z", "contactId": contact });
        admin.done(RECORD_INTERACTION, call).await;
        admin.done(DELETE_CONTACT, json!({ "id": contact })).await;
        for format in [Format::Csv, Format::Jsonl] {
            let copy = app.tenant(if format == Format::Csv { "table" } else { "lines" }).await;
            let file = exported(&app.tenant, Kind::Interactions, format).await;
            let import = Import::of(&copy, Kind::Interactions);

            let imported = import.bytes(file.as_bytes(), format).await;

            assert_eq!(import.remarks(), [""; 0]);
            assert_eq!(imported.created, 1);
            assert!(!file.contains("contact_"), "{file}");
        }
    }

    async fn an_imported_record_is_found_by_searches_and_has_a_history(app: &TestApp) {
        let admin = app.admin().await;
        let import = Import::of(&app.tenant, Kind::Contacts);

        import.table("firstName,lastName,phoneNumbers.1.input\nGrace,Hopper,(317) 555-0123\n").await;

        let query = "{ searchContacts(query: \"hopper 0123\") {
            nodes { displayName changes(first: 2) { nodes { action version } } } } }";
        let found = admin.data(query, json!({})).await;
        let expected = json!([{ "displayName": "Grace Hopper",
            "changes": { "nodes": [{ "action": "CREATED", "version": 1 }] } }]);
        assert_eq!(found["searchContacts"]["nodes"], expected);
    }
}

#[tokio::test]
async fn every_column_of_an_export_has_been_filled() {
    let app = TestApp::on_sqlite().await;
    add_awkward_records(&app.admin().await).await;
    for kind in Kind::ALL {
        let text = exported(&app.tenant, kind, Format::Csv).await;
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let header = reader.headers().unwrap().clone();
        let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        let empty: Vec<&str> = header
            .iter()
            .enumerate()
            .filter(|(place, _)| records.iter().all(|record| record[*place].is_empty()))
            .map(|(_, name)| name)
            .collect();
        // A user who signs in is created and changed by the service.
        let expected: &[&str] = &[];
        assert_eq!(empty, expected, "{kind:?}");
        assert!(text.contains("second line"), "{kind:?}");
    }
}

fn phones(count: usize) -> Value {
    let number = |place: usize| json!({ "input": format!("+1 317 555 01{place:02}"), "extension": "5;6", "label": "WORK", "primary": place == 1 });
    (0..count).map(number).collect()
}

fn addresses(count: usize) -> Value {
    let address = |place: usize| {
        json!({ "lines": ["1 \"Main\" St", "[floor] 2; left"], "city": "Bath, Somerset", "region": "=BNE", "postalCode": "00123",
                "countryCode": "GB", "label": "HOME", "primary": place == 1 })
    };
    (0..count).map(address).collect()
}

fn external_ids(of: &str, count: usize) -> Value {
    (0..count)
        .map(|place| json!({ "source": format!("crm {place}, \"{of}\""), "value": format!("00{place};") }))
        .collect()
}

/// Adds records that have every field, and more entries of each list than an export has columns for.
async fn add_awkward_records(admin: &TestCaller<'_>) {
    let user = admin
        .done(UPSERT_USER, json!({ "subject": "o'neil|\"1\"", "name": AWKWARD, "email": "o'neil@example.com", "title": "x,y" }))
        .await["user"]["id"]
        .take();
    let organization = json!({
        "name": AWKWARD, "companyType": "Partner; gold", "industry": "R&D", "phoneNumber": phones(1)[0], "faxNumber": phones(1)[0],
        "address": addresses(2)[1], "employeeCount": 2_147_483_647, "annualRevenue": { "amount": "1250000.50", "currency": "EUR" },
        "websites": ["https://example.com/a;b", "https://example.org"], "tags": ["a;b", "[c]", "d, e"],
        "tickers": [{ "symbol": "A", "exchange": "X" }, { "symbol": "B", "exchange": "Y" }, { "symbol": "C", "exchange": "Z" }],
        "externalSystemUrl": "https://crm.example/?a=1&b=\"", "externalIds": external_ids("o", 5),
    });
    let organization = admin.done(CREATE_ORGANIZATION, organization).await["organization"]["id"].take();
    let contact = json!({
        "salutation": "Dr.", "firstName": AWKWARD, "middleName": "-1", "lastName": "[]", "title": "+1", "tags": ["vip", "early bird"],
        "organizationId": organization, "phoneNumbers": phones(5), "addresses": addresses(4), "externalIds": external_ids("c", 4),
        "emailAddresses": (0..5).map(|n| json!({ "address": format!("o'neil+{n}@example.com"), "label": "MOBILE", "primary": n == 4 }))
            .collect::<Value>(),
        "socialHandles": (0..4).map(|n| json!({ "network": "MASTODON", "handle": format!("@a{n},@b.example"), "platformId": format!("4711;{n}") })).collect::<Value>(),
        "surveyOptOut": true, "externalSystemUrl": "https://crm.example/é",
    });
    let contact = admin.done(CREATE_CONTACT, contact).await["contact"]["id"].take();
    admin.done(CREATE_CONTACT, json!({ "lastName": "Nobody" })).await;
    let primary = json!({ "id": organization, "primaryContactId": contact });
    admin.done(UPDATE_ORGANIZATION, primary).await;
    for subject in [&contact, &organization] {
        admin
            .done(
                CREATE_NOTE,
                json!({ "subjectId": subject, "text": AWKWARD, "pinned": true }),
            )
            .await;
    }
    let relationship = json!({ "userId": user, "organizationId": organization, "type": AWKWARD, "startedOn": "2024-02-29",
        "endedOn": "2025-01-01" });
    admin.done(CREATE_RELATIONSHIP, relationship).await;
    let code = json!({ "name": "Résolu; \"oui\"", "description": AWKWARD, "active": true });
    let code = admin.done(CREATE_CODE, code).await["wrapUpCode"]["id"].take();
    let mut agents = vec![user];
    for subject in ["b", "c", "d"] {
        agents.push(admin.user(subject).await);
    }
    let interaction = json!({
        "externalId": "call,\"1\"", "mediaType": "CALL", "direction": "INBOUND", "startedAt": "2026-01-02T03:04:05.678901Z",
        "endedAt": "2026-01-02T03:14:05Z", "subjectLine": AWKWARD, "queueName": "a;b", "contactId": contact, "agentIds": agents,
        "contactPoint": { "socialHandle": { "network": "MASTODON", "handle": "@a0,\"@b.example", "platformId": "=4711" } },
    });
    let interaction = admin.done(RECORD_INTERACTION, interaction).await["interaction"]["id"].take();
    for agent in &agents {
        let wrap_up = json!({ "id": interaction, "agentId": agent, "codeId": code, "note": AWKWARD });
        admin.done(WRAP_UP, wrap_up).await;
    }
    let alone = json!({ "mediaType": "CHAT", "direction": "OUTBOUND", "startedAt": "2026-01-02T03:04:05Z", "contactId": contact,
        "organizationId": null });
    admin.done(RECORD_INTERACTION, alone).await;
    for (place, (point, contact)) in [
        (json!({ "phoneNumber": "(317) 555-0100" }), json!(contact)),
        (json!({ "phoneNumber": "anonymous" }), Value::Null),
        (
            json!({ "emailAddress": "O'Neil <o'neil+1@example.com>" }),
            Value::Null,
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let call = json!({ "externalId": place.to_string(), "mediaType": "OTHER", "direction": "INBOUND",
            "startedAt": "2026-01-02T03:04:06Z", "contactPoint": point, "contactId": contact });
        admin.done(RECORD_INTERACTION, call).await;
    }
}
