//! The parts of a text that mean nothing and that the parser does not understand.
//!
//! Descriptions of operations, fragments and variables came with the September 2025 edition, which the parser does not
//! know yet. Commas are white space, but not to the parser's look-ahead: `{ ..., { a } }` and `{ a, : b }` confuse it.
//! Both are replaced by spaces, so that everything else keeps its position.

use std::borrow::Cow;
use std::ops::Range;

use super::token::Token;

/// The keywords that a description may precede.
const DEFINITIONS: [&str; 4] = ["query", "mutation", "subscription", "fragment"];

/// Replaces descriptions, and commas between tokens, by spaces.
pub(super) fn strip_ignored<'t>(
    text: &'t str,
    tokens: &[Token],
    descriptions: &[Range<usize>],
) -> Cow<'t, str> {
    let mut ranges = commas(text, tokens);
    if ranges.is_empty() && descriptions.is_empty() {
        return Cow::Borrowed(text);
    }
    ranges.extend_from_slice(descriptions);
    ranges.sort_by_key(|range| range.start);
    let mut stripped = String::with_capacity(text.len());
    let mut end = 0;
    for range in ranges {
        stripped.push_str(text.get(end..range.start).unwrap_or_default());
        let ignored = text.get(range.clone()).unwrap_or_default().chars();
        stripped.extend(ignored.map(|c| if c == '\n' || c == '\r' { c } else { ' ' }));
        end = range.end;
    }
    stripped.push_str(text.get(end..).unwrap_or_default());
    Cow::Owned(stripped)
}

/// Finds the commas between tokens. Those in strings are text.
fn commas(text: &str, tokens: &[Token]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut end = 0;
    let text_end = std::iter::once(text.len()..text.len());
    for token in tokens.iter().map(|token| token.range.clone()).chain(text_end) {
        let between = text.as_bytes().get(end..token.start).unwrap_or_default();
        let commas = between.iter().enumerate().filter(|(_, byte)| **byte == b',');
        found.extend(commas.map(|(index, _)| end + index..end + index + 1));
        end = token.end;
    }
    found
}

/// Finds the strings that are descriptions rather than values. They precede definitions, which follow nothing or the end
/// of another definition, and the variables of an operation, where a value follows a colon or an equals sign. There are
/// no descriptions further inside.
pub(super) fn descriptions(text: &str, tokens: &[Token]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let (mut nesting, mut previous) = (0, b'}');
    for (index, token) in tokens.iter().enumerate() {
        let may_begin = match nesting {
            0 => previous == b'}',
            1 => !matches!(previous, b':' | b'='),
            _ => false,
        };
        if token.first == b'"' && may_begin {
            let describes = tokens.get(index + 1).is_some_and(|next| match nesting {
                0 => DEFINITIONS.contains(&next.text(text)),
                _ => next.first == b'$',
            });
            if describes && is_string(token.text(text)) {
                found.push(token.range.clone());
            }
        }
        nesting = token.nesting_after(nesting);
        previous = token.first;
    }
    found
}

