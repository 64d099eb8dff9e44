//! One record with every field: by id, by key, as a node, as an entity of a federated graph.

use serde_json::{Value, json};

use super::fields::{CONTACT, INTERACTION, NOTE, ORGANIZATION, RELATIONSHIP, TENANT, USER, WRAP_UP_CODE};
use super::group::Group;

/// The first of each kind, by the field that finds one.
pub struct Known {
    pub kinds: [(&'static str, &'static str, &'static str, Value); 7],
}

/// Finds a record of each kind in the demo, recording nothing.
pub async fn known(group: &Group<'_>) -> Known {
    let admin = group
        .app
        .caller_of(
            &group.tenant,
            "admin",
            external_contacts::model::Permissions::all(),
        )
        .await;
    let found = admin
        .data(
            r#"{ contact: contactBy(key: { externalId: { source: "crm", value: "C-0001-001" } }) { id }
              organization: organizationBy(key: { externalId: { source: "crm", value: "A-0001" } }) { id
                relationships(first: 1) { nodes { id } } notes(first: 1) { nodes { id } }
                interactions(first: 1) { nodes { id } } }
              users(first: 3) { nodes { id } } wrapUpCodes(first: 1) { nodes { id } } }"#,
            json!({}),
        )
        .await;
    let id = |path: &str| found.pointer(path).cloned().expect("the demo has one");
    Known {
        kinds: [
            ("contact", "Contact", CONTACT, id("/contact/id")),
            (
                "organization",
                "Organization",
                ORGANIZATION,
                id("/organization/id"),
            ),
            (
                "relationship",
                "Relationship",
                RELATIONSHIP,
                id("/organization/relationships/nodes/0/id"),
            ),
            ("note", "Note", NOTE, id("/organization/notes/nodes/0/id")),
            (
                "interaction",
                "Interaction",
                INTERACTION,
                id("/organization/interactions/nodes/0/id"),
            ),
            ("user", "User", USER, id("/users/nodes/2/id")),
            (
                "wrapUpCode",
                "WrapUpCode",
                WRAP_UP_CODE,
                id("/wrapUpCodes/nodes/0/id"),
            ),
        ],
    }
}

impl Known {
    /// The id of a record of this kind.
    pub fn id(&self, kind: &str) -> Value {
        let known = self.kinds.iter().find(|(field, ..)| *field == kind);
        known.expect("it is a kind").3.clone()
    }
}

pub async fn record(group: &mut Group<'_>) {
    let known = known(group).await;
    by_id(group, &known).await;
    by_key(group).await;
    nodes(group, &known).await;
    entities(group, &known).await;
    viewer(group).await;
}

async fn by_id(group: &mut Group<'_>, known: &Known) {
    for (field, _, fields, id) in &known.kinds {
        let query = format!("query ($id: ID!) {{ {field}(id: $id) {{ {fields} }} }}");
        group
            .ask(format!("{field}: every field"), &query, json!({ "id": id }))
            .await;
        let short = format!("query ($id: ID!) {{ {field}(id: $id) {{ id version }} }}");
        let absent = format!("{field}_0192f7c4-1c2d-7e3f-8a4b-5c6d7e8f9a0b");
        for (title, id) in [
            ("an id that nothing has", json!(absent)),
            ("a text that is no id", json!("nonsense")),
            ("an empty id", json!("")),
            ("a number for an id", json!(7)),
            ("null for an id", Value::Null),
            ("an id in upper case", json!(absent.to_uppercase())),
        ] {
            group
                .ask(format!("{field}: {title}"), &short, json!({ "id": id }))
                .await;
        }
    }
    let query = "query ($id: ID!) { contact(id: $id) { id } }";
    group
        .ask(
            "contact: the id of an organization",
            query,
            json!({ "id": known.id("organization") }),
        )
        .await;
}

async fn by_key(group: &mut Group<'_>) {
    for (field, fields, value) in [
        ("contactBy", CONTACT, "C-0001-002"),
        ("organizationBy", ORGANIZATION, "A-0002"),
    ] {
        let query = |fields| {
            format!(
                "query ($source: String!, $value: String!) {{ {field}(key: {{ externalId: {{ source: $source, value: $value }} }}) {{ {fields} }} }}"
            )
        };
        let key = |source: &str, value: &str| json!({ "source": source, "value": value });
        group
            .ask(format!("{field}: every field"), &query(fields), key("crm", value))
            .await;
        group
            .ask(
                format!("{field}: spaces around the key"),
                &query("id"),
                key(" crm ", &format!(" {value} ")),
            )
            .await;
        group
            .ask(
                format!("{field}: no such value"),
                &query("id"),
                key("crm", "none"),
            )
            .await;
        group
            .ask(
                format!("{field}: no such source"),
                &query("id"),
                key("erp", value),
            )
            .await;
        group
            .ask(format!("{field}: an empty source"), &query("id"), key("", value))
            .await;
        group
            .ask(format!("{field}: an empty value"), &query("id"), key("crm", " "))
            .await;
        group
            .ask(
                format!("{field}: a value that is too long"),
                &query("id"),
                key("crm", &"x".repeat(300)),
            )
            .await;
        group
            .read(
                format!("{field}: no key"),
                &format!("{{ {field}(key: {{}}) {{ id }} }}"),
            )
            .await;
        group
            .read(
                format!("{field}: a null key"),
                &format!("{{ {field}(key: {{ externalId: null }}) {{ id }} }}"),
            )
            .await;
    }
    let found = group
        .read(
            "interactions: an external id of the demo",
            "{ interactions(first: 1) { nodes { externalId } } }",
        )
        .await;
    let query = format!(
        "query ($value: String!) {{ interactionBy(key: {{ externalId: $value }}) {{ {INTERACTION} }} }}"
    );
    let value = &found["data"]["interactions"]["nodes"][0]["externalId"];
    group
        .ask("interactionBy: every field", &query, json!({ "value": value }))
        .await;
    group
        .ask("interactionBy: no such value", &query, json!({ "value": "none" }))
        .await;
    group
        .ask("interactionBy: an empty value", &query, json!({ "value": "" }))
        .await;
    group
        .ask("interactionBy: the variable left out", &query, json!({}))
        .await;
}

async fn nodes(group: &mut Group<'_>, known: &Known) {
    let query = "query ($id: ID!) { node(id: $id) { __typename id } }";
    for (field, _, _, id) in &known.kinds {
        group
            .ask(format!("node: the {field}"), query, json!({ "id": id }))
            .await;
    }
    group
        .ask("node: not an id", query, json!({ "id": "nonsense" }))
        .await;
    group
        .ask(
            "node: an unknown kind",
            query,
            json!({ "id": "tenant_0192f7c4-1c2d-7e3f-8a4b-5c6d7e8f9a0b" }),
        )
        .await;
    let query = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id ... on Contact { displayName }
        ... on Organization { name } ... on Relationship { type } ... on Note { text } ... on Interaction { subjectLine }
        ... on User { email } ... on WrapUpCode { name } } }";
    let mut ids: Vec<Value> = known.kinds.iter().map(|kind| kind.3.clone()).collect();
    ids.insert(3, json!("contact_0192f7c4-1c2d-7e3f-8a4b-5c6d7e8f9a0b"));
    ids.push(ids[0].clone());
    ids.push(json!("nonsense"));
    group
        .ask("nodes: in the order of the ids", query, json!({ "ids": ids }))
        .await;
    group.ask("nodes: none", query, json!({ "ids": [] })).await;
    group
        .ask("nodes: one id for a list", query, json!({ "ids": ids[0] }))
        .await;
    group
        .ask("nodes: too many", query, json!({ "ids": vec!["nonsense"; 101] }))
        .await;
}

