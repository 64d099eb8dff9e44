//! The words of records that were written by an earlier version.

use super::on_both_engines;
use crate::error::Error;
use crate::id::ContactId;
use crate::model::{Contact, Query, Record, Region, Subject};
use crate::store::engine::sql;
use crate::store::{Tenant, Tx, change};

fn named(tx: &Tx, last: &str) -> Contact {
    let mut contact = Contact::new(ContactId::new(tx.new_id()), Record::new(tx.now(), None));
    contact.first_name = Some("Ada".to_owned());
    contact.last_name = Some(last.to_owned());
    contact
}

fn renamed(contact: &Contact, last: &str) -> Contact {
    Contact {
        last_name: Some(last.to_owned()),
        ..contact.clone()
    }
}

async fn found(tenant: &Tenant, query: &str) -> usize {
    let query = Query::read(query, &Region::default()).unwrap();
    let search = query.among(Subject::Contacts, false);
    tenant.search(&search).await.unwrap().hits.len()
}

on_both_engines! {
    async fn a_change_of_a_word_adds_all_that_are_missing(store: &TestStore) {
        let tenant = store.tenant("earlier").await;
        let contacts = change!(tenant, None, |tx| {
            let contacts: Vec<Contact> = ["King", "Byron", "Noel"].map(|last| named(tx, last)).into();
            tx.insert_all(&contacts).await?;
            tx.execute(sql!("DELETE FROM search_words WHERE tenant_id = $1")).await?;
            Ok(contacts)
        }).unwrap();
        assert_eq!(found(&tenant, "ada").await, 0);

        change!(tenant, None, |tx| { tx.update(&contacts[0], renamed(&contacts[0], "Lovelace")).await }).unwrap();
        assert_eq!(found(&tenant, "ada lovelace").await, 1);

        let changes = vec![(contacts[1].clone(), renamed(&contacts[1], "Milbanke"))];
        change!(tenant, None, |tx| { tx.update_all(changes.clone()).await }).unwrap();
        assert_eq!(found(&tenant, "ada milbanke").await, 1);
        assert_eq!(found(&tenant, "ada").await, 2, "the third has not changed");
    }

    async fn a_name_is_looked_up_in_the_vocabulary_once(store: &TestStore) {
        let tenant = store.tenant("names").await;
        let refused: Result<(), Error> = change!(tenant, None, |tx| {
            let contact = named(tx, "Lovelace");
            tx.insert(&contact).await?;
            Err(Error::Timeout)
        });
        assert!(refused.is_err());

        let mut statements = Vec::new();
        for _ in 0..3 {
            let before = tenant.statements();
            change!(tenant, None, |tx| {
                let contact = named(tx, "Lovelace");
                tx.insert(&contact).await
            }).unwrap();
            statements.push(tenant.statements() - before);
        }
        let [first, second, third] = statements[..] else { panic!("{statements:?}") };
        assert_eq!(first, second + 2, "what was undone is asked for and added again");
        assert_eq!(second, third);
        assert_eq!(found(&tenant, "lovelece").await, 3, "the vocabulary has it");
    }
}
