//! Records that become one and part again.

use serde_json::{Value, json};

use super::fields::{CHANGE, MERGE, PAGE_INFO};
use super::group::Group;

const NO_MERGE: &str = "merge_0192f7c4-1c2d-7e3f-8a4b-5c6d7e8f9a0b";
const NO_CONTACT: &str = "contact_0192f7c4-1c2d-7e3f-8a4b-5c6d7e8f9a0b";

pub async fn record(group: &mut Group<'_>) {
    let organizations = organizations(group).await;
    let contacts = contacts(group, &organizations).await;
    let merges = merge_contacts(group, &contacts, &organizations).await;
    lists(group, &contacts[0], &merges).await;
    let merge = merge_organizations(group, &organizations).await;
    part(group, &merges, &merge, (&contacts[0], &organizations[0])).await;
    let changes = format!("{{ changes {{ nodes {{ {CHANGE} }} }} }}");
    group.read("the changes of merges", &changes).await;
}

async fn organizations(group: &mut Group<'_>) -> Vec<Value> {
    let mut made = Vec::new();
    for input in [
        json!({ "name": "Engines", "tags": ["a"] }),
        json!({ "name": "Engines Ltd", "industry": "Machines", "tags": ["A", "b"], "employeeCount": 7,
            "annualRevenue": { "amount": "10.5", "currency": "EUR" }, "websites": ["https://engines.example"],
            "externalIds": [{ "source": "erp", "value": "9" }] }),
    ] {
        let organization = group.change("an organization", "createOrganization", input).await;
        made.push(organization["organization"]["id"].clone());
    }
    made
}

async fn contacts(group: &mut Group<'_>, organizations: &[Value]) -> Vec<Value> {
    let mut made = Vec::new();
    for input in [
        json!({ "firstName": "Ada", "lastName": "Lovelace", "organizationId": organizations[1],
            "phoneNumbers": [{ "input": "+12025550101", "primary": true }] }),
        json!({ "lastName": "LOVELACE", "title": "Countess", "surveyOptOut": true,
            "phoneNumbers": [{ "input": "+1 202 555 0101" }, { "input": "+12025550102", "primary": true }],
            "externalIds": [{ "source": "crm", "value": "7" }] }),
        json!({ "firstName": "Augusta", "lastName": "King", "title": "Clerk" }),
    ] {
        let contact = group.change("a contact", "createContact", input).await["contact"]["id"].take();
        let note = json!({ "subjectId": contact, "text": "Likes engines" });
        group.change("a note", "createNote", note).await;
        made.push(contact);
    }
    let leads = json!({ "id": organizations[1], "primaryContactId": made[0] });
    group
        .change("a primary contact", "updateOrganization", leads)
        .await;
    made
}

fn members(ids: &[&Value]) -> Value {
    ids.iter().map(|id| json!({ "id": id })).collect()
}

async fn merge_contacts(group: &mut Group<'_>, contacts: &[Value], organizations: &[Value]) -> Vec<Value> {
    let [first, second, third] = contacts else {
        panic!("there are three contacts: {contacts:?}")
    };
    let values = json!({
        "salutation": "Lady", "firstName": "Ada", "middleName": "Augusta", "lastName": "Lovelace", "title": null,
        "tags": ["maths"], "externalIds": [{ "source": "crm", "value": "7" }],
        "phoneNumbers": [{ "input": "+12025550103" }], "emailAddresses": [{ "address": "ada@engines.example" }],
        "addresses": [{ "city": "London" }], "socialHandles": [{ "network": "X", "handle": "ada" }],
        "externalSystemUrl": "https://crm.example/7", "organizationId": organizations[0],
    });
    let mut merges = Vec::new();
    for (title, input) in [
        ("one alone", json!({ "members": members(&[first]) })),
        ("one twice", json!({ "members": members(&[first, first]) })),
        (
            "nobody",
            json!({ "members": [{ "id": NO_CONTACT }, { "id": "nonsense" }] }),
        ),
        (
            "with nobody",
            json!({ "members": [{ "id": first }, { "id": NO_CONTACT }] }),
        ),
        (
            "another version",
            json!({ "members": [{ "id": first, "expectedVersion": 9 }, { "id": second, "expectedVersion": 1 }] }),
        ),
        (
            "wrong values",
            json!({ "members": members(&[first, second]), "values": { "firstName": null, "lastName": null } }),
        ),
        (
            "a preview",
            json!({ "members": members(&[first, second]), "dryRun": true }),
        ),
        ("two", json!({ "members": members(&[first, second]) })),
        ("again", json!({ "members": members(&[first, second]) })),
        (
            "with values",
            json!({ "members": members(&[first, third]), "values": values }),
        ),
    ] {
        let payload = group
            .change(format!("merge: {title}"), "mergeContacts", input)
            .await;
        if title == "two" || title == "with values" {
            merges.push(payload["merge"]["id"].clone());
        }
    }
    group
        .change(
            "a deletion by the id of a part",
            "deleteContact",
            json!({ "id": second }),
        )
        .await;
    merges
}

