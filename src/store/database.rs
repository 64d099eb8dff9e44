//! The pools of connections to a database of either engine.

use std::path::PathBuf;
use std::sync::Arc;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{PgPool, Pool, Postgres, Sqlite, SqlitePool, Transaction};

use super::connection::Connection;
use super::engine::Engine;
use super::failure::{map_commit_error, map_database_error};
use crate::error::Result;
use crate::metrics::{METRICS, PoolState, Use};

/// The pools of connections to a database.
pub enum Database {
    /// A PostgreSQL server.
    Postgres {
        /// The connections for statements.
        pool: PgPool,
        /// Connections of their own for signals.
        signals: PgPool,
    },
    /// A SQLite file.
    Sqlite {
        /// The connections that read.
        readers: SqlitePool,
        /// The one connection that writes.
        writer: SqlitePool,
        /// The path of the file.
        file: PathBuf,
    },
}

/// The way in which a server learns of changes that other servers wrote.
pub enum Signals {
    /// NOTIFY and LISTEN, on connections of their own.
    Notifications(PgPool),
    /// The version of the file, which tells a connection that others have written.
    FileVersion(Arc<SqliteConnectOptions>),
}

/// A transaction of either engine. It is rolled back when it is dropped.
pub enum Transacting {
    /// A transaction on PostgreSQL.
    Postgres(Transaction<'static, Postgres>),
    /// A transaction on SQLite.
    Sqlite(Transaction<'static, Sqlite>),
}

impl Database {
    /// The engine that keeps the database.
    pub const fn engine(&self) -> Engine {
        match self {
            Self::Postgres { .. } => Engine::Postgres,
            Self::Sqlite { .. } => Engine::Sqlite,
        }
    }

    /// Any free connection, for a statement that reads.
    pub const fn reader(&self) -> Connection<'_> {
        match self {
            Self::Postgres { pool, .. } => Connection::PostgresPool(pool),
            Self::Sqlite { readers, .. } => Connection::SqlitePool(readers),
        }
    }

    /// Begins a transaction that writes.
    pub async fn begin(&self) -> Result<Transacting> {
        let begin = self.engine().begin();
        match self {
            Self::Postgres { pool, .. } => pool.begin_with(begin).await.map(Transacting::Postgres),
            Self::Sqlite { writer, .. } => writer.begin_with(begin).await.map(Transacting::Sqlite),
        }
        .map_err(map_database_error)
    }

    /// The way in which this server learns of the changes of others.
    pub fn signals(&self) -> Signals {
        match self {
            Self::Postgres { signals, .. } => Signals::Notifications(signals.clone()),
            Self::Sqlite { readers, .. } => Signals::FileVersion(readers.connect_options()),
        }
    }

    /// Writes the states of the connections to the metrics.
    pub fn observe_pools(&self) {
        match self {
            Self::Postgres { pool, signals } => {
                observe_pool("statements", pool);
                observe_pool("signals", signals);
            }
            Self::Sqlite { readers, writer, .. } => {
                observe_pool("readers", readers);
                observe_pool("writer", writer);
            }
        }
    }

    /// Closes every connection once its work is done.
    pub async fn close(&self) {
        match self {
            Self::Postgres { pool, signals } => {
                signals.close().await;
                pool.close().await;
            }
            Self::Sqlite { readers, writer, .. } => {
                readers.close().await;
                writer.close().await;
            }
        }
    }
}

fn observe_pool<D: sqlx::Database>(name: &'static str, pool: &Pool<D>) {
    let idle = pool.num_idle();
    let busy = usize::try_from(pool.size())
        .unwrap_or(usize::MAX)
        .saturating_sub(idle);
    for (state, count) in [(Use::Idle, idle), (Use::Busy, busy)] {
        METRICS
            .pool_connections
            .get_or_create(&PoolState { pool: name, state })
            .set(i64::try_from(count).unwrap_or(i64::MAX));
    }
}

impl Transacting {
    /// The transaction's connection.
    pub fn connection(&mut self) -> Connection<'_> {
        match self {
            Self::Postgres(transaction) => Connection::Postgres(transaction),
            Self::Sqlite(transaction) => Connection::Sqlite(transaction),
        }
    }

    /// Makes everything that the transaction wrote durable and visible.
    pub async fn commit(self) -> Result<()> {
        match self {
            Self::Postgres(transaction) => transaction.commit().await,
            Self::Sqlite(transaction) => transaction.commit().await,
        }
        .map_err(map_commit_error)
    }

    /// Undoes everything that the transaction wrote. If that fails, the connection is lost, and the database does it.
    pub async fn rollback(self) {
        let done = match self {
            Self::Postgres(transaction) => transaction.rollback().await,
            Self::Sqlite(transaction) => transaction.rollback().await,
        };
        if let Err(error) = done {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "a transaction ended without its connection"
            );
        }
    }
}
