//! Organizations.

use external_contacts::model::{Permission, Permissions};
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::operations::{CREATE_ORGANIZATION, DELETE_CONTACT, UPDATE_CONTACT};
use crate::support::{TestCaller, on_both_engines};

const UPDATE: &str = "mutation ($input: UpdateOrganizationInput!) {
    updateOrganization(input: $input) {
      organization { id name industry version primaryContact { id } } userErrors { code field message } } }";
const DELETE: &str = "mutation ($input: DeleteOrganizationInput!) {
    deleteOrganization(input: $input) {
      deletedOrganizationId deletedRelationships deletedNotes detachedContacts detachedInteractions
      organization { version } userErrors { code field message } } }";
const UPSERT: &str = "mutation ($input: UpsertOrganizationInput!) {
    upsertOrganization(input: $input) {
      organization { id name industry version } created userErrors { code field message } } }";
const CREATE_RELATIONSHIP: &str = "mutation ($input: CreateRelationshipInput!) {
    createRelationship(input: $input) { relationship { id } userErrors { code field message } } }";
const CREATE_NOTE: &str = "mutation ($input: CreateNoteInput!) {
    createNote(input: $input) { note { id } userErrors { code field message } } }";
const LIST: &str = "query ($filter: OrganizationFilter, $orderBy: OrganizationOrder, $first: Int, $after: String,
                           $last: Int, $before: String) {
    organizations(filter: $filter, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {
      nodes { name } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount { value } } }";
const READ: &str = "query ($id: ID!) { organization(id: $id) { name version primaryContact { lastName } } }";

async fn organization(caller: &TestCaller<'_>, input: Value) -> Value {
    caller.done(CREATE_ORGANIZATION, input).await["organization"]["id"].take()
}

/// The names of a page of organizations.
async fn names(caller: &TestCaller<'_>, variables: Value) -> Vec<String> {
    names_of(&caller.data(LIST, variables).await)
}

fn names_of(answer: &Value) -> Vec<String> {
    let nodes = answer["organizations"]["nodes"].as_array().unwrap();
    nodes
        .iter()
        .map(|node| node["name"].as_str().unwrap().to_owned())
        .collect()
}

on_both_engines! {
    async fn every_field_of_an_organization_is_kept(app: &TestApp) {
        let admin = app.admin().await;
        let fields = json!({
            "companyType": "Customer",
            "industry": "Logistics",
            "address": { "lines": ["1 Main St"], "city": "Zürich", "region": null, "postalCode": "8001", "countryCode": "CH" },
            "phoneNumber": { "input": "(202) 555-0123" },
            "faxNumber": { "input": "(202) 555-0124" },
            "employeeCount": 12,
            "annualRevenue": { "amount": "1234.50", "currency": "CHF" },
            "websites": ["https://www.acme.example/"],
            "tags": ["vip"],
            "tickers": [{ "symbol": "ACME", "exchange": "NYSE" }],
            "externalSystemUrl": "https://crm.example/1",
            "externalIds": [{ "source": "crm", "value": "1" }],
        });
        let mut input = fields.clone();
        input["name"] = json!(" Acme ");

        let id = organization(&admin, input).await;

        let read = admin
            .data(
                "query ($id: ID!) { organization(id: $id) { name version createdBy { name } companyType industry
                   address { lines city region postalCode countryCode } phoneNumber { input e164 } faxNumber { e164 }
                   employeeCount annualRevenue { amount currency } websites tags tickers { symbol exchange }
                   externalSystemUrl externalIds { source value } } }",
                json!({ "id": id }),
            )
            .await;
        let mut expected = fields;
        expected["name"] = json!("Acme");
        expected["version"] = json!(1);
        expected["createdBy"] = json!({ "name": "admin" });
        expected["phoneNumber"]["e164"] = json!("+12025550123");
        expected["faxNumber"] = json!({ "e164": "+12025550124" });
        assert_eq!(read["organization"], expected);
    }

    async fn one_answer_names_everything_that_is_wrong(app: &TestApp) {
        let admin = app.admin().await;

        let refusal = admin
            .refusal(
                CREATE_ORGANIZATION,
                json!({
                    "name": "",
                    "industry": "x".repeat(257),
                    "employeeCount": -1,
                    "websites": ["https://a.example", "nonsense"],
                    "annualRevenue": { "amount": "-1", "currency": "EUR" },
                    "address": { "lines": [], "countryCode": "Switzerland" },
                }),
            )
            .await;
        let long = admin.refusal(CREATE_ORGANIZATION, json!({ "name": "x".repeat(1001) })).await;

        let paths: Vec<&str> = refusal.lines().map(|line| line.split(':').next().unwrap()).collect();
        assert_eq!(
            paths,
            [
                "INVALID name",
                "INVALID industry",
                "INVALID address.countryCode",
                "INVALID employeeCount",
                "INVALID annualRevenue.amount",
                "INVALID websites.1",
            ]
        );
        assert!(long.starts_with("INVALID name: "), "{long}");
        organization(&admin, json!({ "name": "x".repeat(1000), "industry": "x".repeat(256) })).await;
    }

    async fn an_omitted_field_is_left_alone_and_null_clears_it(app: &TestApp) {
        let admin = app.admin().await;
        let id = organization(&admin, json!({ "name": "Acme", "industry": "Logistics" })).await;

        let kept = admin.done(UPDATE, json!({ "id": id, "companyType": "Partner" })).await;
        let cleared = admin.done(UPDATE, json!({ "id": id, "industry": null })).await;
        let same = admin.done(UPDATE, json!({ "id": id, "name": "Acme" })).await;
        let refused = admin.refusal(UPDATE, json!({ "id": id, "name": null })).await;

        assert_eq!(kept["organization"]["industry"], "Logistics");
        assert_eq!(cleared["organization"]["industry"], Value::Null);
        assert_eq!(same["organization"]["version"], 3);
        assert_snapshot!(refused, @"INVALID name: must not be empty; give 1 to 1000 characters");
    }

    async fn a_change_of_another_version_is_refused_and_shows_what_is_there(app: &TestApp) {
        let admin = app.admin().await;
        let id = organization(&admin, json!({ "name": "Acme" })).await;

        let update = admin.payload(UPDATE, json!({ "id": id, "expectedVersion": 2, "name": "Apex" })).await;
        let delete = admin.payload(DELETE, json!({ "id": id, "expectedVersion": 2 })).await;

        assert_eq!(update["userErrors"][0]["code"], "VERSION_CONFLICT");
        assert_eq!(update["organization"]["name"], "Acme");
        assert_eq!(delete["userErrors"][0]["field"], json!(["expectedVersion"]));
        assert_eq!(delete["organization"], json!({ "version": 1 }));
        assert_eq!(delete["deletedOrganizationId"], Value::Null);
    }

    async fn the_primary_contact_works_there_until_they_leave(app: &TestApp) {
        let admin = app.admin().await;
        let acme = organization(&admin, json!({ "name": "Acme" })).await;
        let ada = admin.employee("Lovelace", &acme).await;
        let stranger = admin.employee("Byron", &Value::Null).await;
        let choose = async |contact: &Value| {
            admin.payload(UPDATE, json!({ "id": acme, "primaryContactId": contact })).await
        };
        let read = async || admin.data(READ, json!({ "id": acme })).await["organization"].take();

        assert_eq!(choose(&ada).await["organization"]["primaryContact"]["id"], ada);
        let refused = choose(&stranger).await;
        assert_eq!(refused["userErrors"][0]["code"], "INVALID");
        assert_eq!(refused["userErrors"][0]["field"], json!(["primaryContactId"]));
        let unknown = choose(&json!("contact_0192f7c4-1c2d-7e3f-8a4b-5c6d7e8f9a0b")).await;
        assert_eq!(unknown["userErrors"][0]["code"], "NOT_FOUND");

        admin.done(UPDATE_CONTACT, json!({ "id": ada, "organizationId": null })).await;
        assert_eq!(read().await, json!({ "name": "Acme", "version": 2, "primaryContact": null }));

        admin.done(UPDATE_CONTACT, json!({ "id": ada, "organizationId": acme })).await;
        choose(&ada).await;
        admin.done(DELETE_CONTACT, json!({ "id": ada })).await;
        assert_eq!(read().await["primaryContact"], Value::Null);
    }

    async fn deleting_takes_relationships_and_notes_along_and_lets_contacts_go(app: &TestApp) {
        let admin = app.admin().await;
        let acme = organization(&admin, json!({ "name": "Acme", "externalIds": [{ "source": "crm", "value": "1" }] })).await;
        let apex = organization(&admin, json!({ "name": "Apex" })).await;
        let ada = admin.employee("Lovelace", &acme).await;
        admin.employee("Byron", &acme).await;
        admin.employee("Babbage", &apex).await;
        admin.done(UPDATE, json!({ "id": acme, "primaryContactId": ada })).await;
        let me = admin.caller.user.id.to_string();
        for organization in [&acme, &apex] {
            admin
                .done(CREATE_RELATIONSHIP, json!({ "userId": me, "organizationId": organization, "type": "Owner" }))
                .await;
            admin.done(CREATE_NOTE, json!({ "subjectId": organization, "text": "pays late" })).await;
        }
        let before = app.tenant.managed_entities().await.unwrap();

        let deleted = admin.done(DELETE, json!({ "id": acme })).await;

        assert_eq!(
            deleted,
            json!({
                "deletedOrganizationId": acme, "deletedRelationships": 1, "deletedNotes": 1, "detachedContacts": 2,
                "detachedInteractions": 0, "organization": null, "userErrors": [],
            })
        );
        assert_eq!(app.tenant.managed_entities().await.unwrap(), before - 3);
        let contact = admin
            .data("query ($id: ID!) { contact(id: $id) { version organization { name } } }", json!({ "id": ada }))
            .await;
        assert_eq!(contact["contact"], json!({ "version": 1, "organization": null }));
        assert_eq!(names(&admin, json!({})).await, ["Apex"]);
        let again = admin.refusal(DELETE, json!({ "id": acme })).await;
        assert_snapshot!(again, @"NOT_FOUND id: there is no organization with this id");
        organization(&admin, json!({ "name": "New", "externalIds": [{ "source": "crm", "value": "1" }] })).await;
    }

    async fn an_upsert_creates_once_and_changes_from_then_on(app: &TestApp) {
        let admin = app.admin().await;
        let key = json!({ "source": "crm", "value": "1" });

        let first = admin.done(UPSERT, json!({ "key": { "externalId": key }, "name": "Acme", "industry": "Logistics" })).await;
        let second = admin.done(UPSERT, json!({ "key": { "externalId": key }, "name": "Apex" })).await;
        let nameless = admin.refusal(UPSERT, json!({ "key": { "externalId": { "source": "crm", "value": "2" } } })).await;
        let taken = admin.refusal(CREATE_ORGANIZATION, json!({ "name": "Other", "externalIds": [key] })).await;

        assert_eq!((&first["created"], &second["created"]), (&json!(true), &json!(false)));
        assert_eq!(
            second["organization"],
            json!({ "id": first["organization"]["id"], "name": "Apex", "industry": "Logistics", "version": 2 })
        );
        assert_snapshot!(nameless, @"INVALID name: must not be empty; give 1 to 1000 characters");
        assert_snapshot!(taken, @"TAKEN externalIds.0: another organization has this external id");
        let by = "query ($key: OrganizationKey!) { organizationBy(key: $key) { name } }";
        let found = admin.data(by, json!({ "key": { "externalId": key } })).await;
        assert_eq!(found["organizationBy"]["name"], "Apex");
    }

    async fn whoever_may_only_add_cannot_change_by_upserting(app: &TestApp) {
        let admin = app.admin().await;
        let adder = app.caller([Permission::OrganizationAdd]).await;
        let input = json!({ "input": { "key": { "externalId": { "source": "crm", "value": "1" } }, "name": "Acme" } });
        admin.data(UPSERT, input.clone()).await;

        let errors = adder.errors(UPSERT, input).await;

        assert_snapshot!(errors, @"FORBIDDEN upsertOrganization: needs the permission externalContacts:organization:edit");
    }

    async fn each_filter_narrows_the_list_and_they_combine(app: &TestApp) {
        let admin = app.admin().await;
        let acme = organization(
            &admin,
            json!({
                "name": "Acme", "industry": "Logistics", "companyType": "Customer", "tags": ["VIP", "key account"],
                "address": { "lines": [], "city": "Zürich", "countryCode": "CH" },
                "externalIds": [{ "source": "crm", "value": "1" }],
            }),
        )
        .await;
        organization(&admin, json!({ "name": "Acme Two", "industry": "Logistics" })).await;
        organization(&admin, json!({ "name": "Élan", "companyType": "Partner" })).await;
        let me = admin.caller.user.id.to_string();
        let owned = json!({ "userId": me, "organizationId": acme, "type": "Owner" });
        admin.done(CREATE_RELATIONSHIP, owned).await;
        let other = app.caller_of(&app.tenant, "other", Permissions::all()).await.caller.user.id.to_string();
        let over = json!({ "userId": other, "organizationId": acme, "type": "Owner", "endedOn": "2026-01-01" });
        admin.done(CREATE_RELATIONSHIP, over).await;
        let all = ["Acme", "Acme Two", "Élan"];

        for (filter, expected) in [
            (json!({ "name": { "eq": "acme" } }), &all[..1]),
            (json!({ "name": { "startsWith": "ACM" } }), &all[..2]),
            (json!({ "name": { "startsWith": "elan" } }), &all[2..]),
            (json!({ "industry": { "eq": "logistics" } }), &all[..2]),
            (json!({ "companyType": { "in": ["customer", "partner"] } }), &[all[0], all[2]]),
            (json!({ "tag": { "eq": "Key Account" } }), &all[..1]),
            (json!({ "city": { "eq": "zurich" } }), &all[..1]),
            (json!({ "countryCode": { "eq": "ch" } }), &all[..1]),
            (json!({ "ownerId": { "eq": me } }), &all[..1]),
            (json!({ "ownerId": { "eq": other } }), &[]),
            (json!({ "hasOwner": true }), &all[..1]),
            (json!({ "hasOwner": false }), &all[1..]),
            (json!({ "externalId": { "source": "crm", "value": "1" } }), &all[..1]),
            (json!({ "createdAt": { "from": "2026-03-01T00:00:00Z" } }), &all[..]),
            (json!({ "createdAt": { "before": "2026-03-01T00:00:00Z" } }), &[]),
            (json!({ "updatedAt": { "from": "2026-03-01T00:00:00Z" } }), &all[..]),
            (json!({ "industry": { "eq": "Logistics" }, "hasOwner": false }), &all[1..2]),
        ] {
            let answer = admin.data(LIST, json!({ "filter": filter })).await;
            assert_eq!(names_of(&answer), expected, "{filter}");
            assert_eq!(answer["organizations"]["totalCount"]["value"], expected.len(), "{filter}");
        }
    }

    async fn asking_who_owns_them_needs_the_permission_to_view_relationships(app: &TestApp) {
        let viewer = app.caller([Permission::OrganizationView]).await;

        let errors = viewer.errors(LIST, json!({ "filter": { "hasOwner": true } })).await;

        assert_snapshot!(errors, @"FORBIDDEN organizations: needs the permission externalContacts:relationship:view");
    }

    async fn each_order_is_paged_in_both_directions(app: &TestApp) {
        let admin = app.admin().await;
        let dora = organization(&admin, json!({ "name": "Dora" })).await;
        for name in ["ben", "Ada", "Ève", "Carl"] {
            organization(&admin, json!({ "name": name })).await;
        }
        admin.done(UPDATE, json!({ "id": dora, "industry": "Toys" })).await;

        for (field, expected) in [
            ("NAME", ["Ada", "ben", "Carl", "Dora", "Ève"]),
            ("CREATED_AT", ["Dora", "ben", "Ada", "Ève", "Carl"]),
            ("UPDATED_AT", ["ben", "Ada", "Ève", "Carl", "Dora"]),
        ] {
            for direction in ["ASC", "DESC"] {
                let mut expected = expected;
                if direction == "DESC" {
                    expected.reverse();
                }
                let order = json!({ "field": field, "direction": direction });
                let one = admin.data(LIST, json!({ "orderBy": order, "first": 2 })).await;
                let end = &one["organizations"]["pageInfo"]["endCursor"];
                let two = admin.data(LIST, json!({ "orderBy": order, "first": 2, "after": end })).await;
                let start = &two["organizations"]["pageInfo"]["startCursor"];
                let back = names(&admin, json!({ "orderBy": order, "last": 2, "before": start })).await;
                let last = names(&admin, json!({ "orderBy": order, "last": 1 })).await;

                assert_eq!(names_of(&one), expected[..2], "{order}");
                assert_eq!(names_of(&two), expected[2..4], "{order}");
                assert_eq!(back, expected[..2], "{order}");
                assert_eq!(last, expected[4..], "{order}");
            }
        }
    }

    async fn the_people_of_an_organization_come_by_name_and_are_counted(app: &TestApp) {
        let admin = app.admin().await;
        let acme = organization(&admin, json!({ "name": "Acme" })).await;
        for name in ["Carl", "Ada", "Ben"] {
            admin.employee(name, &acme).await;
        }

        let read = admin
            .data(
                "query ($id: ID!) { organization(id: $id) { contacts(first: 2) {
                   nodes { lastName organization { name } } pageInfo { hasNextPage } totalCount { value } } } }",
                json!({ "id": acme }),
            )
            .await;

        assert_eq!(
            read["organization"]["contacts"],
            json!({
                "nodes": [
                    { "lastName": "Ada", "organization": { "name": "Acme" } },
                    { "lastName": "Ben", "organization": { "name": "Acme" } },
                ],
                "pageInfo": { "hasNextPage": true },
                "totalCount": { "value": 3 },
            })
        );
    }

    async fn edges_to_what_one_may_not_see_are_null(app: &TestApp) {
        let admin = app.admin().await;
        let acme = organization(&admin, json!({ "name": "Acme" })).await;
        let viewer = app.caller([Permission::OrganizationView]).await;
        let query = "query ($id: ID!) { organization(id: $id) {
            name primaryContact { id } contacts { nodes { id } } relationships { nodes { id } } } }";

        let answer = viewer.run(query, json!({ "id": acme })).await;

        assert_eq!(
            answer["data"]["organization"],
            json!({ "name": "Acme", "primaryContact": null, "contacts": null, "relationships": null })
        );
        assert_snapshot!(viewer.errors(query, json!({ "id": acme })).await, @"
        FORBIDDEN organization.primaryContact: needs the permission externalContacts:contact:view
        FORBIDDEN organization.contacts: needs the permission externalContacts:contact:view
        FORBIDDEN organization.relationships: needs the permission externalContacts:relationship:view
        ");
    }

    async fn another_tenants_organization_is_not_found(app: &TestApp) {
        let admin = app.admin().await;
        let acme = organization(&admin, json!({ "name": "Acme", "externalIds": [{ "source": "crm", "value": "1" }] })).await;
        let tenant = app.tenant("other").await;
        let stranger = app.caller_of(&tenant, "stranger", Permissions::all()).await;

        assert_eq!(stranger.data(READ, json!({ "id": acme })).await["organization"], Value::Null);
        assert!(names(&stranger, json!({})).await.is_empty());
        let upserted = stranger.done(UPSERT, json!({ "key": { "externalId": { "source": "crm", "value": "1" } }, "name": "Ours" })).await;
        assert_eq!(upserted["created"], true);
        for (query, input) in [
            (UPDATE, json!({ "id": acme, "name": "Ours" })),
            (DELETE, json!({ "id": acme })),
        ] {
            let refusal = stranger.refusal(query, input).await;
            assert_eq!(refusal, "NOT_FOUND id: there is no organization with this id");
        }
    }
}
