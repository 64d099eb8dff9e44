//! Bulk mutations: many items in one transaction, with a result for each.

mod contact;
mod others;
mod rules;

use serde_json::{Value, json};

use crate::support::TestCaller;

/// The errors of an item and of a payload.
const ERRORS: &str = "userErrors { code field message recordId }";

/// The document of a bulk mutation that selects these fields of each result.
fn document(mutation: &str, fields: &str) -> String {
    let (first, rest) = mutation.split_at(1);
    let input = format!("{}{rest}Input", first.to_uppercase());
    format!(
        "mutation ($input: {input}!) {{ {mutation}(input: $input) {{ results {{ {fields} {ERRORS} }} {ERRORS} }} }}"
    )
}

/// A bulk mutation whose items are tried in a test.
struct Bulk<'a> {
    caller: &'a TestCaller<'a>,
    mutation: &'static str,
    fields: &'static str,
}

impl Bulk<'_> {
    /// Runs the items under the default policy, and returns the payload.
    async fn run(&self, items: Value) -> Value {
        self.run_with(json!({ "items": items })).await
    }

    /// Runs the items under the policy `EACH`.
    async fn each(&self, items: Value) -> Value {
        self.run_with(json!({ "items": items, "policy": "EACH" })).await
    }

    async fn run_with(&self, input: Value) -> Value {
        let document = document(self.mutation, self.fields);
        self.caller.payload(&document, input).await
    }

    /// Runs items that must all be accepted, and returns their results.
    async fn done(&self, items: Value) -> Vec<Value> {
        let payload = self.run(items).await;
        assert_eq!(payload["userErrors"], json!([]), "{}", self.mutation);
        payload["results"].as_array().unwrap().clone()
    }
}

/// The errors of a payload, one a line: code and path. Those of the results together must be the same.
fn refusals(payload: &Value) -> String {
    let all = payload["userErrors"].as_array().unwrap();
    let results = payload["results"].as_array().unwrap().iter();
    let of_items: Vec<&Value> = results
        .flat_map(|result| result["userErrors"].as_array().unwrap())
        .collect();
    let under_items: Vec<&Value> = all.iter().filter(|error| error["field"][0] == "items").collect();
    assert_eq!(of_items, under_items, "{payload}");
    for (place, result) in payload["results"].as_array().unwrap().iter().enumerate() {
        for error in result["userErrors"].as_array().unwrap() {
            assert_eq!(error["field"][1], place.to_string(), "{payload}");
        }
    }
    let line = |error: &Value| {
        let path = error["field"].as_array().into_iter().flatten();
        let path: Vec<&str> = path.filter_map(Value::as_str).collect();
        format!("{} {}", error["code"].as_str().unwrap(), path.join("."))
    };
    all.iter().map(line).collect::<Vec<_>>().join("\n")
}
