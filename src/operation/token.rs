//! The tokens of a text, one by one, with constant memory and without recursion.

use std::ops::Range;

/// One token.
#[derive(Clone, Debug)]
pub(super) struct Token {
    /// Its first byte; of all that is looked at here, this tells the kind.
    pub first: u8,
    /// Where it stands, in bytes.
    pub range: Range<usize>,
}

impl Token {
    /// How the nesting of brackets is after it, if it was `nesting` before.
    pub(super) fn nest(&self, nesting: usize) -> usize {
        match self.first {
            b'{' | b'[' | b'(' => nesting + 1,
            b'}' | b']' | b')' => nesting.saturating_sub(1),
            _ => nesting,
        }
    }

    /// Its text.
    pub(super) fn of<'t>(&self, text: &'t str) -> &'t str {
        text.get(self.range.clone()).unwrap_or_default()
    }
}

/// The tokens of a text. What is no token of the language counts as one a byte; the parser will say what is wrong.
pub(super) fn tokens(text: &str) -> impl Iterator<Item = Token> {
    let mut rest = text.as_bytes();
    std::iter::from_fn(move || {
        while let Some((&first, after)) = rest.split_first() {
            if let Some(after) = ignored(first, after) {
                rest = after;
                continue;
            }
            let start = text.len() - rest.len();
            rest = after_token(first, rest, after);
            let range = start..text.len() - rest.len();
            return Some(Token { first, range });
        }
        None
    })
}

/// What follows white space, a comma, a byte order mark or a comment; `None` if it is none of them.
fn ignored(first: u8, after: &[u8]) -> Option<&[u8]> {
    match first {
        b' ' | b'\t' | b'\r' | b'\n' | b',' | 0xEF | 0xBB | 0xBF => Some(after),
        b'#' => Some(skip_while(after, |byte| byte != b'\n' && byte != b'\r')),
        _ => None,
    }
}

/// What follows the token that `rest` begins with; `after` is `rest` without its first byte.
fn after_token<'t>(first: u8, rest: &'t [u8], after: &'t [u8]) -> &'t [u8] {
    match first {
        b'"' => rest
            .strip_prefix(br#"""""#)
            .map_or_else(|| after_string(after), after_block),
        b'.' => rest.strip_prefix(b"...").unwrap_or(after),
        b'-' | b'0'..=b'9' => skip_while(after, |byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'+' | b'-')
        }),
        b'_' | b'a'..=b'z' | b'A'..=b'Z' => {
            skip_while(after, |byte| byte == b'_' || byte.is_ascii_alphanumeric())
        }
        _ => after,
    }
}

fn skip_while(text: &[u8], skip: impl Fn(u8) -> bool) -> &[u8] {
    let end = text.iter().position(|&byte| !skip(byte)).unwrap_or(text.len());
    text.split_at(end).1
}

/// What follows a string; one that is not closed ends with its line.
fn after_string(mut rest: &[u8]) -> &[u8] {
    loop {
        match rest {
            [b'"', after @ ..] => return after,
            [b'\\', b'\n' | b'\r', ..] | [b'\n' | b'\r', ..] | [] => return rest,
            [b'\\', _, after @ ..] | [_, after @ ..] => rest = after,
        }
    }
}

/// What follows a block string.
fn after_block(mut rest: &[u8]) -> &[u8] {
    loop {
        match rest {
            [b'"', b'"', b'"', after @ ..] => return after,
            [b'\\', b'"', b'"', b'"', after @ ..] | [_, after @ ..] => rest = after,
            [] => return rest,
        }
    }
}
