//! Search: words, typos, numbers, addresses, filters, facets, pages, and queries that cannot be searched.

use serde_json::{Value, json};

use super::fields::PAGE_INFO;
use super::group::Group;
use super::records;

const CONTACTS: &str = "query ($query: String!, $filter: ContactSearchFilter) {
    searchContacts(query: $query, filter: $filter, first: 4) { nodes { displayName title organization { name } }
      totalCount { value precision } capped } }";
const ORGANIZATIONS: &str = "query ($query: String!, $filter: OrganizationSearchFilter) {
    searchOrganizations(query: $query, filter: $filter, first: 4) { nodes { name industry }
      totalCount { value precision } capped } }";
const EVERYTHING: &str = "query ($query: String!, $kinds: [SearchKind!]) {
    search(query: $query, kinds: $kinds, first: 5) { nodes { __typename ... on Contact { displayName }
      ... on Organization { name } ... on Note { text } } totalCount { value precision } capped } }";
const REFINEMENT: &str = "capped totalCount { value precision } refinement { message facets { field values { value label count } } }";

pub async fn record(group: &mut Group<'_>) {
    for (title, query) in [
        ("a first name", "john"),
        ("a full name", "John Smith"),
        ("in the other order", "smith john"),
        ("accents and case", "JOSE alvarez"),
        ("the beginning of a word", "alv"),
        ("one letter", "j"),
        ("two letters swapped", "jonh smiht"),
        ("a letter missing", "alvrez"),
        ("a title", "head of purchasing"),
        ("a tag", "speaker"),
        ("a name and the organization's", "smith aldergate"),
        ("an organization's name alone", "café lumière"),
        ("a whole phone number", "+1 212 555 0100"),
        ("a national phone number", "(212) 555-0100"),
        ("the end of a phone number", "0100"),
        ("a name and the end of a phone number", "smith 0100"),
        ("a domain", "@aldergate.example"),
        ("a domain without the at sign", "castellan.example"),
        ("a number that nobody has", "+49 30 000000"),
        ("a word that nobody has", "zzzzqqq"),
        ("a word that most have", "newsletter"),
        ("two words that most have", "newsletter newsletter"),
        ("punctuation around a word", "\"smith\", (john)"),
        ("punctuation alone", "( ) - /"),
        ("a hyphenated word", "smith-jones"),
        ("an apostrophe", "o'neil"),
        ("an external id", "C-0001-001"),
    ] {
        group
            .ask(format!("contacts: {title}"), CONTACTS, json!({ "query": query }))
            .await;
    }
    refused(group).await;
    organizations(group).await;
    everything(group).await;
    filtered(group).await;
    paged(group).await;
    exact(group).await;
    organizations_by(group).await;
    mixed(group).await;
}

async fn refused(group: &mut Group<'_>) {
    for (title, query) in [
        ("an empty query", String::new()),
        ("spaces", "   ".to_owned()),
        ("nine words", "a b c d e f g h i".to_owned()),
        ("a long query", "x".repeat(301)),
        ("a control character", "jo\u{0}hn".to_owned()),
    ] {
        group
            .ask(format!("contacts: {title}"), CONTACTS, json!({ "query": query }))
            .await;
        group
            .ask(
                format!("everything: {title}"),
                EVERYTHING,
                json!({ "query": query }),
            )
            .await;
    }
    for page in ["first: 0", "first: 101", "after: \"nonsense\""] {
        for list in ["searchContacts", "searchOrganizations", "search"] {
            let query = format!("{{ {list}(query: \"john\", {page}) {{ {PAGE_INFO} }} }}");
            group.read(format!("{list}: {page}"), &query).await;
        }
    }
}

async fn organizations(group: &mut Group<'_>) {
    for (title, query) in [
        ("a name", "aldergate"),
        ("a part of a name", "steel"),
        ("a typo", "belweather"),
        ("accents", "iberica"),
        ("an industry", "logistics"),
        ("a tag", "24x7"),
        ("a city", "london"),
        ("a ticker", "CSTB"),
        ("a domain", "halcyon.example"),
        ("an ampersand", "cedar & stone"),
        ("an external id", "A-0007"),
        ("nothing", "zzzzqqq"),
    ] {
        group
            .ask(
                format!("organizations: {title}"),
                ORGANIZATIONS,
                json!({ "query": query }),
            )
            .await;
    }
}

