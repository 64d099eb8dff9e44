//! The pipeline from the text of a GraphQL operation to its answer, exact to the specification (September 2025).
//!
//! `read` makes a syntax tree of the text, `check` refuses what is not valid or exceeds a limit, `run` plans the operation,
//! runs it on async-graphql and completes the answer. Each step is pure. The results that depend on the text alone are kept
//! for the next request with the same text.
//!
//! All limits and checks are here. The schema is built with `ValidationMode::Fast` and without limits of its own
//! (`limit_recursive_depth(usize::MAX)`).

mod answer;
mod check;
mod error;
mod limit;
mod params;
mod plan;
mod read;
mod run;
mod schema;
mod suggestion;
#[cfg(test)]
mod tests;
mod value;

use apollo_compiler::executable::Operation;
use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Name, Node, Schema};
use async_graphql::Response;
use async_graphql::parser::types;

pub use self::answer::{Answer, Cost};
use self::check::{Connections, Lengths, PermissionTable};
pub use self::params::{Introspection, Params};
use self::read::{OperationCache, OperationKey, ParsedOperation};
pub use self::run::Prepared;
use self::run::{Planner, VariableCoercion};
use self::schema::PossibleTypes;
use crate::error::Code;
use crate::limits::Limits;
use crate::model::Permissions;

/// The pipeline for the operations of one schema.
pub struct Operations {
    schema: Valid<Schema>,
    possible_types: PossibleTypes,
    connections: Connections,
    lengths: Lengths,
    permissions: PermissionTable,
    limits: Limits,
    cache: OperationCache,
}

impl Operations {
    /// Reads the schema, as async-graphql's `sdl()` prints it, with its `@requiresPermission`. Operations that were read
    /// and checked are cached in up to `cache_bytes` of memory.
    pub fn new(sdl: &str, limits: Limits, cache_bytes: u64) -> anyhow::Result<Self> {
        let schema = schema::parse_schema(sdl)?;
        let possible_types = schema::possible_types(&schema);
        Ok(Self {
            connections: Connections::of(&schema),
            lengths: Lengths::of(&schema, &possible_types),
            possible_types,
            permissions: PermissionTable::read(&schema)?,
            limits,
            cache: OperationCache::with_capacity(cache_bytes),
            schema,
        })
    }

    /// Answers an operation. `execute` runs it on async-graphql without the fields that the caller may not have.
    pub async fn answer<F>(
        &self,
        params: Params,
        permissions: Permissions,
        introspection: Introspection,
        execute: impl Fn(types::ExecutableDocument) -> F,
    ) -> Answer
    where
        F: Future<Output = Response>,
    {
        match self.prepare(params, permissions, introspection) {
            Ok(prepared) => prepared.run(execute).await,
            Err(refusal) => refusal,
        }
    }

    /// Checks a document that clients may name later: it must be valid and within the limits that do not depend on
    /// variables. Operations that run without variables must be within all limits, their cost included.
    pub fn check(&self, document: &str) -> Result<(), Answer> {
        let (valid, _) = self.document(document, Introspection::Allowed)?;
        for operation in valid.operations.iter() {
            let needs_variables = operation
                .variables
                .iter()
                .any(|variable| variable.ty.is_non_null() && variable.default_value.is_none());
            if needs_variables {
                continue;
            }
            let params = Params {
                query: document.to_owned(),
                operation_name: operation.name.as_ref().map(ToString::to_string),
                ..Params::default()
            };
            self.prepare(params, Permissions::all(), Introspection::Allowed)?;
        }
        Ok(())
    }

    /// Prepares an operation up to its execution. Fails with a request error.
    pub fn prepare(
        &self,
        params: Params,
        permissions: Permissions,
        introspection: Introspection,
    ) -> Result<Prepared, Answer> {
        let has_escapes = check::may_have_null_character(&params.query);
        let key = OperationKey {
            query: params.query,
            operation_name: params.operation_name,
        };
        let limits = &self.limits;
        let parsed = self.cache.get_or_read(key, |key| self.read(key, introspection))?;
        let (document, operation) = (&parsed.document, &*parsed.operation);
        let sent = params.variables.into_iter();
        let sent = sent.map(|(name, value)| (name.into(), value.into())).collect();
        let variables = VariableCoercion {
            schema: &self.schema,
            introspection,
            sources: &document.sources,
        };
        let variables = variables.coerce(operation, sent, limits)?;
        let plan = parsed.plan(&variables, || {
            let (types, permissions) = (&self.possible_types, &self.permissions);
            let mut planner = Planner::new(&self.schema, types, permissions, document, &variables);
            planner.plan(operation.object_type(), &[&operation.selection_set], run::ROOT)
        })?;
        self.lengths.check(&plan, introspection, limits)?;
        check::check_null_character(&plan, &variables, operation.is_mutation(), has_escapes)?;
        check::check_representations(&plan, &variables, limits)?;
        check::check_items(&plan, &variables, limits)?;
        check::check_argument_size(&plan, &variables, limits)?;
        let cost = self.connections.check(&plan, &variables, limits)?;
        Ok(Prepared {
            kind: run::kind(operation),
            name: operation.name.clone(),
            plan,
            variables,
            permissions,
            cost,
            reports_cost: params.reports_cost,
        })
    }

    /// Makes everything that depends on the text alone: reads the document, checks it and chooses the operation.
    fn read(&self, key: &OperationKey, introspection: Introspection) -> Result<ParsedOperation, Answer> {
        let (document, size) = self.document(&key.query, introspection)?;
        let operation = choose(&document, key.operation_name.as_deref())?;
        Ok(ParsedOperation::new(document, operation, size))
    }

    /// Returns the valid document of a text, and its number of selections.
    fn document(
        &self,
        text: &str,
        introspection: Introspection,
    ) -> Result<(Valid<ExecutableDocument>, usize), Answer> {
        let document = read::parse(text, &self.limits)?;
        let size = check::check_size(&document, &self.limits)?;
        let document = check::validate(&self.schema, introspection, &document, &self.limits)?;
        Ok((document, size))
    }
}

fn choose(document: &ExecutableDocument, name: Option<&str>) -> Result<Node<Operation>, Answer> {
    let operations = &document.operations;
    operations.get(name).cloned().map_err(|_| {
        let known: Vec<&str> = operations.named.keys().map(Name::as_str).collect();
        let message = match name {
            Some(name) => {
                let suggestion = suggestion::did_you_mean(name, known);
                format!("the document has no operation `{name}`{suggestion}")
            }
            None if known.is_empty() => "the document has no operation".to_owned(),
            None => format!(
                "the document has several operations, and `operationName` must say which one runs: {}",
                suggestion::list_names(&known)
            ),
        };
        Answer::refuse(Code::ResolutionFailure, message, None)
    })
}
