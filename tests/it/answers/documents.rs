//! Documents that cannot be read, and documents that are not valid.

use super::group::Group;

/// No documents of the language.
const UNREADABLE: &[(&str, &str)] = &[
    ("nothing", ""),
    ("spaces", "  \n "),
    ("a comment", "# nothing"),
    ("no closing brace", "{ viewer { user { id } }"),
    ("one brace too many", "{ viewer { user { id } } }}"),
    ("an empty selection", "{ viewer { user { } } }"),
    ("a text without an end", "{ contact(id: \"x) { id } }"),
    ("a character of no meaning", "{ viewer ? }"),
    ("an argument without a value", "{ contact(id: ) { id } }"),
    ("an alias without a field", "{ a: }"),
    ("a type definition", "type Query { x: Int }"),
    ("an operation of no kind", "select { id }"),
    (
        "a fragment called on",
        "{ ...on } fragment on on Query { viewer { user { id } } }",
    ),
];
/// Documents that the schema does not allow.
const INVALID: &[(&str, &str)] = &[
    ("an unknown field", "{ contact(id: \"x\") { name } }"),
    ("an unknown field of the root", "{ customer { id } }"),
    (
        "a field that is nearly right",
        "{ contact(id: \"x\") { displayname } }",
    ),
    (
        "an unknown argument",
        "{ contact(id: \"x\", name: \"y\") { id } }",
    ),
    ("a missing argument", "{ contact { id } }"),
    ("an argument twice", "{ contact(id: \"x\", id: \"y\") { id } }"),
    ("no selection of an object", "{ viewer }"),
    ("a selection of a scalar", "{ relationshipTypes { x } }"),
    (
        "an unknown type",
        "{ node(id: \"x\") { ... on Customer { id } } }",
    ),
    (
        "a type that cannot be there",
        "{ contact(id: \"x\") { ... on Note { text } } }",
    ),
    ("an unknown fragment", "{ contact(id: \"x\") { ...F } }"),
    (
        "an unused fragment",
        "{ __typename } fragment F on Contact { id }",
    ),
    (
        "a fragment of itself",
        "{ contact(id: \"x\") { ...F } } fragment F on Contact { ...F }",
    ),
    (
        "two fragments of a name",
        "{ contact(id: \"x\") { ...F } } fragment F on Contact { id } fragment F on Contact { id }",
    ),
    ("an unknown variable", "{ contact(id: $id) { id } }"),
    ("an unused variable", "query ($id: ID!) { __typename }"),
    (
        "a variable of an output type",
        "query ($c: Contact) { contact(id: $c) { id } }",
    ),
    (
        "a variable of the wrong type",
        "query ($id: Int!) { contact(id: $id) { id } }",
    ),
    (
        "a variable that may be null",
        "query ($id: ID) { contact(id: $id) { id } }",
    ),
    (
        "a variable twice",
        "query ($id: ID!, $id: ID!) { contact(id: $id) { id } }",
    ),
    (
        "fields that do not merge",
        "{ contact(id: \"x\") { name: firstName name: lastName } }",
    ),
    (
        "arguments that do not merge",
        "{ contact(id: \"x\") { id } contact(id: \"y\") { id } }",
    ),
    ("an unknown directive", "{ viewer @client { user { id } } }"),
    (
        "a directive in the wrong place",
        "query @skip(if: true) { __typename }",
    ),
    (
        "a directive twice",
        "{ __typename @skip(if: true) @skip(if: false) }",
    ),
    ("a directive without its argument", "{ __typename @skip }"),
    ("a wrong literal", "{ contacts(first: \"3\") { nodes { id } } }"),
    (
        "an unknown enum value",
        "{ contacts(orderBy: { field: AGE }) { nodes { id } } }",
    ),
    (
        "a text for an enum value",
        "{ contacts(orderBy: { field: \"NAME\" }) { nodes { id } } }",
    ),
    (
        "an unknown input field",
        "{ contacts(filter: { name: \"x\" }) { nodes { id } } }",
    ),
    (
        "a missing input field",
        "{ contacts(orderBy: {}) { nodes { id } } }",
    ),
    (
        "an input field twice",
        "{ contacts(orderBy: { field: NAME, field: NAME }) { nodes { id } } }",
    ),
    (
        "two of a @oneOf",
        "{ contactBy(key: { externalId: { source: \"a\", value: \"b\" }, id: \"x\" }) { id } }",
    ),
    (
        "a mutation of no such name",
        "mutation { mergeContacts(input: {}) { userErrors { code } } }",
    ),
    (
        "two roots of a subscription",
        "subscription { a: changes { kind } b: changes { kind } }",
    ),
    ("more errors than are reported", "{ a b c d e f g h }"),
    (
        "two operations of a name",
        "query A { __typename } query A { __typename }",
    ),
    (
        "an anonymous operation beside another",
        "{ __typename } query A { __typename }",
    ),
];

pub async fn record(group: &mut Group<'_>) {
    for (title, query) in UNREADABLE {
        group.read(format!("syntax: {title}"), query).await;
    }
    for (title, query) in INVALID {
        group.read(format!("validation: {title}"), query).await;
    }
}
