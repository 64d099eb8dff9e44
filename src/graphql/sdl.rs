//! The schema as text: the contract for clients, and the subgraph for gateways.

use apollo_compiler::ast::{Definition, Document};
use apollo_compiler::{Name, Node};
use async_graphql::SDLExportOptions;

use super::schema;
use crate::limits::Limits;

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
/// The types that only gateways use.
const GATEWAY_TYPES: [&str; 3] = ["_Any", "_Entity", "_Service"];

/// Returns the schema definition with all descriptions. With `federation`, returns it as a gateway composes it: without
/// subscriptions, which use a transport of their own and are not routed with queries.
pub fn sdl(federation: bool) -> String {
    let options = SDLExportOptions::new();
    let schema = schema(Limits::default());
    if federation {
        // As `_service` tells it.
        schema.sdl_with_options(options.federation().compose_directive())
    } else {
        contract(&schema.sdl_with_options(options.include_specified_by()))
    }
}

/// Leaves out what only gateways use, and adds the description, for which `async-graphql` has no place.
fn contract(sdl: &str) -> String {
    let Ok(mut document) = Document::parse(sdl, "schema.graphql") else {
        // Tests read the schema, so this does not happen.
        return sdl.to_owned();
    };
    document.definitions.retain(|definition| {
        let name = definition.name().map(Name::as_str);
        name.is_none_or(|name| !GATEWAY_TYPES.contains(&name))
    });
    for definition in &mut document.definitions {
        match definition {
            Definition::ObjectTypeDefinition(object) if object.name == "Query" => {
                object
                    .make_mut()
                    .fields
                    .retain(|field| !field.name.starts_with('_'));
            }
            Definition::SchemaDefinition(schema) => {
                schema.make_mut().description = Some(Node::new_str(DESCRIPTION));
            }
            _ => {}
        }
    }
    document.serialize().indent_prefix("\t").to_string()
}
