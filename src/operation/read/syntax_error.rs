//! The message about a document that cannot be parsed.

use apollo_compiler::validation::DiagnosticList;
use async_graphql::Pos;

use crate::error::Code;
use crate::operation::answer::Answer;

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
    ("Variable Definition", "variable"),
    ("Selection Set", "selection set"),
    ("Unexpected <EOF>.", "the document ends too early"),
    ("Unexpected", "unexpected"),
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

/// Makes the refusal of a document that cannot be parsed. It has the first error only: the others come from the parser's
/// attempts to go on.
pub(super) fn syntax_error(found: &DiagnosticList) -> Answer {
    let Some(error) = found.iter().map(|diagnostic| diagnostic.to_json()).next() else {
        return Answer::refuse(Code::ParseFailed, "syntax error", None);
    };
    let position = error.locations.first().map(|location| Pos {
        line: location.line,
        column: location.column,
    });
    Answer::refuse(Code::ParseFailed, plain_message(&error.message), position)
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
            assert_eq!(plain_message(message), plain);
        }
    }
}
