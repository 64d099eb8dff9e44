//! Generated calls, contacts and deletions: a call is linked if exactly one contact has its number at that moment.

use std::collections::BTreeMap;

use fastrand::Rng;
use serde_json::{Value, json};

use super::{call, contacts, person, phone, record};
use crate::support::operations::{DELETE_CONTACT, UPDATE_CONTACT};
use crate::support::{TestApp, on_both_engines};

on_both_engines! {
    async fn a_contact_point_of_several_never_links(app: &TestApp) {
        check(app, 11).await;
    }
}

/// The notations of a number.
fn notation(rng: &mut Rng, number: usize) -> String {
    match rng.u8(0..4) {
        0 => format!("+1202555010{number}"),
        1 => format!("(202) 555-010{number}"),
        2 => format!("1 202 555 010{number}"),
        _ => format!("tel:+1-202-555-010{number}"),
    }
}

/// Records calls while contacts get and lose numbers and are deleted, and compares each link with what the contacts' numbers say at
/// that moment. No contact is ever created by the server.
async fn check(app: &TestApp, seed: u64) {
    const NUMBERS: usize = 5;
    let mut rng = Rng::with_seed(seed);
    let admin = app.admin().await;
    let mut people: BTreeMap<String, (Value, Vec<usize>)> = BTreeMap::new();
    let (mut linked, mut ambiguous, mut unknown) = (0, 0, 0);
    for step in 0..150 {
        let several = |rng: &mut Rng| (0..NUMBERS).filter(|_| rng.u8(0..4) == 0).collect::<Vec<usize>>();
        match rng.u8(0..10) {
            0..2 => {
                let (name, numbers) = (format!("Person {step}"), several(&mut rng));
                let texts: Vec<String> = numbers.iter().map(|number| notation(&mut rng, *number)).collect();
                let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
                let id = person(&admin, &name, &texts).await;
                people.insert(name, (id, numbers));
            }
            2 => {
                let names: Vec<String> = people.keys().cloned().collect();
                let Some(name) = rng.choice(names) else { continue };
                let numbers = several(&mut rng);
                let given: Vec<Value> = numbers
                    .iter()
                    .map(|number| json!({ "input": notation(&mut rng, *number) }))
                    .collect();
                let person = people.get_mut(&name).unwrap();
                admin
                    .done(UPDATE_CONTACT, json!({ "id": person.0, "phoneNumbers": given }))
                    .await;
                person.1 = numbers;
            }
            3 => {
                let names: Vec<String> = people.keys().cloned().collect();
                let Some(name) = rng.choice(names) else { continue };
                let (id, _) = people.remove(&name).unwrap();
                admin.done(DELETE_CONTACT, json!({ "id": id })).await;
            }
            _ => {
                let number = rng.usize(0..NUMBERS);
                let made = record(&admin, call(step, &phone(&notation(&mut rng, number)))).await;
                let owners: Vec<&String> = people
                    .iter()
                    .filter(|(_, (_, numbers))| numbers.contains(&number))
                    .map(|(name, _)| name)
                    .collect();
                let candidates = made["candidates"].as_array().unwrap();
                if let [owner] = owners[..] {
                    assert_eq!(made["contact"]["displayName"], json!(owner), "step {step}");
                    assert_eq!(made["linkedBy"], "CONTACT_POINT");
                    linked += 1;
                } else {
                    assert_eq!(made["contact"], Value::Null, "step {step}: {owners:?}");
                    let mut names: Vec<&str> = candidates
                        .iter()
                        .map(|it| it["displayName"].as_str().unwrap())
                        .collect();
                    names.sort_unstable();
                    assert_eq!(names, owners, "step {step}");
                    *(if owners.is_empty() {
                        &mut unknown
                    } else {
                        &mut ambiguous
                    }) += 1;
                }
            }
        }
        assert_eq!(contacts(&admin).await, people.len(), "step {step}");
    }
    assert!(
        linked > 5 && ambiguous > 5 && unknown > 5,
        "{linked} {ambiguous} {unknown}"
    );
}
