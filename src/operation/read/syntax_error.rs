//! The message about a document that cannot be parsed.

use apollo_compiler::validation::DiagnosticList;
use async_graphql::Pos;

use super::ignored::find_invalid_escape;
use super::token::Token;
use crate::operation::error::beginning;

/// The words of a syntax error that name the parser's tokens and productions, longer ones first.
const WORDS: &[(&str, &str)] = &[
    (
        "a StringValue, Name or OperationDefinition",
        "an operation or a fragment",
    ),
    (
        "at least one Selection in Selection Set",
        "at least one field between `{` and `}`",
    ),
    (
        "a definition after this StringValue",
        "an operation after its description",
    ),
    (
        "an Inline Fragment or a Fragment Spread",
        "a fragment after `...`",
    ),
    (
        "an Operation Type or a Selection Set",
        "`query`, `mutation`, `subscription` or `{`",
    ),
    ("expected definition", "expected an operation or a fragment"),
    ("a valid Value", "a value"),
    ("a Name in Type Condition", "the name of a type after `on`"),
    ("Fragment Name cannot be 'on'", "a fragment cannot be named `on`"),
    ("Fragment Name", "the name of a fragment"),
    ("Type Condition", "`on` and the name of a type"),
    ("Variable Definition", "variable with `$`"),
    ("Selection Set", "selection set"),
    ("Unexpected <EOF>.", "the document ends too early"),
    (
        "Unexpected character \"'\"",
        "unexpected character `'`; strings are in double quotes",
    ),
    ("Unexpected", "unexpected"),
    (
        "Unterminated spread operator",
        "unexpected `.`, which only `...` has",
    ),
    ("Numbers must", "numbers must"),
    ("Enum Value", "enum value"),
    ("Argument", "argument"),
    ("Directives", "directives"),
    ("Name Type", "name of a type"),
    ("Name", "name"),
    ("Type", "type"),
    ("'on'", "`on`"),
    ("@ symbol", "`@`"),
    ("L_CURLY", "`{`"),
    ("R_CURLY", "`}`"),
    ("L_PAREN", "`(`"),
    ("R_PAREN", "`)`"),
    ("L_BRACK", "`[`"),
    ("R_BRACK", "`]`"),
    ("DOLLAR", "`$`"),
    ("COLON", "`:`"),
    ("SPREAD", "`...`"),
    ("BANG", "`!`"),
    ("EQ", "`=`"),
    ("AT", "`@`"),
];

/// Describes the first error of a document that cannot be parsed, with its position; the others come from the parser's
/// attempts to go on. `tokens` are those of the text.
pub(super) fn describe_syntax_error(
    found: &DiagnosticList,
    text: &str,
    tokens: &[Token],
) -> (String, Option<Pos>) {
    let Some(error) = found.iter().map(|diagnostic| diagnostic.to_json()).next() else {
        return ("syntax error".to_owned(), None);
    };
    let position = error.locations.first().map(|location| Pos {
        line: location.line,
        column: location.column,
    });
    let place = position.map_or(Place::Unknown, |position| find_place(text, tokens, position));
    (describe(&error.message, place), position)
}

/// The place of a syntax error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place<'t> {
    /// A token, as it stands in the text.
    Token(&'t str),
    /// A token after a variable.
    AfterVariable(&'t str),
    /// The end of the document.
    End,
    /// The parser does not tell.
    Unknown,
}

/// Finds the token at a position.
fn find_place<'t>(text: &'t str, tokens: &[Token], position: Pos) -> Place<'t> {
    let lines = text.split_inclusive('\n').take(position.line.saturating_sub(1));
    let start: usize = lines.map(str::len).sum();
    let line = text.get(start..).unwrap_or_default();
    let column = line.char_indices().nth(position.column.saturating_sub(1));
    let start = column.map_or(text.len(), |(column, _)| start + column);
    let (before, from) = tokens.split_at(tokens.partition_point(|token| token.range.end <= start));
    match (before, from) {
        ([.., dollar, _], [token, ..]) if dollar.first == b'$' => Place::AfterVariable(token.text(text)),
        (_, [token, ..]) => Place::Token(token.text(text)),
        (_, []) => Place::End,
    }
}

