//! Permissions of callers: the printed directive is the guard.

use std::collections::BTreeMap;

use apollo_compiler::Schema;
use apollo_compiler::ast::Type;
use apollo_compiler::schema::{ExtendedType, FieldDefinition};
use external_contacts::graphql;
use external_contacts::model::{Permission, Permissions};
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::{TestCaller, on_both_engines};

/// The schema, with its directives.
pub fn schema() -> Schema {
    Schema::parse(graphql::sdl(false), "schema.graphql").unwrap()
}

/// The permission that a field requires.
pub fn guard(field: &FieldDefinition) -> Option<Permission> {
    let directive = field.directives.get("requiresPermission")?;
    let name = directive.specified_argument_by_name("permission")?.as_str()?;
    Some(name.parse().unwrap())
}

fn fields<'s>(schema: &'s Schema, name: &str) -> Vec<&'s FieldDefinition> {
    match &schema.types[name] {
        ExtendedType::Object(object) => object.fields.values().map(|field| &***field).collect(),
        _ => panic!("{name} is an object"),
    }
}

#[test]
fn no_change_and_no_question_is_open_to_everyone() {
    let schema = schema();
    let open = |root: &str| -> Vec<String> {
        let all = fields(&schema, root).into_iter();
        all.filter(|field| guard(field).is_none())
            .map(|field| field.name.to_string())
            .collect()
    };

    assert_eq!(open("Mutation"), Vec::<String>::new());
    assert_eq!(open("Subscription"), ["changes"]);
    // Those that check by what they find, and the caller's own.
    assert_eq!(
        open("Query"),
        ["node", "nodes", "changes", "identify", "search", "viewer"]
    );
}

#[test]
fn the_description_of_a_guarded_field_names_its_permission() {
    let schema = schema();
    for (name, definition) in &schema.types {
        let ExtendedType::Object(object) = definition else {
            continue;
        };
        for (field, definition) in &object.fields {
            if let Some(permission) = guard(definition) {
                let description = definition.description.as_deref().unwrap_or_default();
                assert!(
                    description.contains(permission.name()),
                    "{name}.{field} does not name {permission}"
                );
            }
        }
    }
}

/// A value that fits the type, as it is written in an operation. Ids are those of `world`.
fn literal(schema: &Schema, ty: &Type, name: &str, world: &Value) -> String {
    if ty.is_list() {
        return format!("[{}]", literal(schema, ty.item_type(), name, world));
    }
    match ty.inner_named_type().as_str() {
        "ID" => world[id_of(name)].to_string(),
        "Int" => "1".to_owned(),
        "Boolean" => "true".to_owned(),
        "String" if name == "number" => "\"+12025550123\"".to_owned(),
        "String" if name == "address" => "\"ada@example.com\"".to_owned(),
        "String" => "\"ada\"".to_owned(),
        "DateTime" => "\"2026-01-01T00:00:00Z\"".to_owned(),
        "Date" => "\"2026-01-01\"".to_owned(),
        "_Any" => format!("{{__typename: \"Contact\", id: {}}}", world["contact"]),
        named => match &schema.types[named] {
            ExtendedType::Enum(of) => of.values.keys().next().unwrap().to_string(),
            ExtendedType::InputObject(input) => {
                let one_of = input.directives.get("oneOf").is_some();
                let parts: Vec<String> = input
                    .fields
                    .iter()
                    .filter(|(_, field)| one_of || field.is_required())
                    .take(if one_of { 1 } else { usize::MAX })
                    .map(|(name, field)| format!("{name}: {}", literal(schema, &field.ty, name, world)))
                    .collect();
                format!("{{{}}}", parts.join(", "))
            }
            _ => panic!("no value of {named} is known"),
        },
    }
}

/// Returns the id of `world` for an argument of this name.
pub fn id_of(name: &str) -> &str {
    let name = name.trim_end_matches("Id").trim_end_matches("Ids");
    match name {
        "fromUser" | "toUser" | "agent" | "owner" => "user",
        "code" => "wrapUpCode",
        "id" | "ids" | "subject" | "transfer" | "merge" | "" => "contact",
        name => name,
    }
}

