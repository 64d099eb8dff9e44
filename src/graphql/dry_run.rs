//! Dry runs: mutations that return their result and change nothing.

use async_graphql::InputObject;

/// The field of inputs of mutations that can be previewed. The execution of a change reads it from the context
/// ([`MutationOptions`](super::context::MutationOptions)), so an input only has to have it.
#[derive(InputObject)]
pub struct DryRunFields {
    /// Whether to preview the mutation instead of carrying it out. The server does everything, builds the payload and undoes
    /// all of it, so a dry run is refused for the same reasons and requires the same permissions. Fields of the payload
    /// show the result; edges to other records show the present state. The id of a record that a dry run creates does not
    /// exist afterwards. No change is recorded, and an idempotency key is not used. Clients with a normalized cache should
    /// not cache the answer. A dry run of a bulk mutation covers all of its items.
    #[graphql(default)]
    dry_run: bool,
}
