//! Changes that SQLite commits together.

use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::{sleep, timeout};

use super::TestStore;
use crate::error::{Error, Result};
use crate::store::database::Database;
use crate::store::engine::{Sql, Text};
use crate::store::tx::change;
use crate::store::{Tenant, Tx};

/// The time in which all other writers have come to wait for the connection.
const SETTLED: Duration = Duration::from_millis(50);

/// A store with a table of numbers, and its tenant.
async fn with_numbers() -> (TestStore, Tenant) {
    let store = TestStore::on_sqlite().await;
    let create = "CREATE TABLE numbers (n INTEGER NOT NULL)";
    store.create_table(create, create).await;
    let tenant = store.tenant("acme").await;
    (store, tenant)
}

async fn execute(tx: &mut Tx, sqlite: &'static str, n: i32) -> Result<u64> {
    let text = Text::Static {
        postgres: "",
        citus: "",
        sqlite,
    };
    tx.execute(Sql {
        text,
        binds: vec![&n],
    })
    .await
}

async fn add(tx: &mut Tx, n: i32) -> Result<u64> {
    execute(tx, "INSERT INTO numbers (n) SELECT $2 WHERE $1 = $1", n).await
}

async fn write(tenant: &Tenant, n: i32) -> Result<u64> {
    change!(tenant, None, |tx| { add(tx, n).await })
}

async fn numbers(tenant: &Tenant) -> Vec<i64> {
    let text = Text::Static {
        postgres: "",
        citus: "",
        sqlite: "SELECT n FROM numbers WHERE $1 = $1 ORDER BY n",
    };
    let rows: Vec<(i64,)> = tenant.fetch_all(Sql { text, binds: vec![] }).await.unwrap();
    rows.into_iter().map(|(n,)| n).collect()
}

fn commits(store: &TestStore) -> u64 {
    match &store.store.0.database {
        Database::Sqlite { writer, .. } => writer.commits(),
        Database::Postgres { .. } => unreachable!("these tests run on SQLite"),
    }
}

/// Ends a transaction once others wait for the connection.
async fn end_late(tx: Tx, done: Result<u64>) -> Result<u64> {
    sleep(SETTLED).await;
    tx.end(done).await
}

#[tokio::test]
async fn changes_that_wait_for_each_other_are_committed_together() {
    let (store, tenant) = with_numbers().await;
    let before = commits(&store);
    let mut first = tenant.begin(None).await.unwrap();
    add(&mut first, 0).await.unwrap();

    let others = join_all((1..16).map(|n| write(&tenant, n)));
    let (others, first) = tokio::join!(others, end_late(first, Ok(1)));

    first.unwrap();
    assert!(others.iter().all(Result::is_ok), "{others:?}");
    assert_eq!(numbers(&tenant).await, (0..16).collect::<Vec<_>>());
    assert!(commits(&store) - before < 16, "each was committed by itself");
}

#[tokio::test]
async fn a_change_that_fails_goes_back_alone() {
    let (_store, tenant) = with_numbers().await;
    let mut first = tenant.begin(None).await.unwrap();
    add(&mut first, 0).await.unwrap();
    let failing = async {
        let mut tx = tenant.begin(None).await?;
        add(&mut tx, 1).await?;
        tx.end(Err::<u64, _>(Error::Timeout)).await
    };

    let (failed, other, first) = tokio::join!(failing, write(&tenant, 2), end_late(first, Ok(1)));

    assert!(matches!(failed, Err(Error::Timeout)));
    other.unwrap();
    first.unwrap();
    assert_eq!(numbers(&tenant).await, [0, 2]);
}

