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
    let mut blanked = String::with_capacity(text.len());
    let mut described = descriptions(text).into_iter().peekable();
    let mut end = 0;
    let part = |range: Range<usize>| text.get(range).unwrap_or_default();
    for token in tokens(text) {
        blanked.push_str(&part(end..token.range.start).replace(',', " "));
        let written = part(token.range.clone());
        if described.next_if_eq(&token.range).is_some() {
            let kept = |c| if c == '\n' || c == '\r' { c } else { ' ' };
            blanked.extend(written.chars().map(kept));
        } else {
            blanked.push_str(written);
        }
        end = token.range.end;
    }
    blanked.push_str(&part(end..text.len()).replace(',', " "));
    blanked
}

/// Strings that are no values. Around definitions and in the list of an operation's variables, a
/// value comes after a colon or an equals sign; deeper inside there are no descriptions.
fn descriptions(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let (mut nesting, mut before) = (0, b' ');
    let mut string: Option<Token> = None;
    for token in tokens(text) {
        if let Some(string) = string.take() {
            let described = match nesting {
                0 => DEFINITIONS.contains(&token.of(text)),
                _ => token.first == b'$',
            };
            if described {
                found.push(string.range);
            }
        }
        if token.first == b'"' && nesting < 2 && !matches!(before, b':' | b'=') {
            string = Some(token.clone());
        }
        nesting = token.nest(nesting);
        before = token.first;
    }
    found
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
}
