//! Running an operation on the graph.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock};

use async_graphql::extensions::Extensions;
use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, Field, OperationDefinition, OperationType, Selection,
};
use async_graphql::registry::Registry;
use async_graphql::resolver_utils::{resolve_container, resolve_container_serial};
use async_graphql::{
    Any, ContainerType, Context, ContextSelectionSet, Data, EmptySubscription, IntrospectionMode,
    MergedObject, Object, OutputType, Positioned, QueryEnv, QueryEnvInner, Request, Response, SchemaEnv,
    ServerResult, Value, Variables,
};
use futures_util::Stream;
use futures_util::future::{FutureExt as _, join_all};

use super::context::RequestData;
use super::node::ByIdQuery;
use super::{Mutation, Query, Schema, builder, schema};
use crate::limits::{CallerLimits, Limits};

/// Runs operations that were validated, whose documents have no variables, directives or fragments spread by name. Clones
/// share the schema.
#[derive(Clone)]
pub struct Executor(Arc<Inner>);

struct Inner {
    schema: Schema,
    environment: Option<Environment>,
    query: Query,
    mutation: Mutation,
}

impl Executor {
    /// Runs operations on a schema that knows these limits.
    pub fn new(limits: Limits, of_caller: CallerLimits) -> Self {
        Self(Arc::new(Inner {
            schema: schema(limits, of_caller),
            environment: Environment::observed(limits, of_caller),
            query: Query::default(),
            mutation: Mutation::default(),
        }))
    }

    /// The schema.
    pub fn schema(&self) -> &Schema {
        &self.0.schema
    }

    /// Runs a query or a mutation with the data of its request.
    pub async fn execute(&self, document: ExecutableDocument, data: &Arc<RequestData>) -> Response {
        let driver = data.loaders.driver();
        if runs_here(&document)
            && let Some(environment) = &self.0.environment
            && let DocumentOperations::Single(operation) = document.operations
        {
            driver.drive(self.run(operation, environment, data)).await
        } else {
            driver.drive(self.0.schema.execute(request(document, data))).await
        }
    }

    /// Runs a subscription with the data of its request: one response per event, until the events end or the stream is
    /// dropped. The data of each event is loaded in batches, as in a query.
    pub fn subscribe(
        &self,
        document: ExecutableDocument,
        data: &Arc<RequestData>,
    ) -> impl Stream<Item = Response> + Send + use<> {
        let responses = self.0.schema.execute_stream(request(document, data));
        data.loaders.driver().drive_stream(responses)
    }

    /// Runs an operation as `Schema::execute` does, without its validation.
    async fn run(
        &self,
        operation: Positioned<OperationDefinition>,
        given: &Environment,
        data: &Arc<RequestData>,
    ) -> Response {
        let mut query_data = Data::default();
        query_data.insert(data.clone());
        let environment = QueryEnv::new(QueryEnvInner {
            extensions: given.extensions.clone(),
            variables: Variables::default(),
            operation_name: None,
            operation,
            fragments: HashMap::new(),
            uploads: Vec::new(),
            session_data: Arc::default(),
            query_data: Arc::new(query_data),
            http_headers: Mutex::default(),
            introspection_mode: IntrospectionMode::Enabled,
            errors: Mutex::default(),
        });
        let operation = &environment.operation.node;
        let context = environment.create_context(&given.schema, None, &operation.selection_set, None);
        let done = match operation.ty {
            OperationType::Mutation => resolve_container_serial(&context, &self.0.mutation).await,
            OperationType::Query | OperationType::Subscription => {
                resolve_container(&context, &Root(&self.0.query)).await
            }
        };
        let mut response = match done {
            Ok(value) => Response::new(value),
            Err(error) => Response::from_errors(vec![error]),
        };
        let errors = environment
            .errors
            .lock()
            .map(|mut errors| std::mem::take(&mut *errors));
        response.errors.extend(errors.unwrap_or_default());
        response
    }
}

/// Whether the fields of an operation's root are all the graph's own: introspection and the schema for gateways, which begin
/// with `_`, are async-graphql's.
fn runs_here(document: &ExecutableDocument) -> bool {
    let DocumentOperations::Single(operation) = &document.operations else {
        return false;
    };
    let is_own = |name: &str| name == ENTITIES || !name.starts_with('_');
    let mut items = operation.node.selection_set.node.items.iter();
    items.all(|item| matches!(&item.node, Selection::Field(field) if is_own(&field.node.name.node)))
}

/// The field of a gateway's entities, as Apollo's subgraph specification names it.
const ENTITIES: &str = "_entities";

/// The root of queries with the entities of a gateway. async-graphql has them in its own root, where one that fails is the end of
/// all, and no path tells which one an error is about.
struct Root<'q>(&'q Query);

impl ContainerType for Root<'_> {
    async fn resolve_field(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
        if ctx.item.node.name.node != ENTITIES {
            return self.0.resolve_field(ctx).await;
        }
        let (_, representations) = ctx.param_value::<Vec<Any>>("representations", None)?;
        let entities = representations.iter().enumerate();
        let entities = entities.map(|(index, representation)| async move {
            let found = ByIdQuery
                .find_entity(&ctx.with_index(index), &representation.0)
                .await;
            found.unwrap_or_else(|error| {
                ctx.add_error(error);
                None
            })
        });
        let entities = join_all(entities).await.into_iter();
        Ok(Some(Value::List(
            entities.map(Option::unwrap_or_default).collect(),
        )))
    }
}

impl OutputType for Root<'_> {
    fn type_name() -> Cow<'static, str> {
        Query::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        Query::create_type_info(registry)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        resolve_container(ctx, self).await
    }
}

fn request(document: ExecutableDocument, data: &Arc<RequestData>) -> Request {
    let mut request = Request::new("").data(data.clone());
    request.set_parsed_query(document);
    request
}

/// The environment that async-graphql gives to every operation. It shows it to resolvers alone, so that one is added to the
/// graph to keep it.
#[derive(Clone)]
struct Environment {
    schema: SchemaEnv,
    extensions: Extensions,
}

impl Environment {
    fn observed(limits: Limits, of_caller: CallerLimits) -> Option<Self> {
        let seen = Arc::new(OnceLock::new());
        let query = Observed(Query::default(), Observer(seen.clone()));
        let schema = builder(query, EmptySubscription, limits, of_caller).finish();
        // No resolver waits.
        let _ = schema.execute("{ isObserved }").now_or_never();
        seen.get().cloned()
    }
}

/// The root of queries, with the observer.
#[derive(MergedObject)]
struct Observed(Query, Observer);

/// Keeps the environment of the operation that it is asked in.
struct Observer(Arc<OnceLock<Environment>>);

#[Object]
impl Observer {
    async fn is_observed(&self, ctx: &Context<'_>) -> bool {
        let environment = Environment {
            schema: ctx.schema_env.clone(),
            extensions: ctx.query_env.extensions.clone(),
        };
        self.0.set(environment).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_of_operations_is_known() {
        let executor = Executor::new(Limits::default(), CallerLimits::default());
        assert!(executor.0.environment.is_some());
    }
}