#[tokio::test]
async fn a_caller_who_leaves_takes_no_other_change_along() {
    let (_store, tenant) = with_numbers().await;
    let mut first = tenant.begin(None).await.unwrap();
    add(&mut first, 0).await.unwrap();
    let leaving = timeout(SETTLED * 4, async {
        let mut tx = tenant.begin(None).await.unwrap();
        add(&mut tx, 1).await.unwrap();
        sleep(Duration::from_mins(1)).await;
    });

    let (left, other, first) = tokio::join!(leaving, write(&tenant, 2), end_late(first, Ok(1)));

    assert!(left.is_err());
    other.unwrap();
    first.unwrap();
    assert_eq!(numbers(&tenant).await, [0, 2]);
}

#[tokio::test]
async fn a_change_whose_caller_leaves_before_the_commit_holds_up_nobody() {
    let (_store, tenant) = with_numbers().await;
    let mut first = tenant.begin(None).await.unwrap();
    add(&mut first, 0).await.unwrap();
    let waiting = async {
        let mut tx = tenant.begin(None).await.unwrap();
        // The first change waits here for the end of the group, and its caller leaves.
        sleep(SETTLED * 4).await;
        add(&mut tx, 1).await.unwrap();
        tx.end(Err::<u64, _>(Error::Timeout)).await
    };
    let leaving = timeout(SETTLED * 2, end_late(first, Ok(1)));

    let (left, failed) = tokio::join!(leaving, waiting);

    assert!(left.is_err());
    assert!(matches!(failed, Err(Error::Timeout)));
    assert_eq!(numbers(&tenant).await, [0]);
    write(&tenant, 2).await.unwrap();
    assert_eq!(numbers(&tenant).await, [0, 2]);
}

#[tokio::test]
async fn changes_that_sqlite_undoes_with_another_run_again() {
    let (_store, tenant) = with_numbers().await;
    let first = async {
        let mut times = 0;
        let done: Result<u64> = change!(&tenant, None, |tx| {
            times += 1;
            sleep(SETTLED).await;
            add(tx, 0).await
        });
        done.map(|_| times)
    };
    let joining = async {
        sleep(SETTLED / 4).await;
        let mut times = 0;
        let done: Result<u64> = change!(&tenant, None, |tx| {
            times += 1;
            tx.set_dry_run(true);
            add(tx, 2).await
        });
        done.map(|_| times)
    };
    // SQLite undoes the whole transaction when a statement that writes is interrupted.
    let endless =
        "INSERT INTO numbers (n) WITH RECURSIVE endless (n) AS (SELECT $2 UNION ALL SELECT n FROM endless)
                   SELECT n FROM endless WHERE $1 = $1";
    let leaving = async {
        sleep(SETTLED / 2).await;
        timeout(SETTLED * 2, async {
            let mut tx = tenant.begin(None).await?;
            execute(&mut tx, endless, 1).await
        })
        .await
    };

    let (first, preview, left) = tokio::join!(first, joining, leaving);

    assert!(left.is_err());
    assert_eq!(first.unwrap(), 2, "it ran once more");
    assert_eq!(
        preview.unwrap(),
        2,
        "so did the dry run, which saw what was undone"
    );
    assert_eq!(numbers(&tenant).await, [0]);
}

/// Adds a number in a dry run.
async fn preview(tenant: &Tenant, n: i32) -> Result<u64> {
    change!(tenant, None, |tx| {
        tx.set_dry_run(true);
        add(tx, n).await
    })
}

#[tokio::test]
async fn a_dry_run_goes_back_alone() {
    let (_store, tenant) = with_numbers().await;
    let mut first = tenant.begin(None).await.unwrap();
    add(&mut first, 0).await.unwrap();

    let (before, other, after, first) = tokio::join!(
        preview(&tenant, 1),
        write(&tenant, 2),
        preview(&tenant, 3),
        end_late(first, Ok(1))
    );

    assert_eq!((before.unwrap(), after.unwrap()), (1, 1));
    other.unwrap();
    first.unwrap();
    assert_eq!(preview(&tenant, 4).await.unwrap(), 1);
    assert_eq!(numbers(&tenant).await, [0, 2]);
}
