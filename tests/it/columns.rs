//! Records that are read in part: a field has the same value whether it is selected alone or among all others.

use serde_json::{Value, json};

use crate::support::operations::{CREATE_CONTACT, CREATE_ORGANIZATION};
use crate::support::{TestCaller, on_both_engines};

/// Records with a value in each of their own fields.
const MAKE: &str = r#"mutation { organization: createOrganization(input: { name: "Apex", companyType: "Customer",
    industry: "Logistics", address: { city: "Oslo" }, phoneNumber: { input: "+4722000001" },
    faxNumber: { input: "+4722000002" }, employeeCount: 12, annualRevenue: { amount: "10.50", currency: "NOK" },
    websites: ["https://apex.example"], tags: ["north"], tickers: [{ exchange: "OSE", symbol: "APX" }],
    externalSystemUrl: "https://crm.example/1", externalIds: [{ source: "crm", value: "1" }] }) { organization { id } } }"#;
const MAKE_PEOPLE: &str = r#"mutation ($employer: ID!) { contact: createContact(input: { organizationId: $employer,
    salutation: "Dr.", firstName: "Ada", middleName: "King", lastName: "Lovelace", title: "Engineer", tags: ["vip"],
    externalIds: [{ source: "crm", value: "2" }], phoneNumbers: [{ input: "+4722000003" }],
    emailAddresses: [{ address: "ada@apex.example" }], addresses: [{ city: "Bergen" }],
    socialHandles: [{ network: LINKEDIN, handle: "ada" }], surveyOptOut: true,
    externalSystemUrl: "https://crm.example/2" }) { contact { id } } }"#;
const TYPE: &str = "query ($name: String!) { __type(name: $name) { fields { name args { type { kind } }
    type { kind ofType { kind ofType { kind ofType { kind } } } } } } }";

/// Each field of a type that needs no argument, with a selection if it needs one.
async fn fields(admin: &TestCaller<'_>, type_name: &str) -> Vec<(String, String)> {
    let described = admin.data(TYPE, json!({ "name": type_name })).await;
    let fields = described["__type"]["fields"].as_array().unwrap();
    let is_required = |argument: &Value| argument["type"]["kind"] == "NON_NULL";
    fields
        .iter()
        .filter(|field| !field["args"].as_array().unwrap().iter().any(is_required))
        .map(|field| {
            let name = field["name"].as_str().unwrap().to_owned();
            let is_composite = ["OBJECT", "UNION", "INTERFACE"]
                .iter()
                .any(|kind| field["type"].to_string().contains(&format!("\"{kind}\"")));
            let selection = if is_composite { " { __typename }" } else { "" };
            (name.clone(), name + selection)
        })
        .collect()
}

/// Compares each field of a type alone with the same among all, through a query with `…` in the place of the fields and a
/// pointer to the record in its answer.
async fn compare(admin: &TestCaller<'_>, type_name: &str, query: &str, id: &Value, record: &str) {
    let fields = fields(admin, type_name).await;
    assert!(fields.len() > 10, "{type_name}");
    let read = async |selection: &str| {
        let query = query.replace('…', selection);
        let data = admin.data(&query, json!({ "id": id })).await;
        data.pointer(record).unwrap().clone()
    };
    let all: Vec<&str> = fields.iter().map(|(_, selection)| selection.as_str()).collect();
    let whole = read(&all.join(" ")).await;
    for (name, selection) in &fields {
        assert_eq!(read(selection).await[name], whole[name], "{type_name}.{name}");
        let is_list_of_values =
            whole[name].is_array() && !["agents", "wrapUps", "candidates"].contains(&name.as_str());
        assert!(
            !is_list_of_values || whole[name] != json!([]),
            "{type_name}.{name} has no value to compare"
        );
    }
}

on_both_engines! {
    async fn a_field_is_the_same_alone_as_among_all(app: &TestApp) {
        let admin = app.admin().await;
        let made = admin.data(MAKE, json!({})).await;
        let organization = &made["organization"]["organization"]["id"];
        let made = admin.data(MAKE_PEOPLE, json!({ "employer": organization })).await;
        let contact = &made["contact"]["contact"]["id"];
        let (part, branch) = (admin.contact("Lovelace").await, admin.organization("Apex").await);
        admin.merge(&[contact, &part]).await;
        admin.merge(&[organization, &branch]).await;
        let like = json!({ "lastName": "Zimmer", "emailAddresses": [{ "address": "ada@apex.example" }] });
        admin.done(CREATE_CONTACT, like).await;
        let like = json!({ "name": "Zenith", "websites": ["https://apex.example"] });
        admin.done(CREATE_ORGANIZATION, like).await;
        let record = "mutation ($input: RecordInteractionInput!) { recordInteraction(input: $input) {
            interaction { id } userErrors { message } } }";
        let call = json!({ "mediaType": "CALL", "direction": "INBOUND", "startedAt": "2026-03-01T09:00:00Z", "contactId": contact });
        let interaction = admin.done(record, call).await["interaction"]["id"].take();

        for (type_name, query, id, pointer) in [
            (
                "Contact",
                "query ($id: ID!) { contact(id: $id) { … } }",
                contact,
                "/contact",
            ),
            (
                "Contact",
                "query ($id: ID!) { node(id: $id) { ... on Contact { … } } }",
                contact,
                "/node",
            ),
            (
                "Contact",
                "query ($id: ID!) { organization(id: $id) { contacts { nodes { … } } } }",
                organization,
                "/organization/contacts/nodes/0",
            ),
            (
                "Contact",
                "query ($id: ID!) { nodes(ids: [$id]) { id } contacts { edges { node { … } } } }",
                contact,
                "/contacts/edges/0/node",
            ),
            (
                "Contact",
                r#"query ($id: ID!) { nodes(ids: [$id]) { id } searchContacts(query: "ada") { nodes { … } } }"#,
                contact,
                "/searchContacts/nodes/0",
            ),
            (
                "Organization",
                "query ($id: ID!) { organization(id: $id) { … } }",
                organization,
                "/organization",
            ),
            (
                "Organization",
                "query ($id: ID!) { contact(id: $id) { organization { … } } }",
                contact,
                "/contact/organization",
            ),
            (
                "Interaction",
                "query ($id: ID!) { interaction(id: $id) { … } }",
                &interaction,
                "/interaction",
            ),
        ] {
            compare(&admin, type_name, query, id, pointer).await;
        }
    }

    async fn a_record_is_read_whole_if_one_field_of_many_needs_it(app: &TestApp) {
        let admin = app.admin().await;
        let made = admin.data(MAKE, json!({})).await;
        let organization = &made["organization"]["organization"]["id"];
        let query = "query ($id: ID!) { a: organization(id: $id) { name } b: organization(id: $id) { tags } c: organization(id: $id) { id } }";

        let data = admin.data(query, json!({ "id": organization })).await;

        assert_eq!(data["a"]["name"], "Apex");
        assert_eq!(data["b"]["tags"], json!(["north"]));
    }
}
