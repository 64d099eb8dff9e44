//! The schema as text: the contract for clients, and the subgraph for gateways.

use apollo_compiler::ast::{Definition, Document};
use apollo_compiler::{Name, Node};
use async_graphql::SDLExportOptions;

use super::{Schema, schema};
use crate::limits::{CallerLimits, Limits};

/// The schema's own description, which documentation shows first.
const DESCRIPTION: &str = "\
Contacts, the organizations that employ them, and the notes, relationships and interactions around both.

Start with `viewer`, which returns the caller, their permissions and the limits of an operation; with `search`, which finds
records by words; or with a list such as `contacts`. `node` returns any record by its id.

Permissions: a field with `@requiresPermission` is null, with a `FORBIDDEN` error at its path, for callers who lack the
permission. The rest of the operation is answered.

Paging: lists are connections. `first` and `after` page forwards, `last` and `before` backwards, with a cursor of
`pageInfo`. `totalCount` is computed only when selected.

Errors: a change that is refused returns `userErrors`, each with the path of the input field, and writes nothing. Every
other error has a stable code in `extensions.code`.

Changes: updates leave absent fields unchanged, and null clears a field. With `expectedVersion`, a record that was changed
meanwhile is not overwritten. The subscription `changes` follows all changes and resumes after a cursor.";

/// Returns the schema definition with all descriptions. With `federation`, returns it as a gateway composes it: without
/// subscriptions, which use a transport of their own and are not routed with queries.
pub fn sdl(federation: bool) -> String {
    let options = SDLExportOptions::new();
    let schema = schema(Limits::default(), CallerLimits::default());
    if federation {
        // As `_service` tells it.
        schema.sdl_with_options(options.federation().compose_directive())
    } else {
        let sdl = schema.sdl_with_options(options.include_specified_by());
        edit(&sdl, |document| {
            add_description(document);
            remove_plumbing(document);
        })
    }
}

/// Returns the definition of a schema for the checks of operations, which may use what only gateways use.
pub fn operation_sdl(schema: &Schema) -> String {
    edit(&schema.sdl(), add_description)
}

fn edit(sdl: &str, change: impl FnOnce(&mut Document)) -> String {
    let Ok(mut document) = Document::parse(sdl, "schema.graphql") else {
        // Tests read the schema, so this does not happen.
        return sdl.to_owned();
    };
    change(&mut document);
    document.serialize().indent_prefix("\t").to_string()
}

/// Adds the description, for which `async-graphql` has no place.
fn add_description(document: &mut Document) {
    for definition in &mut document.definitions {
        if let Definition::SchemaDefinition(schema) = definition {
            schema.make_mut().description = Some(Node::new_str(DESCRIPTION));
        }
    }
}

/// Removes the types and the fields that only gateways use. Their names begin with an underscore, as Apollo Federation
/// defines them.
fn remove_plumbing(document: &mut Document) {
    let is_plumbing = |name: &Name| name.starts_with('_');
    document
        .definitions
        .retain(|definition| !definition.name().is_some_and(is_plumbing));
    for definition in &mut document.definitions {
        if let Definition::ObjectTypeDefinition(object) = definition
            && object.name == "Query"
        {
            object.make_mut().fields.retain(|field| !is_plumbing(&field.name));
        }
    }
}
