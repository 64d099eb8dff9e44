//! Organizations that may be the same company.

use serde_json::{Value, json};

use super::duplicates;
use crate::support::on_both_engines;
use crate::support::operations::CREATE_ORGANIZATION;

on_both_engines! {
    async fn each_reason_has_its_score(app: &TestApp) {
        let admin = app.admin().await;
        let organization = async |input: Value| admin.done(CREATE_ORGANIZATION, input).await["organization"]["id"].take();
        let acme = organization(json!({
            "name": "Acme Robotics GmbH", "websites": ["https://www.acme.example/home", "https://gmail.com/acme", "https://linkedin.com/acme"],
            "phoneNumber": { "input": "+12025550123" }, "address": { "city": "Linz" },
        })).await;
        for input in [
            json!({ "name": "ACME Robotics, Inc.", "websites": ["http://acme.example"] }),
            json!({ "name": "Rowan Holding", "websites": ["https://acme.example"] }),
            json!({ "name": "Acme Robotcs", "faxNumber": { "input": "+1 202-555-0123" } }),
            json!({ "name": "Acme Robotics AG", "address": { "city": "LINZ" } }),
            json!({ "name": "Robotics Acme", "address": { "city": "Graz" } }),
            json!({ "name": "Acme Robotisc", "address": { "city": "Linz" } }),
            json!({ "name": "Mills", "phoneNumber": { "input": "+12025550123" } }),
            json!({ "name": "Acme Robotics Ltd" }),
            json!({ "name": "ACME-Robotics L.L.C.", "address": { "city": "Linz" }, "websites": ["https://at.linkedin.com/acme"] }),
            // None of them is like it.
            json!({ "name": "Acme Robotics Holding", "address": { "city": "Linz" }, "websites": ["https://linkedin.com/acme"] }),
            json!({ "name": "Acme Robotisc", "address": { "city": "Graz" }, "websites": ["https://gmail.com/acme"] }),
        ] {
            organization(input).await;
        }

        assert_eq!(duplicates(&admin, "organization", &acme).await, [
            "95 ACME Robotics, Inc.: SAME_WEBSITE acme.example, SAME_NAME Acme Robotics GmbH",
            "90 Rowan Holding: SAME_WEBSITE acme.example",
            "85 Acme Robotcs: SAME_PHONE +12025550123, SIMILAR_NAME Acme Robotics GmbH",
            "80 Acme Robotics AG: SAME_NAME_AND_CITY Acme Robotics GmbH, Linz",
            "80 ACME-Robotics L.L.C.: SAME_NAME_AND_CITY Acme Robotics GmbH, Linz",
            "60 Acme Robotisc: SIMILAR_NAME_AND_CITY Acme Robotics GmbH, Linz",
            "50 Mills: SAME_PHONE +12025550123",
            "50 Acme Robotics Ltd: SAME_NAME Acme Robotics GmbH",
        ]);
    }
}
