//! Requests themselves: variables, directives, the choice of the operation, limits, and the schema.

use external_contacts::operation::Params;
use serde_json::{Value, json};

use super::group::Group;
use crate::support::params;

pub async fn record(group: &mut Group<'_>) {
    scalars(group).await;
    inputs(group).await;
    defaults(group).await;
    directives(group).await;
    operations(group).await;
    limits(group).await;
    schema(group).await;
}

async fn scalars(group: &mut Group<'_>) {
    let page = "query ($first: Int) { contacts(first: $first) { nodes { id } } }";
    for value in [
        json!("3"),
        json!(1.5),
        json!(3.0),
        json!(true),
        json!(5_000_000_000_i64),
        json!([2]),
        json!({}),
    ] {
        group
            .ask(format!("an Int of {value}"), page, json!({ "first": value }))
            .await;
    }
    let id = "query ($id: ID!) { contact(id: $id) { id } }";
    for (title, variables) in [
        ("a missing variable", json!({})),
        ("a null for non-null", json!({ "id": null })),
        ("a boolean for an ID", json!({ "id": true })),
        ("a list for an ID", json!({ "id": ["x"] })),
        ("a fraction for an ID", json!({ "id": 1.5 })),
        ("an ID beyond 64 bits", json!({ "id": 1e30 })),
        ("a variable more than declared", json!({ "id": "x", "other": 1 })),
    ] {
        group.ask(title, id, variables).await;
    }
}

async fn inputs(group: &mut Group<'_>) {
    let list = "query ($filter: ContactFilter, $orderBy: ContactOrder) {
        contacts(filter: $filter, orderBy: $orderBy, first: 1) { nodes { displayName } } }";
    for (title, variables) in [
        ("an unknown enum value", json!({ "orderBy": { "field": "AGE" } })),
        (
            "an enum value in lower case",
            json!({ "orderBy": { "field": "name" } }),
        ),
        ("an unknown field", json!({ "filter": { "age": 3 } })),
        ("a missing field", json!({ "orderBy": {} })),
        ("a scalar for an input", json!({ "filter": "x" })),
        (
            "a wrong type inside",
            json!({ "filter": { "lastName": { "eq": 7 } } }),
        ),
        (
            "a list for a scalar inside",
            json!({ "filter": { "lastName": { "eq": ["x"] } } }),
        ),
        (
            "null inside of a list",
            json!({ "filter": { "title": { "in": [null] } } }),
        ),
        (
            "a time that is none",
            json!({ "filter": { "createdAt": { "from": "2026-13-01T00:00:00Z" } } }),
        ),
        (
            "a time without a zone",
            json!({ "filter": { "createdAt": { "from": "2026-01-01T00:00:00" } } }),
        ),
        (
            "a date for a time",
            json!({ "filter": { "createdAt": { "from": "2026-01-01" } } }),
        ),
        (
            "a time in another zone",
            json!({ "filter": { "createdAt": { "from": "2020-01-01T00:00:00-08:00" } } }),
        ),
    ] {
        group.ask(format!("variables: {title}"), list, variables).await;
    }
}

