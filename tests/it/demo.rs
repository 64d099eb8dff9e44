//! The demo.

use chrono::{DateTime, TimeDelta, Utc};
use external_contacts::app::DEVELOPMENT_SUBJECT;
use external_contacts::demo::{self, FillError};
use external_contacts::id::{ContactId, TypedId};
use external_contacts::model::{Contact, ContactChanges, Organization, Patch, Permissions, Record, Region};
use external_contacts::store::{DatabaseUrl, Tenant};
use serde_json::{Value, json};

use crate::support::operations::{CREATE_CONTACT, CREATE_ORGANIZATION};
use crate::support::{TestApp, TestCaller, on_both_engines};

const EXAMPLES: [&str; 4] = [
    include_str!("../../playground/src/examples/organization-screen.graphql"),
    include_str!("../../playground/src/examples/search.graphql"),
    include_str!("../../playground/src/examples/caller.graphql"),
    include_str!("../../playground/src/examples/who-am-i.graphql"),
];
const DELETE_ORGANIZATION: &str = "mutation ($input: DeleteOrganizationInput!) {
    deleteOrganization(input: $input) { deletedOrganizationId userErrors { code field message } } }";
const TRASH: &str = "{ trash { nodes { id kind label deletedAt deletedBy { name } notes relationships } } }";
const RESTORE_CONTACT: &str = "mutation ($input: RestoreContactInput!) {
    restoreContact(input: $input) { contact { displayName title organization { name }
      interactions { totalCount { value } } } restoredNotes lost { message } userErrors { code field message } } }";
const RESTORE_ORGANIZATION: &str = "mutation ($input: RestoreOrganizationInput!) {
    restoreOrganization(input: $input) { organization { name primaryContact { displayName } } restoredRelationships
      restoredNotes reattachedContacts lost { message } userErrors { code field message } } }";
/// The organization that lacks its primary contact.
const DELETED_FROM: &str = "{ organizations(first: 1, filter: { name: { startsWith: \"Fjordline\" } }) { nodes {
    primaryContact { displayName } interactions(first: 20) { nodes { subjectLine contact { displayName } } } } } }";
/// The organizations with all their records, without ids and times of writing.
const ORGANIZATIONS: &str = "query ($after: String) { organizations(first: 10, after: $after) {
    pageInfo { hasNextPage endCursor }
    nodes { name industry annualRevenue { amount } tickers { symbol } externalIds { value } createdAt version
      primaryContact { displayName }
      relationships(first: 10) { nodes { type endedOn user { name } } }
      notes(first: 20) { nodes { text pinned author { name } } }
      interactions(first: 20) { nodes { externalId startedAt agents { name } wrapUps { code { name } note } } } } } }";
const CONTACTS: &str = "query ($after: String) { contacts(first: 100, after: $after) {
    pageInfo { hasNextPage endCursor }
    nodes { displayName title tags externalIds { value } phoneNumbers { input e164 } emailAddresses { address }
      createdAt organization { name } notes(first: 5) { nodes { text } } } } }";

