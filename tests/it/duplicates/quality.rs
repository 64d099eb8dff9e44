//! The quality of possible duplicates: of generated records, some are entered a second time in the ways of people, and some relatives
//! and namesakes are entered as well.

use std::collections::{BTreeMap, BTreeSet};

use external_contacts::demo;
use fastrand::Rng;
use serde_json::{Value, json};

use crate::support::{TestCaller, on_both_engines};

const ENTITIES: u64 = 4_000;
const SEED: u64 = 12;
/// The score from which on creations are refused.
const SURE: i64 = 80;
const CONTACTS: &str =
    "query ($after: String) { contacts(first: 100, after: $after) { nodes { id firstName lastName
    phoneNumbers { e164 } emailAddresses { address } socialHandles { network handle } organization { id }
    possibleDuplicates { score record { ... on Contact { id } } } } pageInfo { hasNextPage endCursor } } }";
const ORGANIZATIONS: &str =
    "query ($after: String) { organizations(first: 100, after: $after) { nodes { id name websites
    phoneNumber { e164 } address { city } possibleDuplicates { score record { ... on Organization { id } } } }
    pageInfo { hasNextPage endCursor } } }";

/// Two records, the first by id first.
type Pair = (String, String);

/// A kind of record, and how it is entered again.
struct Noun {
    list: &'static str,
    query: &'static str,
    create: &'static str,
    record: &'static str,
    /// Returns the record as it is entered again, and whether it is the same.
    again: fn(&Value, &mut Rng) -> Option<(Value, bool)>,
}

fn pair(one: &Value, other: &Value) -> Pair {
    let mut ids = [one, other].map(|id| id.as_str().unwrap().to_owned());
    ids.sort_unstable();
    let [first, second] = ids;
    (first, second)
}

async fn all(caller: &TestCaller<'_>, noun: &Noun) -> Vec<Value> {
    let (mut records, mut after) = (Vec::new(), Value::Null);
    loop {
        let mut data = caller.data(noun.query, json!({ "after": after })).await;
        let page = data[noun.list].take();
        records.extend(page["nodes"].as_array().unwrap().clone());
        if page["pageInfo"]["hasNextPage"] == false {
            return records;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}

fn text<'v>(record: &'v Value, pointer: &str) -> Option<&'v str> {
    record.pointer(pointer).and_then(Value::as_str)
}

/// Swaps two neighbours of a word.
fn with_typo(word: &str, rng: &mut Rng) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    if letters.len() > 4 {
        let at = rng.usize(1..letters.len() - 1);
        letters.swap(at, at + 1);
    }
    letters.into_iter().collect()
}

/// Writes a number as people do.
fn written(number: &str, rng: &mut Rng) -> String {
    let (start, rest) = number.split_at(number.len() - 4);
    match rng.u8(0..3) {
        0 => format!("{start} {rest}"),
        1 => format!("00{} {rest}", &start[1..]),
        _ => number.to_owned(),
    }
}

/// Enters a person again: with a contact point or the employer, and the name as it is or changed a little; or a relative.
fn person_again(person: &Value, rng: &mut Rng) -> Option<(Value, bool)> {
    let (first, last) = (text(person, "/firstName")?, text(person, "/lastName")?);
    let (name, is_written_alike) = match rng.u8(0..10) {
        0 => (
            json!({ "firstName": first, "lastName": with_typo(last, rng) }),
            false,
        ),
        1 => (
            json!({ "firstName": format!("{}.", first.chars().next()?), "lastName": last }),
            false,
        ),
        2 => (json!({ "lastName": last }), false),
        3 => (json!({ "firstName": last, "lastName": first }), false),
        4 => (json!({ "lastName": format!("{first} {last}") }), false),
        _ => (
            json!({ "firstName": first.to_uppercase(), "lastName": last }),
            true,
        ),
    };
    let mut again = name;
    let mut is_same = true;
    match rng.u8(0..10) {
        0..4 => {
            again["emailAddresses"] =
                json!([{ "address": text(person, "/emailAddresses/0/address")?.to_uppercase() }]);
        }
        4..6 => {
            again["phoneNumbers"] = json!([{ "input": written(text(person, "/phoneNumbers/0/e164")?, rng) }]);
        }
        6 => {
            let handle = person.pointer("/socialHandles/0")?.clone();
            again["socialHandles"] = json!([handle]);
        }
        7 if is_written_alike => again["organizationId"] = text(person, "/organization/id")?.into(),
        // A relative at the same line.
        _ => {
            is_same = false;
            again = json!({ "firstName": if first == "Bela" { "Tim" } else { "Bela" }, "lastName": last,
                "phoneNumbers": [{ "input": text(person, "/phoneNumbers/0/e164")? }] });
        }
    }
    Some((again, is_same))
}

