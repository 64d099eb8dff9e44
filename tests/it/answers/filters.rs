//! Every filter of every list: alone, combined, and refused.

use serde_json::{Value, json};

use super::group::Group;
use super::lists::{LISTS, List};
use super::records::{self, Known};

pub async fn record(group: &mut Group<'_>) {
    let known = records::known(group).await;
    for list in &LISTS {
        for filter in filters(list.field, &known).into_iter().chain(times(list.field)) {
            filtered(group, list, filter).await;
        }
    }
}

async fn filtered(group: &mut Group<'_>, list: &List, filter: Value) {
    let List {
        field, noun, entry, ..
    } = list;
    let query = format!(
        "query ($filter: {noun}Filter) {{ {field}(filter: $filter, first: 2) {{ nodes {{ {entry} }} totalCount {{ value precision }} }} }}"
    );
    group
        .ask(format!("{field}: filtered"), &query, json!({ "filter": filter }))
        .await;
}

fn filters(list: &str, known: &Known) -> Vec<Value> {
    match list {
        "contacts" => contacts(known),
        "organizations" => organizations(known),
        "relationships" => relationships(known),
        "notes" => notes(known),
        "interactions" => interactions(known),
        "users" => vec![
            json!({ "active": true }),
            json!({ "active": false }),
            json!({ "name": { "startsWith": "ma" } }),
            json!({ "name": { "startsWith": "INES" } }),
            json!({ "name": { "startsWith": "" } }),
            json!({ "name": {} }),
            json!({ "name": { "startsWith": "x".repeat(300) } }),
        ],
        _ => vec![
            json!({ "active": true }),
            json!({ "active": false }),
            json!({ "active": null }),
        ],
    }
}

/// The demo begins years ago; nothing was changed after it.
fn times(list: &str) -> Vec<Value> {
    let mut filters = vec![
        json!({ "createdAt": { "from": "2025-01-01T00:00:00Z", "before": "2025-07-01T00:00:00Z" } }),
        json!({ "updatedAt": { "from": "2025-06-01T00:00:00+02:00" } }),
        json!({ "updatedAt": { "before": "2025-01-01T00:00:00Z" } }),
        json!({ "createdAt": {} }),
        json!({ "createdAt": { "from": "2025-07-01T00:00:00Z", "before": "2025-01-01T00:00:00Z" } }),
    ];
    if list == "interactions" {
        filters.push(
            json!({ "startedAt": { "from": "2025-12-01T00:00:00Z", "before": "2026-01-01T00:00:00Z" } }),
        );
    }
    if list == "contacts" {
        filters.push(json!({ "createdAt": { "from": "yesterday" } }));
        filters.push(json!({ "updatedAt": { "before": "2025-02-30T00:00:00Z" } }));
        filters.push(json!({ "unknown": true }));
    }
    filters
}

fn contacts(known: &Known) -> Vec<Value> {
    let organization = known.id("organization");
    vec![
        json!({ "organizationId": { "eq": organization } }),
        json!({ "organizationId": { "in": [organization, "organization_0192f7c4-1c2d-7e3f-8a4b-5c6d7e8f9a0b"] } }),
        json!({ "organizationId": { "in": [] } }),
        json!({ "organizationId": {} }),
        json!({ "organizationId": { "eq": organization, "in": [organization] } }),
        json!({ "organizationId": { "eq": "nonsense" } }),
        json!({ "organizationId": { "eq": known.id("contact") } }),
        json!({ "organizationId": { "in": vec![organization; 101] } }),
        json!({ "hasOrganization": true }),
        json!({ "hasOrganization": false }),
        json!({ "lastName": { "eq": "smith" } }),
        json!({ "lastName": { "startsWith": "ÁLV" } }),
        json!({ "lastName": { "startsWith": "x".repeat(300) } }),
        json!({ "lastName": { "eq": "smith", "startsWith": "s" } }),
        json!({ "lastName": {} }),
        json!({ "firstName": { "eq": "Jose" } }),
        json!({ "firstName": { "startsWith": "jo" }, "lastName": { "startsWith": "s" } }),
        json!({ "title": { "eq": "head of purchasing" } }),
        json!({ "title": { "in": ["Head of Purchasing", "Buyer"] } }),
        json!({ "tag": { "eq": "vip" } }),
        json!({ "tag": { "in": ["vip", "speaker"] }, "city": { "eq": "new york" } }),
        json!({ "tag": { "eq": "vip", "in": ["vip"] } }),
        json!({ "city": { "in": ["Zürich", "LISBOA"] } }),
        json!({ "countryCode": { "eq": "de" } }),
        json!({ "countryCode": { "in": ["GB", "US"] } }),
        json!({ "countryCode": { "eq": "Germany" } }),
        json!({ "externalId": { "source": "crm", "value": "C-0001-003" } }),
        json!({ "externalId": { "source": "", "value": "C-0001-003" } }),
        json!({ "externalId": { "source": "crm", "value": "none" } }),
    ]
}