fn arguments(schema: &Schema, field: &FieldDefinition, world: &Value) -> String {
    let required: Vec<String> = field
        .arguments
        .iter()
        .filter(|argument| argument.is_required())
        .map(|argument| {
            format!(
                "{}: {}",
                argument.name,
                literal(schema, &argument.ty, &argument.name, world)
            )
        })
        .collect();
    if required.is_empty() {
        String::new()
    } else {
        format!("({})", required.join(", "))
    }
}

/// One of everything.
pub async fn world(admin: &TestCaller<'_>) -> Value {
    let mut world = BTreeMap::new();
    let mut make = async |noun: &str, mutation: &str, fields: &str| {
        let query = format!(
            "mutation {{ made: {mutation}(input: {{{fields}}}) {{ {noun} {{ id }} userErrors {{ message }} }} }}"
        );
        let data = admin.data(&query, json!({})).await;
        assert_eq!(data["made"]["userErrors"], json!([]), "{query}");
        let id = data["made"][noun]["id"].clone();
        world.insert(noun.to_owned(), id.clone());
        id
    };
    let organization = make("organization", "createOrganization", "name: \"Apex\"").await;
    let fields = format!("lastName: \"Lovelace\", organizationId: {organization}");
    let contact = make("contact", "createContact", &fields).await;
    let user = make("user", "upsertUser", "subject: \"grace\", name: \"Grace\"").await;
    let fields = format!("userId: {user}, organizationId: {organization}, type: \"Account Manager\"");
    make("relationship", "createRelationship", &fields).await;
    make(
        "note",
        "createNote",
        &format!("subjectId: {contact}, text: \"Met at the fair\""),
    )
    .await;
    let code = make("wrapUpCode", "createWrapUpCode", "name: \"Resolved\"").await;
    let fields = format!(
        "externalId: \"c-1\", mediaType: CALL, direction: INBOUND, startedAt: \"2026-01-01T10:00:00Z\", contactId: {contact}"
    );
    let interaction = make("interaction", "recordInteraction", &fields).await;
    make(
        "interaction",
        "wrapUpInteraction",
        &format!("id: {interaction}, codeId: {code}"),
    )
    .await;
    json!(world)
}

/// All kinds as seen by a caller with all permissions.
const EVERYTHING: &str = "{ contacts { nodes { id version organization { id version } notes { nodes { id text version } }
    interactions { nodes { id version wrapUps { note code { name } } } } } }
    organizations { nodes { id version relationships { nodes { id type version } } } }
    users { nodes { id active } } wrapUpCodes { nodes { id name version } } viewer { tenant { displayName managedEntities } } }";

/// Returns the selection that a field of this type requires.
fn selection(schema: &Schema, field: &FieldDefinition) -> &'static str {
    match &schema.types[field.ty.inner_named_type()] {
        ExtendedType::Scalar(_) | ExtendedType::Enum(_) => "",
        _ => " { __typename }",
    }
}

