//! The statistics that PostgreSQL plans by.

use super::on_both_engines;
use crate::id::ContactId;
use crate::model::Contact;
use crate::store::engine::{Engine, sql};
use crate::store::{LONGEST_LOAD, change};

const CONTACTS: usize = 1_200;

on_both_engines! {
    async fn a_load_is_known_to_the_planner(test: &TestStore) {
        let tenant = test.tenant("acme").await;
        change!(tenant, None, within LONGEST_LOAD, |tx| {
            let contacts = std::iter::repeat_with(|| Contact::new(ContactId::new(tx.new_id()), tx.new_record()));
            let contacts: Vec<Contact> = contacts.take(CONTACTS).collect();
            tx.load_all(&contacts).await
        })
        .unwrap();

        tenant.collect_statistics::<Contact>().await.unwrap();

        if test.store.engine() == Engine::Postgres {
            let known: Option<(i64,)> = tenant
                .fetch_optional(sql!(
                    "SELECT CAST(reltuples AS BIGINT) FROM pg_class WHERE oid = to_regclass('contacts') AND $1 IS NOT NULL"
                ))
                .await
                .unwrap();
            assert_eq!(known, Some((i64::try_from(CONTACTS).unwrap(),)));
        }
    }
}
