//! The connections to a database of either engine.

use sqlx::PgPool;
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;

use super::connection::Connection;
use super::driver::{Driver, PostgresDriver, SqliteDriver};
use super::engine::Engine;
use super::failure::{map_commit_error, map_database_error};
use super::group_commit::{Change, Writer};
use super::pool::{Lease, Pool};
use crate::error::{Error, Result};
use crate::metrics::{METRICS, PoolState, Use};

/// The statement that keeps what a transaction wrote.
const COMMIT: &str = "COMMIT";
/// The statement that undoes what a transaction wrote.
const ROLLBACK: &str = "ROLLBACK";

/// The connections to a database.
pub enum Database {
    /// A PostgreSQL server.
    Postgres {
        /// The connections for statements.
        pool: Pool<PostgresDriver>,
        /// Connections past any pooler, for signals and to cancel statements.
        signals: PgPool,
        /// The options of connections past any pooler, for what belongs to a session, such as migrations.
        direct: Box<PgConnectOptions>,
    },
    /// A SQLite file.
    Sqlite {
        /// The connections that read.
        readers: Pool<SqliteDriver>,
        /// The one connection that writes.
        writer: Writer,
    },
}

/// The way in which a server learns of changes that other servers wrote.
pub enum Signals {
    /// NOTIFY and LISTEN, on connections of their own.
    Notifications(PgPool),
    /// The version of the file, which tells a connection that others have written.
    FileVersion(Box<SqliteConnectOptions>),
}

/// A transaction of either engine. It is rolled back when it is dropped.
pub struct Transacting {
    connection: Connection,
    /// Its place among the changes that SQLite commits together.
    change: Option<Change>,
}

impl Database {
    /// The engine that keeps the database.
    pub fn engine(&self) -> Engine {
        match self {
            Self::Postgres { pool, .. } => pool.driver().engine(),
            Self::Sqlite { .. } => Engine::Sqlite,
        }
    }

    /// Any free connection, for a statement of a tenant, or across tenants, that reads.
    pub async fn reader(&self, tenant: Option<i32>) -> Result<Connection> {
        match self {
            Self::Postgres { pool, .. } => read_on(pool, tenant).await.map(Connection::Postgres),
            Self::Sqlite { readers, .. } => read_on(readers, tenant).await.map(Connection::Sqlite),
        }
        .map_err(map_database_error)
    }

    /// Begins a transaction of a tenant, or across tenants, that writes.
    pub async fn begin(&self, tenant: Option<i32>) -> Result<Transacting> {
        match self {
            Self::Postgres { pool, .. } => {
                let begun = begin_on(pool, tenant, pool.driver().begin_writing(), ROLLBACK).await;
                begun.map(|lease| (Connection::Postgres(lease), None))
            }
            Self::Sqlite { writer, .. } => {
                let begun = writer.begin().await;
                begun.map(|(lease, change)| (Connection::Sqlite(lease), Some(change)))
            }
        }
        .map(|(connection, change)| Transacting { connection, change })
        .map_err(map_database_error)
    }

    /// Whether the database answered when it was last heard of.
    pub fn is_up(&self) -> bool {
        match self {
            Self::Postgres { pool, .. } => pool.is_up(),
            Self::Sqlite { readers, writer } => readers.is_up() && writer.pool().is_up(),
        }
    }

    /// Looks at whether the file of the database is still there.
    pub fn look(&self) {
        if let Self::Sqlite { readers, writer } = self
            && writer.pool().driver().file().check().is_err()
        {
            readers.suspect();
            writer.pool().suspect();
        }
    }

    /// The way in which this server learns of the changes of others.
    pub fn signals(&self) -> Signals {
        match self {
            Self::Postgres { signals, .. } => Signals::Notifications(signals.clone()),
            Self::Sqlite { readers, .. } => {
                Signals::FileVersion(Box::new(readers.driver().options().clone()))
            }
        }
    }

    /// Writes the states of the connections to the metrics.
    pub fn observe_pools(&self) {
        match self {
            Self::Postgres { pool, signals, .. } => {
                observe_pool("statements", pool.counts());
                let (idle, size) = (signals.num_idle(), signals.size());
                let size = usize::try_from(size).unwrap_or(usize::MAX);
                observe_pool("signals", (idle, size.saturating_sub(idle)));
            }
            Self::Sqlite { readers, writer } => {
                observe_pool("readers", readers.counts());
                observe_pool("writer", writer.pool().counts());
            }
        }
    }

    /// Closes every connection once its work is done.
    pub async fn close(&self) {
        match self {
            Self::Postgres { pool, signals, .. } => {
                pool.close().await;
                signals.close().await;
            }
            Self::Sqlite { readers, writer } => {
                readers.close().await;
                writer.pool().close().await;
            }
        }
    }
}

fn observe_pool(name: &'static str, (idle, busy): (usize, usize)) {
    for (state, count) in [(Use::Idle, idle), (Use::Busy, busy)] {
        METRICS
            .pool_connections
            .get_or_create(&PoolState { pool: name, state })
            .set(i64::try_from(count).unwrap_or(i64::MAX));
    }
}

/// Lends a connection for one statement that reads. A transaction around it ends when the connection is given back.
async fn read_on<D: Driver>(pool: &Pool<D>, tenant: Option<i32>) -> sqlx::Result<Lease<D>> {
    match pool.driver().begin_reading() {
        Some(begin) => begin_on(pool, tenant, begin, COMMIT).await,
        None => pool.lend(tenant).await,
    }
}

/// Begins a transaction, which `end` ends if it is dropped.
async fn begin_on<D: Driver>(
    pool: &Pool<D>,
    tenant: Option<i32>,
    begin: &'static str,
    end: &'static str,
) -> sqlx::Result<Lease<D>> {
    let mut lease = pool.lend(tenant).await?;
    lease.begin(begin, end).await?;
    Ok(lease)
}

impl Transacting {
    /// The transaction's connection.
    pub const fn connection(&mut self) -> &mut Connection {
        &mut self.connection
    }

    /// Makes everything that the transaction wrote durable and visible.
    pub async fn commit(self) -> Result<()> {
        match (self.connection, self.change) {
            (Connection::Sqlite(lease), Some(change)) => change.commit(lease).await,
            (Connection::Sqlite(mut lease), None) => lease.end(COMMIT).await.map_err(map_commit_error),
            (Connection::Postgres(mut lease), _) => lease.end(COMMIT).await.map_err(map_commit_error),
        }
    }

    /// Undoes everything that the transaction wrote. If that fails, the connection is closed, and the database does it.
    ///
    /// # Errors
    /// `Contended` when what the transaction read may not last: its connection was lost, or changes before it in the same
    /// group were not written.
    pub async fn rollback(self) -> Result<()> {
        let done = match (self.connection, self.change) {
            (Connection::Sqlite(lease), Some(change)) => change.rollback(lease).await,
            (Connection::Sqlite(mut lease), None) => lease.end(ROLLBACK).await.map(|()| true),
            (Connection::Postgres(mut lease), _) => lease.end(ROLLBACK).await.map(|()| true),
        };
        match done {
            Ok(true) => Ok(()),
            Ok(false) => Err(Error::Contended),
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "a transaction ended without its connection"
                );
                Err(Error::Contended)
            }
        }
    }
}
