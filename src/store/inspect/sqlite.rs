//! The state of a file of SQLite.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions as _, Connection as _};

use super::migrations::{APPLIED, Applied, MigrationState};
use crate::store::migrate::SQLITE;
use crate::store::{DatabaseUrl, OpenError};

/// The state of a file.
#[derive(Debug)]
pub struct SqliteState {
    /// The version of SQLite inside this program.
    pub version: String,
    /// The content; `None` if it cannot be read before the log of an earlier run is written back, which changes files.
    pub content: Option<SqliteContent>,
}

/// The content of a file.
#[derive(Debug)]
pub struct SqliteContent {
    /// Whether the file has a write-ahead log, as this program sets it.
    pub is_wal: bool,
    /// The migrations.
    pub migrations: MigrationState,
    /// The first damage that was found; empty if there is none, `None` if it was not looked for.
    pub damage: Option<Vec<String>>,
}

impl SqliteState {
    /// Reads a file that exists, and with `thorough` looks for damage, which reads all of it.
    ///
    /// A connection that only reads would create the index of the write-ahead log where there is none, and leave it behind.
    /// So a file that has no log is read as one that cannot change: nothing is locked and nothing created. A log without
    /// its index is left to the server.
    ///
    /// # Errors
    /// Fails when the file cannot be read or is not a database.
    pub async fn read(path: &Path, thorough: bool) -> Result<Self, OpenError> {
        let fails = |error| OpenError::Connect(DatabaseUrl::Sqlite(path.to_owned()), error);
        let has_log = beside(path, "-wal").exists();
        let is_readable = !has_log || beside(path, "-shm").exists();
        let options = SqliteConnectOptions::new()
            .filename(path)
            .read_only(true)
            .immutable(!has_log);
        if !is_readable {
            let mut memory = SqliteConnection::connect("sqlite::memory:")
                .await
                .map_err(fails)?;
            let version = version(&mut memory).await.map_err(fails)?;
            return Ok(Self {
                version,
                content: None,
            });
        }
        read(path, &options, thorough).await.map_err(fails)
    }
}

/// The path of a file that SQLite keeps beside its database.
pub(super) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

async fn version(connection: &mut SqliteConnection) -> sqlx::Result<String> {
    sqlx::query_scalar("SELECT sqlite_version()")
        .fetch_one(connection)
        .await
}

async fn read(path: &Path, options: &SqliteConnectOptions, thorough: bool) -> sqlx::Result<SqliteState> {
    let mut connection = options.connect().await?;
    let is_migrated: bool =
        sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = '_sqlx_migrations')")
            .fetch_one(&mut connection)
            .await?;
    let applied: Vec<Applied> = if is_migrated {
        sqlx::query_as(APPLIED).fetch_all(&mut connection).await?
    } else {
        Vec::new()
    };
    let damage = if thorough {
        Some(damage(&mut connection).await?)
    } else {
        None
    };
    let state = SqliteState {
        version: version(&mut connection).await?,
        content: Some(SqliteContent {
            is_wal: is_wal(path)?,
            migrations: MigrationState::of(&SQLITE, &applied),
            damage,
        }),
    };
    connection.close().await?;
    Ok(state)
}

/// Whether the header says that the file has a write-ahead log. A connection to a file that cannot change denies it.
fn is_wal(path: &Path) -> std::io::Result<bool> {
    /// The position of the version that a program must know to read the file; 2 is the write-ahead log's.
    const READ_VERSION: u64 = 19;
    let mut version = [0];
    File::open(path)?.read_exact_at(&mut version, READ_VERSION)?;
    Ok(version == [2])
}

/// The first damage that is found. The look itself fails where damage keeps it from reading on.
async fn damage(connection: &mut SqliteConnection) -> sqlx::Result<Vec<String>> {
    /// `SQLITE_CORRUPT`.
    const CORRUPT: &str = "11";
    let found: sqlx::Result<Vec<String>> = sqlx::query_scalar("PRAGMA quick_check(3)")
        .fetch_all(connection)
        .await;
    match found {
        Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some(CORRUPT) => {
            Ok(vec![error.message().to_owned()])
        }
        found => Ok(found?.into_iter().filter(|line| line != "ok").collect()),
    }
}
