//! A group of operations on one tenant, and what is recorded of each.

use chrono::TimeDelta;
use external_contacts::model::{Permission, Permissions};
use external_contacts::operation::Params;
use external_contacts::store::Tenant;
use serde_json_bytes::{Value, json};

use super::fields::{self, one_line};
use super::stable::Stable;
use crate::support::{TestApp, params};

/// The longest operation that is recorded as a whole.
const LONGEST_QUERY: usize = 4_000;

/// The operations of a group so far.
pub struct Group<'a> {
    pub app: &'a TestApp,
    pub tenant: Tenant,
    name: &'static str,
    stable: Stable,
    entries: Vec<Entry>,
}

/// One operation as it is recorded.
#[derive(Clone)]
pub struct Entry {
    operation: String,
    /// The caller's permissions, unless they are all.
    permissions: Option<String>,
    request: Value,
    /// `None` if their number depends on what else the server does.
    statements: Option<u64>,
    answer: Value,
}

impl<'a> Group<'a> {
    pub fn new(app: &'a TestApp, tenant: Tenant, name: &'static str) -> Self {
        Self {
            app,
            tenant,
            name,
            stable: Stable::default(),
            entries: Vec::new(),
        }
    }

    pub fn finish(self) -> (&'static str, Vec<Entry>) {
        (self.name, self.entries)
    }

    /// Runs an operation as a caller with all permissions and returns the answer as it came.
    pub async fn ask(
        &mut self,
        operation: impl Into<String>,
        query: &str,
        variables: serde_json::Value,
    ) -> serde_json::Value {
        self.send(operation, params(query, variables)).await
    }

    /// Asks for fields without variables.
    pub async fn read(&mut self, operation: impl Into<String>, query: &str) -> serde_json::Value {
        self.ask(operation, query, serde_json::json!({})).await
    }

    /// Sends any request as a caller with all permissions.
    pub async fn send(&mut self, operation: impl Into<String>, params: Params) -> serde_json::Value {
        self.send_as(None, operation, params).await
    }

    /// Asks with these permissions only.
    pub async fn ask_as(
        &mut self,
        permissions: &[Permission],
        operation: impl Into<String>,
        query: &str,
        variables: serde_json::Value,
    ) -> serde_json::Value {
        let permissions = permissions.iter().copied().collect();
        self.send_as(Some(permissions), operation, params(query, variables))
            .await
    }

    /// Runs one mutation with every field of what it is about; gives its payload.
    pub async fn change(
        &mut self,
        operation: impl Into<String>,
        mutation: &str,
        input: serde_json::Value,
    ) -> serde_json::Value {
        let query = fields::mutation(mutation);
        let mut answer = self
            .ask(operation, &query, serde_json::json!({ "input": input }))
            .await;
        answer["data"][mutation].take()
    }

    /// Adds what a subscription answered.
    pub fn add_event(&mut self, operation: &str, params: &Params, answer: &serde_json::Value) {
        let mut entry = Entry {
            operation: operation.to_owned(),
            permissions: None,
            request: request(params),
            statements: None,
            answer: serde_json_bytes::to_value(answer).unwrap(),
        };
        self.stable
            .entry(&mut entry.request, &mut entry.answer, self.app.now());
        self.entries.push(entry);
    }

    async fn send_as(
        &mut self,
        permissions: Option<Permissions>,
        operation: impl Into<String>,
        params: Params,
    ) -> serde_json::Value {
        self.app.pass(TimeDelta::seconds(1));
        let subject = if permissions.is_some() {
            "somebody"
        } else {
            "admin"
        };
        let caller = self
            .app
            .caller_of(&self.tenant, subject, permissions.unwrap_or(Permissions::all()))
            .await;
        let mut request = request(&params);
        let before = self.app.store.statements();
        let answer = caller.answer(params).await;
        let statements = self.app.store.statements() - before;
        let mut recorded = serde_json_bytes::to_value(&answer).unwrap();
        self.stable.entry(&mut request, &mut recorded, self.app.now());
        let names = |permissions: Permissions| {
            let names: Vec<&str> = permissions.iter().map(short).collect();
            names.join(", ")
        };
        self.entries.push(Entry {
            operation: operation.into(),
            permissions: permissions.map(names),
            request,
            statements: Some(statements),
            answer: recorded,
        });
        serde_json::to_value(&answer).unwrap()
    }
}

impl Entry {
    /// The recorded entry, of one engine alone.
    pub fn alone(self) -> Value {
        let same = self.clone();
        self.beside(&same)
    }

    /// The recorded entry, beside the same operation on PostgreSQL. Engines that answer differently fail the test, as two
    /// answers never equal the recorded one; statements may differ, and are recorded for each then.
    pub fn beside(self, postgres: &Self) -> Value {
        let mut entry = json!({ "operation": self.operation });
        let mut put = |name: &str, value: Value| entry.as_object_mut().unwrap().insert(name, value);
        if let Some(permissions) = self.permissions {
            put("permissions", permissions.into());
        }
        let Value::Object(request) = self.request else {
            unreachable!("a request is an object")
        };
        for (name, value) in request {
            put(name.as_str(), value);
        }
        if let Some(statements) = self.statements {
            let both = postgres.statements.unwrap_or_default();
            put(
                "statements",
                if statements == both {
                    json!(statements)
                } else {
                    json!({ "sqlite": statements, "postgres": both })
                },
            );
        }
        if self.answer == postgres.answer {
            put("answer", self.answer);
        } else {
            put("answerOfSqlite", self.answer);
            put("answerOfPostgres", postgres.answer.clone());
        }
        entry
    }
}

fn request(params: &Params) -> Value {
    let query = one_line(&params.query);
    let query = match query.chars().count() {
        length if length > LONGEST_QUERY => format!(
            "{}… ({length} characters)",
            query.chars().take(60).collect::<String>()
        ),
        _ => query,
    };
    let mut request = json!({ "query": query });
    let mut put = |name: &str, value: Value| request.as_object_mut().unwrap().insert(name, value);
    if let Some(name) = &params.operation_name {
        put("operationName", name.clone().into());
    }
    if !params.variables.is_empty() {
        put(
            "variables",
            serde_json_bytes::to_value(&params.variables).unwrap(),
        );
    }
    request
}

fn short(permission: Permission) -> &'static str {
    permission.name().trim_start_matches("externalContacts:")
}
