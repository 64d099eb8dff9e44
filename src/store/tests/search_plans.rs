//! The plans of searches over records with skew: each reads one index in its order, and looks up what may match only.

use uuid::Uuid;

use super::explained::{analyze, explained};
use super::on_both_engines;
use crate::id::{ContactId, OrganizationId, TypedId as _};
use crate::model::{Contact, Organization, Query, Record, Region, Search, Subject, employer_mark, sort_key};
use crate::store::Tenant;
use crate::store::engine::Engine;
use crate::store::search::reading::{Check, Reading, matches_of};
use crate::store::search::source::{Range, Source};
use crate::store::search::survey::{Survey, marked_organizations};

/// The number of contacts: enough for an index to be worth its use.
const CONTACTS: usize = 4_000;

/// Adds contacts, of whom some 570 are called John, and some work for an organization.
async fn filled(tenant: &Tenant) -> Uuid {
    let mut tx = tenant.begin(None).await.unwrap();
    let mut organization = Organization::new(OrganizationId::new(tx.new_id()), Record::new(tx.now(), None));
    organization.name = "Acme".to_owned();
    organization.sort_name = sort_key(&["Acme", ""]);
    tx.insert(&organization).await.unwrap();
    let contacts: Vec<Contact> = (0..CONTACTS)
        .map(|place| {
            let mut contact = Contact::new(ContactId::new(tx.new_id()), Record::new(tx.now(), None));
            let last = format!("Smith{}", place % 700);
            let first = if place % 7 == 0 {
                "John".to_owned()
            } else {
                format!("Mary{place}")
            };
            contact.sort_name = sort_key(&[&last, &first]);
            contact.first_name = Some(first);
            contact.last_name = Some(last);
            contact.organization_id = (place % 40 == 0).then_some(organization.id);
            contact
        })
        .collect();
    for some in contacts.chunks(500) {
        tx.insert_all(some).await.unwrap();
    }
    tx.end(Ok(())).await.unwrap();
    organization.id.uuid()
}

fn check(engine: Engine, title: &str, plan: &str, is_of_words: bool) {
    let refused: &[&str] = match engine {
        Engine::Postgres | Engine::Citus => &["Sort", "Seq Scan", "Bitmap"],
        Engine::Sqlite => &["TEMP B-TREE", "SCAN search_words", "SCAN contacts"],
    };
    for word in refused {
        assert!(!plan.contains(word), "{title}\n{plan}");
    }
    let index = match (engine, is_of_words) {
        (Engine::Postgres | Engine::Citus, true) => "Index Only Scan using search_words_pkey",
        // One that only counts may read any index of the organization's contacts.
        (Engine::Postgres | Engine::Citus, false) => "Index Only Scan using contacts_organization_",
        (Engine::Sqlite, true) => "USING PRIMARY KEY (tenant_id=? AND word>? AND word<?)",
        (Engine::Sqlite, false) => "USING COVERING INDEX contacts_organization_",
    };
    assert!(plan.contains(index), "{title}\n{plan}");
}

