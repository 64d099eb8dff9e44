//! Codes that people write for countries.

use serde_json::{Value, json};

use crate::support::on_both_engines;
use crate::support::operations::{CREATE_CONTACT, UPDATE_TENANT};

fn living_in(country: &str) -> Value {
    json!({ "lastName": "Doe", "addresses": [{ "city": "Pristina", "countryCode": country }] })
}

on_both_engines! {
    async fn kosovo_has_a_code(app: &TestApp) {
        let admin = app.admin().await;
        admin.done(CREATE_CONTACT, living_in("XK")).await;
        let by_country = "{ contacts(filter: { countryCode: { eq: \"xk\" } }) { nodes { addresses { countryCode } } } }";
        let found = admin.data(by_country, json!({})).await;
        assert_eq!(found["contacts"]["nodes"][0]["addresses"][0]["countryCode"], "XK");

        admin.done(UPDATE_TENANT, json!({ "defaultRegion": "XK" })).await;
        let tenant = app.store.system().tenant("acme").await.unwrap().unwrap();
        let at_home = app.caller_of(&tenant, "admin", external_contacts::model::Permissions::all()).await;
        let mobile = json!({ "lastName": "Roe", "phoneNumbers": [{ "input": "044 123 456" }] });
        let id = at_home.done(CREATE_CONTACT, mobile).await["contact"]["id"].take();
        let numbers = "query ($id: ID!) { contact(id: $id) { phoneNumbers { e164 } } }";
        let read = at_home.data(numbers, json!({ "id": id })).await;
        assert_eq!(read["contact"]["phoneNumbers"][0]["e164"], "+38344123456");
    }

    async fn the_code_that_was_meant_is_named(app: &TestApp) {
        let admin = app.admin().await;
        let unknown = "must be a country code of ISO 3166-1, two letters such as US or DE";
        for (country, meant) in [("UK", "GB"), ("EL", "GR"), ("DEU", "DE"), ("276", "DE"), ("Germany", "DE")] {
            let suggestion = format!("{unknown}; did you mean {meant}?");
            let refusal = admin.refusal(CREATE_CONTACT, living_in(country)).await;
            assert_eq!(refusal, format!("INVALID addresses.0.countryCode: {suggestion}"));
            let refusal = admin.refusal(UPDATE_TENANT, json!({ "defaultRegion": country })).await;
            assert_eq!(refusal, format!("INVALID defaultRegion: {suggestion}"));
        }
        let refusal = admin.refusal(CREATE_CONTACT, living_in("ZZ")).await;
        assert_eq!(refusal, format!("INVALID addresses.0.countryCode: {unknown}"));
    }
}