fn organizations(known: &Known) -> Vec<Value> {
    vec![
        json!({ "name": { "eq": "CAFE LUMIERE" } }),
        json!({ "name": { "startsWith": "c" } }),
        json!({ "name": {} }),
        json!({ "industry": { "eq": "logistics" } }),
        json!({ "industry": { "in": ["Food", "Banking"] } }),
        json!({ "industry": { "in": [] } }),
        json!({ "companyType": { "eq": "Prospect" } }),
        json!({ "companyType": { "in": ["partner"] }, "tag": { "eq": "reseller" } }),
        json!({ "tag": { "eq": "key account" } }),
        json!({ "tag": { "in": vec!["x"; 101] } }),
        json!({ "city": { "eq": "London" } }),
        json!({ "countryCode": { "in": ["CH", "CL"] } }),
        json!({ "ownerId": { "eq": known.id("user") } }),
        json!({ "ownerId": { "in": [known.id("user")] } }),
        json!({ "ownerId": { "eq": known.id("organization") } }),
        json!({ "hasOwner": true }),
        json!({ "hasOwner": false }),
        json!({ "hasOwner": true, "ownerId": { "eq": known.id("user") } }),
        json!({ "externalId": { "source": "crm", "value": "A-0003" } }),
        json!({ "externalId": { "source": "crm", "value": "" } }),
    ]
}

fn relationships(known: &Known) -> Vec<Value> {
    let (user, organization) = (known.id("user"), known.id("organization"));
    vec![
        json!({ "userId": { "eq": user } }),
        json!({ "userId": { "in": [user] }, "current": true }),
        json!({ "userId": { "eq": "nonsense" } }),
        json!({ "organizationId": { "eq": organization } }),
        json!({ "organizationId": { "in": [organization] }, "userId": { "eq": user } }),
        json!({ "type": { "eq": "account manager" } }),
        json!({ "type": { "in": ["Support Lead", "Executive Sponsor"] } }),
        json!({ "type": {} }),
        json!({ "current": true }),
        json!({ "current": false }),
        json!({ "current": false, "type": { "eq": "Implementation Lead" } }),
    ]
}

fn notes(known: &Known) -> Vec<Value> {
    vec![
        json!({ "contactId": { "eq": known.id("contact") } }),
        json!({ "contactId": { "in": [known.id("contact")] }, "pinned": true }),
        json!({ "contactId": { "eq": known.id("organization") } }),
        json!({ "organizationId": { "eq": known.id("organization") } }),
        json!({ "organizationId": { "in": [known.id("organization")] }, "pinned": false }),
        json!({ "authorId": { "eq": known.id("user") } }),
        json!({ "authorId": { "in": [] } }),
        json!({ "authorId": {} }),
        json!({ "pinned": true }),
        json!({ "pinned": false }),
    ]
}

fn interactions(known: &Known) -> Vec<Value> {
    vec![
        json!({ "contactId": { "eq": known.id("contact") } }),
        json!({ "contactId": { "in": [] } }),
        json!({ "hasContact": true }),
        json!({ "hasContact": false }),
        json!({ "contactPoint": { "phoneNumber": "+13175550177" } }),
        json!({ "contactPoint": { "emailAddress": "JOHN.SMITH@aldergate.example" }, "hasContact": true }),
        json!({ "contactPoint": { "phoneNumber": "anonymous" } }),
        json!({ "contactPoint": {} }),
        json!({ "organizationId": { "eq": known.id("organization") } }),
        json!({ "organizationId": { "eq": "nonsense" } }),
        json!({ "agentId": { "eq": known.id("user") } }),
        json!({ "agentId": { "in": [known.id("user")] }, "direction": "OUTBOUND" }),
        json!({ "mediaType": { "eq": "CALL" } }),
        json!({ "mediaType": { "in": ["CHAT", "EMAIL"] } }),
        json!({ "mediaType": { "eq": "CALL", "in": ["CHAT"] } }),
        json!({ "mediaType": { "eq": "FAX" } }),
        json!({ "direction": "INBOUND" }),
        json!({ "direction": "OUTBOUND", "mediaType": { "eq": "CALLBACK" } }),
        json!({ "wrapUpCodeId": { "eq": known.id("wrapUpCode") } }),
        json!({ "wrapUpCodeId": { "in": [known.id("wrapUpCode")] }, "agentId": { "eq": known.id("user") } }),
        json!({ "wrapUpCodeId": { "eq": known.id("user") } }),
    ]
}
