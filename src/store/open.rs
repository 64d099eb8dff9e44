//! Connecting to a database: which engine, with which settings.

use std::fmt;
use std::fs::{DirBuilder, OpenOptions, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::atomic::{AtomicU32, AtomicU64};
use std::sync::{Arc, Weak};
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _};
use tokio::sync::Notify;

use super::database::Database;
use super::driver::{DatabaseFile, Driver as _, PostgresDriver, Route, SqliteDriver};
use super::feed::Feeds;
use super::file_lock::FileLock;
use super::group_commit::Writer;
use super::nodes::numbers_changes;
use super::pool::{Pool, retried};
use super::readiness::Readiness;
use super::search::known::CommonWords;
use super::trash::DEFAULT_DAYS;
use super::words::KnownNames;
use super::{Inner, Store, pooler};
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
    /// A server behind a pooler, which may be in transaction mode.
    Pooled {
        /// The connection URL of the pooler.
        pooler: String,
        /// The connection URL of the server itself.
        direct: String,
    },
    /// A file.
    Sqlite(PathBuf),
}

impl DatabaseUrl {
    /// The embedded database of a data folder.
    pub fn embedded(data: &Path) -> Self {
        Self::Sqlite(data.join(FILE))
    }

    /// The database of a pooler's URL, with the URL of the server behind it.
    ///
    /// # Errors
    /// Fails unless both are of servers.
    pub fn before(self, direct: Self) -> Result<Self, OpenError> {
        match (self, direct) {
            (Self::Postgres(pooler), Self::Postgres(direct)) => Ok(Self::Pooled { pooler, direct }),
            _ => Err(OpenError::DirectUrl),
        }
    }
}

/// Formats the URL without its password.
impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Postgres(url) => f.write_str(&shown(url)),
            Self::Pooled { pooler, direct } => write!(f, "{} (directly {})", shown(pooler), shown(direct)),
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
        }
    }
}

