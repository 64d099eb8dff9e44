//! The ids of merged contacts and organizations, which keep working.

mod lists;
mod reads;
mod transfer;
mod trash;
mod writes;

use serde_json::Value;

use crate::support::{TestApp, TestCaller};

const UPDATE_ORGANIZATION: &str = "mutation ($input: UpdateOrganizationInput!) {
    updateOrganization(input: $input) { organization { id name primaryContact { id } } userErrors { code field message } } }";

/// Two contacts, of whom the second is part of the first.
async fn contacts(app: &TestApp, admin: &TestCaller<'_>) -> (Value, Value) {
    let (ada, ann) = (admin.contact("Ada").await, admin.contact("Ann").await);
    app.merge(&ada, &ann).await;
    (ada, ann)
}

/// Two organizations, of which the second is part of the first.
async fn organizations(app: &TestApp, admin: &TestCaller<'_>) -> (Value, Value) {
    let apex = admin.organization("Apex").await;
    let apex_inc = admin.organization("Apex Inc.").await;
    app.merge(&apex, &apex_inc).await;
    (apex, apex_inc)
}
