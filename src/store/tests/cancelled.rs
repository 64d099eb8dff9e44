//! Statements and transactions whose caller has gone.

use std::time::{Duration, Instant};

use tokio::time::timeout;

use super::{TestStore, on_both_engines};
use crate::error::Result;
use crate::store::Tenant;
use crate::store::engine::{Sql, SystemSql, Text};

/// A statement that runs for a minute.
const SLOW: Text = Text::Static {
    postgres: "SELECT 1 FROM pg_sleep(60) WHERE $1 = $1",
    citus: "",
    sqlite: "WITH RECURSIVE numbers (n) AS (SELECT $1 UNION ALL SELECT n + 1 FROM numbers)
             SELECT COUNT(*) FROM numbers",
};
/// The time after which a caller leaves.
const PATIENCE: Duration = Duration::from_millis(50);
/// Long before the statements end by themselves, also on a busy machine.
const SOON: Duration = Duration::from_secs(10);

pub(super) async fn slow(tenant: &Tenant) -> Result<Vec<(i32,)>> {
    let sql = Sql {
        text: SLOW,
        binds: vec![],
    };
    tenant.fetch_all(sql).await
}

/// The number of slow statements that PostgreSQL still runs.
async fn running(store: &TestStore) -> i64 {
    let text = Text::Static {
        postgres: "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database()
                      AND state = 'active' AND query LIKE '%pg_sleep%' AND pid <> pg_backend_pid()",
        citus: "",
        sqlite: "SELECT 0",
    };
    let sql = SystemSql { text, binds: vec![] };
    let found: Option<(i64,)> = store.store.system().fetch_optional(sql).await.unwrap();
    found.unwrap().0
}

on_both_engines! {
    async fn a_caller_who_leaves_takes_the_statement_along(store: &TestStore) {
        let tenant = store.tenant("acme").await;
        let leaving = (0..200).map(|_| timeout(PATIENCE, slow(&tenant)));
        let left = futures_util::future::join_all(leaving).await;
        assert!(left.iter().all(std::result::Result::is_err));

        let began = Instant::now();
        let answer = timeout(SOON, tenant.managed_entities()).await;

        assert_eq!(answer.expect("a connection is free").unwrap(), 0);
        while running(store).await > 0 {
            assert!(began.elapsed() < SOON, "the statements still run");
        }
    }

    async fn a_transaction_that_is_dropped_midway_is_rolled_back(store: &TestStore) {
        let tenant = store.tenant("acme").await;
        store.create_table("CREATE TABLE written (n INTEGER)", "CREATE TABLE written (n INTEGER)").await;
        let insert = || Sql {
            text: Text::Static {
                postgres: "INSERT INTO written (n) VALUES ($1)",
                citus: "",
                sqlite: "INSERT INTO written (n) VALUES ($1)",
            },
            binds: vec![],
        };
        for _ in 0..5 {
            let mut tx = tenant.begin(None).await.unwrap();
            tx.execute(insert()).await.unwrap();
            let left = timeout(PATIENCE, tx.fetch_all::<(i32,)>(Sql { text: SLOW, binds: vec![] })).await;
            assert!(left.is_err());
            drop(tx);
        }

        let next = async {
            let mut tx = tenant.begin(None).await?;
            let done = tx.execute(insert()).await;
            tx.end(done).await
        };
        let written = timeout(SOON, next).await.expect("the writer is free").unwrap();

        assert_eq!(written, 1);
        let count = Text::Static {
            postgres: "SELECT COUNT(*) FROM written",
            citus: "",
            sqlite: "SELECT COUNT(*) FROM written",
        };
        let count: Option<(i64,)> = store.store.system().fetch_optional(SystemSql { text: count, binds: vec![] }).await.unwrap();
        assert_eq!(count.unwrap().0, 1);
        assert_eq!(running(store).await, 0);
    }

    async fn a_statement_after_one_that_was_stopped_is_not_stopped(store: &TestStore) {
        let tenant = store.tenant("acme").await;
        for _ in 0..50 {
            let _ = timeout(Duration::from_millis(2), slow(&tenant)).await;
            // Two connections: the next statements run on the one that was stopped.
            let (one, other) = tokio::join!(tenant.managed_entities(), tenant.managed_entities());
            assert_eq!((one.unwrap(), other.unwrap()), (0, 0));
        }
    }
}