on_both_engines! {
    async fn a_search_reads_one_index_in_its_order(store: &TestStore) {
        let tenant = store.tenant("acme").await;
        let organization = filled(&tenant).await;
        analyze(&tenant).await;
        let query = Query::read("john smith", &Region::default()).unwrap();
        let search: Search = query.among(Subject::Contacts, false);
        let employers: Vec<String> = [Uuid::nil(), organization].map(employer_mark).into();
        let checks: Vec<Check> = search.terms.iter().map(|term| Check {
            marks: search.mark_check(term, false).unwrap(),
            employers: employers.clone(),
        }).collect();
        let mut tx = tenant.begin(None).await.unwrap();

        let sources = [
            ("a word", Source::Words(Range::exactly("njohn"))),
            ("the beginning of words", Source::Words(Range::longer("nsmith1"))),
            ("employees", Source::Employees(vec![organization])),
        ];
        for (title, source) in sources {
            let reading = Reading { search: &search, source: &source, checks: &checks, exact: false, counts: false, checks_text: true };
            let is_of_words = matches!(source, Source::Words(_));
            let engine = tx.engine();
            for statement in [reading.matches(engine, None), reading.examined(engine, None)] {
                let plan = explained(&mut tx, &statement).await;
                check(tx.engine(), title, &plan, is_of_words);
            }
        }

        let query = Query::read("john", &Region::default()).unwrap();
        let search = query.among(Subject::Contacts, false);
        for range in [Range::exactly("njohn"), Range::longer("njohn")] {
            let source = Source::Words(range);
            let reading = Reading { search: &search, source: &source, checks: &[], exact: false, counts: false, checks_text: true };
            let statement = reading.matches(tx.engine(), None);
            let plan = explained(&mut tx, &statement).await;
            check(tx.engine(), "one word", &plan, true);
            assert!(!plan.contains("contacts"), "a record is looked up\n{plan}");
        }
        tx.end(Ok(())).await.unwrap();
    }

    async fn common_words_are_counted_once(store: &TestStore) {
        let tenant = store.tenant("acme").await;
        filled(&tenant).await;
        let query = Query::read("john smith", &Region::default()).unwrap();
        let search = query.among(Subject::Contacts, false);
        let run = async || {
            let before = tenant.statements();
            let hits = tenant.search(&search).await.unwrap().hits.len();
            (hits, tenant.statements() - before)
        };

        let (hits, statements) = run().await;
        assert_eq!(run().await, (hits, statements - 1), "common words are not counted further");

        let mut tx = tenant.begin(None).await.unwrap();
        let mut contact = Contact::new(ContactId::new(tx.new_id()), Record::new(tx.now(), None));
        contact.sort_name = sort_key(&["Smithson", "John"]);
        (contact.first_name, contact.last_name) = (Some("John".to_owned()), Some("Smithson".to_owned()));
        tx.insert(&contact).await.unwrap();
        tx.end(Ok(())).await.unwrap();
        assert_eq!(run().await, (hits + 1, statements - 1), "results are not kept");

        let query = Query::read("smith", &Region::default()).unwrap();
        let search = query.among(Subject::Contacts, true);
        let first = tenant.search(&search).await.unwrap();
        let before = tenant.statements();
        let again = tenant.search(&search).await.unwrap();
        assert_eq!(tenant.statements() - before, 3, "a count of other kinds, the word itself, and longer ones");
        assert_eq!((&again.hits, again.capped), (&first.hits, true));
    }

    async fn planning_a_search_and_correcting_it_read_the_index_of_words(store: &TestStore) {
        let tenant = store.tenant("acme").await;
        let organization = filled(&tenant).await;
        analyze(&tenant).await;
        let query = Query::read("john smith", &Region::default()).unwrap();
        let search: Search = query.among(Subject::Contacts, false);
        let marks = search.mark_check(&search.terms[1], false).unwrap();
        let checks = [Check { marks, employers: vec![employer_mark(organization)] }];
        let mut tx = tenant.begin(None).await.unwrap();
        let engine = tx.engine();

        let ranges = [Range::exactly("njohn"), Range::longer("nsmith1")];
        let sources = ranges.clone().map(Source::Words);
        let corrections = Source::Ranges(vec![Range::exactly("njohn"), Range::exactly("nmary1")]);
        let employees = Source::Employees(vec![organization]);
        let reading = |source, counts, checks_text| Reading { search: &search, source, checks: &checks, exact: false, counts, checks_text };
        let survey = Survey {
            organizations: ranges.iter().collect(),
            counts: sources.iter().collect(),
            most: 500,
            variants: Vec::new(),
        };
        let in_order = ["Sort", "TEMP B-TREE"];
        for (statement, refused) in [
            (survey.statement(engine), &in_order[..]),
            (marked_organizations(engine, &ranges, &[vec![" wi".to_owned()]]), &in_order),
            (reading(&corrections, false, true).matches(engine, None), &in_order),
            (matches_of(engine, &[reading(&corrections, false, true), reading(&employees, true, false)]), &in_order),
        ] {
            let plan = explained(&mut tx, &statement).await;
            let index = match engine {
                Engine::Postgres | Engine::Citus => "Index Only Scan using search_words_pkey",
                Engine::Sqlite => "USING PRIMARY KEY (tenant_id=? AND word",
            };
            assert!(plan.contains(index), "{plan}");
            let scans = ["Seq Scan", "SCAN search_words", "SCAN contacts", "SCAN organizations"];
            let is_refused = |line: &str| scans.iter().chain(refused).any(|step| line.contains(step));
            assert!(!plan.lines().any(is_refused), "{plan}");
        }
        tx.end(Ok(())).await.unwrap();
    }
}