on_both_engines! {
    async fn the_demo_is_as_large_as_it_says(app: &TestApp) {
        let filled = demo::fill(&app.tenant, &|_, _| {}).await.unwrap();
        let admin = app.admin().await;

        let organizations = all(&admin, ORGANIZATIONS, "organizations").await;
        let contacts = all(&admin, CONTACTS, "contacts").await;
        let of = |list: &[Value], edge: &str| -> usize {
            list.iter().map(|node| node[edge]["nodes"].as_array().unwrap().len()).sum()
        };
        let notes = of(&organizations, "notes") + of(&contacts, "notes");
        let relationships = of(&organizations, "relationships");
        let tagged = contacts.iter().filter(|contact| contact["tags"].to_string().contains("newsletter")).count();
        // One of the 1574 people of the 40 companies is deleted, 8 have lost their company, and three records are of two people who
        // were entered twice.
        assert_eq!((organizations.len(), contacts.len()), (40, 1573 + 8 + 3));
        assert!(notes >= 150, "{notes}");
        assert!(relationships > 100, "{relationships}");
        assert!(tagged > 1000, "{tagged}");
        assert_eq!(of(&organizations, "interactions"), 606);
        let led = organizations.iter().filter(|organization| !organization["primaryContact"].is_null());
        assert_eq!(led.count(), 39, "one has lost its primary contact");
        assert_eq!(contacts.iter().filter(|contact| contact["organization"].is_null()).count(), 9);
        assert!(contacts.iter().all(|contact| !contact["phoneNumbers"][0]["e164"].is_null()));
        let entities = organizations.len() + contacts.len() + notes + relationships;
        assert_eq!(filled.managed_entities, i64::try_from(entities).unwrap());
    }

    async fn the_examples_of_the_playground_find_something(app: &TestApp) {
        demo::fill(&app.tenant, &|_, _| {}).await.unwrap();
        let admin = app.admin().await;

        let [screen, search, caller, portfolio] = EXAMPLES;
        let screen = admin.data(screen, json!({})).await;
        let search = admin.data(search, json!({})).await;
        let caller = admin.data(caller, json!({})).await;

        let organization = &screen["organizations"]["nodes"][0];
        for (edge, least) in [("contacts", 5), ("relationships", 3), ("notes", 3), ("interactions", 3)] {
            assert!(organization[edge]["nodes"].as_array().unwrap().len() >= least, "{edge}");
        }
        let people = organization["contacts"]["nodes"].as_array().unwrap();
        assert!(people.iter().all(|contact| !contact["notes"]["nodes"][0]["text"].is_null()), "{people:?}");
        assert_eq!(search["searchContacts"]["nodes"].as_array().unwrap().len(), 5);
        assert_eq!(search["searchContacts"]["capped"], true);
        assert_eq!(caller["identify"]["contacts"], json!([]), "an unknown caller");
        assert_eq!(caller["identify"]["unlinkedInteractions"]["totalCount"]["value"], 3);
        let facets = search["searchContacts"]["refinement"]["facets"].as_array().unwrap();
        let values: Vec<_> = facets.iter().flat_map(|facet| facet["values"].as_array().unwrap()).collect();
        assert!(!values.is_empty() && values.iter().all(|value| value["label"].is_string()), "{values:?}");
        let developer = app.caller_of(&app.tenant, DEVELOPMENT_SUBJECT, Permissions::all()).await;
        let own = developer.data(portfolio, json!({})).await["viewer"]["user"].take();
        assert_eq!(own["name"], "Developer");
        let portfolio = own["relationships"]["nodes"].as_array().unwrap();
        assert_eq!(portfolio.len(), 5);
        assert!(portfolio.iter().all(|relationship| !relationship["organization"]["primaryContact"].is_null()));
    }

    async fn more_match_a_frequent_word_than_a_search_can_reach(app: &TestApp) {
        demo::fill(&app.tenant, &|_, _| {}).await.unwrap();
        let admin = app.admin().await;

        let query = "{ searchContacts(query: \"newsletter\", first: 1) {
            capped totalCount { value precision } refinement { facets { field } } } }";
        let found = admin.data(query, json!({})).await;

        assert_eq!(found["searchContacts"]["capped"], true);
        assert_eq!(found["searchContacts"]["totalCount"], json!({ "value": 1000, "precision": "AT_LEAST" }));
        assert!(!found["searchContacts"]["refinement"]["facets"].as_array().unwrap().is_empty());
    }

    async fn an_interrupted_fill_is_continued_and_ends_in_the_same_demo(app: &TestApp) {
        let whole = app.tenant("whole").await;
        demo::fill(&whole, &|_, _| {}).await.unwrap();

        // The limit is in the way of one of the companies.
        app.tenant.set_limit(700).await.unwrap();
        let interrupted = demo::fill(&app.tenant, &|_, _| {}).await;
        app.tenant.set_limit(10_000).await.unwrap();
        demo::fill(&app.tenant, &|_, _| {}).await.unwrap();
        let again = demo::fill(&app.tenant, &|_, _| {}).await.unwrap();

        assert!(matches!(interrupted, Err(FillError::Store(_))));
        assert_eq!(again.managed_entities, whole.managed_entities().await.unwrap());
        assert_eq!(content(app, &app.tenant).await, content(app, &whole).await);
    }

    async fn what_a_user_has_deleted_can_be_restored(app: &TestApp) {
        demo::fill(&app.tenant, &|_, _| {}).await.unwrap();
        let admin = app.admin().await;

        let trash = admin.data(TRASH, json!({})).await["trash"]["nodes"].take();
        let before = admin.data(DELETED_FROM, json!({})).await;
        let of = |kind: &str| trash.as_array().unwrap().iter().find(|node| node["kind"] == kind).unwrap();
        let (contact, organization) = (of("CONTACT"), of("ORGANIZATION"));
        let contact = admin.done(RESTORE_CONTACT, json!({ "id": contact["id"] })).await;
        let organization = admin.done(RESTORE_ORGANIZATION, json!({ "id": organization["id"] })).await;
        let after = admin.data(DELETED_FROM, json!({})).await;

        let (deleted_by, now) = (json!({ "name": "Tom Whitlock" }), app.now());
        assert_eq!(trash.as_array().unwrap().len(), 2);
        for node in trash.as_array().unwrap() {
            assert_eq!(node["deletedBy"], deleted_by);
            let deleted_at: DateTime<Utc> = node["deletedAt"].as_str().unwrap().parse().unwrap();
            assert!(now - deleted_at < TimeDelta::hours(1), "{deleted_at}");
        }
        let [before, after] = [before, after].map(|mut data| data["organizations"]["nodes"][0].take());
        let calls = |node: &Value| node["interactions"]["nodes"].as_array().unwrap().clone();
        let nameless = |node: &Value| calls(node).iter().filter(|call| call["contact"].is_null()).count();
        assert_eq!((calls(&before).len(), nameless(&before), &before["primaryContact"]), (18, 3, &Value::Null));
        assert_eq!((calls(&after).len(), nameless(&after)), (18, 0));
        assert_eq!(after["primaryContact"]["displayName"], "Freja Hansen");
        assert_eq!(contact, json!({
            "contact": {
                "displayName": "Freja Hansen",
                "title": "Chief Operating Officer",
                "organization": { "name": "Fjordline Shipping" },
                "interactions": { "totalCount": { "value": 3 } },
            },
            "restoredNotes": 3, "lost": [], "userErrors": [],
        }));
        assert_eq!(organization["organization"]["name"], "Wexcombe Instruments");
        assert!(!organization["organization"]["primaryContact"].is_null(), "{organization}");
        assert_eq!(organization["reattachedContacts"], 8);
        assert_eq!(organization["lost"], json!([]));
        for restored in ["restoredRelationships", "restoredNotes"] {
            assert!(organization[restored].as_i64().unwrap() > 1, "{organization}");
        }
    }

    async fn what_was_restored_is_not_deleted_again(app: &TestApp) {
        demo::fill(&app.tenant, &|_, _| {}).await.unwrap();
        let admin = app.admin().await;
        let trash = admin.data(TRASH, json!({})).await["trash"]["nodes"].take();
        for node in trash.as_array().unwrap() {
            let restore = if node["kind"] == "CONTACT" { RESTORE_CONTACT } else { RESTORE_ORGANIZATION };
            admin.done(restore, json!({ "id": node["id"] })).await;
        }
        let restored = app.tenant.managed_entities().await.unwrap();

        let again = demo::fill(&app.tenant, &|_, _| {}).await.unwrap();

        assert_eq!(again.managed_entities, restored);
        assert_eq!(admin.data(TRASH, json!({})).await["trash"]["nodes"], json!([]));
    }

    async fn without_a_trash_nothing_is_deleted(app: &TestApp) {
        app.store.keep_trash(0);

        demo::fill(&app.tenant, &|_, _| {}).await.unwrap();

        let organizations = all(&app.admin().await, ORGANIZATIONS, "organizations").await;
        assert_eq!(organizations.len(), 41);
        assert!(organizations.iter().all(|organization| !organization["primaryContact"].is_null()));
    }

    async fn a_company_that_was_deleted_is_not_written_again(app: &TestApp) {
        let filled = demo::fill(&app.tenant, &|_, _| {}).await.unwrap();
        let admin = app.admin().await;
        let organizations = "{ organizations(first: 1) { nodes { id } totalCount { value } } }";
        let mut first = admin.data(organizations, json!({})).await["organizations"]["nodes"][0]["id"].take();
        admin.done(DELETE_ORGANIZATION, json!({ "id": first.take() })).await;

        let again = demo::fill(&app.tenant, &|_, _| {}).await.unwrap();

        let left = admin.data(organizations, json!({})).await["organizations"]["totalCount"]["value"].take();
        assert_eq!(left, 39);
        assert!(again.managed_entities < filled.managed_entities);
    }

    async fn a_tenant_with_data_of_its_own_is_not_filled(app: &TestApp) {
        let mut tx = app.tenant.begin(None).await.unwrap();
        let mut contact = Contact::new(ContactId::new(tx.new_id()), Record::new(tx.now(), None));
        let changes = ContactChanges { last_name: Patch::Set("Lovelace".to_owned()), ..ContactChanges::default() };
        changes.apply(&mut contact, &Region::default()).unwrap();
        let added = tx.insert(&contact).await;
        tx.end(added).await.unwrap();

        let refused = demo::fill(&app.tenant, &|_, _| {}).await.unwrap_err();

        assert_eq!(refused.to_string(), "there is data in the tenant acme already; the demo fills an empty one");
        assert_eq!(app.tenant.managed_entities().await.unwrap(), 1);
    }

    async fn many_records_at_once_are_kept_as_one_by_one(app: &TestApp) {
        let (organization, contact) = made(app).await;
        let (one, other) = (app.tenant("one").await, app.tenant("other").await);
        let mut tx = one.begin(None).await.unwrap();
        let added = async {
            tx.insert(&organization).await?;
            tx.insert(&contact).await
        };
        let added = added.await;
        tx.end(added).await.unwrap();
        let mut tx = other.begin(None).await.unwrap();
        let added = async {
            tx.insert_all(std::slice::from_ref(&organization)).await?;
            tx.insert_all(std::slice::from_ref(&contact)).await?;
            Ok(tx.learnt_names())
        };
        let added = added.await;
        let learnt = tx.end(added).await.unwrap();

        assert!(learnt.contains("obrien"));
        for text in KEPT {
            let one_by_one = texts(app, &one, text).await;
            assert!(!one_by_one.is_empty(), "{text}");
            assert_eq!(one_by_one, texts(app, &other, text).await, "{text}");
        }
        assert_eq!(other.managed_entities().await.unwrap(), 2);
    }
}

