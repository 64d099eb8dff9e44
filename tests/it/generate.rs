//! Generated tenants: as large as asked for, with data like life's, and the same every time.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use external_contacts::demo::{self, GenerateError};
use external_contacts::id::{ContactId, TypedId as _};
use external_contacts::model::{Contact, ContactChanges, Patch, Record, Region};
use external_contacts::store::DatabaseUrl;
use serde_json::json;

use crate::support::rows::rows_of_tenant as rows;
use crate::support::{TestApp, on_both_engines};

const SEED: u64 = 7;

on_both_engines! {
    async fn a_generated_tenant_is_as_large_as_asked_for(app: &TestApp) {
        let told = std::sync::Mutex::new(Vec::new());
        demo::generate(&app.tenant, 1_021, SEED, &|done, total| told.lock().unwrap().push((done, total)))
            .await
            .unwrap();

        assert_eq!(app.tenant.managed_entities().await.unwrap(), 1_021);
        let rows = rows(app, &app.tenant).await;
        let count = |table: &str| rows[table].len();
        assert_eq!(
            ["organizations", "contacts", "relationships", "notes", "interactions", "users", "changes"].map(count),
            [61, 612, 91, 257, 510, 12, 0]
        );
        let told = told.into_inner().unwrap();
        assert_eq!((told[0], told[told.len() - 1]), ((0, 1_021), (1_021, 1_021)));
        assert!(told.is_sorted() && told.len() > 10, "{told:?}");
    }

    async fn a_generated_tenant_is_read_like_any_other(app: &TestApp) {
        demo::generate(&app.tenant, 2_000, SEED, &|_, _| {}).await.unwrap();
        let admin = app.admin().await;

        let found = admin
            .data(
                "query { newsletter: searchContacts(query: \"newsletter\", first: 3) { totalCount { value } nodes { tags } }
                  cities: contacts(filter: { city: { eq: \"London\" } }, first: 3) { nodes { displayName } }
                  organizations(first: 5) { nodes { name primaryContact { organization { name } }
                    contacts(first: 10) { nodes { displayName phoneNumbers { e164 } } }
                    relationships(first: 5) { nodes { type user { name } } }
                    interactions(first: 5) { nodes { agents { name } wrapUps { code { name } agent { name } } } } } }
                  users(first: 20) { nodes { name } } }",
                json!({}),
            )
            .await;

        let newsletter = found["newsletter"]["totalCount"]["value"].as_i64().unwrap();
        assert!((500..700).contains(&newsletter), "{newsletter}");
        assert_eq!(found["users"]["nodes"].as_array().unwrap().len(), 13, "with the admin");
        let organizations = found["organizations"]["nodes"].as_array().unwrap();
        for organization in organizations {
            assert!(organization["contacts"]["nodes"].as_array().unwrap().len() >= 5, "{organization}");
            assert_eq!(organization["relationships"]["nodes"][0]["type"], "Account Manager");
        }
    }

    async fn the_same_seed_makes_the_same_data_and_another_seed_other_data(app: &TestApp) {
        let (one, same, other) = (app.tenant("one").await, app.tenant("same").await, app.tenant("other").await);
        for (tenant, seed) in [(&one, SEED), (&same, SEED), (&other, SEED + 1)] {
            demo::generate(tenant, 400, seed, &|_, _| {}).await.unwrap();
        }

        let (one, same, other) = (rows(app, &one).await, rows(app, &same).await, rows(app, &other).await);
        assert!(one["search_words"].len() > 1_000);
        assert_same(&one, &same);
        for table in ["users", "organizations", "contacts", "relationships", "notes", "interactions"] {
            assert_eq!(one[table].len(), other[table].len(), "{table}");
            assert!(one[table] != other[table], "{table}");
        }
    }

    async fn a_run_that_was_killed_is_continued_to_the_same_data(app: &TestApp) {
        let whole = app.tenant("whole").await;
        demo::generate(&whole, 1_000, SEED, &|_, _| {}).await.unwrap();

        let killed = app.tenant("killed").await;
        let mut runs = Vec::new();
        loop {
            let tenths = fastrand::usize(1..4);
            let mut run = run(app, "killed", "1000");
            let lines = BufReader::new(run.stderr.take().unwrap()).lines();
            let told: Vec<String> = lines
                .map(Result::unwrap)
                .filter(|line| line.contains(" entities"))
                .take(tenths)
                .collect();
            // SIGKILL, in the middle of what follows the last line.
            run.kill().unwrap();
            let ended = run.wait().unwrap();
            runs.push(told);
            if ended.success() {
                break;
            }
            assert!(runs.len() < 20, "{runs:?}");
            let is_whole = killed.managed_entities().await.unwrap() == 1_000;
            if is_whole {
                break;
            }
        }
        demo::generate(&killed, 1_000, SEED, &|_, _| {}).await.unwrap();

        assert!(runs.len() > 1, "{runs:?}");
        assert_same(&rows(app, &whole).await, &rows(app, &killed).await);
        assert_eq!(killed.managed_entities().await.unwrap(), 1_000);
    }

    async fn a_tenant_with_other_data_is_refused(app: &TestApp) {
        let contact = app.tenant("contact").await;
        let mut tx = contact.begin(None).await.unwrap();
        let mut ada = Contact::new(ContactId::from_uuid(tx.new_id()), Record::new(tx.now(), None));
        let changes = ContactChanges { last_name: Patch::Set("Lovelace".to_owned()), ..ContactChanges::default() };
        changes.apply(&mut ada, &Region::default()).unwrap();
        let added = tx.insert(&ada).await;
        tx.end(added).await.unwrap();
        demo::generate(&app.tenant, 100, SEED, &|_, _| {}).await.unwrap();

        for (tenant, entities, seed) in [(&contact, 100, SEED), (&app.tenant, 100, SEED + 1), (&app.tenant, 200, SEED)] {
            let before = tenant.managed_entities().await.unwrap();
            let refused = demo::generate(tenant, entities, seed, &|_, _| {}).await.unwrap_err();
            assert!(matches!(refused, GenerateError::NotEmpty(_)), "{refused}");
            assert_eq!(tenant.managed_entities().await.unwrap(), before);
        }
    }

    async fn a_tenant_without_room_is_refused_with_what_to_do(app: &TestApp) {
        app.tenant.set_limit(299).await.unwrap();

        let refused = demo::generate(&app.tenant, 300, SEED, &|_, _| {}).await.unwrap_err();
        assert_eq!(
            refused.to_string(),
            "the limit of the tenant acme is 299 managed entities, and 300 are needed; \
             raise it with `external-contacts tenant set-limit acme 300`"
        );
        assert_eq!(app.tenant.managed_entities().await.unwrap(), 0);
        app.tenant.set_limit(300).await.unwrap();
        demo::generate(&app.tenant, 300, SEED, &|_, _| {}).await.unwrap();
        assert_eq!(app.tenant.managed_entities().await.unwrap(), 300);
    }
}

/// Runs the program.
fn run(app: &TestApp, tenant: &str, entities: &str) -> Child {
    let url = match &app.url {
        DatabaseUrl::Postgres(url) | DatabaseUrl::Pooled { direct: url, .. } => url.clone(),
        DatabaseUrl::Sqlite(file) => format!("sqlite:{}", file.display()),
    };
    let seed = SEED.to_string();
    Command::new(env!("CARGO_BIN_EXE_external-contacts"))
        .args([
            "generate",
            "--tenant",
            tenant,
            "--entities",
            entities,
            "--seed",
            &seed,
        ])
        .args(["--database-url", &url])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn assert_same(one: &BTreeMap<String, Vec<String>>, other: &BTreeMap<String, Vec<String>>) {
    assert_eq!(one.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>());
    for (table, rows) in one {
        let differs = rows.iter().zip(&other[table]).find(|(one, other)| one != other);
        assert_eq!(differs, None, "{table}");
        assert_eq!(rows.len(), other[table].len(), "{table}");
    }
}
