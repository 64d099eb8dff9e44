//! Errors of execution as clients see them.

use async_graphql::ServerError;

use crate::error::{Code, INTERNAL};
use crate::operation::error::{error as coded_error, set_code};

/// Keeps an error with a code: its message is written for clients. An error about input that cannot be read gets
/// `BAD_USER_INPUT`. The message of any other error goes to the log, and the client sees an internal error.
pub(super) fn mask_internal(mut error: ServerError) -> ServerError {
    let has_code = error
        .extensions
        .as_ref()
        .is_some_and(|values| values.get("code").is_some());
    if has_code {
        return error;
    }
    if error.source.is_none()
        && let Some(message) = describe_input(&error.message)
    {
        error.message = message;
        set_code(&mut error, Code::BadUserInput);
        return error;
    }
    tracing::error!(message = error.message, path = ?error.path, "a field failed");
    let mut masked = coded_error(Code::Internal, INTERNAL, None);
    masked.locations = error.locations;
    masked.path = error.path;
    masked
}

/// Rewrites a message of async-graphql about input that it could not read. Its messages quote names of types, some of
/// which exist in the program only. Returns `None` for a message about anything else.
fn describe_input(message: &str) -> Option<String> {
    const INPUT: &str = "an argument of this field, or a value inside it,";
    let message = message
        .split_once(" (occurred while parsing \"")
        .map_or(message, |(message, _)| message);
    if let Some(refused) = message.strip_prefix("Failed to parse \"") {
        let (_, reason) = refused.split_once("\": ")?;
        return Some(format!("{INPUT} cannot be accepted: {reason}"));
    }
    let (_, found) = message
        .strip_prefix("Expected input type \"")?
        .split_once("\", found ")?;
    Some(if found == "null." {
        format!("{INPUT} must not be null")
    } else {
        format!("{INPUT} is not of its type")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_about_input_has_no_names_of_the_program() {
        for (message, expected) in [
            (
                "Failed to parse \"Int\": must be at most 3 (occurred while parsing \"A\") (occurred while parsing \"B\")",
                "cannot be accepted: must be at most 3",
            ),
            (
                "Failed to parse \"Int\": the value is 4",
                "cannot be accepted: the value is 4",
            ),
            ("Expected input type \"Int\", found null.", "must not be null"),
            (
                "Expected input type \"Selection\", found null. (occurred while parsing \"Outer\")",
                "must not be null",
            ),
            ("Expected input type \"ID\", found 1.5.", "is not of its type"),
        ] {
            let expected = format!("an argument of this field, or a value inside it, {expected}");
            assert_eq!(describe_input(message), Some(expected));
        }
        assert_eq!(describe_input("no such table: contacts"), None);
    }

    #[test]
    fn an_internal_error_is_masked() {
        let masked = mask_internal(ServerError::new("no such table: contacts", None));
        assert_eq!(masked.message, INTERNAL);
    }
}
