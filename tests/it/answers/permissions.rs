//! The same operations with some permissions and without: null and `FORBIDDEN` at each path, everything else answered.

use external_contacts::model::Permission;
use serde_json::json;

use super::group::Group;
use super::records;

/// The data of a screen, which crosses every permission to view.
const SCREEN: &str = "query ($id: ID!) { organization(id: $id) { name primaryContact { displayName }
    contacts(first: 1) { nodes { displayName organization { name } } } notes(first: 1) { nodes { text author { name email }
      subject { __typename } } } relationships(first: 1) { nodes { type user { name title } organization { name } } }
    interactions(first: 1) { nodes { subjectLine contact { displayName } organization { name } agents { name active }
      wrapUps { code { name } } } } changes(first: 1) { nodes { action entity { __typename } } } } }";
/// Each field of the root that one permission guards, and those that look at what they are asked.
const ROOTS: [&str; 14] = [
    "contacts(first: 1) { nodes { displayName } }",
    "organizations(first: 1) { nodes { name } }",
    "relationships(first: 1) { nodes { type } }",
    "notes(first: 1) { nodes { text } }",
    "interactions(first: 1) { nodes { subjectLine } }",
    "users(first: 1) { nodes { name } }",
    "wrapUpCodes(first: 1) { nodes { name } }",
    "relationshipTypes",
    "viewer { user { name email } tenant { name } permissions }",
    "changes(first: 1) { nodes { kind } }",
    "searchContacts(query: \"john\", first: 1) { nodes { displayName } }",
    "searchOrganizations(query: \"food\", first: 1) { nodes { name } }",
    "search(query: \"london\", first: 1) { nodes { __typename } }",
    "contactsByPhone(number: \"+12125550100\") { nodes { displayName } }",
];
/// A mutation with an input that would be refused for another reason, had the caller the permission.
const MUTATIONS: [&str; 34] = [
    "createContact(input: {})",
    "updateContact(input: { id: \"x\" })",
    "deleteContact(input: { id: \"x\" })",
    "upsertContact(input: { key: { externalId: { source: \"crm\", value: \"none\" } } })",
    "createOrganization(input: { name: \"\" })",
    "updateOrganization(input: { id: \"x\" })",
    "deleteOrganization(input: { id: \"x\" })",
    "upsertOrganization(input: { key: { externalId: { source: \"crm\", value: \"none\" } } })",
    "createRelationship(input: { userId: \"x\", organizationId: \"x\", type: \"\" })",
    "updateRelationship(input: { id: \"x\" })",
    "deleteRelationship(input: { id: \"x\" })",
    "transferRelationships(input: { fromUserId: \"x\", toUserId: \"x\" })",
    "undoRelationshipTransfer(input: { transferId: \"x\" })",
    "createNote(input: { subjectId: \"x\", text: \"\" })",
    "updateNote(input: { id: \"x\" })",
    "deleteNote(input: { id: \"x\" })",
    "recordInteraction(input: { externalId: \"\", mediaType: CALL, direction: INBOUND, startedAt: \"2026-01-02T03:04:05Z\" })",
    "linkInteraction(input: { id: \"x\" })",
    "wrapUpInteraction(input: { id: \"x\", codeId: \"x\" })",
    "upsertUser(input: { subject: \"\" })",
    "deactivateUser(input: { id: \"x\" })",
    "reactivateUser(input: { id: \"x\" })",
    "createWrapUpCode(input: { name: \"\" })",
    "updateWrapUpCode(input: { id: \"x\" })",
    "updateTenant(input: { defaultRegion: \"x\" })",
    "restoreContact(input: { id: \"x\" })",
    "restoreOrganization(input: { id: \"x\" })",
    "restoreRelationship(input: { id: \"x\" })",
    "restoreNote(input: { id: \"x\" })",
    "purgeTrash(input: { ids: [] })",
    "mergeContacts(input: { members: [] })",
    "mergeOrganizations(input: { members: [] })",
    "undoContactMerge(input: { mergeId: \"x\" })",
    "undoOrganizationMerge(input: { mergeId: \"x\" })",
];

pub async fn record(group: &mut Group<'_>) {
    use Permission::{
        ContactView, InteractionView, NoteView, OrganizationView, RelationshipView, TenantView, UserView,
        WrapUpCodeView,
    };
    let known = records::known(group).await;
    let views = [
        ContactView,
        OrganizationView,
        RelationshipView,
        NoteView,
        InteractionView,
        WrapUpCodeView,
        UserView,
        TenantView,
    ];
    let id = json!({ "id": known.id("organization") });
    group
        .ask_as(
            &views,
            "the screen with every permission to view",
            SCREEN,
            id.clone(),
        )
        .await;
    for missing in views {
        let held: Vec<Permission> = views.into_iter().filter(|held| *held != missing).collect();
        group
            .ask_as(&held, format!("the screen without {missing}"), SCREEN, id.clone())
            .await;
    }
    for held in views {
        let query = format!("{{ {} }}", ROOTS.join(" "));
        group
            .ask_as(
                &[held],
                format!("every root with {held} alone"),
                &query,
                json!({}),
            )
            .await;
    }
    for (kind, _, _, id) in &known.kinds {
        let query = "query ($id: ID!, $of: [_Any!]!) { node(id: $id) { __typename } _entities(representations: $of) { __typename } }";
        let name = format!("{}{}", kind[..1].to_uppercase(), &kind[1..]);
        let variables = json!({ "id": id, "of": [{ "__typename": name, "id": id }] });
        group
            .ask_as(
                &[TenantView],
                format!("node and entity: a {kind}"),
                query,
                variables,
            )
            .await;
    }
    let of = json!([
        { "id": known.id("contact") },
        { "__typename": "Organization", "id": known.id("organization") },
        { "__typename": "Contact", "id": known.id("contact") },
        { "__typename": "User", "id": known.id("user") },
    ]);
    let query = "query ($of: [_Any!]!) { of: _entities(representations: $of) { __typename ... on Organization { name notes(first: 1) { nodes { text } } } } }";
    group
        .ask_as(
            &[OrganizationView],
            "entities: some without permission",
            query,
            json!({ "of": of }),
        )
        .await;
    filters(group, &known).await;
    kinds(group, &known).await;
    mutations(group).await;
}

