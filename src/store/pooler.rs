//! Poolers between the program and PostgreSQL, such as PgBouncer.
//!
//! In transaction mode a pooler serves each transaction of a connection by another process of PostgreSQL. So a statement
//! outside of a transaction may not set anything, listen, lock or be cancelled: the process belongs to another caller the
//! moment it ends. These checks run when the database is opened. They send simple queries, since a pooler may not carry
//! prepared statements, and leave nothing behind.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgDatabaseError};
use sqlx::{ConnectOptions as _, Connection as _, Executor as _, PgConnection};
use tokio::time::timeout;

use super::driver::Route;
use super::engine::POSTGRES;

/// The attempts to see a process move from one connection to another. While others use the pooler, one may not show it.
const ROUNDS: usize = 4;
/// The longest that a check waits for a pooler that has no process left.
const LONGEST_CHECK: Duration = Duration::from_secs(2);
/// The statement that finds itself, unless a pooler gave it another name.
const OWN_STATEMENT: &str = "SELECT EXISTS (SELECT 1 FROM pg_prepared_statements WHERE name = 'sqlx_s_1')";
/// The SQLSTATE of a name that another connection's statement has.
const DUPLICATE_STATEMENT: &str = "42P05";

/// Whether connections are seen to share processes of PostgreSQL, as they do behind a pooler in transaction mode.
pub async fn shares_processes(options: &PgConnectOptions) -> sqlx::Result<bool> {
    let (mut one, mut other) = (options.connect().await?, options.connect().await?);
    // In session mode, a pooler without a process for the second connection lets it wait.
    let Ok(seen) = timeout(LONGEST_CHECK, see_sharing(&mut one, &mut other)).await else {
        return Ok(false);
    };
    one.close().await?;
    other.close().await?;
    seen
}

async fn see_sharing(one: &mut PgConnection, other: &mut PgConnection) -> sqlx::Result<bool> {
    for _ in 0..ROUNDS {
        let before: i32 = ask(one, "SELECT pg_backend_pid()").await?;
        // Held, so that the first connection has to take another process.
        let held: i32 = ask(other, "BEGIN; SELECT pg_backend_pid()").await?;
        let is_shared = before == held || before != ask::<i32>(one, "SELECT pg_backend_pid()").await?;
        other.execute("ROLLBACK").await?;
        if is_shared {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The way to a server through a pooler. `None` if `direct` leads to another database.
pub async fn route(options: &PgConnectOptions, direct: &PgConnectOptions) -> sqlx::Result<Option<Route>> {
    if fingerprint(options).await? != fingerprint(direct).await? {
        return Ok(None);
    }
    let carries_statements = carries_statements(options).await?;
    Ok(Some(Route::Pooled { carries_statements }))
}

/// Whether a pooler carries prepared statements from one process to another. It then gives them names of its own.
async fn carries_statements(options: &PgConnectOptions) -> sqlx::Result<bool> {
    let mut connection = options.connect().await?;
    connection.execute("BEGIN").await?;
    let is_found = sqlx::query_scalar(OWN_STATEMENT).fetch_one(&mut connection).await;
    let carries = match is_found {
        Ok(true) => {
            connection.execute("DEALLOCATE sqlx_s_1").await?;
            false
        }
        Ok(false) => true,
        Err(sqlx::Error::Database(error)) if is_duplicate(&*error) => false,
        Err(error) => return Err(error),
    };
    connection.execute("ROLLBACK").await?;
    connection.close().await?;
    Ok(carries)
}

fn is_duplicate(error: &dyn sqlx::error::DatabaseError) -> bool {
    let error = error.try_downcast_ref::<PgDatabaseError>();
    error.map(PgDatabaseError::code) == Some(DUPLICATE_STATEMENT)
}

/// The text that tells a database from all others.
async fn fingerprint(options: &PgConnectOptions) -> sqlx::Result<String> {
    let mut connection = options.connect().await?;
    let text = const_format::concatcp!("SELECT ", POSTGRES.fingerprint);
    let fingerprint = ask(&mut connection, text).await?;
    connection.close().await?;
    Ok(fingerprint)
}

/// Returns the one value of a simple query.
async fn ask<T>(connection: &mut PgConnection, text: &'static str) -> sqlx::Result<T>
where
    T: for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
{
    use sqlx::Row as _;

    sqlx::raw_sql(text).fetch_one(connection).await?.try_get(0)
}
