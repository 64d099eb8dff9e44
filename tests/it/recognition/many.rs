//! Contact points of many people, many contact points at once, and a long past.

use serde_json::{Value, json};

use super::{IDENTIFY, LINK, RECORD_MANY, call, listed, person, phone, record};
use crate::support::on_both_engines;

on_both_engines! {
    async fn a_switchboard_of_many_people_stays_cheap(app: &TestApp) {
        let admin = app.admin().await;
        let mut people = Vec::new();
        for number in 0..30 {
            people.push(json!({ "lastName": format!("Person {number:02}"), "phoneNumbers": [{ "input": "+12025550142" }] }));
        }
        let create = "mutation ($input: CreateContactsInput!) { createContacts(input: $input) { userErrors { message } } }";
        admin.done(create, json!({ "items": people })).await;

        let made = record(&admin, call(1, &phone("+12025550142"))).await;
        let found = admin.data(IDENTIFY, json!({ "point": phone("+12025550142") })).await["identify"].take();

        assert_eq!(made["contact"], Value::Null);
        assert_eq!(made["candidates"].as_array().unwrap().len(), 25);
        assert_eq!(found["contacts"].as_array().unwrap().len(), 25);
    }

    async fn candidates_of_a_list_take_the_same_statements_whatever_its_length(app: &TestApp) {
        let admin = app.admin().await;
        let query = "{ interactions { nodes { candidates { displayName } } } }";
        let mut costs = Vec::new();
        for minute in 1..=3 {
            for person_of_two in ["A", "B"] {
                person(&admin, &format!("{person_of_two}{minute}"), &[&format!("+1202555010{minute}")]).await;
            }
            record(&admin, call(minute, &phone(&format!("+1202555010{minute}")))).await;
            let before = app.store.statements();
            let listed = admin.data(query, json!({})).await;
            costs.push(app.store.statements() - before);
            assert_eq!(listed["interactions"]["nodes"].as_array().unwrap().len(), minute);
            assert_eq!(listed["interactions"]["nodes"][0]["candidates"].as_array().unwrap().len(), 2);
        }
        assert_eq!(costs, [costs[0]; 3]);
    }

    async fn a_long_past_is_linked_in_steps(app: &TestApp) {
        let admin = app.admin().await;
        for hundred in 0..11 {
            let items: Vec<Value> = (0..100)
                .map(|place| call(hundred * 100 + place, &phone("+12025550142")))
                .collect();
            let recorded = admin.done(RECORD_MANY, json!({ "items": items })).await;
            assert_eq!(recorded["results"][99]["interaction"]["linkedBy"], Value::Null);
        }
        let ada = person(&admin, "Lovelace", &[]).await;
        let last = record(&admin, call(1_200, &phone("+12025550142"))).await;
        let input = json!({ "id": last["id"], "contactId": ada, "includeEarlier": true });

        let first = admin.done(LINK, input.clone()).await;
        let newest = listed(&admin, json!({ "hasContact": false, "contactPoint": phone("+12025550142") })).await;
        let second = admin.done(LINK, input.clone()).await;
        let third = admin.done(LINK, input).await;

        assert_eq!((&first["linkedEarlier"], &first["hasMore"]), (&json!(1_000), &json!(true)));
        assert_eq!(newest.first().map(String::as_str), Some("c99"), "the newest were linked first");
        assert_eq!((&second["linkedEarlier"], &second["hasMore"]), (&json!(100), &json!(false)));
        assert_eq!((&third["linkedEarlier"], &third["hasMore"]), (&json!(0), &json!(false)));
        assert_eq!(listed(&admin, json!({ "hasContact": false })).await, [] as [String; 0]);
    }

    async fn any_number_of_contact_points_is_recognized_at_once(app: &TestApp) {
        let admin = app.admin().await;
        // A number in Mexico has two notations, and two words.
        let number = |place: usize| format!("+521555550{place:04}");
        for name in ["A", "B"] {
            person(&admin, name, &[&number(299)]).await;
        }
        for hundred in 0..3 {
            let items: Vec<Value> = (0..100).map(|place| call(hundred * 100 + place, &phone(&number(hundred * 100 + place)))).collect();
            admin.done(RECORD_MANY, json!({ "items": items })).await;
        }
        let pages: Vec<String> = (0..3)
            .map(|hour| {
                let minutes = hour * 100;
                let at = |minute: usize| format!("2026-01-02T{:02}:{:02}:00Z", minute / 60, minute % 60);
                format!(
                    "p{hour}: interactions(first: 100, filter: {{ startedAt: {{ from: \"{}\", before: \"{}\" }} }}) {{
                       nodes {{ externalId candidates {{ id }} }} }}",
                    at(minutes),
                    at(minutes + 100)
                )
            })
            .collect();
        let found = admin.data(&format!("{{ {} }}", pages.join(" ")), json!({})).await;
        let nodes: Vec<&Value> = (0..3).flat_map(|hour| found[format!("p{hour}")]["nodes"].as_array().unwrap()).collect();
        assert_eq!(nodes.len(), 300);
        for node in nodes {
            let expected = if node["externalId"] == "c299" { 2 } else { 0 };
            assert_eq!(node["candidates"].as_array().unwrap().len(), expected, "{node}");
        }
    }
}
