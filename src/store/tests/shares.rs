//! Tenants who keep their connections for long.

use std::time::Duration;

use tokio::time::timeout;

use super::cancelled::slow;
use super::on_both_engines;
use crate::store::Store;
use crate::store::database::Database;

/// Long before the statements of the others end by themselves, also on a busy machine.
const SOON: Duration = Duration::from_secs(10);

/// The number of connections that statements run on.
fn in_use(store: &Store) -> usize {
    let (_, lent) = match &store.0.database {
        Database::Postgres { pool, .. } => pool.counts(),
        Database::Sqlite { readers, .. } => readers.counts(),
    };
    lent
}

on_both_engines! {
    async fn a_tenant_finds_a_connection_however_long_the_statements_of_another_take(test: &TestStore) {
        test.tenant("busy").await;
        test.tenant("quiet").await;
        let store = test.again(4).await;
        let tenant = async |name: &str| store.system().tenant(name).await.unwrap().unwrap();
        let (busy, quiet) = (tenant("busy").await, tenant("quiet").await);
        // More than there are connections.
        let flood = tokio::spawn(async move { futures_util::future::join_all((0..20).map(|_| slow(&busy))).await });
        while in_use(&store) < 3 {
            tokio::task::yield_now().await;
        }

        for _ in 0..20 {
            let answer = timeout(SOON, quiet.managed_entities()).await;
            assert_eq!(answer.expect("a connection is left").unwrap(), 0);
            assert_eq!(in_use(&store), 3);
        }

        flood.abort();
        let _ = flood.await;
    }
}
