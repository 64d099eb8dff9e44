//! The marks of records that were written by an earlier version.

use super::on_both_engines;
use crate::id::{ContactId, OrganizationId};
use crate::model::{Contact, Organization, Query, Record, Region, Subject, sort_key};
use crate::store::engine::sql;
use crate::store::{Tenant, change};

/// More contacts than one transaction completes.
const CONTACTS: usize = 1_100;

/// Returns the rows of the search index with their marks, and the marks of contacts.
async fn marks(tenant: &Tenant) -> Vec<(String, String)> {
    change!(tenant, None, |tx| {
        tx.fetch_all(sql!(
            "
            SELECT word || ' ' || sort_key, marks FROM search_words WHERE tenant_id = $1
            UNION ALL
            SELECT sort_name, search_marks FROM contacts WHERE tenant_id = $1
             ORDER BY 1, 2"
        ))
        .await
    })
    .unwrap()
}

async fn fill(tenant: &Tenant) {
    change!(tenant, None, |tx| {
        let mut organization =
            Organization::new(OrganizationId::new(tx.new_id()), Record::new(tx.now(), None));
        organization.name = "Acme & Sons".to_owned();
        organization.sort_name = sort_key(&["Acme & Sons", ""]);
        tx.insert(&organization).await?;
        let contacts: Vec<Contact> = (0..CONTACTS)
            .map(|place| {
                let mut contact = Contact::new(ContactId::new(tx.new_id()), Record::new(tx.now(), None));
                contact.last_name = Some(format!("King{place}"));
                contact.sort_name = sort_key(&[&format!("King{place}"), ""]);
                contact.title = Some("Sales Manager".to_owned());
                contact.organization_id = Some(organization.id);
                contact
            })
            .collect();
        tx.insert_all(&contacts).await
    })
    .unwrap();
}

/// Leaves the tables as a migration leaves those of an earlier version, whose records had these marks.
async fn set_back(tenant: &Tenant, marks: &'static str) {
    change!(tenant, None, |tx| {
        tx.execute(sql!(
            "UPDATE search_words SET marks = $2 WHERE tenant_id = $1 AND marks <> ''",
            marks
        ))
        .await?;
        tx.execute(sql!(
            "UPDATE contacts SET search_marks = $2 WHERE tenant_id = $1",
            marks
        ))
        .await?;
        for kind in ["contacts", "organizations"] {
            tx.execute(sql!(
                "INSERT INTO unmarked_records (tenant_id, kind, after_id) VALUES ($1, $2, $3)",
                kind,
                uuid::Uuid::nil(),
            ))
            .await?;
        }
        Ok(())
    })
    .unwrap();
}

on_both_engines! {
    async fn marks_are_added_where_the_program_was_interrupted(store: &TestStore) {
        let tenant = store.tenant("acme").await;
        fill(&tenant).await;
        let written = marks(&tenant).await;
        assert!(written.iter().any(|(_, marks)| marks.contains(" manager ")));
        set_back(&tenant, "").await;
        assert!(marks(&tenant).await.iter().all(|(_, marks)| marks.is_empty()));

        let batch = tenant.mark_batch().await.unwrap();
        assert!(batch.is_some_and(|records| records < CONTACTS));
        store.store.migrate().await.unwrap();

        assert_eq!(marks(&tenant).await, written);
        assert_eq!(tenant.mark_batch().await.unwrap(), None);
    }

    async fn texts_decide_until_marks_of_earlier_versions_are_replaced(store: &TestStore) {
        let tenant = store.tenant("acme").await;
        fill(&tenant).await;
        let query = Query::read("king7 acme", &Region::default()).unwrap();
        let search = query.among(Subject::Contacts, true);
        let found = tenant.search(&search).await.unwrap().hits;
        let written = marks(&tenant).await;
        // King7, King70 to King79, and so on.
        assert_eq!(found.len(), 111);

        set_back(&tenant, " ").await;
        assert_eq!(tenant.search(&search).await.unwrap().hits, found);
        store.store.migrate().await.unwrap();
        assert_eq!(tenant.search(&search).await.unwrap().hits, found);
        assert_eq!(marks(&tenant).await, written);
    }
}
