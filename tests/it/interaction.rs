//! Interactions.

use external_contacts::model::{Permission, Permissions};
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::operations::{RECORD_INTERACTION, UPDATE_CONTACT};
use crate::support::{TestCaller, on_both_engines};

const LINK: &str = "mutation ($input: LinkInteractionInput!) {
    linkInteraction(input: $input) { interaction { contact { displayName } organization { name } version }
      userErrors { code field message } } }";
const WRAP_UP: &str = "mutation ($input: WrapUpInteractionInput!) {
    wrapUpInteraction(input: $input) { interaction { agents { name } wrapUps { agent { name } code { name } note } version }
      userErrors { code field message } } }";
const IDS: &str = "query ($filter: InteractionFilter, $orderBy: InteractionOrder) {
    interactions(filter: $filter, orderBy: $orderBy) { nodes { externalId } totalCount { value } } }";
const NEWEST: &str = "query ($filter: InteractionFilter, $after: String) {
    interactions(filter: $filter, first: 2, after: $after) { nodes { externalId } pageInfo { endCursor } } }";
const RECORD_SEVERAL: &str = "mutation ($input: RecordInteractionsInput!) {
    recordInteractions(input: $input) { userErrors { code field message } } }";
const DELETE_CONTACT: &str = "mutation ($input: DeleteContactInput!) {
    deleteContact(input: $input) { detachedInteractions userErrors { message } } }";
const DELETE_ORGANIZATION: &str = "mutation ($input: DeleteOrganizationInput!) {
    deleteOrganization(input: $input) { detachedInteractions userErrors { message } } }";

async fn code(caller: &TestCaller<'_>, name: &str, active: bool) -> Value {
    let create = "mutation ($input: CreateWrapUpCodeInput!) {
        createWrapUpCode(input: $input) { wrapUpCode { id } userErrors { message } } }";
    caller
        .done(create, json!({ "name": name, "active": active }))
        .await["wrapUpCode"]["id"]
        .take()
}

/// A call that began at this minute; `more` are further fields.
fn call(external_id: &str, minute: u32, more: Value) -> Value {
    let mut input = json!({
        "externalId": external_id, "mediaType": "CALL", "direction": "INBOUND",
        "startedAt": format!("2026-01-02T03:{minute:02}:00Z"),
    });
    let Value::Object(more) = more else {
        panic!("fields are an object")
    };
    input.as_object_mut().unwrap().extend(more);
    input
}

async fn record(caller: &TestCaller<'_>, input: Value) -> Value {
    caller.done(RECORD_INTERACTION, input).await["interaction"]["id"].take()
}

fn ids(page: &Value) -> Vec<String> {
    let nodes = page["nodes"].as_array().unwrap();
    nodes
        .iter()
        .map(|node| node["externalId"].as_str().unwrap().to_owned())
        .collect()
}

async fn listed(caller: &TestCaller<'_>, filter: Value) -> Vec<String> {
    ids(&caller.data(IDS, json!({ "filter": filter })).await["interactions"])
}

