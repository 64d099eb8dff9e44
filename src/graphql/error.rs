//! Errors as clients see them: a message, a stable code, never the cause.

use async_graphql::{ComplexObject, Context, ErrorExtensions as _};

use super::context::ContextExt as _;
use super::node::Node;
use crate::error::{Error, UserError};
use crate::id::GlobalId;

#[ComplexObject]
impl UserError {
    /// The id of the record that has the value already, if the code is `TAKEN`, or of the most similar one, if it is `DUPLICATE`; null if
    /// the caller may not view it.
    async fn record_id(&self, ctx: &Context<'_>) -> Option<GlobalId> {
        let id = self.taken_by?;
        let is_visible = Node::required_permission(id).is_none_or(|needed| ctx.require(needed).is_ok());
        is_visible.then(|| id.into())
    }
}

impl From<Error> for async_graphql::Error {
    fn from(error: Error) -> Self {
        error.log();
        let code = error.code().name();
        let permission = match error.unshared() {
            Error::Forbidden(permission) => Some(permission.name()),
            _ => None,
        };
        Self::new(error.to_string()).extend_with(|_, extensions| {
            extensions.set("code", code);
            if let Some(permission) = permission {
                extensions.set("permission", permission);
            }
        })
    }
}
