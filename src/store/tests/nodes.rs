//! Changes that are numbered for each tenant, as on Citus. PostgreSQL on one node understands the same statements.

use sqlx::{Connection as _, PgConnection};

use super::TestStore;
use crate::error::Error;
use crate::id::ContactId;
use crate::model::{Change, ChangeFilter, ChangePosition, Contact, EntityKind, Record};
use crate::store::engine::Engine;
use crate::store::nodes::number_changes;
use crate::store::{DatabaseUrl, Tenant, Tx, change};

fn contact(tx: &Tx) -> Contact {
    let mut contact = Contact::new(ContactId::new(tx.new_id()), Record::new(tx.now(), None));
    contact.last_name = Some("King".to_owned());
    contact
}

async fn add(tenant: &Tenant) -> Result<(), Error> {
    change!(tenant, None, |tx| {
        let contact = contact(tx);
        tx.insert(&contact).await
    })
}

/// The positions of the changes after one.
async fn positions(tenant: &Tenant, after: ChangePosition) -> Vec<ChangePosition> {
    let everything = ChangeFilter {
        kinds: EntityKind::ALL.to_vec(),
        ..ChangeFilter::default()
    };
    let read = tenant.changes_after(&everything, after, 5000).await;
    read.unwrap().0.iter().map(Change::position).collect()
}

async fn number(test: &TestStore) {
    let DatabaseUrl::Postgres(url) = &test.url else {
        unreachable!("it is a server")
    };
    let mut connection = PgConnection::connect(url).await.unwrap();
    number_changes(&mut connection).await.unwrap();
}

#[tokio::test]
async fn positions_from_before_stay_in_front_and_a_server_from_before_cannot_write() {
    let test = TestStore::on_postgres().await;
    let (before, idle) = (test.tenant("acme").await, test.tenant("idle").await);
    add(&before).await.unwrap();
    add(&before).await.unwrap();
    let old: Vec<i64> = numbers(&test).await;
    number(&test).await;

    assert!(matches!(add(&before).await, Err(Error::Internal(_))));

    let store = test.again(2).await;
    assert_eq!(store.engine(), Engine::Citus);
    let after = store.of(before.record().clone());
    for _ in 0..2 {
        add(&after).await.unwrap();
    }
    add(&store.of(idle.record().clone())).await.unwrap();
    let all = positions(&after, ChangePosition::default()).await;
    let new: Vec<i64> = all[2..].iter().map(|position| position.xid).collect();
    assert_eq!(
        all[..2].iter().map(|position| position.xid).collect::<Vec<_>>(),
        old
    );
    assert!(new[0] > old[1]);
    assert_eq!(new[1], new[0] + 1);
    assert_eq!(positions(&after, all[1]).await, all[2..]);
    assert_eq!(after.start().await.unwrap().position, all[3]);
    // Once is enough.
    number(&test).await;
    assert_eq!(numbers(&test).await.len(), 5);
}

/// The numbers of all changes, whether or not they are settled.
async fn numbers(test: &TestStore) -> Vec<i64> {
    let DatabaseUrl::Postgres(url) = &test.url else {
        unreachable!("it is a server")
    };
    let mut connection = PgConnection::connect(url).await.unwrap();
    sqlx::query_scalar("SELECT xid FROM changes ORDER BY xid, seq")
        .fetch_all(&mut connection)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_transaction_takes_one_number_for_all_of_its_changes() {
    let test = TestStore::on_postgres().await;
    number(&test).await;
    let store = test.again(2).await;
    let tenant = test.tenant("acme").await;
    let tenant = store.of(tenant.record().clone());
    for count in [3, 1200] {
        let before = positions(&tenant, ChangePosition::default()).await;
        let ids = change!(tenant, None, |tx| {
            let contacts: Vec<Contact> = (0..count).map(|_| contact(tx)).collect();
            tx.load_all(&contacts).await?;
            Ok(contacts)
        });
        assert_eq!(ids.unwrap().len(), count);
        let after = positions(&tenant, ChangePosition::default()).await;
        let new = &after[before.len()..];
        assert_eq!(new.len(), count);
        assert!(new.iter().all(|position| position.xid == new[0].xid));
        let places: Vec<i64> = new.iter().map(|position| position.seq).collect();
        assert!(places.is_sorted(), "{places:?}");
    }
    // One that changes nothing takes none.
    let before = numbers(&test).await;
    change!(tenant, None, |tx| { tx.entities_left().await.map(drop) }).unwrap();
    add(&tenant).await.unwrap();
    let after = numbers(&test).await;
    assert_eq!(after.last(), before.last().map(|last| last + 1).as_ref());
}
