//! Records that may be the same: on a record, and when one is created.

mod contacts;
mod creation;
mod organizations;
mod quality;

use serde_json::Value;

use crate::support::TestCaller;

/// The reasons and the score of each possible duplicate of a record, in words.
pub async fn duplicates(caller: &TestCaller<'_>, kind: &str, id: &Value) -> Vec<String> {
    let query = format!(
        "query ($id: ID!) {{ {kind}(id: $id) {{ possibleDuplicates {{ score reasons {{ kind value }}
           record {{ ... on Contact {{ displayName }} ... on Organization {{ name }} }} }} }} }}"
    );
    let data = caller.data(&query, serde_json::json!({ "id": id })).await;
    told(&data[kind]["possibleDuplicates"])
}

/// Tells possible duplicates in words.
pub fn told(duplicates: &Value) -> Vec<String> {
    let duplicates = duplicates.as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap_or("nobody").to_owned();
    duplicates
        .map(|it| {
            let reasons = it["reasons"].as_array().unwrap().iter();
            let reasons: Vec<String> = reasons
                .map(|reason| format!("{} {}", text(&reason["kind"]), text(&reason["value"])))
                .collect();
            let record = it["record"].as_object().and_then(|record| record.values().next());
            let name = record.map_or_else(|| "nobody".to_owned(), text);
            format!("{} {name}: {}", it["score"], reasons.join(", "))
        })
        .collect()
}