/// Everything that is kept of a record, as one column of text; `$1` is the tenant.
const KEPT: [&str; 6] = [
    "SELECT CAST(version AS TEXT) || CAST(created_at AS TEXT) || CAST(updated_at AS TEXT) || salutation || first_name
         || middle_name || last_name || title || CAST(tags AS TEXT) || CAST(external_ids AS TEXT)
         || CAST(phone_numbers AS TEXT) || CAST(email_addresses AS TEXT) || CAST(addresses AS TEXT)
         || CAST(social_handles AS TEXT) || CAST(survey_opt_out AS TEXT) || external_system_url || sort_name
         || sort_first || search_text || COALESCE(CAST(created_by AS TEXT), 'nobody') FROM contacts WHERE tenant_id = $1",
    "SELECT CAST(version AS TEXT) || CAST(created_at AS TEXT) || CAST(updated_at AS TEXT) || name || company_type
         || industry || CAST(address AS TEXT) || CAST(phone_number AS TEXT) || CAST(fax_number AS TEXT)
         || CAST(employee_count AS TEXT) || CAST(annual_revenue AS TEXT) || CAST(websites AS TEXT)
         || CAST(tags AS TEXT) || CAST(tickers AS TEXT) || external_system_url || CAST(external_ids AS TEXT)
         || sort_name || search_text FROM organizations WHERE tenant_id = $1",
    "SELECT kind || source || value FROM external_ids WHERE tenant_id = $1 ORDER BY 1",
    "SELECT word || sort_key FROM search_words WHERE tenant_id = $1 ORDER BY 1",
    "SELECT variant || word FROM vocabulary WHERE tenant_id = $1 ORDER BY 1",
    "SELECT kind || action || CAST(version AS TEXT) || CAST(detached AS TEXT) FROM changes
      WHERE tenant_id = $1 ORDER BY 1",
];

