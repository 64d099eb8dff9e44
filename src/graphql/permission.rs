//! `@requiresPermission`: printed in the schema, and from there enforced by the permission step of the operation.

use async_graphql::TypeDirective;

use crate::model::Permission;

/// This field needs a permission. Without it, the field is null, there is an error `FORBIDDEN` at its path, and the rest
/// of the operation is answered.
#[TypeDirective(
    name = "requiresPermission",
    location = "FieldDefinition",
    composable = "https://external-contacts.dev/permission/v1.0"
)]
pub fn requires_permission(permission: Permission) {}
