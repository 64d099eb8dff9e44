//! The marks of records that were written by an earlier version.

use super::on_both_engines;
use crate::id::{ContactId, OrganizationId};
use crate::model::{Contact, Organization, Record, sort_key};
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
                contact
            })
            .collect();
        tx.insert_all(&contacts).await
    })
    .unwrap();
}

/// Leaves the tables as a migration leaves those of an earlier version.
async fn forget_marks(tenant: &Tenant) {
    change!(tenant, None, |tx| {
        tx.execute(sql!("UPDATE search_words SET marks = '' WHERE tenant_id = $1"))
            .await?;
        tx.execute(sql!("UPDATE contacts SET search_marks = '' WHERE tenant_id = $1"))
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
        forget_marks(&tenant).await;
        assert!(marks(&tenant).await.iter().all(|(_, marks)| marks.is_empty()));

        let batch = tenant.mark_batch().await.unwrap();
        assert!(batch.is_some_and(|records| records < CONTACTS));
        store.store.migrate().await.unwrap();

        assert_eq!(marks(&tenant).await, written);
        assert_eq!(tenant.mark_batch().await.unwrap(), None);
    }
}
