//! The tokens of a text, one by one, without recursion.

use std::ops::Range;

/// One token.
#[derive(Clone, Debug)]
pub(super) struct Token {
    /// The first byte, which tells the kind of every token that matters here.
    pub first: u8,
    /// The range of bytes in the text.
    pub range: Range<usize>,
}

impl Token {
    /// Returns the number of open brackets after this token, given the number before it.
    pub(super) fn nesting_after(&self, nesting: usize) -> usize {
        match self.first {
            b'{' | b'[' | b'(' => nesting + 1,
            b'}' | b']' | b')' => nesting.saturating_sub(1),
            _ => nesting,
        }
    }

    /// Returns the token as it stands in the text.
    pub(super) fn text<'t>(&self, text: &'t str) -> &'t str {
        text.get(self.range.clone()).unwrap_or_default()
    }
}

/// Splits a text into tokens. Every byte that belongs to no token of the language becomes one; the parser reports it.
pub(super) fn tokens(text: &str) -> impl Iterator<Item = Token> {
    let mut rest = text.as_bytes();
    std::iter::from_fn(move || {
        while let Some((&first, after)) = rest.split_first() {
            if let Some(after) = after_ignored(first, after) {
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

/// Returns the text after white space, a comma, a byte order mark or a comment; `None` if it starts with none of them.
fn after_ignored(first: u8, after: &[u8]) -> Option<&[u8]> {
    match first {
        b' ' | b'\t' | b'\r' | b'\n' | b',' | 0xEF | 0xBB | 0xBF => Some(after),
        b'#' => Some(skip_while(after, |byte| byte != b'\n' && byte != b'\r')),
        _ => None,
    }
}

/// Returns the text after the token that `rest` begins with; `after` is `rest` without its first byte.
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

/// Returns the text after a string. A string that is not closed ends with its line.
fn after_string(mut rest: &[u8]) -> &[u8] {
    loop {
        match rest {
            [b'"', after @ ..] => return after,
            [b'\\', b'\n' | b'\r', ..] | [b'\n' | b'\r', ..] | [] => return rest,
            [b'\\', _, after @ ..] | [_, after @ ..] => rest = after,
        }
    }
}

/// Returns the text after a block string.
fn after_block(mut rest: &[u8]) -> &[u8] {
    loop {
        match rest {
            [b'"', b'"', b'"', after @ ..] => return after,
            [b'\\', b'"', b'"', b'"', after @ ..] | [_, after @ ..] => rest = after,
            [] => return rest,
        }
    }
}
