//! The graph: types, edges, queries and mutations.

mod bulk;
mod candidates;
mod change;
mod connection;
mod contact;
mod context;
mod driver;
mod dry_run;
mod duplicate;
mod error;
mod executor;
mod filter;
mod identification;
mod input;
mod interaction;
mod kept;
mod kinds;
mod list;
mod loader;
mod merge;
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
mod trash;
mod user;
mod viewer;
mod wrap_up_code;

use async_graphql::{MergedObject, ObjectType, SchemaBuilder, SubscriptionType, ValidationMode};

use change::ChangeQuery;
pub use change::Subscription;
use contact::{ContactBulkMutation, ContactListQuery, ContactMergeMutation, ContactMutation, ContactQuery};
pub use context::RequestData;
pub use executor::Executor;
use identification::IdentificationQuery;
use interaction::{InteractionBulkMutation, InteractionListQuery, InteractionMutation, InteractionQuery};
use node::{ByIdQuery, NodeQuery};
use note::{NoteBulkMutation, NoteListQuery, NoteMutation};
use organization::{
    OrganizationBulkMutation, OrganizationListQuery, OrganizationMergeMutation, OrganizationMutation,
    OrganizationQuery,
};
use relationship::{
    RelationshipBulkMutation, RelationshipListQuery, RelationshipMutation, RelationshipQuery,
    TransferMutation,
};
pub use sdl::{operation_sdl, sdl};
use search::{LookupQuery, SearchQuery};
use tenant::TenantMutation;
use trash::{TrashMutation, TrashQuery};
use user::{UserBulkMutation, UserListQuery, UserMutation};
use viewer::ViewerQuery;
use wrap_up_code::{WrapUpCodeBulkMutation, WrapUpCodeListQuery, WrapUpCodeMutation};

use crate::limits::{CallerLimits, Limits};

/// The root of all queries.
// A field is looked for from the last part to the first, so that what is asked for most comes last.
#[derive(Default, MergedObject)]
pub struct Query(
    NodeQuery,
    ChangeQuery,
    ContactQuery,
    ContactListQuery,
    InteractionQuery,
    InteractionListQuery,
    LookupQuery,
    IdentificationQuery,
    NoteListQuery,
    OrganizationQuery,
    OrganizationListQuery,
    RelationshipQuery,
    RelationshipListQuery,
    SearchQuery,
    TrashQuery,
    UserListQuery,
    ViewerQuery,
    WrapUpCodeListQuery,
    ByIdQuery,
);

/// The root of all mutations.
#[derive(Default, MergedObject)]
pub struct Mutation(
    ContactMutation,
    ContactBulkMutation,
    ContactMergeMutation,
    InteractionMutation,
    InteractionBulkMutation,
    NoteMutation,
    NoteBulkMutation,
    OrganizationMutation,
    OrganizationBulkMutation,
    OrganizationMergeMutation,
    RelationshipMutation,
    RelationshipBulkMutation,
    TenantMutation,
    TransferMutation,
    TrashMutation,
    UserMutation,
    UserBulkMutation,
    WrapUpCodeMutation,
    WrapUpCodeBulkMutation,
);

/// The GraphQL schema.
pub type Schema = async_graphql::Schema<Query, Mutation, Subscription>;

/// The schema of a server with these limits.
pub fn schema(limits: Limits, of_caller: CallerLimits) -> Schema {
    builder(Query::default(), Subscription, limits, of_caller).finish()
}

/// Begins a schema with these roots. Data that differs between requests comes with the request (see [`RequestData`]). Operations
/// are validated and limited before they get here; the schema knows the limits only to report them.
fn builder<Q: ObjectType + 'static, S: SubscriptionType + 'static>(
    query: Q,
    subscription: S,
    limits: Limits,
    of_caller: CallerLimits,
) -> SchemaBuilder<Q, Mutation, S> {
    async_graphql::Schema::build(query, Mutation::default(), subscription)
        .enable_federation()
        .validation_mode(ValidationMode::Fast)
        .limit_recursive_depth(usize::MAX)
        .data(limits)
        .data(of_caller)
}
