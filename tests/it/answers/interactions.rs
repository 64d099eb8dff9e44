//! Recording, linking and wrapping up interactions, wrap-up codes, and each refusal.

use serde_json::{Value, json};

use super::fields::PAGE_INFO;
use super::group::Group;

const NO_CONTACT: &str = "contact_0192f7c4-1c2d-7e3f-8a4b-5c6d7e8f9a0b";
const NO_ORGANIZATION: &str = "organization_0192f7c4-1c2d-7e3f-8a4b-5c6d7e8f9a0b";
const NO_USER: &str = "user_0192f7c4-1c2d-7e3f-8a4b-5c6d7e8f9a0b";

pub async fn record(group: &mut Group<'_>) {
    let acme = group
        .change("an organization", "createOrganization", json!({ "name": "Acme" }))
        .await;
    let acme = acme["organization"]["id"].clone();
    let person = json!({ "lastName": "Lovelace", "organizationId": acme });
    let ada = group.change("a contact", "createContact", person).await["contact"]["id"].take();
    let ann = json!({ "subject": "ann", "name": "Ann" });
    let ann = group.change("an agent", "upsertUser", ann).await["user"]["id"].take();
    let call = recorded(group, &ada, &acme, &ann).await;
    linked(group, &call, &ada, &acme).await;
    recognized(group).await;
    let codes = codes(group).await;
    wrapped_up(group, &call, &codes, &ann).await;
}

/// A call with what must be said of one, and more.
fn call(external_id: &str, more: &Value) -> Value {
    let mut input = json!({ "externalId": external_id, "mediaType": "CALL", "direction": "INBOUND", "startedAt": "2026-01-02T03:04:05.678Z" });
    input
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    input
}

async fn recorded(group: &mut Group<'_>, ada: &Value, acme: &Value, ann: &Value) -> Value {
    let every = json!({ "endedAt": "2026-01-02T03:09:00+01:00", "subjectLine": " Engines ", "queueName": "Sales", "agentIds": [ann] });
    let begun = call(
        "c1",
        &json!({ "contactId": ada, "agentIds": [ann], "subjectLine": "Engines" }),
    );
    let id = group
        .change("record: a call that begins", "recordInteraction", begun)
        .await["interaction"]["id"]
        .take();
    for (title, input) in [
        (
            "more of it",
            call(
                "c1",
                &json!({ "endedAt": "2026-01-02T03:09:00Z", "queueName": "Sales" }),
            ),
        ),
        ("the same again", call("c1", &json!({ "queueName": "Sales" }))),
        ("an end before its start", call("c2", &every)),
        (
            "an organization for a contact",
            call("c2", &json!({ "contactId": acme })),
        ),
        ("no such contact", call("c2", &json!({ "contactId": NO_CONTACT }))),
        (
            "no such organization",
            call("c2", &json!({ "organizationId": NO_ORGANIZATION })),
        ),
        (
            "agents",
            call("c2", &json!({ "agentIds": [ann, NO_USER, "nonsense"] })),
        ),
        (
            "too many agents",
            call("c2", &json!({ "agentIds": vec![ann; 101] })),
        ),
        ("an empty external id", call(" ", &json!({}))),
        ("a long external id", call(&"x".repeat(300), &json!({}))),
        (
            "long texts",
            call(
                "c2",
                &json!({ "subjectLine": "x".repeat(1001), "queueName": "x".repeat(1001) }),
            ),
        ),
        (
            "its start cleared",
            json!({ "externalId": "c1", "startedAt": null, "mediaType": null, "direction": null }),
        ),
        (
            "an organization of its own",
            call("c3", &json!({ "contactId": ada, "organizationId": null })),
        ),
        ("neither contact nor organization", call("c4", &json!({}))),
    ] {
        group
            .change(format!("record: {title}"), "recordInteraction", input)
            .await;
    }
    for media in [
        "CALL", "CALLBACK", "CHAT", "EMAIL", "MESSAGE", "SOCIAL", "VIDEO", "OTHER",
    ] {
        let input =
            json!({ "mediaType": media, "direction": "OUTBOUND", "startedAt": "2026-01-02T03:04:05Z" });
        group
            .change(
                format!("record: {media}, without an external id"),
                "recordInteraction",
                input,
            )
            .await;
    }
    id
}

