//! The plans of statements that an index must serve.

use uuid::Uuid;

use super::explained::explained;
use super::on_both_engines;
use crate::id::{ContactId, OrganizationId, TypedId as _};
use crate::model::{
    Change, ChangeFilter, ChangePosition, Contact, ContactFilter, ContactOrderField, EntityKind, NOTHING,
    Organization, Seek,
};
use crate::page::{Cursor, Key, Page};
use crate::store::duplicate::seek_all;
use crate::store::engine::{Engine, sql};
use crate::store::list::Conditions;
use crate::store::list::children::{count_per_parent, page_per_parent};
use crate::store::list::choice::{Choice, Driver};
use crate::store::list::page::{count, page_of};
use crate::store::statement::Statement;
use crate::store::{CHANGES_OF_ENTITY, ChangeOrder, PageQuery, Sort, SortField as _, Tx, change_cursor};

/// Returns the plan of the page of contacts in descending order of names after a key.
async fn plan(tx: &mut Tx, after: Option<&str>) -> String {
    let page = Page {
        limit: 10,
        backward: false,
        cursor: after.map(|key| Cursor {
            order: String::new(),
            keys: vec![Key::Text(key.to_owned())],
            id: Uuid::nil(),
        }),
    };
    let sort = Sort {
        by: ContactOrderField::Name,
        descending: true,
    };
    let conditions = Conditions::of(&ContactFilter::default());
    let query = PageQuery::whole(sort, &page);
    let statement = page_of::<Contact, _>(tx.engine(), &conditions, Driver::Order, query);
    explained(tx, &statement).await
}

on_both_engines! {
    async fn an_index_serves_names_in_descending_order(store: &TestStore) {
        let tenant = store.tenant("acme").await;
        let mut tx = tenant.begin(None).await.unwrap();

        for (after, parts) in [(None, 2), (Some("smith"), 2), (Some(NOTHING), 1)] {
            let plan = plan(&mut tx, after).await;
            assert_eq!(plan.matches("contacts_name_idx").count(), parts, "{after:?}\n{plan}");
        }
        tx.end(Ok(())).await.unwrap();
    }

    async fn indexes_serve_the_changes_of_a_record_and_of_those_that_were_merged_into_it(store: &TestStore) {
        let tenant = store.tenant("acme").await;
        let mut tx = tenant.begin(None).await.unwrap();
        let engine = tx.engine();
        let page = Page { limit: 10, backward: false, cursor: Some(change_cursor(ChangePosition::default())) };
        let (contact, organization) = (Some(ContactId::new(Uuid::nil())), Some(OrganizationId::new(Uuid::nil())));
        for (index, contact_id, organization_id) in [("changes_contact_idx", contact, None), ("changes_organization_idx", None, organization)] {
            let filter = ChangeFilter { kinds: EntityKind::ALL.to_vec(), contact_id, organization_id };
            let conditions = Conditions::of(&filter);
            let Some(driver) = Choice::of_list(&conditions, ChangeOrder::Position.columns()).decided() else {
                panic!("there is one condition")
            };
            let query = PageQuery::whole(ChangeOrder::OLDEST, &page);
            check(&mut tx, &page_of::<Change, _>(engine, &conditions, driver, query), index).await;
            check(&mut tx, &count(engine, "changes", &conditions, driver, 10), index).await;
        }
        let (conditions, index) = (Conditions::default(), "changes_entity_idx");
        let query = PageQuery::whole(ChangeOrder::NEWEST, &page);
        check(&mut tx, &page_per_parent(engine, &CHANGES_OF_ENTITY, &conditions, query, &[Uuid::nil()]), index).await;
        check(&mut tx, &count_per_parent(engine, &CHANGES_OF_ENTITY, &conditions, 10, &[Uuid::nil()]), index).await;
        tx.end(Ok(())).await.unwrap();
    }

    async fn indexes_serve_the_search_for_duplicates(store: &TestStore) {
        let tenant = store.tenant("acme").await;
        let mut tx = tenant.begin(None).await.unwrap();
        let keys = ["smith".to_owned(), "smithy".to_owned()];
        let seeks = [
            Seek::Word { word: "eada@example.com".to_owned(), keys: [String::new(), "z".to_owned()] },
            Seek::Word { word: "clondon".to_owned(), keys: keys.clone() },
            Seek::Employees { employer: OrganizationId::new(Uuid::nil()), keys },
        ];
        let statement = seek_all(tx.engine(), &seeks.iter().collect::<Vec<_>>());
        let plan = explained(&mut tx, &statement).await;
        let words = ["search_words_pkey", "sqlite_autoindex_search_words", "SEARCH s USING PRIMARY KEY"];
        assert_eq!(words.iter().map(|index| plan.matches(index).count()).sum::<usize>(), 2, "{plan}");
        assert!(plan.contains("contacts_organization_idx"), "{plan}");
        for scan in ["Seq Scan", "SCAN s", "SCAN c"] {
            assert!(!plan.contains(scan), "{plan}");
        }
        tx.end(Ok(())).await.unwrap();
    }

    async fn an_employer_is_found_without_reading_all_contacts_for_each_organization(test: &TestStore) {
        let tenant = test.tenant("acme").await;
        let mut tx = tenant.begin(None).await.unwrap();
        let organizations: Vec<Organization> = (0..200)
            .map(|_| Organization::new(OrganizationId::new(tx.new_id()), tx.new_record()))
            .collect();
        let contacts: Vec<Contact> = organizations
            .iter()
            .map(|employer| Contact {
                organization_id: Some(employer.id),
                ..Contact::new(ContactId::new(tx.new_id()), tx.new_record())
            })
            .collect();
        tx.load_all(&organizations).await.unwrap();
        tx.load_all(&contacts).await.unwrap();
        let before = rows_read(&mut tx).await;

        let kept = tx.keep_all_organizations(Vec::new(), vec![contacts[7].id.uuid()]).await.unwrap();

        assert_eq!(kept, [organizations[7].id]);
        let read = rows_read(&mut tx).await - before;
        assert!(read <= 1_000, "{read}");
        tx.end(Ok(())).await.unwrap();
    }
}

/// Returns the number of rows that the transaction read by indexes, on PostgreSQL without statistics.
async fn rows_read(tx: &mut Tx) -> i64 {
    if tx.engine() == Engine::Sqlite {
        return 0;
    }
    let read: Option<(i64,)> = tx
        .fetch_optional(sql!(
            "SELECT CAST(SUM(pg_stat_get_xact_tuples_returned(indexrelid)) AS BIGINT) FROM pg_index WHERE $1 IS NOT NULL"
        ))
        .await
        .unwrap();
    read.unwrap().0
}

/// Checks that a statement seeks the changes of a record in an index, and its members by theirs.
async fn check(tx: &mut Tx, statement: &Statement<'_>, index: &str) {
    let plan = explained(tx, statement).await;
    for index in [index, "aliases_into_id_idx"] {
        let mut lines = plan.lines();
        let line = lines.find(|line| line.contains(index));
        let next = lines.next().unwrap_or_default();
        let column = if index == "aliases_into_id_idx" {
            "into_id"
        } else {
            "_id"
        };
        assert!(
            line.is_some_and(|line| line.contains(column) || next.contains(column)),
            "{index}\n{plan}"
        );
    }
    assert!(
        !plan.contains("SCAN changes") && !plan.contains("Seq Scan on changes"),
        "{plan}"
    );
}
