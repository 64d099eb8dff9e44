//! A client of the test graph, and answers in a form that is short to compare.

use async_graphql::Request;
use async_graphql::parser::types::ExecutableDocument;
use futures_util::StreamExt as _;
use serde_json::json;

use super::graph::{self, GraphSchema, Ran};
use crate::limits::Limits;
use crate::model::{Permission, Permissions};
use crate::operation::{Answer, Introspection, Operations, Params, Prepared};

/// Checks that a future can move between threads, as servers require.
fn send<F: Future + Send>(future: F) -> F {
    future
}

/// Returns the request by which async-graphql runs a document.
fn request(document: ExecutableDocument) -> Request {
    let mut request = Request::new("");
    request.set_parsed_query(document);
    request
}

/// The test graph with a caller, who may read the schema and has every permission at first.
pub(super) struct Graph {
    schema: GraphSchema,
    pub(super) operations: Operations,
    pub(super) permissions: Permissions,
    pub(super) introspection: Introspection,
    ran: Ran,
}

impl Graph {
    pub(super) fn new() -> Self {
        Self::with(Limits::default(), 1 << 20)
    }

    /// Creates a graph with other limits.
    pub(super) fn within(limits: Limits) -> Self {
        Self::with(limits, 1 << 20)
    }

    /// Creates a graph with this many bytes for cached operations.
    pub(super) fn keeping(bytes: u64) -> Self {
        Self::with(Limits::default(), bytes)
    }

    fn with(limits: Limits, kept: u64) -> Self {
        let ran = Ran::default();
        let schema = graph::schema(ran.clone());
        Self {
            operations: Operations::new(&schema.sdl(), limits, kept).unwrap(),
            schema,
            permissions: Permissions::all(),
            introspection: Introspection::Allowed,
            ran,
        }
    }

    /// The same graph for a caller without one of the permissions.
    pub(super) fn without(mut self, permission: Permission) -> Self {
        self.permissions = self.permissions.without(permission);
        self
    }

    /// The resolvers that ran, of those that are recorded.
    pub(super) fn ran(&self) -> Vec<&'static str> {
        self.ran.lock().unwrap().clone()
    }

    pub(super) async fn run(&self, query: &str) -> Reply {
        self.run_with(query, json!({})).await
    }

    pub(super) async fn run_with(&self, query: &str, variables: serde_json::Value) -> Reply {
        self.send(Params {
            query: query.to_owned(),
            variables: serde_json::from_value(variables).unwrap(),
            ..Params::default()
        })
        .await
    }

    /// Runs one of the operations of a text.
    pub(super) async fn run_named(&self, query: &str, name: &str) -> Reply {
        self.send(Params {
            query: query.to_owned(),
            operation_name: Some(name.to_owned()),
            ..Params::default()
        })
        .await
    }

    /// Runs an operation and returns its cost as well.
    pub(super) async fn run_with_cost(&self, query: &str) -> Reply {
        self.send(Params {
            query: query.to_owned(),
            reports_cost: true,
            ..Params::default()
        })
        .await
    }

    /// Runs a subscription to its end.
    pub(super) async fn subscribe(&self, query: &str) -> Vec<Reply> {
        let params = Params {
            query: query.to_owned(),
            ..Params::default()
        };
        match self.prepare(params) {
            Ok(prepared) => {
                let answers = prepared.subscribe(|document| self.schema.execute_stream(request(document)));
                send(answers.map(Reply).collect()).await
            }
            Err(refusal) => vec![Reply(refusal)],
        }
    }

    pub(super) async fn send(&self, params: Params) -> Reply {
        let execute = async |document| self.schema.execute(request(document)).await;
        let answer = self
            .operations
            .answer(params, self.permissions, self.introspection, execute);
        Reply(send(answer).await)
    }

    pub(super) fn prepare(&self, params: Params) -> Result<Prepared, Answer> {
        self.operations
            .prepare(params, self.permissions, self.introspection)
    }
}

/// An answer in a form that is short to compare.
pub(super) struct Reply(pub(super) Answer);

impl Reply {
    /// The data as JSON text, "none" for a request error.
    pub(super) fn data(&self) -> String {
        let text = |data| serde_json::to_string(data).unwrap();
        self.0.data().map_or_else(|| "none".to_owned(), text)
    }

    /// The path and the code of every error, by path.
    pub(super) fn errors(&self) -> Vec<String> {
        let mut errors: Vec<_> = self
            .0
            .errors()
            .iter()
            .map(|error| {
                let path = serde_json::to_string(&error.path).unwrap().replace('"', "");
                let code = error.extensions.as_ref().and_then(|values| values.get("code"));
                let code = code.map_or_else(String::new, ToString::to_string);
                format!("{path} {}", code.trim_matches('"'))
            })
            .collect();
        errors.sort();
        errors
    }

    /// The code and the message of every error of a request that did not run.
    pub(super) fn refusals(&self) -> Vec<String> {
        assert!(self.0.is_request_error(), "it ran: {}", self.data());
        let told = self.0.errors().iter().zip(self.errors());
        told.map(|(error, code)| format!("{}: {}", code.trim_start_matches("[] "), error.message))
            .collect()
    }
}
