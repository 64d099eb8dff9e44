//! Connecting to a database: which engine, with which settings.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use sqlx::ConnectOptions as _;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use tokio::time::timeout;

use super::database::Database;
use super::feed::Feeds;
use super::{Inner, Store};
use crate::clock::Clock;
use crate::error::Error;
use crate::id::Ids;

/// The longest a statement may take on PostgreSQL.
const LONGEST_STATEMENT: &str = "SET statement_timeout = '15s'";
/// The maximum time a change waits for SQLite's single writer, including writers of other programs.
const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// The file of the embedded database, inside the data folder.
const FILE: &str = "external-contacts.sqlite";

/// The URL of a database, whose scheme selects the engine.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A server, by its connection URL.
    Postgres(String),
    /// A file.
    Sqlite(PathBuf),
}

impl DatabaseUrl {
    /// The embedded database of a data folder.
    pub fn embedded(data: &Path) -> Self {
        Self::Sqlite(data.join(FILE))
    }
}

/// Formats the URL without its password.
impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Postgres(url) => match url::Url::parse(url) {
                Ok(url) => write!(
                    f,
                    "postgres://{}{}{}",
                    url.host_str().unwrap_or("localhost"),
                    url.port().map_or_else(String::new, |port| format!(":{port}")),
                    url.path()
                ),
                Err(_) => f.write_str("postgres://…"),
            },
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
        }
    }
}

impl FromStr for DatabaseUrl {
    type Err = OpenError;

    fn from_str(text: &str) -> Result<Self, OpenError> {
        match text.split_once(':') {
            Some(("postgres" | "postgresql", _)) => {
                PgConnectOptions::from_str(text).map_err(|_| OpenError::Url)?;
                Ok(Self::Postgres(text.to_owned()))
            }
            Some(("sqlite", path)) => Ok(Self::Sqlite(path.trim_start_matches("//").into())),
            _ => Err(OpenError::Url),
        }
    }
}

/// The reason why a database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The URL names no database.
    #[error("the database URL must look like postgres://user:password@host:5432/name or sqlite:path/to/file")]
    Url,
    /// The folder of the file cannot be made.
    #[error("cannot make the folder {0}")]
    Folder(PathBuf, #[source] std::io::Error),
    /// The lock that keeps two programs from migrating one file at once.
    #[error("cannot lock {0}")]
    Lock(PathBuf, #[source] std::io::Error),
    /// The engine says no.
    #[error("cannot open the database {0:?}")]
    Connect(DatabaseUrl, #[source] sqlx::Error),
    /// Its schema is from a later version of this program.
    #[error(
        "the database was written by a newer version of this program (its schema is at {database}, this program knows {program}); use that version"
    )]
    Newer {
        /// The last migration the database knows.
        database: i64,
        /// The last migration this program knows.
        program: i64,
    },
    /// A migration was changed after it ran, or failed half-way.
    #[error("the database cannot be migrated")]
    Migrate(#[source] sqlx::migrate::MigrateError),
    /// It cannot be told which database this is.
    #[error("the epoch of the database's changes cannot be begun")]
    Epoch(#[source] Error),
}

impl Store {
    /// Connects. `connections` is how many at most (readers, on SQLite). A file that is not there is created.
    pub async fn open(
        url: &DatabaseUrl,
        connections: u32,
        clock: Clock,
        ids: Ids,
    ) -> Result<Self, OpenError> {
        let database = match url {
            DatabaseUrl::Postgres(text) => postgres(text, connections).await,
            DatabaseUrl::Sqlite(path) => {
                if let Some(folder) = path.parent() {
                    std::fs::create_dir_all(folder)
                        .map_err(|error| OpenError::Folder(folder.to_owned(), error))?;
                }
                sqlite(path, connections).await
            }
        }
        .map_err(|error| OpenError::Connect(url.clone(), error))?;
        let feeds = Feeds::of(&database);
        Ok(Self(Arc::new(Inner {
            database,
            feeds,
            clock,
            ids,
            statements: AtomicU64::new(0),
            contended: AtomicU64::new(0),
        })))
    }
}

async fn postgres(url: &str, connections: u32) -> sqlx::Result<Database> {
    let options = PgConnectOptions::from_str(url)?.application_name("external-contacts");
    let pool = PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(LONGEST_WAIT)
        .after_connect(|connection, _| {
            Box::pin(async move { sqlx::query(LONGEST_STATEMENT).execute(connection).await.map(drop) })
        })
        .connect_with(options.clone())
        .await;
    let pool = match pool {
        // The pool tried again and again, and does not say what it was told.
        Err(sqlx::Error::PoolTimedOut) => return Err(refusal(&options).await),
        pool => pool?,
    };
    // One to listen and one to notify: they are opened when somebody follows the changes, or makes one.
    let signals = PgPoolOptions::new()
        .max_connections(2)
        .acquire_timeout(LONGEST_WAIT)
        .connect_lazy_with(options);
    Ok(Database::Postgres { pool, signals })
}

/// Returns the reason why a server cannot be connected to.
async fn refusal(options: &PgConnectOptions) -> sqlx::Error {
    match timeout(LONGEST_WAIT, options.connect()).await {
        Ok(Err(error)) => error,
        Ok(Ok(_)) | Err(_) => sqlx::Error::PoolTimedOut,
    }
}

async fn sqlite(path: &Path, connections: u32) -> sqlx::Result<Database> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(LONGEST_WAIT)
        .pragma("temp_store", "memory")
        .pragma("cache_size", "-65536")
        .optimize_on_close(true, None)
        .row_buffer_size(1024);
    let writer = SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(LONGEST_WAIT * 6)
        .connect_with(options.clone())
        .await?;
    let readers = SqlitePoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(LONGEST_WAIT)
        .connect_with(options.pragma("query_only", "ON"))
        .await?;
    Ok(Database::Sqlite {
        readers,
        writer,
        file: path.to_owned(),
    })
}
