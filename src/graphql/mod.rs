//! The graph: types, edges, queries and mutations.

mod bulk;
mod change;
mod connection;
mod contact;
mod context;
mod error;
mod filter;
mod input;
mod interaction;
mod list;
mod loader;
mod mutation;
mod node;
mod note;
mod order;
mod organization;
mod payload;
mod permission;
mod record;
mod relationship;
mod repeat;
mod sdl;
mod search;
mod shared;
mod shown;
mod tenant;
mod user;
mod viewer;
mod wrap_up_code;

use std::sync::Arc;

use async_graphql::{MergedObject, Request, Response, ValidationMode};
use futures_util::Stream;

use change::ChangeQuery;
pub use change::Subscription;
use contact::{ContactBulkMutation, ContactListQuery, ContactMutation, ContactQuery};
pub use context::RequestData;
use interaction::{InteractionBulkMutation, InteractionListQuery, InteractionMutation, InteractionQuery};
use node::{ByIdQuery, NodeQuery};
use note::{NoteBulkMutation, NoteListQuery, NoteMutation};
use organization::{
    OrganizationBulkMutation, OrganizationListQuery, OrganizationMutation, OrganizationQuery,
};
use relationship::{
    RelationshipBulkMutation, RelationshipListQuery, RelationshipMutation, RelationshipQuery,
    TransferMutation,
};
pub use sdl::{operation_sdl, sdl};
use search::{LookupQuery, SearchQuery};
use tenant::TenantMutation;
use user::{UserBulkMutation, UserListQuery, UserMutation};
use viewer::ViewerQuery;
use wrap_up_code::{WrapUpCodeBulkMutation, WrapUpCodeListQuery, WrapUpCodeMutation};

use crate::limits::{CallerLimits, Limits};

/// The root of all queries.
#[derive(Default, MergedObject)]
pub struct Query(
    NodeQuery,
    ByIdQuery,
    ChangeQuery,
    ContactQuery,
    ContactListQuery,
    InteractionQuery,
    InteractionListQuery,
    LookupQuery,
    NoteListQuery,
    OrganizationQuery,
    OrganizationListQuery,
    RelationshipQuery,
    RelationshipListQuery,
    SearchQuery,
    UserListQuery,
    ViewerQuery,
    WrapUpCodeListQuery,
);

/// The root of all mutations.
#[derive(Default, MergedObject)]
pub struct Mutation(
    ContactMutation,
    ContactBulkMutation,
    InteractionMutation,
    InteractionBulkMutation,
    NoteMutation,
    NoteBulkMutation,
    OrganizationMutation,
    OrganizationBulkMutation,
    RelationshipMutation,
    RelationshipBulkMutation,
    TenantMutation,
    TransferMutation,
    UserMutation,
    UserBulkMutation,
    WrapUpCodeMutation,
    WrapUpCodeBulkMutation,
);

/// The GraphQL schema.
pub type Schema = async_graphql::Schema<Query, Mutation, Subscription>;

/// Builds the schema. Data that differs between requests comes with the request (see [`RequestData`]). Operations are
/// validated and limited before they get here; the schema knows the limits only to report them.
pub fn schema(limits: Limits, of_caller: CallerLimits) -> Schema {
    Schema::build(Query::default(), Mutation::default(), Subscription)
        .enable_federation()
        .validation_mode(ValidationMode::Fast)
        .limit_recursive_depth(usize::MAX)
        .data(limits)
        .data(of_caller)
        .finish()
}

/// Executes an operation with the data of its request.
pub async fn execute(schema: &Schema, request: Request, data: &Arc<RequestData>) -> Response {
    data.loaders
        .driver()
        .drive(schema.execute(request.data(data.clone())))
        .await
}

/// Executes a subscription with the data of its request: one response per event, until the events end or the stream is
/// dropped. The data of each event is loaded in batches, as in a query.
pub fn subscribe(
    schema: &Schema,
    request: Request,
    data: &Arc<RequestData>,
) -> impl Stream<Item = Response> + Send + use<> {
    let answers = schema.execute_stream(request.data(data.clone()));
    data.loaders.driver().drive_stream(answers)
}
