//! Upserts by more keys than external ids: e-mail addresses, phone numbers, social handles and domains.

use external_contacts::model::{Permission, Permissions};
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::changes::settled;
use crate::support::operations::{CREATE_CONTACT, CREATE_ORGANIZATION, UPDATE_CONTACT};
use crate::support::{TestCaller, on_both_engines, refusals};

const FIELDS: &str = "created candidates { displayName } candidateOrganizations { name } contact { id displayName title version
    tags surveyOptOut organization { name } phoneNumbers { e164 label primary } emailAddresses { address label primary }
    addresses { city } socialHandles { network handle } externalIds { source value } }
    userErrors { code field message recordId }";
const ORGANIZATION_FIELDS: &str =
    "created candidates { name } organization { id name industry websites tags version
    externalIds { source value } } userErrors { code field message recordId }";

fn upsert() -> String {
    format!("mutation ($input: UpsertContactInput!) {{ upsertContact(input: $input) {{ {FIELDS} }} }}")
}

fn upsert_many() -> String {
    format!(
        "mutation ($input: UpsertContactsInput!) {{ upsertContacts(input: $input) {{
            results {{ {FIELDS} }} userErrors {{ code field message }} }} }}"
    )
}

fn upsert_organization() -> String {
    format!(
        "mutation ($input: UpsertOrganizationInput!) {{ upsertOrganization(input: $input) {{ {ORGANIZATION_FIELDS} }} }}"
    )
}

fn upsert_organizations() -> String {
    format!(
        "mutation ($input: UpsertOrganizationsInput!) {{ upsertOrganizations(input: $input) {{
            results {{ {ORGANIZATION_FIELDS} }} userErrors {{ code field message }} }} }}"
    )
}

async fn create(admin: &TestCaller<'_>, input: Value) -> Value {
    admin.done(CREATE_CONTACT, input).await["contact"]["id"].take()
}

async fn create_organization(admin: &TestCaller<'_>, input: Value) -> Value {
    admin.done(CREATE_ORGANIZATION, input).await["organization"]["id"].take()
}

/// The keys of a contact, each with another notation of it.
fn keys() -> [(Value, Value); 3] {
    let handle =
        |network: &str, handle: &str| json!({ "socialHandle": { "network": network, "handle": handle } });
    [
        (
            json!({ "emailAddress": "Ada@Engines.example" }),
            json!({ "emailAddress": "ada@engines.EXAMPLE" }),
        ),
        (
            json!({ "phoneNumber": "(317) 555-0100" }),
            json!({ "phoneNumber": "+1 317 555 0100" }),
        ),
        (handle("X", "@Ada"), handle("X", "ada")),
    ]
}

