//! E-mail addresses and postal addresses as people paste and write them.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::operations::{CREATE_CONTACT, CREATE_ORGANIZATION, UPSERT_USER};
use crate::support::{TestCaller, on_both_engines};

const BY_EMAIL: &str = "query ($address: String!) {
    contactsByEmail(address: $address) { nodes { displayName } } }";
const BY_DOMAIN: &str = "query ($domain: String!) {
    organizationsByEmailDomain(domain: $domain) { nodes { name } } }";
const POINTS: &str = "query ($id: ID!) { contact(id: $id) {
    emailAddresses { address label primary } phoneNumbers { input label primary } addresses { lines label primary } } }";

async fn contact(caller: &TestCaller<'_>, last_name: &str, fields: Value) -> Value {
    let mut input = fields;
    input["lastName"] = json!(last_name);
    let id = caller.done(CREATE_CONTACT, input).await["contact"]["id"].take();
    caller.data(POINTS, json!({ "id": id })).await["contact"].take()
}

async fn with_email(caller: &TestCaller<'_>, last_name: &str, address: &str) -> Value {
    let fields = json!({ "emailAddresses": [{ "address": address }] });
    let mut contact = contact(caller, last_name, fields).await;
    contact["emailAddresses"][0]["address"].take()
}

async fn found_by_email(caller: &TestCaller<'_>, address: &str) -> Value {
    let page = caller.data(BY_EMAIL, json!({ "address": address })).await;
    page["contactsByEmail"]
        .pointer("/nodes/0/displayName")
        .cloned()
        .unwrap_or_default()
}

async fn found_by_domain(caller: &TestCaller<'_>, domain: &str) -> Value {
    let page = caller.data(BY_DOMAIN, json!({ "domain": domain })).await;
    page["organizationsByEmailDomain"]
        .pointer("/nodes/0/name")
        .cloned()
        .unwrap_or_default()
}

