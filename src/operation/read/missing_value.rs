//! Arguments and input fields without a value.
//!
//! The parser accepts `a(b)` and `a(b: {c})` and forgets what has no value: another operation would run than the one that
//! was written.

use async_graphql::Pos;

use super::token::Token;

/// The content of a pair of brackets.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Content {
    /// Fields and fragments.
    Selections,
    /// The variables of an operation, or the items of a list.
    Values,
    /// Names with values: arguments, or the fields of an input object.
    Pairs,
}

/// Finds the first argument or input field without a value. Returns its name and position. The tokens are those of a
/// text that the parser accepts, without descriptions.
pub(super) fn find_missing_value<'t>(text: &'t str, tokens: &[Token]) -> Option<(&'t str, Pos)> {
    let mut open = Vec::new();
    let mut previous = b' ';
    let mut tokens = tokens.iter().peekable();
    while let Some(token) = tokens.next() {
        let next = tokens.peek().map_or(b' ', |token| token.first);
        let inside = open.last().copied();
        match token.first {
            b'{' if matches!(inside, None | Some(Content::Selections)) => open.push(Content::Selections),
            b'(' | b'[' if next == b'$' || token.first == b'[' => open.push(Content::Values),
            b'(' | b'{' => open.push(Content::Pairs),
            b')' | b'}' | b']' => drop(open.pop()),
            first => {
                let is_name = first == b'_' || first.is_ascii_alphabetic();
                let is_key = inside == Some(Content::Pairs) && is_name && !matches!(previous, b':' | b'$');
                if is_key && next != b':' {
                    return Some((token.text(text), position(text, token)));
                }
            }
        }
        previous = token.first;
    }
    None
}

fn position(text: &str, token: &Token) -> Pos {
    let before = text.get(..token.range.start).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    Pos {
        line: before.matches('\n').count() + 1,
        column: line.chars().count() + 1,
    }
}

#[cfg(test)]
mod tests {
    use super::super::token::tokens;
    use super::*;

    fn find(text: &str) -> Option<(&str, Pos)> {
        find_missing_value(text, &tokens(text).collect::<Vec<_>>())
    }

    #[test]
    fn a_missing_value_is_found_with_its_position() {
        for (text, name, column) in [
            ("{a(b)}", "b", 4),
            ("{a(b c: 1)}", "b", 4),
            ("{a(b: 1 c)}", "c", 9),
            ("{a(b: {c})}", "c", 8),
            ("{a(b: {c: E d})}", "d", 13),
            ("{a(b: [{c: $v d}])}", "d", 15),
            ("query ($v: T = {c}) {a}", "c", 17),
            ("{a @skip(if)}", "if", 10),
        ] {
            assert_eq!(find(text), Some((name, Pos { line: 1, column })), "{text}");
        }
    }

    #[test]
    fn complete_pairs_and_other_names_are_accepted() {
        for text in [
            "{a(b: C d: $e f: [G $h {i: J}] k: true, on: null) l {m(n: {o: {p: Q}}) ... on R {s}}}",
            "query T($u: [V!]! = [W], $x: Y = {z: Z}) @a(b: C) {d} fragment E on F @g(h: 1) {i}",
            "{a(b: \"c\" d: \"\"\"e\"\"\" f: -1.5 g: {})}",
        ] {
            assert_eq!(find(text), None, "{text}");
        }
    }
}
