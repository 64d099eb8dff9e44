//! From the text of one GraphQL operation to its answer, exact to the specification (September 2025).
//!
//! The steps, each pure and in a file of its own: `scan` (may a parser see it?), `measure` (how much does it stand
//! for?), `parse` (is it valid?), the choice of the operation, `variables` (what do they stand for?), `plan` (what is
//! asked, and which `permission` does it need?), `cost` and `introspection` (how much may come out?), `document` (what
//! async-graphql is to run), execution, `complete` (what comes out, and what the caller may not have). What depends on
//! the text alone is done once for a text and `known` from then on.
//!
//! All limits and checks are made here. The schema is built with `ValidationMode::Fast` and with no
//! limit of its own (`limit_recursive_depth(usize::MAX)`).

mod answer;
mod complete;
mod cost;
mod description;
mod document;
mod entities;
mod fault;
mod introspection;
mod known;
mod measure;
mod pairs;
mod parse;
mod permission;
mod plan;
mod rules;
mod scan;
#[cfg(test)]
mod tests;
mod token;
mod values;
mod variables;

use std::sync::Arc;

use apollo_compiler::executable::Operation;
use apollo_compiler::response::JsonMap;
use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Node, Schema};
use async_graphql::parser::types::OperationType;
use async_graphql::{Request, Response, Value};
use futures_util::stream::{self, Stream, StreamExt as _};

use self::answer::Code;
pub use self::answer::{Answer, Cost};
use self::cost::Connections;
use self::introspection::Lengths;
use self::known::{Key, Known, KnownOperations};
use self::permission::PermissionTable;
use self::plan::{Plan, Planner, PossibleTypes};
use crate::limits::Limits;
use crate::model::Permissions;

/// Answers operations on one schema.
pub struct Operations {
    schema: Valid<Schema>,
    possible: PossibleTypes,
    connections: Connections,
    lengths: Lengths,
    table: PermissionTable,
    limits: Limits,
    known: KnownOperations,
}

/// What a client sends.
#[derive(Clone, Debug, Default)]
pub struct Params {
    /// The document: operations and fragments.
    pub query: String,
    /// Which of the operations to run; needed if there are several.
    pub operation_name: Option<String>,
    /// The values of the variables.
    pub variables: serde_json::Map<String, serde_json::Value>,
    /// Whether the answer is to tell what the operation costs.
    pub tells_cost: bool,
}

/// What the caller may do.
#[derive(Clone, Copy, Debug)]
pub struct Asker {
    /// The fields that need any other permission do not run.
    pub permissions: Permissions,
    /// Whether the caller may read the schema: `__schema`, `__type` and `_service`.
    pub introspection: bool,
}

/// An operation that is ready to run.
#[derive(Debug)]
pub struct Prepared {
    kind: OperationType,
    plan: Arc<Plan>,
    variables: JsonMap,
    permissions: Permissions,
    told_cost: Option<Cost>,
}

impl Operations {
    /// Reads the schema, as async-graphql's `sdl()` prints it, and its `@requiresPermission`. Once, at the start.
    /// Operations that were read and checked are kept in up to `kept` bytes of memory.
    pub fn new(sdl: &str, limits: Limits, kept: u64) -> anyhow::Result<Self> {
        let schema = parse::parse_schema(sdl)?;
        let possible = plan::possible_types(&schema);
        Ok(Self {
            connections: Connections::of(&schema),
            lengths: Lengths::of(&schema, &possible),
            possible,
            table: PermissionTable::read(&schema)?,
            limits,
            known: KnownOperations::within(kept),
            schema,
        })
    }

    /// Answers an operation; `execute` runs what is left of it on async-graphql.
    pub async fn answer<E>(&self, params: Params, asker: Asker, execute: E) -> Answer
    where
        E: AsyncFnOnce(Request) -> Response,
    {
        match self.prepare(params, asker) {
            Ok(prepared) => prepared.run(execute).await,
            Err(refusal) => refusal,
        }
    }

    /// Whether a document could be run, whoever asks: valid, and within the limits that do not depend on its variables.
    pub fn check(&self, document: &str) -> Result<(), Answer> {
        self.document(document).map(|_| ())
    }

