//! Search of organizations, by way of organizations, and of everything at once.

use external_contacts::id::OrganizationId;
use external_contacts::model::{Contact, Permission};
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::search::{SEARCH, add_many, filtered, found, named, names};
use crate::support::operations::CREATE_CONTACT;
use crate::support::{TestCaller, on_both_engines};

const CREATE_ORGANIZATION: &str = "mutation ($input: CreateOrganizationInput!) {
    createOrganization(input: $input) { organization { id } userErrors { code field message } } }";
const CREATE_NOTE: &str = "mutation ($input: CreateNoteInput!) {
    createNote(input: $input) { note { id } userErrors { code field message } } }";
const ORGANIZATIONS: &str = "query ($query: String!, $filter: OrganizationSearchFilter) {
    searchOrganizations(query: $query, filter: $filter) { nodes { displayName: name } capped totalCount { value precision } } }";
const EVERYTHING: &str = "query ($query: String!, $kinds: [SearchKind!], $first: Int, $after: String) {
    search(query: $query, kinds: $kinds, first: $first, after: $after) {
      nodes { __typename ... on Contact { displayName } ... on Organization { displayName: name } ... on Note { displayName: text } }
      pageInfo { hasNextPage endCursor } totalCount { value precision } capped
      refinement { facets { field values { value count } } } } }";

async fn organization(caller: &TestCaller<'_>, name: &str, more: Value) -> Value {
    let mut input = json!({ "name": name });
    for (field, value) in more.as_object().unwrap() {
        input[field] = value.clone();
    }
    caller.done(CREATE_ORGANIZATION, input).await["organization"]["id"].clone()
}

async fn employee(caller: &TestCaller<'_>, organization: &Value, name: &str) -> Value {
    let (first, last) = name.rsplit_once(' ').unwrap();
    let input = json!({ "firstName": first, "lastName": last, "organizationId": organization });
    caller.done(CREATE_CONTACT, input).await["contact"]["id"].clone()
}

async fn organizations(caller: &TestCaller<'_>, query: &str, filter: Value) -> Vec<String> {
    let page = caller
        .data(ORGANIZATIONS, json!({ "query": query, "filter": filter }))
        .await;
    names(&page["searchOrganizations"])
}

async fn everything(caller: &TestCaller<'_>, query: &str, kinds: Value) -> Vec<String> {
    let page = caller
        .data(EVERYTHING, json!({ "query": query, "kinds": kinds }))
        .await;
    names(&page["search"])
}

