//! Contacts that may be the same person.

use serde_json::{Value, json};

use super::duplicates;
use crate::support::operations::{CREATE_CONTACT, DELETE_CONTACT, UPDATE_CONTACT};
use crate::support::{TestCaller, on_both_engines};

async fn contact(caller: &TestCaller<'_>, input: Value) -> Value {
    caller.done(CREATE_CONTACT, input).await["contact"]["id"].take()
}

fn email(address: &str) -> Value {
    json!([{ "address": address }])
}

fn phone(number: &str) -> Value {
    json!([{ "input": number }])
}

on_both_engines! {
    async fn each_reason_has_its_score(app: &TestApp) {
        let admin = app.admin().await;
        let (engines, mills) = (admin.organization("Engines").await, admin.organization("Mills").await);
        let in_london = json!([{ "city": "London" }]);
        let handle = |handle| json!([{ "network": "X", "handle": handle }]);
        let ada = contact(&admin, json!({
            "firstName": "Ada", "lastName": "Lovelace", "organizationId": engines, "emailAddresses": email("ada@engines.example"),
            "phoneNumbers": phone("+44 20 7946 0001"), "socialHandles": handle("@ada"), "addresses": in_london,
        })).await;
        for input in [
            json!({ "firstName": "Ada", "lastName": "Lovelace", "emailAddresses": email("ADA@engines.example") }),
            json!({ "firstName": "Ada", "lastName": "Byron", "emailAddresses": email("ada@engines.example") }),
            json!({ "firstName": "Augusta", "lastName": "Lovelace", "emailAddresses": email("ada@engines.example") }),
            json!({ "firstName": "Ben", "lastName": "Gomez", "emailAddresses": email("ada@engines.example") }),
            json!({ "lastName": "Handled", "socialHandles": handle("Ada") }),
            json!({ "firstName": "A.", "lastName": "Lovelace", "phoneNumbers": phone("0044 20 7946 0001") }),
            json!({ "firstName": "Cleo", "lastName": "Adams", "phoneNumbers": phone("+442079460001") }),
            json!({ "firstName": "Ada", "lastName": "Lovelace", "title": "Colleague", "organizationId": engines }),
            json!({ "firstName": "Ada", "lastName": "Lovelacce", "organizationId": engines }),
            json!({ "firstName": "Lovelace", "lastName": "Ada", "organizationId": engines }),
            json!({ "firstName": "Ada", "lastName": "LOVELACE", "title": "Neighbour", "addresses": in_london }),
            // None of them is like her.
            json!({ "firstName": "Ada", "lastName": "Lovelace", "title": "Namesake", "organizationId": mills }),
            json!({ "firstName": "Ada", "lastName": "Lovelacy", "addresses": in_london }),
            json!({ "firstName": "Ben", "lastName": "Lovelace", "organizationId": engines }),
        ] {
            contact(&admin, input).await;
        }

        assert_eq!(duplicates(&admin, "contact", &ada).await, [
            "95 Ada Lovelace: SAME_EMAIL ada@engines.example, SAME_NAME Ada Lovelace",
            "90 Ada Byron: SAME_EMAIL ada@engines.example",
            "85 Handled: SAME_HANDLE @ada",
            "85 A. Lovelace: SAME_PHONE +442079460001, SIMILAR_NAME Ada Lovelace",
            "80 Ada Lovelace: SAME_NAME_AND_ORGANIZATION Ada Lovelace",
            "60 Ada Lovelacce: SIMILAR_NAME_AND_ORGANIZATION Ada Lovelace",
            "60 Lovelace Ada: SIMILAR_NAME_AND_ORGANIZATION Ada Lovelace",
            "50 Augusta Lovelace: SAME_EMAIL ada@engines.example",
            "50 Ben Gomez: SAME_EMAIL ada@engines.example",
            "50 Cleo Adams: SAME_PHONE +442079460001",
            "50 Ada LOVELACE: SAME_NAME_AND_CITY Ada Lovelace, London",
        ]);
    }

    async fn a_name_is_found_among_colleagues_however_it_is_written(app: &TestApp) {
        let admin = app.admin().await;
        let company = admin.organization("Engines").await;
        let document = "mutation ($input: CreateContactsInput!) { createContacts(input: $input) { userErrors { code } } }";
        let colleagues: Vec<Value> = (0..100).map(|number| json!({ "firstName": format!("Anna{number}"), "lastName": "Adams",
            "organizationId": company })).collect();
        admin.data(document, json!({ "input": { "items": colleagues } })).await;
        let colleague = |first: &str, last: &str| json!({ "firstName": first, "lastName": last, "organizationId": company });
        let jorg = contact(&admin, colleague("Jörg", "Müller")).await;
        let respelled = contact(&admin, colleague("Joerg", "Mueller")).await;
        let swapped = contact(&admin, colleague("Müller", "Jörg")).await;

        let same = |other: &str, own: &str| format!("80 {other}: SAME_NAME_AND_ORGANIZATION {own}");
        let similar = |other: &str, own: &str| format!("60 {other}: SIMILAR_NAME_AND_ORGANIZATION {own}");
        assert_eq!(duplicates(&admin, "contact", &jorg).await, [same("Joerg Mueller", "Jörg Müller"), similar("Müller Jörg", "Jörg Müller")]);
        assert_eq!(duplicates(&admin, "contact", &respelled).await, [same("Jörg Müller", "Joerg Mueller")]);
        assert_eq!(duplicates(&admin, "contact", &swapped).await, [similar("Jörg Müller", "Müller Jörg")]);
    }

    async fn a_value_of_more_than_20_others_is_no_reason(app: &TestApp) {
        let admin = app.admin().await;
        let input = |first: &str, last: &str| json!({ "firstName": first, "lastName": last,
            "phoneNumbers": phone("+12025550123") });
        let ada = contact(&admin, input("Ada", "Lovelace")).await;
        contact(&admin, input("Ada", "Lovelace")).await;
        let document = "mutation ($input: CreateContactsInput!) { createContacts(input: $input) { results { contact { id } } } }";
        let bulk = async |items: Vec<Value>| {
            let data = admin.data(document, json!({ "input": { "items": items } })).await;
            data["createContacts"]["results"][0]["contact"]["id"].clone()
        };

        let last = bulk((0..19).map(|number| input("Ben", &format!("Smith{number}"))).collect()).await;
        assert_eq!(duplicates(&admin, "contact", &ada).await.len(), 20);
        contact(&admin, input("Ben", "Gomez")).await;
        assert_eq!(duplicates(&admin, "contact", &ada).await, Vec::<String>::new());
        admin.done(DELETE_CONTACT, json!({ "id": last })).await;
        assert_eq!(duplicates(&admin, "contact", &ada).await[0], "85 Ada Lovelace: SAME_PHONE +12025550123, SAME_NAME Ada Lovelace");
    }

    async fn duplicates_are_as_current_as_the_records(app: &TestApp) {
        let admin = app.admin().await;
        let input = |last| json!({ "lastName": last, "emailAddresses": email("ada@example.com") });
        let (ada, bob) = (contact(&admin, input("Ada")).await, contact(&admin, input("Bob")).await);
        assert_eq!(duplicates(&admin, "contact", &bob).await, ["90 Ada: SAME_EMAIL ada@example.com"]);
        admin.done(UPDATE_CONTACT, json!({ "id": ada, "lastName": "Bob" })).await;
        let like = "90 Bob: SAME_EMAIL ada@example.com, SIMILAR_NAME Bob";
        assert_eq!(duplicates(&admin, "contact", &ada).await, [like]);
        assert_eq!(duplicates(&admin, "contact", &bob).await, [like]);

        admin.merge(&[&ada, &bob]).await;
        for id in [&ada, &bob] {
            assert_eq!(duplicates(&admin, "contact", id).await, Vec::<String>::new());
        }
        let third = contact(&admin, input("Bob")).await;
        assert_eq!(duplicates(&admin, "contact", &bob).await, [like]);
        admin.done(DELETE_CONTACT, json!({ "id": third })).await;
        assert_eq!(duplicates(&admin, "contact", &ada).await, Vec::<String>::new());
    }

    async fn the_duplicates_of_many_take_as_many_statements_as_those_of_one(app: &TestApp) {
        let admin = app.admin().await;
        let company = admin.organization("Engines").await;
        let query = "query ($first: Int) { contacts(first: $first) { nodes { possibleDuplicates { score record { __typename } } } } }";
        for number in 0..12 {
            let input = json!({ "firstName": "Ada", "lastName": "Lovelace", "organizationId": company,
                "emailAddresses": email(&format!("ada{}@example.com", number / 2)) });
            contact(&admin, input).await;
        }
        let mut counts = Vec::new();
        for first in [1, 12] {
            let before = app.store.statements();
            let data = admin.data(query, json!({ "first": first })).await;
            counts.push(app.store.statements() - before);
            let found = data["contacts"]["nodes"][0]["possibleDuplicates"].as_array().unwrap();
            assert_eq!(found.len(), 11);
            assert_eq!([&found[0]["score"], &found[1]["score"]], [95, 80]);
        }
        // The contacts, their whole records, what is like them, and the records of that.
        assert_eq!(counts, [4, 4]);
    }
}