    /// Everything up to execution. Fails with a request error.
    pub fn prepare(&self, params: Params, asker: Asker) -> Result<Prepared, Answer> {
        let key = Key {
            query: params.query,
            operation_name: params.operation_name,
        };
        let known = self.known.find(key, |key| self.read(key))?;
        let (document, operation) = (&known.document, &*known.operation);
        let sent = params.variables.into_iter();
        let sent = sent.map(|(name, value)| (name.into(), value.into())).collect();
        let variables = variables::coerce(&self.schema, &document.sources, operation, sent, &self.limits)?;
        let plan = known.plan(&variables, || {
            let mut planner = Planner::new(&self.schema, &self.possible, &self.table, document, &variables);
            planner.plan(operation.object_type(), &[&operation.selection_set], 1)
        })?;
        self.lengths.check(&plan, asker, &self.limits)?;
        entities::check(&plan, &variables, &self.limits)?;
        values::check(&plan, &variables, &self.limits)?;
        let cost = self.connections.check(&plan, &variables, &self.limits)?;
        Ok(Prepared {
            kind: kind(operation),
            plan,
            variables,
            permissions: asker.permissions,
            told_cost: params.tells_cost.then_some(cost),
        })
    }

    /// What depends on the text alone: reads it, checks it, and finds the operation that is meant.
    fn read(&self, key: &Key) -> Result<Known, Answer> {
        let (document, size) = self.document(&key.query)?;
        let operation = choose(&document, key.operation_name.as_deref())?;
        Ok(Known::new(document, operation, size))
    }

    /// A valid document within the limits, and how many selections it has.
    fn document(&self, text: &str) -> Result<(Valid<ExecutableDocument>, usize), Answer> {
        scan::scan(text, &self.limits)?;
        let document = parse::parse(text, &self.limits)?;
        let size = measure::check(&document, &self.limits)?;
        let document = parse::validate(&self.schema, &document, &self.limits)?;
        Ok((document, size))
    }
}

impl Prepared {
    /// Whether it reads, changes or subscribes. HTTP GET must refuse what may change something, and a transport without
    /// streams what subscribes.
    pub fn kind(&self) -> OperationType {
        self.kind
    }

    /// Runs a query or a mutation. `execute` is not called when nothing is left to run.
    pub async fn run<E>(self, execute: E) -> Answer
    where
        E: AsyncFnOnce(Request) -> Response,
    {
        let mut response = match self.request() {
            Some(request) => execute(request).await,
            None => Response::new(Value::Null),
        };
        entities::join(&self.plan, &self.variables, &mut response);
        complete::complete(&self.plan, response, self.permissions).telling(self.told_cost)
    }

    /// Runs a subscription: an answer for every event. One that cannot begin gives a single request error, as the
    /// specification's `CreateSourceEventStream` does; `execute` is not called when its root is refused.
    pub fn subscribe<S>(self, execute: impl FnOnce(Request) -> S) -> impl Stream<Item = Answer>
    where
        S: Stream<Item = Response>,
    {
        let events = match self.request() {
            Some(request) => execute(request).left_stream(),
            None => stream::once(std::future::ready(Response::new(Value::Null))).right_stream(),
        };
        events.enumerate().map(move |(number, response)| {
            let began = number > 0 || response.data != Value::Null;
            let answer = complete::complete(&self.plan, response, self.permissions).telling(self.told_cost);
            if began { answer } else { answer.without_data() }
        })
    }

    /// What async-graphql is to run. `None` when nothing is left to run.
    fn request(&self) -> Option<Request> {
        let document = document::document(self.kind, &self.plan, &self.variables, self.permissions)?;
        let mut request = Request::new("");
        request.set_parsed_query(document);
        Some(request)
    }
}

fn kind(operation: &Operation) -> OperationType {
    match operation.operation_type {
        apollo_compiler::ast::OperationType::Query => OperationType::Query,
        apollo_compiler::ast::OperationType::Mutation => OperationType::Mutation,
        apollo_compiler::ast::OperationType::Subscription => OperationType::Subscription,
    }
}

fn choose(document: &ExecutableDocument, name: Option<&str>) -> Result<Node<Operation>, Answer> {
    document.operations.get(name).cloned().map_err(|refused| {
        let message = refused.message().to_string();
        Answer::refuse(Code::ResolutionFailure, message, None)
    })
}
