//! The graph: types, edges, questions, changes.

mod change;
mod connection;
mod contact;
mod context;
mod error;
mod everything;
mod filter;
mod interaction;
mod loader;
mod node;
mod note;
mod organization;
mod permission;
mod record;
mod relationship;
mod results;
mod search;
mod tenant;
mod user;
mod viewer;
mod wrap_up_code;

use std::sync::Arc;

use async_graphql::{MergedObject, Request, Response, SDLExportOptions, ValidationMode};
use futures_util::Stream;

use change::ChangeQuery;
pub use change::Subscription;
use contact::{ContactMutation, ContactQuery};
pub use context::RequestData;
use interaction::{InteractionMutation, InteractionQuery};
use node::NodeQuery;
use note::{NoteMutation, NoteQuery};
use organization::{OrganizationMutation, OrganizationQuery};
use relationship::{RelationshipMutation, RelationshipQuery, TransferMutation};
use search::SearchQuery;
use tenant::TenantMutation;
use user::{UserMutation, UserQuery};
use viewer::ViewerQuery;
use wrap_up_code::{WrapUpCodeMutation, WrapUpCodeQuery};

use crate::limits::Limits;

/// What one may ask.
#[derive(Default, MergedObject)]
pub struct Query(
    NodeQuery,
    ChangeQuery,
    ContactQuery,
    InteractionQuery,
    NoteQuery,
    OrganizationQuery,
    RelationshipQuery,
    SearchQuery,
    UserQuery,
    ViewerQuery,
    WrapUpCodeQuery,
);

/// What one may change.
#[derive(Default, MergedObject)]
pub struct Mutation(
    ContactMutation,
    InteractionMutation,
    NoteMutation,
    OrganizationMutation,
    RelationshipMutation,
    TenantMutation,
    TransferMutation,
    UserMutation,
    WrapUpCodeMutation,
);

/// The graph.
pub type Schema = async_graphql::Schema<Query, Mutation, Subscription>;

/// Builds the graph. What differs from request to request comes with the request (see [`RequestData`]); operations are
/// validated and limited before they get here; the limits are known here to be told.
pub fn schema(limits: Limits) -> Schema {
    Schema::build(Query::default(), Mutation::default(), Subscription)
        .enable_federation()
        .validation_mode(ValidationMode::Fast)
        .limit_recursive_depth(usize::MAX)
        .data(limits)
        .finish()
}

/// Executes an operation with the data of its request.
pub async fn execute(schema: &Schema, request: Request, data: &Arc<RequestData>) -> Response {
    data.loaders
        .driver()
        .drive(schema.execute(request.data(data.clone())))
        .await
}

/// Answers a subscription with the data of its request: an answer for each event, until the events end or the stream is
/// dropped. What one event asks for is loaded in batches, as in a query.
pub fn subscribe(
    schema: &Schema,
    request: Request,
    data: &Arc<RequestData>,
) -> impl Stream<Item = Response> + Send + use<> {
    let answers = schema.execute_stream(request.data(data.clone()));
    data.loaders.driver().drive_stream(answers)
}

/// The schema as text, with everything's documentation; `federation` as a gateway composes it: without the
/// subscriptions, which come over a transport of their own and are not routed with queries.
pub fn sdl(federation: bool) -> String {
    let options = SDLExportOptions::new();
    let options = if federation {
        // As `_service` tells it.
        options.federation().compose_directive()
    } else {
        options.include_specified_by()
    };
    schema(Limits::default()).sdl_with_options(options)
}