async fn linked(group: &mut Group<'_>, id: &Value, ada: &Value, acme: &Value) {
    for (title, fields) in [
        ("nothing", json!({})),
        ("no contact", json!({ "contactId": null })),
        ("no organization", json!({ "organizationId": null })),
        ("a contact, with its employer", json!({ "contactId": ada })),
        (
            "an organization",
            json!({ "organizationId": acme, "expectedVersion": 5 }),
        ),
        ("no such contact", json!({ "contactId": NO_CONTACT })),
        (
            "no such organization",
            json!({ "organizationId": NO_ORGANIZATION }),
        ),
        (
            "ids that are none",
            json!({ "contactId": "x", "organizationId": "y" }),
        ),
        (
            "an earlier version",
            json!({ "contactId": null, "expectedVersion": 1 }),
        ),
    ] {
        let mut input = fields;
        input["id"] = id.clone();
        group
            .change(format!("link: {title}"), "linkInteraction", input)
            .await;
    }
    for (title, id) in [
        ("not found", "interaction_0192f7c4-1c2d-7e3f-8a4b-5c6d7e8f9a0b"),
        ("not an id", "nonsense"),
    ] {
        group
            .change(format!("link: {title}"), "linkInteraction", json!({ "id": id }))
            .await;
    }
}

/// Calls and messages that are linked by their contact points, and those that are not.
async fn recognized(group: &mut Group<'_>) {
    for person in [
        json!({ "lastName": "King", "phoneNumbers": [{ "input": "+12025550142" }],
                "socialHandles": [{ "network": "WHATSAPP", "handle": "@king", "platformId": "4711" }] }),
        json!({ "lastName": "Byron", "emailAddresses": [{ "address": "byron@poets.example" }] }),
        json!({ "lastName": "Milbanke", "emailAddresses": [{ "address": "BYRON@poets.example" }] }),
    ] {
        group
            .change("recognized: a contact", "createContact", person)
            .await;
    }
    let company = json!({ "name": "Murray", "websites": ["https://www.poets.example/"] });
    group
        .change("recognized: an organization", "createOrganization", company)
        .await;
    let mut open = Value::Null;
    for (title, external_id, point) in [
        ("a number", "p1", json!({ "phoneNumber": "(202) 555-0142" })),
        (
            "a handle",
            "p2",
            json!({ "socialHandle": { "network": "WHATSAPP", "handle": "King" } }),
        ),
        (
            "an id of a network",
            "p3",
            json!({ "socialHandle": { "network": "WHATSAPP", "handle": "x", "platformId": "4711" } }),
        ),
        (
            "an address of two",
            "p4",
            json!({ "emailAddress": "Lord <byron@poets.example>" }),
        ),
        (
            "an address of an organization",
            "p9",
            json!({ "emailAddress": "john@poets.example" }),
        ),
        (
            "an unknown number",
            "p5",
            json!({ "phoneNumber": "+1 202 555 0199" }),
        ),
        (
            "an unknown number again",
            "p6",
            json!({ "phoneNumber": "2025550199" }),
        ),
        ("a withheld number", "p7", json!({ "phoneNumber": "anonymous" })),
        ("nothing", "p8", json!({})),
        (
            "two at once",
            "p8",
            json!({ "phoneNumber": "1", "emailAddress": "a@b.example" }),
        ),
        ("a blank number", "p8", json!({ "phoneNumber": " " })),
    ] {
        let input = call(external_id, &json!({ "contactPoint": point }));
        let recorded = group
            .change(format!("recognized: {title}"), "recordInteraction", input)
            .await;
        if external_id == "p5" {
            open = recorded["interaction"]["id"].clone();
        }
    }
    let somebody = json!({ "lastName": "Somerville" });
    let somebody = group
        .change("recognized: an unknown caller", "createContact", somebody)
        .await["contact"]["id"]
        .take();
    for (title, fields) in [
        ("without a contact", json!({ "includeEarlier": true })),
        (
            "the whole past",
            json!({ "contactId": somebody, "includeEarlier": true }),
        ),
        ("removed", json!({ "contactId": null })),
    ] {
        let mut input = fields;
        input["id"] = open.clone();
        group
            .change(format!("recognized: {title}"), "linkInteraction", input)
            .await;
    }
    identified(group).await;
}