on_both_engines! {
    async fn an_interaction_is_recorded_and_what_more_is_known_is_added(app: &TestApp) {
        let admin = app.admin().await;
        let acme = admin.organization("Acme").await;
        let ada = admin.employee("Lovelace", &acme).await;
        let (ann, bob) = (admin.user("ann").await, admin.user("bob").await);

        let made = admin.done(RECORD_INTERACTION, call("c1", 0, json!({ "contactId": ada, "agentIds": [ann], "subjectLine": "Engines" }))).await;
        let more = call("c1", 0, json!({ "endedAt": "2026-01-02T03:09:00Z", "queueName": "Sales", "agentIds": [bob, ann] }));
        let ended = admin.done(RECORD_INTERACTION, more.clone()).await;
        let same = admin.done(RECORD_INTERACTION, more).await;

        assert_eq!((&made["created"], &ended["created"]), (&json!(true), &json!(false)));
        assert_eq!(made["interaction"]["endedAt"], Value::Null);
        assert_eq!(
            ended["interaction"],
            json!({
                "id": made["interaction"]["id"], "externalId": "c1", "mediaType": "CALL", "direction": "INBOUND",
                "startedAt": made["interaction"]["startedAt"], "endedAt": ended["interaction"]["endedAt"],
                "subjectLine": "Engines", "queueName": "Sales", "contact": { "displayName": "Lovelace" },
                "organization": { "name": "Acme" }, "agents": [{ "name": "ann" }, { "name": "bob" }], "version": 2,
            })
        );
        assert!(ended["interaction"]["endedAt"].as_str().unwrap().starts_with("2026-01-02T03:09:00"));
        assert_eq!(same["interaction"]["version"], 2);
        let found = admin.data(
            r#"query ($ada: ID!, $acme: ID!) {
                 interactionBy(key: { externalId: "c1" }) { queueName } nobody: interactionBy(key: { externalId: "c2" }) { id }
                 contact(id: $ada) { interactions { nodes { externalId } totalCount { value } } }
                 organization(id: $acme) { interactions { nodes { externalId } } } }"#,
            json!({ "ada": ada, "acme": acme }),
        ).await;
        assert_eq!(found["interactionBy"]["queueName"], "Sales");
        assert_eq!(found["nobody"], Value::Null);
        assert_eq!(ids(&found["contact"]["interactions"]), ["c1"]);
        assert_eq!(ids(&found["organization"]["interactions"]), ["c1"]);
    }

    async fn without_an_external_id_each_call_records_another(app: &TestApp) {
        let admin = app.admin().await;
        let input = json!({ "mediaType": "CHAT", "direction": "OUTBOUND", "startedAt": "2026-01-02T03:00:00Z" });

        let one = admin.done(RECORD_INTERACTION, input.clone()).await;
        let two = admin.done(RECORD_INTERACTION, input).await;

        assert_eq!(two["created"], true);
        assert_ne!(one["interaction"]["id"], two["interaction"]["id"]);
    }

    async fn the_organization_is_kept_as_it_was_then(app: &TestApp) {
        let admin = app.admin().await;
        let (acme, rival) = (admin.organization("Acme").await, admin.organization("Rival").await);
        let ada = admin.employee("Lovelace", &acme).await;
        record(&admin, call("c1", 0, json!({ "contactId": ada }))).await;

        admin.done(UPDATE_CONTACT, json!({ "id": ada, "organizationId": rival })).await;
        let again = admin.done(RECORD_INTERACTION, call("c1", 0, json!({ "contactId": ada, "queueName": "Sales" }))).await;
        let later = admin.done(RECORD_INTERACTION, call("c2", 1, json!({ "contactId": ada }))).await;
        let given = admin.done(RECORD_INTERACTION, call("c3", 2, json!({ "contactId": ada, "organizationId": acme }))).await;
        let none = admin.done(RECORD_INTERACTION, call("c4", 3, json!({ "contactId": ada, "organizationId": null }))).await;

        assert_eq!(again["interaction"]["organization"]["name"], "Acme");
        assert_eq!(later["interaction"]["organization"]["name"], "Rival");
        assert_eq!(given["interaction"]["organization"]["name"], "Acme");
        assert_eq!(none["interaction"]["organization"], Value::Null);
    }

    async fn what_is_wrong_or_missing_is_named(app: &TestApp) {
        let admin = app.admin().await;
        let ann = admin.user("ann").await;
        let stranger_tenant = app.tenant("other").await;
        let stranger = app.caller_of(&stranger_tenant, "stranger", Permissions::all()).await;
        let theirs = stranger.employee("Theirs", &Value::Null).await;
        let agent = stranger.caller.user.id.to_string();

        let missing = admin.errors(RECORD_INTERACTION, json!({ "input": { "externalId": "c1" } })).await;
        assert!(missing.starts_with("BAD_USER_INPUT"), "{missing}");
        assert_snapshot!(admin.refusal(RECORD_INTERACTION, call("c1", 5, json!({ "endedAt": "2026-01-02T03:04:59Z" }))).await,
            @"INVALID endedAt: must not be before startedAt");
        assert_snapshot!(admin.refusal(RECORD_INTERACTION, call("c1", 5, json!({ "contactId": theirs }))).await,
            @"NOT_FOUND contactId: there is no contact with this id");
        assert!(admin.refusal(RECORD_INTERACTION, call("c1", 5, json!({ "organizationId": theirs }))).await.starts_with("INVALID organizationId"));
        assert_snapshot!(admin.refusal(RECORD_INTERACTION, call("c1", 5, json!({ "agentIds": [ann, agent] }))).await,
            @"NOT_FOUND agentIds.1: there is no user with this id");
        assert!(admin.refusal(RECORD_INTERACTION, call("", 5, json!({}))).await.starts_with("INVALID externalId"));
        assert!(admin.refusal(RECORD_INTERACTION, call("c1", 5, json!({ "subjectLine": "x".repeat(1001) }))).await.starts_with("INVALID subjectLine"));
        assert_eq!(listed(&admin, Value::Null).await, [""; 0]);
    }

    async fn an_interaction_is_linked_later(app: &TestApp) {
        let admin = app.admin().await;
        let acme = admin.organization("Acme").await;
        let ada = admin.employee("Lovelace", &acme).await;
        let id = record(&admin, call("c1", 0, json!({}))).await;

        let linked = admin.done(LINK, json!({ "id": id, "contactId": ada })).await;
        let alone = admin.done(LINK, json!({ "id": id, "organizationId": null })).await;
        let unlinked = admin.done(LINK, json!({ "id": id, "contactId": null, "organizationId": acme })).await;

        assert_eq!(linked["interaction"], json!({ "contact": { "displayName": "Lovelace" }, "organization": { "name": "Acme" }, "version": 2 }));
        assert_eq!(alone["interaction"], json!({ "contact": { "displayName": "Lovelace" }, "organization": null, "version": 3 }));
        assert_eq!(unlinked["interaction"], json!({ "contact": null, "organization": { "name": "Acme" }, "version": 4 }));
        assert_snapshot!(admin.refusal(LINK, json!({ "id": id, "organizationId": organization_of_another(app).await })).await,
            @"NOT_FOUND organizationId: there is no organization with this id");
        let stale = admin.payload(LINK, json!({ "id": id, "expectedVersion": 1, "contactId": ada })).await;
        assert_eq!(stale["userErrors"][0]["code"], "VERSION_CONFLICT");
        assert_eq!(stale["interaction"]["version"], 4);
    }

    async fn each_agent_wraps_up_their_part_once_and_may_say_it_again(app: &TestApp) {
        let admin = app.admin().await;
        let ann = admin.user("ann").await;
        let (open, resolved) = (code(&admin, "Open", true).await, code(&admin, "Resolved", true).await);
        let id = record(&admin, call("c1", 0, json!({}))).await;

        admin.done(WRAP_UP, json!({ "id": id, "codeId": open, "note": "Asks again" })).await;
        admin.done(WRAP_UP, json!({ "id": id, "codeId": open, "agentId": ann })).await;
        let last = admin.done(WRAP_UP, json!({ "id": id, "codeId": resolved, "note": " All well " })).await;

        assert_eq!(
            last["interaction"],
            json!({
                "agents": [{ "name": "admin" }, { "name": "ann" }],
                "wrapUps": [
                    { "agent": { "name": "ann" }, "code": { "name": "Open" }, "note": null },
                    { "agent": { "name": "admin" }, "code": { "name": "Resolved" }, "note": "All well" },
                ],
                "version": 4,
            })
        );
        for (wrapped, expected) in [(&open, 1), (&resolved, 1)] {
            assert_eq!(listed(&admin, json!({ "wrapUpCodeId": { "eq": wrapped } })).await.len(), expected);
        }
        admin.done(WRAP_UP, json!({ "id": id, "codeId": resolved, "agentId": ann })).await;
        assert_eq!(listed(&admin, json!({ "wrapUpCodeId": { "eq": open } })).await, [""; 0]);
    }

    async fn a_new_start_moves_an_interaction_in_the_lists_of_its_agents_and_codes(app: &TestApp) {
        let admin = app.admin().await;
        let ann = admin.user("ann").await;
        let open = code(&admin, "Open", true).await;
        for (external_id, minute) in [("c1", 1), ("c2", 2), ("c3", 3), ("c4", 4)] {
            let id = record(&admin, call(external_id, minute, json!({ "agentIds": [ann] }))).await;
            admin.done(WRAP_UP, json!({ "id": id, "codeId": open, "agentId": ann })).await;
        }

        record(&admin, call("c1", 8, json!({}))).await;
        admin.done(RECORD_SEVERAL, json!({ "items": [call("c2", 9, json!({})), call("c5", 5, json!({}))] })).await;

        for filter in [json!({ "agentId": { "eq": ann } }), json!({ "wrapUpCodeId": { "eq": open } })] {
            let first = admin.data(NEWEST, json!({ "filter": filter, "after": null })).await["interactions"].take();
            let after = &first["pageInfo"]["endCursor"];
            let second = admin.data(NEWEST, json!({ "filter": filter, "after": after })).await["interactions"].take();
            assert_eq!((ids(&first), ids(&second)), (vec!["c2".to_owned(), "c1".to_owned()], vec!["c4".to_owned(), "c3".to_owned()]));
        }
    }

    async fn a_wrap_up_that_cannot_be_is_refused(app: &TestApp) {
        let admin = app.admin().await;
        let (open, retired) = (code(&admin, "Open", true).await, code(&admin, "Retired", false).await);
        let id = record(&admin, call("c1", 0, json!({}))).await;
        let stranger_tenant = app.tenant("other").await;
        let stranger = app.caller_of(&stranger_tenant, "stranger", Permissions::all()).await;
        let theirs = code(&stranger, "Open", true).await;

        assert_snapshot!(admin.refusal(WRAP_UP, json!({ "id": id, "codeId": retired })).await,
            @"INVALID codeId: this wrap-up code is no longer active; choose another");
        assert_snapshot!(admin.refusal(WRAP_UP, json!({ "id": id, "codeId": theirs })).await,
            @"NOT_FOUND codeId: there is no wrap-up code with this id");
        let agent = stranger.caller.user.id.to_string();
        assert_snapshot!(admin.refusal(WRAP_UP, json!({ "id": id, "codeId": open, "agentId": agent })).await,
            @"NOT_FOUND agentId: there is no user with this id");
        assert!(admin.refusal(WRAP_UP, json!({ "id": id, "codeId": open, "note": "x".repeat(10_001) })).await.starts_with("INVALID note"));
        assert_snapshot!(stranger.refusal(WRAP_UP, json!({ "id": id, "codeId": theirs })).await,
            @"NOT_FOUND id: there is no interaction with this id");
        let stale = admin.payload(WRAP_UP, json!({ "id": id, "codeId": open, "expectedVersion": 9 })).await;
        assert_eq!(stale["userErrors"][0]["code"], "VERSION_CONFLICT");
        assert_eq!(stale["interaction"]["wrapUps"], json!([]));
    }

    async fn lists_are_narrowed_and_the_newest_comes_first(app: &TestApp) {
        let admin = app.admin().await;
        let acme = admin.organization("Acme").await;
        let ada = admin.employee("Lovelace", &acme).await;
        let ann = admin.user("ann").await;
        record(&admin, call("2", 2, json!({ "contactId": ada, "agentIds": [ann] }))).await;
        record(&admin, call("1", 1, json!({ "mediaType": "EMAIL" }))).await;
        record(&admin, call("3", 3, json!({ "mediaType": "CHAT", "direction": "OUTBOUND", "organizationId": acme }))).await;

        assert_eq!(listed(&admin, Value::Null).await, ["3", "2", "1"]);
        assert_eq!(listed(&admin, json!({ "contactId": { "eq": ada } })).await, ["2"]);
        assert_eq!(listed(&admin, json!({ "organizationId": { "eq": acme } })).await, ["3", "2"]);
        assert_eq!(listed(&admin, json!({ "agentId": { "eq": ann } })).await, ["2"]);
        assert_eq!(listed(&admin, json!({ "mediaType": { "in": ["CHAT", "EMAIL"] } })).await, ["3", "1"]);
        assert_eq!(listed(&admin, json!({ "mediaType": { "in": [] } })).await, [""; 0]);
        assert_eq!(listed(&admin, json!({ "mediaType": { "eq": "CALL" }, "direction": "INBOUND" })).await, ["2"]);
        assert_eq!(listed(&admin, json!({ "direction": "OUTBOUND" })).await, ["3"]);
        let span = json!({ "from": "2026-01-02T03:01:00Z", "before": "2026-01-02T03:03:00Z" });
        assert_eq!(listed(&admin, json!({ "startedAt": span })).await, ["2", "1"]);
        let ascending = json!({ "orderBy": { "field": "STARTED_AT", "direction": "ASC" } });
        assert_eq!(ids(&admin.data(IDS, ascending).await["interactions"]), ["1", "2", "3"]);
        let as_it_comes = json!({ "orderBy": { "field": "STARTED_AT" } });
        assert_eq!(ids(&admin.data(IDS, as_it_comes).await["interactions"]), ["3", "2", "1"]);
    }

    async fn pages_follow_each_other_in_both_directions_at_the_root_and_nested(app: &TestApp) {
        let admin = app.admin().await;
        let ada = admin.employee("Lovelace", &Value::Null).await;
        for minute in 1..=5 {
            record(&admin, call(&minute.to_string(), minute, json!({ "contactId": ada }))).await;
        }
        let query = "query ($id: ID!, $first: Int, $after: String, $last: Int, $before: String) {
            interactions(first: $first, after: $after, last: $last, before: $before) {
              nodes { externalId } pageInfo { hasNextPage startCursor endCursor } }
            contact(id: $id) { interactions(first: $first, after: $after, last: $last, before: $before) { nodes { externalId } } } }";

        let one = admin.data(query, json!({ "id": ada, "first": 3 })).await;
        let two = admin.data(query, json!({ "id": ada, "first": 3, "after": one["interactions"]["pageInfo"]["endCursor"] })).await;
        let back = admin.data(query, json!({ "id": ada, "last": 2, "before": two["interactions"]["pageInfo"]["startCursor"] })).await;

        for (page, expected) in [(&one, vec!["5", "4", "3"]), (&two, vec!["2", "1"]), (&back, vec!["4", "3"])] {
            assert_eq!(ids(&page["interactions"]), expected);
            assert_eq!(ids(&page["contact"]["interactions"]), expected);
        }
        assert_eq!(two["interactions"]["pageInfo"]["hasNextPage"], false);
    }

    async fn interactions_outlive_their_contact_and_organization(app: &TestApp) {
        let admin = app.admin().await;
        let acme = admin.organization("Acme").await;
        let ada = admin.employee("Lovelace", &acme).await;
        record(&admin, call("c1", 0, json!({ "contactId": ada }))).await;

        let contact = admin.done(DELETE_CONTACT, json!({ "id": ada })).await;
        let organization = admin.done(DELETE_ORGANIZATION, json!({ "id": acme })).await;
        let left = admin.data("{ interactions { nodes { contact { id } organization { id } version } } }", json!({})).await;

        assert_eq!(contact["detachedInteractions"], 1);
        assert_eq!(organization["detachedInteractions"], 1);
        assert_eq!(left["interactions"]["nodes"], json!([{ "contact": null, "organization": null, "version": 1 }]));
    }

    async fn a_list_of_interactions_costs_the_same_whatever_its_length(app: &TestApp) {
        let admin = app.admin().await;
        let open = code(&admin, "Open", true).await;
        let query = "{ interactions { nodes { agents { name } wrapUps { agent { name } code { name } } } } }";
        let mut costs = Vec::new();
        for minute in 1..=3 {
            let agents = [admin.user(&format!("a{minute}")).await, admin.user(&format!("b{minute}")).await];
            let id = record(&admin, call(&minute.to_string(), minute, json!({ "agentIds": agents }))).await;
            admin.done(WRAP_UP, json!({ "id": id, "codeId": open, "agentId": agents[0] })).await;
            let before = app.store.statements();
            admin.data(query, json!({})).await;
            costs.push(app.store.statements() - before);
        }

        assert_eq!(costs, [costs[0]; 3]);
    }

    async fn each_crossing_takes_its_own_permission(app: &TestApp) {
        let admin = app.admin().await;
        let acme = admin.organization("Acme").await;
        let ada = admin.employee("Lovelace", &acme).await;
        let open = code(&admin, "Open", true).await;
        let id = record(&admin, call("c1", 0, json!({ "contactId": ada }))).await;
        admin.done(WRAP_UP, json!({ "id": id, "codeId": open })).await;
        let reader = app.caller([Permission::InteractionView]).await;
        let query = "{ interactions { nodes { externalId contact { id } organization { id } wrapUps { agent { name } code { id } } } } }";

        let answer = reader.run(query, json!({})).await;
        let mut refused = Vec::new();
        for (field, value) in [("contactId", &ada), ("organizationId", &acme), ("wrapUpCodeId", &open)] {
            refused.push(reader.errors(IDS, json!({ "filter": { field: { "eq": value } } })).await);
        }

        assert_eq!(
            answer["data"]["interactions"]["nodes"][0],
            json!({ "externalId": "c1", "contact": null, "organization": null,
                    "wrapUps": [{ "agent": { "name": "admin" }, "code": null }] })
        );
        assert_eq!(answer["errors"].as_array().unwrap().len(), 3);
        assert_snapshot!(refused.join("\n"), @"
        FORBIDDEN interactions: needs the permission externalContacts:contact:view
        FORBIDDEN interactions: needs the permission externalContacts:organization:view
        FORBIDDEN interactions: needs the permission externalContacts:wrapUpCode:view
        ");
        assert_snapshot!(reader.errors(RECORD_INTERACTION, json!({ "input": call("c2", 1, json!({})) })).await,
            @"FORBIDDEN recordInteraction: needs the permission externalContacts:interaction:add");
    }

    async fn another_tenants_interaction_is_not_found_and_its_external_id_is_free(app: &TestApp) {
        let admin = app.admin().await;
        let id = record(&admin, call("c1", 0, json!({}))).await;
        let other = app.tenant("other").await;
        let stranger = app.caller_of(&other, "stranger", Permissions::all()).await;

        let read = stranger.data(
            r#"query ($id: ID!) { interaction(id: $id) { id } interactionBy(key: { externalId: "c1" }) { id } }"#,
            json!({ "id": id }),
        ).await;
        let own = stranger.done(RECORD_INTERACTION, call("c1", 0, json!({}))).await;

        assert_eq!(read, json!({ "interaction": null, "interactionBy": null }));
        assert_eq!(own["created"], true);
    }
}

async fn organization_of_another(app: &crate::support::TestApp) -> Value {
    let other = app.tenant("elsewhere").await;
    let stranger = app.caller_of(&other, "stranger", Permissions::all()).await;
    stranger.organization("Theirs").await
}