/// Writes the message of an error in plain words, and adds what stands where something else was expected.
fn describe(message: &str, place: Place<'_>) -> String {
    let plain = plain_message(message);
    match place {
        // The parser does not tell that a type follows a colon.
        Place::AfterVariable(token) if message.ends_with("expected a Name") => {
            format!("syntax error: expected `:`, found `{token}`")
        }
        Place::Token(token) if message.contains("unexpected escaped character") => {
            let escape = find_invalid_escape(token.trim_matches('"')).unwrap_or_default();
            let escape: String = escape.chars().take(2).collect();
            format!("syntax error: `{escape}` is not an escape of strings")
        }
        Place::Token(token) | Place::AfterVariable(token) if is_about_next_token(&plain) => {
            format!("{plain}, found `{}`", beginning(token.to_owned()))
        }
        Place::End if is_about_next_token(&plain) => format!("{plain}, but the document ends"),
        _ => plain,
    }
}

/// Whether a message tells what was expected, and not what was found.
fn is_about_next_token(message: &str) -> bool {
    let tells = ["syntax error: expected", "syntax error: numbers must not"];
    tells.iter().any(|start| message.starts_with(start))
        && !message.contains(", found ")
        && !message.ends_with("the document ends")
}

/// Replaces the names of the parser's tokens and productions by the signs and words that clients write.
fn plain_message(message: &str) -> String {
    let (expected, found) = match message.split_once(", got ") {
        Some((expected, "EOF")) => (expected, ", but the document ends".to_owned()),
        Some((expected, found)) => (expected, format!(", found `{found}`")),
        None => (message, String::new()),
    };
    let mut plain = String::with_capacity(message.len());
    let mut rest = expected;
    while let Some(first) = rest.chars().next() {
        let word = WORDS.iter().find(|(word, _)| rest.starts_with(word));
        let (written, length) = match word {
            Some((word, written)) => ((*written).to_owned(), word.len()),
            None => (first.to_string(), first.len_utf8()),
        };
        plain.push_str(&written);
        rest = rest.get(length..).unwrap_or_default();
    }
    plain + &found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_syntax_error_has_no_name_of_a_token() {
        for (message, plain) in [
            (
                "syntax error: expected R_CURLY, got EOF",
                "syntax error: expected `}`, but the document ends",
            ),
            (
                "syntax error: expected COLON, got Name",
                "syntax error: expected `:`, found `Name`",
            ),
            ("syntax error: expected a Name", "syntax error: expected a name"),
            (
                "syntax error: expected a StringValue, Name or OperationDefinition",
                "syntax error: expected an operation or a fragment",
            ),
            (
                "syntax error: Unexpected character \"?\"",
                "syntax error: unexpected character \"?\"",
            ),
        ] {
            assert_eq!(describe(message, Place::Unknown), plain);
        }
    }

    #[test]
    fn a_syntax_error_tells_what_is_at_its_place() {
        let text = "query ($é: ID,\n $b ID) { a }";
        let tokens: Vec<Token> = super::super::token::tokens(text).collect();
        for (line, column, place) in [
            (1, 7, Place::Token("(")),
            (1, 12, Place::Token("ID")),
            (2, 1, Place::Token("$")),
            (2, 5, Place::AfterVariable("ID")),
            (2, 14, Place::End),
        ] {
            assert_eq!(
                find_place(text, &tokens, Pos { line, column }),
                place,
                "{line}:{column}"
            );
        }
        for (message, place, expected) in [
            ("expected a Name", Place::Token("}"), "expected a name, found `}`"),
            (
                "expected a Name",
                Place::AfterVariable("ID"),
                "expected `:`, found `ID`",
            ),
            (
                "expected a Name",
                Place::End,
                "expected a name, but the document ends",
            ),
            (
                "unexpected escaped character",
                Place::Token(r#""a\"\x""#),
                "`\\x` is not an escape of strings",
            ),
            (
                "Unexpected character \"?\"",
                Place::Token("?"),
                "unexpected character \"?\"",
            ),
        ] {
            let described = describe(&format!("syntax error: {message}"), place);
            assert_eq!(described, format!("syntax error: {expected}"));
        }
    }
}
