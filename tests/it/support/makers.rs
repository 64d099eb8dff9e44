//! Makers: a record by the one thing that a story says about it; each gives its id.

use serde_json::{Value, json};

use super::TestCaller;
use super::operations::{CREATE_CONTACT, CREATE_ORGANIZATION, UPSERT_USER};

impl TestCaller<'_> {
    /// A contact who works nowhere.
    pub async fn contact(&self, last_name: &str) -> Value {
        self.employee(last_name, &Value::Null).await
    }

    /// A contact who works for an organization.
    pub async fn employee(&self, last_name: &str, organization: &Value) -> Value {
        let input = json!({ "lastName": last_name, "organizationId": organization });
        self.done(CREATE_CONTACT, input).await["contact"]["id"].take()
    }

    /// An organization.
    pub async fn organization(&self, name: &str) -> Value {
        let made = self.done(CREATE_ORGANIZATION, json!({ "name": name })).await;
        made["organization"]["id"].clone()
    }

    /// A user whose name is their subject.
    pub async fn user(&self, subject: &str) -> Value {
        let input = json!({ "subject": subject, "name": subject });
        self.done(UPSERT_USER, input).await["user"]["id"].take()
    }
}