/// A server's URL without its user, password and options.
fn shown(url: &str) -> String {
    let Ok(url) = url::Url::parse(url) else {
        return "postgres://…".to_owned();
    };
    let port = url.port().map_or_else(String::new, |port| format!(":{port}"));
    format!(
        "postgres://{}{port}{}",
        url.host_str().unwrap_or("localhost"),
        url.path()
    )
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
    /// One of a pooler's URL and the direct URL behind it is not that of a PostgreSQL server.
    #[error("--direct-url and --database-url must both look like postgres://user:password@host:5432/name")]
    DirectUrl,
    /// The direct URL leads elsewhere.
    #[error("--direct-url must lead to the same database as --database-url, and leads to another one")]
    OtherDatabase,
    /// The URL leads to a pooler in transaction mode, and there is none that leads past it.
    #[error(
        "--database-url leads to a pooler in transaction mode; name PostgreSQL itself with --direct-url, \
         or use the pooler's session mode"
    )]
    TransactionMode,
    /// The folder of the file cannot be made.
    #[error("cannot make the folder {0}")]
    Folder(PathBuf, #[source] std::io::Error),
    /// A lock between the programs that use one file.
    #[error("cannot lock {0}")]
    Lock(PathBuf, #[source] std::io::Error),
    /// The file is about to be replaced by another.
    #[error("the database {0} is being restored from a backup; try again when that has ended")]
    BeingRestored(PathBuf),
    /// The engine says no.
    #[error("cannot open the database {0:?}")]
    Connect(DatabaseUrl, #[source] sqlx::Error),
    /// The URL leads to a node of a cluster that does not have its schema.
    #[error("--database-url leads to a worker of Citus; name the coordinator")]
    Worker,
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
    /// The search index of an earlier version cannot be completed.
    #[error("the search index cannot be completed")]
    Marks(#[source] Error),
}

impl Store {
    /// Connects. `connections` is how many at most (readers, on SQLite). A file that is not there is created.
    pub async fn open(
        url: &DatabaseUrl,
        connections: u32,
        clock: Clock,
        ids: Ids,
    ) -> Result<Self, OpenError> {
        let failed = |error| OpenError::Connect(url.clone(), error);
        let mut in_use = None;
        let database = match url {
            DatabaseUrl::Postgres(text) => {
                let options = postgres_options(text).map_err(failed)?;
                let shares = pooler::shares_processes;
                if retried(LONGEST_WAIT, || shares(&options)).await.map_err(failed)? {
                    return Err(OpenError::TransactionMode);
                }
                postgres(options.clone(), options, Route::Direct, connections).await
            }
            DatabaseUrl::Pooled { pooler, direct } => {
                let options = postgres_options(pooler).map_err(failed)?;
                let direct = postgres_options(direct).map_err(failed)?;
                let route = retried(LONGEST_WAIT, || pooler::route(&options, &direct)).await;
                let route = route.map_err(failed)?.ok_or(OpenError::OtherDatabase)?;
                postgres(options, direct, route, connections).await
            }
            DatabaseUrl::Sqlite(path) => {
                create_folder(path)?;
                in_use = Some(lock_to_use(path)?);
                create_file(path)?;
                sqlite(path, connections).await
            }
        }
        .map_err(failed)?;
        let feeds = Feeds::of(&database);
        let inner = Arc::new(Inner {
            database,
            feeds,
            clock,
            ids,
            statements: AtomicU64::new(0),
            contended: AtomicU64::new(0),
            common_words: CommonWords::default(),
            known_names: KnownNames::default(),
            trash_days: AtomicU32::new(DEFAULT_DAYS),
            references_left: Notify::new(),
            readiness: Readiness::default(),
            _in_use: in_use,
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

/// Creates the folder of a database for the user of this program alone.
pub fn create_folder(path: &Path) -> Result<(), OpenError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let Some(folder) = folder else { return Ok(()) };
    let mut made = DirBuilder::new();
    made.recursive(true).mode(0o700);
    made.create(folder)
        .map_err(|error| OpenError::Folder(folder.to_owned(), error))
}

fn lock_to_use(path: &Path) -> Result<FileLock, OpenError> {
    FileLock::to_use(path).map_err(|error| match error.kind() {
        ErrorKind::WouldBlock => OpenError::BeingRestored(path.to_owned()),
        _ => OpenError::Lock(path.to_owned(), error),
    })
}

/// Creates the file of a database for the user of this program alone. SQLite gives its other files the same permissions.
fn create_file(path: &Path) -> Result<(), OpenError> {
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
        Err(error) => Err(OpenError::Folder(path.to_owned(), error)),
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

/// The options of connections to a server. Poolers refuse `extra_float_digits`, which adds nothing since PostgreSQL 12.
pub(super) fn postgres_options(url: &str) -> sqlx::Result<PgConnectOptions> {
    Ok(PgConnectOptions::from_str(url)?
        .application_name("external-contacts")
        .extra_float_digits(None))
}

/// The connections to a server: `direct` leads past the pooler, if there is one.
async fn postgres(
    options: PgConnectOptions,
    direct: PgConnectOptions,
    route: Route,
    connections: u32,
) -> sqlx::Result<Database> {
    // One to listen, one to notify, and two to cancel statements: they are opened when they are needed.
    let signals = PgPoolOptions::new()
        .max_connections(4)
        .acquire_timeout(LONGEST_WAIT)
        .connect_lazy_with(direct.clone());
    let has_nodes = retried(LONGEST_WAIT, || is_for_nodes(&direct)).await?;
    let driver = PostgresDriver::new(options, direct.clone(), signals.clone(), route, has_nodes);
    let pool = Pool::open(driver, connections, LONGEST_WAIT).await?;
    // So that the connection for probes is there when it is needed.
    pool.driver().probe().await?;
    Ok(Database::Postgres {
        pool,
        signals,
        direct: Box::new(direct),
    })
}

/// Whether a database is made for several nodes.
async fn is_for_nodes(options: &PgConnectOptions) -> sqlx::Result<bool> {
    let mut connection = options.connect().await?;
    let numbers_changes = numbers_changes(&mut connection).await?;
    connection.close().await?;
    Ok(numbers_changes)
}

/// The most memory that the page caches of all readers of a file take, in KiB. What they do not have, the system's has.
const CACHES_OF_READERS: u32 = 64 * 1024;
/// The most memory that the writer's page cache takes, in KiB. The pages that a load changes go to the disk once if they fit.
const CACHE_OF_WRITER: u32 = 32 * 1024;

async fn sqlite(path: &Path, connections: u32) -> sqlx::Result<Database> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(LONGEST_WAIT)
        .pragma("temp_store", "memory")
        .optimize_on_close(true, None)
        .row_buffer_size(1024);
    let file = Arc::new(DatabaseFile::new(path.to_owned()));
    let with_cache = |size: u32| options.clone().pragma("cache_size", format!("-{size}"));
    let writer = SqliteDriver::new(with_cache(CACHE_OF_WRITER), file.clone());
    let writer = Pool::open(writer, 1, LONGEST_WAIT * 6).await?;
    let cache = with_cache(CACHES_OF_READERS / connections.max(1));
    let readers = SqliteDriver::new(cache.pragma("query_only", "ON"), file);
    let readers = Pool::open(readers, connections, LONGEST_WAIT).await?;
    Ok(Database::Sqlite {
        readers,
        writer: Writer::new(writer),
    })
}
