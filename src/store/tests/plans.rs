//! The plans of statements that an index must serve.

use super::explained::explained;
use super::on_both_engines;
use crate::model::{Contact, ContactFilter, ContactOrderField, NOTHING};
use crate::page::{Cursor, Key, Page};
use crate::store::list::Conditions;
use crate::store::list::choice::Driver;
use crate::store::list::page::page_of;
use crate::store::{PageQuery, Sort, Tx};

/// Returns the plan of the page of contacts in descending order of names after a key.
async fn plan(tx: &mut Tx, after: Option<&str>) -> String {
    let page = Page {
        limit: 10,
        backward: false,
        cursor: after.map(|key| Cursor {
            order: String::new(),
            keys: vec![Key::Text(key.to_owned())],
            id: uuid::Uuid::nil(),
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
}
