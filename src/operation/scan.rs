//! The first look at a text, byte by byte: is it small and flat enough to be given to a parser?
//!
//! Parsers recurse into brackets, and some validation takes time that grows faster than the text.
//! This step has constant memory, one pass and no recursion.

use super::answer::{Answer, Code};
use super::measure::within;
use super::token::tokens;
use crate::limits::Limits;

/// Refuses a text that is too long, too deep or empty. What is wrong in other ways is left to the parser.
pub(super) fn scan(text: &str, limits: &Limits) -> Result<(), Answer> {
    within(limits.document_bytes, text.len(), "bytes")?;
    let (mut count, mut nesting, mut deepest) = (0, 0, 0);
    for token in tokens(text) {
        count += 1;
        nesting = token.nest(nesting);
        deepest = deepest.max(nesting);
    }
    within(limits.tokens, count, "tokens")?;
    within(limits.nesting, deepest, "levels of nested brackets")?;
    if count == 0 {
        return Err(Answer::refuse(Code::ParseFailed, "the document is empty", None));
    }
    Ok(())
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
    fn what_follows_a_string_counts_again() {
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