fn organization_fields() -> Value {
    json!({
        "name": "O'Brien & Søn", "companyType": "Customer", "industry": "Logistics", "employeeCount": 3,
        "address": { "lines": ["1 Pier"], "city": "Cork", "countryCode": "IE" },
        "phoneNumber": { "input": "(212) 555-0100" }, "faxNumber": { "input": "ask" },
        "annualRevenue": { "amount": "1.50", "currency": "EUR" }, "websites": ["https://www.obrien.example/"],
        "tags": ["Key account"], "tickers": [{ "symbol": "OBS", "exchange": "LSE" }],
        "externalSystemUrl": "https://crm.example/1", "externalIds": [{ "source": "crm", "value": "A" }],
    })
}

fn contact_fields() -> Value {
    json!({
        "salutation": "Dr.", "firstName": "Siobhán", "middleName": "Mary", "lastName": "O'Brien",
        "title": "Head of Purchasing", "tags": ["vip", "Beta tester"], "surveyOptOut": true,
        "externalIds": [{ "source": "crm", "value": "B" }, { "source": "erp", "value": "B" }],
        "phoneNumbers": [{ "input": "(212) 555-0100" }], "emailAddresses": [{ "address": "S.OBrien@obrien.example" }],
        "addresses": [{ "city": "Cork", "countryCode": "IE" }],
        "socialHandles": [{ "network": "MASTODON", "handle": "siobhan" }],
        "externalSystemUrl": "https://crm.example/2",
    })
}