async fn defaults(group: &mut Group<'_>) {
    for (title, query, variables) in [
        (
            "a default that is used",
            "query ($first: Int = 1) { contacts(first: $first) { nodes { displayName } } }",
            json!({}),
        ),
        (
            "a default that null replaces",
            "query ($first: Int = 1) { users(first: $first) { nodes { name } } }",
            json!({ "first": null }),
        ),
        (
            "a default of an input",
            "query ($order: UserOrder = { field: NAME, direction: DESC }) { users(orderBy: $order, first: 1) { nodes { name } } }",
            json!({}),
        ),
        (
            "a wrong default",
            "query ($first: Int = \"x\") { contacts(first: $first) { nodes { id } } }",
            json!({}),
        ),
        (
            "both of a @oneOf as variables",
            "query ($s: String!, $v: String!) { contactBy(key: { externalId: { source: $s, value: $v } }) { displayName } }",
            json!({ "s": "crm", "v": "C-0001-001" }),
        ),
        (
            "null for a @oneOf",
            "query ($key: ContactKey!) { contactBy(key: $key) { id } }",
            json!({ "key": { "externalId": null } }),
        ),
        (
            "an empty @oneOf",
            "query ($key: ContactKey!) { contactBy(key: $key) { id } }",
            json!({ "key": {} }),
        ),
        (
            "a nullable variable in a list",
            "query ($id: ID) { nodes(ids: [$id]) { id } }",
            json!({ "id": "x" }),
        ),
        (
            "a decimal as text",
            "mutation ($amount: Decimal!) { createOrganization(input: { name: \"\", annualRevenue: { amount: $amount, currency: \"XXX1\" } }) { userErrors { code field } } }",
            json!({ "amount": "12.5" }),
        ),
        (
            "a decimal as a number",
            "mutation ($amount: Decimal!) { createOrganization(input: { name: \"\", annualRevenue: { amount: $amount, currency: \"EUR\" } }) { userErrors { code field } } }",
            json!({ "amount": 12.5 }),
        ),
        (
            "a decimal that is none",
            "mutation ($amount: Decimal!) { createOrganization(input: { name: \"\", annualRevenue: { amount: $amount, currency: \"EUR\" } }) { userErrors { code field } } }",
            json!({ "amount": "a lot" }),
        ),
        (
            "a date that is none",
            "mutation ($day: Date) { createRelationship(input: { userId: \"x\", organizationId: \"x\", type: \"\", startedOn: $day }) { userErrors { code field } } }",
            json!({ "day": "2026-02-30" }),
        ),
        (
            "a URL that is none",
            "mutation ($url: URL!) { createOrganization(input: { name: \"\", websites: [$url] }) { userErrors { code field message } } }",
            json!({ "url": "nonsense" }),
        ),
        (
            "a URL of another scheme",
            "mutation ($url: URL!) { createOrganization(input: { name: \"\", websites: [$url] }) { userErrors { code field message } } }",
            json!({ "url": "ftp://a.example/" }),
        ),
    ] {
        group.ask(format!("variables: {title}"), query, variables).await;
    }
}

async fn directives(group: &mut Group<'_>) {
    let query = "query ($yes: Boolean!, $no: Boolean!) { a: __typename @skip(if: $yes) b: __typename @include(if: $no)
        c: __typename @skip(if: $no) @include(if: $yes) viewer @include(if: $yes) { ... @skip(if: $yes) { permissions } user { name } }
        ...F @include(if: $no) } fragment F on Query { d: __typename }";
    group
        .ask(
            "directives: skip and include",
            query,
            json!({ "yes": true, "no": false }),
        )
        .await;
    group
        .ask(
            "directives: the other way",
            query,
            json!({ "yes": false, "no": true }),
        )
        .await;
    group
        .ask("directives: null", query, json!({ "yes": null, "no": true }))
        .await;
    group
        .read(
            "directives: everything left out",
            "{ viewer @skip(if: true) { user { id } } }",
        )
        .await;
    let query =
        "{ contacts(first: 1) { nodes { ...A ...B } } } fragment A on Contact { organization { name } }
        fragment B on Contact { organization { industry name } displayName }";
    group.read("fragments: selections merge", query).await;
    let query = "{ node(id: \"x\") { ... on Node { id } ... on Contact { tags } } }";
    group.read("fragments: of an interface", query).await;
}

async fn operations(group: &mut Group<'_>) {
    let two = "query A { a: __typename } query B { b: __typename } mutation C { __typename } subscription D { changes { kind } }";
    for name in [Some("A"), Some("B"), Some("C"), Some("E"), Some(""), None] {
        let params = Params {
            operation_name: name.map(str::to_owned),
            ..params(two, json!({}))
        };
        group
            .send(format!("operations: {name:?} of several"), params)
            .await;
    }
    let one = "query A { a: __typename }";
    let params_of = |name: &str| Params {
        operation_name: Some(name.to_owned()),
        ..params(one, json!({}))
    };
    group
        .send("operations: the only one by name", params_of("A"))
        .await;
    group
        .send("operations: another than the only one", params_of("B"))
        .await;
    group
        .read(
            "operations: fragments alone",
            "fragment F on Query { __typename }",
        )
        .await;
    for query in [
        "{ __typename }",
        "{ contacts(first: 10) { nodes { displayName notes(first: 3) { nodes { id } } } pageInfo { hasNextPage } } }",
    ] {
        let params = Params {
            reports_cost: true,
            ..params(&query.replace("displayName", "id"), json!({}))
        };
        let query = Params {
            query: params.query.replace("first: 10", "first: 1"),
            ..params
        };
        group.send("operations: what it costs", query).await;
    }
}