on_both_engines! {
    async fn a_pasted_address_finds_its_contact(app: &TestApp) {
        let admin = app.admin().await;
        with_email(&admin, "Tesman", "Hedda.G+crm@tesman.example").await;

        for pasted in [
            "hedda.g+crm@tesman.example",
            "mailto:hedda.g+crm@tesman.example",
            "mailto:hedda.g%2Bcrm@tesman.example?subject=Manuscript",
            "<hedda.g+crm@tesman.example>",
            "Hedda Tesman <hedda.g+crm@TESMAN.example>",
            "\"Tesman, Hedda\" <mailto:hedda.g+crm@tesman.example>;",
            "hedda.g+crm@tesman.example\u{200b}",
            "\u{202a}hedda.g+crm@tesman.example\u{202c}",
        ] {
            assert_eq!(found_by_email(&admin, pasted).await, "Tesman", "{pasted:?}");
        }
        assert_eq!(found_by_email(&admin, "hedda.g@tesman.example").await, Value::Null);
    }

    async fn an_internationalized_domain_is_found_in_either_form(app: &TestApp) {
        let admin = app.admin().await;
        assert_eq!(with_email(&admin, "Bauer", "jörg@Bücher.example").await, "jörg@Bücher.example", "kept as given");
        with_email(&admin, "Maier", "maria@xn--mller-kva.example").await;
        let site = json!({ "name": "Bücher", "websites": ["https://www.bücher.example/über-uns"] });
        admin.done(CREATE_ORGANIZATION, site).await;

        for address in ["jörg@bücher.example", "jörg@xn--bcher-kva.example", "JÖRG@XN--BCHER-KVA.EXAMPLE"] {
            assert_eq!(found_by_email(&admin, address).await, "Bauer", "{address}");
        }
        assert_eq!(found_by_email(&admin, "jorg@bücher.example").await, Value::Null, "another mailbox");
        assert_eq!(found_by_email(&admin, "maria@müller.example").await, "Maier");
        for domain in [
            "bücher.example",
            "www.xn--bcher-kva.example",
            "jörg@bücher.example",
            "Jörg <jörg@xn--bcher-kva.example>",
            "https://bücher.example/",
        ] {
            assert_eq!(found_by_domain(&admin, domain).await, "Bücher", "{domain}");
        }
        let twice = json!([{ "address": "jörg@bücher.example" }, { "address": "jörg@xn--bcher-kva.example" }]);
        let refusal = admin.refusal(CREATE_CONTACT, json!({ "lastName": "Bauer", "emailAddresses": twice })).await;
        assert_snapshot!(
            refusal,
            @"INVALID emailAddresses.1.address: must not repeat an address of the list; leave it out"
        );
    }

    async fn an_address_may_have_letters_with_marks(app: &TestApp) {
        let admin = app.admin().await;
        assert_eq!(with_email(&admin, "Mohan", "राम@मोहन.ईन्फो").await, "राम@मोहन.ईन्फो");
        assert_eq!(with_email(&admin, "Bazin", "rene\u{301}@example.com").await, "rené@example.com", "composed");

        assert_eq!(found_by_email(&admin, "राम@मोहन.ईन्फो").await, "Mohan");
        assert_eq!(found_by_email(&admin, "rené@example.com").await, "Bazin");
        assert_eq!(found_by_email(&admin, "rene\u{301}@example.com").await, "Bazin");
    }

    async fn invisible_characters_around_an_address_are_dropped(app: &TestApp) {
        let admin = app.admin().await;
        assert_eq!(with_email(&admin, "Doe", "\u{feff}jane@example.com\u{200b}").await, "jane@example.com");
        let user = json!({ "subject": "jo", "email": "\u{200e}jo@example.com\u{200e}" });
        assert_eq!(admin.done(UPSERT_USER, user).await["user"]["email"], "jo@example.com");

        let within = json!({ "lastName": "Doe", "emailAddresses": [{ "address": "ja\u{200b}ne@example.com" }] });
        assert_snapshot!(
            admin.refusal(CREATE_CONTACT, within).await,
            @"INVALID emailAddresses.0.address: must be an e-mail address such as jane@example.com; this one has an invisible character in it, so type it anew"
        );
    }

    async fn empty_lines_of_an_address_do_not_count(app: &TestApp) {
        let admin = app.admin().await;
        let lines = json!(["1 High Street", "", "Old Town", "\u{200b}", ""]);
        let stored = contact(&admin, "Doe", json!({ "addresses": [{ "lines": lines }] })).await;
        assert_eq!(stored["addresses"][0]["lines"], json!(["1 High Street", "Old Town"]));

        let lines = json!(["a", "", "b", "c", "d"]);
        let refusal = admin.refusal(CREATE_CONTACT, json!({ "lastName": "Doe", "addresses": [{ "lines": lines }] })).await;
        assert_snapshot!(
            refusal,
            @"INVALID addresses.0.lines: must have at most 3 entries; it has 4, so leave some out"
        );
    }

    async fn tags_are_counted_without_repetitions(app: &TestApp) {
        let admin = app.admin().await;
        let tags: Vec<String> = (0..100).map(|n| format!("{} {}", if n < 50 { "Tag" } else { "tag" }, n % 50)).collect();
        admin.done(CREATE_CONTACT, json!({ "lastName": "Doe", "tags": tags })).await;
    }

    async fn labels_and_flags_may_be_null(app: &TestApp) {
        let admin = app.admin().await;
        let fields = json!({
            "emailAddresses": [{ "address": "jane@example.com", "label": null, "primary": null }],
            "phoneNumbers": [{ "input": "+12025550123", "label": null, "primary": null }],
            "addresses": [{ "city": "Oslo", "lines": null, "label": null, "primary": null }],
        });
        let stored = contact(&admin, "Doe", fields).await;
        assert_eq!(stored, json!({
            "emailAddresses": [{ "address": "jane@example.com", "label": "OTHER", "primary": false }],
            "phoneNumbers": [{ "input": "+12025550123", "label": "OTHER", "primary": false }],
            "addresses": [{ "lines": [], "label": "OTHER", "primary": false }],
        }));
    }
}