/// The records that have contact points, and the interactions of those who are unknown.
async fn identified(group: &mut Group<'_>) {
    for (title, point) in [
        ("a number", json!({ "phoneNumber": "202-555-0142" })),
        ("an address", json!({ "emailAddress": "byron@poets.example" })),
        (
            "a handle",
            json!({ "socialHandle": { "network": "WHATSAPP", "handle": "king" } }),
        ),
        ("an unknown number", json!({ "phoneNumber": "+12025550199" })),
        ("a blank address", json!({ "emailAddress": "" })),
    ] {
        let query = format!(
            "query ($point: ContactPointInput!, $first: Int, $after: String, $last: Int, $before: String) {{
               identify(contactPoint: $point) {{ contactPoint {{ kind input normalized network platformId }}
                 contacts {{ displayName }} organizations {{ name }}
                 unlinkedInteractions(first: $first, after: $after, last: $last, before: $before) {{
                   nodes {{ externalId }} {PAGE_INFO} totalCount {{ value precision }} }} }} }}"
        );
        let first = json!({ "point": point, "first": 1 });
        let found = group.ask(format!("identify: {title}"), &query, first).await;
        let page = &found["identify"]["unlinkedInteractions"]["pageInfo"];
        for more in [
            json!({ "after": page["endCursor"] }),
            json!({ "last": 1, "before": page["startCursor"] }),
            json!({ "first": 101 }),
        ] {
            let mut variables = more;
            variables["point"] = point.clone();
            group.ask(format!("identify: {title}"), &query, variables).await;
        }
    }
}

async fn codes(group: &mut Group<'_>) -> [Value; 2] {
    let mut ids = Vec::new();
    for input in [
        json!({ "name": " Resolved ", "description": "The problem is solved." }),
        json!({ "name": "Retired", "active": false }),
        json!({ "name": "Follow-up", "description": null }),
    ] {
        ids.push(group.change("code: create", "createWrapUpCode", input).await["wrapUpCode"]["id"].take());
    }
    for (title, input) in [
        ("a name that is taken", json!({ "name": "RESOLVED" })),
        ("a blank name", json!({ "name": " " })),
        ("null active", json!({ "name": "Null", "active": null })),
        (
            "long texts",
            json!({ "name": "x".repeat(101), "description": "x".repeat(2_001) }),
        ),
    ] {
        group
            .change(format!("code: {title}"), "createWrapUpCode", input)
            .await;
    }
    for (title, fields) in [
        ("nothing", json!({})),
        (
            "a name and a description",
            json!({ "name": "Call back", "description": "Somebody calls again.", "expectedVersion": 1 }),
        ),
        ("inactive", json!({ "active": false })),
        ("active", json!({ "active": true, "description": null })),
        ("the name cleared", json!({ "name": null })),
        ("active cleared", json!({ "active": null })),
        ("a name that is taken", json!({ "name": "resolved" })),
        (
            "an earlier version",
            json!({ "name": "Late", "expectedVersion": 1 }),
        ),
    ] {
        let mut input = fields;
        input["id"] = ids[2].clone();
        group
            .change(format!("code: update {title}"), "updateWrapUpCode", input)
            .await;
    }
    for (title, id) in [
        ("not found", "wrapUpCode_0192f7c4-1c2d-7e3f-8a4b-5c6d7e8f9a0b"),
        ("not an id", "nonsense"),
    ] {
        group
            .change(
                format!("code: update {title}"),
                "updateWrapUpCode",
                json!({ "id": id, "name": "X" }),
            )
            .await;
    }
    [ids[0].clone(), ids[1].clone()]
}

async fn wrapped_up(group: &mut Group<'_>, id: &Value, [resolved, retired]: &[Value; 2], ann: &Value) {
    for (title, fields) in [
        (
            "one's own part",
            json!({ "codeId": resolved, "note": " All well " }),
        ),
        (
            "the same again",
            json!({ "codeId": resolved, "note": "All well" }),
        ),
        ("another's part", json!({ "codeId": resolved, "agentId": ann })),
        (
            "another note",
            json!({ "codeId": resolved, "agentId": ann, "note": "Asks again", "expectedVersion": 8 }),
        ),
        ("an inactive code", json!({ "codeId": retired })),
        (
            "no such code",
            json!({ "codeId": "wrapUpCode_0192f7c4-1c2d-7e3f-8a4b-5c6d7e8f9a0b" }),
        ),
        ("a code that is none", json!({ "codeId": "nonsense" })),
        ("no such agent", json!({ "codeId": resolved, "agentId": NO_USER })),
        (
            "an agent that is none",
            json!({ "codeId": resolved, "agentId": "nonsense" }),
        ),
        (
            "a long note",
            json!({ "codeId": resolved, "note": "x".repeat(10_001) }),
        ),
        (
            "an earlier version",
            json!({ "codeId": resolved, "expectedVersion": 1 }),
        ),
    ] {
        let mut input = fields;
        input["id"] = id.clone();
        group
            .change(format!("wrap up: {title}"), "wrapUpInteraction", input)
            .await;
    }
    for (title, id) in [
        ("not found", "interaction_0192f7c4-1c2d-7e3f-8a4b-5c6d7e8f9a0b"),
        ("not an id", "nonsense"),
    ] {
        group
            .change(
                format!("wrap up: {title}"),
                "wrapUpInteraction",
                json!({ "id": id, "codeId": resolved }),
            )
            .await;
    }
}