on_both_engines! {
    async fn a_contact_is_created_with_its_key_and_found_by_it(app: &TestApp) {
        let admin = app.admin().await;
        for (key, other) in keys() {
            let made = admin.done(&upsert(), json!({ "key": key, "lastName": "Lovelace" })).await;
            let found = admin.done(&upsert(), json!({ "key": other, "title": "Countess" })).await;

            assert_eq!((&made["created"], &found["created"]), (&json!(true), &json!(false)), "{key}");
            assert_eq!(found["contact"]["id"], made["contact"]["id"]);
            assert_eq!(found["contact"]["title"], "Countess");
            let points = ["phoneNumbers", "emailAddresses", "socialHandles"].map(|list| found["contact"][list].as_array().unwrap().len());
            assert_eq!(points.iter().sum::<usize>(), 1, "{found}");
        }
        // A contact that has the contact point of its key in the input gets it once.
        let input = json!({ "key": { "phoneNumber": "+13175550199" }, "lastName": "Byron",
            "phoneNumbers": [{ "input": "(317) 555-0199", "label": "WORK" }] });
        let made = admin.done(&upsert(), input).await;
        assert_eq!(made["contact"]["phoneNumbers"], json!([{ "e164": "+13175550199", "label": "WORK", "primary": false }]));
    }

    async fn a_contact_found_by_a_contact_point_may_lose_it(app: &TestApp) {
        let admin = app.admin().await;
        let key = json!({ "emailAddress": "ada@engines.example" });
        admin.done(&upsert(), json!({ "key": key, "lastName": "Lovelace" })).await;

        let moved = admin.done(&upsert(), json!({ "key": key, "emailAddresses": [{ "address": "ada@home.example" }] })).await;
        let other = admin.done(&upsert(), json!({ "key": key, "lastName": "Byron" })).await;

        assert_eq!(moved["contact"]["emailAddresses"][0]["address"], "ada@home.example");
        assert_eq!(moved["contact"]["version"], 2);
        assert_eq!(other["created"], true);
    }

    async fn a_key_of_several_contacts_is_ambiguous_and_nothing_is_written(app: &TestApp) {
        let admin = app.admin().await;
        let shared = json!([{ "input": "+13175550100" }]);
        for n in 0..30 {
            create(&admin, json!({ "lastName": format!("Extension {n:02}"), "phoneNumbers": shared })).await;
        }
        let input = json!({ "key": { "phoneNumber": "317 555 0100" }, "lastName": "Lovelace" });

        let payload = admin.payload(&upsert(), input.clone()).await;

        assert_eq!(refusals(&payload), "AMBIGUOUS key");
        assert_eq!((&payload["contact"], &payload["created"]), (&Value::Null, &Value::Null));
        assert_eq!(payload["candidates"].as_array().unwrap().len(), 25);
        assert_eq!(payload["candidateOrganizations"], Value::Null);
        assert_eq!(app.tenant.managed_entities().await.unwrap(), 30);
        settled(&admin, "entities: [CONTACT]", "action", 30).await;

        // Candidates take the permission to view contacts.
        let blind = app.caller_of(&app.tenant, "blind", Permissions::all().without(Permission::ContactView)).await;
        let answer = blind.run(&upsert(), json!({ "input": input })).await;
        assert_eq!(answer["data"]["upsertContact"]["candidates"], Value::Null);
        assert_eq!(answer["data"]["upsertContact"]["userErrors"][0]["code"], "AMBIGUOUS");
        assert_eq!(answer["errors"][0]["extensions"]["permission"], "externalContacts:contact:view");
    }

    async fn the_employer_is_named_by_the_domain_of_its_website(app: &TestApp) {
        let admin = app.admin().await;
        create_organization(&admin, json!({ "name": "Engines", "websites": ["https://www.engines.example/about"] })).await;
        for name in ["Apex", "Apex Holding"] {
            create_organization(&admin, json!({ "name": name, "websites": ["https://apex.example"] })).await;
        }
        let input = |domain: &str| json!({ "key": { "emailAddress": "ada@engines.example" }, "lastName": "Ada", "organizationKey": { "domain": domain } });

        let hired = admin.done(&upsert(), input("engines.example")).await;
        let several = admin.payload(&upsert(), input("www.APEX.example")).await;
        let none = admin.payload(&upsert(), input("none.example")).await;
        let wrong = admin.payload(&upsert(), input("https://apex.example")).await;

        assert_eq!(hired["contact"]["organization"]["name"], "Engines");
        assert_eq!(refusals(&several), "AMBIGUOUS organizationKey");
        assert_eq!(several["candidateOrganizations"], json!([{ "name": "Apex" }, { "name": "Apex Holding" }]));
        assert_eq!(several["candidates"], Value::Null);
        assert_eq!(refusals(&none), "NOT_FOUND organizationKey");
        assert_eq!(refusals(&wrong), "INVALID organizationKey.domain");
    }

    async fn an_organization_is_upserted_by_its_domain(app: &TestApp) {
        let admin = app.admin().await;
        let input = |name: &str| json!({ "key": { "domain": "Engines.example" }, "name": name });

        let made = admin.done(&upsert_organization(), input("Engines")).await;
        let found = admin.done(&upsert_organization(), json!({ "key": { "domain": "www.engines.example" }, "industry": "Machines" })).await;
        assert_eq!(made["organization"]["websites"], json!(["https://engines.example/"]));
        assert_eq!((&found["created"], &found["organization"]["id"]), (&json!(false), &made["organization"]["id"]));
        let with_site = json!({ "key": { "domain": "apex.example" }, "name": "Apex", "websites": ["https://www.apex.example/home"] });
        let with_site = admin.done(&upsert_organization(), with_site).await;
        assert_eq!(with_site["organization"]["websites"], json!(["https://www.apex.example/home"]));

        create_organization(&admin, json!({ "name": "Looms", "websites": ["https://engines.example/looms"] })).await;
        let several = admin.payload(&upsert_organization(), input("Other")).await;
        assert_eq!(refusals(&several), "AMBIGUOUS key");
        assert_eq!(several["candidates"], json!([{ "name": "Engines" }, { "name": "Looms" }]));
        for domain in ["engines", "engines.example/about", "ada@engines.example", "", "a b.example"] {
            let wrong = admin.payload(&upsert_organization(), json!({ "key": { "domain": domain }, "name": "X" })).await;
            assert_eq!(refusals(&wrong), "INVALID key.domain", "{domain}");
        }
    }

    async fn a_wrong_key_is_refused_at_its_field(app: &TestApp) {
        let admin = app.admin().await;
        let refused = async |key: Value| {
            let payload = admin.payload(&upsert(), json!({ "key": key, "lastName": "Ada" })).await;
            refusals(&payload)
        };
        assert_snapshot!(refused(json!({ "emailAddress": "nonsense" })).await, @"INVALID key.emailAddress");
        assert_snapshot!(refused(json!({ "phoneNumber": "anonymous" })).await, @"INVALID key.phoneNumber");
        assert_snapshot!(refused(json!({ "phoneNumber": " " })).await, @"INVALID key.phoneNumber");
        assert_snapshot!(refused(json!({ "socialHandle": { "network": "X", "handle": "" } })).await, @"INVALID key.socialHandle.handle");
        assert_snapshot!(refused(json!({ "externalId": { "source": "", "value": "1" } })).await, @"INVALID key.externalId.source");
        let full: Vec<Value> = (0..20).map(|n| json!({ "address": format!("a{n}@engines.example") })).collect();
        let input = json!({ "key": { "emailAddress": "ada@engines.example" }, "lastName": "Ada", "emailAddresses": full });
        assert_eq!(refusals(&admin.payload(&upsert(), input).await), "INVALID key.emailAddress");
        assert_eq!(app.tenant.managed_entities().await.unwrap(), 0);
    }

    async fn an_upsert_that_fills_writes_only_what_is_empty(app: &TestApp) {
        let admin = app.admin().await;
        for (name, site) in [("Engines", "https://engines.example"), ("Apex", "https://apex.example")] {
            create_organization(&admin, json!({ "name": name, "websites": [site] })).await;
        }
        let id = create(&admin, json!({
            "firstName": "Ada", "tags": ["vip"], "externalIds": [{ "source": "crm", "value": "1" }],
            "phoneNumbers": [{ "input": "+13175550100", "label": "WORK", "primary": true }],
            "emailAddresses": [{ "address": "ada@engines.example", "label": "WORK" }], "addresses": [{ "city": "London", "label": "HOME" }],
        })).await;
        let input = json!({
            "key": { "emailAddress": "ada@engines.example" }, "mode": "FILL",
            "firstName": "Augusta", "lastName": "Lovelace", "title": "Countess", "tags": ["VIP", "new"], "surveyOptOut": true,
            "externalIds": [{ "source": "crm", "value": "2" }, { "source": "erp", "value": "1" }],
            "phoneNumbers": [{ "input": "317 555 0100", "label": "HOME" }, { "input": "+13175550101", "primary": true }],
            "emailAddresses": null, "addresses": [{ "city": "London" }, { "city": "Ockham" }],
            "organizationKey": { "domain": "engines.example" }, "lists": { "addSocialHandles": [{ "network": "X", "handle": "ada" }] },
        });

        let filled = admin.done(&upsert(), input.clone()).await;

        assert_eq!(filled["contact"], json!({
            "id": id, "displayName": "Ada Lovelace", "title": "Countess", "version": 2, "tags": ["vip", "new"], "surveyOptOut": true,
            "organization": { "name": "Engines" },
            "phoneNumbers": [
                { "e164": "+13175550100", "label": "WORK", "primary": true }, { "e164": "+13175550101", "label": "OTHER", "primary": false },
            ],
            "emailAddresses": [{ "address": "ada@engines.example", "label": "WORK", "primary": false }],
            "addresses": [{ "city": "London" }, { "city": "Ockham" }],
            "socialHandles": [{ "network": "X", "handle": "ada" }],
            "externalIds": [{ "source": "crm", "value": "1" }, { "source": "erp", "value": "1" }],
        }));
        let mut again = input;
        again["organizationKey"] = json!({ "domain": "apex.example" });
        again["title"] = Value::Null;
        let again = admin.done(&upsert(), again).await;
        assert_eq!(again["contact"], filled["contact"], "nothing is empty any longer");
        let removing = json!({ "key": { "emailAddress": "ada@engines.example" }, "mode": "FILL", "lists": { "removeTags": ["vip"] } });
        assert_eq!(refusals(&admin.payload(&upsert(), removing).await), "INVALID lists.removeTags");
        let many: Vec<String> = (0..50).map(|n| n.to_string()).collect();
        let many = json!({ "key": { "emailAddress": "ada@engines.example" }, "mode": "FILL", "tags": many });
        assert_eq!(refusals(&admin.payload(&upsert(), many).await), "INVALID tags");
    }

    async fn an_organization_is_filled_too(app: &TestApp) {
        let admin = app.admin().await;
        create_organization(&admin, json!({ "name": "Engines", "websites": ["https://engines.example"], "tags": ["vip"] })).await;
        let item = json!({ "key": { "domain": "engines.example" }, "mode": "FILL", "name": "Other", "industry": "Machines",
            "tags": ["new"], "websites": ["https://engines.example", "https://looms.example"] });

        let payload = admin.done(&upsert_organizations(), json!({ "items": [item] })).await;

        let filled = &payload["results"][0]["organization"];
        assert_eq!(
            (&filled["name"], &filled["industry"], &filled["tags"], &filled["websites"]),
            (&json!("Engines"), &json!("Machines"), &json!(["vip", "new"]), &json!(["https://engines.example", "https://looms.example"]))
        );
    }

    async fn an_existing_contact_takes_the_permission_to_edit(app: &TestApp) {
        let admin = app.admin().await;
        create(&admin, json!({ "lastName": "Ada", "emailAddresses": [{ "address": "ada@engines.example" }] })).await;
        let adder = app.caller([Permission::ContactAdd, Permission::ContactView]).await;
        let query = "mutation ($input: UpsertContactInput!) { upsertContact(input: $input) { created } }";
        let input = |address: &str| json!({ "input": { "key": { "emailAddress": address }, "lastName": "Ada" } });

        assert_eq!(adder.data(query, input("ben@engines.example")).await["upsertContact"]["created"], true);
        let errors = adder.errors(query, input("ada@engines.example")).await;
        assert_eq!(errors, "FORBIDDEN upsertContact: needs the permission externalContacts:contact:edit");
    }

    async fn items_of_a_bulk_have_keys_of_every_kind(app: &TestApp) {
        let admin = app.admin().await;
        create_organization(&admin, json!({ "name": "Engines", "websites": ["https://engines.example"] })).await;
        let ada = create(&admin, json!({ "lastName": "Ada", "emailAddresses": [{ "address": "ada@engines.example" }],
            "phoneNumbers": [{ "input": "+13175550100" }], "socialHandles": [{ "network": "X", "handle": "ada" }] })).await;
        for name in ["Twin One", "Twin Two"] {
            create(&admin, json!({ "lastName": name, "emailAddresses": [{ "address": "twin@engines.example" }] })).await;
        }
        let items = json!([
            { "key": { "emailAddress": "ada@engines.example" }, "title": "Countess", "organizationKey": { "domain": "engines.example" } },
            { "key": { "phoneNumber": "317 555 0100" }, "title": "Twice" },
            { "key": { "socialHandle": { "network": "X", "handle": "ADA" } }, "title": "Twice" },
            { "key": { "emailAddress": "ben@engines.example" }, "lastName": "Ben", "phoneNumbers": [{ "input": "+13175550101" }] },
            { "key": { "emailAddress": "Ben@engines.example" }, "lastName": "Twice" },
            { "key": { "phoneNumber": "+13175550101" }, "lastName": "Twice" },
            { "key": { "emailAddress": "twin@engines.example" }, "title": "Which" },
            { "key": { "phoneNumber": "+13175550102" }, "lastName": "Carl", "organizationKey": { "domain": "none.example" } },
            { "key": { "externalId": { "source": "crm", "value": "1" } }, "lastName": "Dora" },
            { "key": { "emailAddress": "x" }, "lastName": "Wrong" },
        ]);

        let payload = admin.payload(&upsert_many(), json!({ "items": items, "policy": "EACH" })).await;

        assert_snapshot!(refusals(&payload), @r"
        INVALID items.1.key
        INVALID items.2.key
        INVALID items.4.key
        INVALID items.5.key
        AMBIGUOUS items.6.key
        NOT_FOUND items.7.organizationKey
        INVALID items.9.key.emailAddress
        ");
        let results = &payload["results"];
        assert_eq!((&results[0]["contact"]["id"], &results[0]["contact"]["organization"]["name"]), (&ada, &json!("Engines")));
        assert_eq!(results[3]["contact"]["emailAddresses"][0]["address"], "ben@engines.example");
        assert_eq!(results[6]["candidates"], json!([{ "displayName": "Twin One" }, { "displayName": "Twin Two" }]));
        assert_eq!((&results[0]["candidates"], &results[8]["created"]), (&Value::Null, &json!(true)));
    }

    async fn a_bulk_of_keys_takes_the_same_number_of_statements_whatever_its_size(app: &TestApp) {
        let admin = app.admin().await;
        create_organization(&admin, json!({ "name": "Engines", "websites": ["https://engines.example"] })).await;
        let contact = |n: usize| json!({ "key": { "emailAddress": format!("a{n}@engines.example") }, "firstName": format!("Nr {n}"),
            "lastName": "Lovelace", "organizationKey": { "domain": "engines.example" } });
        let organization = |n: usize| json!({ "key": { "domain": format!("d{n}.example") }, "name": format!("Nr {n}"), "industry": "Machines" });
        let mut counts: Vec<[u64; 4]> = Vec::new();
        let mut start = 0;
        for size in [1, 10, 100] {
            let mut of_size = Vec::new();
            for _ in ["created", "found"] {
                for (query, items) in [
                    (upsert_many(), (start..start + size).map(contact).collect::<Vec<_>>()),
                    (upsert_organizations(), (start..start + size).map(organization).collect()),
                ] {
                    let query = query.replace(FIELDS, "__typename").replace(ORGANIZATION_FIELDS, "__typename");
                    let before = app.store.statements();
                    let payload = admin.done(&query, json!({ "items": items })).await;
                    of_size.push(app.store.statements() - before);
                    assert_eq!(payload["results"].as_array().unwrap().len(), size);
                }
            }
            counts.push(of_size.try_into().unwrap());
            start += size;
        }
        assert!(counts.iter().all(|count| *count == counts[0]), "{counts:?}");
        assert!(counts[0].iter().all(|count| *count < 25), "{counts:?}");
    }

    async fn a_switchboard_number_is_as_cheap_as_any_other(app: &TestApp) {
        let admin = app.admin().await;
        let items: Vec<Value> = (0..100).map(|n| json!({ "lastName": format!("Nr {n}"), "phoneNumbers": [{ "input": "+13175550100" }] })).collect();
        let create = "mutation ($input: CreateContactsInput!) { createContacts(input: $input) { userErrors { code field message } } }";
        for _ in 0..3 {
            admin.done(create, json!({ "items": items })).await;
        }
        let payload = admin.payload(&upsert(), json!({ "key": { "phoneNumber": "+13175550100" }, "title": "Which" })).await;
        assert_eq!(refusals(&payload), "AMBIGUOUS key");
        assert_eq!(payload["candidates"].as_array().unwrap().len(), 25);
    }

    async fn the_version_of_a_contact_that_has_everything_already_stays(app: &TestApp) {
        let admin = app.admin().await;
        let input = json!({ "key": { "emailAddress": "ada@engines.example" }, "lastName": "Ada" });
        let id = admin.done(&upsert(), input.clone()).await["contact"]["id"].take();
        let again = admin.done(&upsert(), input).await;
        assert_eq!(again["contact"]["version"], 1);
        admin.done(UPDATE_CONTACT, json!({ "id": id, "title": "Countess" })).await;
        settled(&admin, "entities: [CONTACT]", "action", 2).await;
    }
}
