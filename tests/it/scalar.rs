//! Custom scalars: what is kept of them, and what is refused.

use serde_json::json;

use crate::support::on_both_engines;

const RECORD: &str = "mutation ($input: RecordInteractionInput!) {
    recordInteraction(input: $input) { interaction { startedAt endedAt version } userErrors { message } } }";

on_both_engines! {
    async fn an_instant_is_kept_to_the_microsecond_and_is_then_the_same(app: &TestApp) {
        let admin = app.admin().await;
        let call = json!({
            "externalId": "c1", "mediaType": "CALL", "direction": "INBOUND",
            "startedAt": "2026-11-26T04:10:00+01:00", "endedAt": "2026-11-26T03:10:00.123456789Z",
        });

        for _ in 0..3 {
            assert_eq!(
                admin.done(RECORD, call.clone()).await["interaction"],
                json!({ "startedAt": "2026-11-26T03:10:00Z", "endedAt": "2026-11-26T03:10:00.123456Z", "version": 1 })
            );
        }
    }

    async fn the_first_and_the_last_instant_are_kept(app: &TestApp) {
        let admin = app.admin().await;
        let (first, last) = ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z");
        let call = json!({ "mediaType": "CALL", "direction": "INBOUND", "startedAt": first, "endedAt": last });

        let made = admin.done(RECORD, call).await;

        assert_eq!(made["interaction"], json!({ "startedAt": first, "endedAt": last, "version": 1 }));
        let ask = "query ($from: DateTime) { interactions(filter: {startedAt: {from: $from}}) { totalCount { value } } }";
        let after = |instant| json!({ "from": instant });
        assert_eq!(admin.data(ask, after(first)).await["interactions"]["totalCount"]["value"], 1);
        assert_eq!(admin.data(ask, after(last)).await["interactions"]["totalCount"]["value"], 0);
    }
}
