//! Custom scalars: what is kept of them, and what is refused.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::on_both_engines;
use crate::support::operations::{CREATE_ORGANIZATION, RECORD_INTERACTION};

/// The first and the last instant of an interaction.
fn times(interaction: &Value) -> [&str; 2] {
    ["startedAt", "endedAt"].map(|field| interaction[field].as_str().unwrap())
}

on_both_engines! {
    async fn an_instant_is_kept_to_the_microsecond_and_is_then_the_same(app: &TestApp) {
        let admin = app.admin().await;
        let call = json!({
            "externalId": "c1", "mediaType": "CALL", "direction": "INBOUND",
            "startedAt": "2026-11-26T04:10:00+01:00", "endedAt": "2026-11-26T03:10:00.123456789Z",
        });

        for _ in 0..3 {
            let made = admin.done(RECORD_INTERACTION, call.clone()).await["interaction"].take();
            assert_eq!(times(&made), ["2026-11-26T03:10:00Z", "2026-11-26T03:10:00.123456Z"]);
            assert_eq!(made["version"], 1);
        }
    }

    async fn the_first_and_the_last_instant_are_kept(app: &TestApp) {
        let admin = app.admin().await;
        let (first, last) = ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z");
        let call = json!({ "mediaType": "CALL", "direction": "INBOUND", "startedAt": first, "endedAt": last });

        let made = admin.done(RECORD_INTERACTION, call).await;

        assert_eq!(times(&made["interaction"]), [first, last]);
        let ask = "query ($from: DateTime) { interactions(filter: {startedAt: {from: $from}}) { totalCount { value } } }";
        let after = |instant| json!({ "from": instant });
        assert_eq!(admin.data(ask, after(first)).await["interactions"]["totalCount"]["value"], 1);
        assert_eq!(admin.data(ask, after(last)).await["interactions"]["totalCount"]["value"], 0);
    }

    async fn no_digit_of_an_amount_is_lost(app: &TestApp) {
        let admin = app.admin().await;
        let worth = |amount: Value| json!({ "name": "Acme", "annualRevenue": { "amount": amount, "currency": "EUR" } });

        for (given, kept) in [
            (json!("9999999999999999999999999999"), "9999999999999999999999999999"),
            (json!("0.1234567890123456789012345678"), "0.1234567890123456789012345678"),
            (json!("1250000.50"), "1250000.50"),
            (json!(1e3), "1000"),
            (json!(12.5), "12.5"),
            (json!(u64::MAX), "18446744073709551615"),
        ] {
            let made = admin.done(CREATE_ORGANIZATION, worth(given)).await;
            assert_eq!(made["organization"]["annualRevenue"]["amount"], kept);
        }
        for given in [json!("12345678901234567890123456789"), json!(12_345_678_901_234_567_890_123_456_789_f64)] {
            let refused = admin.errors(CREATE_ORGANIZATION, json!({ "input": worth(given) })).await;
            assert!(refused.starts_with("BAD_USER_INPUT"), "{refused}");
        }
    }

    async fn nothing_is_written_when_a_later_value_is_none_of_its_scalar(app: &TestApp) {
        let admin = app.admin().await;
        let both = |amount: &str| format!(
            "mutation ($d: Decimal) {{
               a: createOrganization(input: {{name: \"First\"}}) {{ organization {{ id }} }}
               b: createOrganization(input: {{name: \"Second\", annualRevenue: {{amount: {amount}, currency: \"EUR\"}}}}) {{ organization {{ id }} }} }}"
        );
        let sent = both("$d").replace("$d: Decimal", "$d: Decimal!");
        let written = both("\"abc\"").replace("($d: Decimal)", "");

        assert_snapshot!(admin.errors(&sent, json!({ "d": "abc" })).await,
            @r#"BAD_USER_INPUT : `$d` must be a decimal number of at most 28 digits, such as "1250000.50""#);
        assert_snapshot!(admin.errors(&written, json!({})).await,
            @r#"GRAPHQL_VALIDATION_FAILED : a value of `Decimal` must be a decimal number of at most 28 digits, such as "1250000.50""#);
        let count = "{ organizations { totalCount { value } } }";
        assert_eq!(admin.data(count, json!({})).await["organizations"]["totalCount"]["value"], 0);

        admin.data(&sent, json!({ "d": "12.50" })).await;
        assert_eq!(admin.data(count, json!({})).await["organizations"]["totalCount"]["value"], 2);
    }

    async fn a_null_that_only_a_resolver_sees_is_told_in_words_of_the_schema(app: &TestApp) {
        let admin = app.admin().await;
        let create = "mutation ($d: Decimal = 1) {
            createOrganization(input: {name: \"Acme\", annualRevenue: {amount: $d, currency: \"EUR\"}}) { organization { id } } }";

        assert_snapshot!(admin.errors(create, json!({ "d": null })).await,
            @r#"BAD_USER_INPUT createOrganization: an argument of this field, or a value inside it, cannot be accepted: must be a decimal number of at most 28 digits, such as "1250000.50""#);
    }
}
