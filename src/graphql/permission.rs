//! The directive `@requiresPermission`: printed in the schema, and enforced from there by the permission step of the
//! operation pipeline.

use async_graphql::TypeDirective;

use crate::model::Permission;

/// Requires a permission to resolve the field. Without it, the field is null with a `FORBIDDEN` error at its path, and
/// the rest of the operation is answered.
#[TypeDirective(
    name = "requiresPermission",
    location = "FieldDefinition",
    composable = "https://external-contacts.dev/permission/v1.0"
)]
pub fn requires_permission(#[graphql(desc = "The name of the required permission.")] permission: Permission) {
}
