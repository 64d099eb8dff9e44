//! Parsing of a document whose size was checked.

use apollo_compiler::ast::Document;
use apollo_compiler::parser::Parser;

use super::ignored::{descriptions, strip_ignored};
use super::missing_value::find_missing_value;
use super::scan::scan;
use super::syntax_error::syntax_error;
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
    let document = Parser::new()
        .recursion_limit(RECURSION)
        .parse_ast(stripped.as_ref(), "operation.graphql")
        .map_err(|failed| syntax_error(&failed.errors))?;
    tokens.retain(|token| !descriptions.contains(&token.range));
    let Some((name, position)) = find_missing_value(text, &tokens) else {
        return Ok(document);
    };
    let message = format!("syntax error: `{name}` has no value");
    Err(Answer::refuse(Code::ParseFailed, message, Some(position)))
}
