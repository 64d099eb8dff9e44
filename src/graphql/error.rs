//! Errors as clients see them: a message, a stable code, never the cause.

use async_graphql::ErrorExtensions as _;

use crate::error::Error;

impl From<Error> for async_graphql::Error {
    fn from(error: Error) -> Self {
        error.log();
        let code = error.code().name();
        let permission = match &error {
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
