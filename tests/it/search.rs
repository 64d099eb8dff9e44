//! Search.

use external_contacts::id::ContactId;
use external_contacts::model::{Contact, Permission, Record};
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::operations::{CREATE_CONTACT, UPDATE_CONTACT};
use crate::support::{TestApp, TestCaller, on_both_engines};

pub const SEARCH: &str =
    "query ($query: String!, $filter: ContactSearchFilter, $first: Int, $after: String) {
    searchContacts(query: $query, filter: $filter, first: $first, after: $after) {
      nodes { id displayName } pageInfo { hasNextPage endCursor } totalCount { value precision } capped
      refinement { message facets { field values { value label count } } } } }";

/// The names that are found, in their order.
pub async fn found(caller: &TestCaller<'_>, query: &str) -> Vec<String> {
    filtered(caller, query, json!({})).await
}

pub async fn filtered(caller: &TestCaller<'_>, query: &str, filter: Value) -> Vec<String> {
    let page = caller
        .data(SEARCH, json!({ "query": query, "filter": filter, "first": 100 }))
        .await;
    names(&page["searchContacts"])
}

pub fn names(page: &Value) -> Vec<String> {
    let nodes = page["nodes"].as_array().unwrap();
    nodes
        .iter()
        .map(|node| node["displayName"].as_str().unwrap().to_owned())
        .collect()
}

pub async fn add(caller: &TestCaller<'_>, name: &str, more: Value) {
    let (first, last) = name.rsplit_once(' ').unwrap_or(("", name));
    let mut input = json!({ "firstName": first, "lastName": last });
    for (field, value) in more.as_object().unwrap() {
        input[field] = value.clone();
    }
    caller.done(CREATE_CONTACT, input).await;
}

async fn add_all(caller: &TestCaller<'_>, people: &[&str]) {
    for name in people {
        add(caller, name, json!({})).await;
    }
}

/// Many contacts at once, each called this and a number.
pub async fn add_many(app: &TestApp, count: usize, make: impl Fn(usize, &mut Contact)) {
    let mut tx = app.tenant.begin(None).await.unwrap();
    for number in 0..count {
        let record = Record::new(tx.now(), None);
        let mut contact = Contact::new(ContactId::new(tx.new_id()), record);
        make(number, &mut contact);
        tx.insert(&contact).await.unwrap();
    }
    tx.end(Ok(())).await.unwrap();
}

pub fn named(contact: &mut Contact, first: &str, last: &str) {
    contact.first_name = Some(first.to_owned());
    contact.last_name = Some(last.to_owned());
    contact.sort_name = external_contacts::model::sort_key(&[last, first]);
}