async fn everything(group: &mut Group<'_>) {
    for (query, kinds) in [
        ("aldergate", Value::Null),
        ("invoice", Value::Null),
        ("smith", json!(["CONTACT"])),
        ("castellan", json!(["ORGANIZATION", "NOTE"])),
        ("invoices", json!(["NOTE"])),
        ("exports", json!(["NOTE", "NOTE"])),
        ("john smith", json!([])),
        ("london", json!(["ORGANIZATION", "CONTACT", "NOTE"])),
    ] {
        group
            .ask(
                "everything",
                EVERYTHING,
                json!({ "query": query, "kinds": kinds }),
            )
            .await;
    }
}

async fn filtered(group: &mut Group<'_>) {
    let organization = records::known(group).await.id("organization");
    for (query, filter) in [
        ("newsletter", json!({ "organizationId": organization })),
        ("newsletter", json!({ "city": "boston", "tag": "VIP" })),
        ("newsletter", json!({ "countryCode": "de" })),
        ("newsletter", json!({ "title": "Head of Purchasing" })),
        ("newsletter", json!({ "countryCode": "Germany" })),
        ("john", json!({ "organizationId": "nonsense" })),
        ("john", json!({ "tag": "" })),
        ("john", json!({})),
    ] {
        group
            .ask(
                "contacts: filtered",
                CONTACTS,
                json!({ "query": query, "filter": filter }),
            )
            .await;
    }
    for (query, filter) in [
        ("24x7", json!({ "industry": "banking" })),
        ("london", json!({ "tag": "regulated", "city": "LONDON" })),
        (
            "export",
            json!({ "companyType": "supplier", "countryCode": "PL" }),
        ),
    ] {
        group
            .ask(
                "organizations: filtered",
                ORGANIZATIONS,
                json!({ "query": query, "filter": filter }),
            )
            .await;
    }
    for (list, query) in [
        ("searchContacts", "newsletter"),
        ("searchContacts", "smith"),
        ("searchContacts", "zzzzqqq"),
        ("searchOrganizations", "24x7"),
        ("search", "newsletter"),
        ("search", "aldergate"),
    ] {
        let text = format!("{{ {list}(query: \"{query}\", first: 1) {{ {REFINEMENT} }} }}");
        group.read(format!("{list}: how to narrow {query}"), &text).await;
    }
}

async fn paged(group: &mut Group<'_>) {
    for (list, text) in [
        ("searchContacts", "newsletter"),
        ("searchOrganizations", "export"),
        ("search", "london"),
    ] {
        let query = format!(
            "query ($query: String!, $first: Int, $after: String) {{ {list}(query: $query, first: $first, after: $after) {{
               edges {{ cursor node {{ __typename ... on Contact {{ displayName }} ... on Organization {{ name }} }} }}
               {PAGE_INFO} }} }}"
        );
        let query = if list == "search" {
            query
        } else {
            query.replace("... on Organization { name }", "")
        };
        let query = match list {
            "searchOrganizations" => query.replace("... on Contact { displayName }", "name"),
            _ => query,
        };
        let first = group
            .ask(
                format!("{list}: the first page"),
                &query,
                json!({ "query": text, "first": 3 }),
            )
            .await;
        let after = &first["data"][list]["pageInfo"]["endCursor"];
        let next = json!({ "query": text, "first": 2, "after": after });
        group
            .ask(format!("{list}: the page after it"), &query, next)
            .await;
        let other = json!({ "query": "another", "first": 2, "after": after });
        group
            .ask(format!("{list}: a cursor of another query"), &query, other)
            .await;
    }
}

