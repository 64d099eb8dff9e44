//! Connecting to a database: which engine, with which settings.

use std::fmt;
use std::fs::{DirBuilder, OpenOptions, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Weak};
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};

use super::database::Database;
use super::driver::{DatabaseFile, PostgresDriver, SqliteDriver};
use super::feed::Feeds;
use super::pool::Pool;
use super::readiness::Readiness;
use super::{Inner, Store};
use crate::clock::Clock;
use crate::error::Error;
use crate::id::Ids;

/// The interval at which the file of the embedded database is looked for.
const BETWEEN_LOOKS: Duration = Duration::from_millis(500);
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
                create_file(path)?;
                sqlite(path, connections).await
            }
        }
        .map_err(|error| OpenError::Connect(url.clone(), error))?;
        let feeds = Feeds::of(&database);
        let inner = Arc::new(Inner {
            database,
            feeds,
            clock,
            ids,
            statements: AtomicU64::new(0),
            contended: AtomicU64::new(0),
            readiness: Readiness::default(),
        });
        if matches!(url, DatabaseUrl::Sqlite(_)) {
            tokio::spawn(look_for_file(Arc::downgrade(&inner)));
        }
        Ok(Self(inner))
    }
}

/// Notices a file that was deleted or replaced. Ends with the store.
async fn look_for_file(store: Weak<Inner>) {
    loop {
        tokio::time::sleep(BETWEEN_LOOKS).await;
        match store.upgrade() {
            Some(store) => store.database.look(),
            None => return,
        }
    }
}

/// Creates the file of a database, and its folder, for the user of this program alone. SQLite gives its other files the
/// same permissions.
fn create_file(path: &Path) -> Result<(), OpenError> {
    let fails = |path: &Path| {
        let path = path.to_owned();
        move |error| OpenError::Folder(path, error)
    };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder {
        let mut made = DirBuilder::new();
        made.recursive(true).mode(0o700);
        made.create(folder).map_err(fails(folder))?;
    }
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path);
    match file {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            warn_of_others(path);
            Ok(())
        }
        Err(error) => Err(fails(path)(error)),
    }
}

/// Warns if other users of this machine may read a database.
fn warn_of_others(path: &Path) {
    let mode = path.metadata().map(|found| found.permissions());
    if mode
        .as_ref()
        .is_ok_and(|mode| Permissions::mode(mode) & 0o077 != 0)
    {
        tracing::warn!(file = %path.display(), "other users of this machine may read the database; use `chmod 600`");
    }
}

async fn postgres(url: &str, connections: u32) -> sqlx::Result<Database> {
    let direct = PgConnectOptions::from_str(url)?.application_name("external-contacts");
    // One to listen, one to notify, and two to cancel statements: they are opened when they are needed.
    let signals = PgPoolOptions::new()
        .max_connections(4)
        .acquire_timeout(LONGEST_WAIT)
        .connect_lazy_with(direct.clone());
    let driver = PostgresDriver::new(direct.clone(), signals.clone());
    let pool = Pool::open(driver, connections, LONGEST_WAIT).await?;
    Ok(Database::Postgres {
        pool,
        signals,
        direct: Box::new(direct),
    })
}

async fn sqlite(path: &Path, connections: u32) -> sqlx::Result<Database> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(LONGEST_WAIT)
        .pragma("temp_store", "memory")
        .pragma("cache_size", "-65536")
        .optimize_on_close(true, None)
        .row_buffer_size(1024);
    let file = Arc::new(DatabaseFile::new(path.to_owned()));
    let writer = SqliteDriver::new(options.clone(), file.clone());
    let writer = Pool::open(writer, 1, LONGEST_WAIT * 6).await?;
    let readers = SqliteDriver::new(options.pragma("query_only", "ON"), file);
    let readers = Pool::open(readers, connections, LONGEST_WAIT).await?;
    Ok(Database::Sqlite { readers, writer })
}