on_both_engines! {
    async fn without_its_permission_no_field_runs_and_the_rest_is_answered(app: &TestApp) {
        let schema = schema();
        let admin = app.admin().await;
        let world = world(&admin).await;
        let before = admin.data(EVERYTHING, json!({})).await;
        let mut checked = 0;

        for (on, definition) in &schema.types {
            let ExtendedType::Object(object) = definition else { continue };
            if on.ends_with("Payload") {
                continue; // what it takes to get one is the next story
            }
            for (name, field) in &object.fields {
                let Some(permission) = guard(field) else { continue };
                let asked = format!("asked: {name}{}{}", arguments(&schema, field, &world), selection(&schema, field));
                let (query, path) = match on.as_str() {
                    "Query" => (format!("{{ {asked} rest: __typename }}"), "asked".to_owned()),
                    "Mutation" => (format!("mutation {{ {asked} rest: __typename }}"), "asked".to_owned()),
                    "Viewer" => (format!("{{ viewer {{ {asked} rest: __typename }} }}"), "viewer.asked".to_owned()),
                    "Identification" => {
                        let point = "{ phoneNumber: \"+12025550123\" }";
                        (format!("{{ identify(contactPoint: {point}) {{ {asked} rest: __typename }} }}"), "identify.asked".to_owned())
                    }
                    "WrapUp" => {
                        let inside = format!("wrapUps {{ {asked} rest: __typename }}");
                        let id = &world["interaction"];
                        (format!("{{ node(id: {id}) {{ ... on Interaction {{ {inside} }} }} }}"), "node.wrapUps.0.asked".to_owned())
                    }
                    kind => {
                        let noun = format!("{}{}", kind[..1].to_lowercase(), &kind[1..]);
                        let id = &world[&noun];
                        assert!(id.is_string(), "no {kind} was made");
                        (format!("{{ node(id: {id}) {{ ... on {kind} {{ {asked} rest: __typename }} }} }}"), "node.asked".to_owned())
                    }
                };
                let caller = app.caller_of(&app.tenant, "admin", Permissions::all().without(permission)).await;
                let errors = caller.errors(&query, json!({})).await;

                // Where the object itself needs the same permission, that is what is refused.
                let needed = format!("needs the permission {permission}");
                let refused = [format!("FORBIDDEN {path}: {needed}"), format!("FORBIDDEN node: {needed}")];
                assert!(refused.contains(&errors), "{query}: {errors}");
                if errors == refused[0] {
                    let answer = caller.run(&query, json!({})).await;
                    let pointer = format!("/data/{}", path.replace('.', "/"));
                    assert_eq!(answer.pointer(&pointer), Some(&Value::Null), "{query}");
                    assert!(answer.pointer(&pointer.replace("asked", "rest")).is_some_and(Value::is_string), "{query}");
                }
                checked += 1;
            }
        }

        assert!(checked > 60, "only {checked} guarded fields were found");
        assert_eq!(admin.data(EVERYTHING, json!({})).await, before, "something was written");
    }

    async fn a_payload_shows_a_record_to_those_who_may_view_it(app: &TestApp) {
        let schema = schema();
        let root = |name: &str| schema.type_field("Query", name).ok().and_then(|field| guard(field));
        let mut shown = BTreeMap::new();
        for (name, mutation) in &schema.get_object("Mutation").unwrap().fields {
            let payload = mutation.ty.inner_named_type();
            let mut expected = name.to_string();
            expected[..1].make_ascii_uppercase();
            assert_eq!(payload.as_str(), format!("{expected}Payload"));
            for (field, definition) in &schema.get_object(payload).unwrap().fields {
                let field = match (payload.as_str(), field.as_str()) {
                    ("UpsertContactPayload", "candidates") => "contact",
                    (_, "candidates" | "candidateOrganizations") => "organization",
                    (_, field) => field,
                };
                let guarded = ["contact", "organization", "relationship", "note", "interaction", "wrapUpCode"];
                if guarded.contains(&field) {
                    assert!(root(field).is_some());
                    assert_eq!(guard(definition), root(field), "{payload}.{field}");
                    *shown.entry(field.to_owned()).or_insert(0) += 1;
                }
            }
        }
        assert_eq!(shown.values().sum::<i32>(), 28, "{shown:?}");

        let admin = app.admin().await;
        let world = world(&admin).await;
        let writer = app.caller([Permission::ContactEdit]).await;
        let query = "mutation ($input: UpdateContactInput!) {
            updateContact(input: $input) { contact { id } userErrors { message } } }";
        let answer = writer.run(query, json!({ "input": { "id": world["contact"], "title": "Countess" } })).await;
        assert_eq!(answer["data"], json!({ "updateContact": { "contact": null, "userErrors": [] } }));
        assert_eq!(answer["errors"][0]["path"], json!(["updateContact", "contact"]));
        assert_eq!(answer["errors"][0]["extensions"]["permission"], "externalContacts:contact:view");
    }

    async fn a_star_grants_what_it_stands_for(app: &TestApp) {
        let admin = app.admin().await;
        world(&admin).await;
        let viewer = app.caller(Permissions::granted(["externalContacts:*:view"]).iter()).await;
        let contacts = app.caller(Permissions::granted(["externalContacts:contact:*"]).iter()).await;
        let create = "mutation { createContact(input: { lastName: \"Byron\" }) { contact { id } } }";

        assert_eq!(viewer.errors(EVERYTHING, json!({})).await, "");
        assert_snapshot!(viewer.errors(create, json!({})).await, @"FORBIDDEN createContact: needs the permission externalContacts:contact:add");
        assert_eq!(contacts.errors(create, json!({})).await, "");
        assert_snapshot!(contacts.errors("{ organizations { nodes { id } } }", json!({})).await, @"FORBIDDEN organizations: needs the permission externalContacts:organization:view");
    }

    async fn nodes_and_entities_are_checked_by_their_kind(app: &TestApp) {
        let admin = app.admin().await;
        let world = world(&admin).await;
        let caller = app.caller([Permission::ContactView]).await;
        let unknown = "contact_0192f7c4-1c2d-7e3f-8a4b-5c6d7e8f9a0b";
        let ids = json!({ "ids": [world["note"], world["contact"], unknown, "nonsense", world["user"]] });
        let reference = |kind: &str, id: &Value| json!({ "__typename": kind, "id": id });
        let entities = json!({ "of": [
            reference("Note", &world["note"]),
            reference("Contact", &world["contact"]),
            reference("Contact", &json!(unknown)),
            reference("User", &world["user"]),
            reference("Contact", &world["note"]),
            reference("Organization", &world["organization"]),
            reference("Relationship", &world["relationship"]),
            reference("Interaction", &world["interaction"]),
            reference("WrapUpCode", &world["wrapUpCode"]),
        ] });

        let nodes = caller.run("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids).await;
        let found = caller.run("query ($of: [_Any!]!) { _entities(representations: $of) { __typename } }", entities).await;

        assert_eq!(nodes["data"]["nodes"], json!([null, { "id": world["contact"] }, null, null, { "id": world["user"] }]));
        assert_eq!(nodes["errors"][0]["path"], json!(["nodes", 0]));
        assert_eq!(nodes["errors"][0]["extensions"]["permission"], "externalContacts:note:view");
        assert_eq!(nodes["errors"].as_array().unwrap().len(), 1);
        assert_eq!(
            found["data"]["_entities"],
            json!([null, { "__typename": "Contact" }, null, { "__typename": "User" }, null, null, null, null, null])
        );
        let refused: Vec<(&Value, &Value)> = found["errors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|error| (&error["path"][1], &error["extensions"]["permission"]))
            .collect();
        assert_eq!(
            refused,
            [
                (&json!(0), &json!("externalContacts:note:view")),
                (&json!(5), &json!("externalContacts:organization:view")),
                (&json!(6), &json!("externalContacts:relationship:view")),
                (&json!(7), &json!("externalContacts:interaction:view")),
                (&json!(8), &json!("externalContacts:wrapUpCode:view")),
            ]
        );
    }

    async fn a_filter_that_crosses_to_another_kind_needs_its_permission(app: &TestApp) {
        let admin = app.admin().await;
        let world = world(&admin).await;
        let contacts = app.caller([Permission::ContactView]).await;
        let organizations = app.caller([Permission::OrganizationView]).await;
        let notes = app.caller([Permission::NoteView]).await;
        let of = |filter: &str, id: &Value| format!("{{ {} }}", filter.replace("ID", &id.to_string()));

        let by_organization = of("contacts(filter: { organizationId: { eq: ID } }) { nodes { id } }", &world["organization"]);
        let unemployed = of("contacts(filter: { hasOrganization: false }) { nodes { id } }", &Value::Null);
        let owned = of("organizations(filter: { hasOwner: true }) { nodes { id } }", &Value::Null);
        let about = of("notes(filter: { contactId: { eq: ID } }) { nodes { id } }", &world["contact"]);

        assert_snapshot!(contacts.errors(&by_organization, json!({})).await, @"FORBIDDEN contacts: needs the permission externalContacts:organization:view");
        assert_snapshot!(contacts.errors(&unemployed, json!({})).await, @"FORBIDDEN contacts: needs the permission externalContacts:organization:view");
        assert_snapshot!(organizations.errors(&owned, json!({})).await, @"FORBIDDEN organizations: needs the permission externalContacts:relationship:view");
        assert_snapshot!(notes.errors(&about, json!({})).await, @"FORBIDDEN notes: needs the permission externalContacts:contact:view");
        for query in [by_organization, unemployed, owned, about] {
            assert_eq!(admin.errors(&query, json!({})).await, "");
        }
    }
}