async fn entities(group: &mut Group<'_>, known: &Known) {
    let query = |fragments: &str| {
        format!("query ($of: [_Any!]!) {{ _entities(representations: $of) {{ __typename {fragments} }} }}")
    };
    for (field, name, fields, id) in &known.kinds {
        let of = json!([{ "__typename": name, "id": id }]);
        let fragment = format!("... on {name} {{ {fields} }}");
        group
            .ask(
                format!("_entities: the {field}"),
                &query(&fragment),
                json!({ "of": of }),
            )
            .await;
    }
    let short = query("... on Contact { displayName } ... on Organization { name }");
    let (contact, organization) = (known.id("contact"), known.id("organization"));
    for (title, of) in [
        (
            "several kinds",
            json!([
                { "__typename": "Organization", "id": organization }, { "__typename": "Contact", "id": contact },
                { "__typename": "Organization", "id": organization },
            ]),
        ),
        ("none", json!([])),
        (
            "not found",
            json!([{ "__typename": "Contact", "id": "contact_0192f7c4-1c2d-7e3f-8a4b-5c6d7e8f9a0b" }]),
        ),
        (
            "not an id",
            json!([{ "__typename": "Contact", "id": "nonsense" }, { "__typename": "Contact", "id": contact }]),
        ),
        (
            "the id of another kind",
            json!([{ "__typename": "Contact", "id": organization }]),
        ),
        (
            "without an id",
            json!([{ "__typename": "Contact" }, { "__typename": "Contact", "id": contact }]),
        ),
        (
            "without a type",
            json!([{ "id": contact }, { "__typename": "Contact", "id": contact }]),
        ),
        (
            "an unknown type",
            json!([{ "__typename": "Invoice", "id": contact }, { "__typename": "Contact", "id": contact }]),
        ),
        (
            "a type that is no entity",
            json!([{ "__typename": "Money", "id": contact }]),
        ),
        (
            "no objects",
            json!(["x", 7, { "__typename": "Contact", "id": contact }]),
        ),
        ("null among them", json!([null])),
        (
            "too many",
            json!(vec![json!({ "__typename": "Contact", "id": contact }); 101]),
        ),
    ] {
        group
            .ask(format!("_entities: {title}"), &short, json!({ "of": of }))
            .await;
    }
}

async fn viewer(group: &mut Group<'_>) {
    let limits = "documentBytes tokens nesting operations fragments depth aliases rootFields selections representations
        items argumentBytes cost introspectedValues reportedErrors";
    let of_caller = "runningOperations waitingOperations streams costPerSecond costAtOnce requestSeconds";
    let query = format!(
        "{{ viewer {{ user {{ {USER} }} tenant {{ {TENANT} }} permissions limits {{ {limits} }}
        callerLimits {{ {of_caller} }} }} }}"
    );
    group.read("viewer: every field", &query).await;
    group.read("relationshipTypes", "{ relationshipTypes }").await;
    group
        .read(
            "__typename",
            "{ __typename viewer { __typename limits { __typename } callerLimits { __typename } } }",
        )
        .await;
}
