//! The messages about usual mistakes, which tell how to correct them.

use serde_json::json;

use super::support::Graph;

/// The messages of a refusal.
async fn messages(query: &str) -> Vec<String> {
    let reply = Graph::new().run(query).await;
    assert!(reply.0.is_request_error(), "{query}");
    let errors = reply.0.errors().iter();
    errors.map(|error| error.message.clone()).collect()
}

#[tokio::test]
async fn a_usual_mistake_has_one_message_that_tells_how_to_correct_it() {
    for (query, message) in [
        (
            "{ child { indx } }",
            "type `Child` does not have a field `indx`; did you mean `index`?",
        ),
        (
            "{ fastt }",
            "type `Query` does not have a field `fastt`; did you mean `fast`?",
        ),
        (
            "{ search { text } }",
            "type `Found` does not have a field `text`; use an inline fragment on `Note`",
        ),
        (
            "{ node(id: 1) { organization { id } } }",
            "type `Node` does not have a field `organization`; use an inline fragment on `Contact`",
        ),
        (
            "{ people { id } }",
            "type `PersonConnection` does not have a field `id`; did you mean `nodes { id }`?",
        ),
        (
            "{ people { nodes } }",
            "the field `nodes` of type `[Person!]!` must have a selection set: `nodes { ... }`",
        ),
        (
            "{ fast { a } }",
            "the field `fast` of type `Int!` has no fields to select",
        ),
        (
            "{ people(frist: 1) { nodes { id } } }",
            "`Query.people` has no argument `frist`; did you mean `first` or `last`?",
        ),
        (
            "{ node { id } }",
            "`Query.node` requires the argument `id` of type `ID!`",
        ),
        (
            "query ($c: Chnage!) { tell(change: $c) }",
            "unknown type `Chnage`; did you mean `Change`?",
        ),
        (
            "{ search { ... on Contct { id } } }",
            "unknown type `Contct`; did you mean `Contact`?",
        ),
        (
            "{ ordered(by: NAM) }",
            "`NAM` is not a value of `Order`; did you mean `NAME`?",
        ),
        (
            "{ ordered(by: \"NAME\") }",
            "a value of `Order` must be written without quotes; did you mean `NAME`?",
        ),
        (
            "{ tell(change: {titel: \"a\"}) }",
            "`Change` has no field `titel`; did you mean `title` or `size`?",
        ),
        (
            "{ length(of: {to: 2}) }",
            "the field `Span.from` of type `Int!` is required",
        ),
        (
            "{ fast @skp(if: true) }",
            "unknown directive `@skp`; did you mean `@skip`?",
        ),
        ("{ greet(name: $n) }", "variable `$n` is not defined"),
        ("query ($n: String) { fast }", "variable `$n` is never used"),
        ("{ ...F }", "the document has no fragment `F`"),
        (
            "{ limited(first: \"a\") }",
            "expected a value of `Int`, found `\"a\"`",
        ),
        ("{ fast", "syntax error: expected `}`, but the document ends"),
        (
            "{ greet(name: \"Ada) }",
            "syntax error: unterminated string value",
        ),
    ] {
        assert_eq!(messages(query).await, [message], "{query}");
    }
}

#[tokio::test]
async fn the_variables_of_an_unknown_field_are_not_called_unused() {
    let query = "query ($n: Int!) { child { nope(first: $n) } }";
    assert_eq!(
        messages(query).await,
        ["type `Child` does not have a field `nope`; did you mean `none` or `notes`?"]
    );
}

#[tokio::test]
async fn several_mistakes_are_reported_in_the_order_of_the_document() {
    let query = "{ people { nodes } greet(nam: 1) fast { a } }";
    assert_eq!(
        messages(query).await,
        [
            "the field `nodes` of type `[Person!]!` must have a selection set: `nodes { ... }`",
            "`Query.greet` has no argument `nam`; did you mean `name`?",
            "the field `fast` of type `Int!` has no fields to select",
        ]
    );
}

#[tokio::test]
async fn misspelt_names_in_variables_have_suggestions() {
    let graph = Graph::new();
    let query = "query ($o: Order!, $c: Change!) { ordered(by: $o) tell(change: $c) }";
    let variables = json!({ "o": "NMAE", "c": { "titel": "a" } });
    assert_eq!(
        graph.run_with(query, variables).await.refusals(),
        [
            "BAD_USER_INPUT: `$o` must be one of the values of `Order`, found `\"NMAE\"`; did you mean `NAME`?",
            "BAD_USER_INPUT: `$c.titel` is not a field of `Change`; did you mean `title` or `size`?",
        ]
    );
}

/// Only the first mistakes are compared with the names of the schema.
#[tokio::test]
async fn a_document_full_of_mistakes_is_refused_as_any_other() {
    let fields: Vec<_> = (0..1_900).map(|index| format!("chld{index}")).collect();
    let found = messages(&format!("{{ child {{ {} }} }}", fields.join(" "))).await;
    assert_eq!(found.len(), 5, "{found:?}");
    let long = "a".repeat(16_000);
    let found = messages(&format!("{{ {long} }}")).await;
    let [message] = found.as_slice() else {
        panic!("{} messages", found.len());
    };
    assert!(message.starts_with("type `Query` does not have a field `aaa"));
    assert_eq!(message.chars().count(), 1001);
}
