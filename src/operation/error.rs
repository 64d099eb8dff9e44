//! Errors as clients see them: a message, a code, a position in the document and a path in the answer.

use apollo_compiler::parser::{SourceMap, SourceSpan};
use async_graphql::{ErrorExtensionValues, Pos, ServerError, Value};

use crate::error::Code;

/// The most characters of a value that a message repeats.
const SHOWN: usize = 40;

/// Makes an error with a code.
pub(super) fn error(code: Code, message: impl Into<String>, position: Option<Pos>) -> ServerError {
    let mut error = ServerError::new(message, position);
    set_code(&mut error, code);
    error
}

/// Sets the code of an error.
pub(super) fn set_code(error: &mut ServerError, code: Code) {
    set_extension(error, "code", code.name());
}

/// Sets an entry of an error's `extensions`.
pub(super) fn set_extension(error: &mut ServerError, name: &str, value: impl Into<Value>) {
    error
        .extensions
        .get_or_insert_with(ErrorExtensionValues::default)
        .set(name, value);
}

/// Returns the position of a span in the document, as line and column from 1.
pub(super) fn position(sources: &SourceMap, span: Option<SourceSpan>) -> Option<Pos> {
    let start = span?.line_column(sources)?;
    Some(Pos {
        line: start.line,
        column: start.column,
    })
}

/// Shortens a value that a message repeats.
pub(super) fn beginning(mut value: String) -> String {
    if let Some((end, _)) = value.char_indices().nth(SHOWN) {
        value.truncate(end);
        value.push('…');
    }
    value
}