async fn exact(group: &mut Group<'_>) {
    let found = group
        .read(
            "a contact with an e-mail address",
            "{ contacts(first: 1) { nodes { emailAddresses { address } } } }",
        )
        .await;
    let address = found["data"]["contacts"]["nodes"][0]["emailAddresses"][0]["address"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    let by_email = format!(
        "query ($address: String!, $first: Int, $after: String) {{ contactsByEmail(address: $address, first: $first, after: $after) {{
           nodes {{ displayName }} {PAGE_INFO} totalCount {{ value precision }} }} }}"
    );
    for (title, address) in [
        ("as it is kept", address.clone()),
        (
            "in upper case, with spaces",
            format!(" {} ", address.to_uppercase()),
        ),
        ("of nobody", "nobody@nowhere.example".to_owned()),
        ("not an address", "nonsense".to_owned()),
        ("empty", String::new()),
        ("only spaces", "  ".to_owned()),
    ] {
        group
            .ask(
                format!("by e-mail: {title}"),
                &by_email,
                json!({ "address": address }),
            )
            .await;
    }
    let by_phone = format!(
        "query ($number: String!, $first: Int, $after: String) {{ contactsByPhone(number: $number, first: $first, after: $after) {{
           edges {{ cursor node {{ displayName }} }} {PAGE_INFO} totalCount {{ value precision }} }} }}"
    );
    for (title, number) in [
        ("E.164", "+12125550100"),
        ("national", "(212) 555-0100"),
        ("its end", "0100"),
        ("of nobody", "+49 30 901820"),
        ("words", "call me"),
        ("empty", ""),
    ] {
        group
            .ask(
                format!("by phone: {title}"),
                &by_phone,
                json!({ "number": number }),
            )
            .await;
    }
    for page in [
        json!({ "first": 0 }),
        json!({ "first": 101 }),
        json!({ "first": 1, "after": "nonsense" }),
    ] {
        let mut variables = page;
        variables["number"] = json!("+12125550100");
        variables["address"] = json!(address);
        group
            .ask("by phone: a page that cannot be", &by_phone, variables.clone())
            .await;
        group
            .ask("by e-mail: a page that cannot be", &by_email, variables)
            .await;
    }
}

/// Look-ups of organizations.
async fn organizations_by(group: &mut Group<'_>) {
    let by_phone = "query ($number: String!, $first: Int, $after: String) {
        organizationsByPhone(number: $number, first: $first, after: $after) { edges { cursor node { name } }
          totalCount { value precision } } }";
    for number in ["+12125550100", "(212) 555-0100", "+49 30 901820", ""] {
        let title = format!("organizations by phone: {number}");
        group.ask(title, by_phone, json!({ "number": number })).await;
    }
    let by_domain = "query ($domain: String!, $first: Int, $after: String) {
        organizationsByEmailDomain(domain: $domain, first: $first, after: $after) { edges { cursor node { name } }
          totalCount { value precision } } }";
    for domain in [
        "aldergate.example",
        "Jane@Aldergate.example",
        "www.aldergate.example",
        "nowhere.example",
        "",
    ] {
        let title = format!("organizations by e-mail domain: {domain}");
        group.ask(title, by_domain, json!({ "domain": domain })).await;
    }
    for page in [json!({ "first": 1 }), json!({ "first": 1, "after": "nonsense" })] {
        let mut variables = page;
        variables["number"] = json!("+12125550100");
        variables["domain"] = json!("aldergate.example");
        for query in [by_phone, by_domain] {
            group
                .ask("a page of a look-up of organizations", query, variables.clone())
                .await;
        }
    }
}

/// A search of several kinds: its filters, what narrows it, and excerpts.
async fn mixed(group: &mut Group<'_>) {
    let query = format!(
        "query ($query: String!, $filter: SearchFilter) {{ search(query: $query, filter: $filter, first: 3) {{
           nodes {{ __typename ... on Contact {{ displayName }} ... on Organization {{ name }} }} {REFINEMENT} }} }}"
    );
    for (title, filter) in [
        ("of contacts", json!({ "contact": { "countryCode": "US" } })),
        (
            "of organizations",
            json!({ "organization": { "countryCode": "US" } }),
        ),
        (
            "of both",
            json!({ "contact": { "tag": "speaker" }, "organization": { "city": "nowhere" } }),
        ),
        (
            "with no organization's id",
            json!({ "contact": { "organizationId": "nonsense" } }),
        ),
    ] {
        group
            .ask(
                format!("everything, filtered: {title}"),
                &query,
                json!({ "query": "smith", "filter": filter }),
            )
            .await;
    }
    group
        .ask("everything, without words", &query, json!({ "query": "(" }))
        .await;
    let excerpts =
        "query ($query: String!, $length: Int! = 60) { search(query: $query, kinds: [NOTE], first: 3) {
        nodes { ... on Note { front: excerpt excerpt(length: $length, around: $query) } } } }";
    for length in [60, 19, 1001] {
        group
            .ask(
                format!("excerpts of {length}"),
                excerpts,
                json!({ "query": "call", "length": length }),
            )
            .await;
    }
}
