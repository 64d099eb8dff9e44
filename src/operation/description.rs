//! What means nothing in a text, and is kept from the parser: it would stumble.
//!
//! Descriptions of operations, fragments and variables came with the September 2025 edition; the parser does not know
//! them yet. Commas are white space, but not to its look ahead: `{ ..., { a } }` and `{ a, : b }` confuse it. Both are
//! blanked out before it sees the text; all that is left keeps its place.

use std::ops::Range;

use super::token::{Token, tokens};

/// What a description may stand before.
const DEFINITIONS: [&str; 4] = ["query", "mutation", "subscription", "fragment"];

/// The text with spaces where descriptions and commas were.
pub(super) fn blank(text: &str) -> String {
    if !text.contains(['"', ',']) {
        return text.to_owned();
    }
    let mut ranges = descriptions(text);
    ranges.extend(commas(text));
    ranges.sort_by_key(|range| range.start);
    let mut blanked = String::with_capacity(text.len());
    let mut end = 0;
    for range in ranges {
        blanked.push_str(text.get(end..range.start).unwrap_or_default());
        let meaningless = text.get(range.clone()).unwrap_or_default();
        blanked.extend(
            meaningless
                .chars()
                .map(|c| if c == '\n' || c == '\r' { c } else { ' ' }),
        );
        end = range.end;
    }
    blanked.push_str(text.get(end..).unwrap_or_default());
    blanked
}

/// The commas between tokens; those in strings are no white space.
fn commas(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut end = 0;
    let ends = std::iter::once(text.len()..text.len());
    for token in tokens(text).map(|token| token.range).chain(ends) {
        let between = text.as_bytes().get(end..token.start).unwrap_or_default();
        let commas = between.iter().enumerate().filter(|(_, byte)| **byte == b',');
        found.extend(commas.map(|(index, _)| end + index..end + index + 1));
        end = token.end;
    }
    found
}

/// Strings that are no values. Before definitions, which follow nothing or another one's end, and in the list of an
/// operation's variables, where a value comes after a colon or an equals sign; deeper inside there are no descriptions.
fn descriptions(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let (mut nesting, mut before) = (0, b'}');
    let mut string: Option<Token> = None;
    for token in tokens(text) {
        if let Some(string) = string.take() {
            let described = match nesting {
                0 => DEFINITIONS.contains(&token.of(text)),
                _ => token.first == b'$',
            };
            if described && is_string(string.of(text)) {
                found.push(string.range);
            }
        }
        let begins = match nesting {
            0 => before == b'}',
            1 => !matches!(before, b':' | b'='),
            _ => false,
        };
        if token.first == b'"' && begins {
            string = Some(token.clone());
        }
        nesting = token.nest(nesting);
        before = token.first;
    }
    found
}

/// Whether a token that begins like a string is one: it is closed, and its escapes are those of the language.
fn is_string(token: &str) -> bool {
    if let Some(rest) = token.strip_prefix(r#"""""#) {
        return rest.ends_with(r#"""""#);
    }
    let inner = token.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    inner.is_some_and(|mut rest| {
        while let Some((_, escape)) = rest.split_once('\\') {
            let Some(after) = after_escape(escape) else {
                return false;
            };
            rest = after;
        }
        true
    })
}

/// What follows an escape, which is given without its backslash.
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
    use super::*;

    #[test]
    fn descriptions_are_blanked_and_everything_keeps_its_place() {
        let text = "\"Ä\" query Q(\"b\" $a: ID, \"\"\"c\nd\"\"\"\n$s: String) {a} \"f\" fragment F on T {a}";
        let blanked = blank(text);
        let expected = "    query Q(    $a: ID      \n    \n$s: String) {a}     fragment F on T {a}";
        assert_eq!(blanked, expected);
        assert_eq!(blanked.chars().count(), text.chars().count());
    }

    #[test]
    fn values_stay() {
        for text in [
            r#"query Q($a: String = "a" $b: String = "b", $c: [String] = ["c" "d"]) @d(e: "e" f: $c) {a(b: "query" c: ["$"])}"#,
            r#"{a(b: "c")} query {a}"#,
            r#""no description" {a}"#,
            r#"{"no" $value}"#,
        ] {
            let expected = text.replace("{\"no\" $", "{     $").replace("\"b\",", "\"b\" ");
            assert_eq!(blank(text), expected);
        }
    }

    #[test]
    fn commas_are_blanked_but_those_in_strings_stay() {
        let text = "{ ..., { a, : b(c: \",\" d: \"\"\",\"\"\"), } } # ,";
        assert_eq!(blank(text), "{ ...  { a  : b(c: \",\" d: \"\"\",\"\"\")  } } #  ");
    }

    #[test]
    fn what_is_no_token_stays_for_the_parser_to_see() {
        for text in [
            "{ a(b: \"c\") é }",
            "é { a b(c: \"\") }",
            "{ a(b: 1é) \u{1f600} \"\" }",
        ] {
            assert_eq!(blank(text), text);
        }
    }

    #[test]
    fn a_description_stands_where_a_definition_begins() {
        for text in [
            r#"query "d" query {a}"#,
            r#"fragment "d" fragment on T {a}"#,
            r#"query Q "d" query {a}"#,
        ] {
            assert_eq!(blank(text), text);
        }
    }

    #[test]
    fn a_description_is_a_string_of_the_language() {
        let block = "\"\"\"\"\"\"";
        for right in [
            r#""""#,
            r#""a\"b\\""#,
            r#""\u00e9\u{1F600}\uD83D\uDE00""#,
            r#""""a\x""""#,
            block,
        ] {
            assert!(is_string(right), "{right}");
        }
        for wrong in [
            r#"""#,
            r#""a"#,
            r#""\x""#,
            r#""\uD83D""#,
            r#""\u{110000}""#,
            r#""\u+0e9""#,
            r#""\u{}""#,
        ] {
            assert!(!is_string(wrong), "{wrong}");
        }
    }
}
