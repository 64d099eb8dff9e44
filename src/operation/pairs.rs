//! Does every argument and every field of an input object have a value?
//!
//! The parser takes `a(b)` and `a(b: {c})`, and forgets what has no value: what was asked for would not be what runs.

use async_graphql::Pos;

use super::token::{Token, tokens};

/// What a bracket opens.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    /// Fields, fragments.
    Selections,
    /// An operation's variables, or a list.
    Values,
    /// Arguments, or the fields of an input object: names with values.
    Pairs,
}

/// The first argument or input field without a value, in a text that the parser takes: its name and its place.
pub(super) fn unpaired(text: &str) -> Option<(&str, Pos)> {
    let mut open = Vec::new();
    let mut before = b' ';
    let mut tokens = tokens(text).peekable();
    while let Some(token) = tokens.next() {
        let next = tokens.peek().map_or(b' ', |token| token.first);
        let inside = open.last().copied();
        match token.first {
            b'{' if matches!(inside, None | Some(Inside::Selections)) => open.push(Inside::Selections),
            b'(' | b'[' if next == b'$' || token.first == b'[' => open.push(Inside::Values),
            b'(' | b'{' => open.push(Inside::Pairs),
            b')' | b'}' | b']' => drop(open.pop()),
            first => {
                let is_name = first == b'_' || first.is_ascii_alphabetic();
                let is_key = inside == Some(Inside::Pairs) && is_name && !matches!(before, b':' | b'$');
                if is_key && next != b':' {
                    return Some((token.of(text), place(text, &token)));
                }
            }
        }
        before = token.first;
    }
    None
}

fn place(text: &str, token: &Token) -> Pos {
    let above = text.get(..token.range.start).unwrap_or_default();
    let line = above.rsplit('\n').next().unwrap_or_default();
    Pos {
        line: above.matches('\n').count() + 1,
        column: line.chars().count() + 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_value_is_found_with_its_place() {
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
            assert_eq!(unpaired(text), Some((name, Pos { line: 1, column })), "{text}");
        }
    }

    #[test]
    fn pairs_and_other_names_are_left_alone() {
        for text in [
            "{a(b: C d: $e f: [G $h {i: J}] k: true, on: null) l {m(n: {o: {p: Q}}) ... on R {s}}}",
            "query T($u: [V!]! = [W], $x: Y = {z: Z}) @a(b: C) {d} fragment E on F @g(h: 1) {i}",
            "{a(b: \"c\" d: \"\"\"e\"\"\" f: -1.5 g: {})}",
        ] {
            assert_eq!(unpaired(text), None, "{text}");
        }
    }
}
