//! Common rules of lists: exact filters, total orders, and cursors that belong to one list.

use serde_json::{Value, json};

use crate::support::operations::{CREATE_CONTACT, CREATE_ORGANIZATION};
use crate::support::{TestCaller, on_both_engines};

/// The names of the organizations, or the contacts, that this finds.
async fn names(admin: &TestCaller<'_>, field: &str) -> Vec<String> {
    let name = if field.contains("rganizations") {
        "name"
    } else {
        "displayName"
    };
    let data = admin
        .data(
            &format!("{{ list: {field} {{ nodes {{ {name} }} }} }}"),
            json!({}),
        )
        .await;
    let nodes = data["list"]["nodes"].as_array().cloned().unwrap_or_default();
    nodes
        .iter()
        .map(|node| node[name].as_str().unwrap_or_default().to_owned())
        .collect()
}

async fn cursor(admin: &TestCaller<'_>, field: &str) -> Value {
    let data = admin
        .data(
            &format!("{{ list: {field} {{ pageInfo {{ endCursor }} }} }}"),
            json!({}),
        )
        .await;
    data["list"]["pageInfo"]["endCursor"].clone()
}

on_both_engines! {
    async fn a_long_name_is_told_from_one_that_begins_alike(app: &TestApp) {
        let admin = app.admin().await;
        let long = "House Committee on Transportation and Infrastructure, Subcommittee on";
        let (aviation, highways) = (format!("{long} Aviation"), format!("{long} Highways and Transit"));
        for name in [&aviation, &highways, &"x".repeat(999)] {
            admin.organization(name).await;
        }

        for (filter, found) in [
            (format!("eq: \"{aviation}\""), vec![&aviation]),
            (format!("startsWith: \"{aviation}\""), vec![&aviation]),
            (format!("startsWith: \"{}\"", &long[..60]), vec![&aviation, &highways]),
            (format!("eq: \"{long}\""), vec![]),
            (format!("eq: \"{}\"", "x".repeat(998)), vec![]),
            (format!("eq: \"{}\"", "X".repeat(999)), vec![&"x".repeat(999)]),
        ] {
            assert_eq!(names(&admin, &format!("organizations(filter: {{ name: {{ {filter} }} }})")).await, found.into_iter().cloned().collect::<Vec<_>>(), "{filter}");
        }
        let longer = format!("{{ organizations(filter: {{ name: {{ startsWith: \"{}\" }} }}) {{ nodes {{ id }} }} }}", "x".repeat(112));
        let refusal = admin.errors(&longer, json!({})).await;
        assert!(refusal.contains("at most 111 characters"), "{refusal}");
    }

    async fn a_long_value_is_told_from_one_that_begins_alike(app: &TestApp) {
        let admin = app.admin().await;
        let long = |end: &str| "x".repeat(70) + end;
        for end in ["a", "b"] {
            let input = json!({ "name": end, "industry": long(end), "companyType": long(end), "tags": [long(end)],
                "address": { "city": long(end) } });
            admin.done(CREATE_ORGANIZATION, input).await;
            let input = json!({ "lastName": end, "title": long(end), "tags": [long(end)] });
            admin.done(CREATE_CONTACT, input).await;
        }

        for field in ["industry", "companyType", "tag", "city"] {
            let value = long("A");
            let list = format!("organizations(filter: {{ {field}: {{ eq: \"{value}\" }} }})");
            assert_eq!(names(&admin, &list).await, ["a"], "{list}");
            let search = format!("searchOrganizations(query: \"a\", filter: {{ {field}: \"{value}\" }})");
            assert_eq!(names(&admin, &search).await, ["a"], "{search}");
        }
        for field in ["title", "tag"] {
            let found = names(&admin, &format!("contacts(filter: {{ {field}: {{ eq: \"{}\" }} }})", long("A"))).await;
            assert_eq!(found, ["a"], "{field}");
        }
    }

    async fn a_space_is_no_underscore(app: &TestApp) {
        let admin = app.admin().await;
        admin.done(CREATE_CONTACT, json!({ "lastName": "Spaced", "tags": ["key person"] })).await;
        admin.done(CREATE_CONTACT, json!({ "lastName": "Joined", "tags": ["key_person"] })).await;

        assert_eq!(names(&admin, "contacts(filter: { tag: { eq: \"Key  Person\" } })").await, ["Spaced"]);
        assert_eq!(names(&admin, "contacts(filter: { tag: { eq: \"key_person\" } })").await, ["Joined"]);
    }

    async fn a_mailbox_is_told_from_every_other(app: &TestApp) {
        let admin = app.admin().await;
        let local = |end: &str| "a".repeat(63) + end;
        for (name, address) in [
            ("Long A", format!("{}@example.com", local("a"))),
            ("Long B", format!("{}@example.org", local("b"))),
            ("Plain", "rene_1@b.co".to_owned()),
            ("Accented", "René_1@b.co".to_owned()),
        ] {
            admin.done(CREATE_CONTACT, json!({ "lastName": name, "emailAddresses": [{ "address": address }] })).await;
        }

        for (address, found) in [
            (format!("{}@Example.com", local("A")), vec!["Long A"]),
            (format!("{}@nowhere.example", local("q")), vec![]),
            (" RENE_1@b.co ".to_owned(), vec!["Plain"]),
            ("rené_1@b.co".to_owned(), vec!["Accented"]),
        ] {
            assert_eq!(names(&admin, &format!("contactsByEmail(address: \"{address}\")")).await, found, "{address}");
        }
        for (query, found) in [
            ("rene_1@b.co", vec!["Plain", "Accented"]),
            ("rené_1@b.co", vec!["Accented", "Plain"]),
            ("rene_", vec!["Plain"]),
            (&format!("{}@example.com", local("a")), vec!["Long A"]),
        ] {
            assert_eq!(names(&admin, &format!("searchContacts(query: \"{query}\")")).await, found, "{query}");
        }
    }

    async fn who_has_no_last_name_comes_last(app: &TestApp) {
        let admin = app.admin().await;
        for (first, last) in [(Some("Bob"), None), (Some("Zoe"), Some("Zimmer")), (None, Some("Adams")), (Some("Ann"), Some("Adams"))] {
            admin.done(CREATE_CONTACT, json!({ "firstName": first, "lastName": last })).await;
        }

        assert_eq!(names(&admin, "contacts").await, ["Ann Adams", "Adams", "Zoe Zimmer", "Bob"]);
    }

    async fn a_cursor_is_of_one_list(app: &TestApp) {
        let admin = app.admin().await;
        admin.organization("Apex").await;
        admin.contact("Lovelace").await;
        let lists = ["organizations", "contacts", "users", "notes", "relationships", "wrapUpCodes", "interactions"];

        for from in ["organizations", "contacts", "users"] {
            let cursor = cursor(&admin, from).await;
            for list in lists {
                let answer = admin.run(&format!("query ($c: String) {{ {list}(after: $c) {{ nodes {{ id }} }} }}"), json!({ "c": cursor })).await;
                let code = &answer["errors"][0]["extensions"]["code"];
                if list == from {
                    assert_eq!(answer["errors"], Value::Null, "{list}");
                } else {
                    assert_eq!(code, "INVALID_CURSOR", "a cursor of {from} in {list}");
                }
            }
        }
    }

    async fn a_number_that_cannot_be_read_is_found_as_typed(app: &TestApp) {
        let admin = app.admin().await;
        for (name, number) in [("Words", "call me maybe"), ("Short", "just ask Bob 12"), ("Far", "۲۰۲۵۵۵۰۱۷۷")] {
            admin.done(CREATE_CONTACT, json!({ "lastName": name, "phoneNumbers": [{ "input": number }] })).await;
        }

        for (number, found) in [("Call  me maybe", "Words"), ("just ask Bob 12", "Short"), ("۲۰۲۵۵۵۰۱۷۷", "Far")] {
            assert_eq!(names(&admin, &format!("contactsByPhone(number: \"{number}\")")).await, [found], "{number}");
        }
        let refusal = admin.errors("{ contactsByPhone(number: \" \") { nodes { id } } }", json!({})).await;
        assert_eq!(refusal, "BAD_USER_INPUT contactsByPhone: `number` must not be empty");
    }
}
