//! What a client sees of an error that came out of execution.

use async_graphql::ServerError;

use super::answer::{Code, set_code};
use crate::error::INTERNAL;

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
    if error.source.is_none()
        && let Some(message) = unreadable(&error.message)
    {
        error.message = message;
        set_code(&mut error, Code::BadUserInput);
        return error;
    }
    tracing::error!(message = error.message, path = ?error.path, "a field failed");
    let mut masked = super::answer::error(Code::Internal, INTERNAL, None);
    masked.locations = error.locations;
    masked.path = error.path;
    masked
}

/// What is wrong with input that async-graphql could not read, if the message is one of its `InputValueError`. Those
/// quote names of types, of which some are none of the schema's: parts of an input that only the program has.
fn unreadable(message: &str) -> Option<String> {
    const WHERE: &str = "an argument of this field, or a value inside it,";
    let message = message
        .split_once(" (occurred while parsing \"")
        .map_or(message, |(message, _)| message);
    if let Some(refused) = message.strip_prefix("Failed to parse \"") {
        let (_, reason) = refused.split_once("\": ")?;
        return Some(format!("{WHERE} cannot be accepted: {reason}"));
    }
    let (_, found) = message
        .strip_prefix("Expected input type \"")?
        .split_once("\", found ")?;
    Some(if found == "null." {
        format!("{WHERE} must not be null")
    } else {
        format!("{WHERE} is not of its type")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn input_that_cannot_be_read_is_told_without_names_of_the_program() {
        for (message, told) in [
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
                "Expected input type \"Inner\", found null. (occurred while parsing \"Outer\")",
                "must not be null",
            ),
            ("Expected input type \"ID\", found 1.5.", "is not of its type"),
        ] {
            let told = format!("an argument of this field, or a value inside it, {told}");
            assert_eq!(unreadable(message), Some(told));
        }
        assert_eq!(unreadable("no such table: contacts"), None);
    }

    #[test]
    fn a_fault_is_told_without_its_text() {
        let settled = settle(ServerError::new("no such table: contacts", None));
        assert_eq!(settled.message, INTERNAL);
    }
}