/// An organization and its contact, made by mutations, as if the service had made them: other tenants lack their maker.
async fn made(app: &TestApp) -> (Organization, Contact) {
    let admin = app.admin().await;
    let organization =
        admin.done(CREATE_ORGANIZATION, organization_fields()).await["organization"]["id"].take();
    let mut fields = contact_fields();
    fields["organizationId"] = organization.clone();
    let contact = admin.done(CREATE_CONTACT, fields).await["contact"]["id"].take();

    let mut tx = app.tenant.begin(None).await.unwrap();
    let mut organization = tx
        .find_locked::<Organization>(id(&organization))
        .await
        .unwrap()
        .unwrap();
    let mut contact = tx.find_locked::<Contact>(id(&contact)).await.unwrap().unwrap();
    tx.end(Ok(())).await.unwrap();
    for record in [&mut organization.record, &mut contact.record] {
        *record = Record::new(record.created_at.0, None);
    }
    (organization, contact)
}

fn id<I: TypedId>(text: &Value) -> I {
    text.as_str().unwrap().parse().unwrap()
}

/// Every node of a list.
async fn all(caller: &TestCaller<'_>, query: &str, list: &str) -> Vec<Value> {
    let (mut nodes, mut after) = (Vec::new(), Value::Null);
    loop {
        let mut page = caller.data(query, json!({ "after": after })).await[list].take();
        nodes.append(page["nodes"].as_array_mut().unwrap());
        if page["pageInfo"]["hasNextPage"] == false {
            return nodes;
        }
        after = page["pageInfo"]["endCursor"].take();
    }
}

async fn content(app: &TestApp, tenant: &Tenant) -> Vec<String> {
    let admin = app.caller_of(tenant, "admin", Permissions::all()).await;
    let mut nodes = all(&admin, ORGANIZATIONS, "organizations").await;
    nodes.extend(all(&admin, CONTACTS, "contacts").await);
    // Those of the same name, and relationships of the same type, stand in the order of their ids.
    for node in &mut nodes {
        if let Some(Value::Array(relationships)) = node.pointer_mut("/relationships/nodes") {
            relationships.sort_by_key(Value::to_string);
        }
    }
    let mut texts: Vec<String> = nodes.iter().map(Value::to_string).collect();
    texts.sort_unstable();
    texts
}

/// Returns the rows of a statement with one text column.
async fn texts(app: &TestApp, tenant: &Tenant, sql: &'static str) -> Vec<String> {
    let id = tenant.record().id;
    match &app.url {
        DatabaseUrl::Postgres(url) | DatabaseUrl::Pooled { direct: url, .. } => {
            let pool = sqlx::PgPool::connect(url).await.unwrap();
            sqlx::query_scalar(sql).bind(id).fetch_all(&pool).await.unwrap()
        }
        DatabaseUrl::Sqlite(file) => {
            let options = sqlx::sqlite::SqliteConnectOptions::new()
                .filename(file)
                .read_only(true);
            let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
            sqlx::query_scalar(sql).bind(id).fetch_all(&pool).await.unwrap()
        }
    }
}