/// A text for each number, one after another.
fn repeated(count: usize, text: impl Fn(usize) -> String) -> String {
    (0..count).map(text).collect()
}

async fn limits(group: &mut Group<'_>) {
    let nested = |levels: usize| {
        format!(
            "{}__typename{}",
            "organization { primaryContact { ".repeat(levels),
            " } }".repeat(levels)
        )
    };
    let too_deep = format!("{{ contact(id: \"x\") {{ {} }} }}", nested(7));
    let aliases = repeated(31, |number| format!("a{number}: __typename "));
    let roots = repeated(21, |number| format!("a{number}: relationshipTypes "));
    let fragments = repeated(51, |number| {
        format!("fragment F{number} on Query {{ __typename }} ")
    });
    let spreads = repeated(51, |number| format!("...F{number} "));
    let operations = repeated(6, |number| format!("query A{number} {{ __typename }} "));
    let wide = "...G ".repeat(30);
    let fields = "id title tags version ".repeat(50);
    for (title, query) in [
        ("depth", too_deep),
        ("nesting", format!("{{ contacts(filter: {}{}) {{ nodes {{ id }} }} }}", "[".repeat(65), "]".repeat(65))),
        ("aliases", format!("{{ {aliases} }}")),
        ("root fields", format!("{{ {roots} }}")),
        ("fragments", format!("{{ {spreads} }} {fragments}")),
        ("operations", operations),
        ("tokens", format!("{{ {} }}", "__typename ".repeat(2_000))),
        ("bytes", format!("{{ __typename }} #{}", "x".repeat(16 * 1024))),
        ("selections", format!("{{ contacts(first: 1) {{ nodes {{ {wide} }} }} }} fragment G on Contact {{ {fields} }}")),
        ("cost of lists", "{ organizations(first: 100) { nodes { contacts(first: 100) { nodes { id notes(first: 10) { nodes { id } } } } } } }".to_owned()),
        ("cost of nodes", format!("{{ nodes(ids: [{}]) {{ ... on Organization {{ contacts(first: 100) {{ nodes {{ notes {{ nodes {{ id }} }} }} }} }} }} }}", "\"x\" ".repeat(100))),
    ] {
        group.read(format!("limits: {title}"), &query).await;
    }
    let input = json!({ "input": { "mediaType": "CALL", "direction": "INBOUND", "startedAt": "2026-01-02T03:04:05Z",
        "subjectLine": "x".repeat(9 * 1024 * 1024) } });
    let query = "mutation ($input: RecordInteractionInput!) { recordInteraction(input: $input) { created } }";
    group.ask("limits: bytes of arguments", query, input).await;
}

async fn schema(group: &mut Group<'_>) {
    for name in [
        "Count",
        "OrderDirection",
        "Node",
        "ChangedEntity",
        "ContactKey",
        "DateTime",
        "Nothing",
    ] {
        let query = "query ($name: String!) { __type(name: $name) { kind name specifiedByURL isOneOf
            fields { name type { ...T } args { name type { ...T } defaultValue } isDeprecated deprecationReason }
            inputFields { name type { ...T } defaultValue } interfaces { name } enumValues { name isDeprecated } possibleTypes { name }
            ofType { name } } } fragment T on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }";
        group
            .ask(format!("introspection: {name}"), query, json!({ "name": name }))
            .await;
    }
    let roots = "{ __schema { queryType { name } mutationType { name } subscriptionType { name }
        directives { name locations isRepeatable args { name defaultValue type { name ofType { name } } } } } }";
    group.read("introspection: roots and directives", roots).await;
    group
        .read(
            "introspection: the names of the types",
            "{ __schema { types { kind name } } }",
        )
        .await;
    let query = "query ($name: String!) { __type(name: $name) { name __typename } __typename }";
    group
        .ask("introspection: __typename", query, json!({ "name": "Contact" }))
        .await;
    group
        .ask(
            "introspection: a missing name",
            query,
            Value::Object(serde_json::Map::new()),
        )
        .await;
}