on_both_engines! {
    async fn case_and_accents_do_not_matter(app: &TestApp) {
        let admin = app.admin().await;
        add_all(&admin, &["José Luján", "Diego Velázquez"]).await;

        assert_eq!(found(&admin, "jose").await, ["José Luján"]);
        assert_eq!(found(&admin, "LUJAN José").await, ["José Luján"]);
        assert_eq!(found(&admin, "velazquez").await, ["Diego Velázquez"]);
    }

    async fn the_exact_word_comes_before_longer_ones_and_typos_after_both(app: &TestApp) {
        let admin = app.admin().await;
        add_all(&admin, &["Johnson Abbott", "Johnny Abel", "John Zander", "Jon Aaron", "Mary Johns", "John Adams"]).await;

        assert_eq!(
            found(&admin, "john").await,
            ["John Adams", "John Zander", "Johnny Abel", "Mary Johns", "Johnson Abbott", "Jon Aaron"]
        );
    }

    async fn small_typos_still_find_after_direct_hits(app: &TestApp) {
        let admin = app.admin().await;
        add_all(&admin, &["John Smith", "Joan Smyth", "Ann Jonhson"]).await;

        assert_eq!(found(&admin, "jonh smit").await, ["John Smith"]);
        assert_eq!(found(&admin, "smiht").await, ["John Smith"]);
        assert_eq!(found(&admin, "jonh").await, ["Ann Jonhson", "John Smith"]);
    }

    async fn every_word_must_match_in_any_order_and_by_its_beginning(app: &TestApp) {
        let admin = app.admin().await;
        add(&admin, "Ann Smith", json!({ "title": "Head of Purchasing", "tags": ["key account"] })).await;
        add(&admin, "Ann Jones", json!({ "title": "Purchasing" })).await;

        assert_eq!(found(&admin, "smi ann").await, ["Ann Smith"]);
        assert_eq!(found(&admin, "ann purch").await, ["Ann Jones", "Ann Smith"]);
        assert_eq!(found(&admin, "ann account").await, ["Ann Smith"]);
        assert_eq!(found(&admin, "key").await, ["Ann Smith"]);
        assert!(found(&admin, "ann nobody").await.is_empty());
    }

    async fn a_phone_number_is_found_in_any_notation_and_by_its_end(app: &TestApp) {
        let admin = app.admin().await;
        add(&admin, "Ann Smith", json!({ "phoneNumbers": [{ "input": "+1 202-555-0123" }] })).await;
        add(&admin, "Bo Berg", json!({ "phoneNumbers": [{ "input": "+49 30 901820" }] })).await;
        add(&admin, "Cy Code", json!({ "phoneNumbers": [{ "input": "desk 77" }] })).await;

        for query in ["0123", "555 0123", "(202) 555-0123", "+12025550123", "2025550123", "ann 0123"] {
            assert_eq!(found(&admin, query).await, ["Ann Smith"], "{query}");
        }
        assert_eq!(found(&admin, "030 901820").await, ["Bo Berg"]);
        assert!(found(&admin, "0124").await.is_empty());
    }

    async fn an_email_address_is_found_whole_by_its_local_part_and_by_its_domain(app: &TestApp) {
        let admin = app.admin().await;
        add(&admin, "Ann Smith", json!({ "emailAddresses": [{ "address": "A.Smith@Example.com" }] })).await;
        add(&admin, "Bo Berg", json!({ "emailAddresses": [{ "address": "bo@example.org" }] })).await;

        for query in ["a.smith@example.com", "a.smith", "@example.com", "example.com", "smith example.com"] {
            assert_eq!(found(&admin, query).await, ["Ann Smith"], "{query}");
        }
    }

    async fn names_with_apostrophes_and_hyphens_are_found_however_typed(app: &TestApp) {
        let admin = app.admin().await;
        add_all(&admin, &["Pat O'Brien", "Eva Müller-Lüdenscheidt"]).await;

        for query in ["obrien", "O'Brien", "o’brien pat", "brien"] {
            assert_eq!(found(&admin, query).await, ["Pat O'Brien"], "{query}");
        }
        for query in ["muller-ludenscheidt", "ludenscheidt", "eva müller"] {
            assert_eq!(found(&admin, query).await, ["Eva Müller-Lüdenscheidt"], "{query}");
        }
    }

    async fn a_changed_contact_is_found_by_what_it_is_now(app: &TestApp) {
        let admin = app.admin().await;
        let id = admin.contact("Byron").await;
        admin.done(UPDATE_CONTACT, json!({ "id": id, "lastName": "Lovelace" })).await;

        assert!(found(&admin, "byron").await.is_empty());
        assert_eq!(found(&admin, "lovelace").await, ["Lovelace"]);
    }

    async fn filters_are_equality(app: &TestApp) {
        let admin = app.admin().await;
        let address = |city: &str| json!([{ "lines": [], "city": city, "countryCode": "DE" }]);
        add(&admin, "Ann One", json!({ "addresses": address("Bad Berlin"), "tags": ["key account"] })).await;
        add(&admin, "Ann Two", json!({ "addresses": address("Berlin"), "tags": ["key"], "title": "Boss" })).await;

        assert_eq!(filtered(&admin, "ann", json!({ "city": "BERLIN" })).await, ["Ann Two"]);
        assert_eq!(filtered(&admin, "ann", json!({ "tag": "key" })).await, ["Ann Two"]);
        assert_eq!(filtered(&admin, "ann", json!({ "tag": "Key Account", "countryCode": "de" })).await, ["Ann One"]);
        assert_eq!(filtered(&admin, "ann", json!({ "title": "boss", "city": "Berlin" })).await, ["Ann Two"]);
        assert!(filtered(&admin, "ann", json!({ "title": "bos" })).await.is_empty());
    }

    async fn exactly_a_thousand_results_are_not_capped(app: &TestApp) {
        let admin = app.admin().await;
        add_many(app, 1000, |number, contact| named(contact, &format!("Sam{number:04}"), "Sample")).await;

        let page = admin.data(SEARCH, json!({ "query": "sam", "first": 1 })).await;

        assert_eq!(page["searchContacts"]["totalCount"], json!({ "value": 1000, "precision": "EXACT" }));
        assert_eq!(page["searchContacts"]["capped"], false);
        let refinement = &page["searchContacts"]["refinement"];
        assert_eq!(refinement["message"], "All results can be reached. These filters narrow them.");
        assert!(refinement["facets"].is_array());
        let nothing = admin.data(SEARCH, json!({ "query": "nobody", "first": 1 })).await;
        assert_eq!(nothing["searchContacts"]["refinement"], Value::Null);
    }

    async fn a_capped_search_pages_through_a_thousand_and_offers_facets(app: &TestApp) {
        let admin = app.admin().await;
        add_many(app, 1050, |number, contact| {
            named(contact, &format!("Sam{number:04}"), "Sample");
            contact.tags = vec![if number % 2 == 0 { "Even" } else { "Odd" }.to_owned()];
            contact.title = (number < 30).then(|| "Boss".to_owned());
        }).await;
        named_last(app, "Sam").await;

        let mut seen: Vec<String> = Vec::new();
        let mut after = Value::Null;
        loop {
            let page = admin.data(SEARCH, json!({ "query": "sam", "first": 100, "after": after })).await;
            let page = &page["searchContacts"];
            assert_eq!(page["totalCount"], json!({ "value": 1000, "precision": "AT_LEAST" }));
            assert_eq!(page["capped"], true);
            seen.extend(names(page));
            after = page["pageInfo"]["endCursor"].clone();
            if page["pageInfo"]["hasNextPage"] == false {
                break;
            }
        }

        assert_eq!(seen.len(), 1000);
        assert_eq!(seen[0], "Sam Zzz", "the exact word comes first, wherever it stands");
        let mut once = seen.clone();
        once.sort();
        once.dedup();
        assert_eq!(once.len(), 1000);

        let page = admin.data(SEARCH, json!({ "query": "sam", "first": 1 })).await;
        let facets = page["searchContacts"]["refinement"]["facets"].as_array().unwrap();
        let boss = facets.iter().find(|facet| facet["field"] == "title").unwrap();
        assert_eq!(boss["values"], json!([{ "value": "Boss", "label": "Boss", "count": 30 }]));
        for facet in facets {
            let value = &facet["values"][0];
            let mut filter = json!({});
            filter[facet["field"].as_str().unwrap()] = value["value"].clone();
            let narrowed = admin.data(SEARCH, json!({ "query": "sam", "filter": filter, "first": 1 })).await;
            let total = narrowed["searchContacts"]["totalCount"]["value"].as_i64().unwrap();
            assert!(total >= value["count"].as_i64().unwrap() && total < 1000, "{facet}: {total}");
        }
    }

    async fn paging_neither_repeats_nor_skips_when_somebody_is_added_meanwhile(app: &TestApp) {
        let admin = app.admin().await;
        add_all(&admin, &["Sam Bell", "Sam Dorn", "Sam Finn", "Sammy Ames"]).await;

        let one = admin.data(SEARCH, json!({ "query": "sam", "first": 2 })).await;
        add_all(&admin, &["Sam Adler", "Sam Ende"]).await;
        let after = &one["searchContacts"]["pageInfo"]["endCursor"];
        let two = admin.data(SEARCH, json!({ "query": "sam", "first": 9, "after": after })).await;

        assert_eq!(names(&one["searchContacts"]), ["Sam Bell", "Sam Dorn"]);
        assert_eq!(names(&two["searchContacts"]), ["Sam Ende", "Sam Finn", "Sammy Ames"]);
        let foreign = admin.errors(SEARCH, json!({ "query": "sammy", "after": after })).await;
        assert_snapshot!(foreign, @"INVALID_CURSOR searchContacts: the cursor does not belong to this list in this order; start again without it");
    }

    async fn a_query_that_cannot_be_searched_is_refused(app: &TestApp) {
        let admin = app.admin().await;

        assert_snapshot!(
            admin.errors(SEARCH, json!({ "query": "x".repeat(301) })).await,
            @"BAD_USER_INPUT searchContacts: `query` is longer than 300 characters"
        );
        assert_snapshot!(
            admin.errors(SEARCH, json!({ "query": "ann", "first": 101 })).await,
            @"BAD_USER_INPUT searchContacts: `first` must be between 1 and 100"
        );
    }

    async fn a_search_box_with_its_first_sign_finds_nothing_and_is_no_error(app: &TestApp) {
        let admin = app.admin().await;
        add_all(&admin, &["Sam Adler"]).await;
        let fields = "nodes { __typename } capped totalCount { value precision } pageInfo { hasNextPage } refinement { message }";
        let query = format!(
            "query ($query: String!) {{ search(query: $query) {{ {fields} }} searchContacts(query: $query) {{ {fields} }}
               searchOrganizations(query: $query) {{ {fields} }} }}"
        );
        let empty = json!({ "nodes": [], "capped": false, "totalCount": { "value": 0, "precision": "EXACT" },
            "pageInfo": { "hasNextPage": false }, "refinement": null });

        for text in ["", "  ", "(", "+", "-", "@", "\"\""] {
            let data = admin.data(&query, json!({ "query": text })).await;
            for search in ["search", "searchContacts", "searchOrganizations"] {
                assert_eq!(data[search], empty, "{search} of {text}");
            }
        }
    }

    async fn a_search_of_all_kinds_is_narrowed_by_the_filter_of_each(app: &TestApp) {
        let admin = app.admin().await;
        for (name, city) in [("Sam Mills", "Leeds"), ("Sam Works", "York")] {
            let input = json!({ "name": name, "address": { "city": city }, "websites": [format!("https://www.{}.example/", city.to_lowercase())],
                "phoneNumber": { "input": if city == "York" { "+1 202 555 0123" } else { "+1 202 555 0199" } } });
            let create = "mutation ($input: CreateOrganizationInput!) { createOrganization(input: $input) { userErrors { message } } }";
            admin.done(create, input).await;
        }
        add_all(&admin, &["Sam Adler", "Sam Ende"]).await;
        let query = "query ($filter: SearchFilter) { search(query: \"sam\", filter: $filter) {
            nodes { ... on Organization { name } ... on Contact { displayName } }
            refinement { facets { field values { value count } } } } }";

        let all = admin.data(query, json!({})).await;
        let facets = all["search"]["refinement"]["facets"].as_array().unwrap().clone();
        assert_eq!(all["search"]["nodes"].as_array().unwrap().len(), 4);
        assert!(facets.contains(&json!({ "field": "kinds", "values": [{ "value": "ORGANIZATION", "count": 2 }, { "value": "CONTACT", "count": 2 }] })));
        assert!(facets.contains(&json!({ "field": "organization.city", "values": [{ "value": "Leeds", "count": 1 }, { "value": "York", "count": 1 }] })));

        let york = admin.data(query, json!({ "filter": { "organization": { "city": "york" } } })).await;
        assert_eq!(york["search"]["nodes"], json!([{ "name": "Sam Works" }, { "displayName": "Sam Adler" }, { "displayName": "Sam Ende" }]));

        let lookups = admin.data("{ organizationsByPhone(number: \"(202) 555-0123\") { nodes { name } }
            organizationsByEmailDomain(domain: \"jo@YORK.example\") { nodes { name } } }", json!({})).await;
        let works = json!({ "nodes": [{ "name": "Sam Works" }] });
        assert_eq!(lookups, json!({ "organizationsByPhone": works, "organizationsByEmailDomain": works }));
    }

    async fn nobody_finds_what_another_tenant_has(app: &TestApp) {
        let admin = app.admin().await;
        add_all(&admin, &["Ada Lovelace"]).await;
        let other = app.tenant("other").await;
        let stranger = app.caller_of(&other, "stranger", external_contacts::model::Permissions::all()).await;

        assert!(found(&stranger, "ada").await.is_empty());
    }

    async fn search_needs_the_permission_to_view(app: &TestApp) {
        let caller = app.caller([Permission::OrganizationView]).await;
        assert_snapshot!(
            caller.errors(SEARCH, json!({ "query": "ada" })).await,
            @"FORBIDDEN searchContacts: needs the permission externalContacts:contact:view"
        );
    }

    async fn who_calls_and_who_writes_is_found_exactly(app: &TestApp) {
        let admin = app.admin().await;
        add(&admin, "Ann Smith", json!({ "phoneNumbers": [{ "input": "+1 202-555-0123" }, { "input": "desk 77123" }],
            "emailAddresses": [{ "address": "Ann@Example.com" }] })).await;
        add(&admin, "Al Smith", json!({ "phoneNumbers": [{ "input": "(202) 555 0123" }] })).await;
        let by_phone = "query ($number: String!) { contactsByPhone(number: $number) { nodes { displayName } totalCount { value } } }";
        let by_email = "query ($address: String!) { contactsByEmail(address: $address) { nodes { displayName } } }";

        let national = admin.data(by_phone, json!({ "number": "202 555-0123" })).await;
        let end = admin.data(by_phone, json!({ "number": "0123" })).await;
        let typed = admin.data(by_phone, json!({ "number": "desk 77123" })).await;
        let email = admin.data(by_email, json!({ "address": " ann@EXAMPLE.com" })).await;

        assert_eq!(names(&national["contactsByPhone"]), ["Al Smith", "Ann Smith"]);
        assert_eq!(national["contactsByPhone"]["totalCount"]["value"], 2);
        assert!(names(&end["contactsByPhone"]).is_empty());
        assert_eq!(names(&typed["contactsByPhone"]), ["Ann Smith"]);
        assert_eq!(names(&email["contactsByEmail"]), ["Ann Smith"]);
    }
}

/// The last by name, with an exact first name.
async fn named_last(app: &TestApp, first: &str) {
    add_many(app, 1, |_, contact| named(contact, first, "Zzz")).await;
}
