//! The limits of a text, checked before any parser sees it.
//!
//! Parsers recurse into brackets, and the time of some validation rules grows faster than the text. This step makes one
//! pass without recursion and keeps no more tokens than the limit.

use async_graphql::Pos;

use super::token::{Token, tokens};
use crate::error::Code;
use crate::limits::Limits;
use crate::operation::answer::Answer;
use crate::operation::limit::check_limit;

/// Splits a text into tokens. Refuses a text that is too long, too deep or empty; the parser finds all other errors.
pub(super) fn scan(text: &str, limits: &Limits) -> Result<Vec<Token>, Answer> {
    check_limit(limits.document_bytes, text.len(), "bytes")?;
    let mut rest = tokens(text);
    let most = usize::try_from(limits.tokens).unwrap_or(usize::MAX);
    let kept: Vec<Token> = rest.by_ref().take(most).collect();
    check_limit(limits.tokens, kept.len() + rest.count(), "tokens")?;
    let mut nesting = 0;
    let levels = kept.iter().map(|token| {
        nesting = token.nesting_after(nesting);
        nesting
    });
    let deepest = levels.max().unwrap_or_default();
    check_limit(limits.nesting, deepest, "levels of nested brackets")?;
    if kept.is_empty() {
        let start = Pos { line: 1, column: 1 };
        return Err(Answer::refuse(
            Code::ParseFailed,
            "the document is empty",
            Some(start),
        ));
    }
    Ok(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> Option<String> {
        let refusal = scan(text, &Limits::default()).err()?;
        let code = refusal.errors()[0].extensions.as_ref()?.get("code")?.to_string();
        Some(code.trim_matches('"').to_owned())
    }

    const EXCEEDED: Option<&str> = Some("OPERATION_LIMIT_EXCEEDED");

    #[test]
    fn brackets_nest_to_sixty_four_and_no_deeper() {
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert_eq!(code(&nested(64)), None);
        assert_eq!(code(&nested(65)).as_deref(), EXCEEDED);
        assert_eq!(code(&"{a(b:[".repeat(500)).as_deref(), EXCEEDED);
        assert_eq!(code(&"[] ".repeat(500)), None);
    }

    #[test]
    fn brackets_in_strings_and_comments_do_not_count() {
        let deep = "[".repeat(100);
        for text in [
            format!("# {deep}\n{{a}}"),
            format!("{{a(b: \"{deep}\")}}"),
            format!(r#"{{a(b: "\"{deep}")}}"#),
            format!("{{a(b: \"\"\"{deep}\n\" \"\" \\\"\"\" {deep}\"\"\")}}"),
        ] {
            assert_eq!(code(&text), None, "{text}");
        }
    }

    #[test]
    fn brackets_after_a_string_count_again() {
        let deep = "[".repeat(65);
        for text in [
            format!("\"\" {deep}"),
            format!(r#""\\" {deep}"#),
            format!("\"\"\"\"\"\" {deep}"),
            format!("\"\"\"\\\"\"\"\"\"\" {deep}"),
            format!("\"not closed\n{deep}"),
            format!("\"not closed\\\n{deep}"),
        ] {
            assert_eq!(code(&text).as_deref(), EXCEEDED, "{text}");
        }
    }

    #[test]
    fn tokens_are_counted_as_the_language_has_them() {
        assert_eq!(code(&"abc ".repeat(2_000)), None);
        assert_eq!(code(&"abc ".repeat(2_001)).as_deref(), EXCEEDED);
        assert_eq!(code(&"-1.5e+10,".repeat(1_500)), None);
        assert_eq!(code(&"...F".repeat(1_000)), None);
        assert_eq!(code(&"...F".repeat(1_001)).as_deref(), EXCEEDED);
    }

    #[test]
    fn a_text_is_at_most_sixteen_kibibytes() {
        assert_eq!(code(&("a".to_owned() + &" ".repeat(16 * 1024 - 1))), None);
        assert_eq!(
            code(&("a".to_owned() + &" ".repeat(16 * 1024))).as_deref(),
            EXCEEDED
        );
    }

    #[test]
    fn a_text_without_a_token_is_no_document() {
        for text in ["", " ,\n", "# nothing", "\u{feff}"] {
            assert_eq!(code(text).as_deref(), Some("GRAPHQL_PARSE_FAILED"), "{text}");
        }
    }
}
