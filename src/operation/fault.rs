//! What a client sees of an error that came out of execution.

use async_graphql::ServerError;

use super::answer::{Code, set_code};
use crate::error::INTERNAL;

/// How async-graphql begins the messages of input that it could not read: those of `InputValueError`.
const INPUT: [&str; 2] = ["Failed to parse \"", "Expected input type \""];

/// Passes on what carries a code, for then it was said on purpose. Input that cannot be read gets
/// `BAD_USER_INPUT`; everything else is a fault, whose text goes to the log and not to the client.
pub(super) fn settle(mut error: ServerError) -> ServerError {
    let coded = error
        .extensions
        .as_ref()
        .is_some_and(|values| values.get("code").is_some());
    if coded {
        return error;
    }
    if error.source.is_none() && INPUT.iter().any(|start| error.message.starts_with(start)) {
        set_code(&mut error, Code::BadUserInput);
        return error;
    }
    tracing::error!(message = error.message, path = ?error.path, "a field failed");
    let mut masked = super::answer::error(Code::Internal, INTERNAL, None);
    masked.locations = error.locations;
    masked.path = error.path;
    masked
}