/// Enters a company again: with its website, its number or its city, and its name with another legal form or a typo; or a namesake
/// elsewhere.
fn company_again(company: &Value, rng: &mut Rng) -> Option<(Value, bool)> {
    let name = text(company, "/name")?;
    let city = text(company, "/address/city");
    Some(match rng.u8(0..8) {
        0..3 => (
            json!({ "name": with_typo(name, rng), "websites": [text(company, "/websites/0")?] }),
            true,
        ),
        3..5 => (
            json!({ "name": with_typo(name, rng), "phoneNumber": { "input": written(text(company, "/phoneNumber/e164")?, rng) } }),
            true,
        ),
        5..7 => (
            json!({ "name": name.to_uppercase(), "address": { "city": city? } }),
            true,
        ),
        _ => (json!({ "name": name, "address": { "city": "Elsewhere" } }), false),
    })
}

const NOUNS: [Noun; 2] = [
    Noun {
        list: "contacts",
        query: CONTACTS,
        create: "mutation ($input: CreateContactsInput!) { createContacts(input: $input) { results { contact { id } userErrors { message } } } }",
        record: "contact",
        again: person_again,
    },
    Noun {
        list: "organizations",
        query: ORGANIZATIONS,
        create: "mutation ($input: CreateOrganizationsInput!) { createOrganizations(input: $input) { results { organization { id } userErrors { message } } } }",
        record: "organization",
        again: company_again,
    },
];

/// Enters some records again. Returns the pairs that are the same.
async fn enter_again(
    caller: &TestCaller<'_>,
    noun: &Noun,
    records: &[Value],
    rng: &mut Rng,
) -> BTreeSet<Pair> {
    let mut again = Vec::new();
    for record in records {
        if rng.u8(0..4) == 0
            && let Some((input, is_same)) = (noun.again)(record, rng)
        {
            again.push((&record["id"], input, is_same));
        }
    }
    let mut same = BTreeSet::new();
    for chunk in again.chunks(100) {
        let items: Vec<&Value> = chunk.iter().map(|(_, input, _)| input).collect();
        let data = caller
            .data(noun.create, json!({ "input": { "items": items } }))
            .await;
        let results = data.as_object().unwrap().values().next().unwrap()["results"]
            .as_array()
            .unwrap()
            .clone();
        for ((original, input, is_same), result) in chunk.iter().zip(&results) {
            let id = &result[noun.record]["id"];
            assert!(id.is_string(), "{input}: {result}");
            if *is_same {
                same.insert(pair(original, id));
            }
        }
    }
    same
}

on_both_engines! {
    async fn what_was_entered_twice_is_found_and_little_else(app: &TestApp) {
        demo::generate(&app.tenant, ENTITIES, SEED, &|_, _| {}).await.unwrap();
        let admin = app.admin().await;
        for noun in &NOUNS {
            let mut rng = Rng::with_seed(SEED);
            let before = all(&admin, noun).await;
            let same = enter_again(&admin, noun, &before, &mut rng).await;
            let after = all(&admin, noun).await;

            // For each score, the pairs that have it and how many of them are the same.
            let mut scores: BTreeMap<i64, (usize, usize)> = BTreeMap::new();
            let mut found: BTreeMap<Pair, i64> = BTreeMap::new();
            for record in &after {
                for duplicate in record["possibleDuplicates"].as_array().unwrap() {
                    let score = duplicate["score"].as_i64().unwrap();
                    let known = found.insert(pair(&record["id"], &duplicate["record"]["id"]), score);
                    assert!(known.is_none_or(|known| known == score), "{record}: {known:?} {score}");
                }
            }
            for (pair, score) in &found {
                let (all, right) = scores.entry(*score).or_default();
                *all += 1;
                *right += usize::from(same.contains(pair));
            }
            let sure = found.iter().filter(|(_, score)| **score >= SURE).count();
            let right = found.iter().filter(|(pair, score)| **score >= SURE && same.contains(pair)).count();
            println!("{}: {} of {} entered twice are found, {sure} pairs from {SURE} on; of each score: {scores:?}",
                noun.list, right, same.len());
            assert!(same.len() >= 30, "{}", same.len());
            assert!(right * 100 >= same.len() * 95, "{}: recall {right} of {}, {scores:?}", noun.list, same.len());
            assert!(right * 100 >= sure * 95, "{}: precision {right} of {sure}, {scores:?}", noun.list);
        }
    }
}