async fn filters(group: &mut Group<'_>, known: &records::Known) {
    use Permission::{ContactView, InteractionView, NoteView, OrganizationView, RelationshipView};
    for (held, field, noun, filter) in [
        (
            ContactView,
            "contacts",
            "Contact",
            json!({ "organizationId": { "eq": known.id("organization") } }),
        ),
        (
            ContactView,
            "contacts",
            "Contact",
            json!({ "hasOrganization": true }),
        ),
        (
            OrganizationView,
            "organizations",
            "Organization",
            json!({ "ownerId": { "eq": known.id("user") } }),
        ),
        (
            OrganizationView,
            "organizations",
            "Organization",
            json!({ "hasOwner": false }),
        ),
        (
            RelationshipView,
            "relationships",
            "Relationship",
            json!({ "organizationId": { "eq": known.id("organization") } }),
        ),
        (
            NoteView,
            "notes",
            "Note",
            json!({ "contactId": { "eq": known.id("contact") } }),
        ),
        (
            NoteView,
            "notes",
            "Note",
            json!({ "organizationId": { "eq": known.id("organization") } }),
        ),
        (
            InteractionView,
            "interactions",
            "Interaction",
            json!({ "contactId": { "eq": known.id("contact") } }),
        ),
        (
            InteractionView,
            "interactions",
            "Interaction",
            json!({ "organizationId": { "eq": known.id("organization") } }),
        ),
        (
            InteractionView,
            "interactions",
            "Interaction",
            json!({ "wrapUpCodeId": { "eq": known.id("wrapUpCode") } }),
        ),
    ] {
        let query = format!(
            "query ($filter: {noun}Filter) {{ {field}(filter: $filter, first: 1) {{ nodes {{ __typename }} }} }}"
        );
        group
            .ask_as(
                &[held],
                "a filter that needs another permission",
                &query,
                json!({ "filter": filter }),
            )
            .await;
    }
    let query = "query ($filter: ContactSearchFilter) { searchContacts(query: \"john\", filter: $filter) { nodes { id } } }";
    let filter = json!({ "filter": { "organizationId": known.id("organization") } });
    group
        .ask_as(
            &[ContactView],
            "a filter that needs another permission",
            query,
            filter,
        )
        .await;
}

/// The requested kinds decide which permissions are required.
async fn kinds(group: &mut Group<'_>, known: &records::Known) {
    use Permission::NoteView;
    for kinds in [json!(["CONTACT"]), json!(["NOTE"]), json!(["NOTE", "CONTACT"])] {
        let query = "query ($kinds: [SearchKind!]) { search(query: \"london\", kinds: $kinds, first: 1) { nodes { __typename } } }";
        group
            .ask_as(&[NoteView], "search of kinds", query, json!({ "kinds": kinds }))
            .await;
    }
    let query = "query ($entities: [EntityKind!], $contactId: ID, $organizationId: ID) {
        changes(entities: $entities, contactId: $contactId, organizationId: $organizationId, first: 1) { nodes { kind } } }";
    for variables in [
        json!({ "entities": ["NOTE"] }),
        json!({ "entities": ["NOTE", "CONTACT"] }),
        json!({ "contactId": known.id("contact") }),
        json!({ "organizationId": known.id("organization") }),
    ] {
        group
            .ask_as(&[NoteView], "changes of kinds", query, variables)
            .await;
    }
}

async fn mutations(group: &mut Group<'_>) {
    for mutation in MUTATIONS {
        let query = format!("mutation {{ {mutation} {{ userErrors {{ code field message }} }} }}");
        group
            .ask_as(&[], "a mutation without its permission", &query, json!({}))
            .await;
        group
            .read("the same with it, refused for its input", &query)
            .await;
    }
    let several =
        "mutation { one: createNote(input: { subjectId: \"x\", text: \"a\" }) { userErrors { message } }
        two: updateTenant(input: {}) { userErrors { message } } }";
    group
        .ask_as(
            &[Permission::NoteAdd],
            "two mutations, one of them forbidden",
            several,
            json!({}),
        )
        .await;
    group
        .ask_as(
            &[Permission::TenantEdit],
            "the other one forbidden",
            several,
            json!({}),
        )
        .await;
}
