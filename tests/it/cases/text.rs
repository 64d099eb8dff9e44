//! Text that no reader can see.

use insta::assert_snapshot;
use serde_json::json;

use crate::support::on_both_engines;
use crate::support::operations::{CREATE_CONTACT, CREATE_ORGANIZATION};

const INVISIBLE: [&str; 6] = [
    "\u{200b}", "\u{feff}", "\u{3164}", "\u{2800}", "\u{202e}", "\u{7}",
];

on_both_engines! {
    async fn a_name_that_nobody_can_see_is_empty(app: &TestApp) {
        let admin = app.admin().await;
        let mut refusals = Vec::new();
        for name in INVISIBLE {
            refusals.push(admin.refusal(CREATE_CONTACT, json!({ "lastName": name })).await);
            refusals.push(admin.refusal(CREATE_ORGANIZATION, json!({ "name": name })).await);
            let contact = admin.done(CREATE_CONTACT, json!({ "firstName": name, "lastName": "Doe" })).await;
            assert_eq!(contact["contact"]["displayName"], "Doe", "{name:?}");
        }
        refusals.dedup();
        refusals.sort();
        refusals.dedup();
        assert_snapshot!(refusals.join("\n"), @"
        INVALID lastName: a contact needs a first name or a last name
        INVALID name: must not be empty; give 1 to 1000 characters
        ");
    }

    async fn a_name_keeps_its_invisible_characters(app: &TestApp) {
        let admin = app.admin().await;
        for name in ["می\u{200c}خواهم", "\u{200f}אדה", "Ada 👩\u{200d}🚀"] {
            let contact = admin.done(CREATE_CONTACT, json!({ "lastName": name })).await;
            assert_eq!(contact["contact"]["displayName"], name);
        }
    }
}