/// Whether a token that begins like a string is a string: it is closed, and its escapes are those of the language.
fn is_string(token: &str) -> bool {
    if let Some(rest) = token.strip_prefix(r#"""""#) {
        return rest.ends_with(r#"""""#);
    }
    let inner = token.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    inner.is_some_and(|inner| find_invalid_escape(inner).is_none())
}

/// Finds the first escape in a text between quotes that the language does not have. Returns it with its backslash and
/// what follows it.
pub(super) fn find_invalid_escape(mut rest: &str) -> Option<&str> {
    while let Some(start) = rest.find('\\') {
        let (_, from) = rest.split_at(start);
        match from.strip_prefix('\\').and_then(after_escape) {
            Some(after) => rest = after,
            None => return Some(from),
        }
    }
    None
}

/// Returns the text after an escape, which is given without its backslash.
fn after_escape(escape: &str) -> Option<&str> {
    let Some(unicode) = escape.strip_prefix('u') else {
        return escape.strip_prefix(['"', '\\', '/', 'b', 'f', 'n', 'r', 't']);
    };
    if let Some(braced) = unicode.strip_prefix('{') {
        let (digits, after) = braced.split_once('}')?;
        return char::from_u32(hexadecimal(digits)?).map(|_| after);
    }
    let (unit, after) = unicode.split_at_checked(4)?;
    let unit = hexadecimal(unit)?;
    if !(0xD800..0xDC00).contains(&unit) {
        return char::from_u32(unit).map(|_| after);
    }
    // The first half of a character: the other must follow.
    let (other, after) = after.strip_prefix("\\u")?.split_at_checked(4)?;
    (0xDC00..0xE000).contains(&hexadecimal(other)?).then_some(after)
}

fn hexadecimal(digits: &str) -> Option<u32> {
    let all = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    if all {
        u32::from_str_radix(digits, 16).ok()
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::super::token::tokens;
    use super::*;

    fn strip(text: &str) -> String {
        let tokens: Vec<Token> = tokens(text).collect();
        strip_ignored(text, &tokens, &descriptions(text, &tokens)).into_owned()
    }

    #[test]
    fn descriptions_become_spaces_and_everything_else_keeps_its_position() {
        let text = "\"Ä\" query Q(\"b\" $a: ID, \"\"\"c\nd\"\"\"\n$s: String) {a} \"f\" fragment F on T {a}";
        let stripped = strip(text);
        let expected = "    query Q(    $a: ID      \n    \n$s: String) {a}     fragment F on T {a}";
        assert_eq!(stripped, expected);
        assert_eq!(stripped.chars().count(), text.chars().count());
    }

    #[test]
    fn values_are_kept() {
        for text in [
            r#"query Q($a: String = "a" $b: String = "b", $c: [String] = ["c" "d"]) @d(e: "e" f: $c) {a(b: "query" c: ["$"])}"#,
            r#"{a(b: "c")} query {a}"#,
            r#""no description" {a}"#,
            r#"{"no" $value}"#,
        ] {
            let expected = text.replace("{\"no\" $", "{     $").replace("\"b\",", "\"b\" ");
            assert_eq!(strip(text), expected);
        }
    }

    #[test]
    fn commas_become_spaces_except_in_strings() {
        let text = "{ ..., { a, : b(c: \",\" d: \"\"\",\"\"\"), } } # ,";
        assert_eq!(strip(text), "{ ...  { a  : b(c: \",\" d: \"\"\",\"\"\")  } } #  ");
    }

    #[test]
    fn invalid_characters_are_left_for_the_parser() {
        for text in [
            "{ a(b: \"c\") é }",
            "é { a b(c: \"\") }",
            "{ a(b: 1é) \u{1f600} \"\" }",
        ] {
            assert_eq!(strip(text), text);
        }
    }

    #[test]
    fn a_description_precedes_a_definition() {
        for text in [
            r#"query "d" query {a}"#,
            r#"fragment "d" fragment on T {a}"#,
            r#"query Q "d" query {a}"#,
        ] {
            assert_eq!(strip(text), text);
        }
    }

    #[test]
    fn a_description_is_a_valid_string() {
        let block = "\"\"\"\"\"\"";
        for valid in [
            r#""""#,
            r#""a\"b\\""#,
            r#""\u00e9\u{1F600}\uD83D\uDE00""#,
            r#""""a\x""""#,
            block,
        ] {
            assert!(is_string(valid), "{valid}");
        }
        for invalid in [
            r#"""#,
            r#""a"#,
            r#""\x""#,
            r#""\uD83D""#,
            r#""\u{110000}""#,
            r#""\u+0e9""#,
            r#""\u{}""#,
        ] {
            assert!(!is_string(invalid), "{invalid}");
        }
    }
}