on_both_engines! {
    async fn people_are_found_by_way_of_their_organization(app: &TestApp) {
        let admin = app.admin().await;
        let acme = organization(&admin, "Acme Rockets", json!({})).await;
        let other = organization(&admin, "Umbrella", json!({})).await;
        employee(&admin, &acme, "Jane Doe").await;
        employee(&admin, &acme, "Wile Coyote").await;
        employee(&admin, &other, "Jane Roe").await;
        employee(&admin, &other, "Sam Acme").await;

        assert_eq!(found(&admin, "jane acme").await, ["Jane Doe"]);
        assert_eq!(found(&admin, "rockets acm doe").await, ["Jane Doe"]);
        assert_eq!(found(&admin, "acme").await, ["Sam Acme", "Wile Coyote", "Jane Doe"]);
        assert_eq!(found(&admin, "jnae acmee").await, ["Jane Doe"]);
        assert_eq!(filtered(&admin, "jane", json!({ "organizationId": other })).await, ["Jane Roe"]);
    }

    async fn an_organization_renamed_takes_its_people_along(app: &TestApp) {
        let admin = app.admin().await;
        let acme = organization(&admin, "Acme", json!({})).await;
        employee(&admin, &acme, "Jane Doe").await;
        let rename = "mutation ($input: UpdateOrganizationInput!) {
            updateOrganization(input: $input) { organization { id } userErrors { code field message } } }";
        admin.done(rename, json!({ "id": acme, "name": "Umbrella" })).await;

        assert_eq!(found(&admin, "jane umbrella").await, ["Jane Doe"]);
        assert!(found(&admin, "jane acme").await.is_empty());
    }

    async fn who_may_not_view_organizations_finds_nobody_by_them(app: &TestApp) {
        let admin = app.admin().await;
        let acme = organization(&admin, "Acme", json!({})).await;
        employee(&admin, &acme, "Jane Doe").await;
        let id: OrganizationId = acme.as_str().unwrap().parse().unwrap();
        add_many(app, 1001, |number, contact: &mut Contact| {
            named(contact, "Max", &format!("Muster{number:04}"));
            contact.organization_id = Some(id);
        }).await;
        let caller = app.caller([Permission::ContactView]).await;

        assert!(found(&caller, "jane acme").await.is_empty());
        assert_snapshot!(
            caller.errors(SEARCH, json!({ "query": "jane", "filter": { "organizationId": acme } })).await,
            @"FORBIDDEN searchContacts: needs the permission externalContacts:organization:view"
        );
        let fields = |answer: Value| -> Vec<(String, Value)> {
            let facets = answer["searchContacts"]["refinement"]["facets"].as_array().unwrap().clone();
            facets.iter().map(|facet| (facet["field"].as_str().unwrap().to_owned(), facet["values"].clone())).collect()
        };
        let seen = fields(caller.data(SEARCH, json!({ "query": "max", "first": 1 })).await);
        let all = fields(admin.data(SEARCH, json!({ "query": "max", "first": 1 })).await);
        assert!(seen.is_empty(), "{seen:?}");
        assert_eq!(all, [("organizationId".to_owned(), json!([{ "value": acme, "label": "Acme", "count": 1000 }]))]);
        let of_acme = admin.data(SEARCH, json!({ "query": "acme", "first": 1 })).await;
        assert_eq!(of_acme["searchContacts"]["totalCount"], json!({ "value": 1000, "precision": "AT_LEAST" }));
    }

    async fn two_common_words_find_the_exact_pair_wherever_it_stands(app: &TestApp) {
        let admin = app.admin().await;
        add_many(app, 1100, |number, contact| named(contact, "Johnny", &format!("Smithers{number:04}"))).await;
        add_many(app, 1100, |number, contact| named(contact, &format!("Ann{number:04}"), "Smith")).await;
        add_many(app, 1, |_, contact| named(contact, "John", "Smith")).await;

        let page = admin.data(SEARCH, json!({ "query": "john smith", "first": 2 })).await;

        assert_eq!(names(&page["searchContacts"]), ["John Smith", "Johnny Smithers0000"]);
        assert_eq!(page["searchContacts"]["capped"], true);
    }

    async fn organizations_are_found_by_name_tag_domain_and_phone(app: &TestApp) {
        let admin = app.admin().await;
        organization(&admin, "Süd-Logistik GmbH", json!({
            "tags": ["key account"], "websites": ["https://www.sued.example/home"], "industry": "Logistics",
            "companyType": "Customer", "phoneNumber": { "input": "+1 202-555-0123" },
            "address": { "lines": [], "city": "Berlin", "countryCode": "DE" },
        })).await;
        organization(&admin, "Sudoku Ltd", json!({})).await;

        for query in ["sud log", "gmbh sud", "logistik", "account", "202 555 0123", "0123", "sud logistk"] {
            assert_eq!(organizations(&admin, query, json!({})).await, ["Süd-Logistik GmbH"], "{query}");
        }
        assert_eq!(organizations(&admin, "sud", json!({})).await, ["Süd-Logistik GmbH", "Sudoku Ltd"]);
        let filter = json!({ "city": "berlin", "countryCode": "DE", "industry": "LOGISTICS", "companyType": "customer", "tag": "key account" });
        assert_eq!(organizations(&admin, "sud", filter).await, ["Süd-Logistik GmbH"]);
        assert!(organizations(&admin, "sud", json!({ "city": "Ber" })).await.is_empty());
    }

    async fn everything_comes_in_the_order_of_kinds_and_notes_newest_first(app: &TestApp) {
        let admin = app.admin().await;
        let acme = organization(&admin, "Rocket Works", json!({})).await;
        let ada = employee(&admin, &acme, "Ada Rocket").await;
        for text in ["The ROCKET is late", "Rockets, again", "Ship the other rocket"] {
            admin.done(CREATE_NOTE, json!({ "subjectId": ada, "text": text })).await;
        }

        assert_eq!(
            everything(&admin, "rocket", Value::Null).await,
            ["Rocket Works", "Ada Rocket", "Ship the other rocket", "Rockets, again", "The ROCKET is late"]
        );
        assert_eq!(everything(&admin, "the rocket", json!(["NOTE"])).await, ["Ship the other rocket", "The ROCKET is late"]);
        assert_eq!(everything(&admin, "rocket", json!(["CONTACT", "ORGANIZATION"])).await, ["Rocket Works", "Ada Rocket"]);
        assert!(everything(&admin, "rocke late", json!(["NOTE"])).await.is_empty(), "only the last word may be a beginning");

        let mut seen = Vec::new();
        let mut after = Value::Null;
        loop {
            let page = admin.data(EVERYTHING, json!({ "query": "rocket", "first": 2, "after": after })).await;
            assert_eq!(page["search"]["totalCount"], json!({ "value": 5, "precision": "EXACT" }));
            seen.extend(names(&page["search"]));
            after = page["search"]["pageInfo"]["endCursor"].clone();
            if page["search"]["pageInfo"]["hasNextPage"] == false {
                break;
            }
        }
        assert_eq!(seen, everything(&admin, "rocket", Value::Null).await);
    }

    async fn everything_is_what_the_caller_may_view(app: &TestApp) {
        let admin = app.admin().await;
        let acme = organization(&admin, "Rocket Works", json!({})).await;
        let ada = employee(&admin, &acme, "Ada Rocket").await;
        admin.done(CREATE_NOTE, json!({ "subjectId": ada, "text": "rocket" })).await;
        let people = app.caller([Permission::ContactView]).await;
        let nobody = app.caller([Permission::UserView]).await;

        assert_eq!(everything(&people, "rocket", Value::Null).await, ["Ada Rocket"]);
        assert_snapshot!(
            people.errors(EVERYTHING, json!({ "query": "rocket", "kinds": ["CONTACT", "NOTE"] })).await,
            @"FORBIDDEN search: needs the permission externalContacts:note:view"
        );
        assert_snapshot!(
            nobody.errors(EVERYTHING, json!({ "query": "rocket" })).await,
            @"FORBIDDEN search: needs the permission externalContacts:contact:view"
        );
    }

    async fn everything_together_is_capped_at_a_thousand(app: &TestApp) {
        let admin = app.admin().await;
        organization(&admin, "Sam Works", json!({})).await;
        add_many(app, 1000, |number, contact| named(contact, "Sam", &format!("Sample{number:04}"))).await;

        let page = admin.data(EVERYTHING, json!({ "query": "sam", "first": 2 })).await;

        assert_eq!(names(&page["search"]), ["Sam Works", "Sam Sample0000"]);
        assert_eq!(page["search"]["totalCount"], json!({ "value": 1000, "precision": "AT_LEAST" }));
        assert_eq!(
            page["search"]["refinement"]["facets"],
            json!([{ "field": "kinds", "values": [{ "value": "ORGANIZATION", "count": 1 }, { "value": "CONTACT", "count": 999 }] }])
        );
    }
}
