//! Values of custom scalars: invalid ones are refused before anything runs.

use serde_json::json;

use super::support::Graph;

/// The refusals of an operation that must not run.
async fn refused(query: &str, variables: serde_json::Value) -> Vec<String> {
    let graph = Graph::new();
    let refusals = graph.run_with(query, variables).await.refusals();
    assert_eq!(graph.ran(), Vec::<&str>::new());
    refusals
}

#[tokio::test]
async fn an_invalid_scalar_in_a_variable_is_refused_with_its_path() {
    let query = "query ($d: Decimal!, $l: [Decimal!], $s: Stay) { hit { a } stay(of: $s)
        a: stay(of: {prices: [$d]}) b: stay(of: {prices: $l}) }";
    let variables = json!({
        "d": "abc", "l": ["1", 12.5, 1e300], "s": { "day": "2026-02-29", "at": "now", "site": 5, "prices": true },
    });
    assert_eq!(
        refused(query, variables).await,
        [
            "BAD_USER_INPUT: `$d` must be a decimal number of at most 28 digits, such as \"1250000.50\"",
            "BAD_USER_INPUT: `$l[2]` must be a decimal number of at most 28 digits, such as \"1250000.50\"",
            "BAD_USER_INPUT: `$s.day` must be a day of the calendar, written YYYY-MM-DD",
        ]
    );
    for (stay, told) in [
        (json!({ "at": "now" }), "`$s.at` must be an instant"),
        (json!({ "site": 5 }), "`$s.site` must be the text of a URL"),
        (json!({ "prices": true }), "`$s.prices` must be a decimal"),
        (json!({ "prices": [{}] }), "`$s.prices[0]` must be a decimal"),
        (
            json!({ "prices": [0.123_456_789_012_345_67] }),
            "`$s.prices[0]` must be given as a string",
        ),
    ] {
        let refusals = refused(query, json!({ "d": "1", "s": stay })).await;
        assert!(refusals[0].contains(told), "{refusals:?}");
    }
}

#[tokio::test]
async fn an_invalid_scalar_in_the_document_is_refused() {
    for (stay, told) in [
        (
            "day: 1",
            "a value of `Date` must be a day of the calendar, written YYYY-MM-DD",
        ),
        ("day: TODAY", "a value of `Date` must be a day"),
        ("day: [\"2026-02-28\"]", "a value of `Date` must be a day"),
        ("at: {on: $u}", "a value of `DateTime` must be an instant"),
        (
            "at: \"-262143-01-02T00:00:00Z\"",
            "a value of `DateTime` must be an instant",
        ),
        ("site: 1", "a value of `URL` must be the text"),
        ("prices: \"x\"", "a value of `Decimal` must be a decimal"),
        ("prices: [\"1\", [2]]", "a value of `Decimal` must be a decimal"),
        (
            "prices: 12345678901234567890123456789",
            "a value of `Decimal` must be given as a string",
        ),
        (
            "prices: 1.00000000000000000001",
            "a value of `Decimal` must be given as a string",
        ),
        ("prices: 1e400", "a value of `Decimal` must be a decimal"),
    ] {
        let query =
            format!("query ($u: Boolean = true) {{ hit {{ a @skip(if: $u) }} stay(of: {{{stay}}}) }}");
        let refusals = refused(&query, json!({})).await;
        assert_eq!(refusals.len(), 1, "{stay} {refusals:?}");
        assert!(
            refusals[0].starts_with(&format!("GRAPHQL_VALIDATION_FAILED: {told}")),
            "{refusals:?}"
        );
    }
}

#[tokio::test]
async fn an_invalid_scalar_as_a_default_is_refused() {
    for default in ["$d: Decimal = \"x\"", "$d: Decimal = 1e400"] {
        let query =
            format!("query ({default}) {{ hit {{ a }} stay(of: {{prices: [$d]}}) }}").replace("[$d]", "$l");
        let query = query.replace("$d: Decimal", "$l: [Decimal!]");
        let refusals = refused(&query, json!({ "l": "1" })).await;
        assert!(
            refusals[0].starts_with("GRAPHQL_VALIDATION_FAILED: a value of `Decimal`"),
            "{refusals:?}"
        );
    }
    let query = "query ($s: Stay = {day: \"tomorrow\"}) { hit { a } stay(of: $s) }";
    let refusals = refused(query, json!({})).await;
    assert!(
        refusals[0].starts_with("GRAPHQL_VALIDATION_FAILED: a value of `Date`"),
        "{refusals:?}"
    );
}

#[tokio::test]
async fn a_valid_scalar_is_accepted_everywhere() {
    let told = r#"{"stay":"2026-02-28 2026-11-26T03:10:00Z https://example.com 1.50 1000"}"#;
    let literal = r#"{ stay(of: {day: "2026-02-28", at: "2026-11-26T04:10:00+01:00", site: "https://example.com",
        prices: ["1.50", 1e3]}) }"#;
    assert_eq!(Graph::new().run(literal).await.data(), told);

    let mixed = r#"query ($day: Date!, $p: Decimal!, $site: URL = "https://example.com", $none: DateTime) {
        stay(of: {day: $day, at: "2026-11-26T03:10:00Z", site: $site, prices: [$p, "1000"]})
        none: stay(of: {at: $none}) null: stay(of: {day: null, prices: null}) one: stay(of: {prices: 5}) }"#;
    let reply = Graph::new()
        .run_with(mixed, json!({ "day": "2026-02-28", "p": "1.50" }))
        .await;
    let told = told.replace('}', r#","none":"","null":"","one":"5"}"#);
    assert_eq!(reply.data(), told);
}