async fn lists(group: &mut Group<'_>, contact: &Value, merges: &[Value]) {
    let list = format!(
        "query ($id: ID!, $first: Int, $after: String, $last: Int, $before: String) {{ contact(id: $id) {{ mergedIds
            merges(first: $first, after: $after, last: $last, before: $before) {{ edges {{ cursor node {{ id }} }}
              nodes {{ {MERGE} }} {PAGE_INFO} totalCount {{ value precision }} }} }} }}"
    );
    let first = group
        .ask("its merges", &list, json!({ "id": contact, "first": 1 }))
        .await;
    let end = first["data"]["contact"]["merges"]["pageInfo"]["endCursor"].clone();
    group
        .ask(
            "its second merge",
            &list,
            json!({ "id": contact, "first": 1, "after": end }),
        )
        .await;
    group
        .ask(
            "its last merge",
            &list,
            json!({ "id": contact, "last": 1, "before": end }),
        )
        .await;
    let node = format!("query ($id: ID!) {{ node(id: $id) {{ id ... on Merge {{ {MERGE} }} }} }}");
    for id in [&merges[0], &json!(NO_MERGE)] {
        group.ask("a merge", &node, json!({ "id": id })).await;
    }
}

async fn merge_organizations(group: &mut Group<'_>, organizations: &[Value]) -> Value {
    let ids: Vec<&Value> = organizations.iter().collect();
    let values = json!({
        "name": "Engines Inc", "companyType": "Customer", "industry": "Steam", "address": { "city": "London" },
        "phoneNumber": { "input": "+12025550104" }, "faxNumber": { "input": "+12025550105" }, "employeeCount": 9,
        "annualRevenue": null, "websites": ["https://engines.example"], "tags": ["c"],
        "tickers": [{ "symbol": "ENG", "exchange": "LSE" }], "externalSystemUrl": "https://crm.example/8",
        "externalIds": [{ "source": "erp", "value": "9" }], "primaryContactId": null,
    });
    let mut merge = Value::Null;
    for (title, input) in [
        ("one alone", json!({ "members": members(&ids[..1]) })),
        (
            "nobody as the primary contact",
            json!({ "members": members(&ids), "values": { "primaryContactId": NO_CONTACT } }),
        ),
        (
            "no name",
            json!({ "members": members(&ids), "values": { "name": null } }),
        ),
        (
            "a preview",
            json!({ "members": members(&ids), "values": values, "dryRun": true }),
        ),
        ("two", json!({ "members": members(&ids), "values": values })),
    ] {
        let payload = group
            .change(format!("merge: {title}"), "mergeOrganizations", input)
            .await;
        merge = payload["merge"]["id"].clone();
    }
    let list = format!(
        "query ($id: ID!, $first: Int, $after: String, $last: Int, $before: String) {{ organization(id: $id) {{ mergedIds
            merges(first: $first, after: $after, last: $last, before: $before) {{ nodes {{ {MERGE} }} {PAGE_INFO} }} }} }}"
    );
    let first = group
        .ask(
            "the merges of an organization",
            &list,
            json!({ "id": organizations[0], "first": 1 }),
        )
        .await;
    let end = first["data"]["organization"]["merges"]["pageInfo"]["endCursor"].clone();
    for page in [
        json!({ "id": organizations[0], "first": 1, "after": end }),
        json!({ "id": organizations[0], "last": 1, "before": end }),
    ] {
        group.ask("another page of them", &list, page).await;
    }
    merge
}

async fn part(
    group: &mut Group<'_>,
    merges: &[Value],
    organizations: &Value,
    (contact, organization): (&Value, &Value),
) {
    for (title, input) in [
        ("not the last", json!({ "mergeId": merges[0] })),
        ("no merge", json!({ "mergeId": NO_MERGE })),
        ("not an id", json!({ "mergeId": "nonsense" })),
        ("of organizations", json!({ "mergeId": organizations })),
        ("in a dry run", json!({ "mergeId": merges[1], "dryRun": true })),
        ("the last", json!({ "mergeId": merges[1] })),
        ("again", json!({ "mergeId": merges[1] })),
        ("the first", json!({ "mergeId": merges[0] })),
    ] {
        if title == "the first" {
            let change = json!({ "id": contact, "title": "Baroness", "externalIds": [] });
            group.change("another title", "updateContact", change).await;
            let taker = json!({ "lastName": "Byron", "externalIds": [{ "source": "crm", "value": "7" }] });
            group
                .change("its external id for another", "createContact", taker)
                .await;
        }
        group
            .change(format!("undo: {title}"), "undoContactMerge", input)
            .await;
    }
    let change = json!({ "id": organization, "industry": "Railways" });
    group
        .change("another industry", "updateOrganization", change)
        .await;
    for (title, input) in [
        ("of contacts", json!({ "mergeId": merges[1] })),
        (
            "in a dry run",
            json!({ "mergeId": organizations, "dryRun": true }),
        ),
        ("the merge", json!({ "mergeId": organizations })),
    ] {
        group
            .change(format!("undo: {title}"), "undoOrganizationMerge", input)
            .await;
    }
}
