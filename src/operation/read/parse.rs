//! Parsing of a document whose size was checked.

use apollo_compiler::ast::Document;
use apollo_compiler::parser::Parser;

use super::ignored::{descriptions, strip_ignored};
use super::missing_value::find_missing_value;
use super::scan::scan;
use super::syntax_error::describe_syntax_error;
use crate::error::Code;
use crate::limits::Limits;
use crate::operation::answer::Answer;

/// The limit of the compiler's parser. It counts more than brackets, which are limited before it runs.
const RECURSION: usize = 256;

/// Parses a document. The text is split into tokens once: the same tokens are counted, searched for what the parser does
/// not understand, and searched for what it would overlook.
pub(in crate::operation) fn parse(text: &str, limits: &Limits) -> Result<Document, Answer> {
    let mut tokens = scan(text, limits)?;
    let descriptions = descriptions(text, &tokens);
    let stripped = strip_ignored(text, &tokens, &descriptions);
    let parsed = Parser::new()
        .recursion_limit(RECURSION)
        .parse_ast(stripped.as_ref(), "operation.graphql");
    let error = parsed.as_ref().err();
    let error = error.map(|failed| describe_syntax_error(&failed.errors, text, &tokens));
    tokens.retain(|token| !descriptions.contains(&token.range));
    let missing = find_missing_value(text, &tokens);
    let (message, position) = match (parsed, error, missing) {
        (Ok(document), _, None) => return Ok(document),
        // The parser overlooked the missing value, and failed at what follows it.
        (Err(_), Some((message, position)), Some((_, value))) if position.is_some_and(|at| at < value) => {
            (message, position)
        }
        (_, _, Some((name, position))) => {
            let message = format!("syntax error: expected `:` and a value after `{name}`");
            (message, Some(position))
        }
        (Err(_), error, None) => error.unwrap_or_default(),
    };
    Err(Answer::refuse(Code::ParseFailed, message, position))
}
