//! An operation that is ready to run.

use std::sync::Arc;

use apollo_compiler::Name;
use apollo_compiler::executable::Operation;
use apollo_compiler::response::JsonMap;
use async_graphql::parser::types::{ExecutableDocument, OperationType};
use async_graphql::{Response, Value};
use futures_util::stream::{self, Stream, StreamExt as _};

use super::completion::complete;
use super::entities::{Entities, failed_together, join};
use super::request::document;
use crate::model::Permissions;
use crate::operation::answer::{Answer, Cost};
use crate::operation::plan::Plan;

/// An operation that is ready to run.
#[derive(Debug)]
pub struct Prepared {
    pub(in crate::operation) kind: OperationType,
    pub(in crate::operation) name: Option<Name>,
    pub(in crate::operation) plan: Arc<Plan>,
    pub(in crate::operation) variables: JsonMap,
    pub(in crate::operation) permissions: Permissions,
    pub(in crate::operation) cost: Cost,
    pub(in crate::operation) reports_cost: bool,
}

impl Prepared {
    /// Whether this is a query, a mutation or a subscription. HTTP GET must refuse what may change something, and a
    /// transport without streams must refuse subscriptions.
    pub fn kind(&self) -> OperationType {
        self.kind
    }

    /// The name that the document gives it.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The cost by the page sizes that it requests.
    pub fn cost(&self) -> u64 {
        self.cost.requested
    }

    fn reported_cost(&self) -> Option<Cost> {
        self.reports_cost.then_some(self.cost)
    }

    /// Runs a query or a mutation. `execute` is not called if no field is left to run, and a second time if an entity of a
    /// gateway failed.
    pub async fn run<F>(self, execute: impl Fn(ExecutableDocument) -> F) -> Answer
    where
        F: Future<Output = Response>,
    {
        let mut entities = Entities::Together;
        let mut response = match self.document(entities) {
            Some(document) => execute(document).await,
            None => Response::new(Value::Null),
        };
        if failed_together(&self.plan, &response) {
            entities = Entities::Apart;
            if let Some(document) = self.document(entities) {
                response = execute(document).await;
            }
        }
        join(&self.plan, &self.variables, &mut response, entities);
        complete(&self.plan, response, self.permissions).with_cost(self.reported_cost())
    }

    /// Runs a subscription, with an answer for every event. A subscription that cannot begin has a single request error,
    /// as `CreateSourceEventStream` of the specification defines it. `execute` is not called if the root field is refused.
    pub fn subscribe<S>(self, execute: impl FnOnce(ExecutableDocument) -> S) -> impl Stream<Item = Answer>
    where
        S: Stream<Item = Response>,
    {
        let events = match self.document(Entities::Together) {
            Some(document) => execute(document).left_stream(),
            None => stream::once(std::future::ready(Response::new(Value::Null))).right_stream(),
        };
        events.enumerate().map(move |(number, response)| {
            let began = number > 0 || response.data != Value::Null;
            let answer = complete(&self.plan, response, self.permissions).with_cost(self.reported_cost());
            if began { answer } else { answer.without_data() }
        })
    }

    /// Returns the document that runs; `None` if no field is left to run.
    fn document(&self, entities: Entities) -> Option<ExecutableDocument> {
        document(self.kind, &self.plan, &self.variables, self.permissions, entities)
    }
}

/// Converts the kind of an operation.
pub(in crate::operation) fn kind(operation: &Operation) -> OperationType {
    match operation.operation_type {
        apollo_compiler::ast::OperationType::Query => OperationType::Query,
        apollo_compiler::ast::OperationType::Mutation => OperationType::Mutation,
        apollo_compiler::ast::OperationType::Subscription => OperationType::Subscription,
    }
}
