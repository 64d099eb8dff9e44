//! From the text of one GraphQL operation to its answer, exact to the specification (September 2025).
//!
//! The steps, each pure and in a file of its own: `scan` (may a parser see it?), `parse` (is it
//! valid?), the choice of the operation, `variables` (what do they stand for?), `plan` (what is
//! asked, and which `permission` does it need?), `document` (what async-graphql is to run),
//! execution, `complete` (what comes out, and what the caller may not have).
//!
//! All limits and checks are made here. The schema is built with `ValidationMode::Fast` and with no
//! limit of its own (`limit_recursive_depth(usize::MAX)`).

mod answer;
mod complete;
mod description;
mod document;
mod entities;
mod fault;
mod parse;
mod permission;
mod plan;
mod rules;
mod scan;
#[cfg(test)]
mod tests;
mod token;
mod variables;

use apollo_compiler::executable::Operation;
use apollo_compiler::introspection::check_max_depth;
use apollo_compiler::response::JsonMap;
use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Schema};
use async_graphql::parser::types::OperationType;
use async_graphql::{Request, Response, Value};
use futures_util::stream::{self, Stream, StreamExt as _};

pub use self::answer::Answer;
use self::answer::Code;
use self::parse::place;
use self::permission::PermissionTable;
use self::plan::{Plan, Planner, PossibleTypes};
use crate::model::Permissions;

/// Answers operations on one schema.
pub struct Operations {
    schema: Valid<Schema>,
    possible: PossibleTypes,
    table: PermissionTable,
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
    plan: Plan,
    variables: Valid<JsonMap>,
    permissions: Permissions,
}

impl Operations {
    /// Reads the schema, as async-graphql's `sdl()` prints it, and its `@requiresPermission`. Once, at the start.
    pub fn new(sdl: &str) -> anyhow::Result<Self> {
        let schema = parse::parse_schema(sdl)?;
        Ok(Self {
            possible: plan::possible_types(&schema),
            table: PermissionTable::read(&schema)?,
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

    /// Everything up to execution. Fails with a request error.
    pub fn prepare(&self, params: Params, asker: Asker) -> Result<Prepared, Answer> {
        scan::scan(&params.query)?;
        let document = parse::parse(&self.schema, params.query)?;
        let operation = choose(&document, params.operation_name.as_deref())?;
        let variables = variables::coerce(&self.schema, &document.sources, operation, params.variables)?;
        let mut planner = Planner::new(&self.schema, &self.possible, &self.table, &document, &variables);
        let plan = planner.plan(operation.object_type(), &[&operation.selection_set], 1)?;
        check_introspection(&document, operation, &plan, asker)?;
        entities::check(&plan, &variables)?;
        Ok(Prepared {
            kind: kind(operation),
            plan,
            variables,
            permissions: asker.permissions,
        })
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
        complete::complete(&self.plan, response, self.permissions)
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
            let answer = complete::complete(&self.plan, response, self.permissions);
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

fn choose<'d>(document: &'d ExecutableDocument, name: Option<&str>) -> Result<&'d Operation, Answer> {
    let chosen = document.operations.get(name);
    chosen.map(|operation| &**operation).map_err(|refused| {
        let message = refused.message().to_string();
        Answer::refuse(Code::ResolutionFailure, message, None)
    })
}

/// Refuses to show the schema to who may not read it, and to nest it so that the answer explodes.
fn check_introspection(
    document: &Valid<ExecutableDocument>,
    operation: &Operation,
    plan: &Plan,
    asker: Asker,
) -> Result<(), Answer> {
    let reads_schema = |name: &str| matches!(name, "__schema" | "__type" | "_service");
    let Some(field) = plan.fields.iter().find(|planned| reads_schema(&planned.name)) else {
        return Ok(());
    };
    if !asker.introspection {
        let message = format!(
            "introspection is not allowed here, but the operation has `{}`",
            field.name
        );
        return Err(Answer::refuse(Code::ValidationFailed, message, Some(field.at)));
    }
    check_max_depth(document, operation).map_err(|refused| {
        let message = refused.message().to_string();
        Answer::refuse(
            Code::LimitExceeded,
            message,
            place(&document.sources, refused.location()),
        )
    })
}
